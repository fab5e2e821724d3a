"""Nearest: the mean of the overlap words that stand nearest to a word in a donor.

Minixhofer, Paischer and Rekabsaz 2022, WECHSEL: effective initialization of subword embeddings for cross-lingual
transfer (softmax of the k nearest); Dobler and de Melo 2023, FOCUS: effective embedding initialization for monolingual
specialization (sparsemax, of Martins and Astudillo 2016, From softmax to sparsemax).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ..combining.mapping import unit
from ..messages import N_, _, number
from ..rows import Origin
from ..sources import SourceSpec
from ..spec import Spec, option
from .contract import Explanation, Ingredient, Made, nothing_made
from .donor import DonorRows
from .ground import Ground

AT_ONCE = 256  # rows: always a product of the same shape, so that a row does not depend on how many others there are


class Nearest(Spec):
    """The mean of the known words that are nearest to it in another source: for donors that share few words."""

    kind: Literal["nearest"] = "nearest"
    donor: SourceSpec = Field(title=N_("Donor"), description=N_("A source that has words which the others lack."))
    min_overlap: int = option(
        20,
        N_("Smallest overlap"),
        N_("Words at least that the donor shares with the known ones."),
        ge=2,
    )
    k: int = option(10, N_("Neighbors"), N_("So many words at most are averaged."), ge=1, le=1000)
    tau: float = option(
        0.1, N_("Temperature"), N_("How much more the nearer ones count: near 0 the nearest alone."), gt=0, le=10
    )
    weights: Literal["softmax", "sparsemax"] = option(
        "softmax", N_("Weights"), N_("softmax: all k count (WECHSEL); sparsemax: those that are near enough (FOCUS).")
    )


class FromNeighbors:
    """Means of what is near in a donor. Implements `Fitted`."""

    origin = Origin.MAPPED
    signals: tuple[str, ...] = ("nearest word of the overlap", "mean cosine to the neighbors", "agreement")

    def __init__(self, spec: Nearest, ground: Ground) -> None:
        self._spec, self._dim = spec, ground.dim
        self._rows = DonorRows(spec.donor, ground, spec.min_overlap)
        self._k = min(spec.k, len(self._rows.words))

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`: what the donor has."""
        return self._rows.has(words)

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`."""
        there, keys = self._rows.of(words)
        if not there.any():
            return nothing_made(words, self._dim, len(self.signals))
        vectors, signals = np.zeros((len(words), self._dim), np.float32), np.zeros((len(words), len(self.signals)))
        at = np.flatnonzero(there)
        for first in range(0, len(at), AT_ONCE):
            part = at[first : first + AT_ONCE]
            near, cosines, weights = self._neighbors(keys[part])
            made = (self._rows.targets[near] * weights[:, :, None]).sum(axis=1)
            vectors[part] = unit(made) * self._rows.length
            # Unit rows that agree have a long mean.
            agreement = np.sqrt(np.einsum("ij,ij->i", made, made))
            signals[part] = np.stack([cosines[:, 0], cosines.mean(axis=1), agreement], axis=1)
        return Made(there, vectors, signals)

    def _neighbors(
        self, keys: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """The k nearest overlap words of up to AT_ONCE keys, the nearest first, their cosines and their weights."""
        block = np.zeros((AT_ONCE, keys.shape[1]))
        block[: len(keys)] = keys
        cosines = (block @ self._rows.keys.T)[: len(keys)]
        near = np.argpartition(-cosines, self._k - 1, axis=1)[:, : self._k]
        order = np.argsort(-np.take_along_axis(cosines, near, axis=1), axis=1, kind="stable")
        near = np.take_along_axis(near, order, axis=1)
        found = np.take_along_axis(cosines, near, axis=1)
        weigh = sparsemax if self._spec.weights == "sparsemax" else softmax
        return near, found, weigh(found / self._spec.tau)

    def explain(self, word: str) -> Explanation:
        """See `Fitted`: the neighbors, and how much each counts."""
        there, keys = self._rows.of([word])
        if not there[0]:
            return Explanation()
        near, _cosines, weights = self._neighbors(keys)
        told = _("the mean of the {n} words nearest to it in {donor}, among {all} that both sources have").format(
            n=number(int((weights[0] > 0).sum())), donor=self._rows.name, all=number(len(self._rows.words))
        )
        pairs = zip(near[0].tolist(), weights[0].tolist(), strict=True)
        return Explanation(tuple(Ingredient(self._rows.words[i], w) for i, w in pairs if w > 0), (told,))


def fit_nearest(spec: Nearest, ground: Ground) -> FromNeighbors:
    """Reads the donor's rows of the overlap. Raises FillError for too small an overlap."""
    return FromNeighbors(spec, ground)


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[n, k] weights, each row adding up to 1, of scores float64[n, k]."""
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def sparsemax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[n, k] weights, the point of the simplex nearest to scores float64[n, k]: low ones get exactly 0."""
    high = -np.sort(-scores, axis=1)
    high -= (top := high[:, :1].copy())
    count = np.arange(1, scores.shape[1] + 1)
    totals = high.cumsum(axis=1)
    support = (1 + count * high > totals).sum(axis=1)
    threshold = (np.take_along_axis(totals, support[:, None] - 1, axis=1) - 1) / support[:, None]
    return np.maximum(scores - top - threshold, 0)
