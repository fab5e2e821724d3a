"""The words that stand in two sources: what a map between them is fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..matrix import Lookup
from ..progress import Reached, unwatched
from ..rows import Origin

# More words hardly change a map of some hundred dimensions, and cost memory: 10,000 rows of 300 are 24 MB.
MOST = 10_000
EXTENDED_TO = 5_000
NAMES_AT_ONCE = 1 << 15


@dataclass(frozen=True)
class Overlap:
    """Rows of one word in two sources.

    onto    int64[n]: rows in the source that is mapped onto
    rows    int64[n]: rows in the source that is mapped, ascending
    listed  bool[n]: which of them are no words of the vocabulary
    """

    onto: NDArray[np.int64]
    rows: NDArray[np.int64]
    listed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, at: NDArray[Any]) -> Overlap:
        """The words at positions `at`, or where it is True."""
        return Overlap(self.onto[at], self.rows[at], self.listed[at])


def find_overlap(onto: Lookup, lookup: Lookup, needed: int, *, reached: Reached = unwatched) -> Overlap:
    """The words that both hold, those of the vocabulary first. Reads no vectors.

    Where the vocabulary has fewer than `needed` of them, words that the source of `lookup` lists and that of
    `onto` holds are added, spread evenly over the source, up to some thousands. May be fewer than `needed`.
    `reached` is told 0 now and then: what it raises ends the work.
    """
    own = _shared(onto, lookup)
    if len(own) >= needed or onto.source.info.size is None:
        return _spread(own, max(MOST, needed))
    more = _listed(onto, lookup, reached)
    extra = _spread(more, max(EXTENDED_TO, needed) - len(own))
    # Where a word is in both, the vocabulary's comes first, and unique keeps that one.
    pairs = np.stack([np.r_[own.rows, extra.rows], np.r_[own.onto, extra.onto]])
    pairs, first = np.unique(pairs, axis=1, return_index=True)
    return Overlap(pairs[1], pairs[0], first >= len(own))


def _shared(onto: Lookup, lookup: Lookup) -> Overlap:
    """Words of the vocabulary found under one spelling in both: "us" in the one and "US" in the other are not."""
    held = (Origin.EXACT, Origin.NORMALIZED, Origin.COMPOSED)
    both = np.ones(len(onto.row_ids), bool)
    for one in (onto, lookup):
        both &= one.rows.known & one.rows.is_(*held) & ~one.rows.suspect & ~one.rows.ambiguous
    at = np.flatnonzero(both)
    at = at[onto.rows.form[at] == lookup.rows.form[at]]
    return _of(np.stack([lookup.row_ids[at], onto.row_ids[at]]), listed=False)


def _listed(onto: Lookup, lookup: Lookup, reached: Reached) -> Overlap:
    """All words that the source of `lookup` lists and that of `onto` holds as they are written."""
    words = lookup.source.words()
    found: list[NDArray[np.int64]] = [np.empty((2, 0), np.int64)]
    while words is not None and (part := list(islice(words, NAMES_AT_ONCE))):
        reached(0)
        pair = np.stack([lookup.source.locate(part), onto.source.locate(part)])
        found.append(pair[:, (pair >= 0).all(axis=0)])
    return _of(np.concatenate(found, axis=1), listed=True)


def _of(pairs: NDArray[np.int64], *, listed: bool) -> Overlap:
    pairs = np.unique(pairs, axis=1)
    return Overlap(pairs[1], pairs[0], np.full(pairs.shape[1], listed))


def _spread(overlap: Overlap, most: int) -> Overlap:
    """At most `most` of the words, evenly spread over the source that is mapped: files stand by frequency."""
    if len(overlap) <= most:
        return overlap
    return overlap.take(np.linspace(0, len(overlap) - 1, most).astype(np.int64))
