"""Scale every row to length 1."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress
from ..spec import Spec
from .center import RowMap


class UnitSpec(Spec):
    """Scale every row to length 1; zero rows stay zero."""

    kind: Literal["unit"] = "unit"


def fit_unit(
    spec: UnitSpec, vectors: NDArray[np.float32], fitted: NDArray[np.int64], progress: Progress
) -> tuple[RowMap, str]:
    """The map that scales rows to Euclidean length 1, and its history text. Nothing is fitted."""
    return _scaled, "unit"


def _scaled(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    rows /= lengths
    return rows
