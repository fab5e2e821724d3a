"""Laboratory: known words are hidden and made again; the fills that do it best are taken over; one word looked at."""

from __future__ import annotations

import streamlit as st

from core.errors import LexiloomError
from core.messages import _
from pages._ui import cached, frame, gate_panels, laboratory_choices, laboratory_panels, story_panels
from pages._ui.panels import problem

visit = frame.begin()
frame.title(
    _("Laboratory"),
    _("Which fill suits your missing words? Known ones are hidden and made again, and the best way is yours at once."),
)

if visit.draft.lacks or visit.base is None:
    lacking = visit.draft.lacks[0] if visit.draft.lacks else "vocabulary"
    told = _("First give a vocabulary.") if lacking == "vocabulary" else _("First choose a source.")
    st.info(told, icon=":material/info:")
    page = "vocabulary" if lacking == "vocabulary" else "source"
    frame.next_step(page, _("Give a vocabulary") if page == "vocabulary" else _("Choose a source"))
    st.stop()

try:
    found = cached.cover(visit.draft, visit.base)
except cached.NotReady as need:
    frame.not_ready(need)
except LexiloomError as error:
    problem(error)
    frame.next_step("source", _("Change the sources"))
    st.stop()

asked = laboratory_choices.choose(visit)
told = laboratory_panels.compare(visit, asked)
if told is not None:
    laboratory_panels.result(visit, asked, told)
story_panels.story(visit, asked, found)
gate_panels.gate(visit)
