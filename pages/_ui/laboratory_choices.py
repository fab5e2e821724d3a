"""What fills may use on the Laboratory page: donors, a corpus, how many words are hidden. Kept beside the files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.draft import Draft
from core.errors import LexiloomError
from core.messages import _, number
from core.recipe import paths_in
from core.snippets import naming
from core.sources import list_builtin, list_catalog, parse_source
from core.sources.catalog import is_fetched
from core.sources.protocol import Context
from core.workspace.state_files import read_json, write_json

from . import cached, catalog_panels, server, state
from .names import source_name, vocabulary_name
from .panels import problem
from .state import Visit

KEPT = "laboratory.json"
MEGABYTES = 200
HIDDEN, LEAST, MOST = 1000, 10, 10_000


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    draft   the words and where they are looked up: no fill has a part in it
    donors  spec strings, as they were chosen
    corpus  a file of running text, "" for the vocabulary's own or none
    key     names the question: equal choices on equal files have the same
    why     what is wrong with the choices, None where they can be run
    """

    draft: Draft
    donors: tuple[str, ...]
    corpus: str
    hidden: int
    thorough: bool
    key: str
    why: LexiloomError | None = None

    @property
    def names(self) -> list[str]:
        """What the donors are called."""
        return [source_name(parse_source(one)) for one in self.donors]


def kept(visit: Visit) -> dict[str, Any]:
    """What was chosen: {"donors", "corpus", "hidden", "thorough", "word", "before"}, each where it was."""
    return (read_json(visit.base / KEPT) if visit.base else None) or {}


def keep(**choices: Any) -> None:
    """Keep some choices beside the visitor's files. Raises WorkspaceError."""
    here = state.own_workspace()
    write_json(here.folder / KEPT, {**(read_json(here.folder / KEPT) or {}), **choices})


def choose(visit: Visit) -> Asked:
    """The choices as widgets, as they were left."""
    st.subheader(_("What fills may use"), anchor=False)
    before = kept(visit)
    donors = [one for one in before.get("donors", ()) if _is_sound(one)]
    corpus = str(before.get("corpus", ""))
    left, right = st.columns(2, gap="large")
    with left:
        _donors(visit, donors)
        thorough = _thorough(visit, bool(before.get("thorough", False)))
    with right:
        _corpus(visit, corpus)
        hidden = _number(visit, int(before.get("hidden", HIDDEN)))
    asked = asked_for(visit, {"donors": donors, "corpus": corpus, "hidden": hidden, "thorough": thorough})
    if asked.why is not None:
        problem(asked.why)
    return asked


def asked_for(visit: Visit, choices: dict[str, Any]) -> Asked:
    """These choices with their name, and what is wrong with them."""
    assert visit.base is not None
    draft = visit.draft
    asked = Draft(
        seed=draft.seed,
        vocabulary=draft.vocabulary,
        sources=draft.sources,
        ladder=draft.ladder,
        combine=draft.combine,
    )
    donors, corpus = tuple(choices["donors"]), choices["corpus"]
    why = None
    try:
        paths = [path for one in donors for path in paths_in(parse_source(one))]
        server.access(visit.base, visit.workspace.builds if visit.workspace else ()).check_all([*paths, corpus])
    except LexiloomError as error:
        donors, corpus, why = (), "", error
    stamped = cached.stamp(visit.base / Path(corpus).expanduser()) if corpus else []
    parts = (cached.ranking_key(asked, visit.base, donors), corpus, stamped, choices["hidden"], choices["thorough"])
    key = cached.told(*parts)[:32]
    return Asked(asked, donors, corpus, choices["hidden"], choices["thorough"], key, why)


def _is_sound(text: str) -> bool:
    """Whether what was kept still names a source."""
    try:
        parse_source(text)
    except LexiloomError:
        return False
    return True


def _donors(visit: Visit, chosen: list[str]) -> None:
    """The sources that may lend rows; one more is added below."""
    names = {one: source_name(parse_source(one)) for one in chosen} | _candidates(visit)
    key = f"{state.key('lab-donors')}-{state.fresh('lab-donors')}"
    st.multiselect(
        _("Donors"),
        list(names),
        default=chosen,
        format_func=lambda one: names.get(one, str(one)),
        key=key,
        on_change=lambda: keep(donors=list(state.value(key))),
        placeholder=_("None yet: a source that has the missing words"),
        disabled=visit.read_only,
        help=_(
            "Sources that have words which yours lack. Their rows are carried over into the space of your vectors, by "
            "what both know. A large one is fetched and scanned when the fills are compared."
        ),
    )
    if visit.read_only:
        return
    with st.popover(_("Another donor"), icon=":material/add:", type="tertiary"):
        ways: dict[str, Callable[[], None]] = {
            _("Upload"): _upload,
            _("Model"): lambda: catalog_panels.model(visit, _add_spec),
            **({_("Data folder"): lambda: _folder(visit)} if server.data_folder() else {}),
            **({_("Path"): _path} if server.is_local() else {}),  # others' paths are none of a visitor's business
        }
        for tab, draw in zip(st.tabs(list(ways)), ways.values(), strict=True):
            with tab:
                draw()


def _candidates(visit: Visit) -> dict[str, str]:
    """spec string -> display name: what comes with Lexiloom, what is downloaded, then the rest of the catalog."""
    own = {naming(spec) for spec in visit.draft.sources}
    here = Context(workspace=server.home())
    found = {about["spec"]: about["spec"] for about in list_builtin()}
    catalog = sorted(list_catalog(), key=lambda entry: not is_fetched(entry, here))
    found |= {entry.spec: entry.title for entry in catalog if entry.spec not in found}
    return {text: name for text, name in found.items() if text not in own}


def _upload() -> None:
    given = st.file_uploader(
        _("A file of vectors, up to 200 MB"), key=state.fresh("lab-donor"), max_upload_size=MEGABYTES
    )
    if given is None:
        return
    try:
        path = state.own_workspace().add_upload(given.name, given)
        spec = parse_source(f"file:{path}")
    except LexiloomError as error:
        problem(error)
        return
    state.renew("lab-donor")
    _add_spec(spec)
    st.rerun()


def _folder(visit: Visit) -> None:
    folder = server.data_folder()
    assert folder is not None
    files = server.access(visit.base or folder).files(folder)
    chosen = st.selectbox(
        _("File"),
        files,
        index=None,
        key="lab-data-file",
        format_func=lambda path: path.relative_to(folder).as_posix(),
    )
    _add_text(f"file:{chosen}", "lab-use-data", disabled=chosen is None)


def _path() -> None:
    given = st.text_input(_("Path of a file of vectors, or of a build's folder"), key="lab-path").strip()
    _add_text(given, "lab-use-path", disabled=not given)


def _add_text(text: str, key: str, *, disabled: bool) -> None:
    if not st.button(_("Use it"), key=key, disabled=disabled, icon=":material/add:"):
        return
    try:
        spec = parse_source(text)
        path = getattr(spec, "path", "")
        if path and not Path(path).expanduser().exists():
            raise LexiloomError(_("there is no such file"), where=path, fix=_("Check the path."))
    except LexiloomError as error:
        problem(error)
        return
    _add_spec(spec)
    st.rerun()


def _add_spec(spec: Any) -> None:
    """One more donor."""
    text = naming(spec)
    before = kept(state.visit()).get("donors", [])
    if text and text not in before:
        keep(donors=[*before, text])
    state.renew("lab-donors")


def _corpus(visit: Visit, given: str) -> None:
    """The text whose contexts tell of words: the vocabulary's own, or a file."""
    own = visit.draft.vocabulary is not None and visit.draft.vocabulary.kind == "corpus"
    if given:
        st.markdown(f"**{_('Running text')}**")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(Path(given).name)
            if not visit.read_only:
                st.button(
                    "",
                    icon=":material/close:",
                    key="lab-drop-corpus",
                    on_click=keep,
                    kwargs={"corpus": ""},
                    help=_("Take it out"),
                )
        return
    if own:
        st.markdown(f"**{_('Running text')}**")
        st.text(_("The vocabulary's own: {name}").format(name=vocabulary_name(visit.draft.vocabulary)))
    if visit.read_only:
        return
    with st.popover(_("Another text"), icon=":material/add:", type="tertiary") if own else st.container():
        _upload_corpus()
        _others(visit)


def _upload_corpus() -> None:
    file = st.file_uploader(
        _("Running text"),
        key=state.fresh("lab-corpus"),
        max_upload_size=MEGABYTES,
        help=_("Text with the missing words in it, packed or not: what stands around a word tells what it means."),
    )
    if file is None:
        return
    try:
        keep(corpus=state.own_workspace().add_upload(file.name, file))
    except LexiloomError as error:
        problem(error)
        return
    state.renew("lab-corpus")
    st.rerun()


def _others(visit: Visit) -> None:
    """Files that are there already, those of vectors left out."""
    donors = [parse_source(one) for one in kept(visit).get("donors", ()) if _is_sound(one)]
    taken = [path for spec in (*visit.draft.sources, *donors) for path in paths_in(spec)]
    uploads = [one.path for one in visit.workspace.uploads() if one.path not in taken] if visit.workspace else []
    if not uploads:
        return
    chosen = st.selectbox(
        _("Uploaded before"),
        uploads,
        None,
        format_func=lambda path: Path(path).name,
        key=state.fresh("lab-uploaded"),
        placeholder=_("Choose one"),
    )
    if chosen:
        keep(corpus=chosen)
        state.renew("lab-uploaded")
        st.rerun()


def _number(visit: Visit, before: int) -> int:
    key = state.key("lab-hidden")
    return st.number_input(
        _("Words to hide"),
        LEAST,
        MOST,
        min(MOST, max(LEAST, before)),
        step=100,
        key=key,
        on_change=lambda: keep(hidden=int(state.value(key))),
        disabled=visit.read_only,
        help=_("So many known words at most, and never more than a tenth of them. {n} tell fills apart well.").format(
            n=number(HIDDEN)
        ),
        width=200,
    )


def _thorough(visit: Visit, before: bool) -> bool:
    key = state.key("lab-thorough")
    return st.toggle(
        _("Also what other tools use"),
        before,
        key=key,
        on_change=lambda: keep(thorough=bool(state.value(key))),
        disabled=visit.read_only,
        help=_("The donor's neighbors (WECHSEL, FOCUS) and matching pursuit (tokensurgeon): they take their time."),
    )
