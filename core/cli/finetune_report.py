"""What `lexiloom finetune` tells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..messages import N_, _, duration, number, percent, size
from ..tuning.kinds import TITLES
from .text import aligned, visible, word

if TYPE_CHECKING:
    from ..tuning.report import Report

MEASURES = {
    "accuracy": N_("accuracy"),
    "precision": N_("precision (mean over classes)"),
    "recall": N_("recall (mean over classes)"),
    "macro_f1": N_("F1 (mean over classes)"),
    "nll": N_("negative log likelihood"),
    "ece": N_("calibration error"),
    "mrr": N_("mean reciprocal rank"),
    "recall_1": N_("partner comes first"),
    "recall_10": N_("partner among the first ten"),
    "loss": N_("loss"),
}
MOVED_SHOWN, MISTAKES_SHOWN, WORDS_SHOWN = 10, 5, 8


def finetune_report(report: Report, out: Path | None) -> str:
    """The verdict first, then the figures behind it."""
    parts = [_head(report)]
    if report.verdict:
        parts.append(visible(str(report.verdict["text"])))
    parts.append(_table(_("Data"), _data(report)))
    parts.append(_table(_("Training"), _training(report)))
    if report.scores:
        parts.append(_table(_("On the test texts"), _scores(report), 1))
    if report.baselines:
        parts.append(_table(_("Others on the same texts"), [_baseline(one) for one in report.baselines], 1))
    if report.drift:
        parts += _drift(report)
    if report.forgetting:
        parts.append(_table(_("Before and after"), [_forgot(one) for one in report.forgetting], 2))
    if report.class_words:
        rows: list[Sequence[str]] = [[word(name), _words(said)] for name, said in report.class_words.items()]
        parts.append(_table(_("Words that speak for a class"), rows))
    if report.mistakes:
        parts.append(_table(_("Surest mistakes"), [_mistake(one) for one in report.mistakes[:MISTAKES_SHOWN]]))
    parts.append(_end(report, out))
    return "\n\n".join(parts)


def _table(title: str, rows: Sequence[Sequence[str]], left: int = 9) -> str:
    return "\n".join([title, aligned(rows, left=left)])


def _head(report: Report) -> str:
    title = _("{kind}, trained on {device} in {time}").format(
        kind=_(TITLES[report.spec["kind"]]), device=report.device, time=duration(report.seconds)
    )
    told = [*report.data.get("notes", ()), *report.notes]
    seen = list(dict.fromkeys(str(one["text"]) for one in told))
    return "\n".join([title, *(f"  {visible(note)}" for note in seen)])


def _data(report: Report) -> list[Sequence[str]]:
    parts, data = report.parts, report.data
    rows: list[Sequence[str]] = [
        [
            _("texts"),
            _("{train} to train on, {valid} to say when to stop, {test} for the test").format(
                train=number(parts["train"]), valid=number(parts["valid"]), test=number(parts["test"])
            ),
        ],
    ]
    if classes := data.get("classes"):
        listed = ", ".join(f"{word(name)} {number(n)}" for name, n in list(classes.items())[:WORDS_SHOWN])
        rows.append([_("classes"), f"{number(len(classes))}: {listed}"])
    if tokens := data.get("tokens"):
        share = percent(data["covered"] / tokens)
        rows.append([_("tokens"), _("{n}, of which the matrix holds {share}").format(n=number(tokens), share=share)])
    return rows


def _training(report: Report) -> list[Sequence[str]]:
    curve = report.curve
    stopped = {
        "patience": _("no better any more"),
        "epochs": _("all epochs trained"),
        "asked": _("ended by you"),
    }[curve.stopped]
    best = curve.epochs[curve.best] if curve.best < len(curve.epochs) else {}
    rows: list[Sequence[str]] = [
        [
            _("epochs"),
            _("{n}, the best is {best} ({why})").format(
                n=number(len(curve.epochs)), best=number(curve.best + 1), why=stopped
            ),
        ],
        [_("speed"), _("{n} {unit} a second").format(n=number(round(report.per_second)), unit=_(report.unit))],
        [_("memory"), _("{size} for rows and their optimizer").format(size=size(report.memory))],
    ]
    for name, value in best.get("measures", {}).items():
        measure = _(MEASURES[name]) if name in MEASURES else name
        rows.append([_("validation: {measure}").format(measure=measure), number(value, 3)])
    return rows


def _scores(report: Report) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [["", _("tuned") if report.changed else _("probe"), _("over seeds"), _("untouched")]]
    for name, spread in report.scores.items():
        low, high = spread["low"], spread["high"]
        between = (
            "" if low is None or high is None else _("{low} to {high}").format(low=number(low, 3), high=number(high, 3))
        )
        before = report.before.get(name)
        title = _(MEASURES[name]) if name in MEASURES else name
        rows.append([title, number(spread["mean"], 3), between, number(before, 3)])
    return rows


def _baseline(one: dict[str, Any]) -> list[str]:
    return [str(one["title"]), number(one["accuracy"], 3), _("F1 {f1}").format(f1=number(one["macro_f1"], 3))]


def _drift(report: Report) -> list[str]:
    drift = report.drift
    assert drift is not None
    rows: list[Sequence[str]] = [
        [_("rows moved"), _("{n} of {all}").format(n=number(drift.moved), all=number(drift.rows))]
    ]
    if drift.displacement is not None:
        rows.append([_("mean displacement"), _("{n} (1 − cosine)").format(n=number(drift.displacement, 3))])
    if drift.overlap is not None:
        over = _("{share} of the ten nearest words stayed (over {n} moved words)")
        rows.append([_("neighbors"), over.format(share=percent(drift.overlap), n=number(drift.measured))])
    parts = [_table(_("What moved"), rows)]
    if drift.most:
        moved = [
            [word(one["word"]), number(one["displacement"], 2), _near(one["before"]), "→", _near(one["after"])]
            for one in drift.most[:MOVED_SHOWN]
        ]
        parts.append(_table(_("Moved most"), moved))
    return parts


def _near(words: list[str]) -> str:
    return ", ".join(map(word, words[:3]))


def _forgot(one: dict[str, Any]) -> list[str]:
    before, after = number(one["before"], 3), number(one["after"], 3)
    return [str(one["set"]), str(one["measure"]), before, "→", after, _("{n} items").format(n=number(one["items"]))]


def _words(said: Any) -> str:
    return ", ".join(word(one) for one, _value in said[:WORDS_SHOWN])


def _mistake(one: dict[str, Any]) -> list[str]:
    decided = sorted(one["words"], key=lambda pair: -pair[1])[:3]
    taken = _("{found}, not {wanted}").format(found=word(one["found"]), wanted=word(one["wanted"]))
    text = visible(one["text"])[:60]
    return [taken, percent(one["probability"]), ", ".join(word(token) for token, _part in decided), text]


def _end(report: Report, out: Path | None) -> str:
    if out is not None:
        return _("Wrote {folder}").format(folder=visible(str(out)))
    if not report.changed:
        return _("A linear probe leaves the matrix as it is: nothing was written.")
    return _("Nothing was written: give --out for the tuned matrix.")
