"""Random numbers of words: they depend on a seed and the word alone, not on how many others are drawn, or when."""

from __future__ import annotations

import hashlib

import numpy as np


class WordDraws:
    """`generator(word)`: NumPy's generator where it begins for a word. Not for several threads at once.

    Philox with the key BLAKE2b-128(seed, 0, word): Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
    """

    def __init__(self, seed: int) -> None:
        self._hash = hashlib.blake2b(f"{seed}\0".encode(), digest_size=16)
        self._bits = np.random.Philox(0)
        self._generator = np.random.Generator(self._bits)
        # Setting the state of one takes a third of the time that making one for each word takes.
        self._key = np.zeros(2, np.uint64)
        self._state = self._bits.state
        self._state["state"] = {"counter": np.zeros(4, np.uint64), "key": self._key}

    def generator(self, word: str) -> np.random.Generator:
        """Good until the next word's is asked for."""
        digest = self._hash.copy()
        digest.update(word.encode("utf-8", "surrogatepass"))
        self._key[:] = np.frombuffer(digest.digest(), "<u8")
        self._bits.state = self._state
        return self._generator
