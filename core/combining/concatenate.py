"""Concatenate: the rows of all sources side by side, each at unit norm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ..errors import RecipeError
from ..matrix import Located, Lookup
from ..messages import N_, _, ngettext
from ..spec import Spec, option
from .joint import JointSource, locate_joint


class Concatenate(Spec):
    """The sources' rows side by side, each at unit norm: as wide as all together. PCA makes it narrow again."""

    kind: Literal["concatenate"] = "concatenate"
    weights: tuple[Annotated[float, Field(gt=0)], ...] = option(
        (), N_("Weights"), N_("How much each source weighs in a cosine, in their order; empty: all the same.")
    )
    partial: Literal["mean", "zeros", "missing"] = option(
        "mean",
        N_("Words of some sources"),
        N_("What stands for a source that lacks the word: its mean, zeros; or the word is missing."),
    )


class ConcatenatedSource(JointSource):
    """Side by side. A row has length 1, and a cosine is the mean of the parts' cosines, weighted.

    The mean that stands for a lacking part keeps its own length, which is less than 1: so its dot product with
    another row is what is to be expected. At length 1, all words that lack the part would be alike.

    Parts are not centered: their rows depend on themselves alone. The transforms center, abtt and pca do it,
    part by part, as they work on columns.
    """

    def __init__(self, lookups: Sequence[Lookup], spec: Concatenate) -> None:
        dims = [lookup.source.info.dim for lookup in lookups]
        super().__init__(lookups, spec, sum(dims), whole=spec.partial == "missing")
        weights = np.array(spec.weights or [1.0] * len(dims))
        self._factors = np.sqrt(weights / weights.sum())
        self._ends = np.cumsum(dims)
        self._zeros = spec.partial == "zeros"

    def _columns(self, k: int) -> slice:
        return slice(int(self._ends[k]) - self.parts[k].info.dim, int(self._ends[k]))

    def _put(self, k: int, out: NDArray[np.float32], at: NDArray[np.int64], units: NDArray[np.float64]) -> None:
        out[at, self._columns(k)] = units * self._factors[k]

    def _finish(self, out: NDArray[np.float32], there: NDArray[np.bool_]) -> None:
        if self._zeros or there.all():
            return
        for k in range(len(self.parts)):
            lacking = np.flatnonzero(~there[:, k])
            if len(lacking):
                out[lacking, self._columns(k)] = self.mean(k) * self._factors[k]


def locate_concatenated(lookups: Sequence[Lookup], spec: Concatenate) -> Located:
    """The lookups side by side. Raises RecipeError where the number of weights is not that of the sources."""
    if spec.weights and len(spec.weights) != len(lookups):
        given = ngettext("{n} weight is given", "{n} weights are given", len(spec.weights)).format(n=len(spec.weights))
        raise RecipeError(
            _("combine.weights: {given}, and there are {sources} sources").format(given=given, sources=len(lookups)),
            fix=_("Give one weight for each source, or none."),
        )
    return locate_joint(ConcatenatedSource(lookups, spec))
