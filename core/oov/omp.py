"""Orthogonal matching pursuit: a word's donor row as a sum of few overlap words' rows, copied with their rows here.

Goddard and Fernandes Neto 2025, Training-free tokenizer transplantation via orthogonal matching pursuit (tokensurgeon);
many words at once, as in Rubinstein, Zibulevsky and Elad 2008, Efficient implementation of the K-SVD algorithm using
batch orthogonal matching pursuit.
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

AT_ONCE = 128  # rows: always a product of the same shape, so that a row does not depend on how many others there are
NONE_LEFT = 1e-5  # of a key of length 1: what is left of it then is rounding
SHOWN = 8


class Omp(Spec):
    """What few known words the donor's row of a word is a sum of; the same sum of their rows is its row."""

    kind: Literal["omp"] = "omp"
    donor: SourceSpec = Field(title=N_("Donor"), description=N_("A source that has words which the others lack."))
    min_overlap: int = option(
        500,
        N_("Smallest overlap"),
        N_("Words at least that the donor shares with the known ones: of fewer no sum comes near."),
        ge=10,
    )
    k: int = option(
        64, N_("Words in a sum"), N_("More come nearer to the donor's row, but carry its noise over."), ge=1, le=256
    )


class Pursuit:
    """Sparse sums in a donor, carried over. Implements `Fitted`."""

    origin = Origin.MAPPED
    signals: tuple[str, ...] = ("nearest word of the overlap", "explained", "reach")

    def __init__(self, spec: Omp, ground: Ground) -> None:
        self._spec, self._dim = spec, ground.dim
        self._rows = DonorRows(spec.donor, ground, spec.min_overlap)
        # Keys are centered, so a sum of them says nothing of the mean: targets are centered as well.
        self._mean = self._rows.targets.mean(axis=0)
        self._narrow = np.ascontiguousarray(self._rows.keys.T, np.float32)

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
            chosen, weights = self._pursued(keys[part])
            sums = np.matmul(weights[:, None, :], self._rows.keys[chosen])[:, 0]
            made = np.matmul(weights[:, None, :], self._rows.targets[chosen] - self._mean)[:, 0]
            vectors[part] = unit(made + self._mean) * self._rows.length
            # The first that is chosen is the nearest; the sum is a projection, so its square is what it explains.
            nearest = np.abs(np.einsum("ij,ij->i", keys[part], self._rows.keys[chosen[:, 0]]))
            reach = np.sqrt(np.einsum("ij,ij->i", made, made))
            signals[part] = np.stack([nearest, np.einsum("ij,ij->i", sums, sums), reach], axis=1)
        return Made(there, vectors, signals)

    def _pursued(self, keys: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        return pursue(keys, self._rows.keys, self._spec.k, self._narrow)

    def explain(self, word: str) -> Explanation:
        """See `Fitted`: the words in its sum, those with the largest weight first."""
        there, keys = self._rows.of([word])
        if not there[0]:
            return Explanation()
        chosen, weights = (found[0] for found in self._pursued(keys))
        told = (
            _("its row in {donor} is nearly a sum of the rows of {n} words, of {all} that both sources have").format(
                donor=self._rows.name, n=number(int((weights != 0).sum())), all=number(len(self._rows.words))
            ),
            _("the same sum of the rows of these words is its row"),
        )
        heavy = np.argsort(-np.abs(weights), kind="stable")[:SHOWN]
        parts = [(self._rows.words[chosen[i]], float(weights[i])) for i in heavy.tolist() if weights[i]]
        return Explanation(tuple(Ingredient(name, weight) for name, weight in parts), told)


def fit_omp(spec: Omp, ground: Ground) -> Pursuit:
    """Reads the donor's rows of the overlap. Raises FillError for too small an overlap."""
    return Pursuit(spec, ground)


def pursue(
    keys: NDArray[np.float64], atoms: NDArray[np.float64], k: int, narrow: NDArray[np.float32] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Orthogonal matching pursuit of up to AT_ONCE `keys` (float64[n, p]) among `atoms` (float64[m, p]), unit rows.

    Returns int64[n, k], the atoms in the order they are chosen, and float64[n, k], their weights: the least squares
    fit of a key on its atoms. A key that fewer atoms reach gets weights of 0 for the rest. `narrow` is the atoms
    transposed in float32, which are compared with what is left of a key; weights are computed in float64.
    """
    k = min(k, *atoms.shape)
    n, p = AT_ONCE, atoms.shape[1]
    narrow = np.ascontiguousarray(atoms.T, np.float32) if narrow is None else narrow
    rest = np.zeros((n, p))
    rest[: len(keys)] = keys
    chosen = np.zeros((n, k), np.int64)
    # Gram-Schmidt: atom j of a key is the sum over i ≤ j of triangle[i, j] · basis[i], the key that of shares · basis.
    basis, triangle, shares = np.zeros((n, k, p)), np.zeros((n, k, k)), np.zeros((n, k))
    going = np.ones(n, bool)
    for j in range(k):
        # What is left of a key is orthogonal to what was chosen: nothing is chosen twice.
        likeness = rest.astype(np.float32) @ narrow
        best = np.abs(likeness, out=likeness).argmax(axis=1)
        going &= likeness[np.arange(n), best] > NONE_LEFT
        direction, projected = _orthogonal(atoms[best], basis[:, :j])
        size = np.sqrt(np.einsum("ij,ij->i", direction, direction))
        going &= size > NONE_LEFT
        if not going.any():
            break
        basis[going, j] = direction[going] / size[going, None]
        triangle[going, :j, j] = projected[going]
        triangle[going, j, j] = size[going]
        shares[:, j] = np.einsum("ij,ij->i", basis[:, j], rest)
        rest -= shares[:, j, None] * basis[:, j]
        chosen[going, j] = best[going]
    diagonal = np.einsum("njj->nj", triangle)
    diagonal += diagonal == 0  # where a key needed fewer atoms
    weights = np.linalg.solve(triangle, shares[:, :, None])[: len(keys), :, 0]
    return chosen[: len(keys)], weights.astype(np.float64, copy=False)


def _orthogonal(
    rows: NDArray[np.float64], basis: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What of each of `rows` (float64[n, p]) its own `basis` (float64[n, j, p]) does not span, and its shares there."""
    shares = np.zeros(basis.shape[:2])
    for _again in range(2):  # once more takes off what rounding left
        part = np.matmul(basis, rows[:, :, None])[:, :, 0]
        rows = rows - np.matmul(part[:, None, :], basis)[:, 0]
        shares += part
    return rows, shares
