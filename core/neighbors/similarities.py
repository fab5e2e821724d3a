"""How like each other some words are: the table of their cosines, and an order that puts like ones side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..matrix import EmbeddingMatrix
from ..messages import _
from .asking import rows_of, unit_rows

MOST = 200


def similarity_table(matrix: EmbeddingMatrix, words: Sequence[str]) -> NDArray[np.float32]:
    """float32[k, k]: the cosine of each of the words with each; NaN for those whose row is zero.

    Raises InputError for no word, more than 200, and words that the matrix doesn't have.
    """
    if not len(words):
        raise InputError(_("no word is asked for"), fix=_("Write a word of the matrix, or several."))
    if len(words) > MOST:
        raise InputError(
            _("{n:,} words are too many for a table").format(n=len(words)),
            fix=_("Choose at most {most}.").format(most=MOST),
        )
    units = unit_rows(matrix, rows_of(matrix, words)).astype(np.float64)
    lengths = np.linalg.norm(units, axis=1, keepdims=True)
    units /= np.where(lengths > 0, lengths, 1)  # exactly, so that equal directions have a cosine of 1
    table = np.clip(units @ units.T, -1, 1)
    table = (table + table.T) / 2  # the product's two halves may differ in their last bits
    np.fill_diagonal(table, 1)
    zero = ~units.any(axis=1)
    table[zero] = table[:, zero] = np.nan
    return table.astype(np.float32)


def ordered(table: NDArray[np.float32]) -> NDArray[np.int64]:
    """int64[k]: an order of a table's words in which like ones stand side by side.

    The leaves of hierarchical clustering (mean linkage, distance 1 - cosine) in the order in which neighbors are
    most alike (Bar-Joseph, Gifford and Jaakkola 2001). Words without a cosine count as unlike all others.
    """
    k = len(table)
    if k < 3:
        return np.arange(k)
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    distances = np.maximum(0, 1 - np.nan_to_num(table.astype(np.float64), nan=0.0))
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average", optimal_ordering=True)
    return leaves_list(tree).astype(np.int64)
