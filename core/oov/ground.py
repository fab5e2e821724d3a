"""What fills are fitted on: the known rows of a buffer, and the sources' own words beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from ..combining.mapping import unit
from ..errors import FillError
from ..ladder.rungs import PIECE_MARKS
from ..messages import N_, _
from ..rows import RUNGS, Origin
from ..sources.protocol import Context, Source
from .buffer import BLOCK, Buffer
from .hiding import Hiding, bare

# When nothing is found, the source's own rows tell what its vectors are like: so many, evenly spread.
SAMPLED = 10_000
# Words that fills which learn are fitted on: more hardly help, and a kernel of them fits into memory.
MOST = 1 << 15
MOST_BYTES = 1 << 28
LONGEST = 60  # characters of a word that is worth learning from
LEARNING = N_("Reading words to learn from")


@dataclass(frozen=True)
class Pool:
    """Words to learn from, each with its row: the vocabulary's own first, then the sources', as they list them.

    words  k words, as the vocabulary or the source writes them
    rows   float32[k, d], finite, none of them zero
    own    how many of them are the vocabulary's
    """

    words: tuple[str, ...]
    rows: NDArray[np.float32]
    own: int

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def units(self) -> NDArray[np.float64]:
        """float64[k, d]: the rows at length 1."""
        return unit(self.rows)

    @cached_property
    def length(self) -> float:
        """The rows' median L2 norm."""
        return float(np.median(np.linalg.norm(self.rows.astype(np.float64), axis=1))) if len(self) else 0.0

    def first(self, most: int) -> Pool:
        """The first `most` words: nothing is copied."""
        return Pool(self.words[:most], self.rows[:most], min(self.own, most))


class Ground:
    """The known rows of `buffer`: statistics of them all, and a pool of words to learn from.

    Statistics (mean, deviation, covariance) are of the vocabulary's known rows, or of a sample of the source where
    none is known. A hold-out fits fills on the ground without some rows (`without`): neither these nor the source's
    rows of words that are spelled alike are seen.
    """

    def __init__(self, buffer: Buffer, hidden: NDArray[np.int64] | None = None) -> None:
        self.buffer = buffer
        self.hidden = np.empty(0, np.int64) if hidden is None else hidden

    def without(self, rows: NDArray[np.int64]) -> Ground:
        """The ground on which the words of `rows` are not known."""
        return Ground(self.buffer, np.union1d(self.hidden, rows))

    @property
    def dim(self) -> int:
        """Width of the matrix."""
        return self.buffer.dim

    @property
    def seed(self) -> int:
        """The recipe's seed."""
        return self.buffer.seed

    @property
    def context(self) -> Context:
        """Workspace, corpus, device, progress."""
        return self.buffer.context

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """The sources, in the order of the chain."""
        if not len(self.hidden):
            return self.buffer.sources
        words = [self.buffer.words[row] for row in self.hidden.tolist()]
        words += [form for form in self.buffer.columns["form"][self.hidden] if form]
        return tuple(Hiding(source, words) for source in self.buffer.sources)

    # To learn from

    @cached_property
    def pool(self) -> Pool:
        """Up to `MOST` words with their rows: the vocabulary's, evenly spread, then those that the sources list."""
        most = max(1, min(MOST, MOST_BYTES // (4 * self.dim)))
        own = self._learnable()
        if len(own) > most:
            own = own[np.linspace(0, len(own) - 1, most).astype(np.int64)]
        words = [self.buffer.words[row] for row in own.tolist()]
        names, rows = self._listed(most - len(own))
        vectors = np.concatenate([self.buffer.vectors[own], rows]) if len(rows) else self.buffer.vectors[own]
        sound: NDArray[np.bool_] = np.asarray(vectors.any(axis=1))
        listed = [*words, *names]
        if not sound.all():
            listed = [word for word, one in zip(listed, sound.tolist(), strict=True) if one]
            vectors = vectors[sound]
        return Pool(tuple(listed), vectors, int(sound[: len(own)].sum()))

    def _learnable(self) -> NDArray[np.int64]:
        """Known rows of the vocabulary that are the word's own: not another spelling's, not a choice of the user's."""
        columns = self.buffer.columns
        given = (columns["rung"] >= 0) & ~columns["suspect"] & ~columns["ambiguous"]
        given &= ~np.isin(columns["rung"], [k for k, rung in enumerate(RUNGS) if rung in ("lemma", "fix")])
        special = [self.buffer.located.vocabulary.ids[word] for word in self.buffer.located.vocabulary.specials]
        given[special] = False
        given[self.hidden] = False
        if not len(self.hidden):
            return np.flatnonzero(given)
        # Another spelling of a hidden word in the vocabulary would tell what is hidden.
        hidden = {bare(self.buffer.words[row]) for row in self.hidden.tolist()}
        return np.array([row for row in np.flatnonzero(given) if bare(self.buffer.words[row]) not in hidden], np.int64)

    @cached_property
    def learnable(self) -> NDArray[np.int64]:
        """int64[k]: rows of the vocabulary that can be learned from, and be hidden to see what was learned."""
        rows = self._learnable()
        return rows[self.buffer.vectors[rows].any(axis=1)]

    def _listed(self, most: int) -> tuple[list[str], NDArray[np.float32]]:
        """Words that the sources list and the vocabulary does not have, in their order, and their rows."""
        seen = set(self.buffer.words)
        names: list[str] = []
        parts: list[NDArray[np.float32]] = []
        for source in self.sources:
            if source.info.size is None or most <= len(names) or (listed := source.words()) is None:
                continue
            chosen = list(_chosen(listed, seen, most - len(names)))
            ids = source.locate(chosen)
            held = np.flatnonzero(ids >= 0)
            rows = np.empty((len(held), self.dim), np.float32)
            sound = source.gather(ids[held], rows, reached=partial(self._tell, most))
            names += [chosen[i] for i in held[sound].tolist()]
            parts.append(rows[sound])
        return names, np.concatenate(parts) if parts else np.empty((0, self.dim), np.float32)

    def _tell(self, total: int, rows: int) -> None:
        self.context.progress(_(LEARNING), rows, total, "rows")

    # Statistics

    @cached_property
    def _sample_of_source(self) -> NDArray[np.float32]:
        """float32[k, d]. Only for sources of which no word is found."""
        for source in self.sources:
            if source.info.size:
                ids = np.unique(np.linspace(0, source.info.size - 1, min(SAMPLED, source.info.size)).astype(np.int64))
                sample = np.empty((len(ids), self.dim), np.float32)
                return sample[source.gather(ids, sample)]
        return np.empty((0, self.dim), np.float32)

    @cached_property
    def _known(self) -> NDArray[np.int64]:
        given = self.buffer.columns["rung"] >= 0
        given |= np.isin(self.buffer.columns["origin"], (Origin.EXACT, Origin.NORMALIZED))
        given[self.hidden] = False
        return np.flatnonzero(given)

    @property
    def fitted(self) -> int:
        """How many rows the statistics are of: the known rows, or a sample of the source where none is known."""
        return len(self._known) or len(self._sample_of_source)

    def blocks(self) -> list[Callable[[], NDArray[np.float64]]]:
        """The rows that statistics are of, a block at a time in float64: never a second matrix."""
        if not len(self._known):
            return [lambda: self._sample_of_source.astype(np.float64)]
        parts = [self._known[i : i + BLOCK] for i in range(0, len(self._known), BLOCK)]
        return [lambda part=part: self.buffer.vectors[part].astype(np.float64) for part in parts]

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
            at = self._known[first : first + BLOCK]
            block = self.buffer.vectors[at] if len(self._known) else self._sample_of_source
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
            rows = self._sample_of_source
            return rows[:: max(1, len(rows) // most)][:most].astype(np.float64)
        step = max(1, len(self._known) // most)
        return self.buffer.vectors[self._known[::step][:most]].astype(np.float64)


def _chosen(listed: Iterator[str], seen: set[str], most: int) -> Iterator[str]:
    """Up to `most` words that were not seen, and are no marks, pieces or whole lines."""
    for word in listed:
        if most <= 0:
            return
        if word in seen or not 0 < len(word) <= LONGEST or word.startswith(PIECE_MARKS):
            continue
        if not any(letter.isalpha() for letter in word):
            continue
        seen.add(word)
        most -= 1
        yield word
