"""A word and its nearest words: in the original space, exact; and how its vector came about."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.csv_text import csv_of
from core.listing import STATES
from core.messages import _, number
from core.neighbors.asking import Answer
from core.neighbors.spelling import suggestions

from . import cached, cached_maps, state
from .explore_choices import Chosen
from .panels import plain_text, why
from .state import Visit
from .word_panels import RUNG_TITLES

MOST = 100


def show(visit: Visit, chosen: Chosen) -> None:
    """A word or a phrase is asked for; its neighbors and its origin are shown."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            _("Word or phrase"),
            key="near-text",
            icon=":material/search:",
            placeholder=_example(chosen),
            max_chars=300,
        )
        k = st.number_input(_("Neighbors"), 1, MOST, 10, key="near-k", width=120)
        weighting = "mean"
        if _can_weigh(chosen):
            weighting = st.segmented_control(
                _("Several words"),
                ["mean", "sif"],
                default="mean",
                required=True,
                format_func=lambda one: _("mean") if one == "mean" else _("rare words weigh more"),
                key="near-weighting",
                help=_("A phrase is the mean of its words' rows, each of length 1; or weighted by a / (a + p), SIF."),
            )
    asked = (text or "").strip() or _example(chosen)
    answered(chosen, asked, int(k), weighting or "mean", key="near")


def answered(chosen: Chosen, text: str, k: int, weighting: str, *, key: str) -> None:
    """The answer to a word or phrase, or what is spelled like it."""
    ids = chosen.saved.matrix.vocabulary.ids
    if text not in ids and " " not in text and not _cut(chosen, text):
        unknown(chosen, text, key)
        return
    found = cached_maps.answer(chosen.key, chosen.saved, text, k, weighting)
    left, right = st.columns([3, 2], gap="large")
    with left:
        table(found, key)
    with right:
        for word in dict.fromkeys(found.words):
            card(chosen, word)


def _cut(chosen: Chosen, text: str) -> bool:
    """Whether some of the text are words of the matrix, as in Chinese."""
    from core.neighbors.cutting import words_in

    return bool(words_in(chosen.saved.matrix.vocabulary, text)[0])


def unknown(chosen: Chosen, text: str, key: str) -> None:
    """A word that is not there: what is spelled like it, to be clicked."""
    st.warning(_("This is not a word of the matrix."), icon=":material/search_off:")
    plain_text(text)
    near = suggestions(chosen.saved.matrix, text)
    if near:
        st.caption(_("Spelled like it:"))
        with st.container(horizontal=True):
            for i, word in enumerate(near):
                st.button(_label(word), key=f"{key}-like-{i}", on_click=state.put, args=(f"{key}-text", word))


def _label(word: str) -> str:
    from .panels import escaped

    return escaped(word, 40)


def table(found: Answer, key: str) -> None:
    """The neighbors, nearest first; to be saved."""
    st.markdown(f"**{_('Nearest words')}**", help=why("cosine"))
    if found.missing:
        st.caption(_label(_("left out, as the matrix has them not: {words}").format(words=", ".join(found.missing))))
    if found.note:
        st.caption(_label(found.note))
    if not found.neighbors:
        st.caption(_("No other row has a direction."))
        return
    counted = any(one.count is not None for one in found.neighbors)
    columns: dict[Any, Any] = {
        _("word"): [one.word for one in found.neighbors],
        _("cosine"): [one.cosine for one in found.neighbors],
        **({_("count"): [one.count for one in found.neighbors]} if counted else {}),
        _("origin"): [_(STATES[one.state]) for one in found.neighbors],
    }
    bar = st.column_config.ProgressColumn(format="%.3f", min_value=0.0, max_value=1.0)
    st.dataframe(columns, hide_index=True, height="content", key=f"{key}-table", column_config={_("cosine"): bar})
    rows = [[found.text, one.word, one.cosine, one.count, one.state] for one in found.neighbors]
    st.download_button(
        _("Save as CSV"),
        csv_of(["query", "word", "cosine", "count", "state"], rows),
        "neighbors.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
        key=f"{key}-csv",
    )


def card(chosen: Chosen, word: str) -> None:
    """How a word's vector came about."""
    row = cached.built_row(chosen.key, word)
    if row is None:
        return
    with st.container(border=True):
        plain_text(word)
        told: list[tuple[str, str]] = [(_("Vector"), _(STATES[row["state"]]))]
        if row["form"] and row["form"] != word:
            told.append((_("Found as"), row["form"]))
        if row["rung"] and row["rung"] != "exact":
            told.append((_("By"), _(RUNG_TITLES[row["rung"]])))
        if row["pieces"]:
            told.append((_("Made of"), " + ".join(row["pieces"])))
        if row["method"]:
            told.append((_("Fill"), row["method"]))
        if row["source"]:
            told.append((_("From"), row["source"]))
        if row["count"] is not None:
            told.append((_("Count"), number(row["count"])))
        for name, shown in told:
            left, right = st.columns([1, 2], gap="small")
            left.caption(name)
            with right:
                plain_text(str(shown))
        if row["state"] == "invented":
            st.caption(_("This row says nothing about the word: its neighbors mean nothing."))


def _can_weigh(chosen: Chosen) -> bool:
    matrix = chosen.saved.matrix
    return matrix.weights is not None or matrix.vocabulary.counts is not None


def _example(chosen: Chosen) -> str:
    """A word to begin with: one that a sound matrix tells something about."""
    examples = cached.sanity(chosen.key, chosen.saved).examples
    return examples[0].word if examples else chosen.saved.matrix.vocabulary.words[0]
