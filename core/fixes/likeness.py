"""How likely one spelling is a slip of another: what fingers and ears confuse, and what tells two words apart.

After Damerau (1964) and Kukich (1992, Techniques for automatically correcting words in text): most slips are one
letter left out, put in, changed or swapped; the first letter is seldom wrong; letters are doubled or not, vowels
confused, neighbors on the keyboard hit. Names are as near to words as slips are, so a short word needs a better
reason than a long one.
"""

from __future__ import annotations

import re

VOWELS = frozenset("aeiouyàáâäãèéêëìíîïòóôöõùúûü")
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
ALIKE = {frozenset(pair) for pair in ("cs", "ck", "sz", "fv", "gj", "il", "dt", "bp", "mn", "qg")}
# Letters that a word has at least for each kind of slip; what is in no line is none.
SWAPPED, DOUBLED, SOUNDED, MISSING, EXTRA, HIT = 7, 7, 8, 8, 8, 9
# Of a very frequent word shorter ones are slips too.
FREQUENT = 2000
DOUBLE = re.compile(r"(.)\1+")


def likeness(word: str, meant: str, rank: int) -> int | None:
    """How likely `word` is `meant` mistyped: 0 for the likeliest kind of slip, None for what is no likely one.

    `rank` says how frequent the meant word is, 0 for the most frequent.
    """
    word, meant = word.lower(), meant.lower()
    if word == meant or word[0] != meant[0]:
        return None
    if word + "g" == meant:  # goin: the ending is left out in speech, not by a slip of the hand
        return 0 if meant.endswith("ing") and len(word) > 4 else None
    length = len(word) + (rank < FREQUENT)
    start, typed, wanted = _differing(word, meant)
    at_end = start + max(len(typed), len(wanted)) >= max(len(word), len(meant))
    if DOUBLE.sub(r"\1", word) == DOUBLE.sub(r"\1", meant):
        # Mooney is no money: a letter too many takes a longer word than one left out.
        length -= len(word) > len(meant)
        return None if length < DOUBLED or (at_end and word[-1] in "eio") else 1
    if at_end:
        return None
    if len(typed) == 2 and typed == wanted[::-1]:
        return 0 if length >= SWAPPED else None
    if len(typed) + len(wanted) == 1:
        return _of_one_letter(length, typed, wanted)
    return _of_changed(length, typed, wanted) if len(typed) == len(wanted) == 1 else None


def _differing(word: str, meant: str) -> tuple[int, str, str]:
    """Where the two begin to differ, and what each has between the beginning and the end that they share."""
    least = min(len(word), len(meant))
    start = next((i for i in range(least) if word[i] != meant[i]), least)
    rest = least - start
    end = next((i for i in range(rest) if word[-1 - i] != meant[-1 - i]), rest)
    return start, word[start : len(word) - end], meant[start : len(meant) - end]


def _of_one_letter(length: int, extra: str, missing: str) -> int | None:
    if (extra or missing) in VOWELS:
        return 2 if length >= SOUNDED else None
    return 3 if length >= (MISSING if missing else EXTRA) else None


def _of_changed(length: int, typed: str, meant: str) -> int | None:
    if (typed in VOWELS and meant in VOWELS) or frozenset((typed, meant)) in ALIKE:
        return 2 if length >= SOUNDED else None
    return 3 if length >= HIT and _are_neighbors(typed, meant) else None


def _are_neighbors(one: str, other: str) -> bool:
    """Whether the two keys touch on a QWERTY keyboard."""
    places = [(row, line.index(key)) for key in (one, other) for row, line in enumerate(ROWS) if key in line]
    return len(places) == 2 and abs(places[0][0] - places[1][0]) <= 1 and abs(places[0][1] - places[1][1]) <= 1
