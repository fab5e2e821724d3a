"""What a tuning did to words: their way, how far they went, what they say for classes, which of them misled it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.figures import config
from core.figures.tuning_words import class_words, contributions, moving_map
from core.listing import STATES
from core.messages import _, number, percent, retold
from core.tuning.report import Drift, Moves, Report

from . import language
from .panels import escaped, metric, plain_text, why

GRID_CLASSES = 6  # that are shown side by side; of more one is chosen
ACROSS = 3
SMALL = 1e-3  # a displacement below this is told with more digits
STRONG = 0.55  # opacity of the word that decided most: what stands on it is still read
FOR, AGAINST = (196, 83, 74), (74, 127, 203)


def show(report: Report) -> None:
    """All about words."""
    if report.moves is not None:
        _moves(report.moves)
    if report.drift is not None:
        _drift(report, report.drift)
    if report.class_words:
        _class_words(report)
    if report.mistakes:
        _mistakes(report)


def _moves(moves: Moves) -> None:
    st.subheader(_("Words on the move"), anchor=False, help=why("moving_map"))

    @st.fragment
    @language.spoken
    def follow() -> None:
        by = "class"
        if any(moves.classes):
            by = st.segmented_control(
                _("Color"),
                ["class", "origin"],
                default="class",
                required=True,
                format_func=lambda one: _("class they speak for") if one == "class" else _("origin of the row"),
                key="finetune-moves-by",
            )
        else:
            by = "origin"
        made = moving_map(moves, by="origin" if by == "origin" else "class", dark=st.context.theme.type == "dark")
        alt = _("Places of {n} words from epoch to epoch").format(n=number(len(moves.words)))
        st.plotly_chart(made, key=f"finetune-moves-{by}", config=config(), alt=alt)
        shown = percent(sum(moves.explained))
        st.caption(_("Press ▶, or drag the slider. The plane shows {share} of how they differ.").format(share=shown))

    follow()


def _drift(report: Report, drift: Drift) -> None:
    st.subheader(_("Before and after"), anchor=False)
    columns = st.columns(4)
    with columns[0]:
        share = percent(drift.moved / drift.rows if drift.rows else 0.0)
        metric(_("Share of rows moved"), share, "rows_moved")
    with columns[1]:
        small = drift.displacement is not None and drift.displacement < SMALL
        metric(_("Mean displacement"), number(drift.displacement, 5 if small else 3), "tuning_displacement")
    with columns[2]:
        metric(_("Change of length"), percent(drift.length), "tuning_length")
    with columns[3]:
        note = _("of {n} moved rows").format(n=number(drift.measured)) if drift.measured else ""
        metric(_("Neighbors that stayed"), percent(drift.overlap), "tuning_overlap", note)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _most_moved(drift)
    with right:
        _by_origin(drift)
        _forgetting(report)


def _most_moved(drift: Drift) -> None:
    if not drift.most:
        return
    st.markdown(f"**{_('Words that moved most, with their nearest')}**", help=why("tuning_displacement"))
    counted = any(one["count"] is not None for one in drift.most)
    rows: list[dict[Any, Any]] = [
        {
            _("word"): one["word"],
            **({_("count"): one["count"]} if counted else {}),
            _("displacement"): one["displacement"],
            _("before"): ", ".join(one["before"][:5]),
            _("after"): ", ".join(one["after"][:5]),
        }
        for one in drift.most
    ]
    columns: dict[Any, Any] = {
        _("word"): st.column_config.TextColumn(width="small"),
        _("count"): st.column_config.NumberColumn(width="small"),
        _("displacement"): st.column_config.NumberColumn(format="%.4f", width="small"),
    }
    st.dataframe(rows, hide_index=True, height=420, column_config=columns, key="finetune-most", placeholder="–")


def _by_origin(drift: Drift) -> None:
    st.markdown(f"**{_('By origin of the row')}**", help=why("origin"))
    rows = [
        {
            _("origin"): str(_(STATES.get(name, name))),
            _("rows"): one["rows"],
            _("moved"): one["moved"] / one["rows"] if one["rows"] else None,
            _("displacement"): one.get("displacement"),
        }
        for name, one in drift.by_origin.items()
    ]
    columns: dict[Any, Any] = {
        _("rows"): st.column_config.NumberColumn(format="localized", width="small"),
        _("moved"): st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0, width="small"),
        _("displacement"): st.column_config.NumberColumn(format="%.4f", width="small"),
    }
    st.dataframe(
        rows, hide_index=True, height="content", column_config=columns, key="finetune-origins", placeholder="–"
    )


def _forgetting(report: Report) -> None:
    if not report.forgetting:
        return
    st.markdown(f"**{_('What it forgot')}**", help=why("forgetting"))
    rows = [
        {
            _("set"): retold(str(one["set"])),
            _("measure"): retold(str(one["measure"])),
            _("before"): one["before"],
            _("after"): one["after"],
            _("items"): one["items"],
        }
        for one in report.forgetting
    ]
    columns: dict[Any, Any] = {
        _("set"): st.column_config.TextColumn(width=140),
        _("measure"): st.column_config.TextColumn(width=100),
        _("before"): st.column_config.NumberColumn(format="%.3f", width="small"),
        _("after"): st.column_config.NumberColumn(format="%.3f", width="small"),
        _("items"): st.column_config.NumberColumn(width="small"),
    }
    st.dataframe(rows, hide_index=True, height="content", column_config=columns, key="finetune-forgot", placeholder="–")


def _class_words(report: Report) -> None:
    st.subheader(_("Words that speak for each class"), anchor=False, help=why("class_words"))
    names = list(report.class_words)
    if len(names) > GRID_CLASSES:
        at = st.selectbox(
            _("Class"), range(len(names)), format_func=lambda i: names[i], key="finetune-class", width=320
        )
        names = [names[at or 0]]
    most = max((value for name in names for _word, value in report.class_words[name]), default=1.0)
    for first in range(0, len(names), ACROSS):
        shown = names[first : first + ACROSS]
        for column, name in zip(st.columns(min(ACROSS, max(2, len(names)))), shown, strict=False):
            with column:
                st.text(name)
                made = class_words(report.class_words[name], most=most)
                alt = _("Words that speak for {name}").format(name=name)
                st.plotly_chart(made, key=f"finetune-class-{names.index(name)}", config=config(), alt=alt)


def _mistakes(report: Report) -> None:
    st.subheader(_("Texts it got wrong"), anchor=False, help=why("contributions"))

    @st.fragment
    @language.spoken
    def follow() -> None:
        left, right = st.columns(2, gap="large")
        with left:
            at = _listed(report.mistakes)
        with right:
            _decided(report.mistakes[at])

    follow()


def _listed(mistakes: tuple[dict[str, Any], ...]) -> int:
    """The surest mistakes; the place of the one that is looked at."""
    rows = [
        {_("text"): one["text"], _("is"): one["wanted"], _("taken for"): one["found"], _("sure"): one["probability"]}
        for one in mistakes
    ]
    columns: dict[Any, Any] = {
        _("text"): st.column_config.TextColumn(width="medium"),
        _("sure"): st.column_config.NumberColumn(format="percent", width="small"),
    }
    event = st.dataframe(
        rows,
        hide_index=True,
        height=460,
        column_config=columns,
        key="finetune-mistakes",
        on_select="rerun",
        selection_mode="single-row",
    )
    picked = event["selection"]["rows"] if event else []
    return picked[0] if picked and picked[0] < len(mistakes) else 0


def _decided(one: dict[str, Any]) -> None:
    """A text, its words shaded by what they added, and the strongest as bars."""
    plain_text(_("{wanted} taken for {found}").format(wanted=one["wanted"], found=one["found"]))
    plain_text(one["text"], 600)
    with st.container(border=True):
        st.markdown(shaded(one["words"]))
    st.caption(_("Red words spoke for “taken for”, blue ones against it; words without a row said nothing."))
    alt = _("What the strongest words added")
    st.plotly_chart(contributions(one["words"]), key="finetune-decided", config=config(), alt=alt)


def shaded(words: Any) -> str:
    """Words as Markdown, each on a ground as strong as what it added; red for what was found, blue against it."""
    most = max((abs(value) for _word, value in words), default=0.0) or 1.0
    told = []
    for word, value in words:
        red, green, blue = FOR if value > 0 else AGAINST
        ground = f"rgba({red},{green},{blue},{STRONG * abs(value) / most:.2f})"
        told.append(f':color[{escaped(word, 60)}]{{background="{ground}"}}')
    return " ".join(told)
