"""Subtract the mean of the known rows. The base of every transform that is fitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import RecipeError
from ..messages import N_, _
from ..progress import Progress
from ..spec import Spec

# float64[rows, d] -> float64[rows, k]; may change its argument.
RowMap = Callable[[NDArray[np.float64]], NDArray[np.float64]]

STAGE = N_("Transforming")
NUMBERS_AT_ONCE = 1 << 21  # 16 MB of float64
# A difference below this share of what was subtracted is float32 rounding, not information.
ROUNDING = 4 * 2.0**-23


class CenterSpec(Spec):
    """Subtract the mean of the known rows from every row."""

    kind: Literal["center"] = "center"


def fit_center(
    spec: CenterSpec, vectors: NDArray[np.float32], fitted: NDArray[np.int64], progress: Progress
) -> tuple[RowMap, str]:
    """The map that centers rows, fitted on the rows `fitted` of `vectors` (float32[n, d]), and its history text.

    Raises RecipeError with fewer than two rows to fit on.
    """
    check_count(_("center"), fitted, 2)
    mean = mean_row(vectors, fitted, progress)
    return lambda rows: centered(rows, mean), "center"


def check_count(what: str, fitted: NDArray[np.int64], needed: int) -> None:
    """Raise RecipeError where fewer than `needed` rows are there to fit on."""
    if len(fitted) < needed:
        raise RecipeError(
            _("{what} is fitted on at least {needed} known rows, and there are {count}").format(
                what=what, needed=needed, count=len(fitted)
            ),
            fix=_("Use a source that holds more of your words, ask for fewer dimensions, or leave this transform out."),
        )


def blocks(vectors: NDArray[np.float32], ids: NDArray[np.int64], progress: Progress) -> Iterator[NDArray[np.float64]]:
    """The rows `ids` of `vectors` in float64, a block at a time: never a float64 copy of them all."""
    step = max(1, NUMBERS_AT_ONCE // max(1, vectors.shape[1]))
    for start in range(0, len(ids), step):
        progress(_(STAGE), start, len(ids), "rows", _("fitting"))
        yield vectors[ids[start : start + step]].astype(np.float64)


def mean_row(vectors: NDArray[np.float32], ids: NDArray[np.int64], progress: Progress) -> NDArray[np.float64]:
    """float64[d]: the mean of the rows `ids` of `vectors`; exactly zero for rows that are centered already."""
    total, squares = np.zeros(vectors.shape[1]), 0.0
    for rows in blocks(vectors, ids, progress):
        total += rows.sum(axis=0)
        squares += float(np.einsum("ij,ij->", rows, rows))
    mean = total / len(ids)
    typical = np.sqrt(squares / len(ids))
    return without_rounding(mean[None], typical)[0]


def centered(rows: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """`rows` minus `mean`, in place. A row that is the mean (as "fill mean" makes them) becomes exactly zero."""
    rows -= mean
    return without_rounding(rows, np.linalg.norm(mean))


def without_rounding(rows: NDArray[np.float64], size: NDArray[np.float64] | np.floating) -> NDArray[np.float64]:
    """`rows` in place, with zeros for those whose length is float32 rounding beside `size` (a number or one a row).

    Left in, such a row is a direction made of rounding errors, which "unit" would blow up to length 1.
    """
    rows[np.linalg.norm(rows, axis=1) <= ROUNDING * size] = 0
    return rows
