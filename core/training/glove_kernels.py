"""The compiled inner loop of GloVe, and its cost: weighted least squares with AdaGrad, float32 throughout."""

# pyright: basic, reportIndexIssue=false, reportCallIssue=false

from __future__ import annotations

import numpy as np
from numba import njit  # pyright: ignore[reportPrivateImportUsage]

from .prefetching import prefetch

# All that lets a loop be cut into lanes; not "nnan" and "ninf": what is no number must still be seen.
SAFE = {"contract", "reassoc", "nsz", "arcp"}
CLIP = np.float32(100.0)
# So many turns ahead the vectors of a cell are fetched, and the cell itself before them: without, most of the time goes
# by waiting for memory.
NEAR, FAR = 2, 8
LINE = 64  # bytes
ZERO, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)


@njit(cache=True, nogil=True, inline="always")
def place_of(turn, bits, keys):  # pragma: no cover - compiled
    """Where in a shuffled deck of 2**bits cards the card of this turn lies: a bijection, fixed by three odd keys."""
    mask = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    half = np.uint64((bits + 1) // 2)
    x = (np.uint64(turn) + (keys[2] >> np.uint64(7))) & mask
    for key in range(3):
        x = (x * keys[key]) & mask
        x ^= x >> half
    return np.int64(x)


@njit(cache=True, nogil=True, fastmath=SAFE, error_model="numpy")
def train(
    cells, reals, first, last, bits, keys, vectors, biases, rate, anchored, anchors, pulls
):  # pragma: no cover - compiled
    """Take the turns `first` to `last` of an epoch: the sum of costs before each step, and how many cells had a turn.

    cells    int32[n, 4]: row and column; by the view reals float32[n, 4] the logarithm of what stands there, and its
             weight f
    bits, keys  the order; a place behind the last cell is passed over
    vectors  float32[2 V, 2, S]: of words, then of contexts, each beside its squared steps so far (without the 1 that
             AdaGrad starts from, beside which float32 would lose small ones); S is d rounded up, filled up with zeros
    biases   float32[2 V, 2], likewise
    anchored, anchors float32[V, S], pulls float32[2 V]: twice the anchor's weight over the cells of a word (0: free),
             and where the sum of its two vectors is drawn to

    As in the authors' program gradients are cut at 100, biases learn at rate 1, and the squares summed up are those of
    the gradient times the rate.
    """
    n, words, width = len(cells), len(vectors) // 2, vectors.shape[2]
    cost, seen = 0.0, 0
    for turn in range(first, last):
        soon = place_of(turn + FAR, bits, keys)
        if soon < n:
            prefetch(cells, soon, 0)
        soon = place_of(turn + NEAR, bits, keys)
        if soon < n:
            for k in range(0, 8 * width, LINE):
                prefetch(vectors, cells[soon, 0], k)
                prefetch(vectors, cells[soon, 1] + words, k)
        at = place_of(turn, bits, keys)
        if at >= n:
            continue
        seen += 1
        i, j = cells[at, 0], cells[at, 1] + words
        w, g, c, h = vectors[i, 0], vectors[i, 1], vectors[j, 0], vectors[j, 1]
        dot = ZERO
        for k in range(width):
            dot += w[k] * c[k]
        diff = dot + biases[i, 0] + biases[j, 0] - reals[at, 2]
        pull = reals[at, 3] * diff
        if not (np.isfinite(diff) and np.isfinite(pull)):
            continue
        cost += np.float64(HALF * pull * diff)
        for k in range(width):
            a, b = pull * c[k], pull * w[k]
            a = a if a < CLIP else CLIP
            a = a if a > -CLIP else -CLIP
            b = b if b < CLIP else CLIP
            b = b if b > -CLIP else -CLIP
            a *= rate
            b *= rate
            w[k] -= a / np.sqrt(ONE + g[k])
            c[k] -= b / np.sqrt(ONE + h[k])
            g[k] += a * a
            h[k] += b * b
        biases[i, 0] -= pull / np.sqrt(ONE + biases[i, 1])
        biases[j, 0] -= pull / np.sqrt(ONE + biases[j, 1])
        biases[i, 1] += pull * pull
        biases[j, 1] += pull * pull
        if anchored:
            draw(vectors, i, i + words, anchors[i], pulls[i] * rate)
            draw(vectors, j, j - words, anchors[j - words], pulls[j] * rate)
    return cost, seen


@njit(cache=True, nogil=True, fastmath=SAFE, error_model="numpy")
def draw(vectors, moved, other, anchor, step):  # pragma: no cover - compiled
    """Draw a vector to where it and its other half sum to the anchor: an implicit step, which never overshoots."""
    if step == ZERO:
        return
    w, g, c = vectors[moved, 0], vectors[moved, 1], vectors[other, 0]
    for k in range(len(anchor)):
        s = step / np.sqrt(ONE + g[k])
        w[k] -= s / (ONE + s) * (w[k] + c[k] - anchor[k])


@njit(cache=True, nogil=True, fastmath=SAFE, error_model="numpy")
def cost_of(cells, reals, vectors, biases):  # pragma: no cover - compiled
    """The mean cost of cells, as `train` has them."""
    words, width = len(vectors) // 2, vectors.shape[2]
    cost = 0.0
    for at in range(len(cells)):
        i, j = cells[at, 0], cells[at, 1] + words
        w, c = vectors[i, 0], vectors[j, 0]
        dot = ZERO
        for k in range(width):
            dot += w[k] * c[k]
        diff = dot + biases[i, 0] + biases[j, 0] - reals[at, 2]
        cost += np.float64(HALF * reals[at, 3] * diff * diff)
    return cost / len(cells)
