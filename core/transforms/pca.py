"""Reduce to fewer dimensions by principal component analysis."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import RecipeError
from ..messages import N_, _
from ..progress import Progress
from ..spec import Spec, option
from .center import RowMap, blocks, centered, check_count, mean_row

# The covariance of wider rows takes more than 512 MB.
WIDEST = 8192


class PcaSpec(Spec):
    """Center, then keep the directions in which the known rows vary most."""

    kind: Literal["pca"] = "pca"
    dim: int = option(..., N_("Dimensions"), N_("How many principal directions are kept."), ge=1, le=65_536)
    whiten: float = option(
        0.0,
        N_("Whiten"),
        N_("Divide each direction by its standard deviation to this power: 0 keeps them, 1 makes all alike."),
        ge=0.0,
        le=1.0,
    )


def fit_pca(
    spec: PcaSpec, vectors: NDArray[np.float32], fitted: NDArray[np.int64], progress: Progress
) -> tuple[RowMap, str]:
    """The map from d to `spec.dim` dimensions, fitted on the rows `fitted` of `vectors` (float32[n, d]).

    The new axes are sorted by variance, largest first. Raises RecipeError when `spec.dim` is more than
    d, or not less than the number of rows to fit on (m centered rows span m - 1 dimensions).
    """
    width = vectors.shape[1]
    if spec.dim > width:
        raise RecipeError(
            _("pca: {asked} dimensions are asked for, and the matrix has {width}").format(asked=spec.dim, width=width),
            fix=_("Give a dim of {width} or less.").format(width=width),
        )
    text = f"pca {spec.dim}" + (f", whitened {spec.whiten:g}" if spec.whiten else "")
    check_count(text, fitted, spec.dim + 1)
    mean, directions = principal_directions(vectors, fitted, spec.dim, progress)
    if spec.whiten:
        spread = _deviations(vectors, fitted, mean, directions, progress)
        scales = np.maximum(spread / spread[0], 1e-5) ** -spec.whiten
        directions = directions * scales[:, None].astype(np.float32)
    return lambda rows: centered(rows, mean) @ directions.T, text


def _deviations(
    vectors: NDArray[np.float32],
    ids: NDArray[np.int64],
    mean: NDArray[np.float64],
    directions: NDArray[np.float64],
    progress: Progress,
) -> NDArray[np.float64]:
    """float64[count]: the standard deviation of the rows `ids` along each direction; ones where nothing varies."""
    squares = np.zeros(len(directions))
    for rows in blocks(vectors, ids, progress):
        squares += (((rows - mean) @ directions.T) ** 2).sum(axis=0)
    return np.sqrt(squares / len(ids)) if squares[0] else np.ones(len(directions))


def principal_directions(
    vectors: NDArray[np.float32], ids: NDArray[np.int64], count: int, progress: Progress
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean (float64[d]) of the rows `ids`, and their first `count` principal directions.

    The directions are float64[count, d], orthonormal, by falling variance; the entry of largest size
    of each is positive, so that equal input gives equal signs. Raises RecipeError for rows wider than
    `WIDEST`.
    """
    width = vectors.shape[1]
    if width > WIDEST:
        raise RecipeError(
            _("principal directions of {width:,} dimensions take too much memory").format(width=width),
            fix=_("Use vectors of {most:,} dimensions or fewer.").format(most=WIDEST),
        )
    mean = mean_row(vectors, ids, progress)
    scatter = np.zeros((width, width))
    for rows in blocks(vectors, ids, progress):
        rows -= mean
        scatter += rows.T @ rows
    _variances, columns = np.linalg.eigh(scatter)
    directions = columns[:, ::-1][:, :count].T.copy()
    largest = np.abs(directions).argmax(axis=1)
    directions *= np.sign(directions[np.arange(count), largest])[:, None]
    # Rounded, distinct directions come out the same from one or many threads of BLAS, which sum in another order.
    return mean, directions.astype(np.float32).astype(np.float64)
