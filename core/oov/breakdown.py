"""Which fill wins for which kind of word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..vocabulary.scripts import SCRIPTS
from ..vocabulary.vocabulary import Vocabulary
from .chance import Chance, Interval
from .hidden import band_of, frequency_order, surface_of
from .scoring import Score, rounded

# Of fewer words of a kind no winner is named.
FEWEST = 30
GROUPINGS = ("script", "band", "surface")


@dataclass(frozen=True)
class Group:
    """Hidden words of one kind, and how near each fill comes to them.

    by         one of GROUPINGS
    name       a key of SCRIPTS or SURFACES, or a band of places by frequency ("1-100")
    n          how many
    cosines    fill's name -> mean cosine over them all (the mean's row where it could not make one)
    intervals  fill's name -> its 95 % interval; none for fewer than ten words
    filled     fill's name -> how many of them it could make
    winner     the fill that is better than all others beyond noise, "" where none is
    """

    by: str
    name: str
    n: int
    cosines: dict[str, float]
    intervals: dict[str, Interval]
    filled: dict[str, int]
    winner: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        fills = {
            name: {
                "cosine": rounded(cosine),
                "n": self.filled[name],
                "interval": [rounded(bound) for bound in self.intervals[name]] if name in self.intervals else None,
            }
            for name, cosine in self.cosines.items()
        }
        return {"name": self.name, "n": self.n, "winner": self.winner, "fills": fills}


def group_words(
    vocabulary: Vocabulary, rows: NDArray[np.int64], scores: Sequence[Score], chance: Chance
) -> tuple[Group, ...]:
    """The hidden words `rows` by script, by frequency (where counts are known) and by what they look like."""
    scripts, places = list(SCRIPTS), frequency_order(vocabulary)
    named: dict[str, list[str]] = {
        "script": [scripts[code] for code in vocabulary.scripts[rows].tolist()],
        "band": [] if vocabulary.counts is None else [band_of(place) for place in places[rows].tolist()],
        "surface": [surface_of(vocabulary.words[row]) for row in rows.tolist()],
    }
    found: list[Group] = []
    for by in GROUPINGS:
        names = np.array(named[by], object)
        ordered = sorted(set(named[by]), key=lambda name: int(name.partition("-")[0])) if by == "band" else None
        found += [_group(by, name, names == name, scores, chance) for name in ordered or dict.fromkeys(named[by])]
    return tuple(sorted(found, key=lambda one: (GROUPINGS.index(one.by), one.by != "band" and -one.n)))


def _group(by: str, name: str, among: NDArray[np.bool_], scores: Sequence[Score], chance: Chance) -> Group:
    intervals = {one.name: chance.interval(one.cosines, among) for one in scores}
    return Group(
        by=by,
        name=name,
        n=int(among.sum()),
        cosines={one.name: float(one.cosines[among].mean()) for one in scores},
        intervals={fill: one for fill, one in intervals.items() if one is not None},
        filled={one.name: int(one.done[among].sum()) for one in scores},
        winner=_winner(among, scores, chance),
    )


def _winner(among: NDArray[np.bool_], scores: Sequence[Score], chance: Chance) -> str:
    """The fill with the highest mean cosine, if the paired difference from every other is above 0 beyond noise."""
    if among.sum() < FEWEST or len(scores) < 2:
        return ""
    best = max(scores, key=lambda one: float(one.cosines[among].mean()))
    others = [one for one in scores if one is not best]
    return best.name if all(chance.beats(best.cosines - one.cosines, among) for one in others) else ""
