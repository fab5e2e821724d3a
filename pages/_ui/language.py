"""Which language a visitor reads: the URL's, else what this session chose, else the browser's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import streamlit as st

from core.messages import LANGUAGES, best_language, set_language

KEY = "lang"
CHOSEN = "lang-chosen"
Function = TypeVar("Function", bound=Callable[..., Any])


def current() -> str:
    """The visitor's language, "en" or "zh_CN"."""
    given = st.query_params.get(KEY) or st.session_state.get(KEY)
    if given not in LANGUAGES:
        given = _browsers()
    return given


def _browsers() -> str:
    return best_language(st.context.headers.get("Accept-Language", ""))


def speak() -> str:
    """Speak the visitor's language from here on in this run."""
    language = current()
    if st.session_state.get(KEY) == language != st.query_params.get(KEY) and language != _browsers():
        # The navigation drops it; a refresh shall show the language that was chosen.
        st.query_params[KEY] = language
    st.session_state[KEY] = language
    set_language(language)
    return language


def choose(language: str) -> None:
    """Change the language, kept in the URL. Widgets are made anew: a select box keeps its options' old texts."""
    st.session_state[KEY] = language
    st.session_state["nonce"] = st.session_state.get("nonce", 0) + 1
    st.query_params[KEY] = language


def spoken(function: Function) -> Function:
    """A fragment that speaks the visitor's language when it runs alone, without its page."""

    @wraps(function)
    def speaking(*arguments: Any, **options: Any) -> Any:
        speak()
        return function(*arguments, **options)

    return speaking  # type: ignore[return-value]
