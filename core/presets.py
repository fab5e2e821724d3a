"""Presets: options of a recipe that belong together, by name (assets/recipes). The recipe keeps the options alone."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import RecipeError, one_of
from .messages import _

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "recipes"


def list_presets() -> list[str]:
    """The names of all presets."""
    # Whole recipes lie there too: they have a vocabulary.
    return sorted(path.stem for path in FOLDER.glob("*.toml") if "vocabulary" not in _tables(path))


def with_preset(tables: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A recipe's plain `tables` with the preset's values where they say nothing of their own.

    `[sources]` of a preset are options of every source of the kinds it lists. Raises RecipeError for an
    unknown preset, or one that none of the sources is for.
    """
    if name not in list_presets():
        raise RecipeError(
            _("there is no preset {name!r}").format(name=name),
            fix=_("Valid presets: {names}.").format(names=one_of(list_presets())),
        )
    preset = _tables(FOLDER / f"{name}.toml")
    options = dict(preset.pop("sources", {}))
    kinds = options.pop("kinds", [])
    listed = [dict(source) for source in tables.get("sources", ())]
    if kinds and not any(source.get("kind") in kinds for source in listed):
        raise RecipeError(
            _("the preset {name} is for sources of the kind {kinds}").format(name=name, kinds=one_of(kinds)),
            fix=_("Give one: {example}.").format(example=f"--source {kinds[0]}:NAME"),
        )
    sources = [{**options, **source} if source.get("kind") in kinds else source for source in listed]
    return {**preset, **tables, "sources": sources}


def distilled(draft: Any, place: int) -> Any:
    """`draft` with the preset "distill" for its source at `place`; its other transforms give way."""
    preset = _tables(FOLDER / "distill.toml")
    options = {name: value for name, value in preset["sources"].items() if name != "kinds"}
    sources = list(draft.sources)
    sources[place] = sources[place].model_copy(update=options)
    return draft.with_(sources=tuple(sources), transforms=tuple(preset["transforms"]), weights=preset["weights"])


def _tables(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
