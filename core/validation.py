"""Pydantic's complaints about a recipe, said in one clear message with the dotted path and the valid names."""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .errors import RecipeError, one_of
from .messages import _, joined, ngettext


def explain(
    error: ValidationError, raw: Any, model: type[BaseModel], *, where: str | None = None, root: str = ""
) -> RecipeError:
    """One `RecipeError` for all that is wrong with `raw`, the data that `model` refused.

    `root` is the dotted path at which `raw` stands, "" for a whole recipe.
    """
    found = error.errors(include_url=False)
    # A list is too short where its only entry was refused: the entry's error says it all.
    inner = [one["loc"] for one in found if one["type"] != "too_short"]
    found = [
        one
        for one in found
        if one["type"] != "too_short" or not any(loc[: len(one["loc"])] == one["loc"] for loc in inner)
    ]
    sentences = list(dict.fromkeys(_sentence(one, raw, model, root) for one in found))
    shown = sentences[:5]
    if len(sentences) > 5:
        more = len(sentences) - 5
        shown.append(ngettext("and {n} more problem", "and {n} more problems", more).format(n=more))
    return RecipeError(joined("; ", shown), where=where)


def _sentence(one: ErrorDetails, raw: Any, model: type[BaseModel], root: str) -> str:
    path = strip_tags(one["loc"], raw)
    dotted = ".".join([*([root] if root else []), *(str(part) for part in path)]) or _("recipe")
    context = one.get("ctx", {})
    match one["type"]:
        case "extra_forbidden":
            *table, name = path
            return _unknown(str(name), ".".join(map(str, table)), root, field_names(model, raw, table))
        case "union_tag_invalid":
            given = context.get("tag", "")
            kinds = [tag.strip().strip("'") for tag in str(context.get("expected_tags", "")).split(",")]
            return _("{path}.kind: unknown kind {given!r}{hint}; valid kinds: {kinds}").format(
                path=dotted, given=given, hint=_did_you_mean(str(given), kinds), kinds=one_of(kinds)
            )
        case "union_tag_not_found":
            kinds = kinds_at(model, raw, path)
            return _("{path}: no kind is given; valid kinds: {kinds}").format(path=dotted, kinds=one_of(kinds))
        case "missing":
            return _("{path}: is missing, and has no default").format(path=dotted)
        case "literal_error":
            return _("{path}: {given!r} is not valid; choose {expected}").format(
                path=dotted, given=one["input"], expected=str(context.get("expected", "")).replace("'", "")
            )
    return _("{path}: {given} {reason}").format(
        path=dotted, given=_short(one["input"]), reason=_reason(one["type"], context, one["msg"])
    )


def _unknown(name: str, table: str, root: str, names: Sequence[str]) -> str:
    hint = _did_you_mean(name, names)
    table = ".".join(part for part in (root, table) if part)
    if not table:
        return _("unknown name {name!r}{hint}; valid names: {names}").format(name=name, hint=hint, names=one_of(names))
    return _("{table}: unknown name {name!r}{hint}; valid names: {names}").format(
        table=table, name=name, hint=hint, names=one_of(names)
    )


def _did_you_mean(given: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(given, names, 1)
    return _(" (did you mean {name!r}?)").format(name=close[0]) if close else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _reason(kind: str, context: Mapping[str, Any], message: str) -> str:
    texts = {
        "greater_than_equal": _("is too small: {ge} or more"),
        "greater_than": _("is too small: more than {gt}"),
        "less_than_equal": _("is too large: {le} or less"),
        "less_than": _("is too large: less than {lt}"),
        "too_short": _("is too short: at least {min_length}"),
        "too_long": _("is too long: at most {max_length}"),
        "string_too_short": _("is too short: at least {min_length}"),
        "string_type": _("is not a text"),
        "finite_number": _("is not a finite number"),
        "value_error": "{error}",
    }
    for wanted, text in (
        ("int", _("is not a whole number")),
        ("float", _("is not a number")),
        ("bool", _("is neither true nor false")),
        ("tuple", _("is not a list")),
        ("list", _("is not a list")),
        ("model", _("is not a table of options")),
        ("dict", _("is not a table of options")),
    ):
        for ending in ("type", "parsing", "attributes_type", "from_float"):
            texts.setdefault(f"{wanted}_{ending}", text)
    return texts[kind].format(**context) if kind in texts else message


def strip_tags(location: Sequence[int | str], raw: Any) -> tuple[int | str, ...]:
    """`location` as pydantic gives it, without the kinds it puts in after the name of each union."""
    path: list[int | str] = []
    node, entered = raw, True
    for part in location:
        if entered and path and isinstance(node, Mapping) and part == node.get("kind"):
            entered = False
            continue
        if entered and isinstance(part, str) and (part.startswith(("function-", "is-instance", "lax-or"))):
            continue
        path.append(part)
        node, entered = _child(node, part), True
    return tuple(path)


def _child(node: Any, part: int | str) -> Any:
    if isinstance(node, Mapping):
        return node.get(part)
    if isinstance(node, (list, tuple)) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Every spec that `annotation` (a spec, a union of them, a list of those) may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Annotated, Union, types.UnionType, tuple, list):
        inner = get_args(annotation)
        inner = inner[:1] if get_origin(annotation) is Annotated else inner
        return [model for part in inner for model in models_in(part)]
    return []


def kind_of(model: type[BaseModel]) -> str | None:
    """The value of the literal field `kind`, None where there is no such field."""
    field = model.model_fields.get("kind")
    if field is None or get_origin(field.annotation) is not Literal:
        return None
    return str(get_args(field.annotation)[0])


def models_at(model: type[BaseModel], raw: Any, path: Sequence[int | str]) -> list[type[BaseModel]]:
    """The specs that may stand at `path` of `raw`: one where the kind says which."""
    candidates = [model]
    node = raw
    for part in path:
        node = _child(node, part)
        if isinstance(part, str):
            fields = [m.model_fields[part] for m in candidates if part in m.model_fields]
            candidates = [inner for field in fields for inner in models_in(field.annotation)]
        if isinstance(node, Mapping) and (named := [m for m in candidates if kind_of(m) == node.get("kind")]):
            candidates = named
    return candidates


def kinds_at(model: type[BaseModel], raw: Any, path: Sequence[int | str]) -> list[str]:
    """The kinds that the union at `path` has."""
    return [kind for m in models_at(model, raw, path) if (kind := kind_of(m))]


def field_names(model: type[BaseModel], raw: Any, path: Sequence[int | str]) -> list[str]:
    """The names that the table at `path` may hold."""
    return list(dict.fromkeys(name for m in models_at(model, raw, path) for name in m.model_fields))
