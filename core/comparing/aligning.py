"""Two spaces laid over each other: the rotation that brings the first onto the second, and the plane that shows both.

Orthogonal Procrustes (Schönemann 1966, A generalized solution of the orthogonal Procrustes problem), fitted on the
rows of all shared words at length 1, as Hamilton, Leskovec and Jurafsky 2016 (Diachronic word embeddings reveal
statistical laws of semantic change) do before they measure how far words have moved. A rotation about the origin: it
keeps every cosine inside a space. Unlike `combining.mapping`, which predicts rows and so shifts and stretches them
too. Where the widths differ, the narrower space is turned within the wider one, as if its rows went on with zeros:
so it is the same figure whichever matrix is called the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..combining.mapping import NO_DIRECTION, unit
from ..errors import InputError
from ..matrix import EmbeddingMatrix
from ..messages import _, number
from ..progress import Progress
from ..transforms.pca import WIDEST
from .shared import Shared

BLOCK = 4096
# Rows of two spaces that were trained apart are as good as at right angles to each other: from this median cosine on,
# both matrices are taken for one space before and after a change.
ONE_SPACE = 0.5
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Aligned:
    """rotation float64[d, e]; displacement float32[n]; points float32[n, 2] each; explained: shares of variance.

    cosine  float32[n]: of the rows as they are, where both matrices are of one space; None where they are not
    """

    rotation: Doubles
    displacement: NDArray[np.float32]
    points1: NDArray[np.float32]
    points2: NDArray[np.float32]
    explained: tuple[float, float]
    cosine: NDArray[np.float32] | None


@dataclass
class _Moments:
    """Sums over the unit rows x of the first and y of the second: of x, y, xᵀx, yᵀy and xᵀy."""

    x: Doubles
    y: Doubles
    xx: Doubles
    yy: Doubles
    xy: Doubles

    @classmethod
    def none(cls, d: int, e: int) -> _Moments:
        return cls(np.zeros(d), np.zeros(e), np.zeros((d, d)), np.zeros((e, e)), np.zeros((d, e)))


def align(first: EmbeddingMatrix, second: EmbeddingMatrix, shared: Shared, progress: Progress) -> Aligned:
    """Lay the shared words of both matrices over each other, and look at them from where they spread most.

    The rows are read twice, a block at a time. The plane is that of the first two principal components of both
    matrices' aligned unit rows together. Raises InputError for rows that are too wide.
    """
    if max(first.dim, second.dim) > WIDEST:
        raise InputError(
            _("to align {dim} dimensions takes too much memory").format(dim=number(max(first.dim, second.dim))),
            fix=_("Use matrices of {most} dimensions or fewer.").format(most=number(WIDEST)),
        )
    n = len(shared.words)
    sums = _Moments.none(first.dim, second.dim)
    for part, x, y in _blocks(first, second, shared):
        sums.x += x.sum(axis=0)
        sums.y += y.sum(axis=0)
        sums.xx += x.T @ x
        sums.yy += y.T @ y
        sums.xy += x.T @ y
        progress(_("Aligning"), part.stop, 2 * n, "words")
    rotation = procrustes(sums.xy)
    turn1, turn2 = _turns(rotation)
    mean, directions, explained = _plane(sums, turn1, turn2, n)
    displacement, points1, points2 = np.empty(n, np.float32), *(np.empty((n, 2), np.float32) for _both in range(2))
    cosine = np.empty(n, np.float32) if first.dim == second.dim else None
    onto1, onto2 = _through(turn1, directions), _through(turn2, directions)
    for part, x, y in _blocks(first, second, shared):
        cosines = np.einsum("ij,ij->i", x @ rotation, y)
        displacement[part] = np.clip(1 - cosines, 0, 2)
        if cosine is not None:
            cosine[part] = np.clip(np.einsum("ij,ij->i", x, y), -1, 1)
        points1[part], points2[part] = x @ onto1 - mean @ directions.T, y @ onto2 - mean @ directions.T
        progress(_("Aligning"), n + part.stop, 2 * n, "words")
    if cosine is not None and np.median(cosine) <= ONE_SPACE:
        cosine = None
    return Aligned(rotation, displacement, points1, points2, explained, cosine)


def procrustes(cross: Doubles) -> Doubles:
    """float64[d, e]: the (semi-)orthogonal R with the largest trace of Rᵀ·cross; `cross` is XᵀY.

    Directions that the words do not tell are mapped to zero, since their image would be arbitrary.
    """
    U, sizes, Vt = np.linalg.svd(cross, full_matrices=False)
    told = sizes > NO_DIRECTION * sizes.max(initial=0)
    return _steady(U[:, told] @ Vt[told])


def _blocks(
    first: EmbeddingMatrix, second: EmbeddingMatrix, shared: Shared
) -> Iterator[tuple[slice, Doubles, Doubles]]:
    n = len(shared.words)
    for at in range(0, n, BLOCK):
        part = slice(at, min(n, at + BLOCK))
        yield part, unit(first.vectors[shared.rows1[part]]), unit(second.vectors[shared.rows2[part]])


def _turns(rotation: Doubles) -> tuple[Doubles | None, Doubles | None]:
    """What the rows of the first, and of the second, are multiplied with to lie in the wider space; None: they do."""
    return (rotation, None) if rotation.shape[0] <= rotation.shape[1] else (None, rotation.T)


def _through(turn: Doubles | None, directions: Doubles) -> Doubles:
    return directions.T if turn is None else turn @ directions.T


def _plane(
    sums: _Moments, turn1: Doubles | None, turn2: Doubles | None, n: int
) -> tuple[Doubles, Doubles, tuple[float, float]]:
    """The mean of the aligned rows of both, float64[2, d] the directions of most variance, and their shares of it."""
    x, xx = (sums.x, sums.xx) if turn1 is None else (sums.x @ turn1, turn1.T @ sums.xx @ turn1)
    y, yy = (sums.y, sums.yy) if turn2 is None else (sums.y @ turn2, turn2.T @ sums.yy @ turn2)
    mean = (x + y) / (2 * n)
    scatter = xx + yy - 2 * n * np.outer(mean, mean)
    variances, columns = np.linalg.eigh(scatter)
    directions = np.zeros((2, len(mean)))
    directions[: len(mean)] = columns[:, ::-1][:, :2].T
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(2), largest])
    whole = float(np.trace(scatter))
    told = [*np.clip(variances[::-1][:2], 0, None).tolist(), 0.0][:2]
    shares = [one / whole if whole > 0 else 0.0 for one in told]
    return mean, _steady(directions * signs[:, None]), (shares[0], shares[1])


def _steady(values: Doubles) -> Doubles:
    # BLAS sums in another order with another number of threads; float32 does not show it.
    return values.astype(np.float32).astype(np.float64)
