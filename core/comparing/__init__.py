"""Two matrices of overlapping vocabulary, compared word by word: do they keep the same neighbors, and what moved?

    found = compare(before, after, names=("before", "after"))
    found.mean, found.most_changed(20), side_by_side(found, "bank")

Nothing but the words that both matrices hold is looked at, also as neighbors: a word that one of them lacks can't be
a neighbor there, and would make a difference of vocabularies look like one of spaces.
"""

from __future__ import annotations

from .comparison import Comparison, came_about
from .measuring import compare
from .saved import write_csv, write_parquet
from .shared import REASONS
from .sides import Near, SideBySide, side_by_side

__all__ = [
    "REASONS",
    "Comparison",
    "Near",
    "SideBySide",
    "came_about",
    "compare",
    "side_by_side",
    "write_csv",
    "write_parquet",
]
