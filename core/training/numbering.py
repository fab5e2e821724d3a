"""Words numbered by their first appearance while a text is read; the text as numbers lies on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Between numbers: a sentence ends here; a word stood here that is no longer counted.
END, GONE = -1, -2
# So many words are held before they are numbered and written; so many numbers are read at a time.
HELD, BLOCK = 1 << 18, 1 << 20
# More different words than this are not counted at once: the rarest go, as in word2vec.c, but no more than must.
MOST_TYPES = 4_000_000
# What is left when the rarest went: a share of the most.
LEFT = 0.75

Ids = NDArray[np.int32]


class Index(dict[str, int]):
    """word -> number: a word that is looked up gets the next number if it has none."""

    def __missing__(self, word: str | None) -> int:
        if not word:  # what is held for an end, and for a gap; no word is empty
            return END if word is None else GONE
        number = self[word] = len(self)
        return number


class Numbering:
    """A text as numbers in a file of `folder` that vanishes when the block ends.

    index    word -> number, in the order of first appearance
    counts   int64[len(index)]: how often each was added; of a word that had gone before, since it came again
    tokens   all that were added, `sentences` how many
    least    words that were no more frequent than this have gone; 0: none did
    gone     how many words went

    No word is empty. Memory: the words (`MOST_TYPES` and `HELD` at most, about 150 bytes each) and some blocks of
    `BLOCK` numbers.
    """

    def __init__(self, folder: Path, name: str = "numbers") -> None:
        self.index: dict[str, int] = Index()
        self.counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self.tokens = self.sentences = self.least = self.gone = 0
        self._held: list[str | None] = []
        self._numbers: list[Ids] = []
        self._waiting = 0
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
        return self._path.with_suffix(f".{at}.bin")

    def add(self, sentence: Sequence[str]) -> None:
        """Add the words of one sentence and its end."""
        self._held += sentence
        self._held.append(None)
        if len(self._held) >= HELD:
            self._flush()

    def add_numbers(self, ids: Ids) -> None:
        """Add words by their numbers in `index`, and `END` behind each sentence, all of which have a word.

        Who calls it gives new words their numbers by looking them up; where `index` is another one afterwards, rare
        words went, and all have new numbers.
        """
        self._numbers.append(ids)
        self._waiting += len(ids)
        if self._waiting >= HELD:
            self._flush()

    def add_parted(self, parts: Iterable[Sequence[str]]) -> None:
        """Add the words of one sentence, where those between two parts are not counted."""
        self.add(list(chain.from_iterable(("", *part) for part in parts))[1:])

    def _flush(self) -> None:
        lookup: Any = self.index.__getitem__
        ids = np.concatenate([*self._numbers, np.array(list(map(lookup, self._held)), np.int32)])
        self._numbers.clear()
        self._held.clear()
        self._waiting = 0
        found = np.bincount(ids[ids >= 0], minlength=len(self.index))
        found[: len(self.counts)] += self.counts
        self.counts = found.astype(np.int64, copy=False)
        ends = int(np.count_nonzero(ids == END))
        self.sentences += ends
        self.tokens += len(ids) - ends
        self._file.write(ids.data)  # numpy's own would not say that the disk is full
        self._written += len(ids)
        if len(self.index) > MOST_TYPES:
            self._reduce()

    def _reduce(self) -> None:
        """Leave out the rarest words; those that stay are numbered anew."""
        most = int(LEFT * MOST_TYPES)
        least = 1
        while np.count_nonzero(self.counts > least) > most:
            least += 1
        self.least = max(self.least, least)
        kept = self.counts > least
        renamed = np.where(kept, np.cumsum(kept) - 1, GONE).astype(np.int32)
        self._renamed(len(self._until)).write_bytes(renamed.data)
        self._until.append(self._written)
        self.gone += len(kept) - int(np.count_nonzero(kept))
        words = [word for word, stays in zip(self.index, kept.tolist(), strict=True) if stays]
        self.index = Index(zip(words, range(len(words)), strict=True))
        self.counts = self.counts[kept]

    def close(self) -> None:
        """Nothing more is added."""
        self._flush()
        self._file.flush()
        # What became of a number in all later rounds, so that each block is renamed once.
        for at in reversed(range(len(self._until) - 1)):
            later = followed(np.fromfile(self._renamed(at + 1), np.int32))
            self._renamed(at).write_bytes(later[np.fromfile(self._renamed(at), np.int32)].data)

    def blocks(self) -> Iterator[Ids]:
        """The numbers in order, by the words' last numbering; `END` ends a sentence, `GONE` is a word that has gone."""
        bounds = [*self._until, self._written]
        first = 0
        with open(self._path, "rb") as file:
            for at, until in enumerate(bounds):
                renamed = followed(np.fromfile(self._renamed(at), np.int32)) if at < len(self._until) else None
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
