"""The rows of a file of texts, one after the other: its shape is told from its head, no more than a row is held.

A file may be a table (.csv, .tsv, JSON lines, Parquet) or lines; it can be read any number of times.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from ..errors import InputError
from ..messages import N_, _
from ..progress import Progress, ignore
from .encoding import SEARCHED
from .lines import TextFile, open_file
from .packed import SUFFIXES
from .report import Problems
from .table import TableSpec, is_parquet, parquet, parse

# So many characters of a file tell its shape; of Parquet, so many rows.
HEAD = 1 << 20
HEAD_ROWS = 1000
# A row may have so many characters: a quotation mark that is never closed would swallow the file.
LONGEST_ROW = 1 << 24
# Rows of Parquet that are read at a time: so many, or fewer that make so many bytes.
AT_ONCE, BYTES_AT_ONCE = 1 << 12, 1 << 24
STAGE = N_("Reading the texts")
TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
Row = tuple[int, Sequence[Any]]


class Rows(Protocol):
    """A file's rows.

    names   of its columns; those of a table without names are numbered from 1
    sample  the columns of its first rows
    whole   whether the sample is all there is
    notes   how it is read
    uneven  rows of the last pass that had too few or too many cells
    """

    names: list[str]
    sample: list[list[Any]]
    whole: bool
    notes: list[str]
    uneven: int

    def rows(self, wanted: Sequence[int], progress: Progress = ignore) -> Iterator[Row]:
        """Each row's line (from 1) and its values in the columns at `wanted`. Raises InputError that names the line."""
        ...

    def digest(self) -> str:
        """Hex SHA-256 of the file's bytes."""
        ...


class TextRows:
    """A text file's head and its lines.

    head   its first characters, cut at the end of a line unless `whole`
    """

    def __init__(self, path: Path, encoding: str, name: str, *, searched: int = SEARCHED) -> None:
        self.name = name
        # Nothing is held of what a packed file expands to, so that it may be of any size.
        self.file = TextFile(path, encoding, name=name, expanded=None, searched=searched)
        self.notes: list[str] = [_("encoding: {name}").format(name=self.file.encoding.label)]
        self.uneven = 0
        self.head, self.whole = self._read_head()

    def _read_head(self) -> tuple[str, bool]:
        head = ""
        chunks = self.chunks(ignore)
        for text in chunks:
            head += text
            if len(head) >= HEAD and "\n" in head:
                chunks.close()
                return head[: head.rfind("\n") + 1], False
            self._refuse_long(head, 1)
        return head, True

    def chunks(self, progress: Progress) -> Any:
        """The decoded text in pieces, from the start."""

        def told(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            progress(_(STAGE), done, total, unit, message)

        self.file.count = 0
        return self.file.chunks(told)

    def head_lines(self) -> list[str]:
        """The lines of the head with their ends, as `lines` parts them."""
        return list(io.StringIO(self.head, newline="\n" if "\n" in self.head else ""))

    def lines(self, progress: Progress, *, universal: bool = False) -> Iterator[str]:
        """Lines with their ends: line feeds, and carriage returns too if `universal` or the file has no other."""
        ends = "" if universal or "\n" not in self.head else "\n"
        held, number = "", 0
        for text in self.chunks(progress):
            found = list(io.StringIO(held + text, newline=ends))
            # What stands last may go on in the next piece, as "\r" may with its "\n".
            held = "" if found[-1].endswith("\n") else found.pop()
            yield from found
            number += len(found)
            self._refuse_long(held, number + 1)
        if held:
            yield held

    def _refuse_long(self, text: str, line: int) -> None:
        if len(text) > LONGEST_ROW and "\n" not in text:
            raise InputError(
                _("a line of more than {limit:,} characters is no text of a set").format(limit=LONGEST_ROW),
                where=_("{name}, line {line:,}").format(name=self.name, line=line),
                fix=_("Give one text a line, or a table."),
            )

    def digest(self) -> str:
        """Hex SHA-256 of the file's bytes; after a whole pass it costs nothing."""
        if not self.file.digest:
            for _text in self.chunks(ignore):
                pass
        return self.file.digest


class JsonRows:
    """JSON lines: an object each; the names of the columns are those that the head's objects have."""

    def __init__(self, text: TextRows) -> None:
        self._text, self.whole, self.uneven = text, text.whole, 0
        self.notes = [*text.notes, _("JSON lines")]
        objects = [self._object(line, number) for number, line in enumerate(text.head_lines(), 1) if line.strip()]
        self.names = list(dict.fromkeys(name for one in objects for name in one))
        self.sample: list[list[Any]] = [[one.get(name) for one in objects] for name in self.names]

    def _object(self, line: str, number: int) -> dict[str, Any]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            return row
        raise InputError(
            _("this line is no JSON object: {line}").format(line=line.strip()[:60]),
            where=_("{name}, line {line:,}").format(name=self._text.name, line=number),
            fix=_("Every line of a .jsonl file is an object such as {example}.").format(
                example='{"text": "a good film", "label": "good"}'
            ),
        )

    def rows(self, wanted: Sequence[int], progress: Progress = ignore) -> Iterator[Row]:
        """Each line's number and values; None where its object lacks the name."""
        names = [self.names[at] for at in wanted]
        for number, line in enumerate(self._text.lines(progress), 1):
            if line.strip():
                row = self._object(line, number)
                yield number, [row.get(name) for name in names]

    def digest(self) -> str:
        """Hex SHA-256 of the file's bytes."""
        return self._text.digest()


class Delimited:
    """Cells separated by a mark; quoted ones may hold the mark and line ends. The vocabulary's reader tells the shape.

    A table of one column is not cut at all; too short rows are filled up, and too long ones end with the last column.
    """

    def __init__(self, text: TextRows, names: frozenset[str]) -> None:
        self._text, self.name, self.whole, self.uneven = text, text.name, text.whole, 0
        first = text.head.lstrip("\r\n").split("\n", 1)[0]
        cells = {cell.strip().strip('"').lower() for cell in re.split(r"[,\t;|]", first)}
        spec = TableSpec(path=text.name, header="yes" if cells & names else "auto")
        table = parse(text.head, spec, text.file, Problems(), whole=text.whole)
        self.names, self.sample = table.names, table.columns
        self.notes = [*text.notes, *table.notes]
        self._delimiter, self._named = table.delimiter or ",", bool(table.named)
        self._alone: bool | None = None

    def digest(self) -> str:
        """Hex SHA-256 of the file's bytes."""
        return self._text.digest()

    def _quoting(self, progress: Progress) -> Literal[0, 3]:
        """Of cells with tabs between them, marks quote only where no line of the file has one that stands alone."""
        if self._delimiter != "\t":
            return csv.QUOTE_MINIMAL
        if self._alone is None:

            def looked(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
                progress(stage, 0, total, unit, message)

            self._alone = any('"' in line and line.count('"') % 2 for line in self._text.lines(looked))
        return csv.QUOTE_NONE if self._alone else csv.QUOTE_MINIMAL

    def rows(self, wanted: Sequence[int], progress: Progress = ignore) -> Iterator[Row]:
        csv.field_size_limit(LONGEST_ROW)
        fed: list[str] = []
        quoting = self._quoting(progress)
        reader = csv.reader(self._fed(progress, fed), delimiter=self._delimiter, quoting=quoting)
        width, self.uneven, named = len(self.names), 0, self._named
        start = 1
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise self._unreadable(error, start) from None
            if row is None:
                return
            if len(fed) > 1 and _is_open(fed, self._delimiter):
                raise self._unreadable(_("a quotation mark is never closed"), start)
            line, start = start, reader.line_num + 1
            fed.clear()
            if not row or named:
                named = named and not row
                continue
            if width == 1:
                row = [self._delimiter.join(row)]  # one column: marks are the text's own
            elif len(row) != width:
                self.uneven += 1
                row += [""] * (width - len(row))
            yield line, [row[at] for at in wanted]

    def _fed(self, progress: Progress, fed: list[str]) -> Iterator[str]:
        for line in self._text.lines(progress, universal=True):
            fed.append(line)
            yield line

    def _unreadable(self, reason: object, line: int) -> InputError:
        return InputError(
            _("can't be read as a table: {reason}").format(reason=reason),
            where=_("{name}, line {line:,}").format(name=self.name, line=line),
            fix=_("Check the quotation marks on that line."),
        )


def _is_open(lines: Sequence[str], delimiter: str) -> bool:
    """Whether a quotation mark in the lines of one row is never closed."""
    try:
        for _row in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False


class Parquet:
    """A Parquet file, read in batches; a row's line is its number from 1."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self.notes, self.uneven = ["Parquet"], 0
        with parquet(name) as pq, pq.ParquetFile(path) as file:
            self.names: list[str] = list(file.schema_arrow.names)
            self._count = file.metadata.num_rows
            size = sum(file.metadata.row_group(at).total_byte_size for at in range(file.metadata.num_row_groups))
            self._most = max(1, BYTES_AT_ONCE * self._count // max(1, size))
            head = next(file.iter_batches(min(HEAD_ROWS, self._most)), None) if self.names else None
        self.sample: list[list[Any]] = (
            [column.to_pylist() for column in head.columns] if head is not None else [[] for _name in self.names]
        )
        self.whole = self._count <= min(HEAD_ROWS, self._most)

    def rows(self, wanted: Sequence[int], progress: Progress = ignore) -> Iterator[Row]:
        names, done = [self.names[at] for at in wanted], 0
        with parquet(self._name) as pq, pq.ParquetFile(self._path) as file:
            for batch in file.iter_batches(min(AT_ONCE, self._most), columns=list(dict.fromkeys(names))):
                held = batch.schema.names
                columns = [batch.column(held.index(name)).to_pylist() for name in names]
                yield from enumerate(zip(*columns, strict=True), done + 1)
                done += batch.num_rows
                progress(_(STAGE), done, self._count, "rows", self._name)

    def digest(self) -> str:
        """Hex SHA-256 of the file's bytes."""
        with open_file(self._path, self._name) as raw:
            return hashlib.file_digest(raw, "sha256").hexdigest()  # type: ignore[arg-type]


def is_table(path: Path, head: str) -> bool:
    """Whether a text is a table: by its name, or since it begins like JSON lines."""
    return is_named_table(path) or head.lstrip().startswith("{")


def is_named_table(path: Path) -> bool:
    """Whether a file, packed or not, is called like a table of text."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:] if suffix.lower() not in SUFFIXES]
    return bool(suffixes) and suffixes[-1] in TABLES


def open_table(text: TextRows, names: frozenset[str]) -> JsonRows | Delimited:
    """The table in a text; a first row that holds one of `names` names the columns. Raises InputError."""
    return JsonRows(text) if text.head.lstrip().startswith("{") else Delimited(text, names)


__all__ = ["STAGE", "Parquet", "Row", "Rows", "TextRows", "is_named_table", "is_parquet", "is_table", "open_table"]
