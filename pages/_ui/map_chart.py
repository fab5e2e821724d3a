"""The map itself: colored, searched, picked from. A part of the page that runs by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.clustering import Clusters
from core.csv_text import csv_of
from core.figures import config
from core.figures.coloring import COLORINGS, Coloring, by_cluster, colors_of
from core.figures.map import MOST_POINTS, picked_points
from core.figures.map_files import packed_coloring, packed_map
from core.messages import _, number
from core.neighbors.spelling import suggestions
from core.projection import place_of
from core.vocabulary.labels import Labels, read_labels

from . import cached_maps, language, neighbor_panels, state
from .big_map import big_map
from .build_panels import address
from .panels import escaped
from .state import Visit

if TYPE_CHECKING:
    from .map_panels import Shown

NEAR = 10
MOST_LISTED = 1000
CLUSTERS = ("kmeans", "hdbscan")
HEIGHT = 640
MEGABYTES = 50
# The lasso is always to be seen: nobody looks for what shows up under the pointer only.
TOOLS = {
    "scrollZoom": True,
    "displayModeBar": True,
    "modeBarButtonsToRemove": ["autoScale2d", "zoomIn2d", "zoomOut2d", "select2d"],
}


@st.fragment
@language.spoken
def show(visit: Visit, shown: Shown) -> None:
    """The controls, the map, and what was picked on it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tinted = _color(visit, shown)
        labels = st.toggle(_("Labels"), value=True, key="map-labels")
        sizes = False
        if shown.chosen.saved.matrix.vocabulary.counts is not None:
            sizes = st.toggle(_("Size by count"), key="map-sizes")
        wanted = st.text_input(
            _("Find a word"), key="map-find-text", icon=":material/search:", max_chars=100, width=240
        ).strip()
    flown = _place_of(shown, wanted)
    draw = _drawn_by_viewer if len(shown.drawn.rows) > MOST_POINTS and shown.drawn.spec.dim == 2 else _drawn_by_plotly
    picked = draw(visit, shown, tinted, labels, sizes, flown)
    if tinted.clusters is not None:
        _clusters(tinted.clusters)
    _picked(shown, picked)


def _place_of(shown: Shown, wanted: str) -> int | None:
    """The point of the word that is looked for; what is spelled like it where it has none."""
    if not wanted:
        return None
    matrix = shown.chosen.saved.matrix
    row = matrix.vocabulary.ids.get(wanted, -1)
    place = place_of(shown.drawn, row)
    if place is not None:
        return place
    if row >= 0:
        st.caption(_("This word is in the matrix, and has no point on this map."))
        return None
    near = [word for word in suggestions(matrix, wanted) if word != wanted]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("It is not a word of the matrix. Spelled like it:") if near else _("No such word."))
        for i, word in enumerate(near):
            label = escaped(word, 40)
            st.button(label, key=f"map-like-{i}", on_click=state.put, args=("map-find-text", word), type="tertiary")
    return None


# Colors


@dataclass(frozen=True)
class Tinted:
    """A coloring, a name for it, and the clusters where it shows some."""

    coloring: Coloring
    name: str
    clusters: Clusters | None = None


def _color(visit: Visit, shown: Shown) -> Tinted:
    """What the points are colored by."""
    there = colors_of(shown.chosen.saved.matrix, shown.drawn)
    names = [*there, *CLUSTERS, "column"]
    titles = {
        **{name: _(COLORINGS[name].title) for name in there},
        "kmeans": _("cluster (k-means, in the space)"),
        "hdbscan": _("cluster (HDBSCAN, on the map)"),
        "column": _("a column of your own"),
    }
    by = st.selectbox(
        _("Color by"), names, format_func=lambda one: str(titles.get(one, one)), key="map-color", width=260
    )
    if by in CLUSTERS:
        k = 0
        if by == "kmeans":
            k = st.number_input(_("Clusters"), 0, 60, 12, key="map-k", width=120, help=_("0: by the number of words."))
        with st.spinner(_("Finding clusters")):
            found = cached_maps.clusters(shown.id, shown.chosen.saved, shown.drawn, by, int(k))
        return Tinted(by_cluster(found), f"{by}-{k}", found)
    if by == "column" and (own := _column(visit, shown)) is not None:
        return own
    name = by if by in there else there[0]
    coloring = cached_maps.coloring(shown.id, shown.chosen.saved, shown.drawn, name)
    return Tinted(coloring, f"{name}-{language.current()}")


def _column(visit: Visit, shown: Shown) -> Tinted | None:
    """A column of a table that the visitor uploads, by its words."""
    labels = state.recall("map-labels-table")
    with st.popover(_("Your table"), icon=":material/upload_file:"):
        given = st.file_uploader(
            _("A table with a column of words (.csv, .tsv, .jsonl, .parquet)"),
            key="map-column-file",
            max_upload_size=MEGABYTES,
            disabled=visit.read_only,
        )
        if given is not None and visit.workspace is not None:
            name = visit.workspace.add_upload(given.name, given)
            labels = read_labels(visit.workspace.folder / name, given.name)
            state.remember("map-labels-table", labels)
    if not isinstance(labels, Labels):
        st.caption(_("Upload a table first."))
        return None
    at = st.selectbox(
        _("Column"),
        range(len(labels.names)),
        format_func=lambda i: labels.names[i] if i < len(labels.names) else "",
        key="map-column",
        width=200,
    )
    title, values = labels.names[at or 0], labels.columns[at or 0]
    tint = cached_maps.column_coloring(shown.drawn, shown.chosen.saved, title, values)
    return Tinted(tint, f"column-{cached_maps.told(title, list(values.items()))}")


# Drawing


def _drawn_by_plotly(
    visit: Visit, shown: Shown, tinted: Tinted, labels: bool, sizes: bool, flown: int | None
) -> list[int]:
    """The points that are picked, in a map of up to some thousands.

    Only a search changes the figure: a changed one is drawn anew, and what was panned and zoomed is lost.
    """
    tint, key = tinted.coloring, f"map-figure-{shown.id}-{tinted.name}"
    made = cached_maps.picture(
        shown.id,
        shown.chosen.saved,
        shown.drawn,
        tint,
        sizes=sizes,
        labels=labels,
        focus=flown,
        near=_near(shown, flown),
    )
    flat = shown.drawn.spec.dim == 2
    event = st.plotly_chart(
        made,
        key=key,
        on_select="rerun" if flat else "ignore",
        selection_mode=("points", "box", "lasso"),
        config={**config(), **TOOLS},
        alt=_("A map of {n} words").format(n=number(len(shown.drawn.rows))),
    )
    if not flat:
        st.caption(_("In space, words are found by the search above: points can't be picked."))
        return [] if flown is None else [flown]
    st.caption(_("Click a word, or draw around several with the lasso above the map. Double-click lets go."))
    return _latest(shown, picked_points(_points_of(event), tint).tolist(), flown)


def _latest(shown: Shown, picked: list[int], flown: int | None) -> list[int]:
    """What was picked, or the word that was searched for: whichever came last."""
    name = f"latest-{shown.id}"
    before, sought, searched = state.recall(name, ([], None, True))
    if flown != sought:
        searched = flown is not None
    elif picked != before:
        searched = not picked
    state.remember(name, (picked, flown, searched))
    return [flown] if searched and flown is not None else picked


def _points_of(event: Any) -> Sequence[Any]:
    try:
        return event["selection"]["points"] or ()
    except (TypeError, KeyError):
        return ()


def _near(shown: Shown, focus: int | None) -> list[int]:
    """The points of the true neighbors of a point's word, those that have one."""
    if focus is None:
        return []
    matrix = shown.chosen.saved.matrix
    word = matrix.vocabulary.words[int(shown.drawn.rows[focus])]
    found = cached_maps.nearest_rows(shown.chosen.key, shown.chosen.saved, word, NEAR)
    places = [place_of(shown.drawn, row) for row in found]
    return [place for place in places if place is not None]


def _drawn_by_viewer(
    visit: Visit, shown: Shown, tinted: Tinted, labels: bool, sizes: bool, flown: int | None
) -> list[int]:
    """The points that are picked, in a map of up to a million."""
    folder = cached_maps.map_folder(shown.chosen.key, shown.name)
    points = cached_maps.kept(folder, "points", lambda: packed_map(shown.drawn, shown.chosen.saved.matrix))
    colors = cached_maps.kept(
        folder, f"colors-{tinted.name}-{shown.id[:8]}", lambda: packed_coloring(tinted.coloring).packed()
    )
    rows = shown.drawn.rows
    before = _latest(shown, cached_maps.picked(state.recall(f"picked-{shown.id}"), shown.drawn), flown)
    focus = before[0] if len(before) == 1 else None
    found = big_map(
        points_url=address(visit, shown.chosen.key, f"maps/{shown.name}/{points}"),
        coloring_url=address(visit, shown.chosen.key, f"maps/{shown.name}/{colors}"),
        key=f"map-viewer-{shown.id}",
        height=HEIGHT,
        labels=labels,
        sizes=sizes,
        focus=int(rows[flown]) if flown is not None else None,
        lines=[(int(rows[focus]), int(rows[place])) for place in _near(shown, focus)] if focus is not None else [],
    )
    state.remember(f"picked-{shown.id}", found.rows)
    return _latest(shown, cached_maps.picked(found.rows, shown.drawn), flown)


# What was picked


def _picked(shown: Shown, places: list[int]) -> None:
    """One word with its neighbors; several as a table and a file."""
    if not places:
        return
    matrix = shown.chosen.saved.matrix
    rows = [int(shown.drawn.rows[place]) for place in places]
    words = [matrix.vocabulary.words[row] for row in rows]
    if len(words) == 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_("Picked"), anchor=False)
            if state.value("map-find-text") != words[0]:
                label = _("Show it with its neighbors on the map")
                st.button(label, key="map-fly", on_click=state.put, args=("map-find-text", words[0]), type="tertiary")
        neighbor_panels.answered(shown.chosen, words[0], NEAR, "mean", key="map-near")
        return
    st.subheader(_("{n} words picked").format(n=number(len(words))), anchor=False)
    counts = matrix.vocabulary.counts
    table: dict[Any, Any] = {_("row"): rows[:MOST_LISTED], _("word"): words[:MOST_LISTED]}
    if counts is not None:
        table[_("count")] = counts[rows[:MOST_LISTED]]
    st.dataframe(table, hide_index=True, height=320, key="map-picked")
    if len(words) > MOST_LISTED:
        st.caption(_("The first {n}; the file holds all.").format(n=number(MOST_LISTED)))
    listed = [[row, word, None if counts is None else int(counts[row])] for row, word in zip(rows, words, strict=True)]
    with st.container(horizontal=True):
        st.download_button(
            _("Save these words as CSV"),
            csv_of(["row", "word", "count"], listed),
            "words.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="map-picked-csv",
        )
        st.download_button(
            _("As a word list"),
            "".join(f"{word}\n" for word in words).encode("utf-8", "replace"),
            "words.txt",
            "text/plain",
            icon=":material/download:",
            on_click="ignore",
            key="map-picked-txt",
        )


def _clusters(found: Clusters) -> None:
    """The clusters, largest first, with the words that name them."""
    with st.expander(_("{n} clusters").format(n=number(len(found))), icon=":material/category:"):
        if found.note:
            st.caption(escaped(str(found.note)))
        columns: dict[Any, Any] = {
            _("cluster"): list(range(1, len(found) + 1)),
            _("naming words"): [", ".join(words) for words in found.names],
            _("words"): list(found.sizes),
        }
        st.dataframe(columns, hide_index=True, height="auto", key="map-clusters")


def take_away(visit: Visit, shown: Shown) -> None:
    """The map as a page that opens without a server, and as tables."""
    st.subheader(_("Take it away"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        for ending, told in (("html", _("Page for any browser")), ("parquet", "Parquet"), ("csv", "CSV")):
            st.download_button(
                told,
                # Made when it is asked for: a page of many words is megabytes.
                partial(
                    cached_maps.file_of,
                    shown.chosen.saved,
                    shown.drawn,
                    ending,
                    shown.chosen.name,
                    language.current(),
                ),
                f"map.{ending}",
                icon=":material/download:",
                on_click="ignore",
                key=f"map-{ending}",
            )
    spec = shown.drawn.spec
    settings = [f"--{name.replace('_', '-')} {value}" for name, value in spec.model_dump(exclude_defaults=True).items()]
    command = " ".join(["lexiloom project build", f"--method {spec.kind}", *settings, "--out map.html"])
    st.code(command, language="bash", wrap_lines=True)
