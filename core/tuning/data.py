"""Files of texts as bags of a matrix's rows, parted into training, validation and test.

A file is read once, in a stream; of its texts only rows, labels and places are kept. A text is found again by its
place: `texts_of`, `tokens_of`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..evaluation.labelled import check_classes
from ..evaluation.labelled_file import LabelledFile
from ..evaluation.labelled_lines import Role
from ..matrix import EmbeddingMatrix
from ..messages import _, ngettext
from ..progress import Progress, ignore
from .bags import Bags
from .cutting import Cutter
from .data_spec import DataSpec
from .packing import Described, TokenRows, taken
from .reading import Read, file_of, files_of, read_labelled, read_paired, read_plain, refuse_uncovered
from .splitting import Split, split

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Data:
    """Labelled texts as bags; a bag's label is a position in `classes`.

    classes         names of the classes: numbers by value, others by spelling behind them
    train           texts to train on; each has a token that the matrix holds
    valid, test     texts apart from these; some may have none: an honest score counts them. `test` may be empty
    described       the file of texts, with all parts; `described_test` the test file, None without one
    digest          hex SHA-256 of the files and of how the spec reads and parts them
    notes           sentences on what was left out and what to beware of
    """

    classes: tuple[str, ...]
    train: Bags
    valid: Bags
    test: Bags
    described: Described
    described_test: Described | None
    digest: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PairBags:
    """Pairs of texts: the texts at one position of `first` and `second` belong together, labels are -1."""

    first: Bags
    second: Bags

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class Pairs:
    """Pairs of texts in parts; fields as those of `Data`. Pairs with the same first text are in one part."""

    train: PairBags
    valid: PairBags
    test: PairBags
    described: Described
    described_test: Described | None
    digest: str
    notes: tuple[str, ...] = ()


def read_data(
    spec: DataSpec, matrix: EmbeddingMatrix, cutter: Cutter, *, base: Path | None = None, progress: Progress = ignore
) -> Data:
    """Read labelled texts as rows of `matrix`, and part them; relative paths are relative to `base`.

    A token's row is that of the same word, else of the word in lower case; special tokens' rows are found by no
    text. Texts without a token are left out, those without a token that the matrix holds are not trained on. Raises
    InputError for what can't be read, labels that are no classes, test labels that no training text has, and texts
    of which the matrix holds no token.
    """
    file, test_file = files_of(spec, base, "labelled")
    rows, codes = TokenRows(matrix), dict[str, int]()
    read = read_labelled(file, rows, cutter, matrix, codes, progress=progress)
    check_classes(read.described.classes, file.name)
    refuse_uncovered(read, matrix)
    tested = None
    if test_file is not None:
        tested = read_labelled(test_file, rows, cutter, matrix, codes, progress=progress, known=len(codes))
    del rows  # as large as the vocabulary
    classes, code_of = _in_order(codes)
    bags = _relabelled(read.bags[0], code_of)
    parts = _split(spec, read, bags.labels, tested is not None)
    train = taken(bags, parts.train[read.held[parts.train]])
    if len(np.unique(train.labels)) < 2:
        raise InputError(
            _("fewer than two classes have a text to train on with a token that the matrix holds"),
            where=file.name,
            fix=_("Give more texts, or a matrix that holds more of their words."),
        )
    return Data(
        classes,
        train,
        taken(bags, parts.valid),
        taken(bags, parts.test) if tested is None else _relabelled(tested.bags[0], code_of),
        read.described,
        tested and tested.described,
        _digest(spec, [file, test_file]),
        (*_notes(read, tested, parts, cutter), *_few(bags.labels)),
    )


def read_pairs(
    spec: DataSpec, matrix: EmbeddingMatrix, cutter: Cutter, *, base: Path | None = None, progress: Progress = ignore
) -> Pairs:
    """Read pairs of texts as rows of `matrix`, and part them, like `read_data`. Raises InputError."""
    file, test_file = files_of(spec, base, "pairs")
    rows = TokenRows(matrix)
    read = read_paired(file, rows, cutter, matrix, progress)
    if not read.described.texts:
        raise InputError(_("there is no pair of texts in it"), where=file.name, fix=_("Name both columns of texts."))
    refuse_uncovered(read, matrix)
    tested = None if test_file is None else read_paired(test_file, rows, cutter, matrix, progress)
    bags = read.bags
    parts = _split(spec, read, np.zeros(len(bags[0]), np.int32), tested is not None)
    trained = parts.train[read.held[parts.train]]
    test = [taken(side, parts.test) for side in bags] if tested is None else tested.bags
    return Pairs(
        PairBags(*(taken(side, trained) for side in bags)),
        PairBags(*(taken(side, parts.valid) for side in bags)),
        PairBags(*test),
        read.described,
        tested and tested.described,
        _digest(spec, [file, test_file]),
        _notes(read, tested, parts, cutter),
    )


def read_texts(
    spec: DataSpec, matrix: EmbeddingMatrix, cutter: Cutter, *, base: Path | None = None, progress: Progress = ignore
) -> Data:
    """Running text as rows of `matrix`, parted: labels are -1, there are no classes; of a plain text each line is one.

    Texts without a token that the matrix holds are left out. Raises InputError for what can't be read, and where
    none is left.
    """
    file, test_file = files_of(spec, base, "texts")
    rows = TokenRows(matrix)
    read = read_plain(file, rows, cutter, matrix, progress)
    refuse_uncovered(read, matrix)
    tested = None if test_file is None else read_plain(test_file, rows, cutter, matrix, progress)
    parts = _split(spec, read, np.zeros(len(read.bags[0]), np.int32), tested is not None)
    train, valid, test = (taken(read.bags[0], part[read.held[part]]) for part in (parts.train, parts.valid, parts.test))
    if tested is not None:
        test = taken(tested.bags[0], np.flatnonzero(tested.held))
    digest, notes = _digest(spec, [file, test_file]), _notes(read, tested, parts, cutter)
    return Data((), train, valid, test, read.described, tested and tested.described, digest, notes)


def texts_of(
    spec: DataSpec,
    places: Iterable[int],
    *,
    test: bool = False,
    base: Path | None = None,
    role: Role = "labelled",
) -> dict[int, str]:
    """place -> text, of bags' places: those of the test file if `test` and there is one. Of pairs the first texts."""
    return dict(file_of(spec, base, role, test).picked(places))


def tokens_of(
    spec: DataSpec,
    places: Iterable[int],
    cutter: Cutter,
    *,
    test: bool = False,
    base: Path | None = None,
    role: Role = "labelled",
) -> Iterator[list[str]]:
    """The tokens of the texts at `places`, with those that have no row; in the order of the file, as a part's are."""
    for _place, text in file_of(spec, base, role, test).picked(places):
        yield cutter.cut(text)


def language_in(spec: DataSpec, *, base: Path | None = None, role: Role = "labelled") -> str:
    """ "zh" where Chinese characters are common in the first texts, else "en"."""
    return file_of(spec, base, role, False).language()


def _in_order(codes: dict[str, int]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The classes in order, and int32[classes]: the position there of each code."""

    def key(label: str) -> tuple[int, float, str]:
        return (0, float(label), label) if NUMBER.fullmatch(label) else (1, 0.0, label)

    classes = sorted(codes, key=key)
    code_of = np.empty(len(codes), np.int32)
    for position, label in enumerate(classes):
        code_of[codes[label]] = position
    return tuple(classes), code_of


def _relabelled(bags: Bags, code_of: NDArray[np.int32]) -> Bags:
    return replace(bags, labels=code_of[bags.labels])


def _split(spec: DataSpec, read: Read, labels: NDArray[np.int32], tested: bool) -> Split:
    return split(
        labels,
        valid_share=spec.valid_share,
        test_share=0.0 if tested else spec.test_share,
        seed=spec.split_seed,
        groups=read.sides[0].groups,
    )


def _notes(read: Read, tested: Read | None, parts: Split, cutter: Cutter) -> tuple[str, ...]:
    groups = read.sides[0].groups
    notes: list[str] = [_("texts are cut: {how}").format(how=cutter.told)]
    if equal := len(groups) - len(np.unique(groups)):
        text = ngettext(
            "{n:,} text repeats another: equal texts stay in one part",
            "{n:,} texts repeat others: equal texts stay in one part",
            equal,
        )
        notes.append(text.format(n=equal))
    if tested is not None and (seen := int(np.isin(tested.sides[0].groups, groups).sum())):
        text = ngettext(
            "{n:,} of {all:,} test texts stands in the training file too: the score is too good by it",
            "{n:,} of {all:,} test texts stand in the training file too: the score is too good by them",
            seen,
        )
        notes.append(text.format(n=seen, all=tested.described.texts))
    if bare := int((~read.held[parts.train]).sum()):
        text = ngettext(
            "{n:,} text without a token that the matrix holds is not trained on",
            "{n:,} texts without a token that the matrix holds are not trained on",
            bare,
        )
        notes.append(text.format(n=bare))
    return tuple(notes)


def _few(labels: NDArray[np.int32]) -> Iterator[str]:
    if single := int((np.bincount(labels) == 1).sum()):
        text = ngettext(
            "{n:,} class has one text: it is trained on, and tested on none",
            "{n:,} classes have one text each: they are trained on, and tested on none",
            single,
        )
        yield text.format(n=single)


def _digest(spec: DataSpec, files: Sequence[LabelledFile | None]) -> str:
    told = [
        [file and file.digest() for file in files],
        spec.model_dump(mode="json", exclude={"path", "test_path"}),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


__all__ = [
    "Data",
    "DataSpec",
    "Described",
    "PairBags",
    "Pairs",
    "language_in",
    "read_data",
    "read_pairs",
    "read_texts",
    "texts_of",
    "tokens_of",
]
