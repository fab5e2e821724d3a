"""Scores as dots with their intervals, and scores by PCA dimension as curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..evaluation.comparison import Line
from ..evaluation.comparison import figure as scored
from ..evaluation.evaluating import Evaluation
from ..messages import _, number
from .style import figure, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Subjects differ in color, in lightness and in the mark: readable by the color-blind and in print.
PALETTE = ("#0E8074", "#C4534A", "#4A7FCB", "#C98A1B", "#8A6FC9", "#868E96", "#A0522D", "#3B4A54")
MARKS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "hexagon")
ROW = 46
LEGEND = 92
SPREAD = 0.56  # of a row's height is shared by its subjects
ZOOM = 0.04


def scores(found: Evaluation) -> Figure:
    """Each set a row, each subject a dot with its 95 % interval, on the items that count for it."""
    lines = [line for line in found.lines if any(cell.value is not None for cell in line.cells)]
    places = list(range(len(lines)))
    lows = [c.interval.low if c.interval else c.value or 0.0 for line in lines for c in line.cells]
    made = figure(
        height=max(2, len(lines)) * max(ROW, 15 * len(found.names)) + LEGEND,
        x={
            "title": {"text": _("score (bars: 95 % interval)")},
            "range": [min([0.0, *lows]) - ZOOM, 1.0 + ZOOM],
            "zeroline": True,
        },
        y={
            "tickvals": places,
            "ticktext": [_label(line) for line in lines],
            "range": [len(lines) - 0.5, -0.5],
            "zeroline": False,
        },
        showlegend=True,
    )
    many = len(found.names)
    for k, name in enumerate(found.names):
        shift = SPREAD * ((k + 0.5) / many - 0.5)
        dots = [(place + shift, line, line.cells[k]) for place, line in zip(places, lines, strict=True)]
        dots = [(y, line, cell, cell.value) for y, line, cell in dots if cell.value is not None]
        made.add_scatter(
            name=shown(name),
            x=[value for _y, _line, _cell, value in dots],
            y=[y for y, _line, _cell, _value in dots],
            mode="markers",
            marker={"color": PALETTE[k % len(PALETTE)], "symbol": MARKS[k % len(MARKS)], "size": 10},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [cell.interval.high - value if cell.interval else 0 for _y, _line, cell, value in dots],
                "arrayminus": [value - cell.interval.low if cell.interval else 0 for _y, _line, cell, value in dots],
                "thickness": 1.6,
                "width": 4,
            },
            text=[_hover(line, cell) for _y, line, cell, _value in dots],
            hovertemplate=f"{shown(name)}<br>%{{text}}<extra></extra>",
        )
    return made


def _label(line: Line) -> str:
    title = shown(line.title)
    return f"{title}, {shown(line.measure.rpartition(', ')[2])}" if line.task in ("analogy", "probe") else title


def _hover(line: Line, cell: Any) -> str:
    told = f"{shown(line.title)}: {scored(cell.value)}"
    if cell.interval:
        told += f" [{scored(cell.interval.low)}, {scored(cell.interval.high)}]"
    items = _("{counted} of {total} items").format(counted=number(cell.counted), total=number(cell.total))
    return f"{told}<br>{items}"


def by_dimension(curves: Sequence[dict[str, Any]]) -> Figure:
    """The score of each subject on one set against the number of PCA dimensions, with its 95 % interval."""
    made = figure(
        height=360,
        x={"title": {"text": _("dimensions kept by PCA")}, "type": "log", "tickmode": "array"},
        y={"title": {"text": _("Spearman's rho")}},
        showlegend=True,
    )
    dims = sorted({point["dim"] for one in curves for point in one.get("points", ())})
    made.update_xaxes(tickvals=dims, ticktext=[number(dim) for dim in dims])
    for k, one in enumerate(curves):
        points = [point for point in one.get("points", ()) if point["rho"] is not None]
        made.add_scatter(
            name=shown(one["subject"]),
            x=[point["dim"] for point in points],
            y=[point["rho"] for point in points],
            mode="lines+markers",
            marker={"color": PALETTE[k % len(PALETTE)], "symbol": MARKS[k % len(MARKS)], "size": 9},
            line={"color": PALETTE[k % len(PALETTE)]},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [(point["high"] or point["rho"]) - point["rho"] for point in points],
                "arrayminus": [point["rho"] - (point["low"] or point["rho"]) for point in points],
                "thickness": 1.4,
                "width": 3,
            },
            hovertemplate=f"{shown(one['subject'])}<br>%{{x}}: %{{y:.3f}}<extra></extra>",
        )
    return made
