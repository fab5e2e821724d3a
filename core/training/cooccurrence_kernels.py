"""The compiled loops of `cooccurrence`: rows of the table counted one after another, and runs of them put together."""

# pyright: basic, reportIndexIssue=false

from __future__ import annotations

import numpy as np
from numba import njit  # pyright: ignore[reportPrivateImportUsage]

# A bijection of 64-bit integers (splitmix64's end), for draws that depend on nothing but a place and a seed.
MIX_A, MIX_B, STEP = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15)
S30, S27, S31, S32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)


@njit(cache=True, nogil=True)
def place(ids, first, last, ends, places):  # pragma: no cover - compiled
    """Put each place of `ids[first:last]` that holds a word behind the earlier ones of that word.

    ends    int64[V]: where the next place of each word goes; moved on
    places  int32[n]
    """
    for t in range(first, last):
        word = ids[t]
        if word >= 0:
            places[ends[word]] = t
            ends[word] += 1


@njit(cache=True, nogil=True)
def count_rows(
    ids, places, bounds, first, last, weights, symmetric, sums, touched, lengths, columns, values
):  # pragma: no cover - compiled
    """The rows of words `first` to `last`, one after another: how many cells they have.

    ids      int32[n], -1 where windows end; as long as a window before the first place and behind the last
    places   int32[m]: those of word w are places[bounds[w] : bounds[w + 1]]
    weights  float64[window + 1], by distance
    symmetric  rows hold both sides, but only columns from the word itself on: the rest is the same, turned over.
               Otherwise a row is the left word, and its columns stand to the right.
    sums     float64[V], all zeros; left so
    touched  int32[V + 1]: room
    lengths  int32[last - first], columns int32[·], values float32[·] (strided): what is found
    """
    window = len(weights) - 1
    n = 0
    for word in range(first, last):
        found = 0
        for at in range(bounds[word], bounds[word + 1]):
            here = np.int64(places[at])
            for d in range(1, window + 1):
                other = ids[here + d]
                if other < 0:
                    break
                if other >= word or not symmetric:
                    touched[found] = other
                    found += sums[other] == 0.0
                    sums[other] += weights[d]
            if symmetric:
                for d in range(1, window + 1):
                    other = ids[here - d]
                    if other < 0:
                        break
                    if other >= word:
                        touched[found] = other
                        found += sums[other] == 0.0
                        sums[other] += weights[d]
        for k in range(found):
            other = touched[k]
            columns[n + k] = other
            values[n + k] = sums[other]
            sums[other] = 0.0
        lengths[word - first] = found
        n += found
    return n


@njit(cache=True, nogil=True)
def merge_rows(first, lengths, starts, columns, values, symmetric, sums, touched, cells, weights):  # pragma: no cover
    """The same rows out of several runs, added up, as cells of the whole table: how many.

    first    the word of the first row
    lengths  int32[runs, rows]; starts int64[runs]: where each run's part begins in columns int32[·], values float32[·]
    sums, touched  as for `count_rows`
    cells    int32[·, 3]: row, column and, by the view weights float32[·, 3], what stands there; a cell off the
             diagonal gives two where the table is symmetric
    """
    runs, rows = lengths.shape
    heads = starts.copy()
    n = 0
    for r in range(rows):
        word = first + r
        found = 0
        for run in range(runs):
            for k in range(heads[run], heads[run] + lengths[run, r]):
                other = columns[k]
                touched[found] = other
                found += sums[other] == 0.0
                sums[other] += values[k]
            heads[run] += lengths[run, r]
        for k in range(found):
            other = touched[k]
            cells[n, 0], cells[n, 1], weights[n, 2] = word, other, sums[other]
            n += 1
            if symmetric and other != word:
                cells[n, 0], cells[n, 1], weights[n, 2] = other, word, sums[other]
                n += 1
            sums[other] = 0.0
    return n


@njit(cache=True, nogil=True)
def deal(cells, seed, before, piles, dealt):  # pragma: no cover - compiled
    """Deal cells to `piles` piles at random: int64[piles + 1], where each begins in `dealt`.

    cells, dealt  int32[n, 3]
    before        cells that were dealt already: they and the seed decide, so that the same are dealt the same way
    """
    n = len(cells)
    bounds = np.zeros(piles + 2, np.int64)
    drawn = np.empty(n, np.int32)
    for k in range(n):
        x = (np.uint64(before + k) + np.uint64(1)) * STEP + np.uint64(seed) * MIX_A
        x = (x ^ (x >> S30)) * MIX_A
        x = (x ^ (x >> S27)) * MIX_B
        x ^= x >> S31
        drawn[k] = ((x >> S32) * np.uint64(piles)) >> S32
        bounds[drawn[k] + 2] += 1
    for pile in range(piles):
        bounds[pile + 2] += bounds[pile + 1]
    for k in range(n):
        to = bounds[drawn[k] + 1]
        bounds[drawn[k] + 1] += 1
        for part in range(3):
            dealt[to, part] = cells[k, part]
    return bounds[:-1]
