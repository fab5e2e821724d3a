"""Tables of words, as sets for evaluation go round: UTF-8 text in columns, or lines in blocks."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError
from ..messages import _

SEPARATORS = "\t;,"
WEB_PAGE = re.compile(r"\s*<(!doctype|html|\?xml|head|body)\b", re.IGNORECASE)


class Row(NamedTuple):
    """A line that holds something: its number in the file, from 1, and its columns."""

    line: int
    fields: list[str]


def text_of(path: Path) -> str:
    """The text of a UTF-8 file, without its BOM and with plain line ends.

    Raises InputError where it can't be read, is not UTF-8, or is a web page.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise not_utf8(path) from None
    except OSError as error:
        raise InputError(
            _("can't be read: {reason}").format(reason=error.strerror or error),
            where=str(path),
            fix=_("Check the path."),
        ) from None
    if "\0" in text:
        raise not_utf8(path)
    if WEB_PAGE.match(text):
        raise InputError(
            _("this is a web page, not a list of words"),
            where=path.name,
            fix=_("Download the file itself, not the page that shows it."),
        )
    return text


def not_utf8(path: Path) -> InputError:
    """The error for a file in another encoding."""
    return InputError(_("this is not UTF-8 text"), where=path.name, fix=_("Save the list as UTF-8 text."))


def read_rows(path: Path, least: int, layout: str) -> list[Row]:
    """The lines of a file in columns: separated by tabs, semicolons, commas or white space.

    The first of these that makes `least` columns of the first line separates all lines. Blank lines and lines
    that begin with "#" are skipped. `layout` is a sentence on what the columns are, told in errors. Raises
    InputError for what is no such file, for an empty one, and for a line of fewer columns.
    """
    numbered = enumerate(text_of(path).split("\n"), 1)
    lines = [(number, line) for number, line in numbered if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise InputError(_("there are no words in it"), where=path.name, fix=layout)
    separator = next((mark for mark in SEPARATORS if len(_fields(lines[0][1], mark)) >= least), None)
    rows = [Row(number, _fields(line, separator)) for number, line in lines]
    for row in rows:
        if len(row.fields) < least:
            raise InputError(
                _("{count} columns, expected at least {expected}").format(count=len(row.fields), expected=least),
                where=place(path, row.line),
                fix=layout,
            )
    return rows


def _fields(line: str, separator: str | None) -> list[str]:
    fields = line.split(separator)
    if separator in (",", ";") and '"' in line:
        with suppress(csv.Error):
            fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return [field.strip() for field in fields]


def place(path: Path, line: int) -> str:
    """A file and a line of it, for errors."""
    return _("{name}, line {line:,}").format(name=path.name, line=line)


def missing_word(path: Path, row: Row, layout: str) -> InputError:
    """The error for an empty column."""
    return InputError(_("a word is missing"), where=place(path, row.line), fix=layout)


def column_of(names: list[str], wanted: str, path: Path) -> int:
    """Where the column `wanted` stands among the `names` of a header, whatever its case. Raises InputError."""
    lowered = [name.lower() for name in names]
    if wanted.lower() not in lowered:
        raise InputError(
            _("there is no column {name!r}").format(name=wanted),
            where=path.name,
            fix=_("Its columns are {names}.").format(names=", ".join(names)),
        )
    return lowered.index(wanted.lower())
