"""How a vocabulary comes in: uploaded, pasted, or a sample."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.messages import _
from core.vocabulary import sniff_vocabulary
from core.vocabulary.several import sniff_several
from core.workspace.personal import PersonalWorkspace

from . import samples, state
from .panels import problem
from .state import Visit

PASTED = "words.txt"
MEGABYTES = 200


def wide(visit: Visit) -> None:
    """The ways in, as the page's whole content."""
    if visit.read_only:
        st.info(_("There is no vocabulary in this workspace."))
        return
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True, height="stretch"):
        st.subheader(_("Upload"), anchor=False)
        _upload()
    with right, st.container(border=True, height="stretch"):
        st.subheader(_("Paste"), anchor=False)
        _paste()
    st.subheader(_("Or try a sample"), anchor=False)
    samples.tiles(visit)


def narrow(visit: Visit) -> None:
    """The ways in, where there are words already."""
    left, right = st.columns(2, gap="large")
    with left:
        _upload()
    with right:
        _paste()


def _upload() -> None:
    files = st.file_uploader(
        _("Word list, table, tokenizer or running text"),
        accept_multiple_files=True,
        key=state.fresh("vocabulary"),
        max_upload_size=MEGABYTES,
        help=_(
            "One word a line (a count may follow), .csv, .tsv, .jsonl, .parquet, tokenizer.json, vocab.txt, or text "
            "to be counted (.txt, .gz, .bz2, .zst). The kind and the encoding are found out, and can be changed. "
            "Several files are joined."
        ),
    )
    if files and _taken([(file.name, file) for file in files]):
        state.renew("vocabulary")
        st.rerun()


def _paste() -> None:
    text = st.text_area(
        _("Words or text"), height=132, key=state.fresh("pasted"), placeholder=_("One word a line, or running text")
    )
    asked = st.button(_("Use these words"), disabled=not text.strip(), key="use-pasted")
    if asked and _taken([(PASTED, text.encode("utf-8", "surrogatepass"))]):
        state.renew("pasted")
        st.rerun()


def _taken(files: list[tuple[str, Any]]) -> bool:
    """Keep the files and make them the vocabulary; what is wrong is told here, and the old words stay."""
    try:
        here = state.own_workspace()
        paths = [here.add_upload(name, data) for name, data in files]
        chosen = _sniffed(here, paths[0]) if len(paths) == 1 else sniff_several(paths, base=here.folder)
        state.save(state.visit().draft.with_(vocabulary=chosen), rebuild=True)
    except LexiloomError as error:
        problem(error)
        return False
    return True


def _sniffed(here: PersonalWorkspace, path: str) -> Any:
    return sniff_vocabulary(here.folder / path).model_copy(update={"path": path})
