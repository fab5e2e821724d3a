"""Zeros: for programs that expect them. A zero row has no direction, and no cosine."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..messages import _
from ..spec import Spec
from .ground import Ground
from .mean import Constant


class Zeros(Spec):
    """Every missing word gets zeros. Never the default."""

    kind: Literal["zeros"] = "zeros"


def fit_zeros(spec: Zeros, ground: Ground) -> Constant:
    """A row of zeros."""
    return Constant(np.zeros(ground.dim, np.float32), _("zeros, for every word"))
