"""Words of the vocabulary that its tokenizer never emits: found on a click, and kept whole on wish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import LexiloomError
from core.messages import _, duration, ngettext, number, percent
from core.pipeline import Cover
from core.vocabulary.scripts import SCRIPTS

from . import cached, language, state
from .panels import problem
from .state import Visit

if TYPE_CHECKING:
    from core.vocabulary.unused import Unused

# Longer lists come to the browser piece by piece as they are scrolled.
LONG = 5000
# From so many words on it is said how long it takes: words a second, and tokens of a text; if Chinese, and if not.
MANY, WORDS_A_SECOND, TOKENS_A_SECOND = 20_000, (8000, 80_000), (60_000, 300_000)


def panel(visit: Visit, found: Cover) -> None:
    """The expander: the switch, and the words once they are asked for."""
    with st.expander(_("Words that would never be used"), key="unused", icon=":material/content_cut:"):
        st.caption(
            _(
                "A word that the tokenizer cuts, or spells in another way, never comes out of a text: "
                "its row is looked up by nothing."
            ),
            width=720,
        )
        key = state.key("keep_whole")
        st.toggle(
            _("Put a user dictionary and a tokenizer into the build"),
            visit.draft.keep_whole,
            key=key,
            on_change=state.on_change("keep_whole", key),
            disabled=visit.read_only,
            help=_("user_dict.txt and tokenizer.py: with them these words come out whole."),
        )
        _sought(visit, found)


def _sought(visit: Visit, found: Cover) -> None:
    """A fragment: what takes seconds holds nothing else of the page up."""

    @st.fragment
    @language.spoken
    def draw() -> None:
        _draw(visit, found)

    draw()


def _draw(visit: Visit, found: Cover) -> None:
    assert visit.base is not None
    asked = cached.unused_key(visit.draft, visit.base)
    if state.recall("unused-asked") != asked:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                _("Look for them"),
                key="unused-look",
                icon=":material/search:",
                on_click=state.remember,
                args=("unused-asked", asked),
            )
            if told := _how_long(visit, found):
                st.caption(told)
        return
    try:
        with st.spinner(_("Cutting the words as the tokenizer does")):
            unused = cached.unused(visit.draft, visit.base)
    except LexiloomError as error:
        problem(error)
        return
    _shown(unused)


def _how_long(visit: Visit, found: Cover) -> str:
    """How long it takes, where that is more than moments."""
    words = found.reading.vocabulary
    is_text = getattr(visit.draft.vocabulary, "kind", "") == "corpus" and words.counts is not None
    if len(words) <= MANY and not is_text:
        return ""
    chinese = float((words.scripts == list(SCRIPTS).index("han")).mean()) if len(words) else 0.0

    def seconds(many: int, rates: tuple[int, int]) -> float:
        return many * (chinese / rates[0] + (1 - chinese) / rates[1])

    took = seconds(len(words), WORDS_A_SECOND)
    if is_text and words.counts is not None:
        took += seconds(int(words.counts.sum()), TOKENS_A_SECOND)
    return _("{n} words: this takes about {seconds}").format(n=number(len(words)), seconds=duration(max(1, took)))


def _shown(unused: Unused) -> None:
    if not len(unused):
        st.info(
            _("All {n} words that were tried come out.").format(n=number(unused.checked)),
            icon=":material/check_circle:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(_summary(unused))
        st.download_button(
            _("Save as CSV"),
            data=unused.csv,
            file_name="unused.csv",
            mime="text/csv",
            icon=":material/save:",
            on_click="ignore",
            key="unused-csv",
        )
    shown: dict[str, Any] = {
        "hide_index": True,
        "column_config": _columns(),
        "column_order": _order(unused),
        "placeholder": "",
        "alt": _("The words that never come out, and what comes out in their place"),
    }
    if len(unused) > LONG:
        st.dataframe(unused.table(), lazy=True, height=360, key="unused-long", **shown)
    else:
        st.dataframe(unused.table(), height=360 if len(unused) > 10 else "content", key="unused-table", **shown)


def _summary(unused: Unused) -> str:
    n = len(unused)
    told = ngettext("{n} word never comes out", "{n} words never come out", n).format(n=number(n))
    told = f"**{told}**: " + _("{share} of the {n} that were tried").format(
        share=percent(unused.share), n=number(unused.checked)
    )
    if unused.counts is not None:
        tokens = int(unused.counts.sum())
        told += " · " + ngettext("{n} token", "{n} tokens", tokens).format(n=number(tokens))
    return told


def _order(unused: Unused) -> list[str]:
    counted = ["count"] if unused.counts is not None else []
    return ["word", *counted, "instead", *(["occurs"] if unused.occurs is not None else [])]


def _columns() -> dict[str, Any]:
    number_column = st.column_config.NumberColumn
    return {
        "word": st.column_config.TextColumn(_("word")),
        "count": number_column(_("count"), width="small"),
        "instead": st.column_config.ListColumn(_("comes out as")),
        "occurs": number_column(
            _("places"), width="small", help=_("How often the text has the word's letters one after the other.")
        ),
    }
