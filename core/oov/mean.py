"""The mean of the found rows: says nothing about a word, but is the guess with the least squared error."""

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


class Mean(Spec):
    """Every missing word gets the mean of the found rows."""

    kind: Literal["mean"] = "mean"


class Constant:
    """The same row for every word. Implements `Fitted`."""

    origin = Origin.INVENTED
    signals: tuple[str, ...] = ()

    def __init__(self, row: NDArray[np.float32], told: str) -> None:
        self._row, self._told = row, told

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`: all."""
        return np.ones(len(words), bool)

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`."""
        k = len(words)
        return Made(np.ones(k, bool), np.tile(self._row, (k, 1)), np.zeros((k, 0)))

    def explain(self, word: str) -> Explanation:
        """See `Fitted`."""
        return Explanation(steps=(self._told,))


def fit_mean(spec: Mean, ground: Ground) -> Constant:
    """The mean of the known rows."""
    return Constant(
        ground.mean.astype(np.float32), _("the mean of the {n:,} known rows, for every word").format(n=ground.fitted)
    )
