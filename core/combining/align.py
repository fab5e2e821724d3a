"""Align: a chain across different spaces. Later sources are mapped into the space of the first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import SourceError
from ..matrix import Located, Lookup
from ..messages import N_, _
from ..progress import Reached, unwatched
from ..rows import Origin
from ..sources.protocol import SourceInfo
from ..spec import Spec, option
from .chain import chained
from .mapping import HeldOut, LinearMap, MapKind, fit_map, hold_out
from .overlap import Overlap, find_overlap

ROWS_AT_ONCE = 4096
# Of fewer words a map fits the noise (docs/combining.md has figures): a rotation has as many dimensions to place
# as the narrower space has, a regression as many as the space that it maps from.
WORDS_PER_DIMENSION = 2
# Singular vectors of wider spaces take minutes, and so many words hardly any two sources share.
WIDEST = 4096


class Align(Spec):
    """A chain of different spaces: rows of later sources are mapped into the space of the first one."""

    kind: Literal["align"] = "align"
    map: MapKind = option(
        "procrustes",
        N_("Map"),
        N_("procrustes: a rotation, which keeps distances. ridge: any linear map, with a penalty."),
    )
    min_overlap: int = option(
        500,
        N_("Smallest overlap"),
        N_("Words that two sources share at least; never fewer than two for each dimension that is fitted."),
        ge=10,
    )


@dataclass(frozen=True)
class Fit:
    """A map, the words it was fitted on, and how it maps words that it has not seen."""

    map: LinearMap
    overlap: Overlap
    held_out: HeldOut


class AlignedSource:
    """A source whose rows come out in the space of another one. Implements `Source`.

    The map is fitted when the first row is asked for. Raises SourceError then, where the two share too few words.
    """

    def __init__(self, onto: Lookup, lookup: Lookup, spec: Align) -> None:
        self.onto, self.lookup, self.spec = onto, lookup, spec
        self._source = lookup.source
        self._fit: Fit | None = None
        self._learning = Lock()  # visitors of one server share an opened source
        told = [onto.source.info.digest, self._source.info.digest, spec.model_dump(mode="json")]
        # The words of the vocabulary decide what the map is fitted on.
        key = hashlib.sha256(json.dumps([*told, onto.vocabulary.digest]).encode()).hexdigest()
        self.info: SourceInfo = replace(
            self._source.info,
            kind="align",
            dim=onto.source.info.dim,
            digest=f"align:{key}",
            space=onto.source.info.space,
        )

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        """See `Source.locate`."""
        return self._source.locate(candidates)

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        """See `Source.gather`: the rows, mapped."""
        if not len(ids):
            return np.ones(0, bool)
        self._learn(reached)
        rows = np.empty((len(ids), self._source.info.dim), np.float32)
        sound = self._source.gather(ids, rows, reached=reached)
        self._map(rows, sound, out)
        return sound

    def words(self) -> Iterator[str] | None:
        """See `Source.words`."""
        return self._source.words()

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        """See `Source.compose`: made in its own space, and mapped."""
        rows = np.empty((len(words), self._source.info.dim), np.float32)
        made = self._source.compose(words, rows)
        out[:] = 0
        if made.any():
            self._map(rows, made, out)
        return made

    def _map(self, rows: NDArray[np.float32], sound: NDArray[np.bool_], out: NDArray[np.float32]) -> None:
        for first in range(0, len(rows), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            out[part] = self.fit.map(rows[part])
        out[~sound] = 0

    @property
    def fit(self) -> Fit:
        """The map and what is known of it. Raises SourceError."""
        return self._learn(unwatched)

    def _learn(self, reached: Reached) -> Fit:
        """`fit`, made where it is not there yet; `reached` is told 0 now and then."""
        with self._learning:
            if self._fit is None:
                self._fit = self._fitted(reached)
            return self._fit

    def _fitted(self, reached: Reached) -> Fit:
        if max(self._source.info.dim, self.info.dim) > WIDEST:
            raise SourceError(
                _("spaces of more than {most:,} dimensions are not mapped").format(most=WIDEST),
                where=self.info.name,
                fix=_("Combine the sources by concatenate or average."),
            )
        needed = self._needed()
        overlap = find_overlap(self.onto, self.lookup, needed, reached=reached)
        rows = np.empty((len(overlap), self._source.info.dim), np.float32)
        onto = np.empty((len(overlap), self.info.dim), np.float32)
        sound = self._source.gather(overlap.rows, rows, reached=lambda _n: reached(0))
        sound &= self.onto.source.gather(overlap.onto, onto, reached=lambda _n: reached(0))
        sound &= rows.any(axis=1) & onto.any(axis=1)
        if (n := int(sound.sum())) < needed:
            raise self._too_small(n, needed)
        rows, onto = rows[sound], onto[sound]
        held_out = hold_out(self.spec.map, rows, onto, reached=reached)
        return Fit(fit_map(self.spec.map, rows, onto), overlap.take(sound), held_out)

    def _needed(self) -> int:
        own, other = self._source.info.dim, self.onto.source.info.dim
        fitted = own if self.spec.map == "ridge" else min(own, other)
        return max(self.spec.min_overlap, WORDS_PER_DIMENSION * fitted)

    def _too_small(self, shared: int, needed: int) -> SourceError:
        return SourceError(
            _("{source} and {onto} share {n:,} words, and a map between them is fitted on {needed:,} or more").format(
                source=self.info.name, onto=self.onto.source.info.name, n=shared, needed=needed
            ),
            fix=_("Take sources that share more words, or combine them by concatenate or average."),
        )


def locate_aligned(lookups: Sequence[Lookup], spec: Align) -> Located:
    """The lookups as a chain; those that do not share the space of the first one are mapped into it."""
    first, *others = lookups
    return chained([first, *(_aligned(first, lookup, spec) for lookup in others)])


def share_space(one: SourceInfo, other: SourceInfo) -> bool:
    """Whether rows of both can stand in one matrix as they are."""
    same = one.digest == other.digest or (one.space is not None and one.space == other.space)
    return same and one.dim == other.dim


def _aligned(first: Lookup, lookup: Lookup, spec: Align) -> Lookup:
    if share_space(first.source.info, lookup.source.info):
        return lookup
    origin = lookup.rows.origin.copy()
    origin[lookup.rows.known] = Origin.MAPPED
    source = AlignedSource(first, lookup, spec)
    return Lookup(lookup.vocabulary, source, lookup.row_ids, lookup.rows.replace_columns(origin=origin))
