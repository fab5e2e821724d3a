"""The base of every stage's spec: frozen, strict, with a label and a help text per field.

A spec is the one description of an option: the command line, the widgets, the recipe file and the
"as Python" snippet are all made from it. `kind` tells the members of a closed union apart.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Spec(BaseModel):
    """Immutable options of one stage. Unknown names are errors, so a typo never passes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def option(default: Any, label: str, help: str = "", **bounds: Any) -> Any:
    """A field with its default, its label and its help (both marked with `N_`) and bounds (`ge=`, `le=`…)."""
    return Field(default, title=label, description=help, **bounds)
