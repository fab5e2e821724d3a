"""What frames every page: the title, where the visitor is in the job, the language, the recipe, the workspace."""

from __future__ import annotations

from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from core.messages import LANGUAGES, N_, _, when
from core.workspace.personal import PersonalWorkspace

from . import cached, language, recipe_box, server, state
from .names import source_name, sources_name, vocabulary_name
from .panels import escaped, plain_text, problem
from .state import Visit

# page -> its title and icon, in the order of the job.
PAGES = {
    "start": (N_("Start"), ":material/home:"),
    "vocabulary": (N_("Vocabulary"), ":material/list_alt:"),
    "source": (N_("Source"), ":material/database:"),
    "train": (N_("Train vectors"), ":material/school:"),
    "coverage": (N_("Coverage"), ":material/stacked_bar_chart:"),
    "laboratory": (N_("Laboratory"), ":material/science:"),
    "download": (N_("Build and download"), ":material/download:"),
    "explore": (N_("Explore"), ":material/explore:"),
    "finetune": (N_("Fine-tune"), ":material/model_training:"),
    "evaluate": (N_("Evaluate"), ":material/leaderboard:"),
}


def begin() -> Visit:
    """Set a page up and draw its head. Every page calls it first."""
    language.speak()
    visit = state.visit()
    _bar(visit)
    wrong = state.recall("gone") or visit.problem
    state.remember("gone", None)
    if wrong is not None:
        problem(wrong)
    if visit.read_only:
        _shared(visit)
    return visit


def title(text: str, lead: str = "") -> None:
    """The page's heading, and one sentence on what it is for."""
    st.title(text, anchor=False)
    if lead:
        st.caption(lead, width=720)


def go(page: str) -> Any:
    """The page as `st.switch_page` and `st.page_link` take it: a path from the entry script."""
    return f"../{page}.py"


def next_step(page: str, label: str, *, ready: bool = True, why_not: str = "") -> None:
    """The one next step, at the end of a page."""
    st.space("small")
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if not ready and why_not:
            st.caption(why_not)
        if st.button(
            label,
            type="primary",
            icon=":material/arrow_forward:",
            icon_position="right",
            disabled=not ready,
            key=f"next-{page}",
        ):
            switch(page)


def not_ready(need: cached.NotReady) -> NoReturn:
    """Say what must be done first, lead there, and end the page."""
    if need.stage == "vocabulary":
        st.info(_("The words must be counted first."), icon=":material/hourglass_top:")
        next_step("vocabulary", _("Count the words"))
    elif need.what.kind == "file":
        st.info(_("The file must be scanned first."), icon=":material/hourglass_top:")
        next_step("source", _("Scan the file"))
    else:
        told = _("{name} must be made ready first.").format(name=source_name(need.what))
        st.info(escaped(told), icon=":material/hourglass_top:")
        next_step("source", _("Get it ready"))
    st.stop()


def switch(page: str) -> None:
    """Go to another page of the same workspace, in the same language."""
    st.switch_page(go(page), query_params=dict(state.link()))


def _bar(visit: Visit) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="bar"):
        for name in ("vocabulary", "source", "download"):
            _step(name, visit)
        st.space("stretch")
        recipe_box.popover(visit)
        _workspace(visit)
        _language()


def _step(name: str, visit: Visit) -> None:
    """One step of the job: what was chosen, or that it is still missing."""
    told, done = _facts(name, visit)
    icon = ":material/check_circle:" if done else ":material/radio_button_unchecked:"
    st.page_link(go(name), label=escaped(told), icon=icon, query_params=dict(state.link()), help=_(PAGES[name][0]))


def _facts(name: str, visit: Visit) -> tuple[str, bool]:
    draft = visit.draft
    if name == "vocabulary":
        return (vocabulary_name(draft.vocabulary), True) if draft.vocabulary else (_("No vocabulary yet"), False)
    if name == "source":
        return (sources_name(draft), True) if draft.sources else (_("No source yet"), False)
    built = bool(visit.workspace and visit.workspace.builds)
    return (_("Built"), True) if built else (_("Not built yet"), False)


def _language() -> None:
    current = language.current()
    other = next(code for code in LANGUAGES if code != current)
    st.button(
        LANGUAGES[other],
        key="language",
        icon=":material/translate:",
        type="tertiary",
        on_click=language.choose,
        args=(other,),
        help=_("Change the language"),
    )


def _workspace(visit: Visit) -> None:
    name = visit.workspace.name if visit.workspace else ""
    with st.popover(_("Workspace"), icon=":material/folder_open:", type="tertiary"):
        if visit.workspace is None:
            st.markdown(_("Nothing is kept yet. Your first choice makes a workspace, and its address keeps your work."))
            return
        if visit.read_only:
            plain_text(name)
            st.markdown(_("You look at somebody else's workspace. It can't be changed from here."))
            return
        _own(visit, name)


def _own(visit: Visit, name: str) -> None:
    here = visit.workspace
    assert here is not None
    given = st.text_input(_("Name"), name, max_chars=80, key=state.key("workspace-name"))
    if given != name:
        here.rename(given)
        st.rerun()
    st.markdown(
        _("**Who has the link has the data.** Your work is kept under this page's address: bookmark it to come back.")
    )
    st.caption(_("Kept until {date} unless it is used again.").format(date=when(here.expires)))
    st.text_input(
        _("Link to look, not to change"),
        _address(state.TOKEN, here.token),
        key=state.key("share-link"),
        help=_("Who has this link sees the build and can copy it into a workspace of their own."),
    )
    if state.recall("deleting") == here.id:
        _confirm_deletion(here)
        return
    with st.container(horizontal=True):
        if st.button(_("Duplicate"), key="duplicate", icon=":material/content_copy:"):
            state.enter(server.workspaces().duplicate(here, _("Copy of {name}").format(name=name) if name else ""))
            st.rerun()
        if st.button(
            _("New"),
            key="new-workspace",
            icon=":material/add:",
            help=_("Start afresh; this workspace stays under its link."),
        ):
            state.forget()
            switch("start")
        st.button(
            _("Delete"),
            key="delete-workspace",
            icon=":material/delete:",
            on_click=state.remember,
            args=("deleting", here.id),
        )


def _address(name: str, given: str) -> str:
    """The start page's address with one more parameter."""
    here = urlsplit(st.context.url or "")
    return urlunsplit((here.scheme, here.netloc, "/", urlencode({name: given}), ""))


def _confirm_deletion(here: PersonalWorkspace) -> None:
    """Asked in the popover itself, which would lie over a dialog."""
    st.markdown(f"**{_('Delete this workspace?')}**")
    st.markdown(_("Its files, choices and builds will be gone for everybody who has the link."))
    with st.container(horizontal=True):
        st.button(_("Keep it"), key="keep-workspace", on_click=state.remember, args=("deleting", None))
        if st.button(_("Delete"), type="primary", key="really-delete", icon=":material/delete:"):
            server.jobs().leave(here.id)
            server.workspaces().delete(here)
            state.forget()
            switch("start")


def _shared(visit: Visit) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(_("You look at a shared workspace: everything can be seen, nothing changed."))
        if st.button(_("Make my own copy"), type="primary", icon=":material/fork_right:", key="fork"):
            assert visit.workspace is not None
            state.enter(server.workspaces().duplicate(visit.workspace, visit.workspace.name))
            st.rerun()
