"""How far two matrices agree on who is near to whom: shared neighbors, and all cosines together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..evaluation.resampling import RESAMPLES, interval_of, spearman
from ..matrix import EmbeddingMatrix
from ..neighbors.exact import best_of, best_of_all, unit32

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Told = Callable[[int, int], None]
PAIRS = 100_000
PAIRS_AT_ONCE = 8192
COMPARED_AT_ONCE = 1 << 24


def near(matrix: EmbeddingMatrix, rows: Ints, queries: Ints, k: int, told: Told) -> tuple[NDArray[np.int32], Floats]:
    """int32[q, k] and float32[q, k]: the nearest of the words `rows` to some of them, and their cosines.

    rows     int64[n]: rows of the matrix, none of zeros; what is found are positions in it
    queries  int64[q]: positions in `rows`
    told     is called with how many of how many rows are compared
    """

    def some(first: int, stop: int) -> Floats:
        return unit32(np.asarray(matrix.vectors[rows[first:stop]], np.float32))

    def watch(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        told(done, len(rows))

    wanted = unit32(np.asarray(matrix.vectors[rows[queries]], np.float32))
    bar = np.zeros(len(rows), np.float32)
    if np.array_equal(queries, np.arange(len(rows))):
        ids, cosines = best_of_all(wanted, k, bar=bar, progress=watch)
    else:
        ids, cosines = best_of(some, len(rows), wanted, k, own=queries, bar=bar, progress=watch)
    return ids.astype(np.int32), np.clip(cosines, -1, 1)


def shared_counts(ids1: NDArray[np.int32], ids2: NDArray[np.int32]) -> Ints:
    """int64[q]: how many of the ids (int32[q, k] each, different within a row) two rows have in common."""
    q, k = ids1.shape
    counts = np.empty(q, np.int64)
    step = max(1, COMPARED_AT_ONCE // (k * k))
    for at in range(0, q, step):
        part = slice(at, at + step)
        counts[part] = (ids1[part, :, None] == ids2[part, None, :]).sum(axis=(1, 2))
    return counts


def mean_interval(histogram: Ints, seed: int) -> tuple[float, float] | None:
    """The 95 % bootstrap interval of the mean of q values 0/k … k/k, from how often each occurs (int64[k + 1]).

    Drawing q of them with replacement is drawing how often each value occurs: the same samples' means, in no time.
    """
    q, k = int(histogram.sum()), len(histogram) - 1
    drawn = np.random.default_rng([seed, q]).multinomial(q, histogram / q, RESAMPLES)
    found = interval_of(drawn @ (np.arange(k + 1) / k) / q)
    return None if found is None else (found.low, found.high)


def cosine_agreement(
    first: EmbeddingMatrix, second: EmbeddingMatrix, rows1: Ints, rows2: Ints, *, seed: int, told: Told
) -> tuple[float | None, int]:
    """Spearman's rho between the cosines of pairs of words in the one matrix and in the other; how many pairs.

    Representational similarity analysis (Kriegeskorte, Mur and Bandettini 2008). All pairs where there are at most
    100,000, else a seeded sample. `told` is called with how many of how many cosines are known.
    """
    a, b = _pairs(len(rows1), seed)
    cosines = np.empty((2, len(a)))
    for i, (matrix, rows) in enumerate(((first, rows1), (second, rows2))):
        for at in range(0, len(a), PAIRS_AT_ONCE):
            part = slice(at, at + PAIRS_AT_ONCE)
            one, other = (unit32(np.asarray(matrix.vectors[rows[ends[part]]], np.float32)) for ends in (a, b))
            cosines[i, part] = np.einsum("ij,ij->i", one, other, dtype=np.float64)
            told(i * len(a) + min(len(a), at + PAIRS_AT_ONCE), 2 * len(a))
    return spearman(cosines[0], cosines[1]), len(a)


def _pairs(n: int, seed: int) -> tuple[Ints, Ints]:
    """Two different positions below n for each pair."""
    if n * (n - 1) // 2 <= PAIRS:
        a, b = np.triu_indices(n, 1)
        return a.astype(np.int64), b.astype(np.int64)
    rng = np.random.default_rng([seed, n])
    a = rng.integers(0, n, PAIRS)
    b = (a + rng.integers(1, n, PAIRS)) % n
    return a, b
