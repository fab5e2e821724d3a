"""The cells of a table of co-occurrences as GloVe visits them: all of them in every epoch, each time in a new order."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cooccurrence import Cooccurrences

SAMPLE = 100_000  # cells that the loss is measured on
BLOCK = 1 << 18  # cells made ready at once


@dataclass(frozen=True)
class Cells:
    """Cells made ready for training.

    ids    int32[n, 4]: row and column, and as the bits of float32 what `reals` shows
    reals  float32[n, 4], the same memory: at 2 the logarithm of the co-occurrence, at 3 its weight f
    """

    ids: NDArray[np.int32]

    @property
    def reals(self) -> NDArray[np.float32]:
        return self.ids.view(np.float32)

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Turns:
    """A slice of an epoch: turns `first` to `last` of a shuffled deck of 2**bits places, some of them without a cell.

    shard  the file that the cells are of
    keys   uint64[3], odd: they fix the order
    """

    shard: int
    cells: Cells
    first: int
    last: int
    bits: int
    keys: NDArray[np.uint64]

    def split(self, n: int) -> list[tuple[int, int]]:
        """The turns in `n` nearly equal stretches."""
        bounds = np.linspace(self.first, self.last, n + 1).astype(np.int64).tolist()
        return list(itertools.pairwise(bounds))


class Deck:
    """The order of the cells: files in random order, and the cells of each in random order, by seed and epoch alone.

    Only one file is held in memory. `parts` an epoch, each of `per_part` cells at most (roughly).
    """

    def __init__(self, table: Cooccurrences, *, x_max: float, alpha: float, per_part: int, seed: int) -> None:
        self._table, self._x_max, self._alpha, self._seed = table, x_max, alpha, seed
        self._parts_of = np.array([-(-size // per_part) for size in table.sizes])
        self.total, self.parts = table.cells, int(self._parts_of.sum())
        self._held: tuple[int, Cells] | None = None

    def turns(self, epoch: int, part: int) -> Turns:
        """What part `part` of epoch `epoch` visits."""
        order = np.random.default_rng([self._seed, epoch]).permutation(len(self._parts_of))
        ends = np.cumsum(self._parts_of[order])
        at = int(np.searchsorted(ends, part, "right"))
        shard = int(order[at])
        parts = int(self._parts_of[shard])
        piece = part - (int(ends[at]) - parts)
        keys = np.random.default_rng([self._seed, epoch, shard]).integers(0, 1 << 63, 3, dtype=np.uint64)
        cells = self._cells(shard)
        bits = max(1, (len(cells) - 1).bit_length())
        places = 1 << bits
        return Turns(shard, cells, places * piece // parts, places * (piece + 1) // parts, bits, keys | np.uint64(1))

    def sample(self) -> Cells:
        """Up to 100,000 cells of the whole table, always the same."""
        size = min(SAMPLE, self.total)
        chosen = np.sort(np.random.default_rng([self._seed, 0x10C5]).choice(self.total, size, replace=False))
        ends = np.cumsum(self._table.sizes)
        found = []
        for k, end in enumerate(ends.tolist()):
            inside = chosen[(chosen >= end - self._table.sizes[k]) & (chosen < end)] - (end - self._table.sizes[k])
            if len(inside):
                found.append(self._ready(np.asarray(self._table.shard(k)[inside])))
        return Cells(np.concatenate(found))

    def degrees(self, words: int) -> NDArray[np.int64]:
        """int64[2 V]: how many cells each word has as a row, then as a column."""
        found = np.zeros(2 * words, np.int64)
        for k, size in enumerate(self._table.sizes):
            shard = self._table.shard(k) if size else None
            for first in range(0, size, BLOCK):
                assert shard is not None
                block = shard[first : first + BLOCK]
                found[:words] += np.bincount(block[:, 0], minlength=words)
                found[words:] += np.bincount(block[:, 1], minlength=words)
        return found

    def _cells(self, shard: int) -> Cells:
        if self._held is None or self._held[0] != shard:
            self._held = None
            size = self._table.sizes[shard]
            ready, cells = np.empty((size, 4), np.int32), self._table.shard(shard)
            for first in range(0, size, BLOCK):
                ready[first : first + BLOCK] = self._ready(cells[first : first + BLOCK])
            self._held = shard, Cells(ready)
        return self._held[1]

    def _ready(self, cells: NDArray[np.int32]) -> NDArray[np.int32]:
        ready = np.empty((len(cells), 4), np.int32)
        ready[:, :2] = cells[:, :2]
        x = np.ascontiguousarray(cells[:, 2]).view(np.float32)
        reals = ready.view(np.float32)
        reals[:, 2] = np.log(x)
        reals[:, 3] = np.minimum(1, x / np.float32(self._x_max)) ** np.float32(self._alpha)
        return ready
