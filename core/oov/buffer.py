"""The matrix while it is being made: found rows gathered into place, holes known by their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..combining import combine
from ..matrix import EmbeddingMatrix, Located, Lookup
from ..messages import N_, _
from ..progress import Progress, Reached, ignore
from ..rows import Origin, Rows
from ..sources.protocol import Context, Source

BLOCK = 8192
GATHERING = N_("Reading vectors")


class Buffer:
    """float32[n, d] with holes, and the provenance columns that go with it.

    Fills write rows through `write`; `missing` says which are still to be filled.
    """

    def __init__(self, located: Located, seed: int, context: Context) -> None:
        self.located = located
        self.seed = seed
        self.context = context
        self.words = located.vocabulary.words
        self.vectors = np.zeros((len(self.words), located.dim), np.float32)
        self.columns = located.rows.writable()
        self.names = list(located.rows.sources)
        self.methods: list[str] = []
        # What fills read once for all of a build: a corpus as numbers.
        self.kept: dict[object, object] = {}
        # (name, digest) of what fills read besides the sources.
        self.inputs: dict[str, str] = {}
        self.faulty: tuple[str, ...] = self._gather()

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources, in the order of the chain."""
        return self.located.sources

    @property
    def dim(self) -> int:
        """Width of the matrix."""
        return self.vectors.shape[1]

    def missing(self) -> NDArray[np.int64]:
        """The rows that are still to be filled."""
        return np.flatnonzero(self.columns["origin"] == Origin.MISSING)

    def _gather(self) -> tuple[str, ...]:
        """Read the found rows; returns the words whose rows are not finite, which become missing."""
        total, before = int(np.count_nonzero(self.located.source_of >= 0)), 0
        self.context.progress(_(GATHERING), 0, total, "rows")
        unsound: list[NDArray[np.int64]] = []
        for k, source in enumerate(self.sources):
            at = np.flatnonzero(self.located.source_of == k)
            if len(at):
                reached = partial(self._tell, source.info.name, before, total)
                unsound.append(self._gather_from(source, at, reached, in_place=k == 0))
                before += len(at)
        self.context.progress(_(GATHERING), total, total, "rows")
        rows = np.sort(np.concatenate(unsound)) if unsound else np.empty(0, np.int64)
        self._lose(rows)
        self._find_elsewhere(rows)
        return tuple(self.words[row] for row in rows.tolist())

    def _tell(self, source: str, before: int, total: int, rows: int) -> None:
        self.context.progress(_(GATHERING), before + rows, total, "rows", source)

    def _find_elsewhere(self, rows: NDArray[np.int64]) -> None:
        """A word whose row is faulty is missing there: what else has it, in order, gives its row."""
        for other in self.located.elsewhere(rows):
            lost = np.flatnonzero(self.columns["rung"][other.at] < 0)
            if not len(lost):
                continue
            found = np.empty((len(lost), self.dim), np.float32)
            sound = other.source.gather(other.row_ids[lost], found)
            at, given = other.at[lost[sound]], other.rows.take(lost[sound])
            self.vectors[at] = found[sound]
            for name, column in self.columns.items():
                column[at] = self._named(given) if name == "source" else getattr(given, name)

    def _named(self, rows: Rows) -> NDArray[np.int16]:
        """The column `source` of `rows` with positions in `self.names`, which learns new names."""
        self.names += [name for name in rows.sources if name not in self.names]
        return np.array([self.names.index(name) for name in rows.sources], np.int16)[rows.source]

    def _gather_from(
        self, source: Source, at: NDArray[np.int64], reached: Reached, *, in_place: bool
    ) -> NDArray[np.int64]:
        """Read the rows `at` in one pass. `in_place`: into the front of the buffer, then each to its place.

        Rows only ever move down (`at[j] >= j`), so moving the last ones first overwrites nothing.
        """
        front = self.vectors[: len(at)] if in_place else np.empty((len(at), self.dim), np.float32)
        sound = source.gather(self.located.row_ids[at], front, reached=reached)
        for first in reversed(range(0, len(at), BLOCK)):
            part = slice(first, first + BLOCK)
            self.vectors[at[part]] = front[part].copy() if in_place else front[part]
        if in_place:
            holes = np.ones(len(at), bool)
            holes[at[at < len(at)]] = False
            self.vectors[: len(at)][holes] = 0
        return at[~sound]

    def _lose(self, rows: NDArray[np.int64]) -> None:
        special = {self.located.vocabulary.ids[word] for word in self.located.vocabulary.specials}
        for row in rows.tolist():
            self.columns["origin"][row] = Origin.SPECIAL if row in special else Origin.MISSING
        self.columns["rung"][rows] = -1
        self.columns["source"][rows] = -1
        self.columns["form"][rows] = None
        self.columns["pieces"][rows] = None
        self.columns["suspect"][rows] = False
        self.columns["ambiguous"][rows] = False
        self.vectors[rows] = 0

    def write(
        self,
        rows: NDArray[np.int64],
        vectors: NDArray[np.float32],
        *,
        method: str,
        origin: Origin,
        source: int | NDArray[np.int16] = -1,
        confidence: float | NDArray[np.float32] = np.nan,
        pieces: Sequence[tuple[str, ...] | None] | None = None,
    ) -> None:
        """Fill `rows` with `vectors` (float32[k, d], or one row for all) and say how."""
        self.vectors[rows] = vectors
        if method not in self.methods:
            self.methods.append(method)
        self.columns["origin"][rows] = origin
        self.columns["method"][rows] = self.methods.index(method)
        self.columns["source"][rows] = source
        self.columns["confidence"][rows] = confidence
        if pieces is not None:
            for row, parts in zip(rows.tolist(), pieces, strict=True):
                self.columns["pieces"][row] = parts

    def finish(self, history: str) -> EmbeddingMatrix:
        """The matrix; every row must be filled by now."""
        rows = Rows(**self.columns, sources=tuple(self.names), methods=tuple(self.methods))
        return EmbeddingMatrix(self.located.vocabulary, self.vectors, rows, history=(history,))


def buffer_of(located: Located | Lookup | Buffer, seed: int, context: Context | None, progress: Progress) -> Buffer:
    """`located` with its found rows read; a buffer stays as it is, with its own seed and context."""
    if isinstance(located, Buffer):
        return located
    context = context or Context()
    if progress is not ignore:
        context = replace(context, progress=progress)
    return Buffer(combine([located]) if isinstance(located, Lookup) else located, seed, context)
