"""The two states of a vocabulary's vectors: located (`Lookup`, may have holes) and finished
(`EmbeddingMatrix`, never has). Only `core.oov.fill` turns the first into the second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .rows import Origin, Rows
from .vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from .sources.protocol import Source


@dataclass(frozen=True)
class Lookup:
    """One vocabulary located in one source. No vectors yet.

    row_ids  int64[n]: the source's row of each word, -1 **iff** its origin is MISSING or SPECIAL
    rows     provenance so far
    """

    vocabulary: Vocabulary
    source: Source
    row_ids: NDArray[np.int64]
    rows: Rows

    def __post_init__(self) -> None:
        n = len(self.vocabulary)
        if self.row_ids.shape != (n,) or len(self.rows) != n:
            raise ValueError(f"{self.row_ids.shape} row ids and {len(self.rows)} rows for {n} words")
        if not np.array_equal(self.row_ids >= 0, self.rows.known):
            raise ValueError("a row id is given exactly where a source gives the row")
        self.row_ids.flags.writeable = False


@dataclass(frozen=True)
class Elsewhere:
    """Where words stand whose first row is faulty.

    at       int64[k]: the words
    source   the source that has them
    row_ids  int64[k]: its rows
    rows     provenance of these k rows, with the names of sources that it refers to
    """

    at: NDArray[np.int64]
    source: Source
    row_ids: NDArray[np.int64]
    rows: Rows


@dataclass(frozen=True)
class Located:
    """A vocabulary located in several sources of one space: which source, and which of its rows.

    sources    the sources, in the order of the chain; a single one where several were made one
    source_of  int16[n]: position in `sources`, -1 where no source holds the word
    row_ids    int64[n]: the row in that source, -1 likewise
    rows       provenance so far; for a chain `rows.source` equals `source_of`
    lookups    what was joined, one for each source: where else a word stands, should its row be faulty
    """

    vocabulary: Vocabulary
    sources: tuple[Source, ...]
    source_of: NDArray[np.int16]
    row_ids: NDArray[np.int64]
    rows: Rows
    lookups: tuple[Lookup, ...] = ()

    @property
    def dim(self) -> int:
        """Width of the finished matrix."""
        return self.sources[0].info.dim

    def elsewhere(self, rows: NDArray[np.int64]) -> Iterator[Elsewhere]:
        """Where else the words `rows` stand, source by source: those further on in the chain."""
        for k, lookup in enumerate(self.lookups):
            at = rows[(lookup.row_ids[rows] >= 0) & (self.source_of[rows] < k)]
            if len(at):
                named = {"source": np.full(len(at), k, np.int16), "sources": self.rows.sources}
                yield Elsewhere(at, lookup.source, lookup.row_ids[at], lookup.rows.take(at).replace_columns(**named))


@dataclass(frozen=True)
class EmbeddingMatrix:
    """The finished product: one finite row per word, each with its provenance.

    vectors  float32[n, d], C-contiguous, read-only, all finite
    rows     provenance; no row is MISSING
    weights  float32[n] or None (SIF weights, kept apart from the vectors)
    history  what was done to it, in order: ("fill mean", "center", …)
    """

    vocabulary: Vocabulary
    vectors: NDArray[np.float32]
    rows: Rows
    weights: NDArray[np.float32] | None = None
    history: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.vocabulary)
        v = self.vectors
        if v.ndim != 2 or v.shape[0] != n or len(self.rows) != n:
            raise ValueError(f"vectors {v.shape} and {len(self.rows)} rows for {n} words")
        if v.dtype != np.float32 or not v.flags.c_contiguous:
            raise ValueError(f"vectors must be contiguous float32, not {v.dtype}")
        if self.rows.is_(Origin.MISSING).any():
            raise ValueError("a finished matrix has no missing rows: use core.oov.fill")
        if not all_finite(v):
            raise ValueError("a finished matrix is finite in every row")
        if self.weights is not None and self.weights.shape != (n,):
            raise ValueError(f"weights {self.weights.shape} for {n} words")
        v.flags.writeable = False

    @property
    def dim(self) -> int:
        return self.vectors.shape[1]

    @cached_property
    def id(self) -> str:
        """Hex BLAKE3 of vocabulary and vectors."""
        from blake3 import blake3

        h = blake3(self.vocabulary.digest.encode())
        h.update(repr(self.vectors.shape).encode())
        h.update(self.vectors.reshape(-1).view(np.uint8).data)
        return h.hexdigest()

    def replace(self, **changes: Any) -> EmbeddingMatrix:
        """A new matrix with some fields replaced."""
        return replace(self, **changes)

    def vector(self, word: str) -> NDArray[np.float32]:
        """float32[d]: the row of `word`. Raises KeyError for a word that is not in the vocabulary."""
        return self.vectors[self.vocabulary.ids[word]]


class RowDigests:
    """Digests of rows that are equal for equal rows, and hardly ever else: sums of products with odd random numbers
    modulo 2^64. -0 counts as 0.
    """

    def __init__(self, dim: int) -> None:
        drawn = np.random.default_rng(0).integers(0, 1 << 63, dim, dtype=np.uint64)
        self._factors = drawn * np.uint64(2) + np.uint64(1)

    def of(self, block: NDArray[np.float32]) -> NDArray[np.uint64]:
        """uint64[n] of rows float32[n, dim]."""
        bits = np.ascontiguousarray(block + np.float32(0)).view(np.uint32)
        return (bits * self._factors).sum(axis=1, dtype=np.uint64)


def all_finite(vectors: NDArray[np.float32], block: int = 1 << 22) -> bool:
    """Whether every value is finite, without a boolean copy of the whole matrix."""
    flat = vectors.reshape(-1)
    return all(bool(np.isfinite(flat[i : i + block]).all()) for i in range(0, flat.size, block))
