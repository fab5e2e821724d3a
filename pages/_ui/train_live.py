"""A training as it runs: its pace, what it has learned of the watched words, how far the loss fell."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.figures import config
from core.jobs import JobSpec, JobStatus
from core.messages import _, duration, number, retold, unpack

from . import cached_training, jobs_of, language, train_kept, train_words
from .panels import escaped, job, place_error, start
from .state import Visit
from .train_kept import Asked


def run(visit: Visit, asked: Asked) -> JobStatus | None:
    """The button that starts the training, or how it runs, or how it ended."""
    assert visit.base is not None
    stage, base = f"{train_kept.STAGE}:{asked.name}", visit.base

    def wanted() -> JobSpec:
        return jobs_of.train(visit, asked.name, asked.spec)

    begun = cached_training.is_begun(base, asked.name)
    status = job(visit, stage, wanted, label=_("Go on") if begun else _("Train"), key=train_kept.STAGE)
    place_error(stage)
    running = status is not None and not status.state.finished
    if begun and not running:
        if not visit.read_only:
            _finish(visit, asked, stage)
        show(cached_training.live(base, asked.name))
    if running:  # also while it waits: the page is not run again when its turn comes
        watch(visit, asked.name)
    return status


def _finish(visit: Visit, asked: Asked, stage: str) -> None:
    """A training that was stopped can be ended with what it has."""
    told = _("Trains no further: the vectors as they are now become a source.")
    if st.button(_("Take what is reached"), key=f"finish-{stage}", icon=":material/flag:", help=told):
        start(visit, stage, jobs_of.train(visit, asked.name, asked.spec, finish=True))
        st.rerun()


def watch(visit: Visit, name: str) -> None:
    """What the training writes about itself, looked at every second."""
    assert visit.base is not None
    base = visit.base

    @st.fragment(run_every="1s")
    @language.spoken
    def follow() -> None:
        show(cached_training.live(base, name))

    follow()


def show(live: dict[str, Any] | None) -> None:
    """How the training stands: words first, curves below."""
    if live is None:
        st.caption(_("The text is read and cut into words; then the watched words appear here with their neighbors."))
        return
    _figures(live)
    train_words.cards(live["watched"])
    curves(live, "train-live")
    for note in live.get("notes", ()):
        st.caption(escaped(retold(unpack(note)), None))


def _figures(live: dict[str, Any]) -> None:
    """Four numbers."""
    columns = st.columns(4)
    done = live["done"] / live["total"] if live["total"] else 0.0
    told = _("{n} words in the vocabulary").format(n=number(live["words"]))
    so_far = _("{seconds} so far").format(seconds=duration(live["seconds"]))
    shown = [
        (_("Epochs"), _("{n} of {all}").format(n=number(done, 1), all=number(live["epochs"])), told),
        (pace(live["unit"]), number(round(live["per_second"])), _("on {device}").format(device=live["device"])),
        (_("Time left"), "–" if live.get("left") is None else duration(live["left"]), so_far),
        (_("Loss"), loss(live["losses"][-1][1]) if live["losses"] else "–", retold(unpack(live["loss_name"]))),
    ]
    for column, (label, value, note) in zip(columns, shown, strict=True):
        with column:
            st.metric(label, value, delta=note or None, delta_color="off", delta_arrow="off")


def pace(unit: str) -> str:
    """What a training does in a second, as a label."""
    return _("Words a second") if unit == "words" else _("Pairs a second")


def loss(value: float) -> str:
    """A loss for people."""
    return number(value, 4)


def curves(told: dict[str, Any], key: str, *, beside: bool = True) -> None:
    """The loss, and how the neighbors settle: beside each other, or one below the other."""
    from core.figures.training import settling, training_loss

    left, right = st.columns(2, gap="large") if beside else (st.container(), st.container())
    with left:
        about = _("The same measure all the time, on stretches of the text; lower is better.")
        st.markdown(f"**{_('Loss')}**", help=about)
        st.plotly_chart(training_loss(told), key=f"{key}-loss", config=config(), alt=_("Loss by words trained on"))
    with right:
        if any(one.get("settled") for one in told["watched"]):
            about = _("The share of a word's ten neighbors that were there at the look before: at 1 they stand still.")
            st.markdown(f"**{_('How neighbors settle')}**", help=about)
            alt = _("Share of the neighbors that stayed, by words trained on")
            st.plotly_chart(settling(told), key=f"{key}-settling", config=config(), alt=alt)
