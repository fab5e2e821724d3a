"""Tables: .csv and .tsv, JSON lines, Parquet; the columns with the words and the counts by name."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import VocabularyError, one_of
from ..messages import N_, _
from ..progress import Progress
from ..spec import option
from .lines import TextFile, check_file, open_file
from .report import Problems, Reading, told
from .selection import Choice, choose, collect

DELIMITERS = "\t,;|"
WORD_NAMES = ("word", "words", "token", "tokens", "term", "text", "词", "词语", "单词", "word_text", "item")
COUNT_NAMES = ("count", "counts", "freq", "frequency", "n", "词频", "频次", "频率")
PARQUET = b"PAR1"


class TableSpec(Choice):
    """A table with a column of words."""

    kind: Literal["table"] = "table"
    path: str = option(..., N_("File"), N_("A .csv, .tsv, .jsonl or .parquet file."))
    column: str = option(
        "", N_("Column of words"), N_("The column of words; found by its name or content unless given.")
    )
    count_column: str = option(
        "", N_("Column of counts"), N_("The column of counts; one named “count” or “freq” unless given.")
    )
    header: Literal["auto", "yes", "no"] = option(
        "auto", N_("First row names the columns"), N_("Whether a .csv or .tsv begins with column names.")
    )
    encoding: str = option("auto", N_("Encoding"), N_("utf-8, gb18030, big5, …; found from the bytes unless given."))


@dataclass
class Table:
    """Columns by name, the line of each row, and how it was read: `named`, whether the first row names the columns."""

    names: list[str]
    columns: list[list[Any]]
    lines: list[int]
    notes: list[str]
    file: TextFile | None = None
    digest: str = ""
    delimiter: str = ""
    named: bool | None = None


def read_table(spec: TableSpec, path: Path, progress: Progress) -> Reading:
    """The vocabulary in a table's columns. Raises VocabularyError that lists the columns there are."""
    problems = Problems()
    if is_parquet(path, spec.path):
        table = _parquet(spec, path)
    else:
        file = TextFile(path, spec.encoding, name=spec.path)
        table = parse(file.text(progress), spec, file, problems)
    word_at, count_at = word_column(spec, table), count_column(spec, table)
    if count_at == word_at:
        count_at = None
    table.notes.append(_("words from column {name!r}").format(name=table.names[word_at]))
    if count_at is not None:
        table.notes.append(_("counts from column {name!r}").format(name=table.names[count_at]))
    counts = collect(_items(table, word_at, count_at, problems, spec.path), problems)
    vocabulary = choose(
        counts, spec, counted=count_at is not None, problems=problems, notes=table.notes, where=spec.path
    )
    preview = [" | ".join(map(str, row)) for row in zip(*(c[:5] for c in table.columns), strict=True)]
    return told(
        spec.kind,
        vocabulary,
        table.file,
        problems=problems,
        notes=table.notes,
        path=spec.path,
        digest=table.digest,
        lines=len(table.lines),
        preview=[" | ".join(table.names), *preview],
    )


def is_parquet(path: Path, name: str) -> bool:
    """Whether the file at `path` begins like Parquet. Raises VocabularyError unless it can be read."""
    check_file(path, name)
    with open_file(path, name) as raw:
        return raw.read(4) == PARQUET


@contextmanager
def parquet(name: str) -> Iterator[Any]:
    """pyarrow.parquet; what it complains about is a VocabularyError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        yield pq
    except (pa.ArrowException, OSError) as error:
        raise VocabularyError(
            _("can't be read as Parquet: {reason}").format(reason=str(error).splitlines()[0]),
            where=name,
            fix=_("The file may be damaged or cut off: make it again."),
        ) from None


def _parquet(spec: TableSpec, path: Path) -> Table:
    with parquet(spec.path) as pq:
        read = pq.read_table(path)
    with path.open("rb") as raw:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
    columns = [column.to_pylist() for column in read.columns]
    if not columns:
        raise VocabularyError(_("there is no word in it"), where=spec.path, fix=_("Give at least one word."))
    return Table(read.column_names, columns, list(range(1, read.num_rows + 1)), ["Parquet"], digest=digest)


def parse(text: str, spec: TableSpec, file: TextFile, problems: Problems, *, whole: bool = True) -> Table:
    """The table in a text; of one that is not `whole`, the last row may be cut and is left out where it seems so."""
    first = next((line for line in text.split("\n", 100)[:100] if line.strip()), "")
    if first.lstrip().startswith("{"):
        return _json_lines(text, spec, file, problems)
    return _delimited(text, spec, file, problems, whole=whole)


def _json_lines(text: str, spec: TableSpec, file: TextFile, problems: Problems) -> Table:
    names: dict[str, None] = {}
    rows, lines = [], []
    for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        if not line.strip():
            problems.add("blank line", number, line)
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            row = error
        if not isinstance(row, dict):
            raise VocabularyError(
                _("this line is no JSON object: {line}").format(line=line.strip()[:60]),
                where=_("{name}, line {line:,}").format(name=spec.path, line=number),
                fix=_("Every line of a .jsonl file is an object such as {example}.").format(
                    example='{"word": "sea", "count": 3}'
                ),
            )
        names |= dict.fromkeys(row)
        rows.append(row)
        lines.append(number)
    columns = [[row.get(name) for row in rows] for name in names]
    return Table(list(names), columns, lines, [_("JSON lines")], file)


def _delimited(text: str, spec: TableSpec, file: TextFile, problems: Problems, *, whole: bool) -> Table:
    delimiter = _delimiter(text)
    csv.field_size_limit(1 << 24)
    quoted = delimiter != "\t" or not _has_bare_quotes(text)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    )
    rows: list[list[str]] = []
    lines: list[int] = []
    last = start = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(start)
            else:
                problems.add("blank line", start, "")
            last, start = start, reader.line_num + 1
    except csv.Error as error:
        raise VocabularyError(
            _("can't be read as a table: {reason}").format(reason=error),
            where=_("{name}, line {line:,}").format(name=spec.path, line=reader.line_num),
            fix=_("Check the quotation marks on that line."),
        ) from None
    if quoted and not whole and len(rows) > 1 and _is_open(text, last, delimiter):
        rows.pop()
        lines.pop()
    elif quoted and start - last > 1 and _is_open(text, last, delimiter):
        raise VocabularyError(
            _("can't be read as a table: {reason}").format(reason=_("a quotation mark is never closed")),
            where=_("{name}, line {line:,}").format(name=spec.path, line=last),
            fix=_("Check the quotation marks on that line."),
        )
    if not rows:
        raise VocabularyError(_("there is no word in it"), where=spec.path, fix=_("Give at least one word."))
    named = spec.header == "yes" or (spec.header == "auto" and _has_header(rows, spec))
    width = len(rows[0])
    names = [c.strip() for c in rows[0]] if named else [str(i) for i in range(1, width + 1)]
    body, lines = (rows[1:], lines[1:]) if named else (rows, lines)
    for row, line in zip(body, lines, strict=True):
        if len(row) != width:
            problems.add("row width", line, delimiter.join(row))
            row[:] = (row + [""] * width)[:width]
    shown = "tab" if delimiter == "\t" else delimiter
    notes: list[str] = [_("cells are separated by {delimiter!r}").format(delimiter=shown)] if width > 1 else []
    if not quoted:
        notes.append(_("quotation marks are characters like any other"))
    notes.append(_("the first row names the columns") if named else _("no column names: columns are numbered from 1"))
    columns = [list(column) for column in zip(*body, strict=True)] or [[] for _name in names]
    return Table(names, columns, lines, notes, file, delimiter=delimiter if width > 1 else "", named=named)


def _delimiter(text: str) -> str:
    """What cuts the first lines into equally many cells; a comma may be a word of a list with tabs."""
    head = "\n".join([line for line in text.split("\n", 50)[:50] if line.strip()][:20])

    def fits(delimiter: str) -> tuple[float, int]:
        quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
        try:
            rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, quoting=quoting)
            widths = [len(row) for row in rows if row]
        except csv.Error:
            return 0.0, 0
        wide = [n for n in widths if n > 1]
        return (wide.count(wide[0]) / len(widths), wide[0]) if wide else (0.0, 0)

    best = max(DELIMITERS, key=fits)
    return best if fits(best)[1] else ","


def _has_bare_quotes(text: str) -> bool:
    """Whether quotation marks stand alone, as the word " of a frequency list does: then they quote nothing."""
    return any(line.count('"') % 2 for line in text.split("\n")) if '"' in text else False


def _is_open(text: str, line: int, delimiter: str) -> bool:
    """Whether a quotation mark after `line` is never closed."""
    rest = io.StringIO(text, newline="")
    for _skipped in range(line - 1):
        rest.readline()
    try:
        for _row in csv.reader(rest, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _has_header(rows: Sequence[Sequence[str]], spec: TableSpec) -> bool:
    first = [cell.strip() for cell in rows[0]]
    if spec.column and spec.column in first:
        return True
    if any(cell.lower() in WORD_NAMES or cell.lower() in COUNT_NAMES[:3] for cell in first):
        return True
    if len(first) == 1 or any(_is_number(cell) for cell in first):
        return False
    # Numbers below a text: the text is a name.
    below = list(zip(*(row for row in rows[1:50] if len(row) == len(first)), strict=True))
    return any(column and all(map(_is_number, column)) for column in below)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def word_column(spec: TableSpec, table: Table) -> int:
    """The index of the column of words. Raises VocabularyError where it isn't there or can't be told."""
    if spec.column:
        return _named(spec.column, table, spec.path)
    lowered = [name.lower() for name in table.names]
    for name in WORD_NAMES:
        if name in lowered:
            return lowered.index(name)
    textual = [
        i for i, c in enumerate(table.columns) if any(v not in (None, "") and not _is_number(str(v)) for v in c[:50])
    ]
    if len(textual) > 1:
        raise VocabularyError(
            _("which column holds the words?"),
            where=spec.path,
            fix=_("Name the column of words (--column): {names}.").format(
                names=one_of([table.names[i] for i in textual])
            ),
        )
    return textual[0] if textual else 0


def count_column(spec: TableSpec, table: Table) -> int | None:
    """The index of the column of counts, None without one. Raises VocabularyError for a name that isn't there."""
    if spec.count_column:
        return _named(spec.count_column, table, spec.path)
    lowered = [name.lower() for name in table.names]
    return next((lowered.index(name) for name in COUNT_NAMES if name in lowered), None)


def _named(name: str, table: Table, where: str) -> int:
    if name in table.names:
        return table.names.index(name)
    raise VocabularyError(
        _("there is no column {name!r}").format(name=name),
        where=where,
        fix=_("Its columns are {names}.").format(names=", ".join(table.names)),
    )


def _items(
    table: Table, word_at: int, count_at: int | None, problems: Problems, where: str
) -> Iterator[tuple[int, str, int]]:
    counts = table.columns[count_at] if count_at is not None else None
    for i, (line, value) in enumerate(zip(table.lines, table.columns[word_at], strict=True)):
        if value is None:
            problems.add("null", line, "")
            continue
        if isinstance(value, bytes) and (text := _decoded(value)) is not None:
            value = text
        if not isinstance(value, str):
            problems.add("not text", line, repr(value))
            value = str(value)
        yield line, value, 0 if counts is None else _count(counts[i], value, line, problems, where)


def _decoded(value: bytes) -> str | None:
    """Text that Parquet holds as bytes (older Spark wrote it so), None where it is no UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _count(value: Any, word: str, line: int, problems: Problems, where: str) -> int:
    if value is None or value == "" or value != value:  # NaN, as pandas writes what is missing
        problems.add("no count", line, word)
        return 0
    try:
        digits = str(value).replace(",", "")
        count = int(digits) if digits.strip().isdecimal() else float(digits)
        if count < 0 or count != int(count) or isinstance(value, bool):
            raise ValueError
    except (ValueError, OverflowError):
        raise VocabularyError(
            _("the count of {word!r} is {count!r}").format(word=word, count=value),
            where=_("{name}, line {line:,}").format(name=where, line=line),
            fix=_("Counts are whole numbers, 0 or more. Name another column of counts (--count-column)."),
        ) from None
    return int(count)
