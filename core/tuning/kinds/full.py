"""Full: rows, their weights and the classifier are trained together.

There is no layer between rows and classifier: being linear it would add nothing that the two can't be.
"""

from __future__ import annotations

from typing import Literal

from ..options import MovingRows
from ..plan import Plan


class Full(MovingRows):
    """Every row that occurs in the texts moves."""

    kind: Literal["full"] = "full"

    def plan(self) -> Plan:
        return Plan(rows_from=0)
