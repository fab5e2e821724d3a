"""The odd one out: which of some words is least like the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..matrix import EmbeddingMatrix
from ..messages import _
from .asking import with_direction

LEAST = 3


@dataclass(frozen=True)
class OddOne:
    """Words by how like the others each is.

    word      the odd one
    margin    by how much its mean cosine is below the second lowest; 0 where two are equally odd
    words     all words, oddest first; those that were given twice are one
    cosines   of each its mean cosine with the others
    """

    word: str
    margin: float
    words: tuple[str, ...]
    cosines: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        told = [{"word": word, "cosine": cosine} for word, cosine in zip(self.words, self.cosines, strict=True)]
        return {"odd": self.word, "margin": self.margin, "words": told}


def odd_one_out(matrix: EmbeddingMatrix, words: Sequence[str]) -> OddOne:
    """The word with the lowest mean cosine with the others; of equal ones the first given.

    gensim's `doesnt_match` takes the word with the lowest cosine to the mean of all k unit vectors. That is the same
    word always, as that cosine is (1 + (k - 1) m) / |sum of the vectors| for a mean cosine m with the others; m is
    told here because it can be read: it does not contain the word's likeness to itself, and k does not change it.

    Raises InputError for fewer than three different words, words that the matrix doesn't have, and zero rows.
    """
    listed = list(dict.fromkeys(words))
    if len(listed) < LEAST:
        raise InputError(
            _("{n} different words have no odd one out").format(n=len(listed)), fix=_("Give three words or more.")
        )
    _rows, units = with_direction(matrix, listed)
    unit = units.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    means = np.clip((unit @ unit.sum(axis=0) - 1) / (len(listed) - 1), -1, 1)
    # Rounded, as the order of the sum must not decide between words that are equally odd.
    order = np.argsort(means.round(9), kind="stable")
    return OddOne(
        listed[order[0]],
        float(max(0.0, means[order[1]] - means[order[0]])),
        tuple(listed[i] for i in order.tolist()),
        tuple(means[order].tolist()),
    )
