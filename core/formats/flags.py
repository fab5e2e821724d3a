"""What the compiled loops say of a row. Bits for the structure of a row, codes for its numbers."""

# Structure, found by a scan (bits).
WRONG_WIDTH = 1  # too few numbers, or too many
EMPTY_WORD = 2
NOT_UTF8 = 4
SPACED = 8  # the word itself holds spaces: sound, but counted
BLANK = 16  # nothing on the line

# Numbers, found when a row is parsed (codes, the worst of a row counts).
NOT_FINITE = 1
SLOW = 2  # needs more than the fast path: Python's float parses it
MALFORMED = 3
