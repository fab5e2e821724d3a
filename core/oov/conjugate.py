"""Block conjugate gradients: one system of equations with many right sides.

O'Leary 1980, The block conjugate gradient algorithm and related methods, in the form of Dubrulle 2001, Retooling the
method of block conjugate gradients: residuals are kept orthonormal.
All right sides share what is learned of the matrix, so that ten steps do where one side alone takes a hundred.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..progress import Reached, unwatched

NEARLY_ALIKE = 1e-5


def solve_block(
    product: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    right: NDArray[np.float64],
    *,
    tolerance: float,
    most: int,
    reached: Reached = unwatched,
) -> NDArray[np.float64]:
    """float64[n, d] X with A X = `right` (float64[n, d], d ≤ n), for a positive definite A.

    `product` gives A times a float64[n, d]. Ends when what is left of the right sides is shorter than `tolerance`
    times these, or after `most` steps. `reached` is told the number of steps; what it raises ends the work.
    """
    found = np.zeros_like(right)
    whole = np.linalg.norm(right)
    basis, shares = _orthonormal(right)
    direction = basis
    for step in range(most):
        if np.linalg.norm(shares) <= tolerance * whole:
            break
        moved = product(direction)
        size = np.linalg.inv(direction.T @ moved)
        found += direction @ (size @ shares)
        basis, change = _orthonormal(basis - moved @ size)
        direction = basis + direction @ change.T
        shares = change @ shares
        reached(step + 1)
    return found


def _orthonormal(block: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Q and R of `block`: by Cholesky, eight times as fast as Householder's way, where no columns are nearly alike."""
    try:
        lower = np.linalg.cholesky(block.T @ block)
    except np.linalg.LinAlgError:
        return np.linalg.qr(block)
    diagonal = np.diagonal(lower)
    if not diagonal.min() > NEARLY_ALIKE * diagonal.max():
        return np.linalg.qr(block)
    upper: NDArray[np.float64] = lower.T.astype(np.float64, copy=False)
    return block @ np.linalg.inv(upper), upper
