"""The nearest words: exact, by cosine, in the original space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..matrix import EmbeddingMatrix
from ..progress import Progress, ignore
from ..rows import Origin
from .exact import FEW, best_of, best_of_all, cosines_with, highest, unit32

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
    bar = np.zeros(len(matrix.vocabulary), np.float32)
    bar[rows_apart(matrix)] = -np.inf
    if among is not None:
        bar[~among] = -np.inf
    search = _for_few if len(wanted) <= FEW else _for_many
    ids, cosines = search(matrix, wanted, k, own, bar, progress)
    none = (ids < 0) | ~np.asarray(wanted.any(axis=1))[:, None]
    return Neighbors(np.where(none, -1, ids), np.where(none, np.nan, np.clip(cosines, -1, 1)).astype(np.float32))


def rows_apart(matrix: EmbeddingMatrix) -> list[int]:
    """The rows that stand for no word: padding, unknown, reserved."""
    return [matrix.vocabulary.ids[word] for word, role in matrix.vocabulary.specials.items() if role in ROWS_APART]


def informed(matrix: EmbeddingMatrix) -> NDArray[np.bool_]:
    """bool[n]: rows that say something about their words, so not the invented ones (the mean, random)."""
    return matrix.rows.origin != Origin.INVENTED


def _for_few(
    matrix: EmbeddingMatrix,
    wanted: NDArray[np.float32],
    k: int,
    own: NDArray[np.int64],
    bar: NDArray[np.float32],
    progress: Progress,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    ids = np.full((len(wanted), k), -1, np.int64)
    cosines = np.full((len(wanted), k), -np.inf, np.float32)
    for q, (query, row) in enumerate(zip(wanted, own.tolist(), strict=True)):
        scores = cosines_with(matrix.vectors, query)
        scores += bar
        if row >= 0:
            scores[row] = -np.inf
        found, values = highest(scores, k)
        ids[q, : len(found)], cosines[q, : len(found)] = found, values
    return ids, cosines


def _for_many(
    matrix: EmbeddingMatrix,
    wanted: NDArray[np.float32],
    k: int,
    own: NDArray[np.int64],
    bar: NDArray[np.float32],
    progress: Progress,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    n = len(matrix.vocabulary)
    if len(own) == n and np.array_equal(own, np.arange(n)):
        bar[~wanted.any(axis=1)] = -np.inf
        return best_of_all(wanted, k, bar=bar, progress=progress)

    def rows(first: int, stop: int) -> NDArray[np.float32]:
        block = np.asarray(matrix.vectors[first:stop], np.float32)
        bar[first:stop][~block.any(axis=1)] = -np.inf
        return unit32(block)

    return best_of(rows, n, wanted, k, own=own, bar=bar, progress=progress)


def _queries(
    matrix: EmbeddingMatrix, queries: Sequence[str] | NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The row of each query (-1 for a vector), and its unit vector."""
    if isinstance(queries, np.ndarray):
        given = np.asarray(np.atleast_2d(queries), np.float32)
        if given.shape[1] != matrix.dim:
            raise ValueError(f"queries of {given.shape[1]} dimensions for a matrix of {matrix.dim}")
        return np.full(len(given), -1, np.int64), unit32(given)
    rows = np.array([matrix.vocabulary.ids[word] for word in queries], np.int64)
    return rows, unit32(np.asarray(matrix.vectors[rows], np.float32).reshape(len(rows), matrix.dim))
