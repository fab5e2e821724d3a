"""The recommended cascade: what it is, taken over by one button, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core.draft import Draft
from core.errors import LexiloomError
from core.messages import _, percent
from core.oov import Cascade
from core.recipe import PATHS
from core.settings import plain

from . import frame, language, state
from .fill_panels import FILL_TEXTS
from .laboratory_choices import keep, kept
from .names import source_name
from .panels import escaped, named, place_error, problem
from .state import Visit


def cascade(visit: Visit, told: dict[str, Any]) -> None:
    """The steps, the button that takes them over, and the way back."""
    wanted = _recommended(visit, told)
    if wanted is None:
        return
    _steps(wanted.oov)
    if visit.draft.oov == wanted.oov:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/check_circle: {_('Applied: missing words are filled so when you build.')}")
            before = kept(visit).get("before")
            if before and before != plain(wanted.oov):
                st.button(
                    _("Undo"),
                    key="lab-undo",
                    icon=":material/undo:",
                    on_click=_take_back,
                    args=(before,),
                    disabled=visit.read_only,
                )
            st.page_link(
                frame.go("coverage"),
                label=_("See its options"),
                icon=":material/tune:",
                query_params=dict(state.link()),
            )
            st.page_link(
                frame.go("download"),
                label=_("Build the matrix"),
                icon=":material/arrow_forward:",
                query_params=dict(state.link()),
            )
    else:
        st.button(
            _("Apply the recommended cascade"),
            type="primary" if told["recommended"]["beats_mean"] else "secondary",
            key="lab-apply",
            icon=":material/done_all:",
            on_click=_apply,
            args=(wanted,),
            disabled=visit.read_only,
        )
    place_error("lab-apply")


def _recommended(visit: Visit, told: dict[str, Any]) -> Draft | None:
    """The draft with the recommended cascade, its files named from the workspace; None for a cascade unknown here."""
    steps = _from(visit.base, told["recommended"]["steps"])
    try:
        return visit.draft.with_(oov={"kind": "cascade", "steps": steps})
    except LexiloomError as error:
        problem(error)
        return None


def _from(base: Path | None, value: Any) -> Any:
    """Tables with the visitor's own files named from `base`: so they move with the workspace."""
    if isinstance(value, list):
        return [_from(base, one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: _from(base, inner) for name, inner in value.items()}
    for name in PATHS:
        given = found.get(name)
        if base is not None and isinstance(given, str) and given and Path(given).is_relative_to(base):
            found[name] = Path(given).relative_to(base).as_posix()
    return found


def _apply(wanted: Draft) -> None:
    """Put the cascade into the draft, as it now is; a callback."""
    _save(wanted.oov, before=plain(state.visit().draft.oov))


def _take_back(before: dict[str, Any]) -> None:
    """Fill missing words as before; a callback."""
    _save(before)


def _save(oov: Any, **kept: Any) -> None:
    language.speak()
    try:
        if kept:
            keep(**kept)
        state.save(state.visit().draft.with_(oov=oov), rebuild=True)
        state.remember("error:lab-apply", None)
    except LexiloomError as error:
        state.remember("error:lab-apply", str(error))


def _steps(oov: Any) -> None:
    """What the cascade is, step by step."""
    steps = oov.steps if isinstance(oov, Cascade) else (oov,)
    lines = [f"{n}. {_step(step)}" for n, step in enumerate(steps, 1)]
    st.markdown("\n".join(lines), width=760)


def _step(step: Any) -> str:
    """A step as Markdown: what it does, of whom it takes, how its parts weigh."""
    if step.kind != "blend":
        return named(*FILL_TEXTS[step.kind]) + _given(step)
    weights = step.weights or [1 / len(step.parts)] * len(step.parts)
    whole = sum(weights)
    parts = [
        f"{percent(weight / whole, 0)} **{_(FILL_TEXTS[part.kind][0])}**{_given(part)}"
        for weight, part in zip(weights, step.parts, strict=True)
    ]
    return named(*FILL_TEXTS["blend"]) + "\n" + "\n".join(f"    - {part}" for part in parts)


def _given(step: Any) -> str:
    donor = getattr(step, "donor", None)
    corpus = Path(getattr(step, "corpus", "") or "").name
    given = source_name(donor) if donor is not None else corpus
    return f" ({escaped(given)})" if given else ""
