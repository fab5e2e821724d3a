"""Explore: maps of a finished matrix, neighbors, analogies, axes, similarities, and two matrices side by side."""

from __future__ import annotations

import streamlit as st

from core.errors import LexiloomError
from core.messages import _
from pages._ui import analogy_panels, axes_panels, compare_panels, explore_choices, frame, map_panels, neighbor_panels
from pages._ui.panels import problem

VIEWS = {
    "map": map_panels.show,
    "neighbors": neighbor_panels.show,
    "analogies": analogy_panels.show,
    "axes": axes_panels.show,
    "similarities": axes_panels.show_similarities,
    "compare": compare_panels.show,
}

visit = frame.begin()
frame.title(
    _("Explore"),
    _("Look at the vectors: every word has a point or is named as left out, and every nearness can be checked."),
)

chosen = explore_choices.matrix(visit)
if chosen is None:
    st.info(_("There is no matrix yet. Build one: then its words can be looked at here."), icon=":material/info:")
    frame.next_step("download", _("Build the matrix"))
    st.stop()

view = explore_choices.view(list(VIEWS))
try:
    VIEWS[view](visit, chosen)
except LexiloomError as error:
    problem(error)
