"""Specs as plain tables, and changing one value in them by its dotted path ("oov.kind=mean")."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from .errors import RecipeError
from .messages import _


def plain(spec: Any) -> Any:
    """`spec` as tables, lists and values that TOML and JSON hold: only what differs from the defaults, and kinds."""
    if isinstance(spec, BaseModel):
        table: dict[str, Any] = {}
        for name, field in type(spec).model_fields.items():
            value = getattr(spec, name)
            if name == "kind" or field.is_required() or value != field.get_default(call_default_factory=True):
                table[name] = plain(value)
        return {name: value for name, value in table.items() if value is not None}
    if isinstance(spec, (tuple, list)):
        return [plain(value) for value in spec]
    if isinstance(spec, dict):
        return {str(name): plain(value) for name, value in spec.items()}
    return spec


@dataclass(frozen=True)
class Assignment:
    """One "dotted.path=value": the path's parts, the value, and its text as it was written."""

    path: tuple[str, ...]
    value: Any
    text: str

    @classmethod
    def parse(cls, assignment: str) -> Assignment:
        """Raises `RecipeError` where there is no path or no "="."""
        dotted, equals, text = assignment.partition("=")
        path = tuple(part.strip() for part in dotted.split("."))
        if not equals or not all(path):
            raise RecipeError(
                _("{given!r} does not say what to set").format(given=assignment),
                fix=_("Write dotted.path=value, for example oov.kind=mean."),
            )
        return cls(path, _value(text.strip()), text.strip())

    def as_text(self) -> Assignment:
        """The same with its value taken as a bare text."""
        return replace(self, value=self.text)

    @property
    def dotted(self) -> str:
        return ".".join(self.path)


def _value(text: str) -> Any:
    try:
        read = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    value = read["value"]
    # A date is a text to us, and a line break must not smuggle in a second value.
    return value if read.keys() == {"value"} and isinstance(value, (str, int, float, bool, list, dict)) else text


def assign_all(tables: Mapping[str, Any], assignments: Sequence[Assignment]) -> dict[str, Any]:
    """A copy of `tables` with all `assignments` made, kinds first: a kind resets the rest of its table."""
    changed = copy.deepcopy(dict(tables))
    for one in sorted(assignments, key=lambda a: (a.path[-1] != "kind", len(a.path) if a.path[-1] == "kind" else 0)):
        _assign(changed, one)
    return changed


def _assign(tables: dict[str, Any], one: Assignment) -> None:
    node: Any = tables
    for part, following in zip(one.path, one.path[1:], strict=False):
        node = _enter(node, _place(node, part, one), [] if following.isdigit() else {})
    place = _place(node, one.path[-1], one)
    if place == "kind" and node.get("kind") != one.value:
        node.clear()
    if place == len(node) and isinstance(node, list):
        node.append(one.value)
    else:
        node[place] = one.value


def _enter(node: Any, place: Any, fresh: Any) -> Any:
    """What stands at `place`; where nothing does yet, `fresh` is put there."""
    if isinstance(node, list) and place == len(node):
        node.append(fresh)
    elif isinstance(node, dict) and place not in node:
        node[place] = fresh
    return node[place]


def _place(node: Any, part: str, one: Assignment) -> str | int:
    if isinstance(node, dict):
        return part
    if isinstance(node, list):
        if part.isascii() and part.isdigit() and int(part) <= len(node):
            return int(part)
        raise RecipeError(
            _("{path}: {part!r} is not a place in a list of {n}").format(path=one.dotted, part=part, n=len(node)),
            fix=_("Give an index from 0 up to {n}; {n} appends.").format(n=len(node)),
        )
    raise RecipeError(
        _("{path}: there is no {part!r} in a plain value").format(path=one.dotted, part=part),
        fix=_("Name an option of the recipe, for example oov.kind."),
    )
