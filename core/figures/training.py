"""Figures of a training as it runs: how the loss falls, and how the neighbors of watched words settle."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..messages import _, number, retold, unpack
from .comparing import AXIS, GRID
from .evaluation import PALETTE
from .style import ACCENT, FONT, figure, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 300
MOST_EPOCHS = 40  # that are marked; of more, every second, tenth, …
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
ROOM = 0.06  # of the axis, beyond the points
# A look sees a few words of ten come or go: what is drawn is a mean over so many looks, of many over a share of them.
LOOKS, LOOKS_SHARE = 5, 25
DASHES = ("solid", "dash", "dot", "dashdot")


def training_loss(live: Mapping[str, Any]) -> Figure:
    """The loss over what was trained on so far; faint upright lines where epochs end.

    live  what live.json tells: "losses" [[done, loss], …], "loss_name", "unit" ("words" or "cells"), "total" of an
          epoch, "epochs"
    """
    points = [(n, loss) for n, loss in live.get("losses", ()) if loss is not None and math.isfinite(loss)]
    made: Any = _over_training(live, {"title": {"text": _loss_title(live)}, **_reach([loss for _n, loss in points])})
    made.add_scatter(
        x=[n for n, _loss in points],
        y=[loss for _n, loss in points],
        mode="lines+markers" if len(points) < 3 else "lines",
        line={"color": ACCENT, "width": 2.5},
        marker={"size": 7, "color": ACCENT},
        customdata=[[number(n), number(loss, 4)] for n, loss in points],
        hovertemplate="%{customdata[1]}<br>" + str(_trained_on(live)) + ": %{customdata[0]}<extra></extra>",
    )
    if points:
        _last(made, points[-1], early=points[-1][0] < 0.1 * made.layout.xaxis.range[1])
    return made


def settling(live: Mapping[str, Any]) -> Figure:
    """For each watched word the share of its neighbors that were there at the look before, a mean over some looks.

    live  what live.json tells: "watched" [{"word", "settled" [[done, share], …], …}, …], and as `training_loss`
    """
    watched = [one for one in live.get("watched", ()) if one.get("settled")]
    made = _over_training(
        live,
        {"title": {"text": _("neighbors that stayed")}, "range": [-0.02, 1.04], "tickformat": ".0%", "dtick": 0.25},
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": {"text": ""}},
    )
    for k, one in enumerate(watched):
        points = [(n, share) for n, share in one["settled"] if share is not None]
        means = _smoothed([share for _n, share in points])
        name = shown(one["word"])
        made.add_scatter(
            name=name,
            x=[n for n, _share in points],
            y=means,
            mode="lines+markers" if len(points) < 3 else "lines",
            line={"color": PALETTE[k % len(PALETTE)], "width": 2, "dash": DASHES[k // 2 % len(DASHES)]},
            marker={"size": 6},
            customdata=[[name, number(n), number(share, 2)] for (n, _share), share in zip(points, means, strict=True)],
            hovertemplate="%{customdata[0]}: %{customdata[2]}<br>"
            + str(_trained_on(live))
            + ": %{customdata[1]}<extra></extra>",
        )
    return made


def _over_training(live: Mapping[str, Any], y: dict[str, Any], **layout: Any) -> Figure:
    """An empty figure over all epochs, with their ends."""
    total, epochs = max(1, int(live.get("total") or 0)), max(1, int(live.get("epochs") or 0))
    return figure(
        HEIGHT,
        x={**AXIS, "title": {"text": _trained_on(live)}, "range": [0, total * epochs * (1 + ROOM)], "showgrid": False},
        y={**AXIS, **y},
        shapes=_ends(total, epochs),
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        uirevision="training",
        **layout,
    )


def _ends(total: int, epochs: int) -> list[dict[str, Any]]:
    every = next((step for step in STEPS if epochs / step <= MOST_EPOCHS), STEPS[-1])
    line = {"color": GRID, "width": 1}
    return [
        {"type": "line", "x0": n * total, "x1": n * total, "y0": 0, "y1": 1, "yref": "paper", "line": line}
        | {"layer": "below"}
        for n in range(every, epochs + 1, every)
    ]


def _trained_on(live: Mapping[str, Any]) -> str:
    if live.get("unit") == "cells":
        return _("pairs trained on (lines: epochs)")
    return _("words trained on (lines: epochs)")


def _loss_title(live: Mapping[str, Any]) -> str:
    name = retold(unpack(live.get("loss_name") or _("loss")))
    # What predicts words has a loss in nats; GloVe's cost has no unit.
    return _("{loss} (nats)").format(loss=shown(name)) if live.get("unit") != "cells" else shown(name)


def _reach(losses: Sequence[float]) -> dict[str, Any]:
    """From the lowest to the highest, with room: what matters is far above zero."""
    if not losses:
        return {}
    low, high = min(losses), max(losses)
    room = 0.1 * ((high - low) or abs(high) or 1.0)
    return {"range": [max(0.0, low - room) if low >= 0 else low - room, high + room]}


def _last(made: Figure, point: tuple[float, float], *, early: bool) -> None:
    """The last value, written beside its point."""
    made.add_scatter(
        x=[point[0]],
        y=[point[1]],
        mode="markers+text",
        marker={"size": 9, "color": ACCENT, "line": {"width": 0}},
        text=[number(point[1], 3)],
        textposition="top right" if early else "top center",
        textfont={"family": FONT, "size": 13},
        cliponaxis=False,
        hoverinfo="skip",
    )


def _smoothed(shares: Sequence[float]) -> list[float]:
    """Each with those before it, `LOOKS` or more together."""
    found, looks = [], max(LOOKS, len(shares) // LOOKS_SHARE)
    for k in range(len(shares)):
        last = shares[max(0, k + 1 - looks) : k + 1]
        found.append(sum(last) / len(last))
    return found
