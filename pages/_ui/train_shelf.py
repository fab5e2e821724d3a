"""On the Source page: the way to vectors of one's own text, and those that were trained already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.messages import _

from . import frame, train_earlier, train_kept
from .panels import escaped
from .state import Visit


def shelf(visit: Visit, add: Callable[[Any], None]) -> None:
    """A tile that leads to the page of training, with what was trained in this workspace."""
    st.subheader(_("From your own text"), anchor=False)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_("Word vectors that know your own field's words: word2vec, fastText or GloVe, in minutes."))
            st.space("stretch")
            if st.button(_("Train on your own text"), key="to-train", icon=":material/school:"):
                frame.switch("train")
        for one in train_earlier.names(visit):
            if train_kept.finished(visit, one["name"]) is not None:
                _trained(visit, one["name"], add)


def _trained(visit: Visit, name: str, add: Callable[[Any], None]) -> None:
    spec = train_kept.source_of(name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escaped(name)}**  \n{escaped(train_earlier.told(visit, name))}")
        st.space("stretch")
        chosen = spec in visit.draft.sources
        if st.button(
            _("Chosen") if chosen else _("Use it"), key=f"use-trained-{name}", disabled=chosen, icon=":material/add:"
        ):
            add(spec)
            st.rerun()
