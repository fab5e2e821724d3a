"""Kernel ridge regression with a Gaussian kernel on rows of unit length, and a linear one beside it.

Saunders, Gammerman and Vovk 1998, Ridge regression learning algorithm in dual variables. The kernel is
exp(γ (x·z − 1)), which for unit rows is exp(−γ |x − z|² / 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..combining.mapping import unit

RIDGE = 0.1  # penalty of the linear map, as a share of the mean variance of a dimension
AT_ONCE = 256  # rows: always a product of the same shape, so that a row does not depend on how many others there are


@dataclass(frozen=True)
class Predicted:
    """rows     float64[n, d], at unit length
    nearest  float64[n]: the largest cosine to a key that was learned from
    reach    float64[n]: how far from the targets' mean the row went before it was brought to unit length
    """

    rows: NDArray[np.float64]
    nearest: NDArray[np.float64]
    reach: NDArray[np.float64]


class KernelRidge:
    """keys float64[k, p] (unit rows) -> targets float64[k, d] (unit rows): their mean, and a kernel for the rest.

    weights  float64[k]: how much each pair counts, all alike by default
    linear   the share of a linear map, fitted with a ridge of a tenth of a dimension's variance: both answers are
             brought to unit length and averaged
    """

    def __init__(
        self,
        keys: NDArray[np.float64],
        targets: NDArray[np.float64],
        *,
        sharpness: float = 1.0,
        ridge: float = 0.1,
        weights: NDArray[np.float64] | None = None,
        linear: float = 0.0,
    ) -> None:
        from scipy.linalg import cho_factor, cho_solve

        # Cosines in float32 are exact enough for a kernel that is penalized by a tenth, and take half the time.
        self._keys, self._sharpness = np.ascontiguousarray(keys, np.float32), sharpness
        counted = np.ones(len(keys)) if weights is None else weights
        self._mean = (targets * counted[:, None]).sum(0) / counted.sum()
        self._linear = linear
        self._matrix = _ridge(keys, targets - self._mean, counted) if linear else None
        kernel = self._kernel(self._keys @ self._keys.T).astype(np.float64)
        kernel[np.diag_indices(len(keys))] += ridge / counted
        factor = cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
        self._dual = cho_solve(factor, targets - self._mean, check_finite=False).astype(np.float32)

    def _kernel(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        cosines -= np.float32(1)
        cosines *= np.float32(self._sharpness)
        return np.exp(cosines, out=cosines)

    def __call__(self, keys: NDArray[np.float64]) -> Predicted:
        """What `keys` (float64[n, p]) are carried to."""
        n, d = len(keys), self._dual.shape[1]
        rows, nearest, reach = np.empty((n, d)), np.empty(n), np.empty(n)
        block = np.zeros((AT_ONCE, keys.shape[1]), np.float32)
        for first in range(0, n, AT_ONCE):
            part = slice(first, min(n, first + AT_ONCE))
            k = part.stop - first
            block[:k], block[k:] = keys[part], 0
            cosines = block @ self._keys.T
            nearest[part] = cosines[:k].max(axis=1)
            made = (self._kernel(cosines) @ self._dual)[:k].astype(np.float64)
            reach[part] = np.sqrt(np.einsum("ij,ij->i", made, made))
            rows[part] = unit(made + self._mean)
            if self._matrix is not None:
                straight = unit((block @ self._matrix)[:k].astype(np.float64) + self._mean)
                rows[part] = unit((1 - self._linear) * rows[part] + self._linear * straight)
        return Predicted(rows, nearest, reach)

    def likenesses(self, keys: NDArray[np.float64]) -> NDArray[np.float32]:
        """float32[n, k]: the kernel of `keys` with those that were learned from."""
        return self._kernel(keys.astype(np.float32) @ self._keys.T)


def _ridge(
    keys: NDArray[np.float64], targets: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float32]:
    """float32[p, d]: the linear map with the least squared error and a penalty."""
    scatter = (keys * weights[:, None]).T @ keys
    penalty = RIDGE * np.trace(scatter) / len(scatter)
    return np.linalg.solve(scatter + penalty * np.eye(len(scatter)), (keys * weights[:, None]).T @ targets).astype(
        np.float32
    )
