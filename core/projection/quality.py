"""How far a map can be trusted: its neighbors against the true ones.

    trustworthiness        T(k) = 1 - 2 / (n k (2n - 3k - 1)) · Σ_i Σ_j (r(i, j) - k), over those j that are among
                           the k nearest of i on the map and not in truth; r is j's true rank   (Venna and Kaski 2001)
    neighbor preservation  the mean share of a word's k true neighbors that are among its k nearest on the map

A word's own share is `preserved`. Words of one and the same row lie on one point, and count once. Ranks of all
words cost as much as comparing all pairs twice, so beyond SAMPLE words they are those of a sample, and said to be.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from ..neighbors.exact import ranks_of, workers
from ..progress import Progress, ignore
from .space import Space, true_neighbors

K = 10
SAMPLE = 5000  # words whose ranks are found
SHORT_SAMPLE = 1000  # where somebody waits for the page


@dataclass(frozen=True)
class Quality:
    """Figures of a whole map; None where there are too few words to say.

    k                neighbors that were looked at
    points           different points
    preservation     neighbor preservation, over `preserved_of` points
    trustworthiness  over `trusted_of` points
    chance           the preservation that points strewn at random would have
    """

    k: int
    points: int
    preservation: float | None
    preserved_of: int
    trustworthiness: float | None
    trusted_of: int
    chance: float | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def measure(
    space: Space,
    points: NDArray[np.float32],
    *,
    known: NDArray[np.int64] | None = None,
    short: bool = False,
    seed: int = 0,
    progress: Progress = ignore,
) -> tuple[Quality, NDArray[np.float32]]:
    """The figures of the map `points` (float32[m, 2 or 3]) of `space`, and float32[m]: each point's preserved share.

    `known` (int64[m, ≥ K]) are true neighbors found before. With `short`, or where not all pairs can be compared,
    a sample of points is measured, and the share of the others is NaN.
    """
    m = len(space)
    k = min(K, (m - 1) // 2)  # trustworthiness is defined below half of the points
    preserved = np.full(m, np.nan, np.float32)
    if k < 1:
        return Quality(k, m, None, 0, None, 0, None), preserved
    everything = np.arange(m)
    sample = everything
    if m > (size := SHORT_SAMPLE if short else SAMPLE):
        sample = np.sort(np.random.default_rng(seed).choice(m, size, replace=False))
    measured = sample if short or not space.exact else everything
    if known is not None and space.exact:
        measured, truth = everything, known[:, :k]
    else:
        asked = None if len(measured) == m else measured  # all at once take half the time
        truth = true_neighbors(space, k, queries=asked, progress=progress)
    near = map_neighbors(points, measured, k)
    preserved[measured] = _shared(truth, near) / k
    ranks = ranks_of(
        space.vectors,
        sample,
        near[np.searchsorted(measured, sample)],
        bar=space.bar,
        progress=lambda stage, done, total=None, unit="", message="": progress(
            _("Measuring the map"), done, total, unit
        ),
    )
    too_far = float(np.maximum(ranks - k, 0).sum(dtype=np.float64))
    trusted = 1 - 2 * too_far / (len(sample) * k * (2 * m - 3 * k - 1))
    share = float(np.nanmean(preserved))
    return Quality(k, m, share, len(measured), trusted, len(sample), k / (m - 1)), preserved


def map_neighbors(points: NDArray[np.float32], queries: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """int64[q, k]: the nearest points on the map of the points `queries`, nearest first, themselves left out."""
    from scipy.spatial import KDTree

    _distances, found = KDTree(points).query(points[queries], k=k + 1, workers=workers())
    found = np.asarray(found, np.int64)
    own = found == queries[:, None]
    own[~own.any(axis=1), -1] = True  # it lies on other points, and was not among the first
    return found[~own].reshape(len(queries), k)


def _shared(truth: NDArray[np.int64], near: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64[q]: how many of each row of `truth` are in the same row of `near`."""
    return np.array([(truth[:, [j]] == near).any(axis=1) for j in range(truth.shape[1])]).sum(axis=0)
