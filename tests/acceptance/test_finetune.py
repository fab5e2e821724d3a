"""`lexiloom finetune`, as a user runs it: a build is tuned, read back, made again; what can't be is said clearly."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cli.console import entrance
from core.exports import read_build
from core.tuning.report import read_report
from tests.acceptance.commands import lexiloom, start
from tests.unit.formats import vector_files as files
from tests.unit.tuning import made

SMALL = ["--epochs", 3, "--seeds", 1, "--set", "batch=16", "--set", "baselines=majority", "--device", "cpu"]
WORDS = [made.word(row) for row in range(made.WORDS)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """A folder with a build of fifty words, ten of them filled, and texts of two classes."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "words.txt").write_text("\n".join(WORDS) + "\n")
    files.glove(folder / "v.txt", WORDS[10:], made.vectors()[10:] * np.float32(3))
    arguments = ["--vocab", folder / "words.txt", "--source", folder / "v.txt", "--fill", "normal"]
    lexiloom("build", *arguments, "--out", folder / "build", home=home)
    made.write_labelled(folder / "texts.csv")
    return folder


def tune(work: Path, *more: object) -> list[object]:
    return ["finetune", work / "build", "--data", work / "texts.csv", *SMALL, *more]


@pytest.fixture(scope="module")
def told(work: Path, home: Path) -> dict[str, Any]:
    """What `--json` printed of the tuning whose build is `work/tuned`."""
    more = ["--watch", WORDS[3], "--out", work / "tuned", "--report", work / "report.json", "--json"]
    return json.loads(lexiloom(*tune(work, *more), home=home))


def succeeded(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a command printed; run in this process, for speed."""
    code = entrance([str(one) for one in arguments])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return printed.out


def failed(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 1) -> str:
    """The error of a command that ends with `code`, run in this process likewise."""
    assert entrance([str(one) for one in arguments]) == code
    errors = capsys.readouterr().err
    assert "Traceback" not in errors and "fault of Lexiloom" not in errors
    return " ".join(errors.replace("│", " ").split())


def test_the_tuned_matrix_differs_where_texts_have_words_and_is_read_by_torch(work: Path, told: dict[str, Any]) -> None:
    from safetensors.torch import load_file

    before, after = (load_file(work / name / "matrix.safetensors") for name in ("build", "tuned"))
    (old,), (new,) = before.values(), after.values()
    saved = read_build(work / "tuned")
    words = saved.matrix.vocabulary.words
    assert old.shape == new.shape == (len(words), made.DIM) and old.dtype == new.dtype and bool(new.isfinite().all())
    changed = {word for word, same in zip(words, (old == new).all(1).tolist(), strict=True) if not same}
    assert changed == set(WORDS[: made.USED])
    assert np.array_equal(saved.matrix.vectors, new.numpy())
    assert saved.matrix.history[-1].startswith("tuned on labels (Full, 56 texts, ")
    assert saved.matrix.weights is not None and told["drift"]["moved"] == made.USED


def test_json_is_one_document_that_says_what_the_report_says(work: Path, told: dict[str, Any]) -> None:
    assert told["out"] == str(work / "tuned") and told["task"] == "labelled" and told["changed"] is True
    assert told["parts"] == {"train": 56, "valid": 8, "test": 16} and told["classes"] == ["bad", "good"]
    assert 0 <= told["scores"]["accuracy"]["mean"] <= 1 and told["verdict"]["text"]
    assert [one["name"] for one in told["baselines"]] == ["majority"]
    assert told["moves"]["words"][0] == WORDS[3] and "curve" in told
    kept = json.loads((work / "report.json").read_text("utf-8"))
    assert {**kept, "out": told["out"]} == told


def test_the_tuned_build_says_how_it_was_made(work: Path, told: dict[str, Any]) -> None:
    folder = work / "tuned"
    saved = read_build(folder)
    assert saved.lock["inputs"]["texts"]["digest"] == told["digest"] and "tuning" in saved.lock["keys"]
    assert saved.lock["inputs"]["matrix"]["id"] == read_build(work / "build").matrix.id
    assert saved.lock["matrix"]["id"] == saved.matrix.id
    assert "## Tuning" in (folder / "card.md").read_text("utf-8")
    report = read_report(folder / "tuning.json")
    assert report is not None and report.digest == told["digest"]
    assert not (work / "tuned.tuning").exists()


def test_the_recipe_that_was_written_makes_the_same_matrix_again(
    work: Path, told: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    succeeded(capsys, "run", work / "tuned" / "recipe.toml", "--device", "cpu", "--out", work / "again")
    assert (work / "again/matrix.safetensors").read_bytes() == (work / "tuned/matrix.safetensors").read_bytes()
    assert (work / "again/weights.npy").read_bytes() == (work / "tuned/weights.npy").read_bytes()
    first, second = (read_build(work / name).lock["keys"]["tuning"] for name in ("tuned", "again"))
    assert first == second


# Long enough to be stopped in its midst.
LONG = ["--set", "patience=60", "--set", "batch=4", "--epochs", 60]


@pytest.fixture(scope="module")
def stopped(work: Path, home: Path) -> Path:
    """A folder with what is there of a training that its stop file ended between its first epoch and its last."""
    folder = work / "stopped"
    folder.mkdir()
    stop, kept = folder / "stop", folder / "tuned.tuning" / "seed-0" / "state.json"
    process = start(*tune(work, *LONG, "--out", folder / "tuned"), "--stop", stop, home=home)
    while not kept.exists() and process.poll() is None:
        time.sleep(0.02)
    stop.touch()
    _out, errors = process.communicate(timeout=120)
    assert process.returncode == 130 and "Stopped." in errors, errors
    assert 0 < len(json.loads(kept.read_text())["epochs"]) < 60 and not (folder / "tuned").exists()
    return folder


def test_a_training_that_was_stopped_goes_on_and_gives_the_same_bytes(
    work: Path, stopped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(stopped / "tuned.tuning", tmp_path / "tuned.tuning")
    done = done_of(tmp_path)
    succeeded(capsys, *tune(work, *LONG, "--out", tmp_path / "tuned"))
    succeeded(capsys, *tune(work, *LONG, "--out", tmp_path / "whole"))
    for name in ("matrix.safetensors", "weights.npy"):
        assert (tmp_path / "tuned" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    reports = [read_report(tmp_path / name / "tuning.json") for name in ("tuned", "whole")]
    curves = [[epoch["measures"] for epoch in one.curve.epochs] for one in reports if one is not None]
    assert len(curves[0]) == 60 > done and curves[0] == curves[1]
    assert not (tmp_path / "tuned.tuning").exists()


def test_the_best_epoch_of_a_training_that_was_stopped_can_be_taken(
    work: Path, stopped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(stopped / "tuned.tuning", tmp_path / "tuned.tuning")
    done = done_of(tmp_path)
    arguments = tune(work, *LONG, "--out", tmp_path / "tuned", "--finish", "--json")
    curve = json.loads(succeeded(capsys, *arguments))["curve"]
    losses = [epoch["measures"]["loss"] for epoch in curve["epochs"]]
    assert curve["stopped"] == "asked" and len(losses) == done and curve["best"] == int(np.argmin(losses))
    saved = read_build(tmp_path / "tuned")
    assert f", {curve['best'] + 1} epochs)" in saved.matrix.history[-1]
    assert saved.matrix.id != read_build(work / "build").matrix.id


def done_of(folder: Path) -> int:
    return len(json.loads((folder / "tuned.tuning/seed-0/state.json").read_text())["epochs"])


# What can't be tuned on


def labelled(rows: list[tuple[str, str]]) -> str:
    return "label,text\n" + "".join(f'{label},"{text}"\n' for label, text in rows)


ONE, TWO = " ".join(WORDS[10:14]), " ".join(WORDS[30:34])
DATA: dict[str, tuple[str, str]] = {
    "one class": (labelled([("a", ONE)] * 20), "all texts have the same label"),
    "no text": (labelled([("a", ""), ("b", "  ")] * 10), "there is no labelled text in it"),
    "no bytes": ("", "the file is empty"),
    "all tokens out of vocabulary": (
        labelled([("a", "nothing here"), ("b", "is known there")] * 10),
        "the matrix holds no token of these texts",
    ),
    "numbers for labels": (
        labelled([(f"{k}.5", f"{ONE} {WORDS[k]}") for k in range(40)]),
        "40 different labels for 40 texts are no classes",
    ),
}


@pytest.mark.parametrize("fault", DATA)
def test_texts_that_cannot_be_tuned_on_are_a_clear_error(
    fault: str, work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, reason = DATA[fault]
    (tmp_path / "bad.csv").write_text(content)
    arguments = ["--label", "label", "--text", "text", *SMALL, "--out", tmp_path / "tuned"]
    text = failed(capsys, "finetune", work / "build", "--data", tmp_path / "bad.csv", *arguments)
    assert text.startswith("Error:") and reason in text and "bad.csv" in text
    assert not (tmp_path / "tuned").exists() and not (tmp_path / "tuned.tuning").exists()


def test_a_class_with_one_text_is_trained_on_and_it_is_said(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = labelled(
        [("a", f"{ONE} {WORDS[k]}") for k in range(20)] + [("b", f"{TWO} {WORDS[k]}") for k in range(20)]
    )
    (tmp_path / "few.csv").write_text(content + f'rare,"{WORDS[44]}"\n')
    shown = succeeded(capsys, "finetune", work / "build", "--data", tmp_path / "few.csv", *SMALL)
    assert "1 class has one text: it is trained on, and tested on none" in shown and "3: a 20, b 20, rare 1" in shown
    assert "Nothing was written: give --out for the tuned matrix." in shown


def test_labels_of_a_test_file_that_no_training_text_has_are_named(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test.csv").write_text(labelled([("good", ONE), ("god", TWO)]))
    text = failed(capsys, *tune(work, "--test", tmp_path / "test.csv", "--out", tmp_path / "tuned"))
    assert "1 test text has a label that no training text has: 'god'" in text and "test.csv, line 3" in text
    assert "'bad'" in text and "'good'" in text


def test_a_column_that_is_not_there_is_named_with_those_that_are(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = failed(capsys, *tune(work, "--label", "stars"))
    assert "there is no column 'stars'" in text and "label" in text and "text" in text


Asked = Callable[[Path], list[object]]
OPTIONS: dict[str, tuple[Asked, int, tuple[str, ...]]] = {
    "a probe that is to be written": (
        lambda out: ["--recipe", "probe", "--out", out],
        2,
        ("a linear probe leaves the matrix as it is", "--out"),
    ),
    "an unknown recipe": (lambda out: ["--recipe", "magic"], 2, ("unknown recipe 'magic'", "skipgram")),
    "an unknown option": (lambda out: ["--set", "dropuot=.3"], 2, ("dropuot", "dropout")),
    "a value out of range": (lambda out: ["--set", "dropout=3"], 2, ("dropout",)),
    "too wide a projection": (
        lambda out: ["--recipe", "project", "--set", "width=9", "--out", out],
        1,
        ("the projection has 9 dimensions, and the matrix 8", "Give a width of 8 or less"),
    ),
    "rows that join too late": (
        lambda out: ["--recipe", "gradual", "--set", "rows_from=3", "--out", out],
        1,
        ("the rows join at epoch 3, and there are 3 epochs",),
    ),
    "nothing to finish": (lambda out: ["--finish", "--out", out], 1, ("nothing to take", "Let training go on")),
    "an unknown device": (lambda out: ["--device", "gpu7"], 1, ("gpu7",)),
}


@pytest.mark.parametrize("fault", OPTIONS)
def test_options_that_cannot_be_are_a_clear_error(
    fault: str, work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, code, reasons = OPTIONS[fault]
    text = failed(capsys, *tune(work), *asked(tmp_path / "tuned"), code=code)
    assert all(reason in text for reason in reasons), text
    assert not (tmp_path / "tuned").exists()


def test_a_folder_that_is_no_build_and_a_file_that_is_not_there_are_clear_errors(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "gone.csv" in failed(capsys, "finetune", work / "build", "--data", work / "gone.csv", *SMALL)
    assert str(tmp_path) in failed(capsys, "finetune", tmp_path, "--data", work / "texts.csv", *SMALL)


def test_a_file_stands_in_the_way_of_the_folder_before_any_training(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    assert "the folder holds other files: mine.txt" in failed(capsys, *tune(work, "--out", tmp_path / "out"))
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


def test_an_error_as_json_has_its_parts(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert entrance([str(one) for one in tune(work, "--label", "stars", "--json")]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "InputError" and "stars" in error["what"] and error["fix"]
