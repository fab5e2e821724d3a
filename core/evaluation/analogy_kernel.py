"""The inner loop of analogies, compiled: for every question the best row of a block of the vocabulary.

Each score is made of the cosines of a row with a, b and c, and a set's questions share few words: the Google set's
19,544 questions have 905. So a block's cosines with these words are one small matrix product, and what is left for
each question is a pass over three rows of it, which stay in the cache.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

ADD, MUL, PAIR = 0, 1, 2
EPSILON = np.float32(1e-3)  # Levy and Goldberg 2014
NOWHERE = np.float32(-3e38)
WIDTH = 1024  # columns at a time: three rows of cosines and the scores fit the first cache


@njit(cache=True, nogil=True, parallel=True, fastmath={"reassoc", "contract", "arcp", "nsz"})
def answer_block(method, cosines, barred, abc, ahead, apart, apart_starts, first, best, best_row):  # type: ignore[no-untyped-def]
    """Take one block of rows into the best answers so far.

    method        ADD, MUL or PAIR
    cosines       float32[w, b]: of each word of the questions with each row of the block
    barred        float32[b]: 0, and NOWHERE for a row that can't be an answer
    abc           int64[q, 3]: a, b and c of each question, as rows of `cosines`
    ahead         float32[q]: of each question (b - a) · c
    apart         int64[·]: rows of the vocabulary that are no answers where a word is asked: a CSR list by word
    apart_starts  int64[w + 1]
    first         the block's first row
    best          float32[q]: the best score so far, changed
    best_row      int64[q]: and its row, changed
    """
    questions, width = abc.shape[0], cosines.shape[1]
    for q in prange(questions):
        scores = np.empty(WIDTH, np.float32)
        a, b, c = abc[q, 0], abc[q, 1], abc[q, 2]
        top, top_row = best[q], best_row[q]
        for left in range(0, width, WIDTH):
            n = min(WIDTH, width - left)
            of_a, of_b, of_c = (
                cosines[a, left : left + n],
                cosines[b, left : left + n],
                cosines[c, left : left + n],
            )
            if method == ADD:
                for j in range(n):
                    scores[j] = of_b[j] - of_a[j] + of_c[j]
            elif method == MUL:
                for j in range(n):
                    scores[j] = (of_b[j] + 1) * (of_c[j] + 1) / ((of_a[j] + 1) * np.float32(0.5) + EPSILON)
            else:
                for j in range(n):
                    apart_by = np.sqrt(max(np.float32(2) - np.float32(2) * of_c[j], np.float32(1e-6)))
                    scores[j] = (of_b[j] - of_a[j] - ahead[q]) / apart_by
            for j in range(n):
                scores[j] += barred[left + j]
            for k in range(3):
                word = abc[q, k]
                for at in range(apart_starts[word], apart_starts[word + 1]):
                    j = apart[at] - first - left
                    if 0 <= j < n:
                        scores[j] = NOWHERE
            highest = NOWHERE
            for j in range(n):
                highest = max(highest, scores[j])
            if highest > top:
                for j in range(n):
                    if scores[j] == highest:
                        top, top_row = highest, first + left + j
                        break
        best[q], best_row[q] = top, top_row
