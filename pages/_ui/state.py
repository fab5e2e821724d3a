"""The only access to the session: who visits, and the recipe so far. All that lasts lies on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.draft import Draft
from core.errors import LexiloomError, WorkspaceError
from core.recipe import Recipe, paths_in
from core.settings import Assignment, assign_all, plain
from core.workspace.personal import PersonalWorkspace

from . import language, server

ID, TOKEN = "w", "share"


@dataclass(frozen=True)
class Visit:
    """One run of a page: whose workspace, the recipe so far, and whether it may be changed.

    problem  why the workspace in the URL, or what it holds, can't be read
    """

    workspace: PersonalWorkspace | None
    draft: Draft
    read_only: bool = False
    problem: LexiloomError | None = None

    @property
    def base(self) -> Path | None:
        """The folder that the recipe's relative paths start from."""
        return self.workspace.folder if self.workspace else None

    @property
    def owner(self) -> str:
        """Whose jobs these are."""
        return self.workspace.id if self.workspace else ""


def visit() -> Visit:
    """Who visits. Keeps the workspace in the URL, so that a refresh or a bookmark comes back to it."""
    given, token = _given(ID), st.query_params.get(TOKEN) or st.session_state.get(TOKEN)
    try:
        if given:
            token, workspace = None, server.workspaces().open(given)
        elif token:
            workspace = server.workspaces().open_shared(token)
        else:
            return Visit(None, Draft())
    except WorkspaceError as error:
        forget()
        remember("gone", error)  # a callback may be the first to notice: the page tells it
        return Visit(None, Draft(), problem=error)
    name, value = (TOKEN, token) if token else (ID, given)
    if value is not None:
        st.session_state[name] = value
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    if not token:
        workspace.touch()
    _notice_changes(workspace)
    return _read(workspace, read_only=bool(token))


def _given(name: str) -> str | None:
    return st.query_params.get(name) or (None if TOKEN in st.query_params else st.session_state.get(name))


def _read(workspace: PersonalWorkspace, *, read_only: bool) -> Visit:
    tables = workspace.draft
    try:
        draft = Draft.from_tables(tables, base=workspace.folder) if tables else Draft()
        _check(draft, workspace)
    except LexiloomError as error:
        return Visit(workspace, Draft(), read_only, error)
    return Visit(workspace, draft, read_only)


def _notice_changes(workspace: PersonalWorkspace) -> None:
    """Another tab, or a recipe that was opened, changed the draft: widgets are made anew from it."""
    seen = (workspace.id, workspace.revision)
    if st.session_state.get("seen") != seen:
        st.session_state["seen"] = seen
        st.session_state["nonce"] = st.session_state.get("nonce", 0) + 1


def key(name: str) -> str:
    """The key of a widget that shows a value of the draft; it does not depend on the language."""
    return f"{name}#{st.session_state.get('nonce', 0)}"


def value(name: str) -> Any:
    """What a widget with this key holds."""
    return st.session_state.get(name)


def remember(name: str, what: Any) -> None:
    """Keep something small for this session, such as which word was clicked."""
    st.session_state[f"kept:{name}"] = what


def recall(name: str, default: Any = None) -> Any:
    """What `remember` kept."""
    return st.session_state.get(f"kept:{name}", default)


def put(name: str, what: Any) -> None:
    """Give the widget with the key `name` a value; called before the widget is drawn, as in a callback."""
    st.session_state[name] = what


def from_address(name: str, options: Sequence[Any]) -> Any:
    """Which of `options` the address names, else the first."""
    given = st.query_params.get(name)
    return next((one for one in options if str(one) == given), options[0])


def to_address(name: str, widget: str) -> None:
    """Keep a widget's choice in the address; a callback."""
    st.query_params[name] = str(st.session_state[widget])


def fresh(name: str) -> str:
    """A key that changes with each `renew`: a file uploader is emptied by it."""
    return f"{name}#{recall(f'fresh:{name}', 0)}"


def renew(name: str) -> None:
    """Give the widget of `fresh(name)` a new key."""
    remember(f"fresh:{name}", recall(f"fresh:{name}", 0) + 1)


def own_workspace() -> PersonalWorkspace:
    """The visitor's workspace, made now if there is none yet. Raises WorkspaceError for a read-only visit."""
    here = visit()
    if here.read_only:
        raise WorkspaceError("read-only")  # no widget that changes anything is enabled then
    return here.workspace or enter(server.workspaces().create())


def enter(workspace: PersonalWorkspace) -> PersonalWorkspace:
    """Go on in `workspace` from here."""
    st.session_state.pop(TOKEN, None)
    if TOKEN in st.query_params:
        del st.query_params[TOKEN]
    st.session_state[ID] = st.query_params[ID] = workspace.id
    return workspace


def look(token: str) -> None:
    """Look at another's workspace, by its read-only token."""
    forget()
    st.session_state[TOKEN] = st.query_params[TOKEN] = token


def forget() -> None:
    """Leave the workspace: the next change makes a new one."""
    for name in (ID, TOKEN, "seen"):
        st.session_state.pop(name, None)
        if name in st.query_params:
            del st.query_params[name]


def save(draft: Draft, *, rebuild: bool = False) -> None:
    """Keep `draft`. With `rebuild`, widgets take their values from it anew. Raises WorkspaceError."""
    workspace = own_workspace()
    _check(draft, workspace)
    revision = workspace.save_draft(draft.to_tables())
    if not rebuild:
        st.session_state["seen"] = (workspace.id, revision)


def _check(draft: Draft, workspace: PersonalWorkspace) -> None:
    server.access(workspace.folder, workspace.builds).check_all(paths_in(draft))


def at(place: str) -> Any:
    """What stands at `place` ("vocabulary.add") of the draft."""
    found: Any = visit().draft
    for part in place.split("."):
        found = found[int(part)] if isinstance(found, tuple) else getattr(found, part, ())
    return found


def change(place: str, new: Any) -> None:
    """Set the value at `place` ("vocabulary.min_count") of the draft."""
    draft = visit().draft
    tables = draft.to_tables()
    root = place.partition(".")[0]
    default = Draft.model_fields[root].get_default(call_default_factory=True)
    if root not in tables and default is not None:
        tables[root] = plain(default)
    assigned = assign_all(tables, [Assignment(tuple(place.split(".")), plain(new), str(new))])
    save(Draft.from_tables(assigned))


def change_and_rebuild(place: str, new: Any) -> None:
    """`change`, and all widgets take their values anew."""
    language.speak()
    change(place, new)
    st.session_state.pop("seen", None)


def on_change(place: str, widget: str, convert: Callable[[Any], Any] | None = None) -> Callable[[], None]:
    """A callback that puts a widget's value into the draft; what is wrong with it is told at the widget."""

    def store() -> None:
        language.speak()
        given = st.session_state[widget]
        try:
            change(place, convert(given) if convert else given)
            remember(f"error:{place}", None)
        except LexiloomError as error:
            remember(f"error:{place}", str(error))

    return store


def open_recipe(recipe: Recipe) -> None:
    """Take an uploaded recipe for the draft."""
    save(Draft.of(recipe), rebuild=True)


def link(page_language: str | None = None) -> Mapping[str, str]:
    """The query parameters that lead back here."""
    found = {language.KEY: page_language or language.current()}
    for name in (ID, TOKEN):
        if st.session_state.get(name):
            found[name] = st.session_state[name]
    return found
