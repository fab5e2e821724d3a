"""What is looked at on the Explore page: which matrix, in which way, which words, how they are laid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.exports import SavedBuild
from core.listing import STATES
from core.messages import N_, _, number
from core.projection import TITLES, ProjectSpec, Selection
from core.projection.selecting import ORIGINS
from core.projection.spec import KINDS
from core.recipe import Recipe

from . import cached, fields, state
from .names import sources_name, vocabulary_name
from .state import Visit

VIEWS = {
    "map": (N_("Word map"), ":material/scatter_plot:"),
    "neighbors": (N_("Neighbors"), ":material/hub:"),
    "analogies": (N_("Analogies"), ":material/balance:"),
    "axes": (N_("Axes"), ":material/straighten:"),
    "similarities": (N_("Similarities"), ":material/grid_on:"),
    "compare": (N_("Compare"), ":material/compare_arrows:"),
}
# Fields that are asked for in a box of their own; the others stand in the open.
SETTINGS = {"pca": ("metric",), "umap": ("neighbors", "min_dist", "epochs", "metric", "seed")}
SETTINGS["tsne"] = ("perplexity", "exaggeration", "iterations", "metric", "seed")


@dataclass(frozen=True)
class Chosen:
    """A build by its key, and read."""

    key: str
    saved: SavedBuild
    name: str


def builds(visit: Visit) -> list[Chosen]:
    """The builds of the workspace that are there, newest first."""
    keys = reversed(visit.workspace.builds) if visit.workspace else ()
    found = ((key, cached.build(key)) for key in keys)
    there = [(key, saved) for key, saved in found if saved is not None]
    return [Chosen(key, saved, f"{i}. {build_name(saved)}") for i, (key, saved) in enumerate(there, 1)]


def build_name(saved: SavedBuild) -> str:
    """A build in a line: its vocabulary, its sources, what was done to it, its size."""
    matrix = saved.matrix
    shape = f"{number(len(matrix.vocabulary))} × {number(matrix.dim)}"
    try:
        recipe = Recipe.from_toml(saved.recipe_toml)
        named = [vocabulary_name(recipe.vocabulary), sources_name(recipe)]
    except LexiloomError:  # of another version
        named = [_("a build")]
    return " · ".join([*named, *matrix.history, shape])


def matrix(visit: Visit) -> Chosen | None:
    """The matrix that is looked at: the newest, or another of the workspace's; None where there is none."""
    found = builds(visit)
    if not found:
        return None
    if len(found) == 1:
        st.caption(shown_name(found[0]))
        return found[0]
    return pick(_("Matrix"), found, "explore-matrix")


def pick(label: str, found: Sequence[Chosen], key: str) -> Chosen:
    """One of several builds."""
    names = {one.key: one.name for one in found}
    chosen = st.selectbox(label, list(names), format_func=lambda one: names.get(one, str(one)), key=key)
    return next((one for one in found if one.key == chosen), found[0])


def shown_name(one: Chosen) -> str:
    """A build's name as Markdown."""
    from .panels import escaped

    return escaped(one.name)


def view(names: Sequence[str]) -> str:
    """Which way of looking is chosen; it stands in the address."""
    chosen = st.segmented_control(
        _("View"),
        list(names),
        default=state.from_address("view", names),
        required=True,
        format_func=lambda name: f"{VIEWS[name][1]} {_(VIEWS[name][0])}" if name in VIEWS else name,
        key="view",
        label_visibility="collapsed",
        on_change=state.to_address,
        args=("view", "view"),
    )
    return chosen if chosen in names else names[0]


def layout(saved: SavedBuild) -> tuple[ProjectSpec, Selection]:
    """The method with its settings, and the words: three controls in a row."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control(
            _("Method"),
            list(KINDS),
            default=state.from_address("method", list(KINDS)),
            required=True,
            format_func=lambda name: _(TITLES[name]) if name in TITLES else name,
            key="map-method",
            on_change=state.to_address,
            args=("method", "map-method"),
        )
        dim = st.segmented_control(
            _("Dimensions"),
            [2, 3],
            default=2,
            required=True,
            format_func=lambda n: _("{n}-D").format(n=n),
            key="map-dim",
        )
        kind = kind if kind in KINDS else "pca"
        spec = KINDS[kind](dim=3 if dim == 3 else 2)
        with st.popover(_("Settings"), icon=":material/tune:"):
            spec = fields.choose(spec, SETTINGS[kind], f"map-{kind}")
        selection = _words(saved)
    return spec, selection


def _words(saved: SavedBuild) -> Selection:
    total = len(saved.matrix.vocabulary)
    with st.popover(_("Which words"), icon=":material/filter_list:"):
        most = st.number_input(
            _("Most frequent"),
            0,
            total,
            0,
            step=1000,
            key=state.key("map-most"),
            help=_("So many of the most frequent words, the first ones where there are no counts; 0: all."),
        )
        origins = st.pills(
            _("Origins"),
            list(ORIGINS),
            selection_mode="multi",
            format_func=lambda name: _(STATES[name]) if name in STATES else name,
            key="map-origins",
            help=_("None picked: all."),
        )
        contains = st.text_input(_("Containing"), key="map-contains", max_chars=100)
        listed = st.text_area(
            _("Only these words"), key="map-words", help=_("One a line, or parted by spaces; empty: all.")
        )
    given = known(saved, listed)
    return Selection(most=int(most), origins=tuple(origins), contains=contains.strip(), words=given)


def known(saved: SavedBuild, text: str) -> tuple[str, ...]:
    """The words of a text field: a line that is a word of the matrix whole, any other part by part; each once."""
    ids: Any = saved.matrix.vocabulary.ids
    words: dict[str, None] = {}
    for line in text.splitlines():
        line = line.strip().strip(",;，；、")
        if line in ids:
            words[line] = None
        else:
            words.update(dict.fromkeys(line.replace("，", " ").replace("、", " ").replace(",", " ").split()))
    return tuple(words)
