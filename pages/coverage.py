"""Coverage: what is found, how, and what is missing; rungs, fills and transforms chosen."""

from __future__ import annotations

import streamlit as st

from core.errors import LexiloomError
from core.messages import _
from pages._ui import (
    cached,
    coverage_panels,
    fill_panels,
    fix_panels,
    frame,
    unused_panels,
    word_panels,
    worklist_panels,
)
from pages._ui.panels import problem

visit = frame.begin()
frame.title(
    _("Coverage"), _("What the sources hold of the vocabulary. No vector is read yet, so every switch answers at once.")
)

if visit.draft.lacks or visit.base is None:
    lacking = visit.draft.lacks[0] if visit.draft.lacks else "vocabulary"
    st.info(
        _("First give a vocabulary.") if lacking == "vocabulary" else _("First choose a source."),
        icon=":material/info:",
    )
    page = "vocabulary" if lacking == "vocabulary" else "source"
    frame.next_step(page, _("Give a vocabulary") if page == "vocabulary" else _("Choose a source"))
    st.stop()

try:
    with st.spinner(_("Looking the words up")):
        found = cached.cover(visit.draft, visit.base)
except cached.NotReady as need:
    frame.not_ready(need)
except LexiloomError as error:
    problem(error)
    if visit.draft.fixes.words:  # a word that one of them uses may be held no longer
        fix_panels.decisions(visit, None)
    frame.next_step("source", _("Change the sources"))
    st.stop()

coverage_panels.figures(found)
coverage_panels.bar(found)
coverage_panels.warnings(found)
left, right = st.columns([4, 5], gap="large")
with left:
    coverage_panels.rungs(visit, found)
with right:
    coverage_panels.charts(found)
worklist_panels.panel(visit, found)
word_panels.words(visit, found)
unused_panels.panel(visit, found)
fill_panels.choose(visit, found)
built = cached.build(cached.build_key(visit.draft, visit.base))
frame.next_step("download", _("See the matrix") if built else _("Build the matrix"))
