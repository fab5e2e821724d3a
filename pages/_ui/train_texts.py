"""The texts that vectors are trained on: uploaded, or there already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.messages import _, size
from core.training.spec import TextsSpec

from . import server, state, train_cut, train_kept
from .panels import problem
from .state import Visit

MEGABYTES = 200
ENDINGS = (".txt", ".gz", ".bz2", ".zst", *train_cut.TABLES)


def choose(visit: Visit, texts: TextsSpec) -> TextsSpec:
    """The files and what of them becomes a word; `texts` is how they were left."""
    st.markdown(f"**{_('Text')}**")
    for path in texts.paths:
        _given(visit, texts, path)
    if not visit.read_only:
        _more(visit, texts)
    return train_cut.options(visit, texts) if texts.paths else texts


def _given(visit: Visit, texts: TextsSpec, path: str) -> None:
    place = texts.paths.index(path)
    with st.container(horizontal=True, vertical_alignment="center", key=f"train-file-{place}"):
        st.text(Path(path).name)
        if not visit.read_only:
            st.button(
                "",
                icon=":material/close:",
                key=f"train-drop-{place}",
                on_click=_leave_out,
                args=(path,),
                help=_("Take it out"),
            )


def _leave_out(path: str) -> None:
    _set(tuple(one for one in train_kept.last(state.visit()).spec.texts.paths if one != path))


def _set(paths: tuple[str, ...], **more: Any) -> None:
    """Take these files; others have other columns."""
    train_kept.change_texts(paths=tuple(dict.fromkeys(paths)), column="", **more)
    state.renew("train-texts")


def _add(paths: list[str], **more: Any) -> None:
    _set((*train_kept.last(state.visit()).spec.texts.paths, *paths), **more)


def _more(visit: Visit, texts: TextsSpec) -> None:
    """The ways in: an upload, the vocabulary's own text, files that are there already."""
    files = st.file_uploader(
        _("Running text, one file or several"),
        accept_multiple_files=True,
        key=state.fresh("train-files"),
        max_upload_size=MEGABYTES,
        help=_("Texts, also as .gz, .bz2 or .zst; tables (.csv, .tsv, .jsonl, .parquet) with a column of texts."),
    )
    if files and _uploaded(files):
        state.renew("train-files")
        st.rerun()
    with st.container(horizontal=True):
        own = train_kept.texts_of(visit.draft.vocabulary)
        if own is not None and not set(own.paths) <= set(texts.paths):
            names = ", ".join(Path(path).name for path in own.paths)
            if st.button(_("The vocabulary's own text"), key="train-own-text", icon=":material/list_alt:", help=names):
                _add(
                    list(own.paths), **{name: getattr(own, name) for name in own.model_fields_set - {"paths", "column"}}
                )
                state.renew("train")
                st.rerun()
        _others(visit)


def _uploaded(files: list[Any]) -> bool:
    try:
        here = state.own_workspace()
        _add([here.add_upload(file.name, file) for file in files])
    except LexiloomError as error:
        problem(error)
        return False
    return True


def _others(visit: Visit) -> None:
    """Files that are there already: uploaded before, in the data folder, or anywhere on the reader's own machine."""
    there = {one.path: one.name for one in visit.workspace.uploads()} if visit.workspace else {}
    if (shared := server.data_folder()) is not None:
        found = [path for path in server.access(visit.base or shared).files(shared) if _is_text(path)]
        there |= {str(path): f"{path.relative_to(shared).as_posix()} ({size(path.stat().st_size)})" for path in found}
    if not there and not server.is_local():
        return
    with st.popover(_("A file that is there already"), icon=":material/folder_open:", type="tertiary"):
        chosen = ""
        if there:
            chosen = st.selectbox(
                _("Uploaded before, or in the data folder"),
                list(there),
                None,
                format_func=lambda path: there.get(path, str(path)),
                key=state.fresh("train-there"),
            )
        if server.is_local():  # others' paths are none of a visitor's business
            typed = st.text_input(
                _("Path of a file or folder on this machine"), key=state.fresh("train-local"), max_chars=1000
            ).strip()
            chosen = chosen or _local(typed)
        if chosen:
            _add([chosen])
            state.renew("train-there")
            state.renew("train-local")
            st.rerun()


def _local(typed: str) -> str:
    """The whole path of what was typed; "" where there is nothing, which is told."""
    if not typed:
        return ""
    path = Path(typed).expanduser()
    if "\0" in typed or not path.exists():
        problem(LexiloomError(_("there is no such file"), where=typed, fix=_("Check the path.")))
        return ""
    return str(path.absolute())


def _is_text(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS
