"""Runs of counted rows put together, and their cells dealt to files at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _
from ..progress import Progress, ignore
from ..workspace.state_files import fill

STAGE = N_("Merging")
ROWS = 1 << 16  # whose lengths are read at once
MOST_CELLS = 1 << 18  # of a block, unless a single row has more
# Held for each cell of a run that is merged: itself, two cells of the table, both once more when they are dealt and
# where to, and as much of the block before.
CELL_BYTES = 2 * (8 + 24 + 24 + 8)
# Held for each cell of a shard while it is trained on; dealing leaves shards unequal by a little.
SHARD_CELL_BYTES, FILLED = 16, 0.9


def shard_name(k: int) -> str:
    """The file of the k-th part of a table."""
    return f"shard-{k:04d}.cells"


@dataclass
class Run:
    """Rows of a stretch of the text in a file: int32[cells, 2], column and, as float32's bits, what stands there.

    `lengths_path` is int32[V]: how many cells each row has.
    """

    path: Path
    cells: int = 0

    @property
    def cells_path(self) -> Path:
        return self.path.with_suffix(".cells")

    @property
    def lengths_path(self) -> Path:
        return self.path.with_suffix(".rows")

    def remove(self) -> None:
        self.cells_path.unlink()
        self.lengths_path.unlink()


def merge(
    runs: list[Run],
    folder: Path,
    words: int,
    *,
    symmetric: bool,
    memory: int,
    seed: int,
    progress: Progress = ignore,
) -> list[int]:
    """Add up `runs` and deal the cells to files of `folder`, each to be read within `memory` bytes: their sizes.

    Holds the longest row of all runs at least, whatever `memory` says. The runs are removed.
    """
    from .cooccurrence_kernels import deal

    total = sum(run.cells for run in runs)
    most = total * (2 if symmetric else 1)
    piles = max(1, -(-most * SHARD_CELL_BYTES // int(FILLED * memory)))
    sizes = [0] * piles
    files = [folder / shard_name(k) for k in range(piles)]
    for file in files:
        file.touch()
    progress(_(STAGE), 0, total, "cells")
    for cells, done in _merged(runs, words, symmetric, max(1, min(MOST_CELLS, memory // CELL_BYTES))):
        dealt, bounds = cells, np.array([0, len(cells)])
        if piles > 1:
            dealt = np.empty_like(cells)
            bounds = deal(cells, seed, sum(sizes), piles, dealt)
        for k, file in enumerate(files):
            part = dealt[bounds[k] : bounds[k + 1]]
            if len(part):
                with open(file, "ab") as target:
                    target.write(part.data)
                sizes[k] += len(part)
        progress(_(STAGE), done, total, "cells")
    for run in runs:
        run.remove()
    return sizes


def _merged(runs: list[Run], words: int, symmetric: bool, most: int) -> Iterator[tuple[NDArray[np.int32], int]]:
    """int32[n, 3], block after block: cells of the whole table; and how many cells of the runs are done."""
    from .cooccurrence_kernels import merge_rows

    sums, touched = np.zeros(words), np.empty(words + 1, np.int32)
    heads, done = np.zeros(len(runs), np.int64), 0
    for first in range(0, words, ROWS):
        lengths = np.stack([_lengths(run, first, min(ROWS, words - first)) for run in runs])
        for begin, end in _blocks(lengths.sum(axis=0, dtype=np.int64), most):
            block = np.ascontiguousarray(lengths[:, begin:end])
            columns, starts = _read(runs, heads, block)
            if not len(columns):
                continue
            cells = np.empty((len(columns) * (2 if symmetric else 1), 3), np.int32)
            n = merge_rows(
                first + begin,
                block,
                starts,
                columns[:, 0],
                columns.view(np.float32)[:, 1],
                symmetric,
                sums,
                touched,
                cells,
                cells.view(np.float32),
            )
            done += len(columns)
            yield cells[:n], done


def _lengths(run: Run, first: int, n: int) -> NDArray[np.int32]:
    found = np.empty(n, np.int32)
    with open(run.lengths_path, "rb") as file:
        file.seek(4 * first)
        fill(file, found)
    return found


def _blocks(lengths: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Rows in blocks of at most `most` cells, or of one row."""
    sums = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=sums[1:])
    first = 0
    while first < len(lengths):
        last = max(first + 1, int(np.searchsorted(sums, sums[first] + most, "right")) - 1)
        yield first, last
        first = last


def _read(
    runs: list[Run], heads: NDArray[np.int64], lengths: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The next cells of each run, one run behind the other, and where each begins; `heads` are moved on."""
    each = lengths.sum(axis=1, dtype=np.int64)
    starts = np.cumsum(each) - each
    found = np.empty((int(each.sum()), 2), np.int32)
    for k, run in enumerate(runs):
        if each[k]:
            with open(run.cells_path, "rb") as file:
                file.seek(8 * heads[k])
                fill(file, found[starts[k] : starts[k] + each[k]])
            heads[k] += each[k]
    return found, starts
