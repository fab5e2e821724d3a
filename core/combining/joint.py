"""Several sources as one: a row of it is made of a row of each source that has the word."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..matrix import Elsewhere, Located, Lookup
from ..progress import Reached, unwatched
from ..rows import Origin, Rows
from ..sources.protocol import Source, SourceInfo
from ..spec import Spec
from .chain import distinct_names
from .mapping import unit

ROWS_AT_ONCE = 4096
# A mean of so many rows is known well enough; a source of millions is not read twice for it.
MEAN_OF = 20_000


class JointSource(ABC):
    """Rows of `lookups`' sources joined. Implements `Source`; a kind says how a row is put together.

    A row is a tuple of the parts' rows, -1 for a part that has none. Row ids below `self._singles` are the rows
    of the first part alone, then of the second, …; then come the words of the vocabulary that are there, and
    then tuples as they are asked for.

    whole  a word is there only if all parts have it
    there  bool[n, parts]: which parts give the row of each word of the vocabulary
    """

    def __init__(self, lookups: Sequence[Lookup], spec: Spec, dim: int, *, whole: bool) -> None:
        self.lookups, self.whole = tuple(lookups), whole
        self.parts: tuple[Source, ...] = tuple(lookup.source for lookup in lookups)
        infos = [part.info for part in self.parts]
        sizes = [info.size for info in infos]
        self._offsets = np.cumsum([0, *(size or 0 for size in sizes)])
        self.there = _given(lookups, whole=whole)
        ids = np.stack([lookup.row_ids for lookup in lookups], axis=1)
        self._found = np.where(self.there, ids, -1)[self.there.any(axis=1)]
        self._first_asked = int(self._offsets[-1]) + len(self._found)
        self._means: dict[int, NDArray[np.float64]] = {}
        self._tuples: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self._numbering = Lock()  # visitors of one server share an opened source
        told = [[info.digest for info in infos], spec.model_dump(mode="json"), lookups[0].vocabulary.digest]
        kind = str(spec.model_dump()["kind"])
        self.info = SourceInfo(
            name=" + ".join(distinct_names(lookups)),
            kind=kind,
            dim=dim,
            size=None if None in sizes else int(self._offsets[-1]),
            digest=f"{kind}:{hashlib.sha256(json.dumps(told).encode()).hexdigest()}",
            composes=any(info.composes for info in infos),
            languages=tuple(dict.fromkeys(code for info in infos for code in info.languages)),
        )

    @abstractmethod
    def _put(self, k: int, out: NDArray[np.float32], at: NDArray[np.int64], units: NDArray[np.float64]) -> None:
        """Put the unit rows `units` (float64[m, d]) of part `k` into rows `at` of `out`, which begins as zeros."""

    @abstractmethod
    def _finish(self, out: NDArray[np.float32], there: NDArray[np.bool_]) -> None:
        """Finish the rows of `out`; `there` (bool[n, parts]) says what was put."""

    def row_ids(self) -> NDArray[np.int64]:
        """int64[n]: the row id of each word of the vocabulary, -1 where it has none."""
        given: NDArray[np.bool_] = np.asarray(self.there.any(axis=1))
        ids = np.full(len(given), -1, np.int64)
        ids[given] = self._offsets[-1] + np.arange(len(self._found))
        return ids

    def number(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """int64[k]: the row id of each tuple of `places` (int64[k, parts]), -1 where there is none."""
        there = places >= 0
        is_row = there.all(axis=1) if self.whole else there.any(axis=1)
        ids = np.full(len(places), -1, np.int64)
        with self._numbering:
            for i in np.flatnonzero(is_row).tolist():
                place = tuple(places[i].tolist())
                if place not in self._numbers:
                    self._numbers[place] = len(self._tuples)
                    self._tuples.append(place)
                ids[i] = self._first_asked + self._numbers[place]
        return ids

    def places(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """int64[k, parts]: the parts' rows of each row id. Inverse of `number`."""
        found = np.full((len(ids), len(self.parts)), -1, np.int64)
        single = ids < self._offsets[-1]
        if single.any():
            part = np.searchsorted(self._offsets, ids[single], side="right") - 1
            found[np.flatnonzero(single), part] = ids[single] - self._offsets[part]
        of_words = ~single & (ids < self._first_asked)
        found[of_words] = self._found[ids[of_words] - self._offsets[-1]]
        asked = np.flatnonzero(ids >= self._first_asked)
        for i, number in zip(asked.tolist(), (ids[asked] - self._first_asked).tolist(), strict=True):
            found[i] = self._tuples[number]
        return found

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        """See `Source.locate`."""
        return self.number(np.stack([part.locate(candidates) for part in self.parts], axis=1))

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        """See `Source.gather`: a row is faulty where one of its parts is. Each part is read in one pass."""
        places = self.places(ids)
        sound = np.ones(len(ids), bool)
        out[:] = 0
        for k, part in enumerate(self.parts):
            at = np.flatnonzero(places[:, k] >= 0)
            rows = np.empty((len(at), part.info.dim), np.float32)
            share = len(ids) * k // len(self.parts)
            done = part.gather(places[at, k], rows, reached=lambda n, share=share: reached(share + _share(n, self)))
            sound[at] &= done
            self._put_all(k, out, at, rows)
        self._finish_all(out, places >= 0)
        out[~sound] = 0
        reached(len(ids))
        return sound

    def words(self) -> Iterator[str] | None:
        """See `Source.words`: not listed, as the parts' lists hold the same words in different orders."""
        return None

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        """See `Source.compose`: each part's own row, or the one that it makes."""
        there = np.zeros((len(words), len(self.parts)), bool)
        composed = np.zeros(len(words), bool)
        out[:] = 0
        for k, part in enumerate(self.parts):
            rows = np.zeros((len(words), part.info.dim), np.float32)
            made = part.compose(words, rows)
            composed |= made
            ids = part.locate(words)
            held = np.flatnonzero(ids >= 0)
            own = np.empty((len(held), part.info.dim), np.float32)
            sound = part.gather(ids[held], own)
            rows[held[sound]] = own[sound]
            there[:, k] = made
            there[held[sound], k] = True
            at = np.flatnonzero(there[:, k])
            self._put_all(k, out, at, rows[at])
        self._finish_all(out, there)
        done = composed & (there.all(axis=1) if self.whole else True)
        out[~done] = 0
        return np.asarray(done)

    def _put_all(self, k: int, out: NDArray[np.float32], at: NDArray[np.int64], rows: NDArray[np.float32]) -> None:
        for first in range(0, len(at), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            self._put(k, out, at[part], unit(rows[part]))

    def _finish_all(self, out: NDArray[np.float32], there: NDArray[np.bool_]) -> None:
        for first in range(0, len(out), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            self._finish(out[part], there[part])

    def mean(self, k: int) -> NDArray[np.float64]:
        """float64[d]: the mean of the unit rows of part `k`'s known words."""
        if k not in self._means:
            self._means[k] = _mean_of(self.lookups[k])
        return self._means[k]


def _share(rows: int, source: JointSource) -> int:
    return rows // len(source.parts)


def _mean_of(lookup: Lookup) -> NDArray[np.float64]:
    ids = np.unique(lookup.row_ids[lookup.row_ids >= 0])
    if not len(ids):
        ids = np.arange(lookup.source.info.size or 0)
    if len(ids) > MEAN_OF:
        ids = ids[np.linspace(0, len(ids) - 1, MEAN_OF).astype(np.int64)]
    rows = np.zeros((len(ids), lookup.source.info.dim), np.float32)
    sound = lookup.source.gather(ids, rows) if len(ids) else np.ones(0, bool)
    total = np.zeros(rows.shape[1])
    for first in range(0, len(rows), ROWS_AT_ONCE):
        part = slice(first, first + ROWS_AT_ONCE)
        total += unit(rows[part])[sound[part]].sum(0)
    return total / max(1, int(sound.sum()))


@dataclass(frozen=True)
class JointLocated(Located):
    """A vocabulary located in a `JointSource`: `rows.source` names the parts that give the row."""

    def elsewhere(self, rows: NDArray[np.int64]) -> Iterator[Elsewhere]:
        """See `Located.elsewhere`: the faulty parts left out."""
        source = self.sources[0]
        assert isinstance(source, JointSource)
        at = rows[self.row_ids[rows] >= 0]
        places = source.places(self.row_ids[at])
        for k, part in enumerate(source.parts):
            held = np.flatnonzero(places[:, k] >= 0)
            sound = part.gather(places[held, k], np.empty((len(held), part.info.dim), np.float32))
            places[held[~sound], k] = -1
        ids = source.number(places)
        left = np.flatnonzero(ids >= 0)
        if len(left):
            yield Elsewhere(at[left], source, ids[left], _told(source.lookups, places[left] >= 0, at[left]))


def locate_joint(source: JointSource) -> Located:
    """The vocabulary in the joint source. Reads no vectors.

    A suspect hit in one part is left out where another part has a sound one.
    """
    row_ids = source.row_ids()
    rows = _told(source.lookups, source.there, np.arange(len(row_ids)))
    source_of = np.where(row_ids >= 0, 0, -1).astype(np.int16)
    return JointLocated(source.lookups[0].vocabulary, (source,), source_of, row_ids, rows)


def _given(lookups: Sequence[Lookup], *, whole: bool) -> NDArray[np.bool_]:
    """bool[n, parts]: which parts give the row of each word."""
    known = np.stack([lookup.rows.known for lookup in lookups], axis=1)
    sound = known & ~np.stack([lookup.rows.suspect for lookup in lookups], axis=1)
    there = np.where(sound.any(axis=1, keepdims=True), sound, known)
    return there & there.all(axis=1, keepdims=True) if whole else there


def _told(lookups: Sequence[Lookup], there: NDArray[np.bool_], at: NDArray[np.int64]) -> Rows:
    """Provenance of the words `at` whose parts are `there` (bool[k, parts]).

    Rung, form and origin are those of the part that went furthest to find the word: a row is exact only if all
    its parts are.
    """
    parts = [lookup.rows.take(at) for lookup in lookups]
    far = np.stack([rows.origin.astype(np.int64) * 100 + rows.rung for rows in parts], axis=1)
    picked = np.where(there, far, -1).argmax(axis=1)
    columns: dict[str, Any] = Rows.missing(len(at)).writable()
    given = there.any(axis=1)
    for k, rows in enumerate(parts):
        mine = given & (picked == k)
        for name in ("origin", "rung", "form", "pieces", "confidence"):
            columns[name][mine] = getattr(rows, name)[mine]
        for name in ("suspect", "ambiguous"):
            columns[name] |= there[:, k] & getattr(rows, name)
    vocabulary = lookups[0].vocabulary
    special = np.isin(at, [vocabulary.ids[word] for word in vocabulary.specials])
    columns["origin"][~given & special] = Origin.SPECIAL
    columns["source"], names = _combinations(there, distinct_names(lookups))
    return Rows(**columns, sources=names)


def _combinations(there: NDArray[np.bool_], names: Sequence[str]) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """Which sources give each row, as a position in names such as "a + b": all together first, then what occurs."""
    codes = there @ (1 << np.arange(len(names), dtype=np.int64))
    whole = (1 << len(names)) - 1
    # Of those that occur, the ones of more sources come first, then those of earlier ones.
    occurring = sorted(set(np.unique(codes).tolist()) - {0, whole}, key=lambda c: (-c.bit_count(), c))
    order = [whole, *occurring]
    source = np.full(len(codes), -1, np.int16)
    for position, code in enumerate(order):
        source[codes == code] = position
    return source, tuple(" + ".join(name for k, name in enumerate(names) if code >> k & 1) for code in order)
