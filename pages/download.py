"""Build and download: the matrix is built, looked at, and taken away."""

from __future__ import annotations

import streamlit as st

from core.errors import LexiloomError
from core.messages import _
from pages._ui import build_panels, cached, export_panels, frame, jobs_of
from pages._ui.panels import job, place_error, problem

visit = frame.begin()
frame.title(_("Build and download"), _("Every row finite, every row with its origin, checked by reading it back."))

if visit.draft.lacks or visit.base is None:
    st.info(_("First give a vocabulary and choose a source."), icon=":material/info:")
    frame.next_step("vocabulary", _("Give a vocabulary"))
    st.stop()

try:
    key = cached.build_key(visit.draft, visit.base)
except cached.NotReady as need:
    frame.not_ready(need)
except LexiloomError as error:
    problem(error)
    frame.next_step("source", _("Change the sources"))
    st.stop()

saved = cached.build(key)
if saved is None:
    if not build_panels.asked(visit):
        st.stop()
    status = job(visit, f"build:{key}", lambda: jobs_of.build(visit, key), label=_("Build the matrix"))
    place_error(f"build:{key}")
    if visit.workspace and visit.workspace.builds and (status is None or status.state.finished):
        build_panels.older(visit)
    st.stop()

if build_panels.own(visit, key):
    st.rerun()
build_panels.figures(visit, saved)
left, right = st.columns([1, 1], gap="large")
with left:
    build_panels.coverage(saved)
    build_panels.card(key)
with right:
    build_panels.sanity(key, saved)
build_panels.examples(key, saved)
export_panels.everything(visit, key)
export_panels.targets(visit, key, saved)
