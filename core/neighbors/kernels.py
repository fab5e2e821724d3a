"""The inner loops of the search, compiled: they run without Python's lock, each thread on its own rows."""

from __future__ import annotations

import numpy as np
from numba import njit

WIDTH = 512  # scores at a time: in the first cache
# Where a loop counts in int32 and reads slices, LLVM makes vector instructions of it (six times as fast).
FAST = {"nnan", "nsz", "reassoc", "contract", "arcp"}  # nothing here is NaN; infinities stay what they are


@njit(cache=True, nogil=True, fastmath=FAST)
def take_best(scores, bar, own, first, best, ids):  # type: ignore[no-untyped-def]
    """Take one block of scores into the best of each query so far.

    scores  float32[q, b]: of each query with each row of the block
    bar     float32[b]: added to every score; -inf for a row that is nobody's neighbor
    own     int64[q]: the row of the matrix that a query is itself, -1 for none
    first   the block's first row
    best    float32[q, k]: the best scores so far, falling, changed
    ids     int64[q, k]: and their rows, changed

    Rows come in order and an equal score displaces nothing, so of equal ones the earlier row stands first.
    """
    width, k = scores.shape[1], best.shape[1]
    for q in range(scores.shape[0]):
        lowest = best[q, k - 1]
        for left in range(0, width, WIDTH):
            part, barred = scores[q, left : left + WIDTH], bar[left : left + WIDTH]
            better = np.int32(0)
            for j in range(len(part)):
                better += np.int32(part[j] + barred[j] > lowest)
            if better == 0:
                continue
            for j in range(len(part)):
                score, row = part[j] + barred[j], first + left + j
                if score > lowest and row != own[q]:
                    at = k - 1
                    while at > 0 and best[q, at - 1] < score:
                        best[q, at] = best[q, at - 1]
                        ids[q, at] = ids[q, at - 1]
                        at -= 1
                    best[q, at] = score
                    ids[q, at] = row
                    lowest = best[q, k - 1]


@njit(cache=True, nogil=True, fastmath=FAST)
def count_above(scores, bar, own, first, levels, ids, counts):  # type: ignore[no-untyped-def]
    """Count the rows of a block that score higher than some rows do: the ranks of these, less one.

    levels  float32[q, k]: the scores of the rows `ids` (int64[q, k]) with each query
    counts  int64[q, k]: how many rows scored higher so far, changed

    A query's own row and the row whose level it is are not counted. The rest as in `take_best`.
    """
    width = scores.shape[1]
    for q in range(scores.shape[0]):
        for left in range(0, width, WIDTH):
            part, barred = scores[q, left : left + WIDTH], bar[left : left + WIDTH]
            for at in range(levels.shape[1]):
                level, above = levels[q, at], np.int32(0)
                for j in range(len(part)):
                    above += np.int32(part[j] + barred[j] > level)
                for apart in (own[q], ids[q, at]):
                    j = apart - first - left
                    if 0 <= j < len(part) and part[j] + barred[j] > level:
                        above -= np.int32(1)
                counts[q, at] += above


@njit(cache=True, nogil=True, fastmath=FAST)
def dots_and_squares(vectors, query, dots, squares):  # type: ignore[no-untyped-def]
    """One pass over rows for one query: `vectors` float32[n, d] is read from memory once, which is what takes time.

    dots     float32[n]: each row's product with `query` (float32[d]), changed
    squares  float32[n]: and with itself, changed
    """
    width = vectors.shape[1]
    for i in range(vectors.shape[0]):
        dot = square = np.float32(0)
        for j in range(width):
            value = vectors[i, j]
            dot += value * query[j]
            square += value * value
        dots[i], squares[i] = dot, square


@njit(cache=True, nogil=True, fastmath=FAST)
def take_best_of_columns(scores, bar, first, low, high, lowest, best, ids):  # type: ignore[no-untyped-def]
    """Take one block of scores into the best of its columns: the same block seen from the other side.

    scores     float32[b, q]: of the rows of the block with each query
    bar        float32[b]: added to every score of a row
    first      the block's first row
    low, high  the columns to be looked at
    lowest     float32[q]: the lowest of each query's best scores, changed
    best, ids  float32[q, k], int64[q, k]: as in `take_best`
    """
    k = best.shape[1]
    for i in range(scores.shape[0]):
        added = bar[i]
        for left in range(low, high, WIDTH):
            right = min(high, left + WIDTH)
            part, floor = scores[i, left:right], lowest[left:right]
            better = np.int32(0)
            for j in range(len(part)):
                better += np.int32(part[j] + added > floor[j])
            if better == 0:
                continue
            for j in range(len(part)):
                score, q = part[j] + added, left + j
                if score > floor[j]:
                    at = k - 1
                    while at > 0 and best[q, at - 1] < score:
                        best[q, at] = best[q, at - 1]
                        ids[q, at] = ids[q, at - 1]
                        at -= 1
                    best[q, at] = score
                    ids[q, at] = first + i
                    floor[j] = best[q, k - 1]
