"""The compiled inner loop of `contexts`: what stands around each token, summed up for its word."""

# pyright: basic, reportIndexIssue=false

from __future__ import annotations

import numpy as np
from numba import njit  # pyright: ignore[reportPrivateImportUsage]


@njit(cache=True, nogil=True)
def add_contexts(ids, rows, weights, window, sums, totals, counts):  # pragma: no cover - compiled
    """Add to `sums[w]` the weighted rows of the tokens within `window` of every token w.

    ids      int32[n]: the word of each token, -1 for none
    rows     float32[k, d], weights float64[k]: of the words below k; others give nothing
    sums     float32[m, d], totals float64[m], counts int64[m]: of all words
    """
    n, d, k = len(ids), rows.shape[1], len(rows)
    run = np.zeros(d)
    total = 0.0
    for t in range(-window, n):
        entering = t + window
        if 0 <= entering < n and 0 <= ids[entering] < k:
            w = weights[ids[entering]]
            row = rows[ids[entering]]
            total += w
            for j in range(d):
                run[j] += w * row[j]
        leaving = t - window - 1
        if leaving >= 0 and 0 <= ids[leaving] < k:
            w = weights[ids[leaving]]
            row = rows[ids[leaving]]
            total -= w
            for j in range(d):
                run[j] -= w * row[j]
        if t >= 0 and ids[t] >= 0:
            own = ids[t]
            counts[own] += 1
            w = 0.0
            if own < k:
                w = weights[own]
                for j in range(d):
                    sums[own, j] += run[j] - w * rows[own, j]
            else:
                for j in range(d):
                    sums[own, j] += run[j]
            totals[own] += total - w
