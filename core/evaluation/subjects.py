"""What is scored: a source, a finished matrix, or a source together with our fills.

All of them are read as a `Source`: words are located, and only their rows gathered. A *subject* adds the name it
goes by and which of its rows are made rather than found.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..combining import combine
from ..errors import InputError
from ..ladder import Ladder
from ..lookup import look_up
from ..matrix import EmbeddingMatrix
from ..messages import _
from ..oov import DEFAULT_FILL, fill
from ..progress import Progress, Reached, ignore, unwatched
from ..rows import Origin, Rows
from ..sources.protocol import Context, Source, SourceInfo
from ..vocabulary.vocabulary import Vocabulary

# How an item's word is looked for.
#   exact  as it is written
#   lower  as it is written, then in lower case
#   any    the first row that differs in nothing but case: gensim's way
Case = Literal["exact", "lower", "any"]
CASES: tuple[Case, ...] = ("exact", "lower", "any")
ROWS_AT_ONCE = 4096
# Rows that are no words.
ROWS_APART = ("pad", "unk", "reserved")


@dataclass(frozen=True)
class Subject:
    """Something to be scored.

    name    for reports; tells it from the others
    source  what gives the vectors
    kind    "source" or "matrix"
    most    only so many first rows count (gensim's restrict_vocab); None: all
    case    how a word is looked for
    """

    name: str
    source: Source
    kind: Literal["source", "matrix"] = "source"
    most: int | None = None
    case: Case = "lower"
    _places: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    @property
    def dim(self) -> int:
        return self.source.info.dim

    @property
    def size(self) -> int | None:
        """Rows that count, None where the source has no end."""
        size = self.source.info.size
        return size if size is None or self.most is None else min(size, self.most)

    def find(self, words: Sequence[str]) -> NDArray[np.int64]:
        """int64[k]: the row of each word, -1 for one that the subject has not. A faulty row is found all the same."""
        new = list(dict.fromkeys(word for word in words if word not in self._places))
        if new:
            self._places.update(zip(new, self._find(new).tolist(), strict=True))
        return np.array([self._places[word] for word in words], np.int64)

    def _find(self, words: list[str]) -> NDArray[np.int64]:
        if self.case == "any":
            return self._find_any_case(words)
        found = self._held(self.source.locate(words))
        if self.case == "lower":
            lost = np.flatnonzero(found < 0)
            found[lost] = self._held(self.source.locate([words[i].lower() for i in lost.tolist()]))
        return found

    def _held(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        return ids if self.most is None else np.where(ids < self.most, ids, -1)

    def _find_any_case(self, words: list[str]) -> NDArray[np.int64]:
        wanted = dict.fromkeys((word.upper() for word in words), -1)
        for row, word in enumerate(itertools.islice(self.listed(), self.most)):
            if wanted.get(upper := word.upper()) == -1:
                wanted[upper] = row
        return np.array([wanted[word.upper()] for word in words], np.int64)

    def listed(self) -> Iterator[str]:
        """All words in row order. Raises InputError for a source without a list of words."""
        words = self.source.words()
        if words is None:
            raise InputError(
                _("{name} has no list of words to search").format(name=self.name),
                fix=_("Score it on word pairs, or build a matrix from it and score that."),
            )
        return words

    def gather(
        self, ids: NDArray[np.int64], *, reached: Reached = unwatched
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The rows `ids` (int64[k], none negative): float32[k, d]; and bool[k], False for a row without direction.

        Faulty rows (not finite) and zero rows have none.
        """
        out = np.zeros((len(ids), self.dim), np.float32)
        sound = self.source.gather(ids, out, reached=reached) if len(ids) else np.zeros(0, bool)
        out[~sound] = 0
        return out, sound & out.any(axis=1)

    def made(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """bool[k]: which of the rows `ids` a fill made; False for -1."""
        made = getattr(self.source, "made", None)
        return np.zeros(len(ids), bool) if made is None else made(ids)

    def unit(self, words: Sequence[str]) -> WordVectors:
        """The rows of `words`, each scaled to length 1."""
        found = self.find(words)
        wanted, inverse = np.unique(found[found >= 0], return_inverse=True)
        rows, sound = self.gather(wanted)
        at = np.full(len(words), -1, np.int64)
        at[found >= 0] = np.where(sound[inverse], inverse, -1)
        return WordVectors(at, unit_rows(rows), self.made(np.where(at >= 0, found, -1)))

    def blocks(
        self, *, rows: int = ROWS_AT_ONCE, progress: Progress = ignore, stage: str = ""
    ) -> Iterator[tuple[int, NDArray[np.float32], NDArray[np.bool_]]]:
        """All rows that count, some at a time: (first row, float32[b, d] as they are, bool[b] sound)."""
        if self.size is None:
            list(itertools.islice(self.listed(), 1))  # raises: there is nothing to go through
        total = self.size or 0
        for first in range(0, total, rows):
            block, sound = self.gather(np.arange(first, min(first + rows, total)))
            yield first, block, sound
            progress(stage, first + len(block), total, "rows", self.name)


@dataclass(frozen=True)
class WordVectors:
    """The vectors of some words.

    at    int64[k]: the row of `unit` for each word, -1 for none
    unit  float64[m, d], rows of length 1
    made  bool[k]: words whose vector a fill made
    """

    at: NDArray[np.int64]
    unit: NDArray[np.float64]
    made: NDArray[np.bool_]


def unit_rows(rows: NDArray[Any]) -> NDArray[np.float64]:
    """float64[k, d]: rows of length 1; zero rows stay zero. Scaled first: huge values overflow in no square."""
    rows = rows.astype(np.float64)
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
    rows /= np.where(largest > 0, largest, 1)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


class MatrixSource:
    """A finished matrix as a source: its known rows, and with `fills` those that a fill made too.

    Padding, unknown and reserved rows are no words, and invented rows with one and the same vector for many words
    are only asked for with `fills`.
    """

    def __init__(self, matrix: EmbeddingMatrix, name: str, *, fills: bool = False) -> None:
        self.matrix = matrix
        self.info = SourceInfo(name, "matrix", matrix.dim, len(matrix.vocabulary), f"blake3:{matrix.id}")
        apart = [matrix.vocabulary.ids[word] for word, role in matrix.vocabulary.specials.items() if role in ROWS_APART]
        self.counts = np.ones(len(matrix.vocabulary), bool) if fills else np.array(matrix.rows.known)
        self.counts[apart] = False
        self.counts[matrix.rows.is_(Origin.SPECIAL)] = False

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        ids = np.array([self.matrix.vocabulary.ids.get(word, -1) for word in candidates], np.int64)
        return np.where((ids >= 0) & self.counts[ids], ids, -1) if len(ids) else ids

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        np.take(self.matrix.vectors, ids, axis=0, out=out)
        return self.counts[ids]

    def words(self) -> Iterator[str]:
        return iter(self.matrix.vocabulary.words)

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        return np.zeros(len(words), bool)

    def made(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        return (ids >= 0) & ~np.array(self.matrix.rows.known)[ids]


class FilledSource:
    """The first `own` rows of a source, and after them those that our fills made for words that it has not."""

    def __init__(self, source: Source, own: int, filled: EmbeddingMatrix) -> None:
        self.source, self.own, self.filled = source, own, filled
        self.info = replace(source.info, size=own + len(filled.vocabulary))

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        found = self.source.locate(candidates)
        found = np.where(found < self.own, found, -1)
        for i in np.flatnonzero(found < 0).tolist():
            if (row := self.filled.vocabulary.ids.get(candidates[i], -1)) >= 0:
                found[i] = self.own + row
        return found

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        made = ids >= self.own
        sound = np.ones(len(ids), bool)
        out[made] = self.filled.vectors[ids[made] - self.own]
        if not made.any():
            return self.source.gather(ids, out, reached=reached)
        if not made.all():
            rows = np.zeros((int((~made).sum()), out.shape[1]), np.float32)
            sound[~made] = self.source.gather(ids[~made], rows, reached=reached)
            out[~made] = rows
        return sound

    def words(self) -> Iterator[str] | None:
        words = self.source.words()
        return (
            None if words is None else itertools.chain(itertools.islice(words, self.own), self.filled.vocabulary.words)
        )

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        return self.source.compose(words, out)

    def made(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        made = ids >= self.own
        made[made] = ~np.array(self.filled.rows.known)[ids[made] - self.own]
        return made


def as_subject(
    given: Any, name: str = "", *, fills: bool = False, most: int | None = None, case: Case = "lower"
) -> Subject:
    """A subject of a source, of a finished matrix, or of (words, vectors float32[n, d]).

    `fills`: the filled rows of a matrix count too.
    """
    if isinstance(given, tuple):
        words, vectors = given
        exact = {"origin": np.full(len(words), Origin.EXACT, np.uint8), "rung": np.zeros(len(words), np.int8)}
        rows = Rows.missing(len(words)).replace_columns(**exact)
        given = EmbeddingMatrix(Vocabulary(words), np.ascontiguousarray(vectors, np.float32), rows)
    if isinstance(given, EmbeddingMatrix):
        source = MatrixSource(given, name or "matrix", fills=fills)
        return Subject(source.info.name, source, "matrix", most, case)
    return Subject(name or given.info.name, given, "source", most, case)


def with_fills(
    subject: Subject, words: Sequence[str], *, ladder: Ladder, oov: Any = DEFAULT_FILL, progress: Progress = ignore
) -> Subject:
    """`subject`, a source, with a vector for every one of `words`: found by `ladder`, or made by the fill `oov`.

    A finished matrix has been filled already: it is to be wrapped by `MatrixSource(…, fills=True)`.
    """
    missing = list(dict.fromkeys(word for word, row in zip(words, subject.find(words), strict=True) if row < 0))
    if not missing or subject.size is None:
        return subject
    # The fill is fitted on the words of the set that the source has.
    vocabulary = Vocabulary(dict.fromkeys(words))
    located = combine([look_up(vocabulary, subject.source, ladder=ladder, progress=progress)])
    context = Context(vocabulary=vocabulary, progress=progress)
    filled = fill(located, oov, context=context, confidences=False).matrix
    kept = [word for word in missing if word in filled.vocabulary.ids]  # the fill "drop" leaves words out
    rows = np.array([filled.vocabulary.ids[word] for word in kept], np.int64)
    made = EmbeddingMatrix(Vocabulary(kept), np.ascontiguousarray(filled.vectors[rows]), filled.rows.take(rows))
    return replace(subject, source=FilledSource(subject.source, subject.size, made), most=None, _places={})
