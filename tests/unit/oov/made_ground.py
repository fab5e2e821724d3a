"""Grounds in memory, and a donor that is another space of the same words."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.combining import combine
from core.combining.mapping import unit
from core.lookup import look_up
from core.oov.buffer import Buffer
from core.oov.ground import Ground
from core.sources.protocol import Context
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource


def ground_of(words: Sequence[str], *sources: MemorySource) -> Ground:
    """The ground of a vocabulary of `words`."""
    return Ground(Buffer(combine([look_up(Vocabulary(list(words)), source) for source in sources]), 0, Context()))


class FakeDonor:
    """What `DonorRows` is to a fill: keys of `words`, the overlap, and of `further` words."""

    def __init__(
        self, words: Sequence[str], keys: NDArray[np.float64], targets: NDArray[np.float64], further: dict[str, Any]
    ) -> None:
        self.words, self.keys, self.targets = tuple(words), unit(keys), unit(targets)
        self.length, self.name = 3.0, "fake"
        self._held = dict(zip(self.words, self.keys, strict=True))
        self._held |= {word: unit(np.array([key], float))[0] for word, key in further.items()}

    def has(self, words: Sequence[str]) -> NDArray[np.bool_]:
        return np.array([word in self._held for word in words], bool)

    def of(self, words: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        nothing = np.zeros(self.keys.shape[1])
        return self.has(words), np.array([self._held.get(word, nothing) for word in words])

    def serve(self, monkeypatch: pytest.MonkeyPatch, module: Any) -> Any:
        """Be what `module` opens as a donor; returns a ground of the right width."""
        monkeypatch.setattr(module, "DonorRows", lambda *_given, **_named: self)
        return SimpleNamespace(dim=self.targets.shape[1])


def random_donor(words: int = 80, width: int = 12, dim: int = 7, further: int = 300) -> FakeDonor:
    """A donor whose rows are a linear image of the targets, with `further` words x0, x1, …"""
    rng = np.random.default_rng(1)
    keys = rng.standard_normal((words, width))
    targets = keys @ rng.standard_normal((width, dim))
    more = {f"x{i}": row for i, row in enumerate(rng.standard_normal((further, width)))}
    return FakeDonor([f"w{i}" for i in range(words)], keys, targets, more)
