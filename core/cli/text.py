"""Text for a terminal: columns that line up with wide characters, and words that can't steer the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def visible(text: str) -> str:
    """`text` with control and invisible formatting characters escaped; line breaks stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n " else c.encode("unicode_escape", "replace").decode() for c in text)


def word(text: str) -> str:
    """A word from the user's data, for one line of a report."""
    return visible(text).replace("\n", "\\n")


def width(text: str) -> int:
    """Columns that `text` takes: two for wide East Asian characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def shares(part: int | None, whole: int | None) -> str:
    """A percentage, or a dash where it isn't known."""
    if part is None or not whole:
        return "–"
    return f"{100 * part / whole:.1f} %"


def aligned(rows: Sequence[Sequence[str]], *, left: int = 1, indent: str = "  ") -> str:
    """`rows` as lines of columns, the first `left` ones to the left and the others to the right."""
    if not rows:
        return ""
    widths = [max(width(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
    lines = []
    for row in rows:
        cells = [_pad(cell, widths[i], i < left) for i, cell in enumerate(row)]
        lines.append((indent + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def _pad(cell: str, columns: int, to_left: bool) -> str:
    space = " " * (columns - width(cell))
    return cell + space if to_left else space + cell
