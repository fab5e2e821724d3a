"""How a text is cut into words before it is trained on; of a table, which column holds the texts."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.errors import LexiloomError
from core.messages import _
from core.training.spec import TextsSpec

from . import cached_training, state, train_fields, train_kept
from .panels import problem
from .state import Visit

TABLES = (".csv", ".tsv", ".jsonl", ".parquet")
CUTTING = ("language", "unit", "encoding")
SWITCHES = ("lower", "stop_words", "phrases")
ENGLISH = ("contractions", "hyphens", "numbers", "punctuation")


def is_table(path: str) -> bool:
    """Whether a file has columns, by its name."""
    return any(ending in TABLES for ending in Path(path).suffixes)


def options(visit: Visit, texts: TextsSpec) -> TextsSpec:
    """How the texts are cut; the column of tables stands in the open."""
    key, disabled = f"{state.fresh('train')}-{state.fresh('train-texts')}-text", visit.read_only
    if any(is_table(path) for path in texts.paths):
        texts = _column(visit, texts, key)
    with st.expander(_("How it is cut into words"), icon=":material/content_cut:"):
        texts = train_fields.choose(texts, CUTTING, key, disabled=disabled)
        texts = train_fields.choose(texts, SWITCHES, key, disabled=disabled)
        if texts.phrases:
            texts = train_fields.choose(texts, ["phrase_threshold"], key, disabled=disabled)
        st.markdown(f"**{_('English words')}**")
        cut = train_fields.choose(texts.tokenization, ENGLISH, key, columns=4, disabled=disabled)
        texts = texts.model_copy(update={"tokenization": cut})
        st.markdown(f"**{_('Chinese words')}**")
        texts = train_fields.choose(texts, ["new_words"], key, columns=1, disabled=disabled)
        _dictionary(visit, texts)
    return texts


def _column(visit: Visit, texts: TextsSpec, key: str) -> TextsSpec:
    assert visit.base is not None
    table = next(path for path in texts.paths if is_table(path))
    names = list(cached_training.columns(table, visit.base))
    if not names:
        return train_fields.choose(texts, ["column"], key, columns=1, disabled=visit.read_only)
    at = names.index(texts.column) if texts.column in names else 0
    chosen = st.selectbox(_("Column of texts"), names, at, key=f"{key}-columns", disabled=visit.read_only)
    return texts.model_copy(update={"column": chosen})


def _dictionary(visit: Visit, texts: TextsSpec) -> None:
    """Words that the Chinese segmenter keeps whole."""
    if texts.user_dictionary:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(Path(texts.user_dictionary).name)
            told = {"icon": ":material/close:", "help": _("Take it out"), "disabled": visit.read_only}
            st.button("", key="train-no-dictionary", on_click=_take_dictionary, args=("",), **told)
    elif not visit.read_only:
        given = st.file_uploader(
            _("User dictionary"),
            key=state.fresh("train-dictionary"),
            max_upload_size=20,
            help=_("One word a line, a count may follow: jieba keeps these whole."),
        )
        if given is None:
            return
        try:
            _take_dictionary(state.own_workspace().add_upload(given.name, given))
        except LexiloomError as error:
            problem(error)
            return
        state.renew("train-dictionary")
        st.rerun()


def _take_dictionary(path: str) -> None:
    train_kept.change_texts(user_dictionary=path)
