"""Vocabulary: give the words, see how they were read, choose and edit."""

from __future__ import annotations

import streamlit as st

from core.errors import LexiloomError
from core.messages import _
from pages._ui import cached, frame, intake, preview_panels, reading_panels
from pages._ui.panels import problem

visit = frame.begin()
frame.title(_("Vocabulary"), _("The words that get a row each, in this order, for ever."))

spec = visit.draft.vocabulary
if spec is None:
    intake.wide(visit)
    st.stop()
if not visit.read_only:
    with st.expander(_("Other words"), icon=":material/upload:"):
        intake.narrow(visit)

assert visit.base is not None
try:
    reading = cached.reading(visit.draft, visit.base)
except cached.NotReady:
    left, right = st.columns([5, 4], gap="large")
    with left:
        reading_panels.count(visit)
        preview_panels.cut(visit)
    with right:
        reading_panels.options(visit)
    st.stop()
except LexiloomError as error:
    problem(error)
    reading_panels.options(visit)
    reading_panels.edits(visit, None)
    st.stop()

reading_panels.figures(reading)
left, right = st.columns([5, 4], gap="large")
with left:
    reading_panels.as_read(visit, reading)
    reading_panels.problems(reading)
with right:
    reading_panels.options(visit)
    reading_panels.edits(visit, reading)
reading_panels.charts(reading)

if "sources" in visit.draft.lacks:
    frame.next_step("source", _("Choose a source"))
else:
    frame.next_step("coverage", _("See the coverage"))
