"""The caches of the Explore page: maps, their colors and pictures, and what was asked of a matrix's words."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.clustering import Clusters, cluster
from core.comparing import Comparison, compare, write_csv, write_parquet
from core.errors import LexiloomError
from core.exports import SavedBuild
from core.figures import map_files
from core.figures.coloring import Coloring, by_column, color_by
from core.figures.map import draw_map
from core.figures.viewer_data import picked_rows
from core.messages import current_language, speaking
from core.neighbors.analogy import Analogy, analogy
from core.neighbors.asking import Answer, neighbors_of
from core.projection import Projection, ProjectSpec, Selection, project
from core.projection.saved import read_parquet
from core.workspace.atomic import atomic_file
from core.workspace.builds import MAPS

from . import server
from .cached import told

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Numbers of a matrix that a page reads while somebody waits: larger ones are a job's.
MOST_AT_ONCE = 40_000_000


def map_name(spec: ProjectSpec, selection: Selection) -> str:
    """The name of a map among those of one build."""
    return told("map 1", spec.model_dump(mode="json"), selection.model_dump(mode="json"))


def map_folder(key: str, name: str) -> Path:
    """Where a map of the build `key`, and what the viewer needs of it, lie."""
    return server.home().builds / f"{key}{MAPS}" / name


def finished(key: str, saved: SavedBuild, spec: ProjectSpec, selection: Selection) -> Projection | None:
    """The map that a job drew, None where there is none yet."""
    path = map_folder(key, map_name(spec, selection)) / "map.parquet"
    try:
        at = path.stat().st_mtime_ns
    except OSError:
        return None
    return _finished(str(path), at, saved)


@st.cache_resource(max_entries=24, show_spinner=False)
def _finished(path: str, _at: int, _saved: SavedBuild) -> Projection | None:
    with suppress(OSError):
        os.utime(Path(path).parent)  # its last use: the longest unused maps go first
    try:
        return read_parquet(Path(path), _saved.matrix)
    except LexiloomError:
        return None


def is_quick(saved: SavedBuild) -> bool:
    """Whether PCA of this matrix can be drawn while somebody waits."""
    return saved.matrix.vectors.size <= MOST_AT_ONCE


def preview(key: str, saved: SavedBuild, spec: ProjectSpec, selection: Selection) -> Projection:
    """A map by PCA, drawn at once, measured on a sample of its words. Raises LexiloomError."""
    return _preview(told(key, map_name(spec, selection)), saved, spec, selection)


@st.cache_resource(max_entries=24, show_spinner=False)
def _preview(name: str, _saved: SavedBuild, _spec: ProjectSpec, _selection: Selection) -> Projection:
    return project(_saved.matrix, _spec, selection=_selection, short=True)


def clusters(name: str, saved: SavedBuild, drawn: Projection, method: str, k: int) -> Clusters:
    """The clusters of a map's words; `name` is the map's. Raises LexiloomError."""
    return _clusters(told(name, method, k), saved, drawn, method, k)


@st.cache_resource(max_entries=48, show_spinner=False)
def _clusters(name: str, _saved: SavedBuild, _drawn: Projection, _method: Any, _k: int) -> Clusters:
    return cluster(
        _saved.matrix, _drawn.rows, method=_method, k=_k or None, points=_drawn.points, seed=_drawn.spec.seed
    )


def coloring(name: str, saved: SavedBuild, drawn: Projection, by: str) -> Coloring:
    """The coloring by an origin, a count, …: one of `colors_of`."""
    return _coloring(told(name, by, current_language()), saved, drawn, by)


@st.cache_resource(max_entries=96, show_spinner=False)
def _coloring(name: str, _saved: SavedBuild, _drawn: Projection, _by: str) -> Coloring:
    return color_by(_by, _saved.matrix, _drawn)


def column_coloring(drawn: Projection, saved: SavedBuild, title: str, values: dict[str, Any]) -> Coloring:
    """A color by a visitor's own column: word -> value."""
    words = saved.matrix.vocabulary.words
    return by_column(title, [values.get(words[row]) for row in drawn.rows.tolist()])


def words_of(name: str, saved: SavedBuild, drawn: Projection) -> list[str]:
    """The words of a map's points."""
    return _words(name, saved, drawn)


@st.cache_resource(max_entries=24, show_spinner=False)
def _words(name: str, _saved: SavedBuild, _drawn: Projection) -> list[str]:
    words = _saved.matrix.vocabulary.words
    return [words[row] for row in _drawn.rows.tolist()]


def picture(
    name: str,
    saved: SavedBuild,
    drawn: Projection,
    tint: Coloring,
    *,
    sizes: bool,
    labels: bool,
    focus: int | None,
    near: Sequence[int],
) -> Figure:
    """The map as a figure. Not kept: each is a few megabytes, and made in less time than it is sent."""
    counts = saved.matrix.vocabulary.counts
    return draw_map(
        words_of(name, saved, drawn),
        drawn,
        tint,
        counts=None if counts is None else counts[drawn.rows],
        sizes=sizes,
        labels=labels,
        focus=focus,
        near=near,
        revision=name,
        dark=st.context.theme.type == "dark",
    )


def answer(key: str, saved: SavedBuild, text: str, k: int, weighting: str) -> Answer:
    """The nearest words of a word or phrase. Raises LexiloomError."""
    return _answer(told(key, text, k, weighting), saved, text, k, weighting)


@st.cache_data(max_entries=2000, show_spinner=False)
def _answer(name: str, _saved: SavedBuild, _text: str, _k: int, _weighting: Any) -> Answer:
    from core.neighbors import informed

    return neighbors_of(_saved.matrix, _text, _k, among=informed(_saved.matrix), weighting=_weighting)


def solved(key: str, saved: SavedBuild, abc: tuple[str, str, str], method: str, k: int) -> Analogy:
    """An analogy's answers and arithmetic. Raises LexiloomError."""
    return _solved(told(key, abc, method, k, current_language()), saved, abc, method, k)


@st.cache_resource(max_entries=500, show_spinner=False)
def _solved(name: str, _saved: SavedBuild, _abc: tuple[str, str, str], _method: Any, _k: int) -> Analogy:
    return analogy(_saved.matrix, *_abc, method=_method, k=_k)


def nearest_rows(key: str, saved: SavedBuild, word: str, k: int) -> list[int]:
    """The rows of a word's true neighbors; none for a row without a direction or without information."""
    try:
        return [one.row for one in answer(key, saved, word, k, "mean").neighbors]
    except LexiloomError:
        return []


def kept(folder: Path, name: str, make: Callable[[], bytes]) -> str:
    """The name of a file in `folder` that the viewer reads, written now if it is not there yet."""
    path = folder / f"{name}.lxm"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as file:
            file.write(make())
    return path.name


def picked(state: Any, drawn: Projection) -> list[int]:
    """The points that the viewer says are picked."""
    return drawn.rows.searchsorted(picked_rows(state, drawn.rows)).tolist()


def file_of(saved: SavedBuild, drawn: Projection, ending: str, title: str, language: str) -> bytes:
    """The map as a file of this kind, its texts in `language`; called outside the page's run."""
    with speaking(language), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"map.{ending}"
        map_files.write(path, drawn, saved.matrix, title=title)
        return path.read_bytes()


def compared(
    keys: tuple[str, str],
    saved: tuple[SavedBuild, SavedBuild],
    *,
    k: int,
    most: int,
    invented: bool,
    names: tuple[str, str],
) -> Comparison:
    """Two builds compared. Raises LexiloomError."""
    asked = {"k": k, "most": most, "informed_only": not invented, "names": tuple(map(str, names))}
    return _compared(told(keys, asked), saved, asked)


@st.cache_resource(max_entries=12, show_spinner=False)
def _compared(name: str, _saved: tuple[SavedBuild, SavedBuild], _asked: dict[str, Any]) -> Comparison:
    first, second = _saved
    return compare(first.matrix, second.matrix, **_asked)


def comparison_file(found: Comparison, ending: str, language: str) -> bytes:
    """A comparison as a file of this kind, its texts in `language`; called outside the page's run."""
    with speaking(language), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"comparison.{ending}"
        if ending == "html":
            from core.figures.comparing_page import comparing_page

            return comparing_page(found).encode("utf-8", "replace")
        (write_csv if ending == "csv" else write_parquet)(found, path)
        return path.read_bytes()
