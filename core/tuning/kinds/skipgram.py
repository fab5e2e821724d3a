"""Skip-gram goes on: rows are trained further on running text, to foretell the words around each word.

Mikolov et al. 2013, arXiv 1310.4546. Negatives are drawn once for a batch and shared by all its words, so that the
work is one matrix product.

Defaults measured on novels and plays with 256 dimensions: contexts that learn ten times as fast as rows soon stand for
what the rows know, so that rows move little, where the text says something new. With one rate for both, rows give way
to contexts that know nothing yet, and known similarities suffer.
"""

from __future__ import annotations

from typing import Literal

from ...messages import N_
from ...spec import option
from ..options import Tuning
from ..plan import Plan


class Skipgram(Tuning):
    """Rows move towards those of the words around them in a text of the user's field."""

    kind: Literal["skipgram"] = "skipgram"
    epochs: int = option(5, N_("Epochs"), N_("At most so many passes over the training texts."), ge=1, le=1000)
    batch: int = option(
        1024,
        N_("Batch"),
        N_("Words of the text in one step, with those that subsampling leaves out."),
        ge=1,
        le=1 << 20,
    )
    rate: float = option(
        0.05, N_("Rate of rows"), N_("How far a row moves in its first step, relative to its size."), gt=0, le=10
    )
    filled_rate: float = option(
        10.0, N_("Rate of filled rows"), N_("So many times the rate of the others."), ge=0, le=100
    )
    context_rate: float = option(
        0.5,
        N_("Rate of contexts"),
        N_("Of what foretells the words around: it is learned anew, from nothing."),
        gt=0,
        le=10,
    )
    window: int = option(
        5, N_("Window"), N_("Words on each side of a word, at most; drawn anew for each."), ge=1, le=100
    )
    negatives: int = option(
        256,
        N_("Negatives"),
        N_("Words drawn for a batch, shared by its pairs; each pair counts them as five."),
        ge=1,
        le=1 << 16,
    )
    subsample: float = option(
        1e-4, N_("Subsampling"), N_("Words more frequent than this share are left out more often; 0: none."), ge=0, le=1
    )
    strength: float = option(
        0.0, N_("Strength"), N_("Weight of the squared distance from the start (.001 to .1)."), ge=0, le=1000
    )

    def plan(self) -> Plan:
        return Plan(rows_from=0, anchor=self.strength)
