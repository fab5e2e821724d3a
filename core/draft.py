"""The recipe so far: what has been chosen of a build, and what is still to be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .combining import Chain, CombineSpec
from .errors import RecipeError
from .evaluation.spec import EvaluateSpec
from .fixes.spec import Fixes
from .gate import GateSpec
from .ladder import DEFAULT_LADDER, Ladder
from .messages import N_, _
from .oov import DEFAULT_FILL, FillSpec
from .recipe import Recipe, spell_out
from .settings import plain
from .sources import SourceSpec
from .spec import Spec, option
from .transforms import TransformSpec
from .validation import explain
from .vocabulary import VocabularySpec
from .weights import WeightSpec


class Draft(Spec):
    """A recipe whose vocabulary and sources may still be lacking. Frozen: a choice gives a new draft."""

    seed: int = option(0, N_("Seed"), ge=0, lt=2**63)
    vocabulary: VocabularySpec | None = None
    sources: tuple[SourceSpec, ...] = ()
    ladder: Ladder = DEFAULT_LADDER
    combine: CombineSpec = Chain()
    fixes: Fixes = Fixes()
    oov: FillSpec = DEFAULT_FILL
    transforms: tuple[TransformSpec, ...] = ()
    gate: GateSpec = GateSpec()
    keep_whole: bool = False
    weights: WeightSpec | None = None
    evaluate: EvaluateSpec | None = None

    @classmethod
    def of(cls, recipe: Recipe) -> Draft:
        """The draft that is finished as `recipe`."""
        return cls(**{name: getattr(recipe, name) for name in cls.model_fields})

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any], *, base: Path | None = None) -> Draft:
        """The draft in plain tables, as `to_tables` gives them. Raises `RecipeError`."""
        spelled = spell_out({name: value for name, value in tables.items() if name != "version"}, base=base)
        try:
            return cls(**spelled)
        except ValidationError as error:
            raise explain(error, spelled, Recipe, where=_("recipe")) from None

    def to_tables(self) -> dict[str, Any]:
        """Plain tables for JSON: what differs from the defaults. Inverse of `from_tables`."""
        return plain(self)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is still to be chosen: of "vocabulary", "sources"."""
        return tuple(name for name in ("vocabulary", "sources") if not getattr(self, name))

    def recipe(self) -> Recipe:
        """The finished recipe. Raises `RecipeError` while something is lacking."""
        if "vocabulary" in self.lacks:
            raise RecipeError(_("there is no vocabulary yet"), fix=_("Give a vocabulary."))
        if "sources" in self.lacks:
            raise RecipeError(_("there is no source yet"), fix=_("Choose a source."))
        return Recipe(**{name: getattr(self, name) for name in type(self).model_fields})

    def with_(self, **choices: Any) -> Draft:
        """The draft with some choices replaced. Raises `RecipeError` for a choice that is not valid."""
        given = {**{name: getattr(self, name) for name in type(self).model_fields}, **choices}
        try:
            return type(self)(**given)
        except ValidationError as error:
            raise explain(error, given, Recipe, where=_("recipe")) from None
