"""Average: the mean of the sources' rows at unit norm, narrower ones padded with zeros."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..matrix import Located, Lookup
from ..messages import N_
from ..spec import Spec, option
from .joint import JointSource, locate_joint
from .mapping import unit


class Average(Spec):
    """The mean of the sources' rows at unit norm, as wide as the widest of them."""

    kind: Literal["average"] = "average"
    partial: Literal["mean", "missing"] = option(
        "mean",
        N_("Words of some sources"),
        N_("A word of some sources is the mean of those that have it, or missing."),
    )


class AveragedSource(JointSource):
    """The mean of unit rows (Coates and Bollegala 2018, Frustratingly easy meta-embedding), again at unit norm.

    At unit norm, so that a row's length does not tell how many sources have the word.
    """

    def __init__(self, lookups: Sequence[Lookup], spec: Average) -> None:
        widest = max(lookup.source.info.dim for lookup in lookups)
        super().__init__(lookups, spec, widest, whole=spec.partial == "missing")

    def _put(self, k: int, out: NDArray[np.float32], at: NDArray[np.int64], units: NDArray[np.float64]) -> None:
        out[at, : units.shape[1]] += units

    def _finish(self, out: NDArray[np.float32], there: NDArray[np.bool_]) -> None:
        out[:] = unit(out)


def locate_averaged(lookups: Sequence[Lookup], spec: Average) -> Located:
    """The lookups averaged."""
    return locate_joint(AveragedSource(lookups, spec))
