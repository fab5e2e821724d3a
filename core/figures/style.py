"""What all figures share: one color for each origin, one font, no decoration.

Colors mean origins and nothing else. Found is teal, lighter where the spelling was changed; what may be another word
is amber; made rows are blue and violet, rows without information gray; missing is brick red. Teal, amber, blue and
red keep apart for the common color blindnesses, as they differ in lightness too, and all stand out (3 : 1) from the
app's light and dark backgrounds; thin gaps part neighbors. Text and grid take the colors of the page.
"""

from __future__ import annotations

import html
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..messages import N_

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COLORS = {
    "exact": "#0E8074",
    "normalized": "#45A698",
    "suspect": "#C98A1B",
    "composed": "#4A7FCB",
    "mapped": "#8A6FC9",
    "invented": "#868E96",
    "missing": "#C4534A",
}
ACCENT = COLORS["exact"]
# What is written on a color: dark where white would not stand out enough.
INK = {**dict.fromkeys(COLORS, "#FFFFFF"), "normalized": "#0B1F1B", "suspect": "#1E1503", "invented": "#10151A"}
NAMES = {
    "exact": N_("as written"),
    "normalized": N_("other spelling"),
    "suspect": N_("suspect"),
    "composed": N_("composed"),
    "mapped": N_("mapped"),
    "invented": N_("invented"),
    "missing": N_("missing"),
}
FONT = '"Inter", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
LONGEST = 60
ROW = 44  # pixels of one bar with its gap
CLEAR = "rgba(0,0,0,0)"


def config() -> dict[str, Any]:
    """Plotly's settings: few buttons, no logo, pictures at twice the resolution."""
    return {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": "lexiloom"},
    }


def shown(text: str) -> str:
    """A user's text inside a figure: never markup, nothing invisible, not endless."""
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return html.escape("".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in short))


def figure(height: int, *, x: dict[str, Any] | None = None, y: dict[str, Any] | None = None, **layout: Any) -> Figure:
    """An empty figure with these axes, of a fixed height, so that nothing jumps when it is drawn again.

    The layout is given whole: every update of a figure afterwards costs Plotly milliseconds.
    """
    from plotly.graph_objects import Figure

    if "pandas" in sys.modules:
        # Plotly takes it from there as it is, half imported by another thread too; importing it waits for the whole.
        import_module("pandas")
    common = {
        "height": height,
        "margin": {"l": 8, "r": 28, "t": 8, "b": 8},
        "font": {"family": FONT, "size": 13},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "hoverlabel": {"font": {"family": FONT}, "namelength": 0},
        "legend": {
            "orientation": "h",
            "yref": "container",
            "yanchor": "bottom",
            "y": 0,
            "x": 0,
            "traceorder": "normal",
            "title": {"text": ""},
        },
        "showlegend": False,
        "bargap": 0.35,
        "xaxis": {"automargin": True, **(x or {})},
        "yaxis": {"automargin": True, **(y or {})},
    }
    return Figure(layout=common | layout)
