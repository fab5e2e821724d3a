"""Labelled texts: tables with a column of texts and one of labels, and the files of lines common in this field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from ..errors import InputError
from ..messages import _
from ..vocabulary.report import Problems
from ..vocabulary.segmenting import ChineseCutter, Segmenter, Tokenization
from .labelled_file import LabelledFile, language_of
from .labelled_lines import MOST_LABELS, SHAPE


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
    file = LabelledFile(path, text=text_column or "", label=label_column or "", encoding=encoding)
    texts, labels, left, seen = [], [], 0, Counter[str]()
    for _row, text, label in file.rows():
        if not text.strip() or not label:
            left += 1
            continue
        texts.append(text)
        labels.append(label)
        seen[label] += 1
        refuse_too_many(seen, file.name)
    check_classes(seen, file.name)
    told = [_("{n:,} lines without a text or a label are left out").format(n=left)] if left else []
    notes = (*file.notes, *told)
    return LabelledTexts(name or Path(path).stem, tuple(texts), tuple(labels), language_of(texts), notes)


def check_classes(labels: Mapping[str, int], where: str) -> None:
    """Raise InputError unless labels, with the number of their texts, are classes: two or more, not all different."""
    n = sum(labels.values())
    if len(labels) < 2:
        what = _("there is no labelled text in it") if not labels else _("all texts have the same label")
        raise InputError(what, where=where, fix=_(SHAPE))
    refuse_too_many(labels, where)
    if len(labels) > 20 and len(labels) > 0.5 * n:
        raise _no_classes(labels, where)


def refuse_too_many(labels: Mapping[str, int], where: str) -> None:
    """Raise InputError for more labels than classes have; asked while they are read, it spares the rest of a file."""
    if len(labels) > MOST_LABELS:
        raise _no_classes(labels, where)


def _no_classes(labels: Mapping[str, int], where: str) -> InputError:
    return InputError(
        _("{labels:,} different labels for {texts:,} texts are no classes").format(
            labels=len(labels), texts=sum(labels.values())
        ),
        where=where,
        fix=_("Name the columns of texts and labels."),
    )


@cache
def segmenter_for(
    language: str, *, punctuation: bool = False, contractions: Literal["whole", "treebank", "split"] = "whole"
) -> Segmenter:
    """What cuts texts of "en" or "zh": English by its pattern, Chinese by jieba; options as of `Tokenization`."""
    cutter = ChineseCutter(None, name="", new_words=True, problems=Problems())
    options = Tokenization(punctuation=punctuation, contractions=contractions)
    return Segmenter("en" if language == "en" else "auto", options, cutter)


def tokens_of(texts: Sequence[str], language: str) -> list[list[str]]:
    """The words of each text, cut as the vocabulary stage cuts: English by its pattern, Chinese by jieba."""
    segmenter = segmenter_for(language)
    return [segmenter.tokens(text) for text in texts]


def words_of(labelled: LabelledTexts, language: str | None = None) -> list[str]:
    """The distinct words of all texts."""
    cut = tokens_of(labelled.texts, language or labelled.language)
    return list(dict.fromkeys(word for tokens in cut for word in tokens))
