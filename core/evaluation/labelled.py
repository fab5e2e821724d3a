"""Labelled texts: tables with a column of texts and one of labels, and the files of lines common in this field."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import InputError, one_of
from ..messages import N_, _
from ..vocabulary.lines import TextFile
from ..vocabulary.report import Problems
from ..vocabulary.segmenting import ChineseCutter, Segmenter, Tokenization
from ..vocabulary.table import Table, TableSpec, is_parquet, parquet, parse

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
FASTTEXT = "__label__"
# So many distinct labels, beside every text a label of its own, are no classes.
MOST_LABELS = 1000
HAN = re.compile("[\u3400-\u9fff]")
SHAPE = N_(
    "Give a .csv, .tsv, .jsonl or .parquet file with a column of texts and one of labels, or lines of a label and a "
    "text, separated by a space or a tab."
)


@dataclass(frozen=True)
class LabelledTexts:
    """Texts and their labels, in the order of the file.

    language  "zh" where Chinese characters are common, else "en"
    notes     how the file was read: encoding, columns, lines that were left out
    """

    name: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    language: str = ""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.texts)


def read_labelled(
    path: str | Path,
    *,
    text_column: str | None = None,
    label_column: str | None = None,
    encoding: str = "auto",
    name: str | None = None,
) -> LabelledTexts:
    """Read labelled texts; columns that are not given are found by their names or their content.

    `text_column` may join several columns: "title+text". Lines without a text or a label are left out and counted
    in the notes. Of lines, the label comes first ("1 good film", "DESC:manner How …", "__label__1 good film") or
    stands behind a tab. Raises InputError (VocabularyError) for what can't be read, for a single label, and for
    labels that are all different.
    """
    path = Path(path)
    where = path.name
    if is_parquet(path, where):
        table, notes = _parquet(path), ["Parquet"]
    else:
        file = TextFile(path, encoding, name=where)
        text = file.text()
        notes = [_("encoding: {name}").format(name=file.encoding.label)]
        if path.suffix.lower() in (".csv", ".tsv", ".jsonl", ".json") or text.lstrip().startswith("{"):
            header = "yes" if _names_columns(text, text_column, label_column) else "auto"
            table = parse(text, TableSpec(path=where, header=header), file, Problems())
        else:
            table = _lines(text, where)
    texts, labels, told = _chosen(table, text_column, label_column, where)
    kept = [(text, label) for text, label in zip(texts, labels, strict=True) if text.strip() and label]
    if left := len(texts) - len(kept):
        told.append(_("{n:,} lines without a text or a label are left out").format(n=left))
    _check(kept, where)
    texts, labels = [text for text, _label in kept], [label for _text, label in kept]
    return LabelledTexts(name or path.stem, tuple(texts), tuple(labels), language_of(texts), (*notes, *told))


def _parquet(path: Path) -> Table:
    with parquet(path.name) as pq:
        read = pq.read_table(path)
    return Table(read.column_names, [c.to_pylist() for c in read.columns], list(range(1, read.num_rows + 1)), [])


def _names_columns(text: str, text_column: str | None, label_column: str | None) -> bool:
    """Whether the first line holds names of columns: those asked for, or usual ones."""
    cells = {cell.strip().strip('"').lower() for cell in re.split(r"[,\t;|]", text.split("\n", 1)[0])}
    asked = {part.strip().lower() for part in f"{text_column or ''}+{label_column or ''}".split("+") if part.strip()}
    return bool(cells & {*TEXT_NAMES, *LABEL_NAMES, *asked} - set("123456789"))


def _lines(text: str, where: str) -> Table:
    """Lines as a table of two columns, "label" and "text"."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise InputError(_("there is no text in it"), where=where, fix=_(SHAPE))
    if all(line.lstrip().startswith(FASTTEXT) for _number, line in lines):
        pairs = [line.strip().removeprefix(FASTTEXT).partition(" ")[::2] for _number, line in lines]
    elif sum("\t" in line for _number, line in lines) > 0.9 * len(lines):
        cut = [line.rstrip("\r").partition("\t") for _number, line in lines]
        last = [line.rstrip("\r").rpartition("\t") for _number, line in lines]
        first = len({a for a, _tab, _b in cut}) <= len({b for _a, _tab, b in last})
        pairs = [(a, b) for a, _tab, b in cut] if first else [(b, a) for a, _tab, b in last]
    else:
        pairs = [line.strip().partition(" ")[::2] for _number, line in lines]
        if len({label for label, _text in pairs}) > max(MOST_LABELS, len(pairs) // 10) or len(pairs) < 2:
            number, line = lines[0]
            raise InputError(
                _("no label stands before the text: {line}").format(line=repr(line[:60])),
                where=_("{name}, line {line:,}").format(name=where, line=number),
                fix=_(SHAPE),
            )
    columns = [[label for label, _text in pairs], [text.strip() for _label, text in pairs]]
    return Table(["label", "text"], columns, [number for number, _line in lines], [])


def _chosen(
    table: Table, text_column: str | None, label_column: str | None, where: str
) -> tuple[list[str], list[str], list[str]]:
    """Texts, labels, and notes on which columns they are from."""
    if len(table.names) < 2 and not (text_column and label_column):
        raise InputError(_("there is one column only"), where=where, fix=_(SHAPE))
    label = _place(label_column, table, where) if label_column else _label_place(table, text_column)
    if text_column and text_column not in table.names and "+" in text_column:
        places = [_place(part.strip(), table, where) for part in text_column.split("+")]
    else:
        places = [_place(text_column, table, where) if text_column else _text_place(table, label)]
    texts = [" ".join(_said(table.columns[at][row]) for at in places) for row in range(len(table.lines))]
    labels = [_said(value).strip() for value in table.columns[label]]
    told = _("texts from column {text!r}, labels from column {label!r}").format(
        text="+".join(table.names[at] for at in places), label=table.names[label]
    )
    return texts, labels, [told]


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _place(name: str, table: Table, where: str) -> int:
    if name not in table.names:
        raise InputError(
            _("there is no column {name!r}").format(name=name),
            where=where,
            fix=_("Its columns are {names}.").format(names=one_of(table.names)),
        )
    return table.names.index(name)


def _label_place(table: Table, text_column: str | None) -> int:
    """The column named like one of labels, else the one with the fewest different values (more than one)."""
    lowered = [name.strip().lower() for name in table.names]
    named = [
        lowered.index(name)
        for name in LABEL_NAMES
        if name in lowered and table.names[lowered.index(name)] != text_column
    ]
    if named:
        return named[0]
    distinct = {
        at: len(set(map(_said, column))) for at, column in enumerate(table.columns) if table.names[at] != text_column
    }
    several = {at: n for at, n in distinct.items() if n > 1} or distinct
    return min(several, key=lambda at: several[at])


def _text_place(table: Table, label: int) -> int:
    """The column named like one of texts, else the one with the longest values."""
    lowered = [name.strip().lower() for name in table.names]
    named = [lowered.index(name) for name in TEXT_NAMES if name in lowered and lowered.index(name) != label]
    if named:
        return named[0]
    others = [at for at in range(len(table.names)) if at != label]
    return max(others, key=lambda at: sum(len(_said(value)) for value in table.columns[at]))


def _check(kept: Sequence[tuple[str, str]], where: str) -> None:
    labels = Counter(label for _text, label in kept)
    if len(labels) < 2:
        what = _("there is no labelled text in it") if not labels else _("all texts have the same label")
        raise InputError(what, where=where, fix=_(SHAPE))
    if len(labels) > MOST_LABELS or (len(labels) > 20 and len(labels) > 0.5 * len(kept)):
        raise InputError(
            _("{labels:,} different labels for {texts:,} texts are no classes").format(
                labels=len(labels), texts=len(kept)
            ),
            where=where,
            fix=_("Name the columns of texts and labels."),
        )


def language_of(texts: Sequence[str]) -> str:
    """ "zh" where more than a tenth of the characters of the first thousand texts are Chinese, else "en"."""
    some = "".join(texts[:1000])
    return "zh" if len(HAN.findall(some)) > 0.1 * max(1, len(some)) else "en"


@cache
def _segmenter(language: str) -> Segmenter:
    cutter = ChineseCutter(None, name="", new_words=True, problems=Problems())
    return Segmenter("en" if language == "en" else "auto", Tokenization(punctuation=False), cutter)


def tokens_of(texts: Sequence[str], language: str) -> list[list[str]]:
    """The words of each text, cut as the vocabulary stage cuts: English by its pattern, Chinese by jieba."""
    segmenter = _segmenter(language)
    return [segmenter.tokens(text) for text in texts]


def words_of(labelled: LabelledTexts, language: str | None = None) -> list[str]:
    """The distinct words of all texts."""
    cut = tokens_of(labelled.texts, language or labelled.language)
    return list(dict.fromkeys(word for tokens in cut for word in tokens))
