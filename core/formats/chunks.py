"""Large files in pieces: read and hashed by one thread while another works on the piece before.

Reading, hashing (BLAKE3) and the compiled loops all release the interpreter lock, so on two cores a
scan takes as long as the slower of the two halves. Memory: three buffers, whatever the file's size.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError
from ..messages import _
from ..progress import Progress
from .streams import ByteFile, digest_of, read_fully

CHUNK = 4 << 20
LONGEST = 256 << 20  # no row is longer: 1,000,000 numbers of 20 characters take 20 MB
SLACK = 8

Result = TypeVar("Result")
# (bytes, how many of them are whole rows, their place in the content) -> anything
Work = Callable[[NDArray[np.uint8], int, int], Result]
Cut = Callable[[NDArray[np.uint8], int, bool], int]


class _Piece(NamedTuple):
    """Whole rows: `size` bytes from `begin` of a buffer, at `start` of the content."""

    buffer: NDArray[np.uint8]
    begin: int
    size: int
    start: int
    hashed: Future[Any]  # done when the buffer was hashed


class Chunks:
    """A file's content cut after row ends, with the file's digest when all was read."""

    def __init__(self, file: ByteFile, *, stage: str, progress: Progress, skip: int = 0) -> None:
        self.file = file
        self.digest = ""
        self.end = 0
        self._stage = stage
        self._progress = progress
        self._skip = skip  # bytes of the header: read and hashed, not worked on

    def map(self, cut: Cut, work: Work[Result]) -> Iterator[Result]:
        """Results of `work` on each piece, in order.

        `cut(buffer, size, last)` says how many of the first `size` bytes are whole rows (0: none yet).
        At the end of the content `last` is True and one newline may be added at buffer[size].
        """
        workers = max(1, min(4, (os.cpu_count() or 2) - 1))  # one core reads and hashes
        # Reused, because touching fresh memory costs more than the scan. One is being filled, one
        # worked on by each worker, one waits.
        spare: SimpleQueue[NDArray[np.uint8]] = SimpleQueue()
        for _buffer in range(workers + 2):
            spare.put(np.empty(CHUNK + SLACK, np.uint8))

        def run(piece: _Piece) -> Result:
            try:
                return work(piece.buffer[piece.begin :], piece.size, piece.start)
            finally:
                piece.hashed.result()
                spare.put(piece.buffer)

        with ThreadPoolExecutor(1) as hasher:
            yield from in_parallel(self._pieces(cut, spare, hasher), run, workers)

    def _pieces(self, cut: Cut, spare: SimpleQueue[NDArray[np.uint8]], hasher: ThreadPoolExecutor) -> Iterator[_Piece]:
        from blake3 import blake3

        h = blake3()
        total = self.file.identity.size if self.file.plain else None
        done, start = 0, 0
        with self.file.stream() as stream:
            rest = np.empty(0, np.uint8)
            skip, last = self._skip, False
            digest: Callable[[Any], Any] = h.update if self.file.plain else len
            hashed: Future[Any] = hasher.submit(digest, b"")
            while not last:
                buffer = spare.get()
                if 2 * rest.size + SLACK > buffer.size:  # a row longer than a buffer
                    buffer = np.empty(4 * rest.size + SLACK, np.uint8)
                buffer[: rest.size] = rest
                room = memoryview(buffer)[rest.size : buffer.size - SLACK]
                count = read_fully(stream, room)
                last = count < len(room)
                # One thread hashes, in order; the file of a compressed content is hashed by itself.
                hashed = hasher.submit(digest, room[:count])
                done += count
                size = rest.size + count
                begin = min(skip, size)
                skip -= begin
                self._progress(self._stage, done, total, "bytes")
                whole = cut(buffer[begin:], size - begin, last)
                rest = buffer[begin + whole : size].copy()
                if whole:
                    yield _Piece(buffer, begin, whole, start + begin, hashed)
                else:
                    hashed.result()
                    spare.put(buffer)
                start += begin + whole
                if rest.size > LONGEST:
                    raise FormatError(
                        _("no end of a row within {size:,} bytes").format(size=LONGEST),
                        where=_("{name}, byte {byte:,}").format(name=self.file.name, byte=start),
                        fix=_("This is not a file of vectors, or it is damaged."),
                    )
            # Where the last line has no end, one was put there: the content is shorter.
            self.end = min(start + rest.size, done)
            hashed.result()
        self.digest = f"blake3:{h.hexdigest()}" if self.file.plain else digest_of(self.file.path)


Item = TypeVar("Item")


def in_parallel(items: Iterator[Item], work: Callable[[Item], Result], workers: int) -> Iterator[Result]:
    """`work` of each item, in order: the next item is made while earlier ones are worked on."""
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


class Span(NamedTuple):
    """Rows first, first + 1, … lie in `buffer` one after the other: row first + k from at[k] to at[k + 1]."""

    first: int
    buffer: NDArray[np.uint8]
    at: NDArray[np.int64]


def spans(file: ByteFile, starts: NDArray[np.int64], ends: NDArray[np.int64], *, block: int = CHUNK) -> Iterator[Span]:
    """The bytes of rows starts[i]:ends[i] (ascending), a block at a time.

    A plain file is read only where rows are asked for, a compressed one from its start.
    """
    sizes = ends - starts
    with file.stream() as stream:
        position = 0
        scrap = memoryview(bytearray(0))
        i = 0
        while i < len(starts):
            j = i + 1
            total = int(sizes[i])
            while j < len(starts) and total + int(sizes[j]) <= block:
                total += int(sizes[j])
                j += 1
            at = np.zeros(j - i + 1, np.int64)
            np.cumsum(sizes[i:j], out=at[1:])
            buffer = np.empty(total + SLACK, np.uint8)
            view = memoryview(buffer)
            if not file.plain and not len(scrap):
                scrap = memoryview(bytearray(1 << 20))
            for start, low, high in zip(starts[i:j].tolist(), at[:-1].tolist(), at[1:].tolist(), strict=True):
                if file.plain:
                    if start != position:
                        stream.seek(start)
                else:
                    while position < start:
                        count = read_fully(stream, scrap[: min(len(scrap), start - position)])
                        if not count:
                            break
                        position += count
                got = read_fully(stream, view[low:high])
                position = start + got
                if got < high - low:
                    raise FormatError(
                        _("the file ends within a row"),
                        where=_("{name}, byte {byte:,}").format(name=file.name, byte=position),
                        fix=_("It changed since it was scanned, or is cut off: compare its size with the original's."),
                    )
            yield Span(i, buffer, at)
            i = j
