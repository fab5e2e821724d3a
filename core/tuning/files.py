"""Matrices in mapped files: rows taken without keeping the file in memory, and a copy that holds only what changes."""

from __future__ import annotations

import mmap
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 24  # numbers


def gathered(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], factor: float = 1.0, block: int = BLOCK
) -> NDArray[np.float32]:
    """float32[m, d]: `rows` (rising) of a matrix times `factor`. Pages of a mapped file are given back on the way."""
    found = np.empty((len(rows), vectors.shape[1]), np.float32)
    # By parts of the matrix, not of `rows`: few rows of a large matrix may lie on all of its pages.
    step = max(1, block // max(1, vectors.shape[1]))
    bounds = np.searchsorted(rows, np.arange(0, len(vectors) + step, step))
    for first, stop in pairwise(bounds.tolist()):
        np.multiply(vectors[rows[first:stop]], np.float32(factor), out=found[first:stop])
        _give_back(vectors)
    return found


def private_copy(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """A matrix of the same values that may be written: of a mapped file a private mapping, of which only the pages
    that are written take memory of their own; else a copy.
    """
    mapped = _mapped(vectors)
    if mapped is None or mapped.shape != vectors.shape or not vectors.flags.c_contiguous:
        return vectors.copy()
    try:
        made = np.memmap(mapped.filename, "<f4", mode="c", offset=mapped.offset, shape=mapped.shape).view(np.ndarray)  # type: ignore[arg-type]
    except (OSError, ValueError):  # the file is gone, or shorter
        return vectors.copy()
    # Training takes its time: by now there may be another file of that name.
    return made if _same(made, vectors) else vectors.copy()  # type: ignore[return-value]


def _same(some: NDArray[Any], others: NDArray[np.float32]) -> bool:
    step = max(1, BLOCK // max(1, others.shape[1]))
    for first in range(0, len(others), step):
        part = slice(first, first + step)
        if not np.array_equal(some[part].view(np.uint32), others[part].view(np.uint32)):
            return False
        _give_back(others)
    return True


def _mapped(vectors: NDArray[np.float32]) -> Any:
    """The memory-mapped array that `vectors` is a view of, None where it is none."""
    found: Any = vectors
    while found is not None and not isinstance(found, np.memmap):
        found = getattr(found, "base", None)
    # The outermost mapping: slices of one are mappings, too.
    while found is not None and isinstance(found.base, np.memmap):
        found = found.base
    return found


def _give_back(vectors: NDArray[np.float32]) -> None:
    mapped = _mapped(vectors)
    if mapped is not None and mapped.mode == "r" and hasattr(mmap, "MADV_DONTNEED"):
        mapped._mmap.madvise(mmap.MADV_DONTNEED)
