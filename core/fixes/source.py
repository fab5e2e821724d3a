"""The rows of fixed words as a source: each the mean of rows that other sources hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..combining.joint import JointSource
from ..progress import Reached, unwatched
from ..sources.protocol import Source, SourceInfo

ROWS_AT_ONCE = 4096


class Place(NamedTuple):
    """A row: the position of its source, and its number there."""

    source: int
    row: int


class FixesSource:
    """Row i is the plain mean of the rows at `uses[i]` in `sources`; of one, that row. Implements `Source`.

    Its rows are asked for by number alone. No spelling is found here: what one word is to use makes no other word
    known, so it does not matter in which order words are fixed.
    """

    def __init__(self, sources: Sequence[Source], uses: Sequence[Sequence[Place]]) -> None:
        self.sources = tuple(sources)
        self._lengths = np.fromiter(map(len, uses), np.int64, len(uses))
        self._starts = np.cumsum(self._lengths) - self._lengths
        flat = [place for places in uses for place in places]
        self._source_of = np.array([place.source for place in flat], np.int64)
        self._row_of = np.array([place.row for place in flat], np.int64)
        infos = [source.info for source in self.sources]
        told = [[info.digest for info in infos], [[self._told(place) for place in places] for places in uses]]
        self.info = SourceInfo(
            name="fixes",
            kind="fixes",
            dim=infos[0].dim,
            size=len(uses),
            digest=f"fixes:{hashlib.sha256(json.dumps(told).encode()).hexdigest()}",
            space=infos[0].space,
        )

    def _told(self, place: Place) -> list[Any]:
        """A row as its source's digest knows it: the numbers of a joint one depend on what was asked before."""
        source = self.sources[place.source]
        if isinstance(source, JointSource):
            return [place.source, source.places(np.array([place.row]))[0].tolist()]
        return list(place)

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        """See `Source.locate`: nothing is found by its spelling."""
        return np.full(len(candidates), -1, np.int64)

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        """See `Source.gather`: a row is faulty where one of those it is the mean of is."""
        sound = np.ones(len(ids), bool)
        for first in range(0, len(ids), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            sound[part] = self._gather(ids[part], out[part])
            reached(min(len(ids), first + ROWS_AT_ONCE))
        return sound

    def _gather(self, ids: NDArray[np.int64], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        lengths = self._lengths[ids]
        begins = np.cumsum(lengths) - lengths
        at = np.repeat(self._starts[ids] - begins, lengths) + np.arange(int(lengths.sum()))
        rows = np.empty((len(at), self.info.dim), np.float32)
        there = np.ones(len(at), bool)
        for k, source in enumerate(self.sources):
            mine = np.flatnonzero(self._source_of[at] == k)
            if len(mine):
                found = np.empty((len(mine), self.info.dim), np.float32)
                there[mine] = source.gather(self._row_of[at[mine]], found)
                rows[mine] = found
        # In float64: a mean of large values must not overflow.
        out[:] = np.add.reduceat(rows.astype(np.float64), begins, axis=0) / lengths[:, None]
        sound = np.logical_and.reduceat(there, begins)
        out[~sound] = 0
        return sound

    def words(self) -> Iterator[str] | None:
        """See `Source.words`: not listed."""
        return None

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        """See `Source.compose`: nothing is made."""
        out[:] = 0
        return np.zeros(len(words), bool)
