"""Hashes of words given as Python strings: the same that a scan gives the words of a file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .native import kernels


def hashes_of(words: Sequence[str]) -> NDArray[np.uint64]:
    """uint64[n]: the 64-bit hash of each word's UTF-8 bytes."""
    encoded = [word.encode("utf-8", "surrogatepass") for word in words]
    ends = np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)))
    text = np.frombuffer(b"".join(encoded) + b"\0", np.uint8)
    out = np.empty(len(encoded), np.uint64)
    kernels()["hash_words"](text.ctypes.data, ends.ctypes.data, out.ctypes.data, len(encoded))
    return out
