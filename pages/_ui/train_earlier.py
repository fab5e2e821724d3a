"""Earlier trainings of a visitor: opened again, or removed."""

from __future__ import annotations

import shutil
from typing import Any

import streamlit as st

from core.messages import _, number
from core.training.keeping import clear
from core.workspace.state_files import write_json

from . import cached_training, state, train_kept, train_methods
from .panels import escaped
from .state import Visit
from .train_kept import Asked


def listed(visit: Visit, asked: Asked) -> None:
    """Trainings by other choices, done or stopped, each one click away."""
    there = [one for one in names(visit) if one["name"] != asked.name]
    if not there:
        return
    st.subheader(_("Earlier trainings"), anchor=False)
    for one in there:
        _line(visit, one)


def names(visit: Visit) -> list[dict[str, Any]]:
    """What was trained or begun here and is still there, newest first: {"name", "spec"}."""
    base = visit.base
    if base is None:
        return []
    return [
        one
        for one in train_kept.kept(visit).get("earlier", ())
        if train_kept.finished(visit, one["name"]) or cached_training.is_begun(base, one["name"])
    ]


def _line(visit: Visit, one: dict[str, Any]) -> None:
    name = one["name"]
    with st.container(horizontal=True, vertical_alignment="center", key=f"train-earlier-{name}"):
        st.button(_("Open"), key=f"train-open-{name}", on_click=_open, args=(visit, one), icon=":material/history:")
        st.markdown(f"**{escaped(name)}**  \n{escaped(told(visit, name))}")
        st.space("stretch")
        if not visit.read_only:
            used = train_kept.source_of(name) in visit.draft.sources
            busy = train_kept.is_running(visit, name)
            why = _("It is a source of yours: take it out there first.") if used else _("Remove it for good")
            st.button(
                "",
                icon=":material/delete:",
                key=f"train-remove-{name}",
                on_click=_remove,
                args=(visit, name),
                disabled=used or busy,
                help=why,
            )


def told(visit: Visit, name: str) -> str:
    """A training in a line."""
    made = train_kept.finished(visit, name)
    if made is None:
        return _("stopped: it can go on")
    lock = made.lock
    parts = [train_methods.title(made.method, made.settings), _("{n} words").format(n=number(lock["words"]))]
    return " · ".join([*parts, _("{n} dimensions").format(n=number(lock["dim"]))])


def _open(visit: Visit, one: dict[str, Any]) -> None:
    """Take the choices of an earlier training; a callback."""
    if visit.read_only:
        state.remember("train-looked-at", {"spec": one["spec"]})
    elif visit.base is not None:
        write_json(visit.base / train_kept.KEPT, {**train_kept.kept(visit), "spec": one["spec"]})
    state.renew("train")


def _remove(visit: Visit, name: str) -> None:
    """Remove a training's vectors and what is kept of it; a callback."""
    if visit.base is None or visit.read_only:
        return
    shutil.rmtree(cached_training.folder(visit.base, name), ignore_errors=True)
    (visit.base / cached_training.words_file(name)).unlink(missing_ok=True)
    clear(cached_training.checkpoints(visit.base, name))
    before = train_kept.kept(visit)
    earlier = [one for one in before.get("earlier", ()) if one["name"] != name]
    write_json(visit.base / train_kept.KEPT, {**before, "earlier": earlier})
