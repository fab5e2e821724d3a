"""Evaluate: what the matrix and its sources reach on published sets and the visitor's own; compared."""

from __future__ import annotations

import streamlit as st

from core.errors import LexiloomError
from core.evaluation.evaluating import Evaluation
from core.jobs import JobState
from core.messages import _
from pages._ui import evaluation_choices, evaluation_panels, frame, jobs_of, server
from pages._ui.panels import job, place_error, problem

visit = frame.begin()
frame.title(
    _("Evaluate"),
    _("Scores with their coverage and their intervals; two are compared on the same items only."),
)

if visit.base is None or not visit.draft.sources:
    st.info(_("First choose a source: it can be scored before anything is built."), icon=":material/info:")
    frame.next_step("source", _("Choose a source"))
    st.stop()

try:
    asked = evaluation_choices.choose(visit)
except LexiloomError as error:
    problem(error)
    st.stop()
stage = f"evaluate:{asked.key}"
status = job(visit, stage, lambda: jobs_of.evaluate(visit, asked.arguments, asked.stamps), label=_("Evaluate"))
place_error(stage)
if status is not None and status.state is JobState.DONE and (told := server.jobs().result(status.id)):
    command = told.pop("command", "")
    evaluation_panels.results(Evaluation.from_dict(told), command, asked)
