"""Random numbers of words: those of a generator made for each word, in any order."""

from __future__ import annotations

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.sources.word_draws import WordDraws


def made_for(seed: int, word: str) -> np.random.Generator:
    key = hashlib.blake2b(f"{seed}\0{word}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little")))


@given(st.integers(0, 2**31), st.lists(st.text(max_size=9), min_size=1, max_size=9), st.integers(1, 9))
def test_they_are_those_of_a_generator_of_its_own(seed: int, words: list[str], dim: int) -> None:
    draws = WordDraws(seed)
    for word in words:
        assert (draws.generator(word).standard_normal(dim) == made_for(seed, word).standard_normal(dim)).all()
        # Half of a 64-bit number is left over: nothing of it reaches the next word.
        assert (draws.generator(word).random(dim, np.float32) == made_for(seed, word).random(dim, np.float32)).all()


def test_they_stay_what_they_are() -> None:
    """A recipe gives the same matrix in years to come."""
    found = WordDraws(0).generator("word").standard_normal(3)
    np.testing.assert_allclose(found, [0.38710259841521927, 0.23732512495212257, -1.0293578880031826], rtol=1e-12)
