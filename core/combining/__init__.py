"""Several lookups of one vocabulary as one: one file per kind, one closed union of specs. Reads no vectors.

What needs vectors (maps, means) is made when rows are gathered, which `core.oov.fill` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from ..errors import RecipeError, SourceError, one_of
from ..matrix import Located, Lookup
from ..messages import _
from .align import Align, AlignedSource, locate_aligned, share_space
from .average import Average, locate_averaged
from .chain import Chain, locate_chain
from .concatenate import Concatenate, locate_concatenated

CombineSpec = Annotated[Chain | Align | Concatenate | Average, Field(discriminator="kind")]

# kind -> its spec and its function (lookups, spec). One more combination is one more line.
COMBINATIONS: dict[str, tuple[type, Any]] = {
    "chain": (Chain, locate_chain),
    "align": (Align, locate_aligned),
    "concatenate": (Concatenate, locate_concatenated),
    "average": (Average, locate_averaged),
}


def combine(lookups: Sequence[Lookup], spec: CombineSpec | str | None = None) -> Located:
    """Join lookups of one vocabulary in several sources into one `Located`. Reads no vectors.

    `spec` is a combination, or the name of one with its defaults ("align"); without, a chain. Raises SourceError
    where the lookups do not go together, RecipeError for an unknown name or weights that do not fit.
    """
    chosen = _spec(spec)
    if any(lookup.vocabulary.digest != lookups[0].vocabulary.digest for lookup in lookups):
        raise SourceError(
            _("the lookups are of different vocabularies"), fix=_("Look up one vocabulary in all sources.")
        )
    return COMBINATIONS[chosen.kind][1](lookups, chosen)


def _spec(given: Any) -> Any:
    if not isinstance(given, str):
        return given or Chain()
    if given not in COMBINATIONS:
        raise RecipeError(
            _("there is no combination {name!r}").format(name=given),
            fix=_("Valid combinations: {names}.").format(names=one_of(COMBINATIONS)),
        )
    return COMBINATIONS[given][0]()


__all__ = [
    "COMBINATIONS",
    "Align",
    "AlignedSource",
    "Average",
    "Chain",
    "CombineSpec",
    "Concatenate",
    "combine",
    "share_space",
]
