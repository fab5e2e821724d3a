"""Figures of a comparison of two matrices: how many neighbors are shared, by frequency, and what moved where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _, number, percent
from .coloring import VIRIDIS
from .map import GAP, LINE, ink, spaced, view_of
from .style import ACCENT, FONT, figure, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from ..comparing import Comparison

HEIGHT, MAP_HEIGHT = 320, 640
MAP_WIDTH = 1000  # pixels of the map's view, about
BACKGROUND = 3000  # faint points: drawn as SVG, so that a picture stays sharp
JITTERED = 4000
BINS = 12
HEAD, OFF = 13, 8  # pixels: an arrow's head, and how far a word keeps off its tip
GRID = "rgba(128,128,128,0.22)"
FAINT = "rgba(134,142,150,0.28)"
RULE = "#C4534A"
# By whether the page is dark: without the ends that would not stand out from it.
_SCALES = {False: VIRIDIS[:-1], True: VIRIDIS[2:], None: VIRIDIS[2:-1]}
AXIS = {"gridcolor": GRID, "zeroline": False}


def overlaps(comparison: Comparison) -> Figure:
    """How many words share 0, 1, … k neighbors; lines at the mean and at what chance would share."""
    k, histogram = comparison.k, comparison.histogram
    total = int(histogram.sum())
    made = figure(
        HEIGHT,
        x={**AXIS, "title": {"text": _("shared neighbors of {k}").format(k=number(k))}, "range": [-0.6, k + 0.6]}
        | {"showgrid": False, **({"dtick": 1} if k <= 20 else {})},
        y={**AXIS, "title": {"text": _("words")}, "range": [0, 1.18 * max(1, int(histogram.max()))]},
        margin={"l": 8, "r": 28, "t": 12, "b": 8},
        bargap=0.12,
    )
    told = [f"{number(n)} ({percent(n / total)})" for n in histogram.tolist()]
    text = _("{shared} of {k} shared").format(shared="%{x}", k=number(k))
    made.add_bar(
        x=np.arange(k + 1),
        y=histogram,
        marker={"color": ACCENT, "line": {"width": 0}},
        customdata=told,
        hovertemplate=f"{text}<br>{_('words')}: %{{customdata}}<extra></extra>",
    )
    mean = _("mean {n}").format(n=number(k * comparison.mean, 2))
    chance = _("at random {n}").format(n=number(k * comparison.chance, 2))
    _rule(made, k * comparison.mean, mean, "solid", right=comparison.mean < 0.7)
    _rule(made, k * comparison.chance, chance, "dash", right=True, low=True)
    return made


def _rule(made: Figure, x: float, text: str, dash: str, *, right: bool, low: bool = False) -> None:
    """An upright line with its name beside it."""
    made.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="paper", line={"color": RULE, "width": 2, "dash": dash})
    made.add_annotation(
        x=x,
        y=0.9 if low else 1,
        yref="paper",
        text=text,
        showarrow=False,
        xanchor="left" if right else "right",
        yanchor="top",
        xshift=5 if right else -5,
        font={"size": 13, "family": FONT},
    )


def overlap_by_count(comparison: Comparison) -> Figure | None:
    """Overlap over a word's count: each measured word a faint point, and the mean of equally many words at a time.

    None where no counts are known. Points are jittered by less than one neighbor, as overlap has but k + 1 values.
    """
    if comparison.counts is None:
        return None
    at = comparison.measured[comparison.counts[comparison.measured] > 0]
    if not len(at):
        return None
    rng = np.random.default_rng(0)
    shown_at = at if len(at) <= JITTERED else np.sort(rng.choice(at, JITTERED, replace=False))
    counts, overlap = comparison.counts, comparison.overlap
    made = figure(
        HEIGHT,
        x={**AXIS, "title": {"text": _("count (logarithmic)")}, "type": "log", "dtick": 1},
        y={**AXIS, "title": {"text": _("overlap")}, "range": [-0.06, 1.06], "tickformat": ".0%"},
        margin={"l": 8, "r": 28, "t": 12, "b": 8},
    )
    made.add_scatter(
        x=counts[shown_at],
        y=overlap[shown_at] + rng.uniform(-0.35, 0.35, len(shown_at)) / comparison.k,
        mode="markers",
        marker={"size": 4, "color": FAINT},
        text=[shown(comparison.words[i]) for i in shown_at.tolist()],
        customdata=[[number(int(counts[i])), percent(float(overlap[i]))] for i in shown_at.tolist()],
        hovertemplate=f"%{{text}}<br>{_('count')}: %{{customdata[0]}}<br>{_('overlap')}: %{{customdata[1]}}"
        "<extra></extra>",
    )
    middles, means, errors, sizes = _binned(counts[at].astype(np.float64), overlap[at].astype(np.float64))
    made.add_scatter(
        x=middles,
        y=means,
        error_y={"array": errors, "thickness": 1.5, "width": 3, "color": ACCENT},
        mode="lines+markers",
        line={"color": ACCENT, "width": 2.5},
        marker={"size": 7, "color": ACCENT},
        customdata=[[percent(mean), number(n)] for mean, n in zip(means, sizes, strict=True)],
        hovertemplate=_("mean overlap {share} of {n} words").format(share="%{customdata[0]}", n="%{customdata[1]}")
        + "<extra></extra>",
    )
    return made


def _binned(
    counts: NDArray[np.float64], overlap: NDArray[np.float64]
) -> tuple[list[float], list[float], list[float], list[int]]:
    """Equally many words at a time, by rising count: geometric mean count, mean overlap, its 95 % margin, words."""
    order = np.argsort(counts, kind="stable")
    parts = [part for part in np.array_split(order, min(BINS, max(1, len(order) // 5))) if len(part)]
    middles = [float(np.exp(np.log(counts[part]).mean())) for part in parts]
    means = [float(overlap[part].mean()) for part in parts]
    spreads = [float(overlap[part].std(ddof=1)) if len(part) > 1 else 0.0 for part in parts]
    margins = [1.96 * spread / float(np.sqrt(len(part))) for spread, part in zip(spreads, parts, strict=True)]
    return middles, means, margins, [len(part) for part in parts]


def aligned_map(
    comparison: Comparison, *, words: Sequence[str] | None = None, most: int = 60, dark: bool | None = False
) -> Figure:
    """Where words stand in the first space, turned onto the second, and in the second: an arrow each.

    words  whose arrows are drawn, those unknown passed over; without, the `most` that moved farthest in the plane
    dark   whether the page is; None: it may be either, as its reader's system is

    All other words are faint points where the second has them. Both axes have one scale.
    """
    if words is None:
        at = comparison.moved(most)
    else:
        at = np.array([comparison.ids[one] for one in dict.fromkeys(words) if one in comparison.ids], np.int64)
    low, high = _view(comparison, at, everything=words is None)
    made = figure(
        MAP_HEIGHT,
        dragmode="pan",
        x={**_plain(comparison, 0), "range": [low[0], high[0]]},
        y={**_plain(comparison, 1), "range": [low[1], high[1]], "scaleanchor": "x"},
    )
    _background(made, comparison, at)
    if len(at):
        _arrows(made, comparison, at, _SCALES[dark])
        _labels(made, comparison, at, low, high, dark=bool(dark))
    return made


def _plain(comparison: Comparison, axis: int) -> dict[str, Any]:
    share = percent(comparison.explained[axis])
    title = _("component {n} ({share} of the variance)").format(n=axis + 1, share=share)
    return {"showticklabels": False, "zeroline": False, "showgrid": False, "title": {"text": title}}


def _view(
    comparison: Comparison, at: NDArray[np.int64], *, everything: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The corners of the first view: around the middle of all points and all arrows, or around the arrows."""
    ends = np.concatenate([comparison.points1[at], comparison.points2[at]])
    if everything or not len(at):
        both = np.concatenate([comparison.points1, comparison.points2])
        low, high = view_of(both)
        if len(ends):
            low, high = np.minimum(low, ends.min(axis=0)), np.maximum(high, ends.max(axis=0))
    else:
        low, high = ends.min(axis=0).astype(np.float64), ends.max(axis=0).astype(np.float64)
    room = (0.02 if everything else 0.12) * max(float((high - low).max()), 1e-9)
    return low - room, high + room


def _background(made: Figure, comparison: Comparison, at: NDArray[np.int64]) -> None:
    others = np.setdiff1d(np.arange(len(comparison.words)), at)
    if len(others) > BACKGROUND:
        others = np.sort(np.random.default_rng(0).choice(others, BACKGROUND, replace=False))
    if not len(others):
        return
    made.add_scatter(
        x=comparison.points2[others, 0],
        y=comparison.points2[others, 1],
        mode="markers",
        marker={"size": 4, "color": FAINT},
        text=[shown(comparison.words[i]) for i in others.tolist()],
        customdata=_told(comparison, others),
        hovertemplate=_hover(),
    )


def _hover() -> str:
    overlap, moved = _("overlap"), _("1 − cosine after alignment")
    return f"%{{text}}<br>{overlap}: %{{customdata[0]}}<br>{moved}: %{{customdata[1]}}<extra></extra>"


def _told(comparison: Comparison, at: NDArray[np.int64]) -> list[list[str]]:
    return [
        [
            _("not measured") if np.isnan(overlap) else percent(overlap),
            number(displacement, 3),
        ]
        for overlap, displacement in zip(
            comparison.overlap[at].tolist(), comparison.displacement[at].tolist(), strict=True
        )
    ]


def _arrows(made: Figure, comparison: Comparison, at: NDArray[np.int64], colors: Sequence[str]) -> None:
    """A line for each word, by color, and above them its ends: a dot where it was, a head where it is."""
    values = comparison.displacement[at].astype(np.float64)
    least, largest = float(values.min()), float(values.max())
    largest = max(largest, least + 1e-3)  # rounding makes no scale
    groups = np.minimum(((values - least) / (largest - least) * len(colors)).astype(np.int64), len(colors) - 1)
    for code, color in enumerate(colors):
        those = at[groups == code]
        if len(those):
            ends = _ends(comparison, those)
            line = {"color": color, "width": 2}
            made.add_scatter(x=ends[:, 0], y=ends[:, 1], mode="lines", line=line, hoverinfo="skip", opacity=0.85)
    bar = {"title": {"text": _("1 − cosine after alignment"), "side": "right"}, "thickness": 12, "outlinewidth": 0}
    tint = {
        "cmin": least,
        "cmax": largest,
        "colorscale": [[i / (len(colors) - 1), color] for i, color in enumerate(colors)],
        "opacity": 1,
        "line": {"width": 0},
    }
    made.add_scatter(
        x=comparison.points1[at, 0],
        y=comparison.points1[at, 1],
        mode="markers",
        text=[shown(comparison.words[i]) for i in at.tolist()],
        customdata=_told(comparison, at),
        hovertemplate=_hover(),
        marker={**tint, "color": values, "symbol": "circle", "size": 6, "showscale": True, "colorbar": bar},
    )
    ends = _ends(comparison, at)
    made.add_scatter(
        x=ends[:, 0],
        y=ends[:, 1],
        mode="markers",
        text=[word for i in at.tolist() for word in (shown(comparison.words[i]),) * 3],
        customdata=[row for row in _told(comparison, at) for _end in range(3)],
        hovertemplate=_hover(),
        # A head looks away from the point before it: the start, drawn above and so of no size here.
        marker={
            **tint,
            "color": np.repeat(values, 3),
            "symbol": "arrow",
            "angleref": "previous",
            "size": [0, HEAD, 0] * len(at),
        },
    )


def _ends(comparison: Comparison, at: NDArray[np.int64]) -> NDArray[np.float64]:
    """float64[3 · m, 2]: from, to, and a gap, for each word."""
    ends = np.full((3 * len(at), 2), np.nan)
    ends[0::3], ends[1::3] = comparison.points1[at], comparison.points2[at]
    return ends


def _labels(
    made: Figure,
    comparison: Comparison,
    at: NDArray[np.int64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    *,
    dark: bool,
) -> None:
    """Words at the heads of their arrows, beyond the head and off it; none over another."""
    scale = min(np.array([MAP_WIDTH, MAP_HEIGHT - 80]) / np.maximum(high - low, 1e-12))
    down = comparison.points2[at, 1] < comparison.points1[at, 1]
    places = (comparison.points2[at].astype(np.float64) - low) * scale
    places[:, 1] += np.where(down, -LINE - GAP - OFF, OFF)
    order = list(range(len(at)))
    kept = spaced(places, [comparison.words[i] for i in at.tolist()], order)
    if not kept:
        return
    named = at[kept]
    made.add_scatter(
        x=comparison.points2[named, 0],
        y=comparison.points2[named, 1],
        # Plotly keeps texts off their markers: these are as large as the heads, and not seen.
        mode="markers+text",
        marker={"size": HEAD, "opacity": 0},
        text=[shown(comparison.words[i]) for i in named.tolist()],
        textposition=["bottom center" if down[i] else "top center" for i in kept],
        textfont=ink(12, dark, flat=True),
        hoverinfo="skip",
    )
