"""Random rows like the found ones, correlations between dimensions included: N(μ, Σ)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from ..rows import Origin
from ..spec import Spec
from .buffer import Buffer, standard_normal
from .diagonal import FILLING

AT_ONCE = 256
# Rows from which the shrinkage is estimated: the covariance itself is of all rows.
SHRUNK_ON = 5_000


class Normal(Spec):
    """Random rows with the mean and the covariance of the found rows (Ledoit-Wolf)."""

    kind: Literal["normal"] = "normal"


def fill_normal(spec: Normal, buffer: Buffer, rows: NDArray[np.int64]) -> None:
    """Fill `rows` from N(μ, Σ); each depends on the seed and its word alone."""
    buffer.need(2, _("N(μ, Σ)"))
    root = covariance_root(buffer)
    draws = np.zeros((AT_ONCE, buffer.dim))
    for first in range(0, len(rows), AT_ONCE):
        part = rows[first : first + AT_ONCE]
        for i, row in enumerate(part.tolist()):
            draws[i] = standard_normal(buffer.seed, buffer.words[row], buffer.dim)
        # Always a product of the same shape: a row must not depend on how many others there are.
        made = (draws @ root + buffer.mean).astype(np.float32)
        buffer.write(part, made[: len(part)], method="normal", origin=Origin.INVENTED)
        buffer.context.progress(_(FILLING), first + len(part), len(rows), "words")


def covariance_root(buffer: Buffer) -> NDArray[np.float64]:
    """float64[d, d] R with Rᵀ R = Σ, the covariance shrunk towards a multiple of the identity.

    Ledoit and Wolf, A well-conditioned estimator for large-dimensional covariance matrices (2004).
    """
    from sklearn.covariance import ledoit_wolf_shrinkage

    covariance = buffer.covariance
    shrinkage = float(ledoit_wolf_shrinkage(buffer.sample(SHRUNK_ON)))
    # The estimate goes with 1 / rows: a sample overstates it.
    shrinkage *= min(1.0, SHRUNK_ON / buffer.fitted)
    scale = float(np.trace(covariance)) / buffer.dim
    shrunk = (1 - shrinkage) * covariance + shrinkage * scale * np.eye(buffer.dim)
    values, vectors = np.linalg.eigh(shrunk)
    return (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
