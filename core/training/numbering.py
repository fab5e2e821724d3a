"""Words numbered by their first appearance while a text is read; the text as numbers lies on disk."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

# Between numbers: a sentence ends here; a word stood here that is no longer counted.
END, GONE = -1, -2
# So many numbers are held before they are written, and read at a time.
BLOCK = 1 << 20
# More different words than this are not counted at once: the rarest go, as in word2vec.c.
MOST_TYPES = 4_000_000
# What is left when the rarest went: a share of the most.
LEFT = 0.75

Ids = NDArray[np.int32]


class _Index(dict[str, int]):
    """word -> number: a word that is looked up gets the next number if it has none."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class Numbering:
    """A text as numbers in a file of `folder` that vanishes when the block ends.

    index    word -> number, in the order of first appearance
    counts   int64[len(index)]: how often each was added; of a word that had gone before, since it came again
    tokens   all that were added, `sentences` how many
    least    words that were no more frequent than this have gone; 0: none did
    gone     how many words went

    Memory: the words (`MOST_TYPES` and a block at most, about 150 bytes each) and some blocks of `BLOCK` numbers.
    """

    def __init__(self, folder: Path, name: str = "numbers") -> None:
        self.index: dict[str, int] = _Index()
        self.counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self.tokens = self.sentences = self.least = self.gone = 0
        self._held = array("i")
        self._path = folder / f".{name}.bin"
        # Numbers before the place `_until[i]` are those of the i-th round; `_renamed(i)` tells what became of them.
        self._until: list[int] = []
        self._written = 0
        self._file = open(self._path, "wb")  # noqa: SIM115  # closed when the block ends

    def __enter__(self) -> Numbering:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._file.close()
        finally:
            for path in (self._path, *(self._renamed(i) for i in range(len(self._until) + 1))):
                path.unlink(missing_ok=True)

    def _renamed(self, at: int) -> Path:
        return self._path.with_suffix(f".{at}.npy")

    def add(self, sentence: Iterable[str]) -> None:
        """Add the words of one sentence and its end."""
        held = self._held
        held.extend(map(self.index.__getitem__, sentence))
        held.append(END)
        if len(held) >= BLOCK:
            self._flush()

    def add_parted(self, parts: Iterable[Sequence[str]]) -> None:
        """Add the words of one sentence, where those between two parts are not counted."""
        for at, part in enumerate(parts):
            if at:
                self._held.append(GONE)
            self._held.extend(map(self.index.__getitem__, part))
        self._held.append(END)
        if len(self._held) >= BLOCK:
            self._flush()

    def _flush(self) -> None:
        ids = np.frombuffer(self._held, np.int32)
        found = np.bincount(ids[ids >= 0], minlength=len(self.index))
        found[: len(self.counts)] += self.counts
        self.counts = found.astype(np.int64, copy=False)
        ends = int(np.count_nonzero(ids == END))
        self.sentences += ends
        self.tokens += len(ids) - ends
        self._file.write(ids.data)  # numpy's own would not say that the disk is full
        self._written += len(ids)
        del ids  # an array that is looked into can't be emptied
        self._held = array("i")
        if len(self.index) > MOST_TYPES:
            self._reduce()

    def _reduce(self) -> None:
        """Leave out the rarest words; those that stay are numbered anew."""
        most = int(LEFT * MOST_TYPES)
        self.least += 1
        while np.count_nonzero(self.counts > self.least) > most:
            self.least += 1
        kept = self.counts > self.least
        renamed = np.where(kept, np.cumsum(kept) - 1, GONE).astype(np.int32)
        np.save(self._renamed(len(self._until)), renamed)
        self._until.append(self._written)
        self.gone += len(kept) - int(np.count_nonzero(kept))
        words = [word for word, stays in zip(self.index, kept.tolist(), strict=True) if stays]
        self.index = _Index(zip(words, range(len(words)), strict=True))
        self.counts = self.counts[kept]

    def close(self) -> None:
        """Nothing more is added."""
        self._flush()
        self._file.flush()
        # What became of a number in all later rounds, so that each block is renamed once.
        for at in reversed(range(len(self._until) - 1)):
            later = followed(np.load(self._renamed(at + 1)))
            np.save(self._renamed(at), later[np.load(self._renamed(at))])

    def blocks(self) -> Iterator[Ids]:
        """The numbers in order, by the words' last numbering; `END` ends a sentence, `GONE` is a word that has gone."""
        bounds = [*self._until, self._written]
        first = 0
        with open(self._path, "rb") as file:
            for at, until in enumerate(bounds):
                renamed = followed(np.load(self._renamed(at))) if at < len(self._until) else None
                while first < until:
                    ids = np.fromfile(file, np.int32, min(BLOCK, until - first))
                    first += len(ids)
                    yield ids if renamed is None else renamed[ids]


def followed(table: Ids) -> Ids:
    """A table by which numbers are renamed, which leaves `END` and `GONE` as they are."""
    return np.concatenate([table, np.array([GONE, END], np.int32)])


def squeezed(blocks: Iterable[Ids]) -> Iterator[Ids]:
    """Blocks without words that have gone, and without sentences in which none is left."""
    after_end = True
    for block in blocks:
        ids = block[block != GONE]
        if not ids.size:
            continue
        ends = ids == END
        before = np.concatenate([[after_end], ends[:-1]])
        after_end = bool(ends[-1])
        yield ids[~(ends & before)]


__all__ = ["BLOCK", "END", "GONE", "MOST_TYPES", "Numbering", "followed", "squeezed"]
