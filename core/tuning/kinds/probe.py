"""Linear probe: a classifier on the mean rows of texts. The matrix stays as it is."""

from __future__ import annotations

from typing import Literal

from ..options import StillRows
from ..plan import Plan


class Probe(StillRows):
    """Only the classifier is trained: how well the rows tell the labels as they are."""

    kind: Literal["probe"] = "probe"

    def plan(self) -> Plan:
        return Plan()
