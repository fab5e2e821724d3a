"""Frozen rows and a learned projection: the matrix times A (width x d), which starts as a PCA of its rows."""

from __future__ import annotations

from typing import Literal

from ...messages import N_
from ...spec import option
from ..options import StillRows
from ..plan import Plan


class Project(StillRows):
    """A projection to fewer dimensions is trained with the classifier; the result is the matrix projected."""

    kind: Literal["project"] = "project"
    width: int = option(64, N_("Width"), N_("Dimensions that the projected matrix has."), ge=1, le=100_000)

    def plan(self) -> Plan:
        return Plan(transform_from=0, width=self.width)
