"""Everything that can be said of a file of vectors: its format, its first words, every fault."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from ..messages import N_, _
from ..progress import Progress, ignore
from . import open_vectors
from .protocol import VectorFile
from .text import TextVectors

READ_AT_ONCE = 1 << 15


@dataclass(frozen=True)
class Inspection:
    """What `inspect_file` found.

    name, format, dim, rows, digest
    words    the first words, in row order
    faults   fault -> number of rows
    places   fault -> the first rows that have it: {"row", "line" or None, "byte", "word"}
    norms    median and extreme Euclidean lengths of the sound rows
    """

    name: str
    format: str
    dim: int
    rows: int
    digest: str
    words: tuple[str, ...]
    faults: dict[str, int] = field(default_factory=dict)
    places: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    norms: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def inspect_file(
    path: str | os.PathLike[str], *, member: str = "", progress: Progress = ignore, first: int = 10
) -> Inspection:
    """Read all of a file, every value included, and report every fault instead of raising at the first.

    Raises FormatError only where the file is no file of vectors at all, or ends within a row.
    """
    vectors = open_vectors(path, member=member, skip_faulty=True)
    blocks = list(vectors.scan(progress))
    hashes = np.concatenate([b.hashes for b in blocks]) if blocks else np.empty(0, np.uint64)
    starts = np.concatenate([b.starts for b in blocks]) if blocks else np.empty(0, np.int64)
    words = tuple(islice((w for w in vectors.words() if w), first))
    _check_duplicates(vectors, hashes)
    norms = _check_values(vectors, hashes, starts, progress)
    faults = {kind: count for kind, count in vectors.faults.counts.items() if count}
    return Inspection(
        name=vectors.file.name,
        format=vectors.header.format,
        dim=vectors.header.dim,
        rows=len(hashes),
        digest=vectors.digest,
        words=words,
        faults=faults,
        places=_places(vectors, starts),
        norms=norms,
    )


def _check_duplicates(vectors: VectorFile, hashes: np.ndarray) -> None:
    """Rows whose word stands in an earlier row."""
    order = np.argsort(hashes, kind="stable")
    same = np.flatnonzero((hashes[order][1:] == hashes[order][:-1]) & (hashes[order][1:] != 0)) + 1
    vectors.faults.add(N_("duplicate words"), np.sort(order[same]))


def _check_values(vectors: VectorFile, hashes: np.ndarray, starts: np.ndarray, progress: Progress) -> dict[str, float]:
    ends = np.append(starts[1:], vectors.end())
    rows = np.flatnonzero(hashes)
    lengths: list[np.ndarray] = []
    for low in range(0, len(rows), READ_AT_ONCE):
        ids = rows[low : low + READ_AT_ONCE]
        progress(_("checking every value of {name}").format(name=vectors.file.name), low, len(rows), "rows")
        for block in vectors.read(ids, starts[ids], ends[ids]):
            here = ids[block.first : block.first + len(block.sound)]
            length = np.linalg.norm(block.vectors.astype(np.float64), axis=1)
            vectors.faults.add(N_("rows with NaN, infinite or malformed values"), here[~block.sound])
            vectors.faults.add(N_("rows of zeros"), here[block.sound & (length == 0)])
            lengths.append(length[block.sound])
    all_lengths = np.concatenate(lengths) if lengths else np.empty(0)
    if not len(all_lengths):
        return {}
    return {
        N_("minimum"): float(all_lengths.min()),
        N_("median"): float(np.median(all_lengths)),
        N_("maximum"): float(all_lengths.max()),
    }


def _places(vectors: VectorFile, starts: np.ndarray) -> dict[str, list[dict[str, Any]]]:
    """Row, line, byte and word of the first faulty rows of each kind."""
    wanted = {row for rows in vectors.faults.places.values() for row in rows}
    names: dict[int, str] = {}
    if wanted:
        last = max(wanted)
        names = {i: word for i, word in enumerate(islice(vectors.words(), last + 1)) if i in wanted}
    lines = None
    if isinstance(vectors, TextVectors):
        lines = 1 if vectors.header.rows is None else 2
    return {
        kind: [
            {
                "row": row + 1,
                "line": None if lines is None else row + lines,
                "byte": int(starts[row]),
                "word": names.get(row, ""),
            }
            for row in rows
        ]
        for kind, rows in vectors.faults.places.items()
    }
