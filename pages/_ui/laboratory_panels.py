"""What a hold-out of fills found: the verdict, pictures, tables."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.csv_text import csv_of
from core.figures import config
from core.figures.oov import cosines, costs, fill_names, harder, ranked
from core.figures.oov_kinds import kinds, reliability
from core.jobs import JobState
from core.messages import N_, _, as_told, number

from . import jobs_of, language, server
from .cascade_panels import cascade
from .laboratory_choices import Asked
from .panels import escaped, job, place_error, plain_text
from .state import Visit

BY = {"script": N_("script"), "band": N_("frequency"), "surface": N_("what it looks like")}
# What the heads of columns, and the headings of charts, mean.
HELP = {
    "cosine": N_("Mean cosine of the made row to the true one, over all hidden words. A word that the fill could not "
                 "make counts with the mean's row."),
    "mrr": N_("Mean reciprocal rank of the word itself by nearness to the made row: 1 when it always comes first."),
    "r1": N_("Share of words that are the very nearest to their made row."),
    "r10": N_("Share of words that are among the ten nearest to their made row."),
    "overlap10": N_("Share of the true row's ten nearest words that are also the made row's."),
    "norm_ratio": N_("Median length of the made rows as a share of the true ones'. 1 is right."),
    "filled": N_("How many of the hidden words the fill could make."),
    "missing": N_("How many of the words that are really missing it can make."),
    "seconds": N_("Fitting it and making the hidden words, on this machine."),
    "chart": N_("The whiskers are 95 % intervals, from drawing the hidden words anew a thousand times (bootstrap). The "
                "dotted line is the mean row. The cascade is scored on words that it was not chosen by."),
    "table": N_("Point at the head of a column: it says what it means. A row is a fill on all hidden words."),
    "cost": N_("Up and to the left is good: near to the truth, and quick."),
    "kinds": N_("Mean cosine for each kind of word, below its name the number of hidden words. A frame marks a fill "
                "that is better than all others beyond noise."),
    "reliability": N_("Hidden words of like confidence, and how near their rows came to the truth. On the dashed line "
                      "confidences are right, in the band they are off by .05 at most. Large points have many words."),
    "harder": N_("Only hidden words of which no inflection and no common stem is left among the known ones: nothing "
                 "could be copied from a relative."),
}  # fmt: skip
FIX = {
    "ngrams": N_("Only fastText's .bin files can do this: choose one as a source."),
    "donor": N_("Take a donor that shares more of the known words, in the vocabulary's language."),
    "nearest": N_("Take a donor that shares more of the known words, in the vocabulary's language."),
    "omp": N_("Take a donor that shares more of the known words, in the vocabulary's language."),
    "alacarte": N_("Give more running text, in the vocabulary's language."),
}


def compare(visit: Visit, asked: Asked) -> dict[str, Any] | None:
    """The button, how the comparison runs, how it ended; what it found once it is done."""
    st.subheader(_("Compare fills"), anchor=False)
    stage = f"laboratory:{asked.key}"
    if asked.why is not None:
        return None
    done = _result(visit, stage)
    status = job(
        visit,
        stage,
        lambda: jobs_of.score_fills(visit, asked),
        label=_("Compare fills") if done is None else _("Compare again"),
        note=""
        if done
        else _("Known words are hidden, every fill makes them again, and the true rows say how well it did."),
        main=done is None,
        key="laboratory",
    )
    place_error(stage)
    return done if status is not None and status.state is JobState.DONE else None


def _result(visit: Visit, stage: str) -> dict[str, Any] | None:
    """What the last comparison of these choices found, in the reader's language."""
    asked = visit.workspace.jobs.get(stage) if visit.workspace else None
    told = server.jobs().result(asked) if asked else None
    return None if told is None else as_told(told)


def result(visit: Visit, asked: Asked, told: dict[str, Any]) -> None:
    """The verdict and its button first, then pictures, then tables."""
    names = fill_names(told, asked.names)
    with st.container(border=True, key="lab-verdict"):
        _verdict(told)
        cascade(visit, told)
    left, right = st.columns(2, gap="large")
    with left:
        _heading(_("How near to the truth"), "chart")
        _chart(cosines(told, names), "lab-cosines", _("Mean cosine of each fill with its interval"))
    with right:
        _heading(_("What it costs"), "cost")
        _chart(costs(told, names), "lab-costs", _("Cosine of each fill against its seconds"))
    _table(told, names)
    _refused(told, names)
    _kinds(told, names)
    left, right = st.columns(2, gap="large")
    with left:
        _reliability(told, names)
    with right:
        _harder(told, names)
    _words(told, names)


def _verdict(told: dict[str, Any]) -> None:
    wins = told["recommended"]["beats_mean"]
    icon = ":material/emoji_events:" if wins else ":material/balance:"
    title = _("A cascade that suits your words") if wins else _("Nothing beats the mean here")
    st.markdown(f"**{icon} {title}**")
    st.markdown(escaped(told["verdict"], None), width=760)
    hidden = _("{n} known words were hidden; ranks are among {m} words.")
    st.caption(hidden.format(n=number(told["hidden"]), m=number(told["candidates"])))


def _heading(text: str, help: str) -> None:
    st.markdown(f"**{text}**", help=_(HELP[help]))


def _chart(made: Any, key: str, alt: str) -> None:
    st.plotly_chart(made, key=key, config=config(), alt=alt)


def _table(told: dict[str, Any], names: dict[str, str]) -> None:
    _heading(_("All figures"), "table")
    heads = {
        "cosine": _("cosine"),
        "mrr": _("MRR"),
        "r1": _("R@1"),
        "r10": _("R@10"),
        "overlap10": _("neighbors kept"),
        "norm_ratio": _("length"),
        "filled": _("made"),
        **({"missing": _("of the missing")} if told.get("missing") else {}),
        "seconds": _("seconds"),
    }
    fills = ranked(told)
    rows = [{_("fill"): names[one["name"]], **{head: one.get(name) for name, head in heads.items()}} for one in fills]
    formats = {"filled": "localized", "missing": "localized", "seconds": "%.2f"}
    columns: dict[Any, Any] = {
        head: st.column_config.NumberColumn(help=_(HELP[name]), format=formats.get(name, "%.3f"), width="small")
        for name, head in heads.items()
    }
    share = {"min_value": 0.0, "max_value": 1.0, "format": "%.3f"}
    columns[heads["cosine"]] = st.column_config.ProgressColumn(help=_(HELP["cosine"]), **share)
    columns[_("fill")] = st.column_config.TextColumn(width="medium")
    st.dataframe(rows, hide_index=True, height="content", column_config=columns, key="lab-table", placeholder="–")


def _refused(told: dict[str, Any], names: dict[str, str]) -> None:
    """Fills that could not be tried, or made nothing, each with its reason and what to do."""
    there = [one for one in told["fills"] if not one["filled"]]
    if not there:
        return
    with st.expander(
        _("Fills that make none of these words: {n}").format(n=number(len(there))), icon=":material/block:"
    ):
        for one in there:
            st.markdown(f"**{escaped(names[one['name']])}**")
            plain_text(one["refused"] or _("None of the hidden words is of the kind that it makes."), 400)
            if one["refused"] and one["kind"] in FIX:
                st.caption(_(FIX[one["kind"]]))


def _kinds(told: dict[str, Any], names: dict[str, str]) -> None:
    there = [by for by in BY if told["groups"].get(by)]
    if not there:
        return
    _heading(_("By kind of word"), "kinds")

    @st.fragment
    @language.spoken
    def follow() -> None:
        by = st.segmented_control(
            _("Kind of word"),
            there,
            default=there[0],
            required=True,
            format_func=lambda one: _(BY[one]),
            key="lab-kinds-by",
            label_visibility="collapsed",
        )
        by = by if by in there else there[0]
        made = kinds(told, by, names, dark=st.context.theme.type == "dark")
        _chart(made, f"lab-kinds-{by}", _("Mean cosine of each fill for each kind of word"))
        winners = {group["winner"] for group in told["groups"][by]} - {""}
        if not winners:
            st.caption(_("Of no kind of word one fill is better than all others beyond noise."))

    follow()


def _reliability(told: dict[str, Any], names: dict[str, str]) -> None:
    there = [one["name"] for one in ranked(told, recommended=False) if one["reliability"]]
    if not there:
        return
    _heading(_("Can confidence be believed?"), "reliability")

    @st.fragment
    @language.spoken
    def follow() -> None:
        chosen = st.selectbox(
            _("Fill"), there, format_func=lambda one: names.get(one, str(one)), key="lab-reliability-of", width=320
        )
        name = str(chosen) if chosen in there else there[0]
        _chart(reliability(told, name, names), "lab-reliability", _("Held-out cosine against confidence"))

    follow()


def _harder(told: dict[str, Any], names: dict[str, str]) -> None:
    made = harder(told, names)
    if made is None:
        return
    _heading(_("Words without a relative"), "harder")
    hard = _("{n} of the {all} hidden words").format(n=number(told["hard"]["n"]), all=number(told["hidden"]))
    st.caption(hard)
    _chart(made, "lab-harder", _("Cosine on all hidden words and on those without a relative"))


def _words(told: dict[str, Any], names: dict[str, str]) -> None:
    """The hidden words one by one."""
    if not told["words"]:
        return
    with st.expander(_("The hidden words one by one"), icon=":material/table_rows:"):
        fills = [one["name"] for one in ranked(told, recommended=False)]
        heads = [_("word"), *(names[name] for name in fills)]
        rows = [
            [one["word"], *(one["fills"][name]["cosine"] if one["fills"][name]["done"] else None for name in fills)]
            for one in told["words"]
        ]
        columns: dict[Any, Any] = {head: [row[i] for row in rows] for i, head in enumerate(heads)}
        formats: dict[Any, Any] = {head: st.column_config.NumberColumn(format="%.3f") for head in heads[1:]}
        st.dataframe(columns, hide_index=True, height=320, key="lab-words", column_config=formats, placeholder="–")
        st.caption(_("Cosine of the made row to the true one; a dash where the fill could not make the word."))
        st.download_button(
            _("Save as CSV"),
            data=lambda: csv_of(heads, rows),
            file_name="hidden-words.csv",
            mime="text/csv",
            icon=":material/save:",
            on_click="ignore",
            type="tertiary",
            key="lab-words-csv",
        )
