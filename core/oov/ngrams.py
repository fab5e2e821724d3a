"""Character n-grams: fastText's own way to make a vector for a word that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from ..rows import Origin
from ..spec import Spec
from .contract import Explanation, Made
from .ground import Ground


class Ngrams(Spec):
    """The source makes the vector out of the word's letters, where it can (fastText .bin)."""

    kind: Literal["ngrams"] = "ngrams"


class Composed:
    """Rows that sources make out of letters. Implements `Fitted`."""

    origin = Origin.COMPOSED
    signals: tuple[str, ...] = ("letters",)

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._sources = [(k, source) for k, source in enumerate(ground.sources) if source.info.composes]

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`."""
        return self.fill(words).done if self._sources else np.zeros(len(words), bool)

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`: by the first source that can."""
        k = len(words)
        done, vectors = np.zeros(k, bool), np.zeros((k, self._ground.dim), np.float32)
        of = np.full(k, -1, np.int16)
        for number, source in self._sources:
            left = np.flatnonzero(~done)
            made = np.empty((len(left), self._ground.dim), np.float32)
            there = source.compose([words[i] for i in left.tolist()], made)
            there &= np.isfinite(made).all(1)
            at = left[there]
            vectors[at], done[at], of[at] = made[there], True, number
        lengths = np.array([[min(len(word), 30)] for word in words], np.float64).reshape(k, 1)
        return Made(done, vectors, lengths, source=of)

    def explain(self, word: str) -> Explanation:
        """See `Fitted`."""
        if not self._sources:
            return Explanation()
        told = _("the mean of the vectors that {source} has of the word's character n-grams")
        return Explanation(steps=(told.format(source=self._sources[0][1].info.name),))


def fit_ngrams(spec: Ngrams, ground: Ground) -> Composed:
    """Nothing is fitted: the sources have been trained on n-grams."""
    return Composed(ground)
