"""Random rows like the found ones, correlations between dimensions included: N(μ, Σ)."""

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

AT_ONCE = 256
# Rows from which the shrinkage is estimated: the covariance itself is of all rows.
SHRUNK_ON = 5_000


class Normal(Spec):
    """Random rows with the mean and the covariance of the found rows (Ledoit-Wolf)."""

    kind: Literal["normal"] = "normal"


class Drawn:
    """Rows drawn from N(μ, Σ); each depends on the seed and its word alone. Implements `Fitted`."""

    origin = Origin.INVENTED
    signals: tuple[str, ...] = ()

    def __init__(self, ground: Ground, root: NDArray[np.float64]) -> None:
        self._ground, self._root = ground, root

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`: all."""
        return np.ones(len(words), bool)

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`."""
        ground = self._ground
        out = np.empty((len(words), ground.dim), np.float32)
        draws, drawn = np.zeros((AT_ONCE, ground.dim)), WordDraws(ground.seed)
        for first in range(0, len(words), AT_ONCE):
            part = words[first : first + AT_ONCE]
            for i, word in enumerate(part):
                drawn.generator(word).standard_normal(out=draws[i])
            # Always a product of the same shape: a row must not depend on how many others there are.
            out[first : first + len(part)] = (draws @ self._root + ground.mean).astype(np.float32)[: len(part)]
        return Made(np.ones(len(words), bool), out, np.zeros((len(words), 0)))

    def explain(self, word: str) -> Explanation:
        """See `Fitted`."""
        told = _("drawn with the mean and covariance of the {n:,} known rows (Ledoit-Wolf); seeded by the word")
        return Explanation(steps=(told.format(n=self._ground.fitted),))


def fit_normal(spec: Normal, ground: Ground) -> Drawn:
    """Mean and covariance of the known rows."""
    ground.need(2, _("N(μ, Σ)"))
    return Drawn(ground, covariance_root(ground))


def covariance_root(ground: Ground) -> NDArray[np.float64]:
    """float64[d, d] R with Rᵀ R = Σ, the covariance shrunk towards a multiple of the identity.

    Ledoit and Wolf, A well-conditioned estimator for large-dimensional covariance matrices (2004).
    """
    from sklearn.covariance import ledoit_wolf_shrinkage

    covariance = ground.covariance
    shrinkage = float(ledoit_wolf_shrinkage(ground.sample(SHRUNK_ON)))
    # The estimate goes with 1 / rows: a sample overstates it.
    shrinkage *= min(1.0, SHRUNK_ON / ground.fitted)
    scale = float(np.trace(covariance)) / ground.dim
    shrunk = (1 - shrinkage) * covariance + shrinkage * scale * np.eye(ground.dim)
    values, vectors = np.linalg.eigh(shrunk)
    return (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
