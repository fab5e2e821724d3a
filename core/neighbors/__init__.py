"""The nearest words: exact, by cosine, in the original space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..matrix import EmbeddingMatrix
from ..messages import _
from ..progress import Progress, ignore
from ..rows import Origin

BLOCK_BYTES = 32 << 20
# Rows that are no words: nobody's neighbors.
ROWS_APART = ("pad", "unk", "reserved")


@dataclass(frozen=True)
class Neighbors:
    """The nearest rows of each query, nearest first.

    ids      int64[q, k]: rows of the matrix, -1 where there are fewer than k
    cosines  float32[q, k]: their cosines, NaN likewise
    """

    ids: NDArray[np.int64]
    cosines: NDArray[np.float32]


def nearest(
    matrix: EmbeddingMatrix,
    queries: Sequence[str] | NDArray[np.float32],
    k: int = 10,
    *,
    among: NDArray[np.bool_] | None = None,
    progress: Progress = ignore,
) -> Neighbors:
    """The `k` rows of `matrix` with the highest cosine to each query.

    `queries` are words of the matrix, which are not their own neighbors, or vectors float32[q, dim]. Zero
    rows have no cosine and are nobody's neighbors, nor are padding, unknown and reserved rows. Equal
    cosines come in row order. Every row is compared; a block of rows is in memory at a time, so a
    memory-mapped matrix may be larger than that. `among` (bool[n]) says which rows may be neighbors
    besides; `informed(matrix)` leaves out those that say nothing about their words. Raises KeyError for a
    word that is not in the matrix.
    """
    own, wanted = _queries(matrix, queries)
    left_out = {matrix.vocabulary.ids[w] for w, role in matrix.vocabulary.specials.items() if role in ROWS_APART}
    best = _Best(len(wanted), k)
    rows = max(1, BLOCK_BYTES // (4 * max(matrix.dim, len(wanted), 1)))
    n = len(matrix.vocabulary)
    for first in range(0, n, rows):
        block = np.asarray(matrix.vectors[first : first + rows], np.float32)
        cosines = wanted @ unit32(block).T
        cosines[:, ~block.any(axis=1)] = -np.inf
        cosines[:, [i - first for i in left_out if first <= i < first + len(block)]] = -np.inf
        for q, row in enumerate(own):
            if first <= row < first + len(block):
                cosines[q, row - first] = -np.inf
        if among is not None:
            cosines[:, ~among[first : first + len(block)]] = -np.inf
        best.see(cosines, first)
        progress(_("comparing"), min(n, first + rows), n, "rows")
    return best.found(np.asarray(wanted.any(axis=1)))


def informed(matrix: EmbeddingMatrix) -> NDArray[np.bool_]:
    """bool[n]: rows that say something about their words, so not the invented ones (the mean, random)."""
    return matrix.rows.origin != Origin.INVENTED


def _queries(
    matrix: EmbeddingMatrix, queries: Sequence[str] | NDArray[np.float32]
) -> tuple[list[int], NDArray[np.float32]]:
    """The row of each query (-1 for a vector), and its unit vector."""
    if isinstance(queries, np.ndarray):
        given = np.asarray(np.atleast_2d(queries), np.float32)
        if given.shape[1] != matrix.dim:
            raise ValueError(f"queries of {given.shape[1]} dimensions for a matrix of {matrix.dim}")
        return [-1] * len(given), unit32(given)
    rows = [matrix.vocabulary.ids[word] for word in queries]
    return rows, unit32(np.asarray(matrix.vectors[rows], np.float32))


def unit32(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[n, d]: rows of length 1; zero rows stay zero.

    Scaled first, so that tiny and huge values neither vanish nor overflow.
    """
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    scaled = vectors / np.where(largest > 0, largest, 1)
    lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.asarray(scaled / np.where(lengths > 0, lengths, 1), np.float32)


class _Best:
    """The best k of each query so far."""

    def __init__(self, queries: int, k: int) -> None:
        self.k = k
        self.ids = np.empty((queries, 0), np.int64)
        self.cosines = np.empty((queries, 0), np.float32)

    def see(self, cosines: NDArray[np.float32], first: int) -> None:
        """Take in the cosines float32[q, block] of the rows from `first` on."""
        all_cosines = np.concatenate([self.cosines, cosines], axis=1)
        ids = np.broadcast_to(np.arange(first, first + cosines.shape[1]), cosines.shape)
        all_ids = np.concatenate([self.ids, ids], axis=1)
        # Earlier rows stand first, so a stable sort keeps row order among equals.
        if all_cosines.shape[1] > 4 * self.k + 64:
            floor = np.partition(all_cosines, -self.k, axis=1)[:, [-self.k]]
            keep = [np.flatnonzero(row >= low) for row, low in zip(all_cosines, floor, strict=True)]
        else:
            keep = [np.arange(all_cosines.shape[1])] * len(all_cosines)
        width = self.k
        self.ids = np.full((len(keep), width), -1, np.int64)
        self.cosines = np.full((len(keep), width), -np.inf, np.float32)
        for q, at in enumerate(keep):
            order = at[np.argsort(-all_cosines[q, at], kind="stable")][:width]
            self.ids[q, : len(order)] = all_ids[q, order]
            self.cosines[q, : len(order)] = all_cosines[q, order]

    def found(self, has_direction: NDArray[np.bool_]) -> Neighbors:
        """What remains: rows with a cosine; none for a query that is zero."""
        none = ~np.isfinite(self.cosines) | ~has_direction[:, None]
        ids = np.where(none, -1, self.ids)
        cosines = np.where(none, np.nan, np.clip(self.cosines, -1, 1)).astype(np.float32)
        return Neighbors(ids, cosines)
