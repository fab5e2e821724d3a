"""A report is written and read back whole, in the reader's language, as JSON that any reader takes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from core.messages import Text, _, speaking
from core.tuning.report import Curve, Drift, Moves, Report, read_report
from core.tuning.tables import COLUMNS, score_rows, scores_csv


def report(**changes: Any) -> Report:
    epochs = tuple(
        {"number": k, "loss": 0.7 - k / 10, "measures": {"loss": 0.6, "accuracy": 0.5}, "seconds": 1.0, "examples": 80}
        for k in range(3)
    )
    drift = Drift(
        rows=50, moved=45, displacement=0.25, length=0.5, overlap=0.75, measured=45,
        by_origin={"exact": {"rows": 50, "moved": 45, "displacement": 0.25}},
        most=({"word": "北京\n", "count": None, "displacement": 1.0, "before": ["a"], "after": ["<b>"]},),
    )  # fmt: skip
    moves = Moves(
        words=("a", "b"), origins=("exact",) * 2, classes=("", "good"), frames=(-1, 0),
        points=(((0.0, 1.0), (1.0, 0.0)),) * 2, explained=(0.75, 0.25),
    )  # fmt: skip
    given: dict[str, Any] = {
        "task": "labelled", "spec": {"kind": "full", "seed": 3}, "device": "cpu", "memory": 1000, "seconds": 2.5,
        "per_second": 1e5, "unit": "texts", "changed": True, "digest": "ab" * 32,
        "data": {"name": "texts.csv", "classes": {"bad": 40, "good": 40}, "notes": [{"text": _("Training")}]},
        "parts": {"train": 56, "valid": 8, "test": 16}, "classes": ("bad", "good"),
        "curve": Curve(epochs=epochs, steps=((80, 0.7), (160, 0.6)), best=1, stopped="patience"),
        "scores": {"accuracy": {"mean": 0.8, "low": 0.7, "high": 0.9}, "nll": {"mean": 0.4, "low": None, "high": None}},
        "texts_interval": (0.6, 0.95), "runs": ({"accuracy": 0.8, "nll": 0.4, "texts": 16},),
        "before": {"accuracy": 0.6, "nll": 0.65},
        "baselines": ({"name": "majority", "title": _("Always the commonest class"), "accuracy": 0.5, "nll": None,
                       "texts": 16, "notes": []},),
        "verdict": {"kind": "better", "text": _("{n} words").format(n="7")}, "drift": drift, "moves": moves,
        "forgetting": ({"set": "ws353", "measure": "rho", "before": 0.5, "after": 0.4, "items": 9},),
        "mistakes": ({"text": "x", "wanted": "bad", "found": "good", "probability": 0.9, "words": [["x", 1.5]],
                      "rest": 0.1},),
        "class_words": {"bad": (("awful", 1.25),)}, "notes": ({"text": _("Stopped.")},), **changes,
    }  # fmt: skip
    return Report(**given)


def strict(text: bytes | str) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("writer", ["en", "zh"])
@pytest.mark.parametrize("reader", ["en", "zh"])
def test_a_report_comes_back_in_the_language_of_its_reader(writer: str, reader: str, tmp_path: Path) -> None:
    path = tmp_path / "tuning.json"
    with speaking(writer):
        written = report()
        written.save(path)
    with speaking(reader):
        found, wanted = read_report(path), report()
    assert found == wanted
    assert found is not None and isinstance(found.notes[0]["text"], Text)


def test_the_file_is_the_same_in_every_language_and_has_english_texts() -> None:
    files = []
    for language in ("en", "zh"):
        with speaking(language):
            files.append(report().as_json())
    assert files[0] == files[1]
    told = strict(files[0])
    assert told["notes"][0]["text"] == "Stopped." and told["verdict"]["text"] == "7 words" and told["version"] == 1


def test_what_is_not_a_number_is_null_in_the_file(tmp_path: Path) -> None:
    epochs = ({"number": 0, "loss": 0.5, "measures": {"loss": float("nan")}},)
    one = report(curve=Curve(epochs=epochs, steps=(), best=0, stopped="epochs"), per_second=float("inf"))
    told = strict(one.as_json())
    assert told["curve"]["epochs"][0]["measures"]["loss"] is None


def test_a_report_without_a_validation_loss_is_read_back(tmp_path: Path) -> None:
    epochs = ({"number": 0, "loss": 0.5, "measures": {"loss": float("nan")}},)
    report(curve=Curve(epochs=epochs, steps=(), best=0, stopped="epochs")).save(tmp_path / "tuning.json")
    found = read_report(tmp_path / "tuning.json")
    assert found is not None and found.curve.epochs[0]["measures"] == {"loss": None}


@pytest.mark.parametrize(
    "content",
    [None, b"", b"{", b"[]", b"7", b'{"version": 2}', b'{"version": 1}', b'{"version": 1, "task": 5}', b"\xff"],
)
def test_what_is_no_report_is_none(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "tuning.json"
    if content is not None:
        path.write_bytes(content)
    assert read_report(path) is None


def test_the_lock_of_a_build_gets_the_texts_name_digest_and_parts() -> None:
    assert report().inputs() == {
        "name": "texts.csv", "digest": "ab" * 32, "kind": "full", "device": "cpu",
        "texts": {"train": 56, "valid": 8, "test": 16},
    }  # fmt: skip


def test_scores_are_rows_of_one_table_with_no_empty_value() -> None:
    rows = score_rows(report())
    assert all(set(row) == set(COLUMNS) and row["value"] is not None for row in rows)
    by = {(row["subject"], row["part"], row["measure"]): row for row in rows}
    assert by["tuned", "test", "accuracy"]["low"] == 0.7 and by["untouched", "test", "accuracy"]["value"] == 0.6
    assert by["seed 0", "test", "nll"]["value"] == 0.4 and by["majority", "test", "accuracy"]["texts"] == 16
    assert ("majority", "test", "nll") not in by
    assert by["seed 0, epoch 3", "valid", "accuracy"]["value"] == 0.5 and by["before", "ws353", "rho"]["value"] == 0.5


def test_the_table_is_csv_that_reads_back() -> None:
    text = scores_csv(report()).decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    assert len(found) == len(score_rows(report())) and tuple(found[0]) == COLUMNS
    assert float(found[0]["value"]) == 0.8
