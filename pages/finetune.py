"""Fine-tune: a finished matrix is tuned on texts of the visitor's own, and it is told what that was worth."""

from __future__ import annotations

import streamlit as st

from core.messages import _
from pages._ui import (
    build_panels,
    explore_choices,
    finetune_choices,
    finetune_kept,
    finetune_live,
    finetune_panels,
    frame,
)
from pages._ui.panels import problem

visit = frame.begin()
frame.title(
    _("Fine-tune"),
    _("Tune a matrix on your own texts in minutes; scored on texts kept apart, beside baselines that need no tuning."),
)

found = explore_choices.builds(visit)
if not found:
    st.info(_("There is no matrix yet. Build one: then it can be tuned here."), icon=":material/info:")
    frame.next_step("download", _("Build the matrix"))
    st.stop()

choices, outcome = st.container(), st.container()
with choices:
    asked = finetune_choices.setup(visit, found)
if not asked.key:
    st.stop()
with outcome:
    report = finetune_kept.finished(asked)
    if report is not None:
        if report.changed and build_panels.own(visit, asked.key):
            st.rerun()
        finetune_kept.keep(visit, asked, done=True)
        finetune_panels.result(visit, asked, report)
    elif asked.why is not None:
        problem(asked.why)
    else:
        finetune_live.run(visit, asked)
finetune_kept.earlier(visit, asked)
