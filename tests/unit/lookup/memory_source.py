"""A source in memory, for tests: words and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.progress import Reached, unwatched
from core.sources.protocol import SourceInfo


class MemorySource:
    """Holds `words`; row i of `vectors`, or (i, i, …) where none are given. Implements `Source`."""

    def __init__(
        self, words: Sequence[str], vectors: NDArray[np.float32] | None = None, *, dim: int = 4, name: str = "memory"
    ) -> None:
        if vectors is None:
            vectors = np.repeat(np.arange(len(words), dtype=np.float32)[:, None], dim, axis=1)
        self.vectors = vectors
        self._words = list(words)
        self._rows = {word: row for row, word in reversed(list(enumerate(words)))}
        self.info = SourceInfo(
            name=name, kind="memory", dim=vectors.shape[1], size=len(words), digest=f"memory:{name}", space="memory"
        )

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        return np.array([self._rows.get(word, -1) for word in candidates], np.int64)

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        out[:] = self.vectors[ids]
        sound: NDArray[np.bool_] = np.asarray(np.isfinite(out).all(axis=1))
        out[~sound] = 0
        reached(len(ids))
        return sound

    def words(self) -> Iterator[str]:
        return iter(self._words)

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        out[:] = 0
        return np.zeros(len(words), bool)
