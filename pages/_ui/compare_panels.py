"""Two matrices side by side: whose neighbors stayed, which words moved, and where to."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.comparing import REASONS, Comparison, Near, side_by_side
from core.errors import LexiloomError
from core.figures import config
from core.figures.comparing import aligned_map, overlap_by_count, overlaps
from core.listing import STATES
from core.messages import _, number, percent

from . import cached_maps, explore_choices, language
from .explore_choices import Chosen, pick
from .panels import escaped, metric, plain_text, problem, why
from .state import Visit

LISTED = 200
# Words whose neighbors are compared while somebody waits; a sample of so many from larger matrices.
MOST_AT_ONCE = 5000
MOVES = 60


def show(visit: Visit, chosen: Chosen) -> None:
    """The other matrix is picked, both are compared."""
    others = [one for one in explore_choices.builds(visit) if one.key != chosen.key]
    if not others:
        st.info(
            _("There is one matrix only. Build another, with other sources or fills: then the two are compared here."),
            icon=":material/info:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = pick(_("Compared with"), others, f"compare-{chosen.key}")
        k = st.number_input(_("Neighbors"), 1, 50, 10, key="compare-k", width=120)
        invented = st.toggle(
            _("Invented rows too"),
            key="compare-invented",
            help=_("They say nothing about their words; switch them on to compare two fills."),
        )
    try:
        with st.spinner(_("Comparing")):
            found = cached_maps.compared(
                (chosen.key, other.key),
                (chosen.saved, other.saved),
                k=int(k),
                most=MOST_AT_ONCE,
                invented=invented,
                names=(_("first"), _("second")),
            )
    except LexiloomError as error:
        problem(error)
        return
    st.caption(
        _("first: {first}; second: {second}").format(first=escaped(chosen.name), second=escaped(other.name)), width=900
    )
    _figures(found)
    _notes(found)
    left, right = st.columns([1, 1], gap="large")
    with left:
        _words(found)
    with right:
        _histogram(found)
    _map(found)
    _take_away(found)


def _figures(found: Comparison) -> None:
    columns = st.columns(4)
    with columns[0]:
        out = sum(found.left_out.values())
        metric(
            _("Words in common"), number(len(found)), "common", _("{n} left out").format(n=number(out)) if out else ""
        )
    with columns[1]:
        note = _("at random {share}").format(share=percent(found.chance))
        if len(found.measured) < len(found):
            note += " · " + _("sample of {n}").format(n=number(len(found.measured)))
        metric(_("Overlap at {k}").format(k=number(found.k)), percent(found.mean), "overlap", note)
    with columns[2]:
        middle = sorted(found.displacement.tolist())[len(found) // 2]
        metric(_("Median displacement"), number(middle, 3), "displacement")
    with columns[3]:
        metric(
            _("Agreement of cosines"),
            number(found.agreement, 3),
            "agreement",
            _("sample of {n} pairs").format(n=number(found.pairs)),
        )


def _notes(found: Comparison) -> None:
    for note in found.notes:
        st.caption(f":material/info: {escaped(str(note), None)}")
    left_out = {reason: n for reason, n in found.left_out.items() if n}
    if left_out:
        told = "; ".join(f"{_(REASONS[reason])}: {number(n)}" for reason, n in left_out.items())
        st.caption(escaped(_("Left out: {reasons}").format(reasons=told), None))


def _words(found: Comparison) -> None:
    """The words that changed most or least; a click shows their neighbors in both."""
    st.markdown(f"**{_('Words that changed')}**", help=why("overlap"))
    order = st.segmented_control(
        _("Order"),
        ["most", "least"],
        default="most",
        required=True,
        format_func=lambda one: _("most first") if one == "most" else _("least first"),
        key="compare-order",
        label_visibility="collapsed",
    )
    at = found.least_changed(LISTED) if order == "least" else found.most_changed(LISTED)
    rows = [found.row(i) for i in at.tolist()]
    table: dict[Any, Any] = {
        _("word"): [row["word"] for row in rows],
        _("overlap"): [row["overlap"] for row in rows],
        _("displacement"): [row["displacement"] for row in rows],
        _("origins"): [" → ".join(_(STATES[name]) for name in row["origins"]) for row in rows],
    }
    columns: dict[Any, Any] = {
        _("overlap"): st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0, width="small"),
        _("displacement"): st.column_config.NumberColumn(format="%.3f", width="small"),
    }
    event = st.dataframe(
        table,
        hide_index=True,
        height=360,
        column_config=columns,
        key=f"compare-words-{order}",
        on_select="rerun",
        selection_mode="single-row",
    )
    clicked = event["selection"]["rows"] if event else []
    word = st.text_input(
        _("Or a word of your own"), key="compare-word-text", icon=":material/search:", max_chars=100
    ).strip()
    if not word:
        word = rows[clicked[0] if clicked and clicked[0] < len(rows) else 0]["word"]
    _sides(found, word)


def _sides(found: Comparison, word: str) -> None:
    """A word's neighbors in both matrices."""
    try:
        sides = side_by_side(found, word)
    except LexiloomError as error:
        problem(error)
        return
    st.markdown(f"**{_('Nearest words in both')}**", help=why("overlap"))
    plain_text(word)
    left, right = st.columns(2)
    for column, near, name in ((left, sides.first, _("first")), (right, sides.second, _("second"))):
        with column:
            st.dataframe(_near(near, name), hide_index=True, height="content", column_config=_digits())
    st.caption(
        _("✓ in both: {shared} of {k}; displacement {moved}").format(
            shared=number(sum(one.shared for one in sides.first)),
            k=number(len(sides.first)),
            moved=number(sides.displacement, 3),
        )
    )


def _near(near: tuple[Near, ...], name: str) -> dict[Any, Any]:
    return {
        name: [one.word for one in near],
        _("cosine"): [one.cosine for one in near],
        "✓": ["✓" if one.shared else "" for one in near],
    }


def _digits() -> dict[Any, Any]:
    return {
        _("cosine"): st.column_config.NumberColumn(format="%.3f", width="small"),
        "✓": st.column_config.TextColumn(width="small"),
    }


def _histogram(found: Comparison) -> None:
    st.markdown(f"**{_('How many neighbors stayed')}**", help=why("overlap"))
    st.plotly_chart(overlaps(found), key="compare-overlaps", config=config(), alt=_("Histogram of shared neighbors"))
    by_count = overlap_by_count(found)
    if by_count is not None:
        st.markdown(f"**{_('Overlap by count')}**", help=why("overlap"))
        st.plotly_chart(by_count, key="compare-counts", config=config(), alt=_("Overlap by count of the word"))


def _map(found: Comparison) -> None:
    st.markdown(f"**{_('Moves')}**", help=why("displacement"))
    st.caption(
        _(
            "Both matrices in one plane, the first turned onto the second. An arrow leads from a word's place in the "
            "first to that in the second. The plane shows {share} of the variance: a short arrow may hide a move in "
            "other directions, which its color tells."
        ).format(share=percent(sum(found.explained))),
        width=900,
    )
    made = aligned_map(found, most=MOVES, dark=st.context.theme.type == "dark")
    st.plotly_chart(made, key="compare-map", config=config(), alt=_("Moves of words between two matrices"))


def _take_away(found: Comparison) -> None:
    st.subheader(_("Take it away"), anchor=False)
    with st.container(horizontal=True):
        for ending, told in (("html", _("Page for any browser")), ("parquet", "Parquet"), ("csv", "CSV")):
            st.download_button(
                told,
                partial(cached_maps.comparison_file, found, ending, language.current()),
                f"comparison.{ending}",
                icon=":material/download:",
                on_click="ignore",
                key=f"compare-{ending}",
            )
    st.code("lexiloom compare first second --out comparison.html", language="bash", wrap_lines=True)
