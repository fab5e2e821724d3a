"""The mean of the found rows: says nothing about a word, but is the guess with the least squared error."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..rows import Origin
from ..spec import Spec
from .buffer import Buffer


class Mean(Spec):
    """Every missing word gets the mean of the found rows."""

    kind: Literal["mean"] = "mean"


def fill_mean(spec: Mean, buffer: Buffer, rows: NDArray[np.int64]) -> None:
    """Fill `rows` with the mean."""
    buffer.write(rows, buffer.mean.astype(np.float32), method="mean", origin=Origin.INVENTED)
