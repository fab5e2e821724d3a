"""Several fills for one word: the weighted mean of their rows at unit length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ..combining.mapping import unit
from ..messages import N_, _
from ..rows import Origin
from ..spec import Spec, option
from .alacarte import ALaCarte
from .contract import Explanation, Fitted, Ingredient, Made
from .donor import Donor
from .ground import Ground
from .nearest import Nearest
from .ngrams import Ngrams
from .omp import Omp
from .pieces import Pieces
from .spelling import Spelling
from .split import Split

PartSpec = Annotated[Donor | ALaCarte | Spelling | Nearest | Omp | Split | Pieces | Ngrams, Field(discriminator="kind")]


class Blend(Spec):
    """The weighted mean of several fills' rows, each at unit length, of those that can make the word."""

    kind: Literal["blend"] = "blend"
    parts: tuple[PartSpec, ...] = option(..., N_("Parts"), N_("The fills whose rows are averaged."), min_length=2)
    weights: tuple[Annotated[float, Field(ge=0, le=1)], ...] = option(
        (), N_("Weights"), N_("How much each part counts; all alike when empty.")
    )

    @model_validator(mode="after")
    def _as_many_weights(self) -> Blend:
        if self.weights and len(self.weights) != len(self.parts):
            raise ValueError(str(_("give a weight for each part, or none")))
        if self.weights and not sum(self.weights):
            raise ValueError(str(_("one of the weights must be larger than 0")))
        return self


class Blended:
    """Means of other fills' rows. Implements `Fitted`."""

    origin = Origin.MAPPED

    def __init__(self, spec: Blend, parts: Sequence[Fitted], ground: Ground) -> None:
        self._parts, self._ground = tuple(parts), ground
        given = np.array(spec.weights or [1.0] * len(parts))
        self._weights = given / given.sum()
        self._kinds = [part.kind for part in spec.parts]
        own = [f"{kind}: {name}" for kind, part in zip(self._kinds, parts, strict=True) for name in part.signals]
        self.signals: tuple[str, ...] = (*(f"made by {kind}" for kind in self._kinds), "agreement", *own)

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`: what any part can make."""
        return np.any([part.can_fill(words) for part in self._parts], axis=0)

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`."""
        made = [part.fill(words) for part in self._parts]
        there = np.stack([one.done for one in made], axis=1)
        units = [unit(one.vectors) for one in made]
        total = np.zeros((len(words), self._ground.dim))
        for k, rows in enumerate(units):
            total += rows * (there[:, k] * self._weights[k])[:, None]
        # Where parts with weight can't make a word, those without make it alone.
        alone = ~total.any(axis=1) & there.any(axis=1)
        for rows in units:
            total[alone] += rows[alone]
        # Two that agree make a longer sum: how long it is tells how far they agree.
        weighed = np.where(there, self._weights, 0).sum(axis=1)
        agreement = np.sqrt(np.einsum("ij,ij->i", total, total)) / np.where(weighed > 0, weighed, 1)
        signals = np.column_stack([there.astype(np.float64), agreement, *(one.signals for one in made)])
        done: NDArray[np.bool_] = np.asarray(there.any(axis=1) & total.any(axis=1))
        vectors = (unit(total) * self._ground.pool.length).astype(np.float32)
        vectors[~done] = 0
        return Made(done, vectors, signals)

    def explain(self, word: str) -> Explanation:
        """See `Fitted`: each part's share, then how each makes its row."""
        able = [bool(part.can_fill([word])[0]) for part in self._parts]
        weights = np.where(able, self._weights, 0)
        if not any(able):
            return Explanation()
        weights = weights / (weights.sum() or 1)
        told = [
            Ingredient(kind, float(weight)) for kind, weight in zip(self._kinds, weights, strict=True) if weight > 0
        ]
        steps = [step for part, one in zip(self._parts, able, strict=True) if one for step in part.explain(word).steps]
        return Explanation(tuple(told), (*steps, _("the rows of these fills are averaged at unit length")))


def fit_blend(spec: Blend, ground: Ground) -> Blended:
    """All parts, fitted. Raises what they raise."""
    from .kinds import FILLS

    return Blended(spec, [FILLS[part.kind].fit(part, ground) for part in spec.parts], ground)
