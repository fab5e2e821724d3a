"""A comparison of two matrices as one HTML page that opens from disk: figures, tables, words side by side."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..comparing import REASONS, Comparison, Near, SideBySide, came_about, side_by_side
from ..messages import N_, _, current_language, number, percent
from ..workspace.atomic import atomic_file
from .comparing import aligned_map, overlap_by_count, overlaps
from .style import FONT, config, shown

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LISTED = 20
MOST_ARROWS = 60
PICTURE = {"width": 1400, "height": 900}

# What the figures of a comparison mean, and what they don't.
MEANING = (
    N_(
        "Overlap is the share of a word's nearest words that both matrices agree on. It needs no alignment. Neighbors "
        "were searched among the shared words only."
    ),
    N_(
        "1 − cosine after alignment says how far a word's own row has turned, after the first space was turned as a "
        "whole onto the second (orthogonal Procrustes): 0 is not at all, 1 is at right angles. A turn of the whole "
        "space changes nothing."
    ),
    N_(
        "An arrow leads from a word's place in the first to its place in the second. Both spaces are aligned, and seen "
        "from the side from which they spread most. A long arrow is a true change; a short one may hide a change in "
        "a direction that is not shown: its color tells the whole of it. Where arrows point to has no meaning of "
        "its own."
    ),
    N_(
        "Some of any difference is chance: the same method, run twice on the same text, changes neighbors too. Compare "
        "with such a pair before you explain a single word."
    ),
)

# Nothing can be fetched: the scripts and styles of the page are all there are.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: light-dark(#1d2428, #e6eaec); --page: light-dark(#ffffff, #12181b);
  --soft: light-dark(#5a666d, #a4afb5); --line: light-dark(#dde2e5, #2c363b); --accent: light-dark(#0b6b61, #5cc0b2); }}
body {{ font: 15px/1.5 {font}; max-width: 1200px; margin: 1.5rem auto 4rem; padding: 0 1rem;
  color: var(--ink); background: var(--page); }}
h1 {{ font-size: 1.4rem; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.1rem; margin: 2.2rem 0 .6rem; }}
p, li {{ max-width: 75ch; overflow-wrap: anywhere; }}
dl {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .8rem; margin: 1rem 0; }}
dl > div {{ border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }}
dt, .soft {{ color: var(--soft); font-size: .87rem; }}
dd {{ margin: 0; }}
dd strong {{ font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }}
.pair {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 2.5rem; }}
.pair > * {{ min-width: 0; }}
.scroll {{ overflow-x: auto; }}
.js-plotly-plot {{ overflow: hidden; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .25rem .5rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }}
th {{ font-weight: 600; font-size: .87rem; color: var(--soft); }}
details th {{ white-space: normal; overflow-wrap: anywhere; }}
th:first-child, td:first-child, .named td:nth-child(2), .named th:nth-child(2) {{ text-align: left; }}
td:first-child {{ white-space: normal; overflow-wrap: anywhere; }}
details {{ border-bottom: 1px solid var(--line); padding: .35rem 0; }}
summary {{ cursor: pointer; overflow-wrap: anywhere; }}
.shared {{ color: var(--accent); font-weight: 600; }}
.js-plotly-plot .main-svg .infolayer text, .js-plotly-plot .cartesianlayer text {{ fill: var(--ink) !important; }}
.js-plotly-plot .textpoint text {{ text-shadow: 1px 1px 2px var(--page), -1px -1px 2px var(--page),
  1px -1px 2px var(--page), -1px 1px 2px var(--page) !important; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{lead}</p>
{parts}
</main>
</body>
</html>
"""


def write_page(comparison: Comparison, path: Path, *, words: Sequence[str] = ()) -> None:
    """Write the page of a comparison to `path`, whole or not at all."""
    with atomic_file(path) as file:
        file.write(comparing_page(comparison, words=words).encode("utf-8", "replace"))


def comparing_page(comparison: Comparison, *, words: Sequence[str] = ()) -> str:
    """The page: figures, the most and least changed words, and neighbors side by side.

    The neighbors of `words` stand first, then those of the 20 most changed. No word or name is taken for markup.
    Raises InputError for a word that the matrices don't share.
    """
    first, second = (_bdi(name) for name in comparison.names)
    changed = [comparison.words[i] for i in comparison.most_changed(LISTED).tolist()]
    sides = [side_by_side(comparison, word) for word in dict.fromkeys([*words, *changed])]
    parts = [
        _summary(comparison),
        _figures(comparison),
        f'<div class="pair">{_table(comparison, most=True)}{_table(comparison, most=False)}</div>',
        f"<h2>{_text(_('Neighbors side by side'))}</h2>",
        f'<p class="soft">{_text(_("Neighbors that both have are marked."))}</p>',
        *(_sides(one, (first, second), is_open=one.word in words) for one in sides),
        _about(comparison),
    ]
    title = _("{first} and {second} compared").format(
        first=shown(comparison.names[0]), second=shown(comparison.names[1])
    )
    lead = _("{n} shared words, {k} nearest words of each.").format(
        n=number(len(comparison.words)), k=number(comparison.k)
    )
    return _PAGE.format(
        language=current_language().replace("_", "-"),
        policy=_POLICY,
        font=FONT,
        title=title,
        lead=_text(lead),
        parts="\n".join(parts),
    )


def _text(text: str) -> str:
    return html.escape(str(text))


def _bdi(text: str) -> str:
    """A user's text as HTML: it keeps its direction to itself."""
    return f"<bdi>{shown(text)}</bdi>"


def _summary(comparison: Comparison) -> str:
    interval = comparison.interval
    between = (
        ""
        if interval is None
        else _("95 % interval {low} to {high}; ").format(low=percent(interval[0]), high=percent(interval[1]))
    )
    about = [
        (
            _("Mean overlap"),
            percent(comparison.mean),
            between + _("at random {chance}").format(chance=percent(comparison.chance)),
        ),
        (
            _("Median overlap"),
            percent(comparison.median),
            _("of {n} measured words").format(n=number(len(comparison.measured))),
        ),
    ]
    if comparison.agreement is not None:
        told = _("Spearman's rho over {n} pairs of words").format(n=number(comparison.pairs))
        about.append((_("Agreement of all cosines"), number(comparison.agreement, 3), told))
    if comparison.frequency is not None:
        told = _("Spearman's rho; above 0: frequent words agree more")
        about.append((_("Overlap and count"), number(comparison.frequency, 3), told))
    boxes = [
        f"<div><dt>{_text(name)}</dt><dd><strong>{_text(value)}</strong></dd><dd class='soft'>{_text(more)}</dd></div>"
        for name, value, more in about
    ]
    return f"<dl>{''.join(boxes)}</dl>"


def _figures(comparison: Comparison) -> str:
    """All figures; the first brings Plotly's script."""
    drawn: list[tuple[str, Figure | None]] = [
        (_("How many neighbors are shared"), overlaps(comparison)),
        (_("Overlap by frequency"), overlap_by_count(comparison)),
        (_("The words that moved most"), aligned_map(comparison, most=MOST_ARROWS, dark=None)),
    ]
    parts, script = [], True
    for title, made in drawn:
        if made is None:
            continue
        inner = made.to_html(
            full_html=False, include_plotlyjs=script, config=config(), default_height=made.layout.height
        )
        parts.append(f"<h2>{_text(title)}</h2>\n{inner}")
        script = False
    parts.append(f'<p class="soft">{_text(_(MEANING[2]))}</p>')
    return "\n".join(parts)


def _table(comparison: Comparison, *, most: bool) -> str:
    at = comparison.most_changed(LISTED) if most else comparison.least_changed(LISTED)
    title = _("Changed most") if most else _("Changed least")
    counted = comparison.counts is not None
    heads = [_("word"), _("rows"), *([_("count")] if counted else []), _("overlap"), _("1 − cosine")]
    rows = []
    for i in at.tolist():
        row = comparison.row(i)
        cells = [
            _bdi(row["word"]),
            _text(came_about(comparison, i)),
            *([_text(number(row["count"]))] if counted else []),
            _text(percent(row["overlap"], 0)),
            # From the figure itself: rounded twice, it would not be that of the neighbors side by side.
            _text(number(float(comparison.displacement[i]), 3)),
        ]
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in heads)
    return (
        f'<section><h2>{_text(title)}</h2><div class="scroll" tabindex="0" role="group" aria-label="{_text(title)}">'
        f'<table class="named"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div></section>'
    )


def _sides(found: SideBySide, names: tuple[str, str], *, is_open: bool) -> str:
    lists = []
    for name, side in zip(names, (found.first, found.second), strict=True):
        rows = "".join(map(_neighbor, side))
        head = f'<th scope="col">{name}</th><th scope="col">{_text(_("cosine"))}</th>'
        lists.append(f"<div><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>")
    told = _("overlap {share}, 1 − cosine {moved}").format(
        share=percent(found.overlap, 0), moved=number(found.displacement, 3)
    )
    return (
        f'<details{" open" if is_open else ""}><summary>{_bdi(found.word)} <span class="soft">{_text(told)}</span>'
        f'</summary><div class="pair">{"".join(lists)}</div></details>'
    )


def _neighbor(one: Near) -> str:
    marked, tick = (" class='shared'", " ✓") if one.shared else ("", "")
    return f"<tr><td{marked}>{_bdi(one.word)}{tick}</td><td>{_text(number(one.cosine, 3))}</td></tr>"


def _about(comparison: Comparison) -> str:
    told = [_text(_(MEANING[0])), _text(_(MEANING[1])), _text(_(MEANING[3])), *map(_text, comparison.notes)]
    left_out = [
        _text(_("{reason}: {n}").format(reason=_(REASONS[reason]), n=number(n)))
        for reason, n in comparison.left_out.items()
    ]
    if left_out:
        told.append(_text(_("Words left out:")) + f"<ul>{''.join(f'<li>{one}</li>' for one in left_out)}</ul>")
    items = "".join(f"<li>{one}</li>" for one in told)
    return f"<h2>{_text(_('What is to be known'))}</h2><ul>{items}</ul>"
