"""A world of words whose true rows are known, and a fill that makes them with as much noise as is asked for."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from core.combining import combine
from core.errors import FillError
from core.lookup import look_up
from core.matrix import Located
from core.oov.contract import Explanation, Made
from core.oov.ground import Ground
from core.oov.kinds import FILLS, Fill
from core.rows import Origin
from core.spec import Spec
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

DIM = 16


def number_of(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def truth(word: str) -> NDArray[np.float64]:
    """float64[16]: all rows share an offset, so that the mean is worth something."""
    return np.random.default_rng(number_of(word)).standard_normal(DIM) + 0.6


def world(words: Sequence[str], missing: Sequence[str] = (), counts: Sequence[int] | None = None) -> Located:
    """`words` known with their true rows, `missing` in no source."""
    rows = np.array([truth(word) for word in words], np.float32).reshape(len(words), DIM)
    vocabulary = Vocabulary([*words, *missing], None if counts is None else [*counts, *[1] * len(missing)])
    return combine([look_up(vocabulary, MemorySource(words, rows))])


def words_of(n: int) -> list[str]:
    """Words of letters alone, no two of them alike."""
    return ["".join(chr(97 + (i // 26**k) % 26) for k in range(4)) + "q" for i in range(n)]


class Fake(Spec):
    """True rows and noise, for words whose number has a last digit of `first` or more, `able` digits on."""

    kind: Literal["fake"] = "fake"
    noise: float = 0.0
    worse: float = 0.0
    able: int = 10
    first: int = 0
    told: bool = True
    refuse: bool = False


class Faked:
    origin: Origin = Origin.MAPPED
    signals: tuple[str, ...] = ()

    def __init__(self, spec: Fake, ground: Ground) -> None:
        self._spec, self._known = spec, set(ground.pool.words)
        self.signals = ("noise", "nothing") if spec.told else ()

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        low, high = self._spec.first, self._spec.first + self._spec.able
        return np.array([low <= number_of(word) % 10 < high for word in words], bool)

    def fill(self, words: Sequence[str]) -> Made:
        assert self._known.isdisjoint(words), "what is hidden must not be seen"
        done = self.can_fill(words)
        rows, signals = np.zeros((len(words), DIM), np.float32), np.zeros((len(words), 2))
        for i, word in enumerate(words):
            rng = np.random.default_rng([number_of(word), int(1000 * self._spec.noise), self._spec.first])
            noise = (self._spec.noise + self._spec.worse * (number_of(word) % 10 >= 5)) * rng.uniform(0, 2)
            signals[i] = noise, rng.standard_normal()
            rows[i] = (truth(word) + noise * rng.standard_normal(DIM)) * done[i]
        return Made(done, rows, signals if self._spec.told else np.zeros((len(words), 0)))

    def explain(self, word: str) -> Explanation:
        return Explanation()


def fit_fake(spec: Fake, ground: Ground) -> Faked:
    if spec.refuse:
        raise FillError("no donor", fix="Take one.")
    return Faked(spec, ground)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind "fake" among the fills."""
    monkeypatch.setitem(FILLS, "fake", Fill(Fake, fit_fake))
