"""From a matrix's rows to those that texts use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..matrix import EmbeddingMatrix
from .bags import Bags
from .options import Tuning
from .table import RowTable, scale_of

LEAST_WEIGHT = 1e-3


def compacted(matrix_rows: int, bags: Sequence[Bags]) -> tuple[NDArray[np.int64], list[Bags]]:
    """int64[m]: the rows that `bags` use, rising; and the bags with positions among these for ids."""
    marked = np.zeros(matrix_rows, bool)
    for one in bags:
        marked[one.ids] = True
    used = np.flatnonzero(marked)
    place = np.cumsum(marked, dtype=np.int32) - 1
    return used, [replace(one, ids=place[one.ids]) for one in bags]


def table_of(
    matrix: EmbeddingMatrix,
    used: NDArray[np.int64],
    spec: Tuning,
    *,
    train: Sequence[Bags],
    device: str,
    vectors: NDArray[np.float32] | None = None,
) -> RowTable:
    """The table of the rows `used`, as `spec` wants them to move and to weigh; `train` tells frequencies.

    `vectors` (float32[m, d]) are taken for the rows instead of the matrix's own.
    """
    if vectors is None:
        known = used[matrix.rows.known[used]]
        scale = scale_of(matrix.vectors, known if len(known) else used)
        table = RowTable(matrix.vectors, used, scale=scale, device=device)
    else:
        table = RowTable(vectors, np.arange(len(used)), scale=scale_of(vectors, np.arange(len(used))), device=device)
    filled = ~matrix.rows.known[used]
    factors = np.where(filled, np.float32(spec.filled_rate), np.float32(1))
    if spec.rows != "all":
        factors[filled if spec.rows == "known" else ~filled] = 0
    table.hold(factors)
    weighs = getattr(spec, "weights", "equal")
    if weighs == "sif":
        table.set_weights(sif_weights(matrix, used, train))
    elif weighs == "learned" and matrix.weights is not None:
        table.set_weights(own_weights(matrix, used))
    return table


def own_weights(matrix: EmbeddingMatrix, used: NDArray[np.int64]) -> NDArray[np.float64]:
    """float64[m]: the matrix's own weights in parts of its largest, ends excluded."""
    assert matrix.weights is not None
    return np.clip(matrix.weights[used].astype(np.float64) / weight_scale(matrix), LEAST_WEIGHT, 1 - LEAST_WEIGHT)


def weight_scale(matrix: EmbeddingMatrix) -> float:
    """What a weight of 1 in training is in the matrix: its largest, or 2 where it has none, as all start at a half."""
    return 2.0 if matrix.weights is None else max(1.0, float(matrix.weights.max(initial=0)))


def sif_weights(matrix: EmbeddingMatrix, used: NDArray[np.int64], train: Sequence[Bags]) -> NDArray[np.float64]:
    """float64[m]: the matrix's own SIF weights, or a / (a + p) with p from the training texts.

    Arora, Liang and Ma 2017, A Simple but Tough-to-Beat Baseline for Sentence Embeddings; a = .001.
    """
    if matrix.weights is not None:
        return own_weights(matrix, used)
    counts = sum(np.bincount(one.ids, minlength=len(used)) for one in train)
    share = np.asarray(counts) / max(1, int(np.sum(counts)))
    return np.clip(1e-3 / (1e-3 + share), LEAST_WEIGHT, 1 - LEAST_WEIGHT)
