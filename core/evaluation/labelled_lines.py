"""Lines that begin with a label, or have one behind a tab: the plain files of texts of this field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from ..errors import InputError
from ..messages import N_, _
from ..progress import Progress, ignore
from ..vocabulary.table_rows import Row, TextRows

Role = Literal["labelled", "pairs", "texts"]
FASTTEXT = "__label__"
# So many distinct labels, beside every text a label of its own, are no classes.
MOST_LABELS = 1000
SHAPE = N_(
    "Give a .csv, .tsv, .jsonl or .parquet file with a column of texts and one of labels, or lines of a label and a "
    "text, separated by a space or a tab."
)


class LabelledLines:
    """Lines as the rows of a table with the columns "label" and "text", or "text" alone.

    kind  how a line is cut: FASTTEXT, "label first" or "label last" of a tab, "space", or "texts"
    """

    def __init__(self, text: TextRows, role: Role, like: str) -> None:
        lines = [line.rstrip("\r\n") for line in text.head_lines() if line.strip()]
        self._text, self.whole, self.uneven = text, text.whole, 0
        self.kind = self._kind(lines, role, like, text.name)
        self.notes = list(text.notes)
        if self.kind == FASTTEXT and any(FASTTEXT in self._cut(line)[2] for line in lines):
            self.notes.append(_("of lines with several labels the first counts"))
        self.names = ["text"] if self.kind == "texts" else ["label", "text"]
        cut = [self._values(line, 0) for line in lines]
        self.sample = [list(column) for column in zip(*cut, strict=True)]

    def _kind(self, lines: list[str], role: Role, like: str, where: str) -> str:
        if all(line.lstrip().startswith(FASTTEXT) for line in lines):
            return FASTTEXT
        if role == "texts":
            return "texts"
        if sum("\t" in line for line in lines) > 0.9 * len(lines):
            if like in ("label first", "label last"):
                return like
            first = [line.partition("\t")[0] for line in lines]
            last = [line.rpartition("\t")[2] for line in lines]
            # Labels are fewer than texts; in a file of a few lines they are shorter.
            kinds = [(len(set(side)), sum(map(len, side))) for side in (first, last)]
            return "label first" if kinds[0] <= kinds[1] else "label last"
        labels = {line.strip().partition(" ")[0] for line in lines}
        if len(labels) > max(MOST_LABELS, len(lines) // 10) or len(lines) < 2:
            number = next(n for n, line in enumerate(self._text.head_lines(), 1) if line.strip())
            raise InputError(
                _("no label stands before the text: {line}").format(line=repr(lines[0][:60])),
                where=_("{name}, line {line:,}").format(name=where, line=number),
                fix=_(SHAPE),
            )
        return "space"

    def _cut(self, line: str) -> tuple[str, str, str]:
        """The label, what parts it from the text, and the text."""
        if self.kind == "label first":
            return line.partition("\t")
        if self.kind == "label last":
            text, tab, label = line.rpartition("\t")
            return label, tab, text
        return line.strip().partition(" ")

    def _values(self, line: str, number: int) -> list[str]:
        if self.kind == "texts":
            return [line.strip()]
        label, _mark, text = self._cut(line)
        if self.kind == FASTTEXT:
            if not label.startswith(FASTTEXT):
                raise InputError(
                    _("no label stands before the text: {line}").format(line=repr(line[:60])),
                    where=_("{name}, line {line:,}").format(name=self._text.name, line=number),
                    fix=_("Lines before it begin with {mark}: begin this one so too.").format(mark=FASTTEXT),
                )
            label = label.removeprefix(FASTTEXT)
            while text.startswith(FASTTEXT):  # a further label is none of the text's words
                text = text.partition(" ")[2]
        return [label, text.strip()]

    def rows(self, wanted: Sequence[int], progress: Progress = ignore) -> Iterator[Row]:
        for number, line in enumerate(self._text.lines(progress), 1):
            if line.strip():
                values = self._values(line.rstrip("\r\n"), number)
                yield number, [values[at] for at in wanted]

    def digest(self) -> str:
        """Hex SHA-256 of the file's bytes."""
        return self._text.digest()
