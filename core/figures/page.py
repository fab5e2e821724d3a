"""A figure as one HTML page that opens from disk, with Plotly's script in it: no server, no network."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..messages import current_language
from .style import FONT, config

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Light and dark by the reader's system; Plotly draws its texts in the color of the page.
_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 {font}; max-width: 1400px; margin: 1.5rem auto; padding: 0 1rem;
  color: light-dark(#1d2428, #e6eaec); background: light-dark(#ffffff, #12181b); }}
h1 {{ font-size: 1.4rem; }}
p, li {{ max-width: 75ch; }}
.js-plotly-plot text {{ fill: currentColor !important; }}
</style>
<h1>{title}</h1>
<p>{lead}</p>
{figure}
<ul>
{notes}
</ul>
</html>
"""


def figure_page(made: Figure, *, title: str, lead: str = "", notes: Sequence[str] = ()) -> str:
    """The page with a heading, a sentence, the figure and what is to be known of it."""
    inner = made.to_html(full_html=False, include_plotlyjs=True, config=config(), default_height="80vh")
    return _PAGE.format(
        language=current_language().replace("_", "-"),
        font=html.escape(FONT, quote=False),
        title=html.escape(title),
        lead=html.escape(lead),
        figure=inner,
        notes="\n".join(f"<li>{html.escape(note)}</li>" for note in notes),
    )
