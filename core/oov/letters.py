"""How words are spelled, as rows: the tf-idf of their character n-grams.

Salton and Buckley 1988, Term-weighting approaches in automatic text retrieval; n-grams with word boundaries as
Bojanowski, Grave, Joulin and Mikolov 2017, Enriching word vectors with subword information, have them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_WORD = 200  # characters: what follows tells nothing more
# Stems tell more than endings: n-grams from the beginning of a word count half as much again.
BEGINNING = 1.5
# A word's shape (capitals, digits, joiners) counts as so many n-grams: names lie elsewhere than words.
SHAPE = 6.0
IDEOGRAPHS = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
IDEOGRAPH_LENGTHS = range(1, 3)


@dataclass(frozen=True)
class Spelled:
    """rows    sparse float32[n, f], of length 1 or less: n-grams that are not known count for the length alone
    known   int64[n]: how many different n-grams of a word are known
    share   float64[n]: how many of all its n-grams these are
    """

    rows: Any
    known: NDArray[np.int64]
    share: NDArray[np.float64]


class Letters:
    """The n-grams of k words, which further words are compared with.

    rows  sparse float32[k, f], of length 1: their products are cosines
    """

    def __init__(self, words: Sequence[str], shortest: int, longest: int) -> None:
        from scipy.sparse import csr_array

        self._lengths = range(shortest, longest + 1)
        self._columns: dict[str, int] = {}
        counts = self._counted(words, learn=True)[0]
        in_words = np.bincount(counts.indices, minlength=counts.shape[1])
        idf = np.log((1 + len(words)) / (1 + in_words)) + 1
        beginning = [BEGINNING if name.startswith("<") else 1.0 for name in self._columns]
        self._weights = (idf * beginning).astype(np.float32)
        # An n-gram that no word has is as rare as can be.
        self._unknown = float(np.log((1 + len(words)) / 2) + 1) * BEGINNING
        self.rows: Any = csr_array(self._weighed(counts, np.zeros(len(words))))

    def of(self, words: Sequence[str]) -> Spelled:
        """The rows of `words`; each depends on its word alone."""
        counts, known, unknown = self._counted(words, learn=False)
        share = known / np.maximum(known + unknown, 1)
        return Spelled(self._weighed(counts, unknown), known, share)

    def knows(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """bool[n]: which of `words` have an n-gram that is known."""
        return np.array([any(gram in self._columns for gram in self._ngrams(word)) for word in words], bool)

    def _counted(self, words: Sequence[str], *, learn: bool) -> tuple[Any, NDArray[np.int64], NDArray[np.float64]]:
        """Sparse float32[n, f] counts; how many different known n-grams, and how many unknown ones, a word has."""
        from scipy.sparse import csr_array

        columns = self._columns
        at: list[int] = []
        values: list[float] = []
        ends = [0]
        known, unknown = np.zeros(len(words), np.int64), np.zeros(len(words))
        for i, word in enumerate(words):
            here: dict[int, float] = {}
            for gram in self._ngrams(word):
                column = columns.setdefault(gram, len(columns)) if learn else columns.get(gram, -1)
                if column < 0:
                    unknown[i] += 1
                else:
                    here[column] = here.get(column, 0) + 1
            known[i] = len(here)
            shape = _shape(word)
            column = columns.setdefault(shape, len(columns)) if learn else columns.get(shape, -1)
            if column >= 0:
                here[column] = SHAPE
            at += here
            values += here.values()
            ends.append(len(at))
        given = np.array(values, np.float32), np.array(at, np.int32), np.array(ends, np.int32)
        return csr_array(given, shape=(len(words), len(columns))), known, unknown

    def _weighed(self, counts: Any, unknown: NDArray[np.float64]) -> Any:
        """tf-idf at length 1, n-grams that are not known counted in."""
        counts.data *= self._weights[counts.indices]
        of = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        squares = np.bincount(of, counts.data.astype(np.float64) ** 2, minlength=counts.shape[0])
        lengths = np.sqrt(squares + unknown * self._unknown**2)
        counts.data /= lengths[of].astype(np.float32)
        return counts

    def _ngrams(self, word: str) -> Iterator[str]:
        text = plain(word)[:LONGEST_WORD]
        lengths = IDEOGRAPH_LENGTHS if IDEOGRAPHS.search(text) else self._lengths
        text = f"<{text}>"
        for length in lengths:
            for start in range(len(text) - length + 1):
                if length > 1 or text[start] not in "<>":
                    yield text[start : start + length]


def plain(word: str) -> str:
    """`word` without case and width."""
    return (
        word.lower()
        if word.isascii()
        else unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    )


def _shape(word: str) -> str:
    """A name for the shape of `word` that is no n-gram: of more characters than any."""
    word = word[:LONGEST_WORD]
    case = "capitals" if len(word) > 1 and word.isupper() else "title" if word[:1].isupper() else "lower"
    digit = any(letter.isdigit() for letter in word)
    return f"shape: {case}, digits {digit}, joined {any(mark in word for mark in ' _-')}"
