"""Figures of a tuning: what its texts are like, and how training went."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..messages import N_, _, number, percent
from ..tuning.report import Curve
from .comparing import AXIS, GRID, RULE
from .style import ACCENT, COLORS, FONT, INK, NAMES, figure, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 300
BAR, FOOT = 32, 64  # pixels of a bar with its gap, and of ticks with the axis's title
MOST_CLASSES = 30  # that a chart shows
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
    most = max([one["measures"].get(name) or 0.0 for one in curve.epochs for name in names], default=1.0)
    made.update_yaxes(range=[0, min(1.03, max(0.1, 1.25 * most))])
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
