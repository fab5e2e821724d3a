"""What a reader of one on-disk vector format can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError
from ..messages import _
from ..progress import Progress
from .streams import ByteFile

NOT_INDEXED = 0  # the hash of a row that nobody can ask for: faulty, or without a word


@dataclass(frozen=True)
class Header:
    """What the first bytes say of a file.

    format  display name ("GloVe text", "word2vec binary", …)
    dim     width of the vectors
    rows    how many rows the file claims or has, None where nothing says so
    """

    format: str
    dim: int
    rows: int | None


@dataclass(frozen=True)
class Block:
    """Some rows in file order, as a scan finds them.

    hashes  uint64[k]: hash of each word, NOT_INDEXED for a row that can't be asked for
    starts  int64[k]: where `read` finds the row (a byte position in the content)
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]


class Rows(NamedTuple):
    """Vectors of some of the rows that `read` was asked for.

    first    which of them: positions first..first+len(vectors)-1
    vectors  float32[k, dim], a buffer that the next block overwrites
    sound    bool[k], False (and zeros) where a value is not finite
    """

    first: int
    vectors: NDArray[np.float32]
    sound: NDArray[np.bool_]


@dataclass
class Faults:
    """What is wrong with a file: how often, and the first places.

    counts  fault -> number of rows
    places  fault -> up to `keep` row numbers (0-based)
    """

    counts: dict[str, int] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    keep: int = 20

    def add(self, kind: str, rows: NDArray[np.integer] | list[int]) -> None:
        """Count `rows` under `kind`."""
        if len(rows):
            self.counts[kind] = self.counts.get(kind, 0) + len(rows)
            known = self.places.setdefault(kind, [])
            known.extend(int(r) for r in rows[: max(0, self.keep - len(known))])


class VectorFile(Protocol):
    """One file of vectors in one format."""

    file: ByteFile
    header: Header
    faults: Faults
    digest: str  # "" until a scan has read the whole file

    def scan(self, progress: Progress) -> Iterator[Block]:
        """Every row's word and place, with its structure checked; fills `faults` and `digest`."""
        ...

    def end(self) -> int:
        """Where the last row ends, after a scan."""
        ...

    def read(self, ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Iterator[Rows]:
        """Vectors of rows `ids` (int64[k], strictly ascending), which begin at `starts` (`ends` is
        where the next row begins), a block at a time and in that order."""
        ...

    def words(self) -> Iterator[str]:
        """All words in row order; undecodable bytes as U+FFFD, rows without a word as ""."""
        ...


def row_error(file: ByteFile, row: int, what: str, *, line: int | None = None, fix: str = "") -> FormatError:
    """A FormatError that names the row (or line) of a file."""
    place = (
        _("{name}, line {line:,}").format(name=file.name, line=line)
        if line is not None
        else _("{name}, row {row:,}").format(name=file.name, row=row + 1)
    )
    return FormatError(what, where=place, fix=fix or None)


def faults_fix() -> str:
    """What to do about a faulty row."""
    return _(
        "The file may be cut off or damaged: compare its size with the original's, or pass on_fault=skip "
        "(--on-fault skip) to leave such rows out and count them."
    )
