"""Which known words a hold-out hides, and what kinds of words they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..messages import N_
from ..vocabulary.vocabulary import Vocabulary
from .ground import Ground
from .pieces import JOINED

SHARE = 0.1
MOST = 1000
DECILES = 10
# So many are hidden also of a small vocabulary, if half of it is enough: of fewer nothing is told.
LEAST = 10
# Words by falling count, as coverage tells them: the first hundred, the next up to a thousand, …
BAND_ENDS = (100, 1_000, 10_000, 100_000)

# What a word looks like, the first that holds.
SURFACES = {
    "digits": N_("with digits"),
    "parts": N_("several parts"),
    "capital": N_("with a capital"),
    "plain": N_("plain"),
}


def surface_of(word: str) -> str:
    """A key of `SURFACES`."""
    if any(letter.isnumeric() and not letter.isalpha() for letter in word):
        return "digits"
    if sum(map(bool, JOINED.split(word))) > 1:
        return "parts"
    return "capital" if any(letter.isupper() for letter in word) else "plain"


def frequency_order(vocabulary: Vocabulary) -> NDArray[np.int64]:
    """int64[n]: each row's place by falling count, from 0 on; its own place where no counts are known."""
    n = len(vocabulary)
    if vocabulary.counts is None:
        return np.arange(n)
    places = np.empty(n, np.int64)
    places[np.argsort(-vocabulary.counts, kind="stable")] = np.arange(n)
    return places


def band_of(place: int) -> str:
    """The band of the word at `place` (from 0 on) by falling count: "1-100", "101-1000", …"""
    first = 0
    for end in BAND_ENDS:
        if place < end:
            return f"{first + 1}-{end}"
        first = end
    return f"{first + 1}-"


def choose_hidden(ground: Ground, *, share: float = SHARE, most: int = MOST, seed: int = 0) -> NDArray[np.int64]:
    """int64[h]: rows of `ground.learnable` to hide, rising.

    A share of them, at least ten where there are twice as many, and never more than half. They are spread over
    deciles of frequency (row order where no counts are known) and kinds of words (script, capital, digits, several
    parts) by one systematic sample of the rows in that order; the rarest half is drawn twice as often, since missing
    words are rare ones. The same for the same arguments.
    """
    rows = ground.learnable
    n = len(rows)
    h = min(most, n // 2, max(round(share * n), LEAST))
    if h < 1:
        return np.empty(0, np.int64)
    vocabulary = ground.buffer.located.vocabulary
    place = np.argsort(np.argsort(frequency_order(vocabulary)[rows], kind="stable"), kind="stable")
    rng = np.random.default_rng([seed, n])
    order = np.lexsort((rng.random(n), _kinds(ground, rows), place * DECILES // n))
    weights = np.where(place >= n / 2, 2.0, 1.0)[order]
    ends = np.cumsum(weights)
    # No weight is larger than a step, since half the rows are drawn at most: none is drawn twice.
    step = ends[-1] / h
    at = np.searchsorted(ends, (rng.random() + np.arange(h)) * step, side="right")
    return np.sort(rows[order[np.minimum(at, n - 1)]])


def _kinds(ground: Ground, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """int64[k]: a number for each kind of word: its script, and what it looks like."""
    vocabulary = ground.buffer.located.vocabulary
    names = list(SURFACES)
    surfaces = [names.index(surface_of(vocabulary.words[row])) for row in rows.tolist()]
    return vocabulary.scripts[rows].astype(np.int64) * len(names) + np.array(surfaces, np.int64)
