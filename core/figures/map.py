"""A map of words as a Plotly figure, for up to about 20,000 points; beyond, the viewer (`viewer_data.py`) draws it.

Both axes have one scale, as distances would else be bent. Far outliers don't shrink the rest: the first view shows
the middle 99 percent in each direction, and the others lie outside it, to be reached by zooming out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from ..messages import _, number, percent
from ..projection import TITLES, Projection
from .coloring import NONE, VIRIDIS, Coloring, Names, Values
from .style import ACCENT, CLEAR, FONT, figure, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST_POINTS = 20_000  # that Plotly draws well
HEIGHT = 640
LABELS = 60
TRIED = 3000  # words that may get a label
# Pixels: of the view, about, and of a label's letters and lines, with the room around them.
WIDTH, LETTER, LINE, GAP = 1000, 7.0, 17, 10
FOCUS = 0.12  # of the view, around a word that is flown to
MARGIN = 0.06
IN_SPACE = 0.45  # of its size on a flat map has a marker in space


def draw_map(
    words: Sequence[str],
    drawn: Projection,
    coloring: Coloring,
    *,
    counts: NDArray[np.int64] | None = None,
    sizes: bool = False,
    labels: bool = True,
    focus: int | None = None,
    near: Sequence[int] = (),
    revision: str = "",
    dark: bool = False,
) -> Figure:
    """The map `drawn`, its points colored by `coloring`.

    words   of the points, in their order
    counts  int64[n]: who gets a label first, and with `sizes` how large the points are
    dark    whether the page is: words are written in a color that stands out from it
    focus   the point that the view goes to, ringed, with lines to the points `near`
    """
    flat = drawn.spec.dim == 2
    made = figure(
        height=HEIGHT,
        showlegend=isinstance(coloring, Names),
        legend=_LEGEND,
        margin={"l": 8, "r": 28, "t": 44, "b": 8},  # room for the tools
        modebar={"bgcolor": CLEAR, "color": "#868E96", "activecolor": ACCENT},
        uirevision=f"{revision}:{focus}",
        dragmode="pan" if flat else "orbit",
        **(_flat(drawn, focus) if flat else _space(drawn, focus)),
    )
    for places, marker, name in _groups(coloring, counts if sizes else None):
        _points(made, drawn, words, coloring, places, marker, name)
    if focus is not None and near:
        _lines(made, drawn, words, focus, near, dark)
    named = _labelled(words, drawn, counts, focus) if labels and flat else []
    _names(made, drawn, words, [i for i in named if i != focus and i not in near], dark)
    if focus is not None:
        _ring(made, drawn, words, focus, dark)
    return made


_LEGEND = {
    "orientation": "v",
    "yref": "paper",
    "y": 1,
    "yanchor": "top",
    "x": 1.01,
    "xanchor": "left",
    "itemsizing": "constant",
    "font": {"size": 12},
}


def ink(size: int, dark: bool, flat: bool) -> dict[str, Any]:
    """Words in the color of the page's text, with a halo in that of the page: they are read above points."""
    color, page = ("#F1F4F5", "#101619") if dark else ("#151B1E", "#FFFFFF")
    halo = ", ".join(f"{x}px {y}px 2px {page}" for x in (-1, 1) for y in (-1, 1))
    return {"size": size, "family": FONT, "color": color, **({"shadow": halo} if flat else {})}


def picked_points(points: Sequence[Mapping[str, Any]], coloring: Coloring) -> NDArray[np.int64]:
    """The points, in order, that a browser says were picked: each tells its curve and its place on it."""
    places = [at for at, _marker, _name in _groups(coloring, None)]
    found = set()
    for one in points:
        curve, place = one.get("curve_number"), one.get("point_index")
        if not isinstance(curve, int) or not isinstance(place, int) or not 0 <= curve < len(places):
            continue
        if 0 <= place < len(places[curve]):
            found.add(int(places[curve][place]))
    return np.array(sorted(found), np.int64)


def _groups(
    coloring: Coloring, counts: NDArray[np.int64] | None
) -> list[tuple[NDArray[np.int64], dict[str, Any], str]]:
    """For each trace its points, its marker and its name."""
    if isinstance(coloring, Values):
        everything = np.arange(len(coloring.values))
        return [(everything, {**_scale(coloring), **_size(everything, counts, len(everything))}, "")]
    groups = []
    for code in [*range(len(coloring.names)), -1]:
        at = np.flatnonzero(coloring.codes == code)
        if len(at):
            name = coloring.names[code] if code >= 0 else _("none")
            color = coloring.colors[code] if code >= 0 else NONE
            groups.append((at, {"color": color, **_size(at, counts, len(coloring.codes))}, name))
    return groups


def _scale(coloring: Values) -> dict[str, Any]:
    low, high = coloring.bounds
    values = np.where(np.isfinite(coloring.values), coloring.values, np.nan).astype(np.float32)
    title = f"{coloring.title} ({coloring.unit})" if coloring.unit else coloring.title
    bar: dict[str, Any] = {"title": {"text": shown(title), "side": "right"}, "thickness": 12, "outlinewidth": 0}
    if coloring.log:
        values = np.log10(np.maximum(values, 1e-9))
        low, high = np.log10(max(low, 1e-9)), np.log10(max(high, 1e-9))
        ticks = np.arange(np.ceil(low), np.floor(high) + 1)
        bar |= {"tickvals": ticks.tolist(), "ticktext": [number(int(10**tick)) for tick in ticks.tolist()]}
    colors = [[i / (len(VIRIDIS) - 1), color] for i, color in enumerate(VIRIDIS)]
    return {"color": values, "colorscale": colors, "cmin": low, "cmax": high, "showscale": True, "colorbar": bar}


def _size(at: NDArray[np.int64], counts: NDArray[np.int64] | None, n: int) -> dict[str, Any]:
    """Fewer points are larger; with counts, the area follows the logarithm of the count."""
    if counts is None:
        return {"size": _usual(n)}
    logs = np.log1p(np.maximum(counts, 0))
    return {"size": (4 + 10 * np.sqrt(logs[at] / max(float(logs.max()), 1e-9))).astype(np.float32)}


def _usual(n: int) -> float:
    return 9.0 if n <= 300 else 6.5 if n <= 3000 else 4.5


def _points(
    made: Figure,
    drawn: Projection,
    words: Sequence[str],
    coloring: Coloring,
    places: NDArray[np.int64],
    marker: dict[str, Any],
    name: str,
) -> None:
    at: list[int] = places.tolist()
    told = "%{text}"
    extra: dict[str, Any] = {}
    if isinstance(coloring, Values):
        values = coloring.values[places]
        extra["customdata"] = [_value(value) for value in values.tolist()]
        told += f"<br>{shown(coloring.title)}: %{{customdata}}"
    elif name:
        told += f"<br>{shown(coloring.title)}: {shown(name)}"
    common = {
        "mode": "markers",
        "name": shown(name),
        "text": [shown(words[i]) for i in at],
        "hovertemplate": told + "<extra></extra>",
        "marker": {"opacity": 0.8 if len(at) < 3000 else 0.65, **marker},
        **extra,
    }
    _add(made, drawn.points[places], common)


def _value(value: float) -> str:
    return _("not known") if not np.isfinite(value) else number(int(value)) if value == int(value) else f"{value:.3g}"


def _add(made: Figure, points: NDArray[np.float32], trace: dict[str, Any]) -> None:
    if points.shape[1] == 3:
        size = trace.get("marker", {}).get("size")
        if size is not None:
            trace = {**trace, "marker": {**trace["marker"], "size": np.asarray(size) * IN_SPACE}}
        made.add_scatter3d(x=points[:, 0], y=points[:, 1], z=points[:, 2], **trace)
    else:
        made.add_scattergl(x=points[:, 0], y=points[:, 1], **trace)


def _lines(made: Figure, drawn: Projection, words: Sequence[str], focus: int, near: Sequence[int], dark: bool) -> None:
    """Lines from a word to its true neighbors, and their names."""
    ends = np.full((3 * len(near), drawn.points.shape[1]), np.nan, np.float32)
    ends[0::3], ends[1::3] = drawn.points[focus], drawn.points[list(near)]
    trace: dict[str, Any] = {
        "mode": "lines",
        "line": {"color": ACCENT, "width": 1.5},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    _add(made, ends, trace)
    _names(made, drawn, words, list(near), dark)


def _names(made: Figure, drawn: Projection, words: Sequence[str], which: Sequence[int], dark: bool) -> None:
    """Words beside their points. On a flat map they are annotations: any other text lies below the points."""
    if not which:
        return
    if drawn.spec.dim == 2:
        _write(made, drawn, words, which, ink(12, dark, True), 11)
        return
    trace: dict[str, Any] = {
        "mode": "text",
        "text": [shown(words[i]) for i in which],
        "textposition": "top center",
        "textfont": ink(12, dark, False),
        "hoverinfo": "skip",
        "showlegend": False,
    }
    _add(made, drawn.points[list(which)], trace)


def _write(
    made: Figure, drawn: Projection, words: Sequence[str], which: Sequence[int], font: dict[str, Any], up: int
) -> None:
    """Annotations `up` pixels above the points `which`."""
    before = list(made.to_dict()["layout"].get("annotations", ()))
    places = drawn.points[list(which)].astype(float).tolist()
    told = [
        {"x": x, "y": y, "text": shown(words[i]), "showarrow": False, "yshift": up, "font": font}
        for i, (x, y) in zip(which, places, strict=True)
    ]
    made.update_layout(annotations=[*before, *told])


def _ring(made: Figure, drawn: Projection, words: Sequence[str], focus: int, dark: bool) -> None:
    ring = {"symbol": "circle-open", "size": 18, "color": ACCENT, "line": {"width": 2.5, "color": ACCENT}}
    flat = drawn.spec.dim == 2
    trace: dict[str, Any] = {"mode": "markers", "marker": ring, "hoverinfo": "skip", "showlegend": False}
    if not flat:
        font = ink(14, dark, False)
        trace |= {"mode": "markers+text", "text": [f"<b>{shown(words[focus])}</b>"], "textposition": "bottom center"}
        trace["textfont"] = font
    _add(made, drawn.points[[focus]], trace)
    if flat:
        _write(made, drawn, words, [focus], {**ink(14, dark, True), "weight": 700}, -18)


def view_of(points: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lower and upper corner of the first view: all points, or the middle 99 percent if some lie far out."""
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    inner_low, inner_high = np.percentile(points, [0.5, 99.5], axis=0)
    spread = np.where(inner_high > inner_low, inner_high - inner_low, 1)
    far = (high - low) > 2 * spread
    low, high = np.where(far, inner_low, low), np.where(far, inner_high, high)
    room = MARGIN * np.where(high > low, high - low, 1)
    return low - room, high + room


def _window(drawn: Projection, focus: int | None) -> tuple[list[float], list[float]]:
    low, high = view_of(drawn.points)
    if focus is not None:
        half = FOCUS * float((high - low).max())
        low, high = drawn.points[focus] - half, drawn.points[focus] + half
    return low.tolist(), high.tolist()


def axis_title(drawn: Projection, axis: int) -> str:
    """What an axis shows: for PCA its share of the variance, else that it has no unit."""
    if drawn.explained:
        return _("component {n} ({share} of the variance)").format(n=axis + 1, share=percent(drawn.explained[axis]))
    return _("{method} {n} (no unit)").format(method=_(TITLES[drawn.drawn]), n=axis + 1)


def _flat(drawn: Projection, focus: int | None) -> dict[str, Any]:
    low, high = _window(drawn, focus)
    plain = {"showticklabels": False, "zeroline": False, "showgrid": False}
    return {
        "x": {**plain, "title": {"text": axis_title(drawn, 0)}, "range": [low[0], high[0]]},
        "y": {**plain, "title": {"text": axis_title(drawn, 1)}, "range": [low[1], high[1]], "scaleanchor": "x"},
    }


def _space(drawn: Projection, focus: int | None) -> dict[str, Any]:
    low, high = _window(drawn, focus)
    axes = {}
    for i, name in enumerate("xyz"):
        axes[f"{name}axis"] = {
            "title": {"text": axis_title(drawn, i)},
            "range": [low[i], high[i]],
            "showticklabels": False,
            "showbackground": False,
            "gridcolor": "rgba(128,128,128,0.25)",
            "zeroline": False,
        }
    return {"scene": {**axes, "aspectmode": "data", "bgcolor": CLEAR}}


def _labelled(
    words: Sequence[str], drawn: Projection, counts: NDArray[np.int64] | None, focus: int | None
) -> list[int]:
    """The words that get a label: frequent ones first, none over another, in the view as it is first seen."""
    low, high = (np.asarray(corner) for corner in _window(drawn, focus))
    scale = min(np.array([WIDTH, HEIGHT - 80]) / np.maximum(high - low, 1e-12))
    # The view is as wide as the page: with one scale on both axes it shows more than was asked for.
    room = (np.array([WIDTH, HEIGHT - 80]) / scale - (high - low)) / 2
    low, high = low - room, high + room
    order = np.arange(len(words)) if counts is None else np.argsort(-counts, kind="stable")
    inside = np.all((drawn.points > low) & (drawn.points < high), axis=1)
    ids: list[int] = order[inside[order]][:TRIED].tolist()
    places = (drawn.points[ids] - low) * scale
    return spaced(places, [words[i] for i in ids], ids)


def spaced(places: NDArray[Any], words: Sequence[str], ids: Sequence[int], most: int = LABELS) -> list[int]:
    """Those of `ids` whose words, written above `places` (float[k, 2], in pixels), lie on no other's.

    The first ones have the right of way.
    """
    kept: list[int] = []
    boxes = np.empty((most, 4))
    for (x, y), word, one in zip(places.tolist(), words, ids, strict=True):
        half = width_of(word) * LETTER / 2 + GAP / 2
        box = (x - half, y, x + half, y + LINE + GAP)
        others = boxes[: len(kept)]
        apart = (others[:, 0] > box[2]) | (others[:, 2] < box[0]) | (others[:, 1] > box[3]) | (others[:, 3] < box[1])
        if apart.all():
            boxes[len(kept)] = box
            kept.append(one)
            if len(kept) == most:
                break
    return kept


def width_of(word: str) -> int:
    """How wide a word is, in letters: Chinese characters take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in word[:60])
