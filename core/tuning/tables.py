"""The scores of a tuning as a table, for spreadsheets."""

from __future__ import annotations

from typing import Any

from ..csv_text import csv_of
from .report import Report

COLUMNS = ("subject", "part", "measure", "value", "low", "high", "texts")


def score_rows(report: Report) -> list[dict[str, Any]]:
    """Every score as a row of `COLUMNS`, names in English, as they stand in the report.

    "tuned" is the mean over seeds with its 95 % interval (Student's t), "untouched" the same head on the matrix as it
    was, "seed N" one training; others are baselines. The validation part is the first seed's, epoch by epoch.
    """
    texts = report.parts.get("test")
    rows = [_row("tuned", "test", name, one["mean"], texts, one) for name, one in report.scores.items()]
    rows += [_row("untouched", "test", name, value, texts) for name, value in report.before.items()]
    for k, run in enumerate(report.runs):
        rows += [_row(f"seed {k}", "test", name, run.get(name), run.get("texts")) for name in report.scores]
    for one in report.baselines:
        rows += [_row(one["name"], "test", name, one.get(name), one.get("texts")) for name in report.scores]
    for epoch in report.curve.epochs:
        subject = f"seed 0, epoch {int(epoch['number']) + 1}"
        rows.append(_row(subject, "train", "loss", epoch["loss"], report.parts.get("train")))
        rows += [
            _row(subject, "valid", name, value, report.parts.get("valid")) for name, value in epoch["measures"].items()
        ]
    for one in report.forgetting:
        for when in ("before", "after"):
            rows.append(_row(when, str(one["set"]), str(one["measure"]), one[when], one["items"]))
    return [row for row in rows if row["value"] is not None]


def scores_csv(report: Report) -> bytes:
    """`score_rows` as CSV with a header."""
    return csv_of(COLUMNS, [[row[name] for name in COLUMNS] for row in score_rows(report)])


def _row(
    subject: str, part: str, measure: str, value: float | None, texts: int | None, ends: dict[str, Any] | None = None
) -> dict[str, Any]:
    low, high = ((ends or {}).get("low"), (ends or {}).get("high"))
    values = (subject, part, measure, value, low, high, texts)
    return dict(zip(COLUMNS, values, strict=True))
