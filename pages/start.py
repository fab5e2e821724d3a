"""Start: what Lexiloom does, samples one click away, and the way in for one's own words."""

from __future__ import annotations

import streamlit as st

from core.messages import _
from pages._ui import frame, samples, server, state
from pages._ui.names import draft_name
from pages._ui.panels import plain_text
from pages._ui.recipe_box import opener

visit = frame.begin()

st.title(_("An embedding matrix for your vocabulary"), anchor=False)
st.markdown(
    _(
        "Lexiloom looks your words up in pretrained vectors, shows which are missing and why, fills the holes, "
        "and hands you a matrix that PyTorch, gensim and Hugging Face load. Row order is your word order."
    ),
    width=760,
)

steps = [
    (
        ":material/list_alt:",
        _("Vocabulary"),
        _("A word list, a table, a tokenizer or running text, English or Chinese."),
    ),
    (":material/database:", _("Source"), _("Built-in vectors, or GloVe, word2vec and fastText files.")),
    (
        ":material/stacked_bar_chart:",
        _("Coverage"),
        _("What is found, how, and what is missing, before any vector is read."),
    ),
    (
        ":material/download:",
        _("Build and download"),
        _("Every row finite, every row with its origin; verified by reading it back."),
    ),
]
for column, (icon, heading, text) in zip(st.columns(4), steps, strict=True):
    with column, st.container(border=True, height="stretch"):
        st.markdown(f"{icon} **{heading}**")
        st.caption(text)

if server.is_class():
    samples.class_entry(visit)

st.subheader(_("Try a sample"), anchor=False)
samples.tiles(visit)

st.subheader(_("Bring your own words"), anchor=False)
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(_("Upload or paste a vocabulary"), type="primary", icon=":material/upload:", key="bring"):
        if visit.read_only:  # words of one's own have no place in another's workspace
            state.forget()
        frame.switch("vocabulary")
    with st.popover(_("Open a recipe"), icon=":material/receipt_long:"):
        opener("recipe-on-start")

if visit.workspace is not None and not visit.draft.lacks:
    st.subheader(_("Go on where you were"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        plain_text(draft_name(visit.draft, visit.workspace.name))
        if st.button(_("Go on"), icon=":material/arrow_forward:", icon_position="right", key="go-on"):
            frame.switch("coverage")
