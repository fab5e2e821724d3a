"""Coverage as bars: by origin, and found against missing by script, frequency, rung and source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..coverage import Coverage, Part, Tally
from ..ladder import RUNG_TITLES
from ..messages import _, number, percent
from ..vocabulary.scripts import SCRIPTS
from .style import ACCENT, COLORS, INK, NAMES, ROW, figure, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# A share below this has no room for its label.
ROOM = 0.055
LEGEND = 84  # pixels under the bars: ticks and legend
PARTS_SHOWN = 12
TICKS = (0, 25, 50, 75, 100)


def coverage_bar(coverage: Coverage) -> Figure:
    """One bar over the words, one over the tokens where counts are known; shares of each origin."""
    return _stacked(_bars(coverage), height=2 * ROW + LEGEND)


def compare(found: Coverage, built: Coverage) -> Figure:
    """What was found, and what the rows of the finished matrix are."""
    told = _("{name}: {text}")
    pairs = zip(_bars(found), _bars(built), strict=True)
    bars = [
        (told.format(name=name, text=state), tally)
        for (name, before), (_name, after) in pairs
        for state, tally in ((_("found"), before), (_("built"), after))
    ]
    return _stacked(bars, height=len(bars) * ROW + LEGEND, room=2 * ROOM)


def by_rung(coverage: Coverage) -> Figure:
    """How many words each spelling found."""
    parts = coverage.rungs
    made = figure(
        height=max(3, len(parts)) * 30 + 60,
        x={"title": {"text": _("words")}, "rangemode": "tozero"},
        y={"autorange": "reversed"},
    )
    names = [_(RUNG_TITLES[part.name]) for part in parts]
    made.add_bar(
        y=names,
        x=[part.types.total for part in parts],
        orientation="h",
        marker={"color": [COLORS["exact"] if part.name == "exact" else COLORS["normalized"] for part in parts]},
        text=[number(part.types.total) for part in parts],
        textposition="auto",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    return made


def by_script(coverage: Coverage) -> Figure:
    """Found, suspect and missing by script."""
    return _parts(coverage.scripts, [str(_(SCRIPTS[part.name])) for part in coverage.scripts])


def by_band(coverage: Coverage) -> Figure:
    """Found, suspect and missing by rank of frequency."""
    names = [
        _("rank {first} to {last}").format(first=number(int(a)), last=number(int(b)))
        for a, b in (part.name.split("-") for part in coverage.bands)
    ]
    return _parts(coverage.bands, names)


def by_source(coverage: Coverage) -> Figure:
    """How many words each source of a chain gave."""
    parts = coverage.sources
    made = figure(
        height=max(3, len(parts)) * 34 + 60,
        x={"title": {"text": _("words")}, "rangemode": "tozero"},
        y={"autorange": "reversed"},
    )
    made.add_bar(
        y=[shown(part.name) for part in parts],
        x=[part.types.total for part in parts],
        orientation="h",
        marker={"color": ACCENT},
        text=[number(part.types.total) for part in parts],
        textposition="auto",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    return made


def _bars(coverage: Coverage) -> list[tuple[str, Tally]]:
    bars = [(str(_("Words")), coverage.types)]
    return bars if coverage.tokens is None else [*bars, (str(_("Tokens")), coverage.tokens)]


def _segments(tally: Tally) -> dict[str, int]:
    """origin -> rows, suspect ones apart from those that are found under another spelling."""
    counts = dict(tally.by_origin)
    renamed = min(tally.suspect, counts["normalized"])
    counts["normalized"] = counts["normalized"] - renamed
    # The others are made of pieces, of which the model does not know all.
    counts["composed"] = counts["composed"] - (tally.suspect - renamed)
    counts["suspect"] = tally.suspect
    return {origin: counts.get(origin, 0) for origin in COLORS}


def _stacked(bars: Sequence[tuple[str, Tally]], height: int, room: float = ROOM) -> Figure:
    """Bars of 100 %: every origin a segment, its share written inside where there is room: a share of `room`."""
    made = figure(
        height=height,
        x={"range": [0, 100], "tickvals": TICKS, "ticktext": [f"{tick} %" for tick in TICKS], "showgrid": False},
        y={"autorange": "reversed"},
        barmode="stack",
        showlegend=True,
    )
    tallies = [(name, _segments(tally), tally.total) for name, tally in bars]
    for origin, color in COLORS.items():
        counts = [segments[origin] for _name, segments, _total in tallies]
        if not any(counts):
            continue
        shares = [n / total if total else 0.0 for n, (_name, _segments, total) in zip(counts, tallies, strict=True)]
        made.add_bar(
            name=_(NAMES[origin]),
            y=[name for name, _segments, _total in tallies],
            x=[100 * share for share in shares],
            orientation="h",
            marker={"color": color, "line": {"width": 0}},
            text=[percent(share) if share >= room else "" for share in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": INK[origin], "size": 13},
            customdata=[[number(n), percent(share)] for n, share in zip(counts, shares, strict=True)],
            hovertemplate=f"{_(NAMES[origin])}<br>%{{y}}: %{{customdata[0]}} (%{{customdata[1]}})<extra></extra>",
        )
    return made


def _parts(parts: Sequence[Part], names: Sequence[str]) -> Figure:
    """Found, suspect and missing of each part in percent, the number of its words beside its name."""
    shown_parts = list(zip(parts, names, strict=True))[:PARTS_SHOWN]
    bars = [(f"{name} ({number(part.types.total)})", part.types) for part, name in shown_parts]
    return _stacked(bars, height=max(2, len(bars)) * 36 + LEGEND)
