"""Gradual: first the classifier, then a linear layer before it, then the rows.

Howard and Ruder 2018, Universal Language Model Fine-tuning for Text Classification, arXiv 1801.06146.
"""

from __future__ import annotations

from typing import Literal

from ...messages import N_
from ...spec import option
from ..options import MovingRows
from ..plan import Plan


class Gradual(MovingRows):
    """The rows join when classifier and layer have settled, and move at a tenth of the rate."""

    kind: Literal["gradual"] = "gradual"
    rate: float = option(
        0.005, N_("Rate of rows"), N_("How far a row moves in its first step, relative to its size."), gt=0, le=10
    )
    rows_from: int = option(
        2,
        N_("Rows join at epoch"),
        N_("Counted from 0; the layer before the classifier joins one earlier."),
        ge=1,
        le=1000,
    )

    def plan(self) -> Plan:
        return Plan(transform_from=self.rows_from - 1, rows_from=self.rows_from)
