"""Random rows like the found ones, dimension by dimension: N(μ, σ)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _
from ..rows import Origin
from ..spec import Spec
from .buffer import BLOCK, Buffer, standard_normal

FILLING = N_("Filling")


class Diagonal(Spec):
    """Random rows with the mean and the deviation of the found rows in each dimension."""

    kind: Literal["diagonal"] = "diagonal"


def fill_diagonal(spec: Diagonal, buffer: Buffer, rows: NDArray[np.int64]) -> None:
    """Fill `rows` from N(μ, σ); each depends on the seed and its word alone."""
    buffer.need(2, _("N(μ, σ)"))
    for first in range(0, len(rows), BLOCK):
        part = rows[first : first + BLOCK]
        buffer.write(part, drawn(buffer, part), method="diagonal", origin=Origin.INVENTED)
        buffer.context.progress(_(FILLING), first + len(part), len(rows), "words")


def drawn(buffer: Buffer, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """float32[k, d]: a draw for each of `rows`."""
    out = np.empty((len(rows), buffer.dim), np.float32)
    for i, row in enumerate(rows.tolist()):
        out[i] = buffer.mean + buffer.deviation * standard_normal(buffer.seed, buffer.words[row], buffer.dim)
    return out
