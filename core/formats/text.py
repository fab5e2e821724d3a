"""GloVe text (no header) and word2vec/fastText text (header "rows dim"): word, then the numbers.

Fields are separated by spaces or tabs. The last `dim` fields are the vector, so a word may hold
spaces (glove.840B has ". . ." and "at name@domain.com"). Values are parsed only for rows asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError
from ..messages import N_, _
from ..progress import Progress
from . import flags as f
from .chunks import SLACK, Chunks, Span, in_parallel, spans
from .native import kernels
from .protocol import Block, Faults, Header, Rows, faults_fix, row_error
from .streams import ByteFile

HEADER = re.compile(rb"\s*(\d+)[ \t]+(\d+)[ \t\r]*\n")
NUMBER = re.compile(rb"[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?|nan|inf)$", re.IGNORECASE)
COMMA = re.compile(rb".+,[-+]?\d+(\.\d+)?$")
BOM = b"\xef\xbb\xbf"
WIDEST = 65_536
READ_AT_ONCE = 1 << 20


class TextVectors:
    """One text file of vectors."""

    def __init__(self, file: ByteFile, header: Header, *, skip: int, skip_faulty: bool = False) -> None:
        self.file = file
        self.header = header
        self.faults = Faults()
        self.digest = ""
        self._skip = skip
        self._skip_faulty = skip_faulty
        self._end = 0

    def scan(self, progress: Progress) -> Iterator[Block]:
        """See `VectorFile.scan`. A row of the wrong width ends it, unless faulty rows are skipped."""
        chunks = Chunks(
            self.file, stage=_("scanning {name}").format(name=self.file.name), progress=progress, skip=self._skip
        )
        rows = 0
        for block, row_flags in chunks.map(_whole_lines, self._scan_piece):
            self._judge(rows, row_flags)
            rows += len(row_flags)
            yield block
        self.digest, self._end = chunks.digest, chunks.end
        self._judge_count(rows)

    def end(self) -> int:
        return self._end

    def _scan_piece(self, buffer: NDArray[np.uint8], size: int, start: int) -> tuple[Block, NDArray[np.uint8]]:
        # Enough for sound rows; blank lines may be more, then there is a second try.
        capacity = size // (2 * self.header.dim + 1) + 1024
        while True:
            hashes = np.empty(capacity, np.uint64)
            starts = np.empty(capacity, np.int64)
            row_flags = np.empty(capacity, np.uint8)
            text = np.ascontiguousarray(buffer)
            address = text.ctypes.data
            if address % 8:  # the loop reads eight bytes at a time: move the text to a multiple of 8
                text = np.empty(size + SLACK, np.uint8)
                text[:size] = buffer[:size]
                address = text.ctypes.data
            rows = kernels()["scan_text"](
                address, address, size, self.header.dim,
                hashes.ctypes.data, starts.ctypes.data, row_flags.ctypes.data, capacity,
            )  # fmt: skip
            if rows >= 0:
                break
            capacity = size + 1
        return Block(hashes[:rows].copy(), starts[:rows] + start), row_flags[:rows].copy()

    def _judge(self, first: int, row_flags: NDArray[np.uint8]) -> None:
        """Count a piece's faults; raise at a row of the wrong width."""
        if not row_flags.any():
            return
        for bit, kind in KINDS.items():
            rows = np.flatnonzero(row_flags & bit)
            if not len(rows):
                continue
            if bit in (f.WRONG_WIDTH, f.EMPTY_WORD) and not self._skip_faulty:
                row = first + int(rows[0])
                raise row_error(
                    self.file,
                    row,
                    self._describe(row, bit),
                    line=row + 1 + (1 if self.header.rows is not None else 0),
                    fix=faults_fix(),
                )
            self.faults.add(kind, rows + first)

    def _describe(self, row: int, bit: int) -> str:
        if bit == f.EMPTY_WORD:
            return _("there is no word before the numbers")
        fields = self._line(row).split()
        values = sum(1 for field in fields[1:] if NUMBER.match(field))
        return _("{found:,} values, expected {expected:,}").format(found=values, expected=self.header.dim)

    def _line(self, row: int) -> bytes:
        for i, line in enumerate(self._lines()):
            if i == row:
                return line
        return b""

    def _judge_count(self, rows: int) -> None:
        claimed = self.header.rows
        if claimed is None:
            if rows == 0:
                raise FormatError(_("there is no row of numbers"), where=self.file.name, fix=faults_fix())
            return
        found = rows - self.faults.counts.get("blank lines", 0)
        if found == claimed:
            return
        if not self._skip_faulty:
            raise FormatError(
                _("the header promises {claimed:,} rows, the file has {found:,}").format(claimed=claimed, found=found),
                where=_("{name}, line 1").format(name=self.file.name),
                fix=faults_fix(),
            )
        self.faults.counts[N_("rows the header promises and the file lacks")] = max(0, claimed - found)
        self.faults.counts[N_("rows more than the header promises")] = max(0, found - claimed)
        self.faults.counts = {kind: count for kind, count in self.faults.counts.items() if count}

    def read(self, ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Iterator[Rows]:
        """See `VectorFile.read`. A row whose numbers are none raises FormatError (or is not sound)."""
        blocks = spans(self.file, starts, ends, block=READ_AT_ONCE)
        return in_parallel(blocks, lambda span: self._parse(span, starts), min(4, os.cpu_count() or 1))

    def _parse(self, span: Span, starts: NDArray[np.int64]) -> Rows:
        first, buffer, at = span
        rows, dim = len(at) - 1, self.header.dim
        vectors = np.empty((rows, dim), np.float32)
        status = np.empty(rows, np.uint8)
        kernels()["parse_rows"](
            buffer.ctypes.data, at[:-1].ctypes.data, at[1:].ctypes.data, rows, dim,
            vectors.ctypes.data, status.ctypes.data,
        )  # fmt: skip
        sound = np.ones(rows, bool)
        for k in np.flatnonzero(status):
            line = bytes(buffer[at[k] : at[k + 1]])
            code = self._slowly(line, vectors[k]) if status[k] == f.SLOW else status[k]
            if code == f.MALFORMED and not self._skip_faulty:
                raise self._malformed(line, int(starts[first + k]))
            if code:
                sound[k] = False
                vectors[k] = 0
        return Rows(first, vectors, sound)

    def _slowly(self, line: bytes, out: NDArray[np.float32]) -> int:
        """Numbers that the fast path leaves to Python: many digits, large exponents."""
        try:
            values = np.array([float(v) for v in line.split()[-self.header.dim :]], np.float64)
        except ValueError:
            return f.MALFORMED
        with np.errstate(over="ignore"):
            out[:] = values
        return 0 if np.isfinite(out).all() else f.NOT_FINITE

    def _malformed(self, line: bytes, start: int) -> FormatError:
        fields = line.split()[-self.header.dim :]
        wrong = next((v for v in fields if not NUMBER.match(v)), b"?")
        return FormatError(
            _("{value!r} is not a number").format(value=wrong.decode("utf-8", "replace")[:40]),
            where=_("{name}, the row of {word!r} at byte {byte:,}").format(
                name=self.file.name, word=line.split(maxsplit=1)[0].decode("utf-8", "replace")[:40], byte=start
            ),
            fix=_("The file is damaged there: get it again."),
        )

    def words(self) -> Iterator[str]:
        dim = self.header.dim
        for line in self._lines():
            yield _word_of(line, dim).decode("utf-8", "replace")

    def _lines(self) -> Iterator[bytes]:
        import io

        with self.file.stream() as stream:
            buffered = io.BufferedReader(stream, 1 << 20)  # type: ignore[arg-type]
            buffered.read(self._skip)
            yield from buffered


KINDS = {
    f.WRONG_WIDTH: N_("rows of the wrong width"),
    f.EMPTY_WORD: N_("rows without a word"),
    f.NOT_UTF8: N_("words that are not UTF-8"),
    f.SPACED: N_("words with spaces"),
    f.BLANK: N_("blank lines"),
}


def _whole_lines(buffer: NDArray[np.uint8], size: int, last: bool) -> int:
    """How many bytes are whole lines; the last line of a file needs no newline."""
    if last and size and buffer[size - 1] != 10:
        buffer[size] = 10
        return size + 1
    view, step = memoryview(buffer)[:size], 1 << 16
    for low in range(size - size % step, -1, -step):
        found = bytes(view[low : low + step]).rfind(b"\n")
        if found >= 0:
            return low + found + 1
    return 0


def _word_of(line: bytes, dim: int) -> bytes:
    """The word of a line whose last `dim` fields are numbers."""
    text = line.rstrip(b" \t\r\n")
    parts = text.split(b" " if b"\t" not in text else None, dim + 1)
    if len(parts) == dim + 1:
        return parts[0]
    fields = text.split()
    if len(fields) <= dim:
        return b""
    tail = text
    for _number in range(dim):
        tail = tail.rstrip(b" \t")
        tail = tail[: max(tail.rfind(b" "), tail.rfind(b"\t"))]
    return tail.strip(b" \t")


def open_text(file: ByteFile, head: bytes, *, skip_faulty: bool = False) -> TextVectors:
    """A reader for text vectors, the dimension found from the header or the first rows.

    Raises FormatError where the first rows are no rows of vectors.
    """
    skip = len(BOM) if head.startswith(BOM) else 0
    header = HEADER.match(head, skip)
    lines = [line for line in head[skip:].split(b"\n")[:101] if line.strip()]
    whole = lines if len(head) < (1 << 16) else lines[:-1] or lines
    if header and _is_header(whole):
        rows, dim = int(header[1]), int(header[2])
        if not 1 <= dim <= WIDEST:
            raise FormatError(
                _("the header says {dim:,} dimensions").format(dim=dim),
                where=_("{name}, line 1").format(name=file.name),
                fix=_("A header is the number of rows, then the dimension."),
            )
        return TextVectors(file, Header(N_("word2vec text"), dim, rows), skip=header.end(), skip_faulty=skip_faulty)
    dim = _guess_dim(file, whole)
    return TextVectors(file, Header(N_("GloVe text"), dim, None), skip=skip, skip_faulty=skip_faulty)


def _is_header(lines: list[bytes]) -> bool:
    """Two integers are a header unless the next row has two fields as well (one-dimensional rows)."""
    return len(lines) < 2 or len(lines[1].split()) != 2


def _guess_dim(file: ByteFile, lines: list[bytes]) -> int:
    """The width that most of the first rows have.

    Where rows disagree (words with spaces, a row cut off), the width that more of them can be read
    with decides, then the larger one.
    """
    rows = [line.split() for line in lines if line.split()]
    if rows and all(COMMA.match(row[0]) for row in rows):
        raise FormatError(
            _("a comma stands between word and numbers"),
            where=_("{name}, line 1").format(name=file.name),
            fix=_("Separate them by a space or a tab."),
        )
    counts = [len(row) - 1 for row in rows]
    dim = max(
        (c for c in set(counts) if c > 0),
        key=lambda c: (counts.count(c), sum(_fits(row, c) for row in rows), c),
        default=0,
    )
    if dim < 1 or 2 * sum(_fits(row, dim) for row in rows) < len(rows):
        raise FormatError(
            _("this is not a file of vectors: {line!r}").format(
                line=(lines[0] if lines else b"")[:60].decode("utf-8", "replace")
            ),
            where=_("{name}, line 1").format(name=file.name),
            fix=_("A row is a word and its numbers, separated by spaces. A vocabulary goes to --vocab."),
        )
    if dim == 1:
        raise FormatError(
            _("every row has one number: this looks like words with counts or scores, not vectors"),
            where=_("{name}, line 1").format(name=file.name),
            fix=_("Give it as a vocabulary, or name a file of vectors."),
        )
    return dim


def _fits(row: list[bytes], dim: int) -> bool:
    """Whether a row is a word (perhaps of several parts) and then exactly `dim` numbers."""
    if len(row) <= dim or not all(NUMBER.match(field) for field in row[-dim:]):
        return False
    return len(row) == dim + 1 or not NUMBER.match(row[-dim - 1])
