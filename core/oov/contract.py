"""What every fill is: fitted on known rows, then asked for the rows of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..rows import Origin


@dataclass(frozen=True)
class Made:
    """Rows that a fill made of k words.

    done     bool[k]: which it could make
    vectors  float32[k, d], finite; zeros where `done` is False
    signals  float64[k, s]: what tells how near to the truth a row may be (`Fitted.signals` names the columns)
    pieces   per word the words or pieces it was made of, None where that is no short list
    source   int16[k]: position in the ground's sources of what it was made from, -1 for none
    """

    done: NDArray[np.bool_]
    vectors: NDArray[np.float32]
    signals: NDArray[np.float64]
    pieces: Sequence[tuple[str, ...] | None] | None = None
    source: NDArray[np.int16] | None = None


@dataclass(frozen=True)
class Ingredient:
    """A part of what a fill makes a row of: a word, a piece or an n-gram, and how much it weighs."""

    name: str
    weight: float


@dataclass(frozen=True)
class Explanation:
    """How a fill makes the row of one word.

    ingredients  the heaviest parts, first the heaviest
    steps        what is done, as sentences that can be told in another language
    """

    ingredients: tuple[Ingredient, ...] = ()
    steps: tuple[str, ...] = field(default=())


class Fitted(Protocol):
    """A fill that was fitted. A word's row must not depend on which other words are asked for with it."""

    origin: Origin
    signals: tuple[str, ...]

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """bool[k]: the words that it can make a row of; cheaper than `fill` where that is possible."""
        ...

    def fill(self, words: Sequence[str]) -> Made:
        """Rows of `words`."""
        ...

    def explain(self, word: str) -> Explanation:
        """How the row of `word` comes about; empty where it can't be made."""
        ...


def nothing_made(words: Sequence[str], dim: int, signals: int = 0) -> Made:
    """No row for any of `words`."""
    k = len(words)
    return Made(np.zeros(k, bool), np.zeros((k, dim), np.float32), np.zeros((k, signals)))
