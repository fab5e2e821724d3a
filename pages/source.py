"""Source: where the vectors come from; several are a chain, tried in their order."""

from __future__ import annotations

import streamlit as st

from core.messages import _
from pages._ui import frame, ranking_panels, source_panels

visit = frame.begin()
frame.title(
    _("Source"),
    _("Where the vectors come from. Several are a chain, or are joined into one."),
)

# Containers keep their places: a tab that was opened stays open when a source comes or goes above it.
with st.container():
    ready = source_panels.chain(visit)
with st.container():
    if not visit.read_only:
        source_panels.shelf(visit)
ranking_panels.ranking(visit)

if "vocabulary" in visit.draft.lacks:
    frame.next_step("vocabulary", _("Give a vocabulary"))
else:
    why_not = _("Choose a source first.")
    if visit.draft.sources:
        why_not = _("Get the chosen ones ready first, or take them out.")
    frame.next_step("coverage", _("See the coverage"), ready=ready, why_not=why_not)
