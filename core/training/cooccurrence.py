"""How often words stand near each other, each time by the inverse of their distance: a sparse table on disk.

The places of each word are listed, and rows are counted one after another from those lists: the sums of one row lie in
the processor's cache, where a hash table of all pairs would not. A text whose lists don't fit in memory is counted in
stretches, whose rows ("runs") are then put together. Rows are independent, so what comes out is the same, bit by bit,
whatever the number of threads.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _
from ..progress import Progress, ignore
from ..workspace.atomic import explained
from ..workspace.state_files import read_json, write_json
from .cooccurrence_merge import Run, merge, shard_name

if TYPE_CHECKING:
    from .tokens import Corpus

STAGE = N_("Counting co-occurrences")
FOLDER = "cooccurrences"
TOLD = "cooccurrences.json"
VERSION = 1

LEAST_STRETCH = 1 << 18  # tokens
MOST_STRETCH = 1 << 30  # places are int32
VISITS = 1 << 23  # neighbors that one task of a thread looks at, unless a single row has more
PLACED = 1 << 18  # tokens read or placed at once
ROOM_CELLS = 1 << 17  # of a thread's block of rows, unless a row may have more
TICK = 0.2


@dataclass(frozen=True)
class Cooccurrences:
    """A counted table: cells dealt to files at random, so that each file is a fair sample of all.

    folder  where they lie, as shard-0000.cells, …: int32[n, 3], little-endian: row, column and, as the bits of a
            float32, what stands there
    sizes   how many cells each file has
    """

    folder: Path
    sizes: tuple[int, ...]

    @property
    def cells(self) -> int:
        return sum(self.sizes)

    def shard(self, k: int) -> NDArray[np.int32]:
        """int32[n, 3], memory-mapped: the cells of file `k`."""
        return np.memmap(self.folder / shard_name(k), np.int32, "r", shape=(self.sizes[k], 3))


def count_cooccurrences(
    corpus: Corpus,
    folder: Path,
    *,
    window: int,
    symmetric: bool = True,
    memory: int = 1 << 30,
    workers: int = 1,
    seed: int = 1,
    progress: Progress = ignore,
) -> Cooccurrences:
    """The table of `corpus`, inside `folder`; where it lies there already, it is not counted again.

    A pair at distance d adds 1/d to the cell (left, right) and, if `symmetric`, to (right, left): a word beside
    itself thus counts twice, as in the authors' program. Sums are float64, rounded once for each stretch of the text.

    memory  bytes that counting may hold, and each shard when it is read for training (16 a cell). At least some
            20 bytes a word of the vocabulary and thread are needed, whatever it says.

    Raises WorkspaceError when the disk refuses; nothing of a table that is not whole stays.
    """
    key = _key(corpus, window=window, symmetric=symmetric, memory=memory, seed=seed)
    target = folder / FOLDER
    found = _reopened(target, key)
    if found is not None:
        return found
    made = folder / (FOLDER + ".part")
    with explained(target):
        try:
            shutil.rmtree(target, ignore_errors=True)
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir(parents=True)
            runs = _Counting(corpus, made, window, symmetric, memory, workers, progress).runs()
            sizes = merge(
                runs, made, len(corpus.words), symmetric=symmetric, memory=memory, seed=seed, progress=progress
            )
            write_json(made / TOLD, {"key": key, "sizes": sizes})
            os.replace(made, target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return Cooccurrences(target, tuple(sizes))


def _key(corpus: Corpus, **settings: int) -> str:
    told = json.dumps([VERSION, corpus.digest, len(corpus.words), int(corpus.tokens), settings], sort_keys=True)
    return blake2b(told.encode(), digest_size=16).hexdigest()


def _reopened(folder: Path, key: str) -> Cooccurrences | None:
    told = read_json(folder / TOLD)
    if told is None or told.get("key") != key:
        return None
    table = Cooccurrences(folder, tuple(told["sizes"]))
    for k, size in enumerate(table.sizes):
        path = folder / shard_name(k)
        if not path.is_file() or path.stat().st_size != 12 * size:
            return None
    return table


class _Room:
    """What a thread needs to count a block of rows."""

    def __init__(self, words: int, cells: int) -> None:
        self.sums = np.zeros(words)
        self.touched = np.empty(words + 1, np.int32)
        self.lengths = np.empty(words, np.int32)
        self.cells = np.empty((cells, 2), np.int32)


@dataclass(frozen=True)
class _Places:
    """A stretch of text and where its words stand; as `count_rows` has them."""

    ids: NDArray[np.int32]
    places: NDArray[np.int32]
    bounds: NDArray[np.int64]


class _Counting:
    """One counting: stretch after stretch of the text, each written as a run."""

    def __init__(
        self,
        corpus: Corpus,
        folder: Path,
        window: int,
        symmetric: bool,
        memory: int,
        workers: int,
        progress: Progress,
    ) -> None:
        self._ids, self._words, self._total = corpus.ids(), len(corpus.words), int(corpus.tokens)
        self._folder, self._symmetric, self._progress = folder, symmetric, progress
        self._weights = np.zeros(window + 1)
        self._weights[1:] = 1 / np.arange(1, window + 1)
        self._reach = 2 * window if symmetric else window
        self._room = max(self._words, ROOM_CELLS)
        per_thread = 24 * self._words + 8 * self._room
        # Rooms are one more than threads: a block is written while the others are counted.
        self._workers = max(1, min(workers, memory // 2 // per_thread - 1))
        left = memory - (self._workers + 1) * per_thread - 40 * self._words
        self._stretch = min(max(LEAST_STRETCH, left // 8), MOST_STRETCH)
        self._done = 0

    def runs(self) -> list[Run]:
        self._report(0)
        rooms = [_Room(self._words, self._room) for _room in range(self._workers + 1)]
        with ThreadPoolExecutor(self._workers, "cooccurrences") as pool:
            found = []
            for first in range(0, len(self._ids), self._stretch):
                last = min(first + self._stretch, len(self._ids))
                # Not kept in a variable: it goes before the next one comes.
                found.append(self._run(len(found), self._placed(first, last), pool, rooms))
        return found

    def _report(self, more: int) -> None:
        self._done += more
        self._progress(_(STAGE), self._done, self._total, "words")

    def _placed(self, first: int, last: int) -> _Places:
        """The stretch from `first` to `last`, with a window of its surroundings: pairs across its ends count too."""
        from .cooccurrence_kernels import place

        window = len(self._weights) - 1
        begin, end = max(0, first - window), min(len(self._ids), last + window)
        ids = np.empty(last - first + 2 * window, np.int32)
        ids[:window] = ids[-window:] = -1
        for at in range(begin, end, PLACED):
            to = min(at + PLACED, end)
            ids[at - first + window : to - first + window] = self._ids[at:to]
            self._report(0)
        blocks = [(at, min(at + PLACED, len(ids) - window)) for at in range(window, len(ids) - window, PLACED)]
        bounds = np.zeros(self._words + 1, np.int64)
        for at, to in blocks:
            # One more, for -1.
            bounds += np.bincount(ids[at:to] + 1, minlength=self._words + 1)
            self._report(0)
        bounds[0] = 0
        np.cumsum(bounds, out=bounds)
        places = np.empty(bounds[-1], np.int32)
        ends = bounds[:-1].copy()
        for at, to in blocks:
            place(ids, at, to, ends, places)
            self._report(0)
        return _Places(ids, places, bounds)

    def _run(self, number: int, stretch: _Places, pool: ThreadPoolExecutor, rooms: list[_Room]) -> Run:
        """Count the rows of a stretch in parallel, and write them in their order."""
        run = Run(self._folder / f"run-{number:04d}")
        free, at_work = deque(rooms), deque[tuple[_Room, tuple[int, int], Future[int]]]()
        with open(run.cells_path, "wb") as cells, open(run.lengths_path, "wb") as lengths:

            def write_first() -> None:
                room, (first, last), work = at_work.popleft()
                n = self._waited(work)
                cells.write(room.cells[:n].data)
                lengths.write(room.lengths[: last - first].data)
                run.cells += n
                free.append(room)
                self._report(int(stretch.bounds[last] - stretch.bounds[first]))

            for block in self._blocks(stretch.bounds):
                if not free:
                    write_first()
                room = free.popleft()
                at_work.append((room, block, pool.submit(self._count, stretch, room, *block)))
            while at_work:
                write_first()
        return run

    def _waited(self, work: Future[int]) -> int:
        while True:
            try:
                return work.result(TICK)
            except NotYet:
                self._report(0)

    def _count(self, stretch: _Places, room: _Room, first: int, last: int) -> int:
        from .cooccurrence_kernels import count_rows

        return count_rows(
            stretch.ids,
            stretch.places,
            stretch.bounds,
            first,
            last,
            self._weights,
            self._symmetric,
            room.sums,
            room.touched,
            room.lengths,
            room.cells[:, 0],
            room.cells.view(np.float32)[:, 1],
        )

    def _blocks(self, bounds: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """Rows in blocks whose cells surely fit in a room, none too long for a report now and then."""
        visits = bounds * self._reach
        most = np.zeros(len(bounds), np.int64)
        np.cumsum(np.minimum(np.diff(visits), self._words), out=most[1:])
        first, words = 0, len(bounds) - 1
        while first < words:
            fits = _reached(most, first, self._room)
            last = max(first + 1, min(fits, _reached(visits, first, VISITS)))
            yield first, last
            first = last


def _reached(sums: NDArray[np.int64], first: int, more: int) -> int:
    """The last place up to which `sums` grows by at most `more` from that of `first`."""
    return int(np.searchsorted(sums, sums[first] + more, "right")) - 1
