"""Train vectors: word vectors learned from the visitor's own text, watched while they learn."""

from __future__ import annotations

import streamlit as st

from core.messages import _
from pages._ui import (
    cached_training,
    frame,
    train_choices,
    train_earlier,
    train_kept,
    train_live,
    train_panels,
)
from pages._ui.panels import problem

visit = frame.begin()
frame.title(
    _("Train vectors"),
    _("Learn word vectors from your own text, and watch words find their neighbors."),
)

choices, outcome = st.container(), st.container()
with choices:
    asked = train_choices.setup(visit)
with outcome:
    if not asked.name or visit.base is None:
        made = None
    elif (made := train_kept.finished(visit, asked.name)) is not None:
        train_panels.result(visit, asked, made)
    elif asked.why is not None:
        problem(asked.why)
    else:
        train_live.run(visit, asked)
    if made is not None or (visit.base is not None and asked.name and cached_training.is_begun(visit.base, asked.name)):
        train_kept.keep(visit, asked, begun=True)
train_earlier.listed(visit, asked)
