"""The text as gensim's kernels read it: a file of short names for words, cut into batches that they take whole.

gensim reads sentences from a file without holding Python's lock, which no other of its ways does. Its own loop over
such a file (`train(corpus_file=…)`) makes every thread read on past its share, loses the end of what doesn't fit a
batch, and cuts the alphabet of words at blanks. So batches are laid out here, and its kernels called for each:

- a word is written as its row in digits of 93 signs: whatever it holds, no blank can split it, and it is soon read;
- a batch is whole sentences of `BATCH` words at most; a longer one is cut. A kernel reads until it has more than
  `BATCH` words, so that a batch is filled up by words that nobody knows, which it skips.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _
from ..progress import Progress, ignore
from ..workspace.atomic import explained

if TYPE_CHECKING:
    from .tokens import Corpus

# MAX_SENTENCE_LEN of gensim's kernels: what they take of a batch.
BATCH = 10_000
# Where a batch has room for so many words more, a sentence is cut rather than the room filled up.
ROOM = 1_000
# The signs of names: all that are seen in ASCII, but for the one that fills.
SIGNS = bytes(range(33, 126))
FILLER = b"~"
STAGE = N_("Laying out the text")
TICK = 0.2


def names(n: int) -> list[str]:
    """The short names of rows 0 to n - 1; the first have one sign, and none is the filler."""
    table = _name_table(n)
    return [bytes(row[row > 32]).decode("ascii") for row in table[:-1]]


def _name_table(n: int) -> NDArray[np.uint8]:
    """uint8[n + 1, width]: each row's name and a blank, then zeros. The last row is a line end: that of id -1."""
    width, base = 1, len(SIGNS)
    while _first(width + 1) < n:
        width += 1
    table = np.zeros((n + 1, width + 1), np.uint8)
    signs = np.frombuffer(SIGNS, np.uint8)
    for length in range(1, width + 1):
        rows = np.arange(_first(length), min(n, _first(length + 1)))
        digits = rows - _first(length)
        for k in range(length - 1, -1, -1):
            table[rows, k] = signs[digits % base]
            digits //= base
        table[rows, length] = ord(" ")
    table[n, 0] = ord("\n")
    return table


def _first(length: int) -> int:
    """The first row whose name has `length` signs."""
    return sum(len(SIGNS) ** k for k in range(1, length))


class Batches:
    """A corpus on disk in batches.

    path     the file
    offsets  int64[B]: the byte where each batch begins
    starts   int64[B + 1]: how many words come before each; the last is all
    """

    def __init__(self, path: Path, offsets: NDArray[np.int64], starts: NDArray[np.int64]) -> None:
        self.path, self.offsets, self.starts = path, offsets, starts
        # Bytes, as the kernels open it: a name that is no UTF-8 would not be encoded there.
        self.encoded = str(path).encode("mbcs") if os.name == "nt" else os.fsencode(path)

    @classmethod
    def written(cls, corpus: Corpus, folder: Path, progress: Progress = ignore) -> Batches:
        """Lay out `corpus` in `folder`. Raises WorkspaceError."""
        path = Path(folder) / "text"
        table, ids = _name_table(len(corpus.words)), corpus.ids()
        offsets, starts, at, told = [], [0], 0, 0.0
        with explained(path), open(path, "wb", buffering=1 << 20) as file:
            for begin, end, words in _cut(ids):
                if (now := time.monotonic()) - told > TICK:
                    progress(_(STAGE), starts[-1], corpus.tokens, "words")
                    told = now
                offsets.append(at)
                starts.append(starts[-1] + words)
                at += file.write(_text(table, ids[begin:end], words))
        return cls(path, np.array(offsets, np.int64), np.array(starts, np.int64))

    def __len__(self) -> int:
        return len(self.offsets)

    def check(self) -> None:
        """Raise WorkspaceError where the file is gone: the kernels would read on for ever."""
        with explained(self.path), open(self.path, "rb"):
            pass

    def close(self) -> None:
        self.path.unlink(missing_ok=True)


def _text(table: NDArray[np.uint8], ids: NDArray[np.int32], words: int) -> bytes:
    signs = table[ids].reshape(-1)
    ended = b"" if ids[-1] < 0 else b"\n"
    return signs[signs != 0].tobytes() + ended + (FILLER + b" ") * (BATCH + 1 - words) + b"\n"


def _cut(ids: NDArray[np.int32]) -> Iterator[tuple[int, int, int]]:
    """(begin, end, number of words) of each batch; the end of a sentence belongs to it."""
    begin = 0
    while begin < len(ids):
        # Twice, for sentences of one word: each has an end of its own.
        ahead = np.asarray(ids[begin : begin + 2 * BATCH])
        line_ends = np.flatnonzero(ahead < 0)
        words_before = line_ends - np.arange(len(line_ends))
        fitting = int(np.searchsorted(words_before, BATCH, "right"))
        end, words = (int(line_ends[fitting - 1]) + 1, int(words_before[fitting - 1])) if fitting else (0, 0)
        if BATCH - words > ROOM or not fitting:
            # The sentence that comes next is longer than the room left, or the text is at its end.
            more = min(BATCH - words, len(ahead) - end)
            end, words = end + more, words + more
        yield begin, begin + end, words
        begin += end
