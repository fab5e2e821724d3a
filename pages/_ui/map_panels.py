"""A map of the words: drawn, measured, colored, searched; words picked on it are listed and explained."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.jobs import JobState
from core.messages import _, number, percent
from core.projection import MEANING, REASONS, TITLES, Projection, ProjectSpec, Selection

from . import cached_maps, explore_choices, jobs_of, map_chart
from .explore_choices import Chosen
from .panels import escaped, job, metric, place_error
from .state import Visit

LISTED = 500


@dataclass(frozen=True)
class Shown:
    """A map on the page.

    name  among the maps of its build
    id    among all maps, and those measured on all words told from those measured on a sample
    """

    chosen: Chosen
    drawn: Projection
    name: str
    id: str


def show(visit: Visit, chosen: Chosen) -> None:
    """The choices, the map, what it can be trusted for, and ways to take it away."""
    spec, selection = explore_choices.layout(chosen.saved)
    drawn = _drawn(visit, chosen, spec, selection)
    if drawn is None:
        return
    name = cached_maps.map_name(drawn.spec, selection)
    shown = Shown(chosen, drawn, name, cached_maps.told(chosen.key, name, drawn.quality.preserved_of))
    st.caption(_(MEANING[drawn.drawn]), width=900)
    for note in drawn.notes:
        st.caption(f":material/info: {escaped(str(note))}")
    _figures(drawn)
    map_chart.show(visit, shown)
    _left_out(shown)
    map_chart.take_away(visit, shown)


def _drawn(visit: Visit, chosen: Chosen, spec: ProjectSpec, selection: Selection) -> Projection | None:
    """The map that was asked for; PCA of the same words until it is drawn; None where even that takes a job."""
    found = cached_maps.finished(chosen.key, chosen.saved, spec, selection)
    quick = cached_maps.is_quick(chosen.saved)
    if found is not None:
        return found
    pca = explore_choices.KINDS["pca"](dim=spec.dim, metric=spec.metric)
    preview = cached_maps.preview(chosen.key, chosen.saved, pca, selection) if quick else None
    if spec.kind == "pca" and preview is not None:
        complete = preview.quality.trustworthiness is None or preview.quality.preserved_of == preview.quality.points
        if not complete:
            _job(visit, chosen, spec, selection, _("Measure every word"), main=False)
        return preview
    label = _("Draw with {method}").format(method=_(TITLES[spec.kind]))
    _job(visit, chosen, spec, selection, label, main=True)
    if preview is not None:
        st.caption(_("Until then, the same words by PCA:"))
    return preview


def _job(visit: Visit, chosen: Chosen, spec: ProjectSpec, selection: Selection, label: str, *, main: bool) -> None:
    name = cached_maps.map_name(spec, selection)
    stage = f"map:{chosen.key}:{name}"
    status = job(visit, stage, lambda: jobs_of.draw(visit, chosen.key, name, spec, selection), label=label, main=main)
    place_error(stage)
    if status is not None and status.state is JobState.DONE:
        st.caption(_("Its file is gone again: draw it anew."))


def _figures(drawn: Projection) -> None:
    """Words, left out, and how far the map can be trusted."""
    quality = drawn.quality
    columns = st.columns(4)
    with columns[0]:
        left_out = sum(map(len, drawn.left_out.values()))
        note = _("{n} without a point").format(n=number(left_out)) if left_out else ""
        metric(_("Words on the map"), number(len(drawn.rows)), "points", note)
    if quality.trustworthiness is None:
        with columns[1]:
            st.caption(_("There are too few words to say how far the map can be trusted."))
        return
    with columns[1]:
        metric(
            _("Trustworthiness"),
            number(quality.trustworthiness, 3),
            "trustworthiness",
            _measured(quality.trusted_of, quality.points),
        )
    with columns[2]:
        metric(
            _("True neighbors near"),
            percent(quality.preservation),
            "preservation",
            _("at random {share}").format(share=percent(quality.chance))
            + (f" · {text}" if (text := _measured(quality.preserved_of, quality.points)) else ""),
        )
    if drawn.explained:
        with columns[3]:
            metric(_("Variance shown"), percent(sum(drawn.explained)), "explained")


def _measured(part: int, whole: int) -> str:
    return "" if part == whole else _("sample of {n}").format(n=number(part))


def _left_out(shown: Shown) -> None:
    """The words without a point, by reason; those that were not chosen are counted."""
    left_out = shown.drawn.left_out
    if not left_out:
        return
    words = shown.chosen.saved.matrix.vocabulary.words
    total = sum(map(len, left_out.values()))
    with st.expander(_("{n} rows without a point").format(n=number(total)), icon=":material/visibility_off:"):
        for reason, rows in left_out.items():
            st.markdown(f"**{_(REASONS[reason])}** ({number(len(rows))})")
            listed = [words[row] for row in rows[:LISTED].tolist()]
            st.text(" · ".join(listed) + (" …" if len(rows) > LISTED else ""))
