"""word2vec binary: header "rows dim", then word, space, dim little-endian float32 (newline or not)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError
from ..messages import N_, _
from ..progress import Progress
from . import flags as f
from .chunks import Chunks, spans
from .native import kernels
from .protocol import Block, Faults, Header, Rows, faults_fix
from .streams import ByteFile
from .text import HEADER, KINDS, WIDEST

LONGEST_WORD = 1 << 16


class BinaryVectors:
    """One word2vec binary file."""

    def __init__(self, file: ByteFile, header: Header, *, skip: int, skip_faulty: bool = False) -> None:
        self.file = file
        self.header = header
        self.faults = Faults()
        self.digest = ""
        self._skip = skip
        self._skip_faulty = skip_faulty
        self._end = 0

    def scan(self, progress: Progress) -> Iterator[Block]:
        """See `VectorFile.scan`. A file that ends too early, or goes on, raises FormatError."""
        width = 4 * self.header.dim
        left = self.header.rows or 0
        found: list[tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint8]]] = []
        trailing = 0

        def cut(buffer: NDArray[np.uint8], size: int, last: bool) -> int:
            # Where rows end is known only by walking them, so the walk itself is the cut.
            nonlocal left, trailing
            capacity = size // (width + 2) + 1
            hashes, starts = np.empty(capacity, np.uint64), np.empty(capacity, np.int64)
            row_flags, consumed = np.empty(capacity, np.uint8), np.zeros(1, np.int64)
            text = np.ascontiguousarray(buffer)
            rows = kernels()["scan_binary"](
                text.ctypes.data, size, width, left, hashes.ctypes.data, starts.ctypes.data,
                row_flags.ctypes.data, capacity, consumed.ctypes.data,
            )  # fmt: skip
            left -= rows
            whole = int(consumed[0])
            if left == 0:
                rest = buffer[whole:size]
                trailing += int(np.count_nonzero((rest != 10) & (rest != 13)))
                whole = size
            elif size - whole > width + LONGEST_WORD:
                raise self._lost()
            if whole:
                found.append((hashes[:rows].copy(), starts[:rows].copy(), row_flags[:rows].copy()))
            return whole

        chunks = Chunks(
            self.file, stage=_("scanning {name}").format(name=self.file.name), progress=progress, skip=self._skip
        )
        first = 0
        for start in chunks.map(cut, lambda buffer, size, start: start):
            hashes, starts, row_flags = found.pop(0)
            for bit in (f.NOT_UTF8, f.EMPTY_WORD):
                self.faults.add(KINDS[bit], np.flatnonzero(row_flags & bit) + first)
            first += len(hashes)
            yield Block(hashes, starts + start)
        self.digest, self._end = chunks.digest, chunks.end
        self._judge_end(left, trailing)

    def _lost(self) -> FormatError:
        return FormatError(
            _("no space ends a word within {bytes:,} bytes").format(bytes=LONGEST_WORD),
            where=self.file.name,
            fix=_("The file is damaged, or not word2vec binary with float32 numbers."),
        )

    def _judge_end(self, left: int, trailing: int) -> None:
        rows = self.header.rows or 0
        if left:
            if not self._skip_faulty or left == rows:
                raise FormatError(
                    _("the header promises {claimed:,} rows, the file holds {found:,} whole ones").format(
                        claimed=rows, found=rows - left
                    ),
                    where=self.file.name,
                    fix=faults_fix(),
                )
            self.faults.counts[N_("rows the header promises and the file lacks")] = left
        if trailing:
            if not self._skip_faulty:
                raise FormatError(
                    _("{bytes:,} bytes follow after the {rows:,} rows that the header promises").format(
                        bytes=trailing, rows=rows
                    ),
                    where=self.file.name,
                    fix=faults_fix(),
                )
            self.faults.counts[N_("bytes after the last row")] = trailing

    def end(self) -> int:
        return self._end

    def read(self, ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Iterator[Rows]:
        """See `VectorFile.read`."""
        return read_fixed(self.file, starts, self.header.dim, np.dtype("<f4"))

    def words(self) -> Iterator[str]:
        import io

        width = 4 * self.header.dim
        with self.file.stream() as stream:
            buffered = io.BufferedReader(stream, 1 << 20)  # type: ignore[arg-type]
            buffered.read(self._skip)
            for _row in range(self.header.rows or 0):
                word = bytearray()
                while (c := buffered.read(1)) not in (b" ", b""):
                    word += c
                if len(buffered.read(width)) < width:
                    return
                yield bytes(word).lstrip(b"\r\n").decode("utf-8", "replace")


def read_fixed(
    file: ByteFile, starts: NDArray[np.int64], dim: int, dtype: np.dtype, *, scales: NDArray[np.float32] | None = None
) -> Iterator[Rows]:
    """Rows of `dim` numbers of `dtype` at `starts` (ascending).

    uint16 is taken for bfloat16, the upper half of a float32. `scales` (float32[k]) multiplies each
    row: int8 with a scale per row.
    """
    for first, buffer, at in spans(file, starts, starts + dim * dtype.itemsize):
        rows = len(at) - 1
        numbers = buffer[: at[-1]].view(dtype).reshape(rows, dim)
        if dtype.kind == "u":
            numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            vectors = numbers.astype(np.float32)
            if scales is not None:
                vectors *= scales[first : first + rows, None]
        sound: NDArray[np.bool_] = np.asarray(np.isfinite(vectors).all(axis=1))
        vectors[~sound] = 0
        yield Rows(first, vectors, sound)


def open_binary(file: ByteFile, head: bytes, *, skip_faulty: bool = False) -> BinaryVectors:
    """A reader for a word2vec binary whose head is given. Raises FormatError for an impossible header."""
    header = HEADER.match(head)
    if header is None:
        raise FormatError(_("there is no header “rows dimension”"), where=file.name, fix=faults_fix())
    rows, dim = int(header[1]), int(header[2])
    possible = 1 <= dim <= WIDEST and rows >= 1
    if file.plain and possible:
        # Every row takes its numbers, a space and at least one byte of word.
        possible = rows * (4 * dim) <= file.identity.size * 64
    if not possible:
        raise FormatError(
            _("the header says {rows:,} rows of {dim:,} numbers, which this file can't hold").format(
                rows=rows, dim=dim
            ),
            where=file.name,
            fix=_("The file is damaged, or no word2vec binary."),
        )
    return BinaryVectors(file, Header(N_("word2vec binary"), dim, rows), skip=header.end(), skip_faulty=skip_faulty)
