"""Exact search over rows of numbers: every query is compared with every row, a block at a time.

The products are BLAS's; what is left, a pass over the scores, is compiled (`kernels.py`). Blocks are small enough
for the processor's cache, so a memory-mapped matrix may be larger than the memory.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from ..progress import Progress, ignore

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Rows = Callable[[int, int], Floats]

ROWS_AT_ONCE = 4096
QUERIES_AT_ONCE = 1024
SQUARE = 2048  # rows of a block where all are compared with all
FEW = 8  # queries: below, reading the rows takes the time, and not the products
# From so many multiplications on, torch's faster product is worth its import (some seconds).
WORTH_TORCH = 5e11
BLOCK_BYTES = 1 << 20  # of one thread's part of the rows
# Lengths whose squares float32 holds without loss.
TINIEST, LARGEST = 1e-15, 1e15


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers(), thread_name_prefix="neighbors")


@cache
def workers() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def best_of(
    rows: Rows, n: int, queries: Floats, k: int, *, own: Ints, bar: Floats, progress: Progress = ignore
) -> tuple[Ints, Floats]:
    """The `k` rows with the highest score of each query: int64[q, k] (-1: none) and float32[q, k] (-inf).

    rows(first, stop)  float32[·, d]: some of the n rows
    queries            float32[q, d]
    own                int64[q]: the row that a query is itself, -1 for none: not its own neighbor
    bar                float32[n]: added to the products; -inf for rows that are nobody's neighbors

    With unit rows and a bar of zeros the score is the cosine; with any rows and minus half their squared lengths,
    the order is that of Euclidean distance. Equal scores come in row order.
    """
    from .kernels import take_best

    best = np.full((len(queries), k), -np.inf, np.float32)
    ids = np.full((len(queries), k), -1, np.int64)

    def see(scores: Floats, part: slice, first: int, stop: int) -> None:
        take_best(scores, bar[first:stop], own[part], first, best[part], ids[part])

    _each_block(rows, n, queries, see, progress)
    return ids, best


def best_of_all(vectors: Floats, k: int, *, bar: Floats, progress: Progress = ignore) -> tuple[Ints, Floats]:
    """`best_of` with every row of `vectors` (float32[n, d]) as a query, in half the time.

    The score of a pair is the same from both sides, so each block of the product is read twice, once by rows and
    once by columns, and no block is made twice. Rows are still seen in order.
    """
    n = len(vectors)
    best, ids = np.full((n, k), -np.inf, np.float32), np.full((n, k), -1, np.int64)
    multiply = _product(float(n) * vectors.size / 2)
    scores = np.empty(SQUARE * SQUARE, np.float32)
    for first in range(0, n, SQUARE):
        rows = slice(first, min(n, first + SQUARE))
        for left in range(first, n, SQUARE):
            columns = slice(left, min(n, left + SQUARE))
            shape = rows.stop - first, columns.stop - left
            found = scores[: shape[0] * shape[1]].reshape(shape)
            multiply(vectors[rows], vectors[columns], found)
            _see_both_sides(found, rows, columns, bar, best, ids)
        # Pairs that are done, in rows' worth.
        progress(_("comparing"), n - (n - rows.stop) ** 2 // n, n, "rows")
    return ids, best


def _see_both_sides(found: Floats, rows: slice, columns: slice, bar: Floats, best: Floats, ids: Ints) -> None:
    """Take a block of scores into the best of its rows, and of its columns where these are others."""
    from .kernels import take_best, take_best_of_columns

    own = np.arange(rows.start, rows.stop)

    def by_rows(low: int, high: int) -> None:
        at = slice(rows.start + low, rows.start + high)
        take_best(found[low:high], bar[columns], own[low:high], columns.start, best[at], ids[at])

    _shared_out(len(found), by_rows)
    if columns.start == rows.start:
        return
    lowest = best[columns, -1].copy()

    def by_columns(low: int, high: int) -> None:
        take_best_of_columns(found, bar[rows], rows.start, low, high, lowest, best[columns], ids[columns])

    _shared_out(found.shape[1], by_columns)


def _shared_out(n: int, work: Callable[[int, int], None]) -> None:
    """Call `work(low, high)` for parts of 0..n, on all threads."""
    share = max(1, -(-n // workers()))
    jobs = [_threads().submit(work, low, min(n, low + share)) for low in range(share, n, share)]
    work(0, min(n, share))
    for job in jobs:
        job.result()


def ranks_of(vectors: Floats, queries: Ints, wanted: Ints, *, bar: Floats, progress: Progress = ignore) -> Ints:
    """int64[q, k]: the place that each of the rows `wanted` (int64[q, k]) has among a row's neighbors, from 1 on.

    vectors  float32[n, d]: scored as in `best_of`, with `bar`
    queries  int64[q]: rows of it

    Of equal scores all have the best place.
    """
    from .kernels import count_above

    levels = np.empty(wanted.shape, np.float32)
    for first in range(0, len(queries), QUERIES_AT_ONCE):
        part = slice(first, first + QUERIES_AT_ONCE)
        levels[part] = np.einsum("qkd,qd->qk", vectors[wanted[part]], vectors[queries[part]]) + bar[wanted[part]]
    counts = np.zeros(wanted.shape, np.int64)

    def see(scores: Floats, part: slice, first: int, stop: int) -> None:
        count_above(scores, bar[first:stop], queries[part], first, levels[part], wanted[part], counts[part])

    _each_block(lambda first, stop: vectors[first:stop], len(vectors), vectors[queries], see, progress)
    return counts + 1


def _each_block(
    rows: Rows, n: int, queries: Floats, see: Callable[[Floats, slice, int, int], None], progress: Progress
) -> None:
    """Call `see(scores, queries, first, stop)` for every block of rows and queries, on all threads."""
    multiply = _product(float(n) * queries.size)
    scores = np.empty((QUERIES_AT_ONCE, ROWS_AT_ONCE), np.float32)
    for first in range(0, n, ROWS_AT_ONCE):
        stop = min(n, first + ROWS_AT_ONCE)
        block = rows(first, stop)
        for at in range(0, len(queries), QUERIES_AT_ONCE):
            end = min(len(queries), at + QUERIES_AT_ONCE)
            found = scores.reshape(-1)[: (end - at) * (stop - first)].reshape(end - at, stop - first)
            multiply(queries[at:end], block, found)
            _shared_out(end - at, partial(_see_part, see, found, at, first, stop))
        progress(_("comparing"), stop, n, "rows")


def _see_part(
    see: Callable[[Floats, slice, int, int], None], found: Floats, at: int, first: int, stop: int, low: int, high: int
) -> None:
    see(found[low:high], slice(at + low, at + high), first, stop)


def _product(work: float) -> Callable[[Floats, Floats, Floats], Any]:
    """out = a @ b.T: torch's product where it is loaded or worth loading, else NumPy's."""
    if "torch" not in sys.modules and work < WORTH_TORCH:
        return lambda a, b, out: np.matmul(a, b.T, out=out)
    import torch

    def multiply(a: Floats, b: Floats, out: Floats) -> None:
        with torch.inference_mode():
            torch.mm(torch.from_numpy(a), torch.from_numpy(b).T, out=torch.from_numpy(out))

    return multiply


def cosines_with(vectors: Floats, query: Floats) -> Floats:
    """float32[n]: the cosine of every row of `vectors` (float32[n, d]) with the unit vector `query`; -inf for zeros.

    The rows are read once, where they lie: no copy of length 1 is made of them.
    """
    from .kernels import dots_and_squares

    n = len(vectors)
    dots, squares = np.empty(n, np.float32), np.empty(n, np.float32)
    share = max(1, -(-n // workers()), BLOCK_BYTES // (4 * max(1, vectors.shape[1])))
    parts = [slice(i, min(n, i + share)) for i in range(0, n, share)]
    jobs = [_threads().submit(dots_and_squares, vectors[p], query, dots[p], squares[p]) for p in parts]
    for job in jobs:
        job.result()
    lengths = np.sqrt(squares)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cosines = np.asarray(dots / lengths, np.float32)
    odd = np.flatnonzero(~((lengths > TINIEST) & (lengths < LARGEST)))
    for first in range(0, len(odd), ROWS_AT_ONCE):
        at = odd[first : first + ROWS_AT_ONCE]
        given = np.asarray(vectors[at], np.float32)
        cosines[at] = np.where(given.any(axis=1), unit32(given) @ query, -np.inf)
    return cosines


def highest(scores: Floats, k: int) -> tuple[Ints, Floats]:
    """The places of the `k` highest scores (float32[n]), highest first, and the scores; equal ones in order.

    Fewer than k where fewer are finite.
    """
    if 0 < k < len(scores):
        floor = np.partition(scores, len(scores) - k)[len(scores) - k]
        above = np.flatnonzero(scores > floor)
        at = np.sort(np.concatenate([above, np.flatnonzero(scores == floor)[: k - len(above)]]))
    else:
        at = np.arange(min(k, len(scores)))
    at = at[np.argsort(-scores[at], kind="stable")]
    at = at[scores[at] > -np.inf]
    return at, scores[at]


def unit32(vectors: Floats) -> Floats:
    """float32[n, d]: rows of length 1; zero rows stay zero.

    Scaled first, so that tiny and huge values neither vanish nor overflow.
    """
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    scaled = vectors / np.where(largest > 0, largest, 1)
    lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.asarray(scaled / np.where(lengths > 0, lengths, 1), np.float32)
