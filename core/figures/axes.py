"""Words along two semantic axes, and the cosines of some words with each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from .map import ink, spaced
from .style import ACCENT, COLORS, figure, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 560
END = 18  # letters of a pole's name beside an axis
CELL = 24  # pixels of a word in the table of cosines
# Blue to white to red: cosines below and above 0 keep apart for every kind of color vision.
DIVERGING = ((0.0, "#2166AC"), (0.25, "#92C5DE"), (0.5, "#F7F7F7"), (0.75, "#F4A582"), (1.0, "#B2182B"))


def along_axes(
    words: Sequence[str],
    positions: NDArray[np.float32],
    poles: Sequence[tuple[str, str]],
    *,
    marked: Sequence[bool] = (),
    dark: bool = False,
) -> Figure:
    """Words at their positions (float32[n, 1 or 2]) on one axis or two.

    poles   the names of the two ends of each axis
    marked  which words are those of the poles themselves
    dark    whether the page is
    """
    two = positions.shape[1] == 2
    x = positions[:, 0].astype(np.float64)
    y = positions[:, 1].astype(np.float64) if two else np.zeros(len(x))
    made = figure(height=HEIGHT if two else 260, x=_axis(poles[0]), y=_axis(poles[1]) if two else {"visible": False})
    told = "%{text}<br>" + shown(_pole(poles[0])) + ": %{x:.3f}"
    told += f"<br>{shown(_pole(poles[1]))}: %{{y:.3f}}" if two else ""
    is_pole = np.array(marked, bool) if len(marked) else np.zeros(len(x), bool)
    for which, color, symbol in ((~is_pole, ACCENT, "circle"), (is_pole, COLORS["suspect"], "diamond")):
        at = np.flatnonzero(which).tolist()
        if at:
            made.add_scatter(
                x=x[at],
                y=y[at],
                mode="markers",
                marker={"color": color, "symbol": symbol, "size": 9, "opacity": 0.85},
                text=[shown(words[i]) for i in at],
                hovertemplate=told + "<extra></extra>",
            )
    span = np.maximum(np.array([np.ptp(x), np.ptp(y)]), 1e-9)
    places = np.stack([x - x.min(), y - y.min()], axis=1) / span * np.array([900, HEIGHT - 120 if two else 1])
    order: list[int] = np.argsort(~is_pole, kind="stable").tolist()
    named = spaced(places[order], [words[i] for i in order], order, most=80)
    made.add_scatter(
        x=x[named],
        y=y[named],
        mode="text",
        text=[shown(words[i]) for i in named],
        textposition="top center",
        textfont=ink(12, dark, True),
        hoverinfo="skip",
    )
    return made


def _axis(pole: tuple[str, str]) -> dict[str, object]:
    return {"title": {"text": shown(_pole(pole))}, "zeroline": True}


def _pole(pole: tuple[str, str]) -> str:
    low, high = (end if len(end) <= END else f"{end[:END]}…" for end in pole)
    return _("← {low} · cosine · {high} →").format(low=low, high=high)


def similarities(words: Sequence[str], cosines: NDArray[np.float32]) -> Figure:
    """A heat map of cosines (float32[k, k]), words in the order given."""
    names = [shown(word) for word in words]
    places = list(range(len(names)))
    side = max(320, CELL * len(names) + 140)
    ticks = {"tickvals": places, "ticktext": names, "showgrid": False, "zeroline": False}
    made = figure(
        height=side,
        x={**ticks, "tickangle": -60, "side": "top", "constrain": "domain"},
        y={**ticks, "autorange": "reversed", "scaleanchor": "x", "constrain": "domain"},
    )
    made.add_heatmap(
        z=cosines,
        x=places,
        y=places,
        zmin=-1,
        zmax=1,
        colorscale=[list(stop) for stop in DIVERGING],
        colorbar={"title": {"text": _("cosine"), "side": "right"}, "thickness": 12, "outlinewidth": 0},
        customdata=[[(row, column) for column in names] for row in names],
        hovertemplate="%{customdata[0]} · %{customdata[1]}: %{z:.3f}<extra></extra>",
        xgap=1,
        ygap=1,
    )
    return made
