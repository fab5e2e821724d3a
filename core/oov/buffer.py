"""The matrix while it is being made: found rows gathered into place, holes known by their rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from ..errors import FillError
from ..matrix import EmbeddingMatrix, Located
from ..messages import N_, _
from ..progress import Reached
from ..rows import Origin, Rows
from ..sources.protocol import Context, Source

BLOCK = 8192
# When nothing is found, the source's own rows tell what its vectors are like: so many, evenly spread.
SAMPLED = 10_000
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
        source: int = -1,
        pieces: Sequence[tuple[str, ...] | None] | None = None,
    ) -> None:
        """Fill `rows` with `vectors` (float32[k, d], or one row for all) and say how."""
        self.vectors[rows] = vectors
        if method not in self.methods:
            self.methods.append(method)
        self.columns["origin"][rows] = origin
        self.columns["method"][rows] = self.methods.index(method)
        self.columns["source"][rows] = source
        if pieces is not None:
            for row, parts in zip(rows.tolist(), pieces, strict=True):
                self.columns["pieces"][row] = parts

    def finish(self, history: str) -> EmbeddingMatrix:
        """The matrix; every row must be filled by now."""
        rows = Rows(**self.columns, sources=tuple(self.names), methods=tuple(self.methods))
        return EmbeddingMatrix(self.located.vocabulary, self.vectors, rows, history=(history,))

    @cached_property
    def fitted_on(self) -> NDArray[np.float32]:
        """float32[k, d], or a view of the buffer: see `blocks`. Only for sources of which no word is found."""
        for source in self.sources:
            if source.info.size:
                ids = np.unique(np.linspace(0, source.info.size - 1, min(SAMPLED, source.info.size)).astype(np.int64))
                sample = np.empty((len(ids), self.dim), np.float32)
                return sample[source.gather(ids, sample)]
        return np.empty((0, self.dim), np.float32)

    @cached_property
    def _known(self) -> NDArray[np.int64]:
        given = self.columns["rung"] >= 0
        return np.flatnonzero(given | np.isin(self.columns["origin"], (Origin.EXACT, Origin.NORMALIZED)))

    @property
    def fitted(self) -> int:
        """How many rows the statistics are of: the known rows, or a sample of the source where none is known."""
        return len(self._known) or len(self.fitted_on)

    def blocks(self) -> list[Callable[[], NDArray[np.float64]]]:
        """The rows that fills are fitted on, a block at a time in float64: never a second matrix."""
        if not len(self._known):
            return [lambda: self.fitted_on.astype(np.float64)]
        parts = [self._known[i : i + BLOCK] for i in range(0, len(self._known), BLOCK)]
        return [lambda part=part: self.vectors[part].astype(np.float64) for part in parts]

    def need(self, rows: int, what: str) -> None:
        """Raise FillError unless there are `rows` rows to fit `what` on."""
        if self.fitted < rows:
            raise FillError(
                _("{what} is fitted on found rows, and there are {n}").format(what=what, n=self.fitted),
                fix=_("Take a source that holds some of the words, or fill with random vectors: source random:DIM."),
            )

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """float64[d]: the mean of the fitted rows."""
        self.need(1, _("the mean"))
        total = np.zeros(self.dim)
        for first in range(0, max(1, len(self._known)), BLOCK):
            block = self.vectors[self._known[first : first + BLOCK]] if len(self._known) else self.fitted_on
            total += block.sum(0, dtype=np.float64)
        return total / self.fitted

    @cached_property
    def deviation(self) -> NDArray[np.float64]:
        """float64[d]: the standard deviation of each dimension."""
        mean = self.mean
        squares = sum(((block() - mean) ** 2).sum(0) for block in self.blocks())
        return np.sqrt(squares / max(1, self.fitted - 1))

    @cached_property
    def covariance(self) -> NDArray[np.float64]:
        """float64[d, d]: the sample covariance (divided by n, as Ledoit and Wolf do)."""
        total = np.zeros((self.dim, self.dim))
        for block in self.blocks():
            centered = block() - self.mean
            total += centered.T @ centered
        return total / self.fitted

    def sample(self, most: int) -> NDArray[np.float64]:
        """float64[k, d]: at most `most` of the fitted rows, evenly spread."""
        if not len(self._known):
            return self.fitted_on[:: max(1, len(self.fitted_on) // most)][:most].astype(np.float64)
        step = max(1, len(self._known) // most)
        return self.vectors[self._known[::step][:most]].astype(np.float64)


def standard_normal(seed: int, word: str, dim: int) -> NDArray[np.float64]:
    """float64[dim] from N(0, 1): depends on the seed and the word alone."""
    key = hashlib.blake2b(f"{seed}\0{word}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little"))).standard_normal(dim)
