"""One field of a spec -> one widget: its label, help, bounds and choices come from the spec."""

from __future__ import annotations

import math
import typing
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from core.messages import N_, _

from . import state
from .panels import place_error

Chosen = TypeVar("Chosen", bound=BaseModel)
# Values of a choice, as a reader is told; those of one field alone by its name.
CHOICES = {
    "auto": N_("automatic"),
    "yes": N_("yes"),
    "no": N_("no"),
    "en": N_("English"),
    "zh": N_("Chinese"),
    "refuse": N_("refuse the file"),
    "skip": N_("skip and count them"),
    "normal": N_("normal distribution"),
    "uniform": N_("uniform distribution"),
    "xavier": N_("Xavier"),
    "mean": N_("mean of the pieces"),
    "all": N_("all positions"),
    "first": N_("first piece"),
    "last": N_("last piece"),
    "cls": N_("the special piece"),
    "cosine": N_("cosine"),
    "euclidean": N_("Euclidean"),
    "end": N_("the last position"),
    "sif": N_("mean, rare pieces weigh more"),
    "fast": N_("as fast as the hardware can"),
    "float32": N_("float32"),
    "bfloat16": N_("bfloat16"),
    "partial.mean": N_("its mean"),
    "partial.zeros": N_("zeros"),
    "partial.missing": N_("the word is missing"),
    "rows.all": N_("all"),
    "rows.known": N_("those that a source gave"),
    "rows.filled": N_("the filled ones only"),
    "weights.learned": N_("learned"),
    "weights.sif": N_("by frequency (SIF)"),
    "weights.equal": N_("all the same"),
    "class_weights.none": N_("none"),
    "class_weights.balanced": N_("balanced"),
}


def edit(spec: BaseModel, place: str, names: Sequence[str], *, disabled: bool = False) -> None:
    """Widgets for some fields of the spec at `place` of the draft; a change is kept at once."""
    for name in names:
        field = type(spec).model_fields.get(name)
        if field is not None:
            _edit(field, getattr(spec, name), f"{place}.{name}", disabled)


def choose(spec: Chosen, names: Sequence[str], key: str, *, disabled: bool = False) -> Chosen:
    """`spec` with some fields as widgets say, which keep their values by `key`: for choices that no recipe holds."""
    given: dict[str, Any] = {}
    for name in names:
        field, value, widget = type(spec).model_fields[name], getattr(spec, name), f"{key}-{name}"
        label, told = _(field.title or name), _(field.description) if field.description else None
        if typing.get_origin(field.annotation) is typing.Literal:
            options = list(typing.get_args(field.annotation))
            given[name] = st.selectbox(
                label,
                options,
                options.index(value),
                disabled=disabled,
                format_func=lambda one, name=name: _told(name, one),
                help=told,
                key=widget,
            )
        else:
            kind = type(value)
            low, high = _bounds(field, kind)
            given[name] = st.number_input(
                label, low, high, value, **_steps(field, kind), help=told, key=widget, disabled=disabled
            )
    return spec.model_copy(update=given)


def _edit(field: FieldInfo, value: Any, place: str, disabled: bool) -> None:
    if isinstance(value, BaseModel):
        st.markdown(f"**{_(field.title or '')}**", help=_(field.description) if field.description else None)
        edit(value, place, list(type(value).model_fields), disabled=disabled)
        return
    kind, optional = _kind(field.annotation)
    make = _MAKERS.get(kind, _text)
    if typing.get_origin(kind) is typing.Literal:
        make = _choice
    elif typing.get_origin(kind) is tuple:
        make = _words
    make(field, value, place, kind, optional, disabled)
    place_error(place)


def _told(name: str, choice: Any) -> str:
    """A choice of the field `name` as a reader is told."""
    return _(CHOICES.get(f"{name}.{choice}") or CHOICES.get(choice) or str(choice))


def _steps(field: FieldInfo, kind: Any) -> dict[str, Any]:
    """By how much a number's buttons change it: by one, or by its default's first digit."""
    if kind is int:
        return {"step": 1}
    usual = abs(field.get_default() or 0.1)
    return {"step": 10.0 ** math.floor(math.log10(usual)), "format": "%g"}


def _kind(annotation: Any) -> tuple[Any, bool]:
    """The type without None, and whether None is allowed."""
    parts = typing.get_args(annotation)
    if type(None) in parts:
        return next(part for part in parts if part is not type(None)), True
    return annotation, False


def _common(
    field: FieldInfo, place: str, disabled: bool, convert: Callable[[Any], Any] | None = None
) -> dict[str, Any]:
    key = state.key(place)
    return {
        "label": _(field.title or place),
        "help": _(field.description) if field.description else None,
        "key": key,
        "on_change": state.on_change(place, key, convert),
        "disabled": disabled,
    }


def _switch(field: FieldInfo, value: Any, place: str, kind: Any, optional: bool, disabled: bool) -> None:
    st.toggle(value=bool(value), **_common(field, place, disabled))


def _number(field: FieldInfo, value: Any, place: str, kind: Any, optional: bool, disabled: bool) -> None:
    low, high = _bounds(field, kind)
    st.number_input(
        value=value, min_value=low, max_value=high, step=1 if kind is int else None, **_common(field, place, disabled)
    )


def _bounds(field: FieldInfo, kind: Any) -> tuple[Any, Any]:
    low = high = None
    for bound in field.metadata:
        if isinstance(bound, (Ge, Gt)):
            low = kind(bound.ge if isinstance(bound, Ge) else bound.gt)
        elif isinstance(bound, (Le, Lt)):
            high = kind(bound.le if isinstance(bound, Le) else bound.lt)
    if high is not None and high > (1 << 53) - 1:
        high = (1 << 53) - 1
    return low, high


def _choice(field: FieldInfo, value: Any, place: str, kind: Any, optional: bool, disabled: bool) -> None:
    options, name = list(typing.get_args(kind)), place.rpartition(".")[2]
    st.selectbox(
        options=options,
        index=options.index(value),
        format_func=lambda one: _told(name, one),
        **_common(field, place, disabled),
    )


def _words(field: FieldInfo, value: Any, place: str, kind: Any, optional: bool, disabled: bool) -> None:
    def joined(given: list[str]) -> tuple[str, ...]:
        """What was added and taken out here is done to what stands there now: another tab may have changed it."""
        now = state.at(place)
        kept = [word for word in now if word in given or word not in value]
        return (*kept, *(word for word in given if word not in now and word not in value))

    st.multiselect(
        options=list(value),
        default=list(value),
        accept_new_options=True,
        placeholder=_("Type and press Enter"),
        **_common(field, place, disabled, joined),
    )


def _text(field: FieldInfo, value: Any, place: str, kind: Any, optional: bool, disabled: bool) -> None:
    st.text_input(value=value or "", **_common(field, place, disabled, str.strip))


_MAKERS: dict[Any, Callable[..., None]] = {bool: _switch, int: _number, float: _number, str: _text}
