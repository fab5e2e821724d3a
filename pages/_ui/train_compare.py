"""Trained beside random: what rows reach that know nothing, on the same published sets and for the same words."""

from __future__ import annotations

import streamlit as st

from core.evaluation.evaluating import Evaluation
from core.evaluation.spec import EvaluateSpec
from core.jobs import JobState
from core.messages import _
from core.training.artifact import LOCK, Artifact

from . import cached, cached_training, evaluation_panels, jobs_of, server, train_kept, train_words
from .evaluation_choices import Asked
from .panels import job, place_error
from .state import Visit

ACROSS = 3


def show(visit: Visit, name: str, made: Artifact) -> None:
    """One click scores both; below, the neighbors by both, which are known already."""
    st.subheader(_("Compared with random vectors"), anchor=False)
    subjects = [f"random:{made.lock['dim']}", f"trained:{train_kept.source_of(name).path}"]
    asked = _asked(visit, subjects, name)
    stage = f"evaluate:{asked.key}"
    status = job(
        visit,
        stage,
        lambda: jobs_of.evaluate(visit, asked.arguments, asked.stamps),
        label=_("Compare with random vectors"),
        note=_("Published sets of word similarity and analogies: a score that random rows reach too is worth nothing."),
        main=False,
        key="train-compare",
    )
    place_error(stage)
    if status is not None and status.state is JobState.DONE and (told := server.jobs().result(status.id)):
        command = told.pop("command", "")
        _beside(made)
        evaluation_panels.results(Evaluation.from_dict(told), command, asked)


def _asked(visit: Visit, subjects: list[str], name: str) -> Asked:
    """Both on the published sets of the text's language, those of the data folder among them."""
    assert visit.base is not None
    shared = server.data_folder()
    spec = EvaluateSpec(suite_dir=str(shared) if shared else "")
    stamps = cached.stamp(cached_training.folder(visit.base, name) / LOCK)
    return Asked(tuple(subjects), spec, "", cached.told(subjects, spec.model_dump(mode="json"), stamps)[:24], stamps)


def _beside(made: Artifact) -> None:
    """The watched words' neighbors by the random rows that training began from, and by the trained ones."""
    watched = made.lock["watched"]
    before = made.lock["start"]["name"] if made.lock.get("start") else _("random")
    for first in range(0, len(watched), ACROSS):
        for column, one in zip(st.columns(ACROSS), watched[first : first + ACROSS], strict=False):
            with column, st.container(border=True):
                train_words.beside(one, before, _("trained"))
