"""What a tuning gave, pictures first: the verdict, the scores and what they are to be measured by, the curves."""

from __future__ import annotations

import shlex
from typing import Any

import streamlit as st

from core.evaluation.comparison import figure as scored
from core.exports import SavedBuild
from core.figures import config
from core.figures.tuning import MEASURES, MOST_CLASSES, loss_curve, measure_curves
from core.figures.tuning_scores import baselines_chart, before_after, confusion, reliability, tuned_name
from core.messages import _, duration, number, retold, size
from core.tuning.report import REPORT, Report
from core.tuning.tables import scores_csv

from . import cached, cached_tuning, export_panels, finetune_data, finetune_words, frame, jobs_of, state
from .evaluation_panels import ICONS, escaped_long
from .finetune_kept import Asked
from .panels import escaped, figure, metric, why
from .state import Visit

# What the "?" beside a score says.
EXPLAINED = {
    "accuracy": "test_accuracy",
    "macro_f1": "test_macro_f1",
    "ece": "calibration",
    "mrr": "test_mrr",
    "recall_1": "test_recall_1",
    "recall_10": "test_recall_10",
}


def result(visit: Visit, asked: Asked, report: Report) -> None:
    """Everything that a tuning gave."""
    _verdict(report)
    _figures(report)
    _scores(report)
    _curves(report)
    _errors(report)
    finetune_words.show(report)
    _texts(visit, asked, report)
    _notes(report)
    _take_away(visit, asked, report)


def chart(made: Any, heading: str, kind: str, alt: str, key: str) -> None:
    """A chart with its heading and its explanation; nothing where there is none."""
    if made is None:
        return
    st.markdown(f"**{heading}**", help=why(kind))
    st.plotly_chart(made, key=key, config=config(), alt=alt)


def _verdict(report: Report) -> None:
    if report.verdict is None:
        told = _("No part was kept for a test: how good it is can't be told.")
        if report.task == "texts":
            told = _("Rows learned on from running text. Evaluate the matrix to see what that was worth.")
        elif report.scores:
            return
        st.markdown(f"### {told}", width=900)
        return
    kind = {"no difference": "even"}.get(str(report.verdict["kind"]), str(report.verdict["kind"]))
    icon = ICONS.get(kind, ":material/help:")
    with st.container(key="finetune-verdict"):
        st.markdown(f"### {icon} {escaped_long(retold(report.verdict['text']))}", width=900)


def _figures(report: Report) -> None:
    """Four numbers."""
    columns = st.columns(4)
    shown = _pairs_figures(report) if report.task == "pairs" else _label_figures(report)
    if report.drift is not None:
        told = _("of {n}").format(n=number(report.drift.rows))
        shown.append((_("Rows moved"), number(report.drift.moved), "rows_moved", told))
    for column, one in zip(columns, shown[:4], strict=False):
        with column:
            metric(*one)
    facts = [
        _("{n} to train on, {valid} for validation, {test} for the test").format(
            n=number(report.parts.get("train", 0)),
            valid=number(report.parts.get("valid", 0)),
            test=number(report.parts.get("test", 0)),
        ),
        duration(report.seconds),
        _("on {device}").format(device=report.device),
        _("{n} examples a second").format(n=number(report.per_second, 0)),
        _("{size} of parameters and optimizer").format(size=size(report.memory)),
    ]
    st.caption(escaped(" · ".join(facts), None))


def _label_figures(report: Report) -> list[tuple[str, str, str, str]]:
    names = {"accuracy": _("Test accuracy"), "macro_f1": _("Macro-F1"), "ece": _("Calibration error")}
    shown = []
    for name, label in names.items():
        if (one := report.scores.get(name)) is None:
            continue
        ends = report.texts_interval if name == "accuracy" else None
        note = _("95 % interval {low} to {high}").format(low=scored(ends[0]), high=scored(ends[1])) if ends else ""
        if not ends and one.get("low") is not None:
            note = _("over seeds {low} to {high}").format(low=scored(one["low"]), high=scored(one["high"]))
        shown.append((label, scored(one["mean"]), EXPLAINED[name], note))
    return shown


def _pairs_figures(report: Report) -> list[tuple[str, str, str, str]]:
    shown = []
    for name in ("mrr", "recall_1", "recall_10"):
        if (one := report.scores.get(name)) is not None:
            before = report.before.get(name)
            note = _("before {score}").format(score=scored(before)) if before is not None else ""
            shown.append((_(MEASURES[name]).capitalize(), scored(one["mean"]), EXPLAINED[name], note))
    return shown


def _scores(report: Report) -> None:
    """What the tuned matrix is to be measured by."""
    if report.task == "pairs":
        alt = _("Scores before and after tuning")
        chart(before_after(report), _("Before and after"), "before_after", alt, "finetune-before-after")
        return
    made = baselines_chart(report)
    if made is None:
        return
    left, right = st.columns([5, 4], gap="large")
    with left:
        alt = _("Accuracy of the tuned matrix and of the baselines, with 95 % intervals")
        chart(made, _("Compared with"), "baselines", alt, "finetune-baselines")
        st.caption(
            _("Lines are 95 % intervals over test texts. The verdict compares text by text, which is sharper."),
            width=720,
        )
    with right:
        st.markdown(f"**{_('Scores on the test texts')}**")
        columns: dict[Any, Any] = {
            name: st.column_config.NumberColumn(format="%.3f", width="small")
            for name in (_("accuracy"), _("macro-F1"), _("calibration"))
        }
        st.dataframe(
            _table(report),
            hide_index=True,
            height="content",
            column_config=columns,
            key="finetune-table",
            placeholder="–",
        )


def _table(report: Report) -> list[dict[Any, Any]]:
    """The tuned matrix, the untouched one and the baselines."""
    own = {name: one["mean"] for name, one in report.scores.items()}
    untouched = [(_("The same head, untouched matrix"), report.before)] if report.before else []
    others = [(one["title"], one) for one in report.baselines]
    return [
        {
            _("what"): str(title),
            _("accuracy"): one.get("accuracy"),
            _("macro-F1"): one.get("macro_f1"),
            _("calibration"): one.get("ece"),
        }
        for title, one in [(tuned_name(report), own), *untouched, *others]
    ]


def _curves(report: Report) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        figure(_("Loss"), loss_curve, report.curve, "loss_curve", _("Loss by epoch"), "finetune-loss")
    with right:
        alt = _("Scores of the validation part by epoch")
        chart(measure_curves(report.curve), _("Validation"), "measure_curve", alt, "finetune-measures")


def _errors(report: Report) -> None:
    """What is taken for what, and whether its surety can be believed."""
    if not report.runs or "confusion" not in report.runs[0]:  # pairs have no classes
        return
    run, dark = report.runs[0], st.context.theme.type == "dark"
    left, right = st.columns(2, gap="large")
    with left:
        made = confusion(run["confusion"], run["classes"], dark=dark)
        chart(made, _("What is taken for what"), "confusion", _("Confusion matrix of the test"), "finetune-confusion")
        if len(run["classes"]) > MOST_CLASSES:
            st.caption(_("The {n} commonest of {all}").format(n=MOST_CLASSES, all=number(len(run["classes"]))))
    with right:
        if run.get("bins"):
            alt = _("Share that is right by confidence")
            chart(reliability(run["bins"]), _("Can it be believed?"), "reliability", alt, "finetune-reliability")
        _per_class(run)


def _per_class(run: dict[str, Any]) -> None:
    with st.expander(_("Class by class"), icon=":material/table_rows:"):
        rows = [
            {
                _("class"): one["name"],
                _("precision"): one["precision"],
                _("recall"): one["recall"],
                _("F1"): one["f1"],
                _("texts"): one["support"],
                _("taken for it"): one["predicted"],
            }
            for one in run["per_class"]
        ]
        columns: dict[Any, Any] = {
            name: st.column_config.NumberColumn(format="%.3f") for name in (_("precision"), _("recall"), _("F1"))
        }
        st.dataframe(rows, hide_index=True, height="auto", column_config=columns, placeholder="–")


def _texts(visit: Visit, asked: Asked, report: Report) -> None:
    """What the texts are like, as the training found them: of files too large to be read above."""
    if visit.base is None or cached_tuning.is_quick(asked.spec.data, visit.base):
        return
    with st.expander(_("The texts"), icon=":material/notes:"):
        finetune_data.described(cached_tuning.Told(report.data))


def _notes(report: Report) -> None:
    found = [report.notes, report.data.get("notes", ()), (report.test_data or {}).get("notes", ())]
    notes = [_said(note) for part in found for note in part]
    for one in report.baselines:
        told = _("{name}: {text}")
        notes += [told.format(name=str(one["title"]), text=_said(note)) for note in one.get("notes", ())]
    if notes:
        told = [f":material/info: {escaped(str(note), None)}" for note in dict.fromkeys(notes)]
        st.caption("  \n".join(told), width=900)


def _said(note: Any) -> str:
    return retold(note["text"] if isinstance(note, dict) else str(note))


def _take_away(visit: Visit, asked: Asked, report: Report) -> None:
    saved: SavedBuild | None = cached.build(asked.key) if report.changed else None
    if saved is not None:
        if st.button(_("Compare before and after"), icon=":material/compare_arrows:", key="finetune-compare"):
            _compare(asked)
        export_panels.everything(visit, asked.key)
    st.subheader(_("The report"), anchor=False)
    with st.container(horizontal=True):
        data = (cached_tuning.folder(asked.key) / REPORT).read_bytes()
        files = {"tuning.json": (data, "application/json"), "scores.csv": (scores_csv(report), "text/csv")}
        for name, (content, mime) in files.items():
            st.download_button(
                name, content, name, mime, icon=":material/download:", on_click="ignore", key=f"finetune-{name}"
            )
    st.code(command(asked), language="bash", wrap_lines=True)
    if saved is not None:
        export_panels.targets(visit, asked.key, saved)


def command(asked: Asked) -> str:
    """The command with names for the server's folders: what a reader runs on a machine of his own."""
    spec = asked.spec.model_copy(update={"suite_dir": "sets"}) if asked.spec.suite_dir else asked.spec
    data = spec.data.model_copy(
        update={name: getattr(spec.data, name).rpartition("/")[2] for name in ("path", "test_path")}
    )
    out = ["--report", "tuning.json"] if spec.kind == "probe" else ["--out", "tuned"]
    arguments = jobs_of.finetune_arguments("build", spec.model_copy(update={"data": data}))
    return shlex.join(["lexiloom", *arguments, *out])


def _compare(asked: Asked) -> None:
    """Explore's comparison, with both matrices chosen."""
    state.put("explore-matrix", asked.base.key)
    state.put(f"compare-{asked.base.key}", asked.key)
    st.switch_page(frame.go("explore"), query_params={**state.link(), "view": "compare"})


__all__ = ["chart", "command", "result"]
