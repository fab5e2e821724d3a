"""What a training gave: its figures, the neighbors of its words, its use as a source, its worth beside random rows."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.messages import _, duration, number, retold
from core.training.artifact import Artifact

from . import (
    cached_training,
    frame,
    jobs_of,
    source_panels,
    train_compare,
    train_kept,
    train_live,
    train_methods,
    train_window,
    train_words,
)
from .panels import escaped, plain_text, problem
from .state import Visit
from .train_kept import Asked


def result(visit: Visit, asked: Asked, made: Artifact) -> None:
    """The vectors: what they are, where they go, and three ways to look at them."""
    _figures(made)
    _use(visit, asked)
    titles = [_("What words have learned"), _("Compared with random vectors"), _("One window at work")]
    words, compared, window = st.tabs(titles)
    with words:
        _learned(made, asked)
    with compared:
        train_compare.show(visit, asked.name, made)
    with window:
        train_window.show(made)


def _learned(made: Artifact, asked: Asked) -> None:
    """Neighbors, and how training went."""
    train_words.cards(made.lock["watched"])
    left, right = st.columns(2, gap="large")
    with left:
        near(made)
    with right:
        train_live.curves(made.lock, "train-done", beside=False)
    for note in made.lock["notes"]:
        st.caption(escaped(retold(note), None))
    with st.expander(_("The same on a machine of your own"), icon=":material/terminal:"):
        st.code(command(asked.spec), language="bash", wrap_lines=True)


def _figures(made: Artifact) -> None:
    """Four numbers and a line."""
    lock = made.lock
    corpus, losses = lock["corpus"], lock["losses"]
    columns = st.columns(4)
    ended = train_live.loss(losses[-1][1]) if losses else "–"
    began = _("{loss} at the start").format(loss=train_live.loss(losses[0][1])) if losses else ""
    text = _("of {n} words of text").format(n=number(corpus["raw_tokens"]))
    shown = [
        (_("Words with a vector"), number(lock["words"]), _("{n} dimensions").format(n=number(lock["dim"]))),
        (_("Words trained on"), number(corpus["tokens"]), text),
        (train_live.pace(lock["unit"]), number(round(lock["per_second"])), duration(lock["seconds"])),
        (_("Loss"), ended, began),
    ]
    for column, (label, value, note) in zip(columns, shown, strict=True):
        with column:
            st.metric(label, value, delta=note or None, delta_color="off", delta_arrow="off")
    told = [train_methods.title(made.method, made.settings), _("{n} epochs").format(n=number(lock["epochs"]))]
    if not lock["complete"]:
        told.append(_("ended early"))
    told.append(_(lock["loss_name"]))
    told.append(_("on {device}").format(device=lock["environment"]["device"]))
    st.caption(escaped(" · ".join(told), None))


def _use(visit: Visit, asked: Asked) -> None:
    """The vectors become a source of the draft, the only one or one more."""
    spec = train_kept.source_of(asked.name)
    taken = spec in visit.draft.sources
    with st.container(horizontal=True, vertical_alignment="center", key="train-use"):
        if taken:
            st.markdown(":material/check_circle: " + _("These vectors are a source of yours now."))
            page = "coverage" if visit.draft.vocabulary else "vocabulary"
            label = _("See the coverage") if visit.draft.vocabulary else _("Give a vocabulary")
            if st.button(label, key="train-next", icon=":material/arrow_forward:", type="primary"):
                frame.switch(page)
            return
        if visit.read_only:
            return
        alone = st.button(_("Use as the source"), key="train-source", icon=":material/database:", type="primary")
        more = visit.draft.sources and st.button(
            _("Add to the chain"), key="train-chain", icon=":material/add_link:", help=_("After the sources you have.")
        )
    if alone or more:
        try:
            source_panels.use(spec, alone=bool(alone))
        except LexiloomError as error:
            problem(error)
            return
        st.rerun()


def near(made: Artifact) -> None:
    """The neighbors of any word."""
    watched = made.lock["watched"]
    example = watched[0]["word"] if watched else made.words[0]
    word = st.text_input(
        _("Neighbors of a word"), key="train-near", placeholder=example, icon=":material/search:", max_chars=200
    )
    word = word.strip() or example
    found = cached_training.neighbors(made, word)
    if found is None:
        told = _("This word has no vector: it is not in the text, or too rare for the minimum count.")
        st.warning(told, icon=":material/search_off:")
        plain_text(word)
        return
    columns: dict[Any, Any] = {_("word"): [one for one, _cosine in found], _("cosine"): [cos for _one, cos in found]}
    bar = st.column_config.ProgressColumn(format="%.3f", min_value=0.0, max_value=1.0)
    st.dataframe(columns, hide_index=True, height="content", key="train-near-table", column_config={_("cosine"): bar})


def command(spec: Any) -> str:
    """The command with names for the server's folders: what a reader runs on a machine of his own."""
    own = spec.texts.user_dictionary
    short = {"paths": tuple(Path(path).name for path in spec.texts.paths), "user_dictionary": own and Path(own).name}
    spec = spec.model_copy(update={"texts": spec.texts.model_copy(update=short)})
    return shlex.join(["lexiloom", *jobs_of.train_arguments(spec), "--out", "vectors"])
