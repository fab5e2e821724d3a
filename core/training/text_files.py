"""The files that a training reads: found, opened and checked; each is a stream of text, any number of times."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import one_of
from ..messages import _, ngettext
from ..progress import Progress
from ..vocabulary.corpus import files_in, no_text_in
from ..vocabulary.encoding import BY_GUESS
from ..vocabulary.lines import TextFile, check_file
from ..vocabulary.table_rows import Parquet, Rows, TextRows, is_named_table, is_parquet, open_table
from .contract import TrainingError
from .cutting import STOP
from .spec import TextsSpec

# So much of a file without any byte beyond ASCII is read to tell its encoding: it is UTF-8 then.
SEARCHED = 1 << 26
# Cells are joined to pieces of so many characters; so many of them show what a table is like.
PIECE, HEAD_CELLS = 1 << 16, 200
# Columns that are often called so tell that a first row names them.
USUAL = frozenset(["text", "texts", "content", "body", "sentence", "title", "label", "id", "文本", "内容", "标题"])
NAMED = 5
BETWEEN = f" {STOP} "
JSON = re.compile(r'\s*\{\s*("|\})')
# What no text holds: the mark that stands for an end, and halves of characters, which JSON can spell.
UNTOLD = re.compile(f"[{STOP}\ud800-\udfff]")

Told = Callable[[int], None]


@dataclass(frozen=True)
class Listed:
    """The files that paths and folders name, in a fixed order, each with the name that messages give it.

    left   names of what is not read in the folders, `empty` of files with nothing in them, `twice` of files named
           again
    """

    files: tuple[tuple[Path, str], ...]
    left: tuple[str, ...]
    empty: tuple[str, ...]
    twice: tuple[str, ...]

    def notes(self) -> Iterator[str]:
        """What of it a person should know."""
        for names, text in (
            (
                self.left,
                ngettext("{n:,} file is not read: {names}", "{n:,} files are not read: {names}", len(self.left)),
            ),
            (self.empty, ngettext("{n:,} file is empty: {names}", "{n:,} files are empty: {names}", len(self.empty))),
            (
                self.twice,
                ngettext(
                    "{n:,} file is named twice and read once: {names}",
                    "{n:,} files are named twice and read once: {names}",
                    len(self.twice),
                ),
            ),
        ):
            if names:
                yield text.format(n=len(names), names=", ".join(names[:NAMED]) + ("…" if len(names) > NAMED else ""))


def at(base: Path | None, name: str) -> Path:
    """The path that a spec names; relative ones are relative to `base`."""
    return (base or Path()) / os.path.expanduser(name)


def listed(spec: TextsSpec, base: Path | None) -> Listed:
    """The files of a spec. Raises VocabularyError for a path that isn't there, TrainingError where all are empty."""
    files: list[tuple[Path, str]] = []
    left: list[str] = []
    empty: list[str] = []
    twice: list[str] = []
    seen: set[str] = set()
    for name in spec.paths:
        if not name.strip():  # it would be the working folder
            raise TrainingError(_("a path is empty"), fix=_("Name a file or a folder."))
        path = at(base, name)
        try:
            inside = path.is_dir()
            nothing = path.is_file() and not path.stat().st_size
        except (OSError, ValueError):
            inside = nothing = False  # checking it says why
        if inside:
            found = _in_folder(path, name, bool(spec.column), left, empty)
        elif nothing:
            empty.append(name)
            continue
        else:
            check_file(path, name)
            found = [(path, name)]
        for file, shown in found:
            real = os.path.realpath(file)
            if real in seen:
                twice.append(shown)
            else:
                files.append((file, shown))
            seen.add(real)
    if not files:
        raise TrainingError(
            _("there is no text in it: all files are empty"),
            where=", ".join(empty[:NAMED]),
            fix=_("Give a text with words in it."),
        )
    return Listed(tuple(files), tuple(left), tuple(empty), tuple(twice))


def _in_folder(folder: Path, name: str, tables: bool, left: list[str], empty: list[str]) -> list[tuple[Path, str]]:
    """The texts in a folder, or its tables where a column of them is named."""
    found = []
    for file, shown, is_text in files_in(folder, name):
        table = is_named_table(file) or file.suffix.lower() == ".parquet"
        wanted = table if tables else is_text and not table
        if file.name.startswith(".") or not file.is_file():
            continue
        if not file.stat().st_size:
            empty.append(shown)
        elif wanted:
            found.append((file, shown))
        else:
            left.append(shown)
    if found or empty:
        return found
    if tables:
        raise TrainingError(
            _("there is no table in this folder"),
            where=name,
            fix=_("Put .csv, .tsv, .jsonl or .parquet files into it, or name no column."),
        )
    raise no_text_in(name)


def files_key(spec: TextsSpec, base: Path | None) -> str:
    """Path, size and time of writing of all files, the user's dictionary too: what tells a changed one unread."""
    files = [file for file, _name in listed(spec, base).files]
    if spec.user_dictionary:
        files.append(at(base, spec.user_dictionary))
    told = []
    for file in files:
        try:
            found = file.stat()
            told.append(f"{os.path.abspath(file)}\0{found.st_size}\0{found.st_mtime_ns}")
        except OSError:
            told.append(f"{os.path.abspath(file)}\0")
    return "\n".join(told)


class PlainText:
    """A text file: a stream of its characters."""

    def __init__(self, file: TextFile) -> None:
        self.name, self.size = file.name, file.size
        self.encoding = file.encoding.label
        self.table = False
        self._file = file
        self.notes: list[str] = []
        if file.encoding.how == BY_GUESS:
            text = _("{name}: {encoding} is guessed from its bytes: check the preview")
            self.notes.append(text.format(name=file.name, encoding=file.encoding.label))

    def head(self) -> str:
        """The first characters, cut at the end of a line where there is one."""
        decoder = codecs.getincrementaldecoder(self._file.encoding.codec)("replace")
        text = decoder.decode(self._file.sample.head).removeprefix("\ufeff").replace(STOP, " ")
        cut = text.rfind("\n") + 1
        return text[:cut] if cut and len(text) > PIECE // 4 else text

    def chunks(self, told: Told) -> Iterator[str]:
        """The text in pieces; `told` is told how many bytes are read."""
        self._file.count = 0
        yield from self._file.chunks(_bytes_told(told))

    def digest(self) -> str:
        """Hex SHA-256 of the file's bytes, after a whole pass."""
        return self._file.digest


class TableOfTexts:
    """A column of a table: a stream of its cells with ends between them."""

    def __init__(self, rows: Rows, name: str, size: int, encoding: str, column: str) -> None:
        self.name, self.size, self.encoding = name, size, encoding
        self.table = True
        self._rows = rows
        self._at = _place(rows.names, column, name)
        text = _("texts from column {text!r}").format(text=rows.names[self._at])
        self.notes: list[str] = [f"{name}: {note}" for note in [*rows.notes, text]]

    def head(self) -> str:
        """The first cells."""
        return _joined(map(_said, self._rows.sample[self._at][:HEAD_CELLS]))

    def chunks(self, told: Told) -> Iterator[str]:
        """The cells in pieces; `told` is told how many bytes are read."""
        held: list[str] = []
        length = 0
        for _line, (value,) in self._rows.rows([self._at], _bytes_told(told, self.size)):
            held.append(_said(value))
            length += len(held[-1])
            if length >= PIECE:
                yield _joined(held)
                held, length = [], 0
        yield _joined(held)

    def digest(self) -> str:
        """Hex SHA-256 of the file's bytes."""
        return self._rows.digest()


Source = PlainText | TableOfTexts


def open_source(path: Path, name: str, spec: TextsSpec, searched: int = SEARCHED) -> Source:
    """One file, what it is told by its name and its first bytes. Raises VocabularyError, TrainingError."""
    size = check_file(path, name)
    if is_parquet(path, name):
        return TableOfTexts(Parquet(path, name), name, size, "", spec.column)
    if not is_named_table(path):
        text = PlainText(TextFile(path, spec.encoding, name=name, expanded=None, searched=searched))
        if not (path.suffix.lower() != ".txt" and JSON.match(text.head())):
            _refuse_column(spec.column, name)
            return text
    rows = TextRows(path, spec.encoding, name, searched=searched)
    head = rows.head.lstrip()
    if not head:
        return PlainText(rows.file)  # nothing but white space
    if head.startswith("[") and path.suffix.lower() not in (".csv", ".tsv"):
        raise TrainingError(
            _("this is a JSON array, which can't be read in a stream"),
            where=name,
            fix=_("Write one object a line, as .jsonl."),
        )
    known = {spec.column.lower()} - set("123456789") if spec.column else USUAL
    table: Any = open_table(rows, frozenset(known))
    return TableOfTexts(table, name, size, rows.file.encoding.label, spec.column)


def _refuse_column(column: str, name: str) -> None:
    if column:
        raise TrainingError(
            _("this is a text without columns, and a column is named: {column!r}").format(column=column),
            where=name,
            fix=_("Name no column, or give a table (.csv, .tsv, .jsonl, .parquet)."),
        )


def _place(names: list[str], column: str, where: str) -> int:
    if column in names:
        return names.index(column)
    if column:
        what, fix = _("there is no column {name!r}").format(name=column), _("Its columns are {names}.")
    elif len(names) == 1:
        return 0
    else:
        what, fix = _("which column holds the texts?"), _("Name the column of texts: {names}.")
    raise TrainingError(what, where=where, fix=fix.format(names=one_of(names)))


def _joined(cells: Any) -> str:
    text = BETWEEN.join(UNTOLD.sub(" ", cell) for cell in cells)
    return f"{text}{BETWEEN}"


def _said(value: Any) -> str:
    """A cell as a text; "" for a missing one, a list of words with spaces between."""
    if isinstance(value, str):
        return value
    if value is None or value != value:  # NaN, as pandas writes what is missing
        return ""
    if isinstance(value, list):
        return " ".join(map(_said, value))
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _bytes_told(told: Told, size: int | None = None) -> Progress:
    """A progress that tells bytes: what a Parquet file counts in rows is a share of its `size`."""

    def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        told(done if unit == "bytes" or not size or not total else size * done // total)

    return progress


def digest_of(sources: list[Source], told: list[str]) -> str:
    """Hex, of the contents of all files in their order and of what else is `told`."""
    return hashlib.sha256("\n".join([*(source.digest() for source in sources), *told]).encode()).hexdigest()


__all__ = ["Listed", "Source", "at", "digest_of", "files_key", "listed", "open_source"]
