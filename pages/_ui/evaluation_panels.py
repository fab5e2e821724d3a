"""An evaluation shown: verdicts, dots with intervals, a table, what lies behind it, and ways to take it away."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.evaluation.bias import CAUTION
from core.evaluation.command import command_of
from core.evaluation.comparison import Line, Verdict, tell
from core.evaluation.comparison import figure as scored
from core.evaluation.evaluating import Evaluation
from core.evaluation.tables import GEOMETRY, WRITERS, gaps, notes, worth
from core.figures import by_dimension, scores
from core.messages import _, number, retold

from .evaluation_choices import Asked
from .panels import escaped, figure, plain_text, why

VERDICTS_SHOWN = 12
MIME = {
    "csv": "text/csv",
    "md": "text/markdown",
    "tex": "application/x-tex",
    "bib": "text/plain",
    "json": "application/json",
}
ICONS = {"better": ":material/trending_up:", "worse": ":material/trending_down:", "even": ":material/drag_handle:"}


def results(found: Evaluation, command: str, asked: Asked) -> None:
    """Everything that was found."""
    if found.lines:
        _verdicts(found)
        figure(
            _("Scores"), scores, found, "scores", _("Scores of each subject on each set with 95 % intervals"), "scores"
        )
        _table(found)
    for text in notes(found):
        st.caption(escaped_long(text))
    _power(found)
    _remarks(found)
    _bias(found)
    _analogies(found)
    _curves(found)
    _geometry(found)
    _skipped(found)
    _take_away(found, _shown_command(found, asked))


def _verdicts(found: Evaluation) -> None:
    told = [(line, verdict) for line in found.lines for verdict in line.verdicts]
    if not told:
        return
    st.subheader(_("What can be said"), anchor=False)
    sentences = [_sentence(found, line, verdict) for line, verdict in told]
    with st.container(key="verdicts"):
        st.markdown("  \n".join(sentences[:VERDICTS_SHOWN]))
    if len(told) > VERDICTS_SHOWN:
        with st.expander(_("All {n} comparisons").format(n=number(len(told)))):
            st.markdown("  \n".join(sentences))


def _sentence(found: Evaluation, line: Line, verdict: Verdict) -> str:
    icon = ICONS.get(verdict.kind, ":material/block:")
    p = "" if verdict.p_holm is None else " · p < .001" if verdict.p_holm < 0.001 else f" · p {scored(verdict.p_holm)}"
    return f"{icon} {escaped_long(tell(line, verdict, found.names))}{p}"


def escaped_long(text: str) -> str:
    """A sentence with users' names in it, as Markdown that shows it whole."""
    return "".join(escaped(text[first : first + 200]) for first in range(0, len(text), 200)).replace("…", "")


def _table(found: Evaluation) -> None:
    """One row for each set and subject, sortable."""
    rows = [
        {
            _("set"): line.title,
            _("measure"): retold(line.measure),
            _("subject"): name,
            _("score"): cell.value,
            _("from"): cell.interval.low if cell.interval else None,
            _("to"): cell.interval.high if cell.interval else None,
            _("items that count"): cell.counted,
            _("covered"): cell.covered,
            _("all items"): cell.total,
            _("score on common items"): cell.common,
            _("common items"): cell.common_items,
        }
        for line in found.lines
        for name, cell in zip(found.names, line.cells, strict=True)
    ]
    numbers = [_("score"), _("from"), _("to"), _("score on common items")]
    columns: dict[Any, Any] = {name: st.column_config.NumberColumn(format="%.3f") for name in numbers}
    st.dataframe(rows, hide_index=True, column_config=columns, key="evaluation-table", placeholder="–", height="auto")


def _power(found: Evaluation) -> None:
    if not found.power:
        return
    st.markdown(f"**{_('Items that lie in the vocabulary')}**")
    rows = [
        {
            _("set"): one["title"],
            _("items"): one["items"],
            _("all items"): one["total"],
            _("what they tell"): worth(one),
        }
        for one in found.power
    ]
    st.dataframe(rows, hide_index=True, height="content", key="evaluation-power")


def _remarks(found: Evaluation) -> None:
    for line in found.lines:
        if line.note:
            st.caption(escaped_long(f"{line.title}: {retold(line.note)}"))
    for text in gaps(found):
        st.caption(escaped_long(text))


def _analogies(found: Evaluation) -> None:
    asked = [line for line in found.lines if line.task == "analogy"]
    if not asked:
        return
    with st.expander(_("Analogies by section"), icon=":material/account_tree:"):
        for line in asked:
            st.markdown(f"**{escaped(line.title)}**, {escaped(retold(line.measure))}")
            st.caption(
                escaped_long(
                    "; ".join(
                        _("{name}: searched among {rows} words, {share} of all questions right").format(
                            name=name, rows=number(one.get("searched")), share=scored(one.get("accuracy_all"))
                        )
                        for name, one in zip(found.names, line.details, strict=True)
                    )
                )
            )
            st.dataframe(_sections(found, line), hide_index=True, height="content", placeholder="–")


def _sections(found: Evaluation, line: Line) -> list[dict[Any, Any]]:
    names = list(line.details[0].get("by_section", {}))
    rows = []
    for section in names:
        row: dict[Any, Any] = {_("section"): section}
        for name, one in zip(found.names, line.details, strict=True):
            counts = one.get("by_section", {}).get(section, {"right": 0, "counted": 0})
            row[name] = f"{number(counts['right'])} / {number(counts['counted'])}"
        rows.append(row)
    return rows


def _bias(found: Evaluation) -> None:
    if not found.bias:
        return
    with st.expander(_("Associations (WEAT)"), icon=":material/balance:"):
        rows = [
            {
                _("test"): retold(test["test"]),
                _("subject"): name,
                _("effect size d"): one.get("effect"),
                _("permutation p"): one.get("p"),
                _("remark"): retold(one.get("reason") or ""),
            }
            for test in found.bias
            for name, one in zip(found.names, test["results"], strict=True)
        ]
        columns: dict[Any, Any] = {
            name: st.column_config.NumberColumn(format="%.3f") for name in (_("effect size d"), _("permutation p"))
        }
        st.dataframe(rows, hide_index=True, column_config=columns, height="content", placeholder="–")
        st.caption(_(CAUTION))


def _curves(found: Evaluation) -> None:
    if not found.curves:
        return
    st.subheader(_("How many dimensions?"), anchor=False)
    titles = list(dict.fromkeys(one["title"] for one in found.curves))
    for tab, title in zip(st.tabs(titles), titles, strict=True):
        with tab:
            shown = [one for one in found.curves if one["title"] == title]
            alt = _("Score by number of PCA dimensions, with 95 % intervals")
            figure("", by_dimension, shown, "by_dimension", alt, f"curve-{titles.index(title)}")
            for one in shown:
                if one.get("reason"):
                    plain_text(f"{one['subject']}: {retold(one['reason'])}")
                elif one.get("enough"):
                    st.caption(
                        escaped_long(
                            _("{name}: {dim} dimensions are not worse than all by more than .01").format(
                                name=one["subject"], dim=number(one["enough"])
                            )
                        )
                    )
    st.caption(why("by_dimension"))


def _geometry(found: Evaluation) -> None:
    if not found.geometry:
        return
    with st.expander(_("Shape of the vectors"), icon=":material/deployed_code:"):
        rows = [
            {_("figure"): str(_(title)), **{one["subject"]: one.get(name) for one in found.geometry}}
            for name, title in GEOMETRY.items()
        ]
        columns: dict[Any, Any] = {name: st.column_config.NumberColumn(format="%.4g") for name in found.names}
        st.dataframe(rows, hide_index=True, height="content", column_config=columns, placeholder="–")
        for one in found.geometry:
            if one.get("reason"):
                st.caption(escaped_long(f"{one['subject']}: {retold(one['reason'])}"))


def _skipped(found: Evaluation) -> None:
    if not found.skipped:
        return
    told = _("{n} sets were not scored").format(n=number(len(found.skipped)))
    with st.expander(told, icon=":material/block:"):
        rows = [
            {_("set"): one.title, _("why"): retold(one.why), _("where it is had"): one.home} for one in found.skipped
        ]
        link: dict[Any, Any] = {_("where it is had"): st.column_config.LinkColumn()}
        st.dataframe(rows, hide_index=True, height="content", column_config=link)


def _shown_command(found: Evaluation, asked: Asked) -> str:
    """The command with names for the server's folders: what a reader runs on a machine of his own."""
    subjects = ["matrix=build" if one.startswith("matrix=") else one for one in asked.subjects]
    spec = asked.spec.model_copy(update={"suite_dir": "sets"}) if asked.spec.suite_dir else asked.spec
    return command_of(subjects, spec, asked.vocabulary)


def _take_away(found: Evaluation, command: str) -> None:
    st.subheader(_("Take it away"), anchor=False)
    with st.container(horizontal=True):
        for kind, write in WRITERS.items():
            st.download_button(
                f"evaluation.{kind}",
                write(found, command),
                f"evaluation.{kind}",
                MIME[kind],
                icon=":material/download:",
                on_click="ignore",
                key=f"evaluation-{kind}",
            )
    st.code(command, language="bash", wrap_lines=True)
