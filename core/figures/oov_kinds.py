"""Figures of a hold-out: which fill wins for which kind of word, and whether its confidence can be believed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..messages import _, number
from ..oov.hidden import SURFACES
from ..vocabulary.scripts import SCRIPTS
from .comparing import AXIS
from .oov import HEIGHT, ROW, Names, Told, fill_axis, fill_names, interval_told, ranked
from .style import ACCENT, figure, shown
from .tuning import QUIET, SECOND
from .tuning_scores import INKS, SCALES

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SPARE = 0.05  # by which confidences may be off
# From here on a cell is so deep in color that the other ink stands out more; by whether the page is dark.
DEEP = {False: 0.88, True: 0.72}
BAND = "rgba(14,128,116,0.14)"


def kinds(told: Told, by: str, names: Names | None = None, *, dark: bool = False) -> Figure | None:
    """Mean cosine of each fill (row) for each kind of word (column); a frame where one is better beyond noise.

    by  "script", "band" or "surface"; None where there is nothing of it
    """
    groups = told["groups"].get(by, ())
    if not groups:
        return None
    fills, titles = ranked(told, recommended=False), names or fill_names(told)
    cells = [[group["fills"].get(one["name"]) for group in groups] for one in fills]
    values = [[None if cell is None else cell["cosine"] for cell in row] for row in cells]
    there = [value for row in values for value in row if value is not None]
    least, most = min(there, default=0.0), max(there, default=1.0)
    made = figure(
        len(fills) * ROW + 56,
        x={
            "tickvals": list(range(len(groups))),
            "ticktext": [f"{_group(by, one['name'])}<br>{number(one['n'])}" for one in groups],
            "side": "top",
            "showgrid": False,
            "range": [-0.5, len(groups) - 0.5],
            "tickangle": 0,
        },
        y={**fill_axis(fills, titles), "showgrid": False},
    )
    made.add_heatmap(
        z=values,
        zmin=least,
        zmax=max(most, least + 0.01),
        colorscale=[[0, SCALES[dark][0]], [1, SCALES[dark][1]]],
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=_hovers(cells, fills, groups, by, titles),
        hovertemplate="%{customdata}<extra></extra>",
    )
    _write(made, values, (least, most), groups, [one["name"] for one in fills], dark)
    return made


def _write(
    made: Figure,
    values: Sequence[Sequence[float | None]],
    ends: tuple[float, float],
    groups: Sequence[Told],
    fills: Sequence[str],
    dark: bool,
) -> None:
    """The cosines in the cells, and a frame round each winner."""
    light, strong = INKS[dark]
    middle = ends[0] + DEEP[dark] * (ends[1] - ends[0])
    written = [(x, y, value) for y, row in enumerate(values) for x, value in enumerate(row) if value is not None]
    made.add_scatter(
        x=[x for x, _y, _value in written],
        y=[y for _x, y, _value in written],
        mode="text",
        text=[
            f"<b>{number(value, 2)}</b>" if groups[x]["winner"] == fills[y] else number(value, 2)
            for x, y, value in written
        ],
        textfont={"size": 13, "color": [strong if value > middle else light for _x, _y, value in written]},
        hoverinfo="skip",
    )
    for x, group in enumerate(groups):
        if group["winner"] in fills:
            y = fills.index(group["winner"])
            box = {"x0": x - 0.5, "x1": x + 0.5, "y0": y - 0.48, "y1": y + 0.48}
            made.add_shape(type="rect", **box, line={"color": SECOND, "width": 3})


def _hovers(
    cells: Sequence[Sequence[Told | None]], fills: Sequence[Told], groups: Sequence[Told], by: str, titles: Names
) -> list[list[str]]:
    told = []
    for one, row in zip(fills, cells, strict=True):
        line = []
        for group, cell in zip(groups, row, strict=True):
            text = f"{shown(titles[one['name']])}, {_group(by, group['name'])}"
            if cell is not None:
                text += f": {number(cell['cosine'], 3)}{interval_told(cell.get('interval'))}"
                text += "<br>" + _("made {n} of {all}").format(n=number(cell["n"]), all=number(group["n"]))
            line.append(text)
        told.append(line)
    return told


def reliability(told: Told, name: str, names: Names | None = None) -> Figure:
    """Whether confidences can be believed: held-out cosine against confidence of the fill `name`, others fainter.

    On the diagonal they are right; in the band they are off by .05 at most. A point's area is its number of words.
    """
    titles = names or fill_names(told)
    fills = [one for one in ranked(told, recommended=False) if one["reliability"]]
    fills.sort(key=lambda one: one["name"] == name)
    most = max((b["n"] for one in fills for b in one["reliability"]), default=1)
    ends = [value for one in fills for b in one["reliability"] for value in (b["confidence"], b["cosine"])]
    low, high = min([0.0, *ends]), max([0.5, *ends]) + 0.06
    made = figure(
        HEIGHT,
        x={**AXIS, "title": {"text": _("confidence (expected cosine)")}, "range": [low - 0.03, high]},
        y={**AXIS, "title": {"text": _("held-out cosine")}, "range": [low - 0.06, high]},
        margin={"l": 8, "r": 28, "t": 12, "b": 8},
    )
    made.add_scatter(
        x=[low, high, high, low],
        y=[low - SPARE, high - SPARE, high + SPARE, low + SPARE],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=BAND,
        hoverinfo="skip",
    )
    made.add_scatter(
        x=[low, high],
        y=[low, high],
        mode="lines",
        line={"color": QUIET, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )
    for one in fills:
        own = one["name"] == name
        bins = one["reliability"]
        made.add_scatter(
            name=shown(titles[one["name"]]),
            x=[b["confidence"] for b in bins],
            y=[b["cosine"] for b in bins],
            mode="markers",
            marker={
                "size": [7 + 12 * math.sqrt(b["n"] / most) for b in bins],
                "color": ACCENT if own else QUIET,
                "opacity": 1 if own else 0.3,
                "line": {"width": 0},
            },
            text=[
                _("{n} words of confidence {sure}: cosine {cosine}").format(
                    n=number(b["n"]), sure=number(b["confidence"], 2), cosine=number(b["cosine"], 3)
                )
                for b in bins
            ],
            hovertemplate=f"{shown(titles[one['name']])}<br>%{{text}}<extra></extra>",
        )
    return made


def _group(by: str, name: str) -> str:
    """What a kind of words is called."""
    if by == "band":
        first, _dash, last = name.partition("-")
        return f"{number(int(first))}–{number(int(last)) if last else ''}"
    titles = SCRIPTS if by == "script" else SURFACES
    return str(_(titles[name])) if name in titles else shown(name)
