"""What stands in a vocabulary's file: its first lines, its columns, and how text is cut into words."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.messages import _
from core.vocabulary.preview import columns_of, head_of, preview_tokens

from . import state
from .panels import place_error, problem
from .state import Visit

LINES = 3
TOKENS = 60


def cut(visit: Visit) -> None:
    """How the first lines of running text are cut into words, with the options as they are."""
    spec: Any = visit.draft.vocabulary
    if spec.kind != "corpus" or visit.base is None:
        return
    try:
        lines = head_of(visit.base / spec.path, spec.encoding, n=20, name=spec.path)
        shown = preview_tokens([line for line in lines if line.strip()][:LINES], spec, base=visit.base)
    except LexiloomError as error:
        problem(error)
        return
    st.markdown(f"**{_('Cut into words')}**")
    for line, tokens in shown:
        st.caption(_("from the text:"))
        st.text(line[:300])
        st.text(" ｜ ".join(tokens[:TOKENS]))


def columns(visit: Visit) -> None:
    """Which columns of a table hold the words and the counts, chosen by name; and its first rows."""
    spec: Any = visit.draft.vocabulary
    if spec.kind != "table" or visit.base is None:
        return
    try:
        head = columns_of(visit.base / spec.path, spec)
    except LexiloomError as error:
        problem(error)
        return
    names = list(head.names)
    _column(_("Column of words"), "vocabulary.column", names, spec.column or head.word, visit.read_only)
    _column(
        _("Column of counts"),
        "vocabulary.count_column",
        ["", *names],
        spec.count_column or head.count or "",
        visit.read_only,
    )
    st.markdown(f"**{_('First rows')}**")
    if head.form == "delimited":
        marks = {"\t": _("tab"), ",": _("comma"), ";": _("semicolon"), "|": _("bar")}
        st.caption(_("cells are parted by: {mark}").format(mark=marks.get(head.delimiter, head.delimiter)))
    cells = {name: [row[place] if place < len(row) else "" for row in head.rows] for place, name in enumerate(names)}
    st.dataframe(cells, hide_index=True, height="content", key="table-head")


def _column(label: str, place: str, names: list[str], chosen: str | None, disabled: bool) -> None:
    key = state.key(place)
    st.selectbox(
        label,
        names,
        index=names.index(chosen) if chosen in names else None,
        format_func=lambda name: name or _("none"),
        key=key,
        on_change=state.on_change(place, key),
        disabled=disabled,
    )
    place_error(place)


def dictionary(visit: Visit) -> None:
    """A user's dictionary for the Chinese segmenter."""
    spec: Any = visit.draft.vocabulary
    if spec.kind != "corpus":
        return
    with st.popover(_("Your own words for the segmenter"), icon=":material/book:", disabled=visit.read_only):
        st.caption(_("One word a line, a count may follow: jieba keeps these whole."))
        if spec.user_dictionary:
            st.text(spec.user_dictionary)
            st.button(
                _("Take it out"),
                key="no-dictionary",
                on_click=state.change_and_rebuild,
                args=("vocabulary.user_dictionary", ""),
            )
        given = st.file_uploader(_("A text file"), key=state.fresh("dictionary"), max_upload_size=20)
        if given is None:
            return
        try:
            state.change_and_rebuild("vocabulary.user_dictionary", state.own_workspace().add_upload(given.name, given))
        except LexiloomError as error:
            problem(error)
            return
    state.renew("dictionary")
    st.rerun()
