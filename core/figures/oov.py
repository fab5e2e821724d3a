"""Figures of a hold-out: how near each fill comes to hidden words, at what cost, and without help of relatives.

All take what `lexiloom oov score --json` tells, as plain values, and compute nothing. `names` says what the fills are
called; without it they have their own titles.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..messages import N_, _, number
from .comparing import AXIS, RULE
from .evaluation import MARKS
from .map import LETTER, LINE, width_of
from .style import ACCENT, FONT, figure, shown
from .tuning import QUIET, SECOND

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Told = Mapping[str, Any]
Names = Mapping[str, str]
Box = tuple[float, float, float, float]  # middle, width, height

RECOMMENDED = "recommended"
TITLES = {
    "mean": N_("mean"),
    "normal": N_("random, N(μ, Σ)"),
    "diagonal": N_("random, N(μ, σ)"),
    "zeros": N_("zeros"),
    "drop": N_("leave out"),
    "split": N_("split"),
    "ngrams": N_("n-grams"),
    "spelling": N_("spelling"),
    "pieces": N_("pieces"),
    "donor": N_("donor"),
    "nearest": N_("nearest in the donor"),
    "omp": N_("sum of words in the donor"),
    "alacarte": N_("contexts"),
    "blend": N_("blend"),
    "cascade": N_("cascade"),
    RECOMMENDED: N_("recommended cascade"),
}
FROM_DONORS = ("donor", "nearest", "omp")
ROW, FOOT = 34, 64  # pixels of a fill, and of ticks with the axis's title
HEIGHT = 380
# The view of the costs on a phone, in pixels: with more room names lie apart all the more. Marks with some air.
VIEW, MARK = (270, 300), 16
SIDES = {
    "top center": (0, 1),
    "bottom center": (0, -1),
    "top left": (-1, 1),
    "top right": (1, 1),
    "bottom left": (-1, -1),
    "bottom right": (1, -1),
    "middle right": (1, 0),
    "middle left": (-1, 0),
}
APART = 0.16  # of a row's height, by which two marks of one fill are off its middle
LEAST_SECONDS = 0.001


def fill_names(told: Told, donors: Sequence[str] = ()) -> dict[str, str]:
    """Name of a fill in the document -> what a reader is told; of several donors which one it is."""
    found: dict[str, str] = {RECOMMENDED: str(_(TITLES[RECOMMENDED]))}
    for one in told["fills"]:
        name, kind = str(one["name"]), str(one["kind"])
        title = str(_(TITLES[kind])) if kind in TITLES else kind
        which = name.rpartition(" ")[2] if name != kind else "1"
        if kind in FROM_DONORS and len(donors) > 1 and which.isdigit() and int(which) <= len(donors):
            title = f"{title}: {donors[int(which) - 1]}"
        elif name != kind:
            title = f"{title} {which}"
        # Donors of one name lie in different folders.
        found[name] = f"{title} ({which})" if title in found.values() else title
    return found


def ranked(told: Told, *, recommended: bool = True) -> list[Told]:
    """The fills that made some of the hidden words, the nearest to the truth first; the recommended cascade too."""
    fills = [one for one in told["fills"] if one["filled"]]
    if recommended and told["recommended"]["beats_mean"]:
        fills.append({**told["recommended"], "name": RECOMMENDED})
    return sorted(fills, key=lambda one: (-one["cosine"], one["name"] != RECOMMENDED))


def cosines(told: Told, names: Names | None = None) -> Figure:
    """Mean cosine to the true rows of each fill with its 95 % interval, the best first; a line at the mean's."""
    fills, titles = ranked(told), names or fill_names(told)
    lows = [_ends(one, "cosine")[0] for one in fills]
    highs = [_ends(one, "cosine")[1] for one in fills]
    least, most = min([0.0, *lows]), max([0.1, *highs])
    made = figure(
        len(fills) * ROW + FOOT,
        x={
            **AXIS,
            "title": {"text": _("mean cosine to the true row")},
            "range": [least - 0.04 * (most - least), most + 0.2 * (most - least)],
        },
        y=fill_axis(fills, titles),
    )
    if (mean := _of_mean(told)) is not None:
        made.add_vline(x=mean, line={"color": RULE, "width": 1.5, "dash": "dot"})
    for k, one in enumerate(fills):
        low, high = lows[k], highs[k]
        made.add_scatter(
            x=[one["cosine"]],
            y=[k],
            mode="markers",
            marker={"color": _color(one), "symbol": "diamond" if _is_best(one) else "circle", "size": 11},
            error_x=_bars([one["cosine"]], [(low, high)]) | {"color": _color(one)},
            text=[_hover(one, titles)],
            hovertemplate="%{text}<extra></extra>",
        )
        made.add_annotation(
            x=high,
            y=k,
            text=_strong(number(one["cosine"], 3), one),
            showarrow=False,
            xanchor="left",
            xshift=8,
            font={"size": 13, "family": FONT},
        )
    return made


def costs(told: Told, names: Names | None = None) -> Figure:
    """Cosine of each fill against the seconds that fitting it and making the hidden words took."""
    fills = sorted(ranked(told), key=lambda one: (not _is_best(one), _seconds(one)))
    titles = names or fill_names(told)
    times, values = [math.log10(_seconds(one)) for one in fills], [one["cosine"] for one in fills]
    room = max(0.5, 0.16 * (max(times) - min(times)))
    start, end = min(times) - room, max(times) + room
    low, high = min([0.0, *values]), max([0.1, *values])
    low, high = low - 0.08 * (high - low), high + 0.12 * (high - low)
    places = [((x - start) / (end - start), (y - low) / (high - low)) for x, y in zip(times, values, strict=True)]
    made = figure(
        HEIGHT,
        x={**AXIS, "title": {"text": _("seconds")}, "type": "log", "range": [start, end], "dtick": 1},
        y={**AXIS, "title": {"text": _("mean cosine")}, "range": [low, high]},
        margin={"l": 8, "r": 28, "t": 16, "b": 8},
    )
    made.add_scatter(
        x=[_seconds(one) for one in fills],
        y=values,
        mode="markers+text",
        marker={
            "color": [_color(one) for one in fills],
            "symbol": ["diamond" if _is_best(one) else "circle" for one in fills],
            "size": 11,
        },
        text=[_strong(shown(titles[one["name"]]), one) for one in fills],
        textposition=_sides(places, [titles[one["name"]] for one in fills]),
        cliponaxis=False,
        customdata=[_hover(one, titles) for one in fills],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return made


def harder(told: Told, names: Names | None = None) -> Figure | None:
    """Cosine on all hidden words and on those without a relative among the known ones; None where none is so."""
    hard = told["hard"]["fills"]
    fills = [one for one in ranked(told, recommended=False) if one["name"] in hard]
    if not fills or not told["hard"]["n"]:
        return None
    titles = names or fill_names(told)
    figures = [hard[one["name"]] for one in fills]
    ends = [value for one, own in zip(fills, figures, strict=True) for value in (one["cosine"], *_ends(own, "cosine"))]
    least, most = min([0.0, *ends]), max([0.1, *ends])
    made = figure(
        len(fills) * ROW + FOOT + 30,
        x={
            **AXIS,
            "title": {"text": _("mean cosine to the true row")},
            "range": [least - 0.04 * (most - least), most + 0.06 * (most - least)],
        },
        y=fill_axis(fills, titles),
        showlegend=True,
    )
    sides = (
        (_("all hidden words"), QUIET, "circle-open", fills),
        (_("without a relative"), ACCENT, MARKS[1], figures),
    )
    for off, (title, color, mark, listed) in zip((-APART, APART), sides, strict=True):
        made.add_scatter(
            name=str(title),
            x=[one["cosine"] for one in listed],
            y=[k + off for k in range(len(fills))],
            mode="markers",
            marker={"color": color, "symbol": mark, "size": 10, "line": {"width": 2, "color": color}},
            error_x=_bars([one["cosine"] for one in listed], [_ends(one, "cosine") for one in listed])
            | {"color": color},
            text=[
                f"{shown(titles[fill['name']])}, {title}: {number(one['cosine'], 3)}"
                f"{interval_told(one.get('intervals', {}).get('cosine'))}"
                for fill, one in zip(fills, listed, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    return made


def fill_axis(fills: Sequence[Told], titles: Names) -> dict[str, Any]:
    """An axis with the fills from top to bottom. Names may be equal: they are placed by number."""
    return {
        "tickvals": list(range(len(fills))),
        "ticktext": [_strong(shown(titles[one["name"]]), one) for one in fills],
        "range": [len(fills) - 0.5, -0.5],
        "zeroline": False,
        "showgrid": False,
    }


def _sides(points: Sequence[tuple[float, float]], names: Sequence[str]) -> list[str]:
    """Where each name stands: on the side of its point where it covers least, and is cut off least.

    points  shares of the view's width and height
    """
    wide, high = VIEW
    boxes: list[Box] = [(x * wide, y * high, MARK, MARK) for x, y in points]
    found: list[str] = []
    for (x, y), name in zip(points, names, strict=True):
        width = width_of(name) * LETTER
        tried = {
            side: (x * wide + dx * (width + MARK) / 2, y * high + dy * (LINE + MARK) / 2, width, LINE)
            for side, (dx, dy) in SIDES.items()
        }
        best = min(tried, key=lambda side: _crowded(tried[side], boxes))
        boxes.append(tried[best])
        found.append(best)
    return found


def _crowded(box: Box, boxes: Sequence[Box]) -> float:
    """Pixels of a box (middle, width, height) that lie on others or outside the view."""
    view = (VIEW[0] / 2, VIEW[1] / 2, *VIEW)
    return box[2] * box[3] - _shared(box, view) + sum(_shared(box, other) for other in boxes)


def _shared(one: Box, other: Box) -> float:
    sides = [
        min(one[k] + one[k + 2] / 2, other[k] + other[k + 2] / 2)
        - max(one[k] - one[k + 2] / 2, other[k] - other[k + 2] / 2)
        for k in (0, 1)
    ]
    return max(0.0, sides[0]) * max(0.0, sides[1])


def _hover(one: Told, titles: Names) -> str:
    text = f"{shown(titles[one['name']])}: {number(one['cosine'], 3)}{interval_told(one['intervals'].get('cosine'))}"
    made = _("made {n} of {all}").format(n=number(one["filled"]), all=number(one["n"]))
    seconds = _("{seconds} s").format(seconds=number(float(one["seconds"]), 2))
    return f"{text}<br>{made}<br>{seconds}"


def interval_told(ends: Sequence[float] | None) -> str:
    """An interval as it follows its figure."""
    return f" [{number(ends[0], 3)}, {number(ends[1], 3)}]" if ends else ""


def _ends(one: Told, measure: str) -> tuple[float, float]:
    """Its 95 % interval; the figure itself where there is none."""
    low, high = one.get("intervals", {}).get(measure) or (one[measure], one[measure])
    return low, high


def _bars(values: Sequence[float], ends: Sequence[tuple[float, float]]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value for value, (_low, high) in zip(values, ends, strict=True)],
        "arrayminus": [value - low for value, (low, _high) in zip(values, ends, strict=True)],
        "thickness": 1.6,
        "width": 4,
    }


def _seconds(one: Told) -> float:
    return max(LEAST_SECONDS, float(one["seconds"]))


def _of_mean(told: Told) -> float | None:
    return next((one["cosine"] for one in told["fills"] if one["kind"] == "mean"), None)


def _is_best(one: Told) -> bool:
    return one["name"] == RECOMMENDED


def _color(one: Told) -> str:
    return SECOND if _is_best(one) else QUIET if one["kind"] in ("mean", "normal") else ACCENT


def _strong(text: str, one: Told) -> str:
    return f"<b>{text}</b>" if _is_best(one) else text
