"""Random rows like the found ones, dimension by dimension: N(μ, σ)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from ..rows import Origin
from ..sources.word_draws import WordDraws
from ..spec import Spec
from .contract import Explanation, Made
from .ground import Ground


class Diagonal(Spec):
    """Random rows with the mean and the deviation of the found rows in each dimension."""

    kind: Literal["diagonal"] = "diagonal"


class Drawn:
    """Rows drawn from N(μ, σ); each depends on the seed and its word alone. Implements `Fitted`."""

    origin = Origin.INVENTED
    signals: tuple[str, ...] = ()

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`: all."""
        return np.ones(len(words), bool)

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`."""
        return Made(np.ones(len(words), bool), drawn(self._ground, words), np.zeros((len(words), 0)))

    def explain(self, word: str) -> Explanation:
        """See `Fitted`."""
        told = _("each dimension drawn with the mean and deviation of the {n:,} known rows; seeded by the word")
        return Explanation(steps=(told.format(n=self._ground.fitted),))


def fit_diagonal(spec: Diagonal, ground: Ground) -> Drawn:
    """Means and deviations of the known rows."""
    ground.need(2, _("N(μ, σ)"))
    return Drawn(ground)


def drawn(ground: Ground, words: Sequence[str]) -> NDArray[np.float32]:
    """float32[k, d]: a draw for each of `words`."""
    out, draws = np.empty((len(words), ground.dim), np.float32), WordDraws(ground.seed)
    for i, word in enumerate(words):
        out[i] = ground.mean + ground.deviation * draws.generator(word).standard_normal(ground.dim)
    return out
