"""Before a matrix counts as finished: its degenerate rows, shown with their words, and accepted or not."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.gate import ADVICE, BLOCKING, FINDINGS
from core.jobs import JobState
from core.messages import N_, _, as_told, number, percent, retold

from . import cached, frame, language, server, state
from .panels import escaped, place_error, plain_text, problem
from .state import Visit

ACCEPT = {
    "zero": N_("Accept zero rows"),
    "identical": N_("Accept identical rows"),
    "norm": N_("Accept lengths far from the others'"),
    "noise": N_("Accept rows near to nothing"),
}
WORDS = 12  # of a finding, that are shown
GROUPS = 5
LONGEST = 1500  # characters of what the gate said


def gate(visit: Visit) -> None:
    """What the finished build of these choices showed, or what stands in its way."""
    assert visit.base is not None
    st.subheader(_("Before it counts as finished"), anchor=False)
    st.caption(
        _("Each matrix is looked over for degenerate rows: zeros, equal rows, odd lengths, rows near to nothing."),
        width=720,
    )
    try:
        key = cached.build_key(visit.draft, visit.base)
    except LexiloomError as error:
        problem(error)
        return
    saved = cached.build(key)
    if saved is not None:
        _findings(visit, as_told(saved.lock.get("gate")))
        return
    stopped = _blocked(visit, key)
    if stopped is not None:
        _held_up(stopped)
        _switches(visit, list(BLOCKING))
    else:
        accepted = visit.draft.gate.accept
        if accepted:
            _switches(visit, [])
        st.info(_("There is no build of these choices yet. Build the matrix: then its rows are looked over."))
    _build(stopped is not None)


def _build(again: bool) -> None:
    """The way to the build."""
    st.page_link(
        frame.go("download"),
        label=_("Build again") if again else _("Build the matrix"),
        icon=":material/arrow_forward:",
        query_params=dict(state.link()),
    )


def _blocked(visit: Visit, key: str) -> dict[str, Any] | None:
    """The error of a build of these choices that the gate held up."""
    asked = visit.workspace.jobs.get(f"build:{key}") if visit.workspace else None
    status = server.jobs().status(asked) if asked else None
    if status is None or status.state is not JobState.FAILED or not status.error:
        return None
    return status.error if status.error.get("kind") == "GateError" else None


def _held_up(error: dict[str, Any]) -> None:
    """What the gate said, whole: it names words."""
    what, fix = (escaped(retold(error.get(name) or ""), LONGEST) for name in ("what", "fix"))
    st.error(f"**{what}**  \n{fix}", icon=":material/block:")


def _findings(visit: Visit, told: dict[str, Any] | None) -> None:
    if told is None:
        st.info(_("This build was made before rows were looked over. Build it again."), icon=":material/info:")
        return
    findings = told["findings"]
    surprising = [one for one in findings if not one["expected"]]
    if not surprising:
        st.success(_("Nothing is wrong with its rows."), icon=":material/verified:")
    for n, one in enumerate(surprising):
        _finding(one, f"gate-{n}")
    kinds = [one["kind"] for one in surprising if one["blocks"]]
    _switches(visit, kinds)
    if expected := [one for one in findings if one["expected"]]:
        with st.expander(_("What was to be expected: {n}").format(n=number(len(expected))), icon=":material/check:"):
            for n, one in enumerate(expected):
                _finding(one, f"gate-expected-{n}")


def _finding(one: dict[str, Any], key: str) -> None:
    """Rows of one kind: how many, why, which words."""
    with st.container(border=True, key=key):
        mark = _mark(one)
        count = _("{n} rows, {share} of {tested}").format(
            n=number(one["count"]), share=percent(one["share"]), tested=number(one["tested"])
        )
        st.markdown(f"{mark} **{_(FINDINGS[one['kind']])}** · {count}")
        plain_text(retold(one["text"]), 300)
        if one["expected"]:
            plain_text(retold(one["expected"]), 300)
        for group in one["groups"][:GROUPS]:
            plain_text(_("{n} words: {words}").format(n=number(group["size"]), words=", ".join(group["words"][:WORDS])))
        if not one["groups"]:
            more = ", …" if one["count"] > WORDS else ""
            plain_text(", ".join(one["words"][:WORDS]) + more, 400)
        if one["kind"] in ADVICE and not one["expected"]:
            st.caption(_(ADVICE[one["kind"]]))


def _mark(one: dict[str, Any]) -> str:
    if one["expected"]:
        return ":material/check:"
    if one["accepted"]:
        return ":material/task_alt:"
    return ":material/block:" if one["blocks"] else ":material/warning:"


def _switches(visit: Visit, kinds: list[str]) -> None:
    """A switch for each kind that blocks, and for those that were accepted: to take that back."""
    shown = dict.fromkeys([*kinds, *visit.draft.gate.accept])
    for kind in shown:
        key = state.key(f"gate-accept-{kind}")
        st.toggle(
            _(ACCEPT[kind]),
            kind in visit.draft.gate.accept,
            key=key,
            on_change=_accept,
            args=(kind, key),
            disabled=visit.read_only,
            help=_("For those who know of these rows and want them. It is kept in the recipe, and told in the build."),
        )
    place_error("gate")


def _accept(kind: str, key: str) -> None:
    """Accept a kind of degenerate rows, or no longer; a callback."""
    language.speak()
    draft = state.visit().draft
    others = [one for one in draft.gate.accept if one != kind]
    accept = [*others, kind] if state.value(key) else others
    try:
        state.save(draft.with_(gate={"accept": accept}))
        state.remember("error:gate", None)
    except LexiloomError as error:
        state.remember("error:gate", str(error))
