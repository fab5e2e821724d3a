"""A training as it runs: how far it is, its curves, what it takes for what, and where its words are going."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.figures import config
from core.figures.tuning import loss_curve, measure_curves
from core.figures.tuning_scores import confusion
from core.figures.tuning_words import live_map
from core.jobs import JobStatus
from core.messages import _, number, size
from core.tuning.report import Curve

from . import cached_tuning, jobs_of, language, server
from .finetune_kept import Asked
from .panels import job, place_error, start, why
from .state import Visit


def run(visit: Visit, asked: Asked) -> JobStatus | None:
    """The button that starts the training, or how it runs, or how it ended."""
    stage = f"{server.FINETUNE}:{asked.key}"

    def wanted() -> Any:
        return jobs_of.finetune(visit, asked.base.key, asked.key, asked.spec)

    began = cached_tuning.has_best(asked.key)
    status = job(visit, stage, wanted, label=_("Go on") if began else _("Fine-tune"), key=server.FINETUNE)
    place_error(stage)
    running = status is not None and not status.state.finished
    if began and not running and not visit.read_only:
        _finish(visit, asked, stage)
        if (reached := cached_tuning.live(asked.key)) is not None:
            show(reached)
    if running:  # also while it waits: the page is not run again when its turn comes
        watch(asked.key)
    return status


def _finish(visit: Visit, asked: Asked, stage: str) -> None:
    """A training that was stopped can be ended with what it has."""
    told = _("Ends the training here: the epoch with the lowest validation loss so far is scored and kept.")
    if st.button(_("Take the best epoch so far"), key=f"finish-{stage}", icon=":material/flag:", help=told):
        start(visit, stage, jobs_of.finetune(visit, asked.base.key, asked.key, asked.spec, finish=True))
        st.rerun()


def watch(key: str) -> None:
    """What the training writes about itself, looked at every second."""

    @st.fragment(run_every="1s")
    @language.spoken
    def follow() -> None:
        show(cached_tuning.live(key))

    follow()


def show(live: dict[str, Any] | None) -> None:
    """How the training of the first seed stands."""
    if live is None:
        st.caption(_("The texts are read; then the curves appear here."))
        return
    _facts(live)
    curve = Curve(
        epochs=tuple(live.get("epochs", ())),
        steps=tuple((int(n), float(loss)) for n, loss in live.get("steps", ())),
        best=int(live.get("best", -1)),
        stopped="",
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{_('Loss')}**", help=why("loss_curve"))
        st.plotly_chart(loss_curve(curve), key="finetune-live-loss", config=config(), alt=_("Loss by epoch"))
    with right:
        measures = measure_curves(curve)
        if measures is not None:
            st.markdown(f"**{_('Validation')}**", help=why("measure_curve"))
            alt = _("Scores of the validation part by epoch")
            st.plotly_chart(measures, key="finetune-live-measures", config=config(), alt=alt)
    _moving(live)


def _facts(live: dict[str, Any]) -> None:
    """The device and its memory."""
    told = [_("on {device}").format(device=live["device"])] if live.get("device") else []
    if live.get("memory"):
        told.append(_("{size} of parameters and optimizer").format(size=size(live["memory"])))
    if live.get("examples_total"):
        told.append(_("{n} examples in all").format(n=number(live["examples_total"])))
    st.caption(" · ".join(told))


def _moving(live: dict[str, Any]) -> None:
    """The words on their way, and what is taken for what."""
    dark = st.context.theme.type == "dark"
    moving = live_map(live, dark=dark)
    counts = (live.get("confusion") or [None])[-1]
    left, right = st.columns([3, 2], gap="large") if moving is not None and counts else (st.container(), st.container())
    with left:
        if moving is not None:
            st.markdown(f"**{_('Words on their way')}**", help=why("moving_map"))
            alt = _("Places of watched words, with their way so far")
            st.plotly_chart(moving, key="finetune-live-map", config=config(), alt=alt)
    with right:
        if counts:
            st.markdown(f"**{_('Validation: what is taken for what')}**", help=why("confusion"))
            made = confusion(counts, live.get("classes") or [str(i) for i in range(len(counts))], dark=dark)
            st.plotly_chart(made, key="finetune-live-confusion", config=config(), alt=_("Confusion matrix"))
