"""Anchored: as full, but each row is held to where it started (L2-SP, Li et al. 2018, arXiv 1802.01483)."""

from __future__ import annotations

from typing import Literal

from ...messages import N_
from ...spec import option
from ..options import MovingRows
from ..plan import Plan


class Anchored(MovingRows):
    """Rows move, but no farther from their start than the labels are worth."""

    kind: Literal["anchored"] = "anchored"
    strength: float = option(
        0.01, N_("Strength"), N_("Weight of the squared distance from the start (.001 to .1)."), gt=0, le=1000
    )

    def plan(self) -> Plan:
        return Plan(rows_from=0, anchor=self.strength)
