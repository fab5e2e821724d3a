"""Figures of what a tuning did to words: the way they moved, what they say for each class, what decided an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..messages import _, number, percent
from ..tuning.report import Moves
from .coloring import NONE
from .comparing import FAINT, GRID
from .evaluation import PALETTE
from .map import ink, spaced
from .style import ACCENT, CLEAR, COLORS, FONT, NAMES, figure, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from plotly.graph_objects import Figure

HEIGHT, MAP_HEIGHT = 300, 620
CONTROLS = 140  # pixels below the map
VIEW = (900, 500)  # pixels of the view, about
MOST_WORDS, MOST_FRAMES, LABELLED = 200, 30, 45
BAR, FOOT = 26, 56
MARGIN = 0.08  # of the view's size, on each side
STEP, PAUSE = 450, 120  # milliseconds from epoch to epoch, and rest at each
FOR, AGAINST = "#C4534A", "#4A7FCB"  # what speaks for what was found, and against it
# Without the gray one, which is that of words without a class.
TINTS = tuple(color for color in PALETTE if color != COLORS["invented"])
By = Literal["class", "origin"]


def moving_map(moves: Moves, *, by: By = "class", dark: bool = False) -> Figure:
    """The way of watched words, epoch by epoch: to be played or scrubbed; shown first as it ended.

    A tail leads from where a word started. Axes are fixed over all epochs and have one scale. At most 200 words.
    """
    from plotly.graph_objects import Frame

    kept = _thinned(len(moves.frames))
    points = np.asarray(moves.points, np.float32)[kept][:, :MOST_WORDS]
    names = [str(_("before")) if moves.frames[at] < 0 else number(moves.frames[at] + 1) for at in kept]
    made = _drawn(points, moves.words, _grouped(moves, by), dark)
    # Layout and names are those of the last frame; the others say only where points are.
    traces = list(range(len(made.data)))  # type: ignore[arg-type]
    made.frames = [
        Frame(name=name, data=_placed(points, at, _grouped(moves, by)), traces=traces) for at, name in enumerate(names)
    ]
    made.update_layout(
        height=MAP_HEIGHT + CONTROLS,
        margin={"l": 8, "r": 8, "t": 44, "b": CONTROLS},
        sliders=[_slider(names)],
        updatemenus=[_buttons(names)],
    )
    for axis, share, update in zip("xy", moves.explained, (made.update_xaxes, made.update_yaxes), strict=True):
        n = 1 if axis == "x" else 2
        update(title={"text": _("component {n} ({share} of the variance)").format(n=n, share=percent(share))})
    return made


def live_map(live: Mapping[str, Any], *, dark: bool = False) -> Figure | None:
    """Where watched words stand in a training that runs, with tails from their start; None where none is watched."""
    frames, words = live.get("moves") or [], live.get("watched") or []
    if not frames or not words or not frames[-1]:
        return None
    moves = Moves(
        words=tuple(words),
        origins=tuple(live.get("watched_origins") or [""] * len(words)),
        classes=tuple(live.get("watched_classes") or [""] * len(words)),
        frames=tuple(range(-1, len(frames) - 1)),
        points=tuple(tuple((float(x), float(y)) for x, y in frame) for frame in frames),
        explained=(0.0, 0.0),
    )
    points = np.asarray(moves.points, np.float32)[:, :MOST_WORDS]
    made = _drawn(points, moves.words, _grouped(moves, "class"), dark)
    made.update_layout(transition={"duration": STEP, "easing": "cubic-in-out"}, uirevision="live")
    return made


def _grouped(moves: Moves, by: By) -> list[tuple[str, str, list[int]]]:
    """(name, color, words) of what words are colored by."""
    keys = (moves.classes if by == "class" else moves.origins)[:MOST_WORDS]
    if by == "origin":
        order = [name for name in COLORS if name in keys]
        named = {name: (str(_(NAMES[name])), COLORS[name]) for name in order}
    else:
        order = sorted({key for key in keys if key})
        named = {key: (shown(key), TINTS[k % len(TINTS)]) for k, key in enumerate(order)}
    groups = [(*named[key], [i for i, one in enumerate(keys) if one == key]) for key in order]
    if rest := [i for i, one in enumerate(keys) if one not in named]:
        groups.append((str(_("no class")) if by == "class" else str(_("other")), NONE, rest))
    return groups


def _drawn(
    points: NDArray[np.float32], words: Sequence[str], groups: Sequence[tuple[str, str, list[int]]], dark: bool
) -> Figure:
    """The last frame: tails, and a group of points for each color."""
    low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
    room = MARGIN * np.maximum(high - low, 1e-9)
    low, high = low - room, high + room
    plain = {"showticklabels": False, "zeroline": False, "showgrid": False}
    made = figure(
        MAP_HEIGHT,
        x={**plain, "range": [float(low[0]), float(high[0])]},
        y={**plain, "range": [float(low[1]), float(high[1])], "scaleanchor": "x"},
        showlegend=True,
        legend={"orientation": "h", "y": 1.01, "yanchor": "bottom", "x": 0, "title": {"text": ""}},
        margin={"l": 8, "r": 8, "t": 44, "b": 8},
        modebar={"bgcolor": CLEAR, "color": "#868E96", "activecolor": ACCENT},
        dragmode="pan",
    )
    scale = min(np.array(VIEW) / np.maximum(high - low, 1e-12))
    named = set(spaced((points[-1] - low) * scale, words[: points.shape[1]], range(points.shape[1]), LABELLED))
    tails, *placed = _placed(points, len(points) - 1, groups)
    made.add_scatter(
        **tails, mode="lines", line={"color": FAINT, "width": 1.2}, hoverinfo="skip", showlegend=False, name=""
    )
    for (name, color, at), where in zip(groups, placed, strict=True):
        made.add_scatter(
            **where,
            name=name,
            mode="markers+text",
            marker={"size": 8, "color": color, "opacity": 0.9},
            text=[shown(words[i]) if i in named else "" for i in at],
            textposition="top center",
            textfont=ink(12, dark, True),
            customdata=[shown(words[i]) for i in at],
            hovertemplate=f"%{{customdata}}<br>{name}<extra></extra>",
        )
    return made


def _placed(
    points: NDArray[np.float32], frame: int, groups: Sequence[tuple[str, str, list[int]]]
) -> list[dict[str, Any]]:
    """Where the traces' points are in a frame: first the tails, each from a word's start to its place."""
    here = points[frame]
    ends = np.full((3 * len(here), 2), np.nan, np.float32)
    ends[0::3], ends[1::3] = points[0], here
    return [
        {"x": ends[:, 0], "y": ends[:, 1]},
        *({"x": here[at, 0], "y": here[at, 1]} for _name, _color, at in groups),
    ]


def _thinned(n: int) -> list[int]:
    """Which of n frames are shown: all, or as many as are worth a step of the slider, the first and last with them."""
    return (
        sorted({round(i * (n - 1) / (MOST_FRAMES - 1)) for i in range(MOST_FRAMES)}) if n > MOST_FRAMES else [*range(n)]
    )


def _still(seconds: int) -> dict[str, Any]:
    return {"mode": "immediate", "frame": {"duration": seconds, "redraw": False}, "fromcurrent": False}


def _buttons(names: Sequence[str]) -> dict[str, Any]:
    moving = {**_still(STEP + PAUSE), "transition": {"duration": STEP, "easing": "linear"}}
    return {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 36},
        "bgcolor": CLEAR,
        "bordercolor": GRID,
        "font": {"size": 15, "color": ACCENT, "family": FONT},
        "buttons": [
            {"label": "▶", "method": "animate", "args": [list(names), moving]},
            {"label": "❚❚", "method": "animate", "args": [[None], {**_still(0), "transition": {"duration": 0}}]},
        ],
    }


def _slider(names: Sequence[str]) -> dict[str, Any]:
    at_once = {**_still(0), "transition": {"duration": 200}}
    return {
        "active": len(names) - 1,
        "x": 0,
        "len": 1,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 44, "b": 0},
        "bgcolor": GRID,
        "activebgcolor": ACCENT,
        "bordercolor": CLEAR,
        "tickcolor": "#868E96",
        "ticklen": 4,
        "currentvalue": {"prefix": f"{_('epoch')}: ", "font": {"size": 13}, "offset": 22, "xanchor": "right"},
        "font": {"size": 11},
        "transition": {"duration": STEP, "easing": "linear"},
        "steps": [{"label": name, "method": "animate", "args": [[name], at_once]} for name in names],
    }


def class_words(words: Sequence[tuple[str, float]], *, most: float | None = None, color: str = ACCENT) -> Figure:
    """The words that speak most for a class: what one occurrence adds to its logit over the mean of the others.

    most  the end of the axis, so that charts of several classes have one scale
    """
    made = _lying(words, [color] * len(words), _("adds to the logit"))
    made.update_xaxes(range=[0, 1.18 * (most or max([value for _word, value in words], default=1.0))])
    return made


def contributions(words: Sequence[tuple[str, float]], *, most: int = 12) -> Figure:
    """The words that decided a text: red ones spoke for the class that was found, blue ones for the right one."""
    summed: dict[str, float] = {}
    for word, value in words:
        summed[word] = summed.get(word, 0.0) + value
    listed = sorted(summed.items(), key=lambda one: -abs(one[1]))[:most]
    made = _lying(listed, [FOR if value > 0 else AGAINST for _word, value in listed], _("adds to the logit"))
    reach = 1.3 * max([abs(value) for _word, value in listed], default=1.0)
    made.update_xaxes(range=[-reach, reach], zeroline=True, zerolinecolor=GRID)
    return made


def _lying(words: Sequence[tuple[str, float]], colors: Sequence[str], title: str) -> Figure:
    places = list(range(len(words)))
    names = [shown(word) for word, _value in words]
    made = figure(
        max(2, len(words)) * BAR + FOOT,
        x={"title": {"text": title}, "gridcolor": GRID, "zeroline": False},
        y={"tickvals": places, "ticktext": names, "range": [len(words) - 0.4, -0.6]},
    )
    made.add_bar(
        y=places,
        x=[value for _word, value in words],
        orientation="h",
        marker={"color": list(colors)},
        customdata=names,
        text=[number(value, 2) for _word, value in words],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{customdata}: %{x:.3f}<extra></extra>",
    )
    return made
