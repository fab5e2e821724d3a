"""Several fills in a row: each gets what those before it left."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..messages import N_
from ..spec import Spec, option
from .alacarte import ALaCarte
from .blend import Blend
from .diagonal import Diagonal
from .donor import Donor
from .drop import Drop
from .mean import Mean
from .nearest import Nearest
from .ngrams import Ngrams
from .normal import Normal
from .omp import Omp
from .pieces import Pieces
from .spelling import Spelling
from .split import Split
from .zeros import Zeros

Step = (
    Mean
    | Normal
    | Diagonal
    | Zeros
    | Drop
    | Pieces
    | Ngrams
    | Split
    | Donor
    | ALaCarte
    | Spelling
    | Nearest
    | Omp
    | Blend
)
StepSpec = Annotated[Step, Field(discriminator="kind")]


class Cascade(Spec):
    """One fill after the other; what all of them leave gets the mean."""

    kind: Literal["cascade"] = "cascade"
    steps: tuple[StepSpec, ...] = option(..., N_("Steps"), N_("The fills, in their order."), min_length=1)
