"""Semantic axes: from one group of words to its opposite, and where other words lie between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..matrix import EmbeddingMatrix
from ..messages import _
from .asking import unit_rows, with_direction

ROWS_AT_ONCE = 8192
# A shorter difference of the poles is what rounding left of none.
SHORTEST = 1e-5


@dataclass(frozen=True)
class Axis:
    """A direction between two poles.

    low, high    the words of the poles
    direction    float32[d]: from low to high, of length 1
    at_low       of each word of the low pole its position on the axis: its cosine with the direction
    at_high      likewise of the high pole
    length       of the difference of the poles' means, 0 to 2: a short one is a matter of little else than chance
    """

    low: tuple[str, ...]
    high: tuple[str, ...]
    direction: NDArray[np.float32]
    at_low: tuple[float, ...]
    at_high: tuple[float, ...]
    length: float

    @property
    def gap(self) -> float:
        """How far the lowest word of the high pole lies above the highest of the low one; below 0 they overlap."""
        return min(self.at_high) - max(self.at_low)

    def as_dict(self) -> dict[str, Any]:
        return {
            "low": [{"word": word, "position": at} for word, at in zip(self.low, self.at_low, strict=True)],
            "high": [{"word": word, "position": at} for word, at in zip(self.high, self.at_high, strict=True)],
            "gap": self.gap,
            "length": self.length,
            "direction": [float(value) for value in self.direction],
        }


@dataclass(frozen=True)
class Angle:
    """The angle between two axes: their cosine, and in degrees. At 90 they say different things."""

    cosine: float
    degrees: float

    def as_dict(self) -> dict[str, Any]:
        return {"cosine": self.cosine, "degrees": self.degrees}


def axis(matrix: EmbeddingMatrix, low: Sequence[str], high: Sequence[str]) -> Axis:
    """The axis from the words `low` to the words `high`: the mean of the rows of high minus that of low, of length 1.

    Rows are made of length 1 first. So are the axes of SemAxis (An, Kwak and Ahn 2018) without their widening of
    the poles by neighbors. Words that are given twice are one.

    Raises InputError for an empty pole, a word that is in both, words that the matrix doesn't have, zero rows, and
    poles whose means are the same.
    """
    poles = [list(dict.fromkeys([words] if isinstance(words, str) else words)) for words in (low, high)]
    if not all(poles):
        raise InputError(_("an axis has a word at each of its ends"), fix=_("Give each pole one word or more."))
    if both := [word for word in poles[0] if word in poles[1]]:
        raise InputError(
            _("{word!r} is at both ends of the axis").format(word=both[0]), fix=_("Leave it out of one pole.")
        )
    low_unit, high_unit = (with_direction(matrix, words)[1].astype(np.float64) for words in poles)
    difference = high_unit.mean(axis=0) - low_unit.mean(axis=0)
    if (length := float(np.linalg.norm(difference))) < SHORTEST:
        raise InputError(
            _("the ends of the axis lie in the same place, so it has no direction"),
            fix=_("Choose words that mean opposite things."),
        )
    direction = difference / length
    return Axis(
        tuple(poles[0]),
        tuple(poles[1]),
        direction.astype(np.float32),
        tuple(np.clip(low_unit @ direction, -1, 1).tolist()),
        tuple(np.clip(high_unit @ direction, -1, 1).tolist()),
        length,
    )


def along(
    matrix: EmbeddingMatrix, axes: Axis | Sequence[Axis], rows: NDArray[np.int64] | Sequence[int] | None = None
) -> NDArray[np.float32]:
    """float32[k, axes]: the position of rows (None: all) on one axis or two, their cosines with the directions.

    NaN for zero rows. Two axes need not be at right angles: `angle` tells. Raises InputError for axes of another
    matrix's dimensions.
    """
    listed = [axes] if isinstance(axes, Axis) else list(axes)
    if any(len(one.direction) != matrix.dim for one in listed):
        raise InputError(
            _("the axis does not have the matrix's {dim} dimensions").format(dim=matrix.dim),
            fix=_("Make the axis from words of the same matrix."),
        )
    directions = np.stack([one.direction for one in listed], axis=1)
    at = np.arange(len(matrix.vocabulary)) if rows is None else np.asarray(rows, np.int64)
    positions = np.empty((len(at), len(listed)), np.float32)
    for first in range(0, len(at), ROWS_AT_ONCE):
        part = slice(first, first + ROWS_AT_ONCE)
        units = unit_rows(matrix, at[part])
        positions[part] = np.clip(units @ directions, -1, 1)
        positions[part][~units.any(axis=1)] = np.nan
    return positions


def angle(first: Axis, second: Axis) -> Angle:
    """The angle between two axes."""
    a, b = (one.direction / np.linalg.norm(one.direction.astype(np.float64)) for one in (first, second))
    # Half the angle by its tangent (Kahan): the inverse cosine loses the digits of angles near 0 and 180.
    half = math.atan2(float(np.linalg.norm(a - b)), float(np.linalg.norm(a + b)))
    return Angle(float(np.clip(a @ b, -1, 1)), math.degrees(2 * half))
