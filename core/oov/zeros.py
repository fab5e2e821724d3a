"""Zeros: for programs that expect them. A zero row has no direction, and no cosine."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..rows import Origin
from ..spec import Spec
from .buffer import Buffer


class Zeros(Spec):
    """Every missing word gets zeros. Never the default."""

    kind: Literal["zeros"] = "zeros"


def fill_zeros(spec: Zeros, buffer: Buffer, rows: NDArray[np.int64]) -> None:
    """Fill `rows` with zeros."""
    buffer.write(rows, np.zeros(buffer.dim, np.float32), method="zeros", origin=Origin.INVENTED)
