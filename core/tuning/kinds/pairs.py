"""Pairs: texts that belong together come close, others of the same batch apart (multiple negatives ranking).

Henderson et al. 2017, Efficient Natural Language Response Suggestion for Smart Reply, arXiv 1705.00652.
"""

from __future__ import annotations

from typing import Literal

from ...messages import N_
from ...spec import option
from ..options import Tuning
from ..plan import Plan


class PairsTuning(Tuning):
    """Rows move so that a text's mean is nearest to that of its partner."""

    kind: Literal["pairs"] = "pairs"
    batch: int = option(
        512, N_("Batch"), N_("Pairs in one step: each has all others of it as negatives."), ge=2, le=1 << 16
    )
    rate: float = option(
        0.1, N_("Rate of rows"), N_("How far a row moves in its first step, relative to its size."), gt=0, le=10
    )
    scale: float = option(20.0, N_("Scale"), N_("What cosines are multiplied by before the softmax."), gt=0, le=1000)
    weights: Literal["learned", "sif", "equal"] = option(
        "learned",
        N_("Weights of words"),
        N_("How much each word counts in its text: learned with the rows, by frequency (SIF), or all the same."),
    )
    weight_rate: float = option(0.2, N_("Rate of weights"), N_("Of the learned weights."), gt=0, le=10)

    def plan(self) -> Plan:
        return Plan(rows_from=0)
