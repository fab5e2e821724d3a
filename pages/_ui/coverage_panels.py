"""The coverage in numbers and pictures, and the ladder's switches."""

from __future__ import annotations

import streamlit as st

from core.figures import by_band, by_rung, by_script, by_source, coverage_bar
from core.messages import _, number, percent, retold
from core.pipeline import Cover

from . import state
from .panels import escaped, figure, metric, place_error, why
from .state import Visit


def figures(found: Cover) -> None:
    """The shares at the top."""
    types, tokens = found.coverage.types, found.coverage.tokens
    columns = st.columns(4)
    with columns[0]:
        metric(
            _("Type coverage"),
            percent(types.share),
            "type_coverage",
            _("{n} of {total} words").format(n=number(types.found), total=number(types.total)),
        )
    with columns[1]:
        if tokens is None:
            metric(_("Token coverage"), "–", "token_coverage", _("the words have no counts"))
        else:
            metric(
                _("Token coverage"),
                percent(tokens.share),
                "token_coverage",
                _("{n} of {total} tokens").format(n=number(tokens.found), total=number(tokens.total)),
            )
    with columns[2]:
        missing = types.by_origin["missing"]
        metric(
            _("Missing words"),
            number(missing),
            "missing",
            _("{share} of the words").format(share=percent(missing / types.total if types.total else 0)),
        )
    with columns[3]:
        metric(_("Suspect"), number(types.suspect), "suspect", _("perhaps another word"))


def bar(found: Cover) -> None:
    """The stacked bar by origin."""
    figure(_("By origin"), coverage_bar, found.coverage, "origin", _alt(found), "coverage-bar")


def _alt(found: Cover) -> str:
    types = found.coverage.types
    return _("{found} of the words found, {missing} missing").format(
        found=percent(types.share), missing=percent(types.by_origin["missing"] / types.total if types.total else 0)
    )


def warnings(found: Cover) -> None:
    """What the reader of the figures should know."""
    for warning in found.warnings:
        if warning["code"] not in ("ambiguous", "fixes"):
            st.warning(escaped(retold(warning["text"])), icon=":material/warning:")


def rungs(visit: Visit, found: Cover) -> None:
    """The ladder: a switch for each rung, and what it finds or would find."""
    st.subheader(_("Other spellings"), anchor=False, help=why("rung"))
    gains = found.gains
    fields = type(visit.draft.ladder).model_fields
    for rung, field in fields.items():
        on = getattr(visit.draft.ladder, rung)
        gain = gains[rung]
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            key = state.key(f"ladder.{rung}")
            st.toggle(
                _(field.title or rung),
                value=on,
                key=key,
                help=_(field.description or ""),
                on_change=state.on_change(f"ladder.{rung}", key),
                disabled=visit.read_only,
                width="content",
            )
            text = _("finds {n}") if on else _("would find {n}")
            told = text.format(n=number(gain.types))
            if gain.tokens is not None and gain.types:
                told += " · " + _("{n} tokens").format(n=number(gain.tokens))
            st.caption(told, width="content")
    place_error("ladder")


def charts(found: Cover) -> None:
    """The same by script, by frequency, by rung, by source."""
    coverage = found.coverage
    made = {}
    if len(coverage.bands) > 1:
        made[_("By frequency")] = (by_band, "band", "bands")
    if len(coverage.scripts) > 1:
        made[_("By script")] = (by_script, "script", "scripts-found")
    made[_("By spelling")] = (by_rung, "rung", "rungs-found")
    if len(coverage.sources) > 1:
        made[_("By source")] = (by_source, "source", "sources-found")
    for tab, (draw, kind, key) in zip(st.tabs(list(made)), made.values(), strict=True):
        with tab:
            figure("", draw, coverage, kind, _alt(found), key)
