"""fastText's character n-grams: which rows of its hashed table make up a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .native import kernels

END_OF_SENTENCE = "</s>"


def buckets_of(
    words: Sequence[str], shortest: int, longest: int, buckets: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """int64[m]: the buckets of the n-grams of all words, one word after the other; int64[k]: where each word's end.

    n-grams of `shortest` to `longest` characters of the word between < and >, hashed as fastText does (FNV-1a with
    signed bytes), Bojanowski et al. 2017. With no `buckets` there are none.
    """
    encoded = [b"" if w == END_OF_SENTENCE else f"<{w}>".encode("utf-8", "surrogatepass") for w in words]
    ends = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)))
    found_ends = np.zeros(len(words), np.int64)
    if buckets <= 0 or not len(words):
        return np.empty(0, np.int64), found_ends
    text = np.frombuffer(b"".join(encoded) + b"\0", np.uint8)
    capacity = int(ends[-1]) * (longest - shortest + 1) + 1
    found = np.empty(capacity, np.int64)
    n = kernels()["ngram_buckets"](
        text.ctypes.data, ends.ctypes.data, len(words), shortest, longest, buckets,
        found.ctypes.data, found_ends.ctypes.data, capacity,
    )  # fmt: skip
    return found[:n], found_ends
