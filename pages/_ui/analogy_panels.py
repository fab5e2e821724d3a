"""Analogies with their arithmetic, and the odd one out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.listing import STATES
from core.messages import _, number
from core.neighbors.analogy import Analogy, Step
from core.neighbors.odd_one import odd_one_out

from . import cached_maps
from .explore_choices import Chosen, known
from .neighbor_panels import unknown
from .panels import escaped, plain_text, problem
from .state import Visit

EXAMPLES = (("man", "king", "woman"), ("法国", "巴黎", "德国"), ("big", "bigger", "small"))
ODD = ("breakfast cereal dinner lunch", "苹果 香蕉 葡萄 汽车")
SHOWN = 10


def show(visit: Visit, chosen: Chosen) -> None:
    """a is to b as c is to which word? And below: which word does not belong?"""
    ids = chosen.saved.matrix.vocabulary.ids
    example = next((abc for abc in EXAMPLES if all(word in ids for word in abc)), ("", "", ""))
    columns = st.columns(3)
    labels = (_("a"), _("is to b"), _("as c is to…"))
    given = [
        column.text_input(label, placeholder=word, key=f"analogy-{name}-text", max_chars=100).strip() or word
        for column, label, word, name in zip(columns, labels, example, "abc", strict=True)
    ]
    method = st.segmented_control(
        _("Method"),
        ["3cosadd", "3cosmul"],
        default="3cosadd",
        required=True,
        format_func=lambda one: "3CosAdd" if one == "3cosadd" else "3CosMul",
        key="analogy-method",
        help=_("3CosAdd adds and subtracts cosines; 3CosMul multiplies and divides them, so that none outweighs all."),
    )
    if not all(given):
        st.caption(_("Write three words of the matrix."))
    elif missing := [(name, word) for name, word in zip("abc", given, strict=True) if word not in ids]:
        for name, word in missing:
            unknown(chosen, word, f"analogy-{name}")
    else:
        a, b, c = given
        _answer(cached_maps.solved(chosen.key, chosen.saved, (a, b, c), method or "3cosadd", SHOWN))
    st.divider()
    _odd(chosen)


def _answer(found: Analogy) -> None:
    if found.answers:
        st.subheader(
            _("{a} is to {b} as {c} is to {d}").format(
                a=escaped(found.a), b=escaped(found.b), c=escaped(found.c), d=escaped(found.answers[0].word)
            ),
            anchor=False,
        )
    for note in found.notes:
        st.caption(escaped(str(note)))
    left, right = st.columns([1, 1], gap="large")
    with left:
        rows = {
            _("word"): [one.word for one in found.answers],
            _("score"): [one.score for one in found.answers],
            _("count"): [one.count for one in found.answers],
            _("origin"): [_(STATES[one.state]) for one in found.answers],
        }
        if all(one.count is None for one in found.answers):
            rows.pop(_("count"))
        st.dataframe(rows, hide_index=True, height="content", column_config=_digits(_("score")), key="analogy-table")
        st.caption(
            _("{n} words were compared. {words} are left out of the answers.").format(
                n=number(found.searched), words=escaped(", ".join(dict.fromkeys((found.a, found.b, found.c))))
            )
        )
    with right:
        st.markdown(f"**{_('Step by step')}**")
        for step in found.steps:
            _step(step)


def _step(step: Step) -> None:
    st.caption(escaped(str(step.title)))
    heads = [str(head) or " " * (i + 1) for i, head in enumerate(step.heads)]
    columns: dict[Any, Any] = {head: [row[i] for row in step.rows] for i, head in enumerate(heads)}
    numbers = [head for head, values in columns.items() if any(isinstance(value, float) for value in values)]
    st.dataframe(columns, hide_index=True, height="content", column_config=_digits(*numbers))


def _digits(*names: str) -> dict[Any, Any]:
    return {name: st.column_config.NumberColumn(format="%.3f", width="small") for name in names}


def _odd(chosen: Chosen) -> None:
    st.subheader(_("Which one does not belong?"), anchor=False)
    ids = chosen.saved.matrix.vocabulary.ids
    example = next((words for words in ODD if all(word in ids for word in words.split())), "")
    text = st.text_input(_("Three words or more"), placeholder=example, key="odd-text", max_chars=1000)
    words = known(chosen.saved, text or example)
    if not words:
        return
    try:
        found = odd_one_out(chosen.saved.matrix, words)
    except LexiloomError as error:
        problem(error)
        return
    st.caption(_("The odd one out, by {margin} of cosine:").format(margin=number(found.margin, 3)))
    plain_text(found.word)
    columns: dict[Any, Any] = {
        _("word"): list(found.words),
        _("mean cosine with the others"): list(found.cosines),
    }
    st.dataframe(
        columns,
        hide_index=True,
        height="content",
        column_config=_digits(_("mean cosine with the others")),
        key="odd-table",
    )
