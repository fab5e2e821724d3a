"""Figures of what a tuning reached: scores beside baselines, what is taken for what, whether surety can be believed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..evaluation.comparison import figure as scored
from ..messages import _, number, percent
from ..tuning.kinds import TITLES
from ..tuning.report import Report
from .comparing import AXIS, RULE
from .style import ACCENT, FONT, figure, shown
from .tuning import BAR, FOOT, HEIGHT, MEASURES, MOST_CLASSES, QUIET

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

WRITTEN = 12  # classes whose confusions are written into the cells
# From no text of a row to all of them, and what is written on the two; by whether the page is dark.
SCALES = {False: ("#EEF2EE", "#0E8074"), True: ("#1A211E", "#1BA394")}
INKS = {False: ("#151B1E", "#FFFFFF"), True: ("#F1F4F5", "#06120F")}
Z = 1.959964  # of a 95 % interval


def confusion(counts: Sequence[Sequence[int]], classes: Sequence[str], *, dark: bool = False) -> Figure:
    """Texts of each class (row) by the class they were taken for (column); shades are shares of the row.

    Of more than 30 classes the ones with the most texts are shown.
    """
    order = sorted(range(len(classes)), key=lambda i: -sum(counts[i]))[:MOST_CLASSES]
    kept = sorted(order)
    totals = {i: max(1, sum(counts[i])) for i in kept}
    shares = [[counts[i][j] / totals[i] for j in kept] for i in kept]
    names = [shown(classes[i]) for i in kept]
    light, strong = INKS[dark]
    made = figure(
        max(280, min(760, 40 * len(kept) + 110)),
        x={"title": {"text": _("taken for")}, "tickvals": list(range(len(kept))), "ticktext": names, "showgrid": False},
        y={
            "title": {"text": _("is")},
            "tickvals": list(range(len(kept))),
            "ticktext": names,
            "autorange": "reversed",
            "showgrid": False,
        },
        uirevision="confusion",
    )
    told = [
        [f"{number(int(counts[i][j]))} ({percent(share)})" for j, share in zip(kept, row, strict=True)]
        for i, row in zip(kept, shares, strict=True)
    ]
    made.add_heatmap(
        z=shares,
        zmin=0,
        zmax=1,
        colorscale=[[0, SCALES[dark][0]], [1, SCALES[dark][1]]],
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=[[(names[a], names[b], told[a][b]) for b in range(len(kept))] for a in range(len(kept))],
        hovertemplate="%{customdata[0]} → %{customdata[1]}: %{customdata[2]}<extra></extra>",
    )
    if len(kept) <= WRITTEN:
        cells = [(b, a) for a in range(len(kept)) for b in range(len(kept)) if counts[kept[a]][kept[b]]]
        made.add_scatter(
            x=[x for x, _y in cells],
            y=[y for _x, y in cells],
            mode="text",
            text=[number(int(counts[kept[y]][kept[x]])) for x, y in cells],
            textfont={"size": 13, "color": [strong if shares[y][x] > 0.5 else light for x, y in cells]},
            hoverinfo="skip",
        )
    return made


def reliability(bins: Sequence[Mapping[str, Any]]) -> Figure:
    """How often predictions that are so sure are right: on the diagonal surety can be believed.

    A point for each bin of confidence, its area by its texts; lines show the gap.
    """
    there = [one for one in bins if one["texts"]]
    total = max(1, sum(one["texts"] for one in there))
    low = min([0.5, *(one["low"] for one in there)])
    made = figure(
        HEIGHT,
        x={**AXIS, "title": {"text": _("confidence")}, "range": [low - 0.03, 1.03], "tickformat": ".0%"},
        y={**AXIS, "title": {"text": _("share that is right")}, "range": [-0.05, 1.08], "tickformat": ".0%"},
        margin={"l": 8, "r": 28, "t": 12, "b": 8},
    )
    made.add_scatter(
        x=[low, 1], y=[low, 1], mode="lines", line={"color": QUIET, "width": 1.5, "dash": "dash"}, hoverinfo="skip"
    )
    for one in there:
        x = one["confidence"]
        made.add_shape(type="line", x0=x, x1=x, y0=x, y1=one["accuracy"], line={"color": RULE, "width": 2})
    told = _("{share} right of {n} texts that are {sure} sure")
    made.add_scatter(
        x=[one["confidence"] for one in there],
        y=[one["accuracy"] for one in there],
        mode="markers",
        marker={
            "size": [8 + 22 * math.sqrt(one["texts"] / total) for one in there],
            "color": ACCENT,
            "opacity": 1,
            "line": {"width": 0},
        },
        text=[
            told.format(share=percent(one["accuracy"]), n=number(one["texts"]), sure=percent(one["confidence"]))
            for one in there
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    return made


def baselines_chart(report: Report) -> Figure | None:
    """Accuracy on the test texts of the tuned matrix (marked) and of everything else, with 95 % intervals over texts.

    None without a test.
    """
    rows = accuracies(report)
    if not rows:
        return None
    made = figure(
        len(rows) * BAR + FOOT + 16,
        x={**AXIS, "title": {"text": _("accuracy")}, "range": [0, 1.1]} | {"tickvals": [0, 0.5, 1]},
        y={"autorange": "reversed"},
    )
    colors = [ACCENT if own else QUIET for *_rest, own in rows]
    made.add_bar(
        y=[f"<b>{shown(name)}</b>" if own else shown(name) for name, _value, _ends, own in rows],
        x=[value for _name, value, _ends, _own in rows],
        orientation="h",
        marker={"color": colors},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - value for _name, value, (_low, high), _own in rows],
            "arrayminus": [value - low for _name, value, (low, _high), _own in rows],
            "thickness": 1.6,
            "width": 4,
            "color": "#5B646B",
        },
        customdata=[f"{scored(value)} [{scored(low)}, {scored(high)}]" for _n, value, (low, high), _own in rows],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    for name, value, (_low, high), own in rows:
        made.add_annotation(
            y=f"<b>{shown(name)}</b>" if own else shown(name),
            x=high,
            xanchor="left",
            xshift=8,
            text=f"<b>{scored(value)}</b>" if own else scored(value),
            showarrow=False,
            font={"size": 13, "family": FONT},
        )
    return made


def accuracies(report: Report) -> list[tuple[str, float, tuple[float, float], bool]]:
    """(name, accuracy, its 95 % interval over test texts, whether it is the tuned one), the best first."""
    found = report.scores.get("accuracy", {}).get("mean")
    if found is None:
        return []
    texts = report.parts.get("test", 0)
    rows = [(tuned_name(report), found, report.texts_interval or wilson(found, texts), True)]
    if (before := report.before.get("accuracy")) is not None:
        rows.append((str(_("The same head, untouched matrix")), before, wilson(before, texts), False))
    rows += [
        (str(one["title"]), one["accuracy"], wilson(one["accuracy"], one.get("texts", texts)), False)
        for one in report.baselines
    ]
    return sorted(rows, key=lambda row: (-row[1], not row[3]))


def tuned_name(report: Report) -> str:
    """What a chart calls the tuning itself."""
    title = TITLES.get(str(report.spec.get("kind")), "")
    kind = str(_(title))
    return str(_("Tuned: {kind}").format(kind=kind)) if report.changed else kind


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of n (Wilson 1927, Journal of the American Statistical Association 22)."""
    if n < 1:
        return share, share
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def before_after(report: Report) -> Figure | None:
    """Each measure on the test before and after; None where none was measured."""
    names = [name for name in MEASURES if name in report.scores]
    if not names:
        return None
    made = figure(
        len(names) * 2 * BAR + FOOT + 40,
        x={**AXIS, "range": [0, 1.1], "title": {"text": _("score on the test part")}},
        y={"autorange": "reversed"},
        showlegend=True,
        barmode="group",
    )
    titles = [str(_(MEASURES[name])) for name in names]
    sides = ((_("untouched"), QUIET, report.before), (_("tuned"), ACCENT, _means(report)))
    for side, color, values in sides:
        there = [(title, values[name]) for title, name in zip(titles, names, strict=True) if name in values]
        if not there:
            continue
        made.add_bar(
            name=str(side),
            y=[title for title, _value in there],
            x=[value for _title, value in there],
            orientation="h",
            marker={"color": color},
            text=[scored(value) for _title, value in there],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=f"%{{y}}, {side}: %{{text}}<extra></extra>",
        )
    return made


def _means(report: Report) -> dict[str, float]:
    found = {name: one.get("mean") for name, one in report.scores.items()}
    return {name: value for name, value in found.items() if value is not None}
