"""Fields of a training's spec -> widgets that keep their values by a key: switches, texts, and numbers left to us."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st
from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from core.messages import N_, _

from . import fields

Chosen = TypeVar("Chosen", bound=BaseModel)
# Values of a choice, as a reader is told.
TOLD = {
    "auto": N_("automatic"),
    "en": N_("English"),
    "zh": N_("Chinese"),
    "sentence": N_("sentence ends"),
    "line": N_("line ends"),
    "paragraph": N_("empty lines"),
    "negative": N_("negative sampling"),
    "hierarchical": N_("hierarchical softmax"),
    "whole": N_("whole: don't"),
    "treebank": N_("as Penn Treebank: do + n't"),
    "split": N_("cut at the mark: don + t"),
}
# What stands in an empty number.
LEFT_OPEN = {"epochs": N_("by size"), "max_size": N_("no limit")}


def choose(spec: Chosen, names: Sequence[str], key: str, *, columns: int = 3, disabled: bool = False) -> Chosen:
    """`spec` with the fields `names` as widgets say, in so many columns."""
    places = st.columns(columns, vertical_alignment="bottom") if columns > 1 else [st.container()]
    for n, name in enumerate(names):
        with places[n % columns]:
            spec = _one(spec, name, f"{key}-{name}", disabled)
    return spec


def _one(spec: Chosen, name: str, key: str, disabled: bool) -> Chosen:
    field, value = type(spec).model_fields[name], getattr(spec, name)
    shown: dict[str, Any] = {
        "label": _(field.title or name),
        "help": _(field.description) if field.description else None,
        "key": key,
        "disabled": disabled,
    }
    if typing.get_origin(field.annotation) is typing.Literal:
        options = list(typing.get_args(field.annotation))
        given = st.selectbox(options=options, index=options.index(value), format_func=_told, **shown)
    elif isinstance(value, bool):
        given = st.toggle(value=value, **shown)
    elif isinstance(field.annotation, types.UnionType):  # a whole number, or none
        low, high = _bounds(field)
        given = st.number_input(
            value=value, min_value=low, max_value=high, step=1, placeholder=_(LEFT_OPEN.get(name, "")), **shown
        )
    elif isinstance(value, str):
        given = st.text_input(value=value, max_chars=200, **shown).strip()
    else:
        return fields.choose(spec, [name], key.removesuffix(f"-{name}"), disabled=disabled)
    return spec.model_copy(update={name: given})


def _bounds(field: FieldInfo) -> tuple[int | None, int | None]:
    lows = [int(one.ge) for one in field.metadata if isinstance(one, Ge)]  # type: ignore[arg-type]
    highs = [int(one.le) for one in field.metadata if isinstance(one, Le)]  # type: ignore[arg-type]
    return next(iter(lows), None), next(iter(highs), None)


def _told(choice: str) -> str:
    return _(TOLD[choice]) if choice in TOLD else choice
