"""The five ways to learn vectors from a text, as one choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.messages import N_, _

from . import state, train_kept


@dataclass(frozen=True)
class Model:
    """One of the five: how it is called, and what it learns from."""

    title: str
    text: str


MODELS = {
    "word2vec-skipgram": Model(
        N_("word2vec skip-gram"), N_("Learns from pairs: a word predicts each word around it. Good for rare words.")
    ),
    "word2vec-cbow": Model(
        N_("word2vec CBOW"), N_("Learns from whole windows: the mean of the words around predicts the one between.")
    ),
    "fasttext-skipgram": Model(
        N_("fastText skip-gram"),
        N_("Learns from pairs too, by words' parts: n-grams of characters. New words get vectors as well."),
    ),
    "fasttext-cbow": Model(N_("fastText CBOW"), N_("Learns from whole windows, by the n-grams of the words around.")),
    "glove": Model(
        N_("GloVe"), N_("Learns from counts: how often two words stand near each other in all of the text.")
    ),
}


def choose(spec: Any, common: Sequence[str], disabled: bool) -> Any:
    """`spec` by the chosen model; another method takes over the fields `common`."""
    now = model_of(spec.kind, spec)
    chosen = st.radio(
        _("Method"),
        list(MODELS),
        list(MODELS).index(now),
        format_func=lambda one: _(MODELS[one].title) if one in MODELS else one,
        captions=[_(one.text) for one in MODELS.values()],
        key=f"{state.fresh('train')}-model",
        disabled=disabled,
    )
    kind, _dash, model = (chosen if chosen in MODELS else now).partition("-")
    if kind != spec.kind:
        spec = train_kept.start(kind, spec.texts, **{name: getattr(spec, name) for name in common})
    return spec.model_copy(update={"model": model}) if model else spec


def model_of(kind: str, settings: Any) -> str:
    """Which of MODELS it is: `settings` is a spec, or its table."""
    model = settings.get("model", "") if isinstance(settings, dict) else getattr(settings, "model", "")
    return f"{kind}-{model}" if model else kind


def title(kind: str, settings: Any) -> str:
    """Its name for people."""
    found = MODELS.get(model_of(kind, settings))
    return _(found.title) if found else kind
