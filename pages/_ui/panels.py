"""Pieces that several pages show: problems, what a job does, figures with their explanation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.figures import config
from core.figures.explanations import explain
from core.jobs import JobSpec, JobState, JobStatus
from core.messages import _, duration, number, percent, retold

from . import cached, language, server, state
from .state import Visit

# Characters that Markdown or Streamlit's directives take for more than text.
VISITORS = re.compile(r"[^\s'\"]*visitors[/\\]+[0-9a-f]{32}[/\\]*")
MARKS = set("\\`*_{}[]()<>#+-.!|~$:^=&\"'")


def escaped(text: str, limit: int | None = 200) -> str:
    """`text` as Markdown that shows it as it is, on one line; what can't be seen is written out."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in _cut(text, limit))
    return "".join(f"\\{c}" if c in MARKS else c for c in shown)


def plain_text(text: str, limit: int = 200) -> None:
    """A user's text, never taken for Markdown."""
    st.text(_cut(text, limit))


def _cut(text: str, limit: int | None) -> str:
    return text if limit is None or len(text) <= limit else text[:limit] + "…"


def without_ids(text: str) -> str:
    """`text` with the paths of workspaces cut off: who reads an id has the workspace."""
    return VISITORS.sub("", text)


def problem(error: LexiloomError | dict[str, Any]) -> None:
    """An error where it belongs: what, where, what to do."""
    given = error if isinstance(error, dict) else {"what": error.what, "where": error.where, "fix": error.fix}
    what, where, fix = (escaped(without_ids(retold(given.get(name) or ""))) for name in ("what", "where", "fix"))
    text = "  \n".join(part for part in (f"**{what}**", where, fix) if part)
    st.error(text, icon=":material/error:")


def named(name: str, text: str) -> str:
    """A name and what is said of it, as Markdown; both are messages."""
    return _("{name}: {text}").format(name=f"**{_(name)}**", text=_(text))


def place_error(place: str) -> None:
    """What was wrong with the last value given at `place`."""
    if text := state.recall(f"error:{place}"):
        st.error(escaped(text), icon=":material/error:")


def why(kind: str) -> str:
    """The "?" of a figure: what it is, over what it was counted, the formula."""
    told = explain(kind)
    parts = [_(told.what), _(told.over), _(told.formula)]
    return "\n\n".join(part for part in parts if part)


def metric(label: str, shown: str, kind: str, note: str = "") -> None:
    """A number with its explanation."""
    st.metric(label, shown, help=why(kind), delta=note or None, delta_color="off", delta_arrow="off")


def figure(heading: str, draw: Callable[[Any], Any], about: Any, kind: str, alt: str, key: str) -> None:
    """A chart of `about` with its heading and its explanation."""
    if heading:
        st.markdown(f"**{heading}**", help=why(kind))
    st.plotly_chart(cached.drawn(draw, about), key=key, config=config(), alt=alt)


def of(part: float, whole: float) -> str:
    """`part` of `whole` in percent."""
    return percent(part / whole if whole else 0.0)


def job(
    visit: Visit,
    stage: str,
    spec: Callable[[], JobSpec],
    *,
    label: str,
    note: str = "",
    main: bool = True,
    key: str = "",
) -> JobStatus | None:
    """A job's button, or its progress with Stop, or how it ended. Its status; None before it was asked for.

    `key` is for a stage whose name follows choices on the same page: a click that comes with a choice's last change
    would be that of a button which is no longer there.
    """
    asked = visit.workspace.jobs.get(stage) if visit.workspace else None
    status = server.jobs().status(asked) if asked else None
    if status is None or status.state.finished:
        if status is not None and status.state is not JobState.DONE:
            _ended(status)
        if note:
            st.caption(note)
        if (
            st.button(
                label,
                type="primary" if main else "secondary",
                key=f"job-{key or stage}",
                icon=":material/play_arrow:",
                disabled=visit.read_only,
            )
            and not visit.read_only
        ):
            start(visit, stage, spec())
            st.rerun()
    else:
        watch(stage, status.id, visit.read_only)
    return status


def start(visit: Visit, stage: str, spec: JobSpec) -> None:
    """Ask for a job; an equal one of somebody else is joined."""
    workspace = visit.workspace
    assert workspace is not None
    try:
        workspace.set_job(stage, server.jobs().submit(spec, workspace.id))
    except LexiloomError as error:
        state.remember(f"error:{stage}", str(error))


def watch(stage: str, id: str, read_only: bool = False) -> None:
    """A job's progress, asked for every second; the page runs again at its end."""

    @st.fragment(run_every="1s")
    @language.spoken
    def follow() -> None:
        status = server.jobs().status(id)
        if status is None or status.state.finished:
            st.rerun()
        _progress(status, stage, read_only)

    follow()


def _progress(status: JobStatus, stage: str, read_only: bool) -> None:
    with st.container(border=True):
        if status.state is JobState.QUEUED:
            st.markdown(
                _("**{title}** is waiting, place {place} in the queue").format(
                    title=escaped(status.title), place=number(status.place)
                )
            )
            st.progress(0.0)
        else:
            share = min(1.0, status.done / status.total) if status.total else 0.0
            st.progress(share, text=_doing(status))
        with st.container(horizontal=True, vertical_alignment="center"):
            left = status.seconds_left
            st.caption(
                _("{seconds} so far").format(seconds=duration(status.seconds))
                + (" · " + _("about {seconds} left").format(seconds=duration(left)) if left is not None else "")
                + (" · " + _("shared with others") if status.owners > 1 else "")
            )
            st.space("stretch")
            if not read_only and st.button(_("Stop"), key=f"stop-{stage}", icon=":material/stop:"):
                here = state.visit().workspace
                if here is not None:
                    server.jobs().stop(status.id, here.id)
                    if status.owners > 1:  # it goes on for the others
                        here.set_job(stage, None)
                st.rerun()


def _doing(status: JobStatus) -> str:
    told = f"**{escaped(status.title)}**"
    if status.stage:
        told += f" · {escaped(status.stage)}"
    if status.total:
        told += f" · {percent(status.done / status.total, 0)}"
    if status.message:
        told += f" · {escaped(status.message)}"
    return told


def _ended(status: JobStatus) -> None:
    if status.state is JobState.STOPPED:
        st.info(
            _("Stopped. What was finished before is kept: starting again goes on from there."),
            icon=":material/stop_circle:",
        )
    elif status.state is JobState.FAILED and status.error:
        problem(status.error)
    else:
        error = status.error or {}
        problem(
            {
                "what": error.get("what") or _("The work broke off."),
                "where": error.get("where"),
                "fix": error.get("fix") or _("Start it again."),
            }
        )
        if status.log:
            with st.expander(_("What it said last")):
                st.code(without_ids(status.log), language=None)
