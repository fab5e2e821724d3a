"""The recipe so far, one click away on every page: as TOML, shell and Python; and a recipe opened from a file."""

from __future__ import annotations

import streamlit as st

from core.errors import LexiloomError
from core.messages import _
from core.recipe import Recipe
from core.snippets import as_python, as_shell

from . import state
from .panels import problem
from .state import Visit


def popover(visit: Visit) -> None:
    """The button and what opens under it."""
    with st.popover(_("Recipe"), icon=":material/receipt_long:", type="tertiary"):
        if visit.draft.lacks:
            names = {"vocabulary": _("a vocabulary"), "sources": _("a source")}
            lacking = _(", ").join(names[name] for name in visit.draft.lacks)
            st.markdown(_("The recipe still lacks: {names}.").format(names=lacking))
        else:
            _shown(visit)
        if not visit.read_only:
            opener("recipe")


def _shown(visit: Visit) -> None:
    recipe = visit.draft.recipe()
    toml, shell, python = st.tabs(["TOML", _("Shell"), "Python"])
    with toml:
        st.code(recipe.to_toml(), language="toml", wrap_lines=True)
        st.download_button(
            _("Save recipe.toml"),
            recipe.to_toml(),
            "recipe.toml",
            "application/toml",
            icon=":material/save:",
            on_click="ignore",
            key="save-recipe",
        )
    with shell:
        st.code(as_shell(recipe), language="bash", wrap_lines=True)
    with python:
        st.code(as_python(recipe), language="python", wrap_lines=True)
    st.caption(_("The same recipe gives the same matrix from here, from the shell and from Python."))


def opener(name: str) -> None:
    """Open a recipe from a file: it restores every choice. `name` tells several on one page apart."""
    given = st.file_uploader(_("Open a recipe"), type=["toml"], key=state.fresh(name), max_upload_size=1)
    if given is None:
        return
    try:
        if state.visit().read_only:  # as with a sample: begun in a workspace of one's own
            state.forget()
        state.own_workspace()
        visit = state.visit()
        recipe = Recipe.from_tables(_tables(given.getvalue()), base=visit.base)
        state.open_recipe(recipe)
    except LexiloomError as error:
        problem(error)
        return
    state.renew(name)
    st.rerun()


def _tables(data: bytes) -> dict:
    import tomllib

    from core.errors import RecipeError

    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(
            _("this is not valid TOML: {reason}").format(reason=error), fix=_("Open a recipe.toml that was saved here.")
        ) from None
