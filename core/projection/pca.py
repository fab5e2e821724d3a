"""Maps by principal components."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, ignore
from .space import Space, components
from .spec import PcaMap


def lay_out_pca(space: Space, spec: PcaMap, progress: Progress = ignore) -> NDArray[np.float32]:
    """float32[m, dim]: the rows along their first principal directions, centered, in the rows' own units."""
    return components(space, spec.dim, progress)


def explained(space: Space, points: NDArray[np.float32]) -> tuple[float, ...]:
    """What share of the rows' variance each axis of a PCA map shows."""
    mean = space.vectors.mean(axis=0, dtype=np.float64)
    total = float(np.einsum("ij,ij->", space.vectors, space.vectors, dtype=np.float64)) / len(space) - mean @ mean
    variances = points.var(axis=0, dtype=np.float64)
    return tuple((variances / total).clip(0, 1).tolist()) if total > 0 else (0.0,) * points.shape[1]
