"""Figures of a tuning: what its texts are like, how training went, what was reached and where it errs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..evaluation.comparison import figure as scored
from ..messages import N_, _, number, percent
from ..tuning.kinds import TITLES
from ..tuning.report import Curve, Report
from .comparing import AXIS, GRID, RULE
from .style import ACCENT, COLORS, FONT, INK, NAMES, figure, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 300
BAR, FOOT = 32, 64  # pixels of a bar with its gap, and of ticks with the axis's title
MOST_CLASSES = 30  # that a chart shows
WRITTEN = 12  # classes whose confusions are written into the cells
ROOM = 0.06  # a share below this has no room for its label
# Fainter than what is looked at, on light and dark ground.
QUIET = "#9AA3AB"
SECOND = "#C98A1B"
MEASURES = {
    "accuracy": N_("accuracy"),
    "macro_f1": N_("macro-F1"),
    "mrr": N_("mean reciprocal rank"),
    "recall_1": N_("recall at 1"),
    "recall_10": N_("recall at 10"),
}
SCALES = {False: ("#EEF2EE", "#0E8074"), True: ("#1A211E", "#1BA394")}
INKS = {False: ("#151B1E", "#FFFFFF"), True: ("#F1F4F5", "#06120F")}
Z = 1.959964  # of a 95 % interval


def class_balance(classes: Mapping[str, int]) -> Figure:
    """Texts of each class, the most first; at most 30 classes."""
    listed = sorted(classes.items(), key=lambda one: -one[1])[:MOST_CLASSES]
    total = max(1, sum(classes.values()))
    return _bars(
        [shown(name) for name, _n in listed],
        [n for _name, n in listed],
        [f"{number(n)} ({percent(n / total)})" for _name, n in listed],
        _("texts"),
    )


def token_shares(by_origin: Mapping[str, int]) -> Figure:
    """One bar over all tokens of the texts: how the rows came about that they find, and what has none."""
    total = max(1, sum(by_origin.values()))
    made = figure(
        120,
        x={"range": [0, 100], "ticksuffix": " %", "showgrid": False, "zeroline": False},
        y={"visible": False},
        barmode="stack",
        showlegend=True,
    )
    for origin, color in COLORS.items():
        if not (n := by_origin.get(origin, 0)):
            continue
        share = n / total
        name = str(_(NAMES[origin]))
        made.add_bar(
            x=[100 * share],
            y=[0],
            orientation="h",
            name=name,
            marker={"color": color},
            text=[percent(share) if share >= ROOM else ""],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": INK[origin]},
            hovertemplate=f"{name}: {_('{n} tokens').format(n=number(n))} ({percent(share)})<extra></extra>",
        )
    return made


def loss_curve(curve: Curve) -> Figure:
    """The training loss step by step and the validation loss epoch by epoch; the kept epoch is marked."""
    made = _over_epochs(curve, _("loss"))
    per_epoch = max([int(one["examples"]) for one in curve.epochs], default=0) or max(
        [n for n, _l in curve.steps] or [1]
    )
    steps = [(n / per_epoch, loss) for n, loss in curve.steps if math.isfinite(loss)]
    made.add_scatter(
        name=str(_("training")),
        x=[x for x, _loss in steps],
        y=[loss for _x, loss in steps],
        mode="lines",
        line={"color": QUIET, "width": 1.5},
        hovertemplate=f"{_('training')}: %{{y:.3f}}<extra></extra>",
    )
    _measure(made, curve, "loss", str(_("validation")), ACCENT)
    _kept(made, curve, top=True)
    return made


def measure_curves(curve: Curve) -> Figure | None:
    """Accuracy and macro-F1 (of pairs: ranks) of the validation part by epoch; None where nothing but the loss is."""
    names = [name for name in MEASURES if any(name in one["measures"] for one in curve.epochs)]
    if not names:
        return None
    made = _over_epochs(curve, _("validation"))
    made.update_yaxes(range=[0, 1.03])
    for name, color in zip(names, (ACCENT, SECOND, "#4A7FCB", "#8A6FC9"), strict=False):
        _measure(made, curve, name, str(_(MEASURES[name])), color)
    _kept(made, curve, top=False)
    return made


def _over_epochs(curve: Curve, title: str) -> Figure:
    last = max(2, len(curve.epochs))
    return figure(
        HEIGHT,
        x={**AXIS, "title": {"text": _("epoch")}, "range": [-0.05 * last, 1.04 * last], "showgrid": False}
        | ({"dtick": 1} if last <= 12 else {}),
        y={**AXIS, "title": {"text": title}, "rangemode": "tozero"},
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": {"text": ""}},
        margin={"l": 8, "r": 28, "t": 12, "b": 8},
        uirevision="curve",
    )


def _measure(made: Figure, curve: Curve, name: str, title: str, color: str) -> None:
    """A measure of the validation part: a point at the end of each epoch."""
    found = [(int(one["number"]) + 1, one["measures"].get(name)) for one in curve.epochs]
    points = [(at, value) for at, value in found if isinstance(value, (int, float)) and math.isfinite(value)]
    made.add_scatter(
        name=title,
        x=[at for at, _value in points],
        y=[value for _at, value in points],
        mode="lines+markers",
        line={"color": color, "width": 2.5},
        marker={"size": 7, "color": color},
        hovertemplate=f"{title}: %{{y:.3f}}<extra></extra>",
    )


def _kept(made: Figure, curve: Curve, *, top: bool) -> None:
    """The epoch that is kept, as an upright line with its name."""
    if curve.best < 0:
        return
    at, late = curve.best + 1, curve.best + 1 > 0.6 * max(2, len(curve.epochs))
    made.add_vline(x=at, line={"color": RULE, "width": 1.5, "dash": "dot"})
    made.add_annotation(
        x=at,
        y=0.99 if top else 0.02,
        yref="paper",
        yanchor="top" if top else "bottom",
        text=_("kept"),
        showarrow=False,
        xanchor="right" if late else "left",
        xshift=-5 if late else 5,
        font={"size": 12, "family": FONT},
    )


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
    kind = str(_(TITLES.get(str(report.spec.get("kind")), "")))
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


def _bars(
    names: Sequence[str], values: Sequence[float], told: Sequence[str], title: str, color: str = ACCENT
) -> Figure:
    """Lying bars with their values at their ends. Names may be equal: bars are placed by number."""
    made = figure(
        max(2, len(names)) * BAR + FOOT,
        x={"title": {"text": title}, "range": [0, 1.32 * max([*values, 1e-9])], "gridcolor": GRID, "zeroline": False},
        y={"tickvals": list(range(len(names))), "ticktext": list(names), "range": [len(names) - 0.4, -0.6]},
    )
    made.add_bar(
        y=list(range(len(names))),
        x=list(values),
        orientation="h",
        marker={"color": color},
        text=list(told),
        textposition="outside",
        cliponaxis=False,
        customdata=list(names),
        hovertemplate="%{customdata}: %{text}<extra></extra>",
    )
    return made


__all__ = [
    "MEASURES",
    "MOST_CLASSES",
    "accuracies",
    "baselines_chart",
    "before_after",
    "class_balance",
    "confusion",
    "loss_curve",
    "measure_curves",
    "reliability",
    "token_shares",
    "tuned_name",
    "wilson",
]
