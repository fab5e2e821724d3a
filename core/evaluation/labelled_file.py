"""A file of texts with labels, of pairs of texts, or of texts alone: read in a stream, any number of times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ..errors import InputError, one_of
from ..messages import N_, _
from ..progress import Progress, ignore
from ..vocabulary.table_rows import Parquet, Rows, TextRows, is_parquet, is_table, open_table
from .labelled_lines import MOST_LABELS, SHAPE, LabelledLines, Role

TEXT_NAMES = (
    "text",
    "texts",
    "sentence",
    "review",
    "content",
    "comment",
    "title",
    "document",
    "文本",
    "评论",
    "内容",
    "标题",
)
LABEL_NAMES = ("label", "labels", "class", "category", "sentiment", "target", "y", "标签", "类别", "情感")
PAIR_NAMES = (
    ("text", "text2"),
    ("text1", "text2"),
    ("text_a", "text_b"),
    ("sentence1", "sentence2"),
    ("sentence_a", "sentence_b"),
    ("query", "passage"),
    ("query", "positive"),
    ("query", "document"),
    ("anchor", "positive"),
    ("question", "answer"),
    ("question1", "question2"),
    ("premise", "hypothesis"),
    ("source", "target"),
    ("title", "content"),
    ("问题", "回答"),
)
HAN = re.compile("[\u3400-\u9fff]")
WHOLE = re.compile(r"-?\d+\.0")
TEXTS = N_("Give a text with one text a line, or a .csv, .tsv, .jsonl or .parquet file with a column of texts.")
PAIRS = N_("Give a .csv, .tsv, .jsonl or .parquet file with two columns of texts.")


class LabelledFile:
    """A file of texts, its shape told from its first megabyte; no more than a row of it is held at a time.

    names       of its columns; "label" and "text" for lines that begin with a label
    text_name   the column of texts ("title+text": several, joined by a space), `label_name` that of labels and
                `second_name` that of second texts, "" where the role has none
    notes       how it is read: encoding, columns
    line        of the row read last (from 1; of Parquet its row)

    role    what is read of it: texts with labels, pairs of texts, or texts alone
    like    a file of the same kind, whose columns are taken where none are named: a test file is read as its
            training file

    Rows are numbered from 0 as they stand in the file; blank lines are none. Raises InputError (VocabularyError) for
    what can't be read, and for a column that isn't there.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        text: str = "",
        label: str = "",
        second: str = "",
        encoding: str = "auto",
        name: str | None = None,
        role: Role = "labelled",
        like: LabelledFile | None = None,
    ) -> None:
        path = Path(path)
        self.name, self.role = name or path.name, role
        asked = [part for one in (text, label, second) for part in (one, *one.split("+")) if part.strip()]
        self._rows, self.lined = _opened(path, encoding, self.name, role, asked, like)
        self.names: list[str] = self._rows.names
        self.line = 0
        if like is not None:
            text, label, second = (
                own or (other if all(part in self.names for part in _parts(other, like.names)) else "")
                for own, other in ((text, like.text_name), (label, like.label_name), (second, like.second_name))
            )
        self._label = self._second = -1
        if role == "pairs":
            self._text, self._second = self._pair(text, second)
        else:
            if role == "labelled":
                self._label = self._label_place(text, label)
            self._text = self._text_places(text)
        self.text_name = "+".join(self.names[at] for at in self._text)
        self.label_name = "" if self._label < 0 else self.names[self._label]
        self.second_name = "" if self._second < 0 else self.names[self._second]
        self.notes: tuple[str, ...] = (*self._rows.notes, *self._told())

    def _told(self) -> Iterator[str]:
        if self.role == "labelled":
            yield _("texts from column {text!r}, labels from column {label!r}").format(
                text=self.text_name, label=self.label_name
            )
        elif self.role == "pairs":
            yield _("texts from columns {text!r} and {second!r}").format(text=self.text_name, second=self.second_name)
        elif len(self.names) > 1:
            yield _("texts from column {text!r}").format(text=self.text_name)

    # Reading.

    def rows(self, progress: Progress = ignore) -> Iterator[tuple[int, str, str]]:
        """(row, text, label) of every row; either may be empty."""
        for row, text, (value,) in self._read([self._label], progress):
            yield row, text, label_of(value)

    def pairs(self, progress: Progress = ignore) -> Iterator[tuple[int, str, str]]:
        """(row, text, second text) of every row; either may be empty."""
        for row, text, (value,) in self._read([self._second], progress):
            yield row, text, said(value)

    def texts(self, progress: Progress = ignore) -> Iterator[tuple[int, str]]:
        """(row, text) of every row; it may be empty."""
        for row, text, _none in self._read([], progress):
            yield row, text

    def picked(self, rows: Iterable[int], progress: Progress = ignore) -> Iterator[tuple[int, str]]:
        """(row, text) of some rows in the order of the file, which is read no further than the last."""
        wanted = sorted({int(row) for row in rows})
        at = 0
        if not wanted:
            return
        for row, text in self.texts(progress):
            if row == wanted[at]:
                yield row, text
                at += 1
                if at == len(wanted):
                    return

    def pick(self, rows: Sequence[int]) -> dict[int, str]:
        """The texts of some rows."""
        return dict(self.picked(rows))

    def _read(self, others: Sequence[int], progress: Progress) -> Iterator[tuple[int, str, Sequence[Any]]]:
        n, single = len(self._text), len(self._text) == 1
        for row, (line, values) in enumerate(self._rows.rows([*self._text, *others], progress)):
            self.line = line
            text = said(values[0]) if single else " ".join(filter(None, map(said, values[:n])))
            yield row, text, values[n:]

    @property
    def uneven(self) -> int:
        """Rows of the last pass that had too few or too many cells, and were read as far as their cells go."""
        return self._rows.uneven

    @property
    def where(self) -> str:
        """The file and the line of the row read last, for errors."""
        return _("{name}, line {line:,}").format(name=self.name, line=self.line)

    def digest(self) -> str:
        """Hex SHA-256 of the file's bytes; after a whole pass over a text it costs nothing."""
        return self._rows.digest()

    def language(self) -> str:
        """ "zh" where Chinese characters are common in the first texts, else "en"."""
        return language_of([text for _row, text in islice(self.texts(), 1000)])

    # Finding the columns.

    def _place(self, name: str) -> int:
        if name not in self.names:
            raise InputError(
                _("there is no column {name!r}").format(name=name),
                where=self.name,
                fix=_("Its columns are {names}.").format(names=one_of(self.names)),
            )
        return self.names.index(name)

    def _named(self, names: Iterable[str], taken: Sequence[int] = ()) -> int | None:
        """The column that has the first of some names that one has."""
        lowered = [name.strip().lower() for name in self.names]
        return next((lowered.index(n) for n in names if n in lowered and lowered.index(n) not in taken), None)

    def _text_places(self, text: str) -> list[int]:
        if text:
            return [self._place(part) for part in _parts(text, self.names)]
        taken = [self._label] if self._label >= 0 else []
        if (named := self._named(TEXT_NAMES, taken)) is not None:
            return [named]
        return [max((at for at in range(len(self.names)) if at not in taken), key=self._length)]

    def _length(self, at: int) -> int:
        return sum(len(said(value)) for value in self._rows.sample[at])

    def _label_place(self, text: str, label: str) -> int:
        """The column named like one of labels, else the one with the fewest different values (more than one)."""
        if len(self.names) < 2 and not (text and label):
            raise InputError(_("there is one column only"), where=self.name, fix=_(SHAPE))
        if label:
            return self._place(label)
        taken = [self.names.index(part) for part in _parts(text, self.names) if part in self.names]
        if (named := self._named(LABEL_NAMES, taken)) is not None:
            return named
        columns = [at for at in range(len(self.names)) if at not in taken] or list(range(len(self.names)))
        distinct = {at: len({label_of(value) for value in self._rows.sample[at]}) for at in columns}
        if not self._rows.whole and min(distinct.values()) < 2:
            # A file sorted by its labels begins with one of them.
            distinct = self._distinct(columns)
        several = {at: n for at, n in distinct.items() if n > 1} or distinct
        return min(several, key=lambda at: several[at])

    def _distinct(self, columns: list[int]) -> dict[int, int]:
        """How many different values each column has in the whole file, as far as labels go."""
        seen: list[set[str]] = [set() for _at in columns]
        for _line, values in self._rows.rows(columns):
            for found, value in zip(seen, values, strict=True):
                if len(found) <= MOST_LABELS:
                    found.add(label_of(value))
        return {at: len(found) for at, found in zip(columns, seen, strict=True)}

    def _pair(self, text: str, second: str) -> tuple[list[int], int]:
        """The columns of a pair: by their names, else the two with the longest texts, in their order."""
        if len(self.names) < 2:
            raise InputError(_("there is one column only"), where=self.name, fix=_(PAIRS))
        if not text and not second:
            for one, other in PAIR_NAMES:
                first, last = self._named([one]), self._named([other])
                if first is not None and last is not None:
                    return [first], last
        first = [self._place(part) for part in _parts(text, self.names)]
        last = [self._place(second)] if second else []
        free = [at for at in range(len(self.names)) if at not in (*first, *last) and not self._is_numeric(at)]
        longest = sorted(sorted(free, key=lambda at: -self._length(at))[: (not first) + (not last)])
        if len(longest) < (not first) + (not last):
            raise InputError(_("there is one column of texts only"), where=self.name, fix=_(PAIRS))
        first = first or [longest.pop(0)]
        return first, (last or longest)[0]

    def _is_numeric(self, at: int) -> bool:
        values = [value for value in map(label_of, self._rows.sample[at]) if value]
        return sum(value.replace(".", "", 1).lstrip("+-").isdecimal() for value in values) >= 0.5 * len(values)


def _opened(
    path: Path, encoding: str, name: str, role: Role, asked: Sequence[str], like: LabelledFile | None
) -> tuple[Rows, str]:
    """The file's rows, and how its lines are cut; "" for a table."""
    if is_parquet(path, name):
        return Parquet(path, name), ""
    text = TextRows(path, encoding, name)
    if not text.head.strip():
        fix = _fix(role)
        raise InputError(_("there is no text in it"), where=name, fix=_(fix))
    if is_table(path, text.head) or role == "pairs":
        usual = chain(TEXT_NAMES, LABEL_NAMES if role == "labelled" else (), *(PAIR_NAMES if role == "pairs" else ()))
        known = {*usual, *(one.strip().lower() for one in asked)} - set("123456789")
        return open_table(text, frozenset(known)), ""
    lines = LabelledLines(text, role, like.lined if like else "")
    return lines, lines.kind


def _fix(role: Role) -> str:
    return {"labelled": SHAPE, "pairs": PAIRS, "texts": TEXTS}[role]


def _parts(text: str, names: Sequence[str]) -> list[str]:
    """The columns that "title+text" names, unless one is called so."""
    if text in names or "+" not in text:
        return [text] if text else []
    return [part.strip() for part in text.split("+")]


def said(value: Any) -> str:
    """A cell as a text; "" for a missing one."""
    if isinstance(value, str):
        return value
    if value is None or value != value:  # NaN, as pandas writes what is missing
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def label_of(value: Any) -> str:
    """A cell as a label: 1, 1.0 and "1.0" are "1" in every kind of file, true is "true"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    told = said(value).strip()
    return told[:-2] if WHOLE.fullmatch(told) else told


def language_of(texts: Sequence[str]) -> str:
    """ "zh" where more than a tenth of the characters of the first thousand texts are Chinese, else "en"."""
    some = "".join(texts[:1000])
    return "zh" if len(HAN.findall(some)) > 0.1 * max(1, len(some)) else "en"
