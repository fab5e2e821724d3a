"""Random vectors: the baseline. Every word is there, and every vector says nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..messages import N_
from ..progress import Reached, unwatched
from ..spec import Spec, option
from .protocol import Context, SourceInfo
from .word_draws import WordDraws

TELL_EVERY = 4096


class RandomSpec(Spec):
    """Vectors drawn at random, the same for the same word and seed."""

    kind: Literal["random"] = "random"
    dim: int = option(300, N_("Dimensions"), N_("Numbers in every vector."), ge=1, le=65_536)
    distribution: Literal["normal", "uniform", "xavier"] = option(
        "normal",
        N_("Distribution"),
        N_("normal: N(0, 0.1²). uniform: ±0.5 / dim, as word2vec starts. xavier: ±√(6 / (1 + dim)) (Glorot)."),
    )
    seed: int = option(0, N_("Seed"), N_("Another seed gives other vectors."), ge=0)


class RandomSource:
    """Implements `Source`: the row of a word is made from a hash of (seed, word)."""

    def __init__(self, spec: RandomSpec) -> None:
        self._spec = spec
        digest = hashlib.sha256(spec.model_dump_json().encode()).hexdigest()
        self.info = SourceInfo(
            name=f"random:{spec.dim}", kind="random", dim=spec.dim, size=None, digest=f"spec:{digest}"
        )
        self._names: dict[str, int] = {}
        self._words: list[str] = []

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        """See `Source.locate`: no word is missing. Rows are numbered as they are asked for."""
        ids = np.empty(len(candidates), np.int64)
        for i, word in enumerate(candidates):
            row = self._names.get(word)
            if row is None:
                row = self._names[word] = len(self._words)
                self._words.append(word)
            ids[i] = row
        return ids

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        """See `Source.gather`."""
        draws = WordDraws(self._spec.seed)
        for i, row in enumerate(ids.tolist()):
            out[i] = self._vector(draws.generator(self._words[row]))
            if not (i + 1) % TELL_EVERY:
                reached(i + 1)
        reached(len(ids))
        return np.ones(len(ids), bool)

    def _vector(self, draw: np.random.Generator) -> NDArray[np.float32]:
        dim = self._spec.dim
        if self._spec.distribution == "normal":
            return draw.standard_normal(dim, np.float32) * np.float32(0.1)
        bound = 0.5 / dim if self._spec.distribution == "uniform" else (6 / (1 + dim)) ** 0.5
        return (draw.random(dim, np.float32) * 2 - 1) * np.float32(bound)

    def words(self) -> None:
        """See `Source.words`: there is no end of them."""

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        """See `Source.compose`: none is missing, so none is composed."""
        out[:] = 0
        return np.zeros(len(words), bool)


def open_random(spec: RandomSpec, context: Context) -> RandomSource:
    """A source of random vectors."""
    return RandomSource(spec)
