"""Linear maps from one space of vectors into another, fitted on words that stand in both.

Both sides are brought to unit norm and centered with their own mean before the fit (Artetxe, Labaka and Agirre
2016, Learning principled bilingual mappings of word embeddings). Unit norm, since a word's length tells its
frequency in that corpus and not its meaning: long rows would decide the fit. Centered, since all rows of a space
share a large offset that has no counterpart in the other: uncentered, the fit spends its best direction on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..progress import Reached, unwatched

MapKind = Literal["procrustes", "ridge"]
RIDGE = 1e-2  # λ as a share of the mean variance of a dimension
# Directions that the overlap hardly tells apart from none are left out: their image would be arbitrary.
NO_DIRECTION = 1e-9
FOLDS = 5


@dataclass(frozen=True)
class LinearMap:
    """unit row of the one space → row of the other: (x − origin) · matrix + target, times scale.

    origin  float64[d]: mean of the unit rows mapped from
    matrix  float64[d, e]
    target  float64[e]: mean of the unit rows mapped onto
    scale   brings the median length to that of the rows mapped onto
    """

    origin: NDArray[np.float64]
    matrix: NDArray[np.float64]
    target: NDArray[np.float64]
    scale: float = 1.0

    def __call__(self, rows: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[k, e] of `rows` (float[k, d]). A row of zeros has no direction and gets the target's mean."""
        units = unit(rows)
        centered = units - self.origin
        centered[~units.any(axis=1)] = 0
        return (centered @ self.matrix + self.target) * self.scale


@dataclass(frozen=True)
class HeldOut:
    """How words that a fit has not seen are mapped, fold by fold: every word of the overlap once.

    cosines  float64[n]: of the mapped row to the word's true row
    others   float64[n]: of the mapped row to the true rows of other held-out words, on average
    first    bool[n]: whether the word's true row is the nearest of its fold's
    among    int64[n]: how many words its fold has
    """

    cosines: NDArray[np.float64]
    others: NDArray[np.float64]
    first: NDArray[np.bool_]
    among: NDArray[np.int64]


def fit_map(kind: MapKind, rows: NDArray[np.float32], onto: NDArray[np.float32]) -> LinearMap:
    """The map that brings `rows` (float32[n, d]) near `onto` (float32[n, e]), row by row.

    "procrustes": the orthogonal map with the least squared error (Schönemann 1966, A generalized solution of the
    orthogonal Procrustes problem), semi-orthogonal where d and e differ: angles are kept as far as the widths
    allow. "ridge": any linear map, λ = 1e-2 · tr(XᵀX) / d. The mapped rows get the spread around the mean
    that `onto` has (a ridge and a projection shrink it, and rows near the mean are everybody's neighbors) and
    its median length. Same bytes from one or many threads: what comes out of BLAS is rounded.
    """
    X, Y = unit(rows), unit(onto)
    origin, target = X.mean(0), Y.mean(0)
    X, Y = X - origin, Y - target
    matrix = _rotation(X.T @ Y) if kind == "procrustes" else _ridge(X, Y)
    mapped = X @ matrix
    spread = np.sqrt((mapped**2).sum())
    matrix = _rounded(matrix * (np.sqrt((Y**2).sum()) / spread if spread else 0.0))
    lengths = np.linalg.norm(X @ matrix + target, axis=1)
    wanted = float(np.median(np.linalg.norm(onto.astype(np.float64), axis=1)))
    typical = float(np.median(lengths))
    return LinearMap(origin, matrix, target, float(np.float32(wanted / typical)) if typical else 1.0)


def hold_out(
    kind: MapKind, rows: NDArray[np.float32], onto: NDArray[np.float32], *, reached: Reached = unwatched
) -> HeldOut:
    """Map each of `rows` (float32[n, d]) by a fit on the other folds, and compare with its true row in `onto`.

    Every fifth word is in one fold: in the order of the rows, each fold has words of all frequencies.
    `reached` is told 0 after each fold: what it raises ends the work.
    """
    n = len(rows)
    cosines, others = np.zeros(n), np.zeros(n)
    first, among = np.zeros(n, bool), np.zeros(n, np.int64)
    fold = np.arange(n) % FOLDS
    for k in range(FOLDS):
        hidden = np.flatnonzero(fold == k)
        fitted = fit_map(kind, rows[fold != k], onto[fold != k])
        table = unit(fitted(rows[hidden])) @ unit(onto[hidden]).T
        own = np.diagonal(table)
        cosines[hidden] = own
        others[hidden] = (table.sum(1) - own) / max(1, len(hidden) - 1)
        first[hidden] = own >= table.max(1, initial=-2.0)
        among[hidden] = len(hidden)
        reached(0)
    return HeldOut(cosines, others, first, among)


def unit(rows: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[k, d]: `rows` at length 1; rows of zeros stay."""
    wide = rows.astype(np.float64)
    # Divided first, so that squares of tiny and huge values neither vanish nor overflow.
    largest = np.abs(wide).max(axis=1, keepdims=True, initial=0)
    wide /= np.where(largest > 0, largest, 1)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))[:, None]
    wide /= np.where(lengths > 0, lengths, 1)
    return wide


def _rotation(cross: NDArray[np.float64]) -> NDArray[np.float64]:
    U, sizes, Vt = np.linalg.svd(cross, full_matrices=False)
    told = sizes > NO_DIRECTION * sizes.max(initial=0)
    return U[:, told] @ Vt[told]


def _ridge(rows: NDArray[np.float64], onto: NDArray[np.float64]) -> NDArray[np.float64]:
    scatter = rows.T @ rows
    penalty = RIDGE * np.trace(scatter) / len(scatter)
    if not penalty:
        return np.zeros((rows.shape[1], onto.shape[1]))
    return np.linalg.solve(scatter + penalty * np.eye(len(scatter)), rows.T @ onto)


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    # BLAS sums in another order with another number of threads; float32 does not show it.
    return values.astype(np.float32).astype(np.float64)
