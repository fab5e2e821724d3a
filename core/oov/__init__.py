"""Fills: vectors for the words that no source holds. The only door from a `Lookup` to an `EmbeddingMatrix`."""

from __future__ import annotations

from .cascade import Cascade
from .diagonal import Diagonal
from .drop import Drop
from .filling import Filled, fill
from .kinds import DEFAULT_FILL, FILLS, FillSpec, as_fill
from .mean import Mean
from .ngrams import Ngrams
from .normal import Normal
from .pieces import Pieces
from .zeros import Zeros

__all__ = [
    "DEFAULT_FILL",
    "FILLS",
    "Cascade",
    "Diagonal",
    "Drop",
    "FillSpec",
    "Filled",
    "Mean",
    "Ngrams",
    "Normal",
    "Pieces",
    "Zeros",
    "as_fill",
    "fill",
]
