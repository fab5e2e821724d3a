"""Every kind of tuning keeps the same promises."""

from __future__ import annotations

import json
import math
import shutil
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest

from core.messages import speaking
from core.recipe import Recipe
from core.rows import Origin
from core.tuning import KINDS, TASKS, TITLES, TuningSpec, finetune
from core.tuning.loop import TuningError
from core.tuning.report import Report, read_report
from core.tuning.tune import Tuned
from tests.unit.tuning import made

# kind -> options with which it moves all that it can in three epochs, and what the history says of them
TABLE: dict[str, tuple[dict[str, Any], str]] = {
    "full": ({}, "tuned on labels (Full, "),
    "anchored": ({"strength": 0.1}, "tuned on labels (Anchored, "),
    "gradual": ({"rows_from": 1, "rate": 0.05}, "tuned on labels (Gradual, "),
    "project": ({"width": 3}, "tuned on labels (Projection, "),
    "probe": ({}, ""),
    "pairs": ({}, "tuned on pairs (Pairs, "),
    "skipgram": ({"subsample": 0.0}, "tuned on running text (Skip-gram goes on, "),
}
WRITERS = {"labelled": made.write_labelled, "pairs": made.write_pairs, "texts": made.write_plain}
FILLED = tuple(range(0, made.WORDS, 3))
PAD = 1  # rows before the first word

every_kind = pytest.mark.parametrize("kind", TABLE)
changing = pytest.mark.parametrize("kind", [kind for kind in TABLE if kind != "probe"])
moving = pytest.mark.parametrize("kind", [kind for kind in TABLE if kind not in ("probe", "project")])

matrix = cache(lambda: made.matrix(made.vectors() * np.float32(1 / 3), filled=FILLED, pad=True))


def spec_of(kind: str, **changes: Any) -> Any:
    return made.spec(kind, "texts.csv" if TASKS[kind] != "texts" else "texts.txt", **{**TABLE[kind][0], **changes})


@cache
def folder_of(task: str) -> Path:
    folder = Path(mkdtemp(prefix="lexiloom-test-"))
    WRITERS[task](folder / ("texts.txt" if task == "texts" else "texts.csv"))
    return folder


@cache
def tuned(kind: str, seed: int = 0, again: int = 0, rows: str = "all") -> Tuned:
    return finetune(matrix(), spec_of(kind, seed=seed, rows=rows), base=folder_of(TASKS[kind]), device="cpu")


@pytest.fixture(scope="module", autouse=True)
def nothing_left() -> Iterator[None]:
    """Folders and matrices are shared by the tests of this module, and are gone after it."""
    yield
    for task in WRITERS:
        shutil.rmtree(folder_of(task))
    for kept in (folder_of, tuned, matrix):
        kept.cache_clear()


def test_every_kind_of_the_union_is_in_this_table() -> None:
    union, _field = typing.get_args(TuningSpec)
    assert {spec.model_fields["kind"].default for spec in typing.get_args(union)} == set(TABLE)
    assert set(KINDS) == set(TITLES) == set(TASKS) == set(TABLE)
    assert set(TASKS.values()) == set(WRITERS)


@every_kind
def test_it_trains_to_a_finite_result_and_learns(kind: str) -> None:
    found = tuned(kind)
    losses = [epoch["measures"]["loss"] for epoch in found.report.curve.epochs]
    assert len(losses) == 3 and np.isfinite(losses).all()
    assert min(losses[1:]) < losses[0]
    means = [spread["mean"] for spread in found.report.scores.values()]
    assert means and all(mean is not None and math.isfinite(mean) for mean in means)
    if found.matrix is not None:
        assert np.isfinite(found.matrix.vectors).all() and found.matrix.vectors.dtype == np.float32


@every_kind
def test_the_same_seed_gives_the_same_bytes(kind: str) -> None:
    first, second = tuned(kind), tuned(kind, again=1)
    if kind == "probe":
        assert first.matrix is None and second.matrix is None
    else:
        assert first.matrix is not None and second.matrix is not None
        assert first.matrix.vectors.tobytes() == second.matrix.vectors.tobytes()
        np.testing.assert_array_equal(first.matrix.weights, second.matrix.weights)  # type: ignore[arg-type]  # or None
    assert untimed(first.report) == untimed(second.report)


def untimed(report: Report) -> dict[str, Any]:
    told = report.model_dump()
    for epoch in told["curve"]["epochs"]:
        del epoch["seconds"]
    return {name: value for name, value in told.items() if name not in ("seconds", "per_second")}


@every_kind
def test_another_seed_gives_another_result(kind: str) -> None:
    first, other = tuned(kind), tuned(kind, seed=1)
    assert first.report.curve.epochs[-1]["loss"] != other.report.curve.epochs[-1]["loss"]
    if first.matrix is not None and other.matrix is not None:
        assert first.matrix.id != other.matrix.id


@changing
def test_the_history_tells_how_it_was_tuned_in_english(kind: str) -> None:
    found = tuned(kind)
    assert found.matrix is not None and found.matrix.history[:-1] == matrix().history
    last = found.matrix.history[-1]
    assert type(last) is str and last.startswith(TABLE[kind][1]) and last.endswith(" epochs)")
    assert f"{found.report.curve.best + 1} epochs" in last
    with speaking("zh"):
        chinese = finetune(matrix(), spec_of(kind), base=folder_of(TASKS[kind]), device="cpu").matrix
    assert chinese is not None and chinese.history == found.matrix.history and chinese.id == found.matrix.id


@every_kind
def test_the_given_matrix_stays_as_it_is_and_words_and_provenance_are_kept(kind: str) -> None:
    before = made.matrix(made.vectors() * np.float32(1 / 3), filled=FILLED, pad=True)
    found = tuned(kind)
    assert matrix().vectors.tobytes() == before.vectors.tobytes()
    if found.matrix is not None:
        assert found.matrix.vocabulary is matrix().vocabulary and found.matrix.rows is matrix().rows
        assert not found.matrix.vector("<pad>").any()


@moving
def test_rows_that_no_text_uses_are_equal_to_the_bit(kind: str) -> None:
    found = tuned(kind)
    assert found.matrix is not None
    same = [bool((a == b).all()) for a, b in zip(found.matrix.vectors, matrix().vectors, strict=True)]
    unused = PAD + made.USED
    assert all(same[unused:]) and same[0] and not any(same[PAD:unused])
    assert found.matrix.vectors[unused:].tobytes() == matrix().vectors[unused:].tobytes()
    assert found.report.drift is not None and found.report.drift.moved == made.USED


@moving
@pytest.mark.parametrize("rows", ["filled", "known"])
def test_only_the_rows_move_that_may(kind: str, rows: str) -> None:
    found = tuned(kind, rows=rows)
    assert found.matrix is not None
    changed = (found.matrix.vectors != matrix().vectors).any(axis=1)
    guess = matrix().rows.origin == Origin.INVENTED
    may = (guess if rows == "filled" else ~guess) & (np.arange(len(changed)) >= PAD)
    np.testing.assert_array_equal(changed, may & (np.arange(len(changed)) < PAD + made.USED))


@moving
def test_a_matrix_that_is_as_it_was_is_not_given_as_a_tuned_one(kind: str) -> None:
    known = made.matrix()
    with pytest.raises(TuningError, match="no row has moved"):
        finetune(known, spec_of(kind, rows="filled"), base=folder_of(TASKS[kind]), device="cpu")


def test_a_probe_gives_no_matrix_and_a_projection_one_of_its_width() -> None:
    assert tuned("probe").matrix is None and not tuned("probe").report.changed and tuned("probe").report.drift is None
    projected = tuned("project")
    assert projected.matrix is not None and projected.matrix.dim == 3 and projected.report.changed


@every_kind
def test_a_recipe_comes_back_from_toml(kind: str) -> None:
    listed = {"watch": ["=w", "词"], **({} if TASKS[kind] != "labelled" else {"baselines": ["majority"]})}
    spec = spec_of(kind, **listed)
    recipe = Recipe(vocabulary={"kind": "words", "path": "w.txt"}, sources=({"kind": "random", "dim": 3},), tuning=spec)
    assert recipe.tuning == spec
    again = Recipe.from_toml(recipe.to_toml())
    assert again.tuning == spec and again == recipe and type(again.tuning) is KINDS[kind]


@every_kind
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_comes_back_from_json_in_every_language(kind: str, language: str, tmp_path: Path) -> None:
    report, path = tuned(kind).report, tmp_path / "tuning.json"
    with speaking(language):
        report.save(path)
        found = read_report(path)
        assert found is not None and found.as_json() == report.as_json()
    json.loads(path.read_text("utf-8"), parse_constant=lambda name: pytest.fail(name))
    with speaking("en"):
        assert read_report(path).model_dump(mode="json") == report.model_dump(mode="json")  # type: ignore[union-attr]


@every_kind
def test_the_report_tells_what_there_was_to_train_on(kind: str) -> None:
    report = tuned(kind).report
    assert report.task == TASKS[kind] and report.spec["kind"] == kind and report.device == "cpu"
    assert min(report.parts.values()) > 0 and report.per_second > 0 and report.memory > 0 and len(report.digest) == 64
    assert report.moves is not None and report.moves.frames == (-1, 0, 1, 2)
    assert (report.verdict is not None) == (TASKS[kind] == "labelled" and kind != "probe")
    assert all(set(note) == {"text"} for note in report.notes)


@every_kind
def test_a_training_that_was_broken_off_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    epochs: set[str] = set()

    def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        if stage == "Training":
            epochs.add(message)
        if len(epochs) == 3:
            raise Stop

    asked = {"base": folder_of(TASKS[kind]), "folder": tmp_path, "device": "cpu"}
    with pytest.raises(Stop):
        finetune(matrix(), spec_of(kind), progress=stop, **asked)
    found = finetune(matrix(), spec_of(kind), **asked)
    assert untimed(found.report) == untimed(tuned(kind).report)
    whole = tuned(kind).matrix
    assert (found.matrix is None) == (whole is None)
    assert found.matrix is None or whole is None or found.matrix.vectors.tobytes() == whole.vectors.tobytes()


def test_no_kind_loads_a_heavy_package() -> None:
    import subprocess
    import sys

    code = "import core.tuning, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert not {"torch", "sklearn", "scipy", "numba"} & set(done.stdout.split())
