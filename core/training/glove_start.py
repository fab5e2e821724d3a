"""What GloVe starts from: at random, as the authors' program does, or from other vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _, number
from .contract import Start, TrainingError
from .spec import GloveSpec

LANES = 16  # rows are as many floats long as make whole registers
ROWS = 1 << 12  # drawn at once
NOISE = 0.1  # beside given rows: this share of what a random start has, so that the two halves can part
ARRAYS = ("vectors", "biases")


@dataclass(frozen=True)
class Parameters:
    """All that is trained.

    vectors  float32[2 V, 2, S]: of words, then of contexts, each beside its squared steps so far (AdaGrad's sum
             without the 1 that it starts from); S is `dim` rounded up, filled up with zeros
    biases   float32[2 V, 2], likewise
    dim      numbers of a vector
    """

    vectors: NDArray[np.float32]
    biases: NDArray[np.float32]
    dim: int

    @property
    def words(self) -> int:
        return len(self.vectors) // 2

    def rows(self) -> NDArray[np.float32]:
        """float32[V, d]: the sum of both vectors of each word."""
        vectors = self.vectors[:, 0, : self.dim]
        return vectors[: self.words] + vectors[self.words :]

    def kept(self) -> dict[str, NDArray[Any]]:
        """Both vectors and both biases of each word."""
        vectors = self.vectors[:, 0, : self.dim]
        return {
            "words": vectors[: self.words].copy(),
            "contexts": vectors[self.words :].copy(),
            "word_biases": self.biases[: self.words, 0].copy(),
            "context_biases": self.biases[self.words :, 0].copy(),
        }

    def state(self) -> dict[str, NDArray[Any]]:
        """The arrays themselves, not copies."""
        return {name: getattr(self, name) for name in ARRAYS}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `state` gave. Raises TrainingError where it is of another training."""
        for name in ARRAYS:
            array = getattr(self, name)
            if name not in state or state[name].shape != array.shape:
                raise TrainingError(
                    _("what is kept of this training does not fit its settings"),
                    fix=_("Begin it anew, in another folder."),
                )
            array[:] = state[name]


@dataclass(frozen=True)
class Anchors:
    """Mittens' pull (Dingwall & Potts 2018, arXiv 1803.09901), split up over the cells of each word.

    rows   float32[V, S]: where a word's two vectors should sum to
    pulls  float32[2 V]: of words as rows, then as columns: twice the anchor's weight over their cells; 0: free
    """

    rows: NDArray[np.float32]
    pulls: NDArray[np.float32]

    @property
    def used(self) -> bool:
        return len(self.rows) > 0


def starting(spec: GloveSpec, words: int, start: Start | None) -> Parameters:
    """Uniform within half of 1 / dim. Words that `start` knows: half of its row in both vectors, and little noise.

    A start of the same method gives both vectors and both biases as they are. Raises TrainingError for rows of another
    width.
    """
    dim = spec.dim
    _check_width(spec, words, start)
    rng = np.random.default_rng([spec.seed, 0x57A7])
    vectors = np.zeros((2 * words, 2, -(-dim // LANES) * LANES), np.float32)
    biases = np.zeros((2 * words, 2), np.float32)
    for first in range(0, 2 * words, ROWS):
        block = vectors[first : first + ROWS, 0, :dim]
        block[:] = (rng.random(block.shape, np.float32) - np.float32(0.5)) / np.float32(dim)
    biases[:, 0] = (rng.random(2 * words, np.float32) - np.float32(0.5)) / np.float32(dim)
    if start is not None:
        _set_known(vectors[:, 0, :dim], biases[:, 0], start)
    return Parameters(vectors, biases, dim)


def _check_width(spec: GloveSpec, words: int, start: Start | None) -> None:
    if start is not None and start.rows.shape != (words, spec.dim):
        raise TrainingError(
            _("{name} has {given} dimensions, but {wanted} are asked for").format(
                name=start.name, given=number(start.rows.shape[1]), wanted=number(spec.dim)
            ),
            fix=_("Give the width of the vectors that training starts from."),
        )


def _set_known(vectors: NDArray[np.float32], biases: NDArray[np.float32], start: Start) -> None:
    known, words = np.flatnonzero(start.known), len(start.known)
    kept = start.kept
    if {"words", "contexts"} <= kept.keys() and kept["words"].shape == start.rows.shape:
        vectors[known], vectors[words + known] = kept["words"][known], kept["contexts"][known]
    else:
        for first in range(0, len(known), ROWS):
            some = known[first : first + ROWS]
            for rows in (some, words + some):
                vectors[rows] = vectors[rows] * np.float32(NOISE) + start.rows[some] / 2
    if {"word_biases", "context_biases"} <= kept.keys() and len(kept["word_biases"]) == words:
        biases[known], biases[words + known] = kept["word_biases"][known], kept["context_biases"][known]


def anchors_of(spec: GloveSpec, width: int, start: Start | None, degrees: NDArray[np.int64] | None) -> Anchors:
    """What holds the known words near `start`; nothing where there is no start or no anchor.

    degrees  int64[2 V]: how many cells each word has as a row, then as a column
    """
    if start is None or degrees is None or not spec.anchor:
        return Anchors(np.zeros((0, width), np.float32), np.zeros(0, np.float32))
    rows = np.zeros((len(start.rows), width), np.float32)
    rows[:, : spec.dim] = start.rows
    pulls = np.where(np.tile(start.known, 2), 2 * spec.anchor / np.maximum(degrees, 1), 0)
    return Anchors(rows, pulls.astype(np.float32))
