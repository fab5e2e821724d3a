"""A finished matrix in pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..messages import _, number
from ..sanity import Sanity
from .style import ACCENT, figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 240


def norms(sanity: Sanity) -> Figure:
    """Histogram of the rows' L2 norms."""
    made = figure(
        height=HEIGHT,
        x={"title": {"text": _("L2 norm")}, "rangemode": "tozero"},
        y={"title": {"text": _("rows")}, "rangemode": "tozero"},
        bargap=0.05,
    )
    edges, counts = sanity.edges, sanity.counts
    if len(counts):
        told = _("norm {first} to {last}: {n} rows").format(
            first="%{customdata[0]}", last="%{customdata[1]}", n="%{customdata[2]}"
        )
        made.add_bar(
            x=(edges[1:] + edges[:-1]) / 2,
            y=counts,
            width=edges[1:] - edges[:-1],
            marker={"color": ACCENT},
            customdata=[
                [f"{low:.3g}", f"{high:.3g}", number(n)]
                for low, high, n in zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
            ],
            hovertemplate=told + "<extra></extra>",
        )
    return made
