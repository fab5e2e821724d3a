"""A vocabulary in pictures: Zipf's plot, the lengths, the scripts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..messages import _, number
from ..vocabulary.scripts import SCRIPTS, script_of
from ..vocabulary.vocabulary import Vocabulary
from .style import ACCENT, figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 260
POINTS = 300
LONGEST = 25  # characters; longer words share one bar


def zipf(vocabulary: Vocabulary) -> Figure:
    """Counts by rank, both logarithmic. Words that never occur have no place on it."""
    made = figure(
        height=HEIGHT,
        x={"type": "log", "title": {"text": _("rank")}, "dtick": 1},
        y={"type": "log", "title": {"text": _("count")}, "dtick": 1},
    )
    counts = np.zeros(0, np.int64) if vocabulary.counts is None else vocabulary.counts
    counts = np.sort(counts[counts > 0])[::-1]
    if len(counts):
        ranks = np.unique(np.geomspace(1, len(counts), POINTS).round().astype(np.int64))
        made.add_scatter(
            x=ranks,
            y=counts[ranks - 1],
            mode="lines+markers",
            line={"color": ACCENT, "width": 1.5},
            marker={"color": ACCENT, "size": 4},
            hovertemplate=_("rank %{x}: %{y} times") + "<extra></extra>",
        )
    return made


def lengths(vocabulary: Vocabulary) -> Figure:
    """How many words have how many characters."""
    found = np.bincount(_lengths(vocabulary), minlength=2)[1:]
    last = len(found) == LONGEST
    names = [str(n) + ("+" if last and n == LONGEST else "") for n in range(1, len(found) + 1)]
    made = figure(
        height=HEIGHT,
        x={"title": {"text": _("characters")}, "type": "category", "nticks": 9},
        y={"title": {"text": _("words")}, "rangemode": "tozero"},
        bargap=0.12,
    )
    made.add_bar(
        x=names,
        y=found,
        marker={"color": ACCENT},
        hovertemplate=_("%{x} characters: %{y} words") + "<extra></extra>",
    )
    return made


def scripts(vocabulary: Vocabulary) -> Figure:
    """How many words are written in which script."""
    found = _scripts(vocabulary)
    made = figure(height=HEIGHT, x={"title": {"text": _("words")}, "rangemode": "tozero"}, y={"autorange": "reversed"})
    made.add_bar(
        y=[_(SCRIPTS[name]) for name, _n in found],
        x=[n for _name, n in found],
        orientation="h",
        marker={"color": ACCENT},
        text=[number(n) for _name, n in found],
        textposition="auto",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    return made


def _words(vocabulary: Vocabulary) -> list[str]:
    return [word for word in vocabulary.words if word not in vocabulary.specials]


@lru_cache(maxsize=32)
def _lengths(vocabulary: Vocabulary) -> np.ndarray:
    return np.array([min(len(word), LONGEST) for word in _words(vocabulary)], np.int64)


@lru_cache(maxsize=32)
def _scripts(vocabulary: Vocabulary) -> tuple[tuple[str, int], ...]:
    from collections import Counter

    return tuple(Counter(map(script_of, _words(vocabulary))).most_common(8))
