"""Trained beside random: what rows reach that know nothing, on the same published sets and for the same words."""

from __future__ import annotations

import streamlit as st

from core.evaluation.evaluating import Evaluation
from core.evaluation.spec import EvaluateSpec
from core.jobs import JobSpec, JobState
from core.messages import _
from core.training.artifact import LOCK, Artifact

from . import cached, cached_training, evaluation_panels, jobs_of, server, train_kept, train_words
from .evaluation_choices import Asked
from .panels import job, place_error
from .state import Visit

ACROSS = 3


def show(visit: Visit, name: str, made: Artifact) -> None:
    """One click scores both; below, the neighbors by both, which are known already."""
    asked = _asked(visit, name, made)
    stage = f"evaluate:{asked.key}"

    def wanted() -> JobSpec:
        assert visit.base is not None
        cached_training.write_words(made, visit.base / asked.vocabulary)
        return jobs_of.evaluate(visit, asked.arguments, asked.stamps)

    note = _(
        "On published sets, as far as they ask for words of the text: what random rows reach too is worth nothing."
    )
    label = _("Compare with random vectors")
    status = job(visit, stage, wanted, label=label, note=note, main=False, key="train-compare")
    place_error(stage)
    _beside(made)
    if status is not None and status.state is JobState.DONE and (told := server.jobs().result(status.id)):
        command = told.pop("command", "")
        evaluation_panels.results(Evaluation.from_dict(told), command, asked)


def _asked(visit: Visit, name: str, made: Artifact) -> Asked:
    """Both on the published sets of the text's language, those of the data folder among them.

    Random rows have any word: only what asks for words of the text tells them apart.
    """
    assert visit.base is not None
    spec = EvaluateSpec(suite_dir=str(server.data_folder() or ""))
    subjects = (f"trained:{train_kept.source_of(name).path}", f"random:{made.lock['dim']}")
    words = cached_training.words_file(name)
    stamps = cached.stamp(cached_training.folder(visit.base, name) / LOCK)
    return Asked(subjects, spec, words, cached.told(subjects, words, spec.model_dump(mode="json"), stamps)[:24], stamps)


def _beside(made: Artifact) -> None:
    """The watched words' neighbors by the random rows that training began from, and by the trained ones."""
    watched = made.lock["watched"]
    before = made.lock["start"]["name"] if made.lock.get("start") else _("random")
    for first in range(0, len(watched), ACROSS):
        for column, one in zip(st.columns(ACROSS), watched[first : first + ACROSS], strict=False):
            with column, st.container(border=True):
                train_words.beside(one, before, _("trained"))
