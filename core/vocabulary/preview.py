"""The beginning of a file, as it would be read: lines, words, columns. Quick whatever the file's size."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ..errors import VocabularyError
from .corpus import CorpusSpec, files_in, no_text_in
from .lines import TextFile
from .report import Problems
from .segmenting import ChineseCutter, Segmenter
from .table import Table, TableSpec, count_column, is_parquet, parquet, parse, word_column

# Bytes that are read to tell the encoding, characters of a head, of a line and of a cell; rows that are looked at.
SEARCHED = 1 << 24
HEAD = 1 << 20
LINE = 2000
CELL = 200
ROWS = 1000

Cut = tuple[str, list[str]]


def preview_tokens(lines: Iterable[str], spec: CorpusSpec, *, base: Path | None = None) -> list[Cut]:
    """Each line of running text with its words in order, cut as `spec` says.

    `base` is the folder that the user's dictionary is relative to (default: the working directory). Raises
    VocabularyError where that can't be read.
    """
    cutter = None
    if spec.language != "en":
        path = (base or Path()) / os.path.expanduser(spec.user_dictionary) if spec.user_dictionary else None
        cutter = _cutter(path, _stamp(path), spec.user_dictionary, spec.new_words)
    segmenter = Segmenter(spec.language, spec.tokenization, cutter)
    return [(line, segmenter.tokens(line)) for line in lines]


def _stamp(path: Path | None) -> tuple[int, ...]:
    """What tells a changed file from the one that was read."""
    try:
        found = os.stat(path) if path else None
    except (OSError, ValueError):
        return ()
    return (found.st_size, found.st_mtime_ns, found.st_ino) if found else ()


@lru_cache(maxsize=4)
def _cutter(path: Path | None, stamp: tuple[int, ...], name: str, new_words: bool) -> ChineseCutter:
    return ChineseCutter(path, name=name, new_words=new_words, problems=Problems())


def head_of(path: str | Path, encoding: str = "auto", *, n: int = 5, name: str = "") -> list[str]:
    """The first `n` lines of a text, of a .gz, or of the first text in a folder, each at most `LINE` characters long.

    `name` is what errors call the file. Raises VocabularyError for what can't be read as text.
    """
    path, name = Path(path), name or str(path)
    if os.path.isdir(path):
        path, name = next(((file, shown) for file, shown, text in files_in(path, name) if text), (path, name))
        if os.path.isdir(path):
            raise no_text_in(name)
    file = TextFile(path, encoding, name=name, expanded=None, searched=SEARCHED)
    text, _whole = _head(file)
    end = "\r" if "\n" not in text and "\r" in text.rstrip("\r") else "\n"  # line ends of old Macintosh files
    lines = text.removesuffix(end).split(end, n)[:n]
    return [line.removesuffix("\r")[:LINE] for line in lines]


def _head(file: TextFile) -> tuple[str, bool]:
    """The first characters of a text, and whether they are all of it."""
    parts, held = [], 0
    with closing(file.chunks()) as chunks:
        for text in chunks:
            parts.append(text)
            held += len(text)
            if held > HEAD:
                break
        else:
            return "".join(parts), True
    return "".join(parts)[:HEAD], False


@dataclass(frozen=True)
class TableHead:
    """The beginning of a table.

    form       "delimited" (.csv, .tsv), "jsonl" or "parquet"
    names      of the columns; "1", "2", … where the first row does not name them
    rows       the first rows as texts, "" for what is missing
    delimiter  between cells, "" in the other forms and where there is one column
    named      whether the first row names the columns; None in the other forms
    word       the column of words: as asked, or as guessed; None where it isn't there, or several may be meant
    count      the same of counts; None without one
    """

    form: Literal["delimited", "jsonl", "parquet"]
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    named: bool | None
    word: str | None
    count: str | None


def columns_of(path: str | Path, spec: TableSpec | None = None, *, rows: int = 10) -> TableHead:
    """The columns of the table at `path`, read as `spec` says (`header`, `encoding`), and its first `rows`.

    Raises VocabularyError for what can't be read as a table.
    """
    path = Path(path)
    spec = spec or TableSpec(path=str(path))
    form: Literal["delimited", "jsonl", "parquet"] = "parquet"
    if is_parquet(path, spec.path):
        table = _parquet_head(path, spec.path)
    else:
        file = TextFile(path, spec.encoding, name=spec.path, searched=SEARCHED)
        text, whole = _head(file)
        if not whole:
            text = text[: text.rfind("\n") + 1] or text
        table = parse(text, spec, file, Problems(), whole=whole)
        form = "jsonl" if table.named is None else "delimited"
    word, count = _guessed(spec, table)
    cells = zip(*(column[:rows] for column in table.columns), strict=True)
    return TableHead(
        form=form,
        names=tuple(table.names),
        rows=tuple(tuple(map(_shown, row)) for row in cells),
        delimiter=table.delimiter,
        named=table.named,
        word=word,
        count=count,
    )


def _parquet_head(path: Path, name: str) -> Table:
    with parquet(name) as pq, pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        batch = next(file.iter_batches(batch_size=ROWS), None)
        columns = [column.to_pylist() for column in batch.columns] if batch is not None else [[] for _name in names]
    return Table(names, columns, list(range(1, len(columns[0]) + 1 if columns else 1)), [])


def _guessed(spec: TableSpec, table: Table) -> tuple[str | None, str | None]:
    try:
        word = table.names[word_column(spec, table)] if table.names else None
    except VocabularyError:
        word = None
    try:
        at = count_column(spec, table)
    except VocabularyError:
        at = None
    count = None if at is None or table.names[at] == word else table.names[at]
    return word, count


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return "" if value is None else str(value)[:CELL]
