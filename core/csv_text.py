"""Tables for spreadsheets: CSV that every one of them opens, and in which no word is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


def csv_of(names: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV in UTF-8 with BOM, which spreadsheets need. Texts are tamed, None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def _cell(value: object) -> object:
    return tame(value) if isinstance(value, str) else "" if value is None else value


def tame(word: str) -> str:
    """`word` so that no spreadsheet takes it for a formula: an apostrophe before =, +, -, @, tab, return.

    So does a word that begins with an apostrophe, so that one can always be taken off again.
    """
    return f"'{word}" if word.startswith(FORMULA) else word
