"""All fills by kind: their specs and what fits them. One more fill is one more line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, ValidationError

from ..errors import RecipeError, one_of
from ..messages import _
from .alacarte import ALaCarte, fit_alacarte
from .blend import Blend, fit_blend
from .cascade import Cascade, Step
from .contract import Fitted
from .diagonal import Diagonal, fit_diagonal
from .donor import Donor, fit_donor
from .drop import Drop, fit_drop
from .ground import Ground
from .mean import Mean, fit_mean
from .nearest import Nearest, fit_nearest
from .ngrams import Ngrams, fit_ngrams
from .normal import Normal, fit_normal
from .omp import Omp, fit_omp
from .pieces import Pieces, fit_pieces
from .spelling import Spelling, fit_spelling
from .split import Split, fit_split
from .zeros import Zeros, fit_zeros

FillSpec = Annotated[Step | Cascade, Field(discriminator="kind")]


@dataclass(frozen=True)
class Fill:
    """spec  the fill's options
    fit   (spec, ground) -> the fitted fill
    """

    spec: type
    fit: Callable[[Any, Ground], Fitted]


FILLS: dict[str, Fill] = {
    "mean": Fill(Mean, fit_mean),
    "normal": Fill(Normal, fit_normal),
    "diagonal": Fill(Diagonal, fit_diagonal),
    "zeros": Fill(Zeros, fit_zeros),
    "drop": Fill(Drop, fit_drop),
    "pieces": Fill(Pieces, fit_pieces),
    "ngrams": Fill(Ngrams, fit_ngrams),
    "donor": Fill(Donor, fit_donor),
    "alacarte": Fill(ALaCarte, fit_alacarte),
    "split": Fill(Split, fit_split),
    "spelling": Fill(Spelling, fit_spelling),
    "nearest": Fill(Nearest, fit_nearest),
    "omp": Fill(Omp, fit_omp),
    "blend": Fill(Blend, fit_blend),
}
DEFAULT_FILL = Cascade(steps=(Ngrams(), Pieces(), Mean()))


def as_fill(given: Any) -> Any:
    """A fill's spec from a spec, a name, or a list of either. Raises RecipeError that lists the names."""
    if isinstance(given, str):
        if given not in FILLS:
            raise RecipeError(
                _("there is no fill {name!r}").format(name=given),
                fix=_("Valid fills: {names}.").format(names=one_of(FILLS)),
            )
        try:
            return FILLS[given].spec()
        except ValidationError:
            raise RecipeError(
                _("the fill {name!r} needs more than its name").format(name=given),
                fix=_("Give its options too (a donor, the parts of a blend), as a table or a spec."),
            ) from None
    if isinstance(given, Sequence):
        return Cascade(steps=tuple(as_fill(one) for one in given))
    return given


def names_of(specs: Sequence[Any]) -> list[str]:
    """The kinds, numbered from the second of a kind on."""
    kinds = [spec.kind for spec in specs]
    counts = [kinds[: k + 1].count(kind) for k, kind in enumerate(kinds)]
    return [kind if n == 1 else f"{kind} {n}" for kind, n in zip(kinds, counts, strict=True)]
