"""Another source that has the word: its row there, carried over into the space of the known rows.

A linear map keeps a word's identity but bends to no curve; a mean of neighbors (WECHSEL, FOCUS)
follows every curve and loses the identity. Kernel ridge regression over the donor's rows comes nearest to the true row,
a linear map finds the word itself more often: their mean is nearly as good as the better of both in each respect.
benchmarks/oov.md has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ..combining.mapping import unit
from ..errors import FillError
from ..lookup import look_up
from ..messages import N_, _, number
from ..rows import Origin
from ..sources import SourceSpec, open_source, read_widely
from ..spec import Spec, option
from ..vocabulary.vocabulary import Vocabulary
from .contract import Explanation, Ingredient, Made, nothing_made
from .ground import Ground
from .kernel import KernelRidge

OVERLAP = 8192  # words of the overlap that are learned from: a kernel of them takes half a gigabyte
SHOWN = 8


class Donor(Spec):
    """A second source's row of the word, carried over by a regression on the words that both have."""

    kind: Literal["donor"] = "donor"
    donor: SourceSpec = Field(title=N_("Donor"), description=N_("A source that has words which the others lack."))
    min_overlap: int = option(
        500,
        N_("Smallest overlap"),
        N_("Words at least that the donor shares with the known ones: of fewer nothing is learned that holds."),
        ge=10,
    )
    sharpness: float = option(
        1.0,
        N_("Sharpness"),
        N_("How much more near words tell than far ones: near 0 the map is linear, from 4 on it copies neighbors."),
        gt=0,
        le=16,
    )
    ridge: float = option(0.1, N_("Penalty"), N_("How little single words are trusted."), gt=0, le=100)
    linear: float = option(
        0.4,
        N_("Linear share"),
        N_("How much a linear map counts: more finds the word itself more often, less comes nearer to its row."),
        ge=0,
        le=1,
    )


class DonorRows:
    """A donor's rows of words: each part at unit length, centered on the overlap's mean, at unit length again.

    words    the overlap, k words of the pool
    keys     float64[k, p]: the donor's rows of these
    targets  float64[k, d]: their known rows at unit length
    length   the known rows' median norm
    name     the donor's name

    A transformer that is asked for no layers of its own is read in three parts (its embeddings, its lower layers, its
    last one), since a word's identity stands in the first and its meaning in the last. Raises FillError where donor
    and pool share fewer than `min_overlap` words.
    """

    def __init__(self, donor: Any, ground: Ground, min_overlap: int, most: int = OVERLAP) -> None:
        spec, self._parts = read_widely(donor)
        self._source = open_source(spec, ground.context)
        self.name = self._source.info.name
        ground.buffer.inputs[self.name] = self._source.info.digest
        self._progress = ground.context.progress
        pool = ground.pool
        ids = self._locate(pool.words)
        at = np.flatnonzero(ids >= 0)[:most]
        rows = np.empty((len(at), self._source.info.dim), np.float32)
        sound = self._gather(ids[at], rows)
        sound &= rows.any(axis=1)
        at, rows = at[sound], rows[sound]
        if len(at) < min_overlap:
            raise too_little(self.name, len(at), min_overlap)
        self.words = tuple(pool.words[i] for i in at.tolist())
        self.targets = pool.units[at]
        self.length = pool.length
        self._middles: list[NDArray[np.float64]] = []
        self.keys = self._brought(rows)

    def has(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """bool[n]: which of `words` the donor has. Reads no vectors."""
        return self._locate(words) >= 0

    def of(self, words: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Which of `words` the donor has (bool[n]), and their keys (float64[n, p], zeros for the others)."""
        ids = self._locate(words)
        held = np.flatnonzero(ids >= 0)
        rows = np.empty((len(held), self._source.info.dim), np.float32)
        sound = self._gather(ids[held], rows) & rows.any(axis=1)
        there = np.zeros(len(words), bool)
        there[held[sound]] = True
        keys = np.zeros((len(words), self.keys.shape[1]))
        keys[there] = self._brought(rows[sound])
        return there, keys

    def _locate(self, words: Sequence[str]) -> NDArray[np.int64]:
        """int64[n]: the donor's rows, by the spellings of the ladder; none where it may be another word."""
        found = look_up(Vocabulary(dict.fromkeys(words)), self._source)
        ids = np.where(found.rows.suspect, -1, found.row_ids)
        return ids[[found.vocabulary.ids[word] for word in words]]

    def _gather(self, ids: NDArray[np.int64], rows: NDArray[np.float32]) -> NDArray[np.bool_]:
        if not len(ids):
            return np.ones(0, bool)
        told = _("Reading {name}").format(name=self.name)
        return self._source.gather(ids, rows, reached=lambda n: self._progress(told, n, len(ids), "rows"))

    def _brought(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """float64[n, p] of donor rows float32[n, p]; the first call says what the middle is."""
        parts = [unit(part) for part in np.split(rows, self._parts, axis=1)]
        if not self._middles:
            self._middles = [part.mean(axis=0) for part in parts]
        parts = [unit(part - middle) for part, middle in zip(parts, self._middles, strict=True)]
        return np.concatenate(parts, axis=1) / np.sqrt(len(parts))


class Carried:
    """Rows of a donor, carried over. Implements `Fitted`."""

    origin = Origin.MAPPED
    signals: tuple[str, ...] = ("nearest word of the overlap", "reach")

    def __init__(self, spec: Donor, ground: Ground) -> None:
        self._dim = ground.dim
        self._rows = DonorRows(spec.donor, ground, spec.min_overlap)
        self._spec = spec

    @cached_property
    def _regression(self) -> KernelRidge:
        options = {name: getattr(self._spec, name) for name in ("sharpness", "ridge", "linear")}
        return KernelRidge(self._rows.keys, self._rows.targets, **options)

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`: what the donor has."""
        return self._rows.has(words)

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`."""
        there, keys = self._rows.of(words)
        if not there.any():
            return nothing_made(words, self._dim, 2)
        made = self._regression(keys[there])
        vectors, signals = np.zeros((len(words), self._dim), np.float32), np.zeros((len(words), 2))
        vectors[there] = made.rows * self._rows.length
        signals[there] = np.stack([made.nearest, made.reach], axis=1)
        return Made(there, vectors, signals)

    def explain(self, word: str) -> Explanation:
        """See `Fitted`: the overlap's words that are nearest to it in the donor."""
        there, keys = self._rows.of([word])
        if not there[0]:
            return Explanation()
        near = self._regression.likenesses(keys)[0]
        best = np.argsort(-near, kind="stable")[:SHOWN]
        told = (
            _("{donor} has the word; its row there is compared with those of {n} words that both sources have").format(
                donor=self._rows.name, n=number(len(self._rows.words))
            ),
            _("a kernel ridge regression (near words tell most) and a linear map carry it over; both are averaged"),
        )
        return Explanation(tuple(Ingredient(self._rows.words[i], float(near[i])) for i in best.tolist()), told)


def fit_donor(spec: Donor, ground: Ground) -> Carried:
    """The regression from the donor's rows to the known ones. Raises FillError for too small an overlap."""
    return Carried(spec, ground)


def too_little(name: str, shared: int, needed: int) -> FillError:
    """A donor that has too few of the known words."""
    return FillError(
        _("the donor {name} shares {n} words with the known ones, and {needed} or more are needed").format(
            name=name, n=number(shared), needed=number(needed)
        ),
        fix=_("Take a donor of the same language, or lower min_overlap (the fill “nearest” needs fewest)."),
    )
