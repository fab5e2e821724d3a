"""The loop: trains in parts, looks on, keeps, is stopped between two parts, and goes on as if nothing had been."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.encoding.device import choose_device
from core.errors import Cancelled, WorkspaceError
from core.progress import ignore
from core.training import loop, method, watching
from core.training.contract import TrainingError
from core.training.keeping import LIVE, STATE, Kept, clear
from core.training.watching import Course, choose_watched, nearest_words

WORDS = ("king", "queen", "cat", "dog")
TOLD: dict[str, Any] = {"method": "made-up"}


class Turning:
    """A trainer whose rows turn a little with every part. Implements `Trainer`."""

    unit, total, parts, loss_name, device = "words", 12, 3, "loss", "cpu"

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.turned = 0
        self.fails = -1

    def part(self, epoch: int, part: int, epochs: int) -> int:
        if self.turned == self.fails:
            raise TrainingError("this part fails")
        self.turned += 1
        return 4

    def loss(self) -> float:
        return 1 / (1 + self.turned)

    def rows(self) -> NDArray[np.float32]:
        angles = np.array([0, 0.1, 1.5, 1.6]) + np.array([0, 0.3, 0, 0.2]) * self.turned
        return np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)

    def kept(self) -> dict[str, NDArray[Any]]:
        return {}

    def state(self) -> dict[str, NDArray[Any]]:
        return {"turned": np.array([self.turned], np.int64)}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        self.turned = int(state["turned"][0])

    def close(self) -> None:
        return None


@pytest.fixture(autouse=True)
def look_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(watching, "SHARE", 1e9)


def run(trainer: Turning, kept: Kept, *, epochs: int = 2, progress: Any = ignore, **more: Any) -> Course:
    with kept.whatever_ends(trainer):
        return loop.run(
            trainer, kept, epochs=epochs, words=WORDS, watch=("king", "dog"), told=TOLD, progress=progress, **more
        )


def save(kept: Kept, trainer: Turning, parts: int, course: Course) -> None:
    kept.reached, kept.course = parts, course
    kept.save(trainer)


def test_it_trains_every_part_of_every_epoch_and_tells_loss_and_neighbors(tmp_path: Path) -> None:
    trainer, kept = Turning(), Kept(tmp_path / "kept", "key")
    course = run(trainer, kept)
    assert trainer.turned == 6 and course.done == 24 and course.per_second > 0
    assert course.losses == [(4 * n, 1 / (1 + n)) for n in range(7)]
    king, dog = course.watched
    assert [one.word for one in (king, dog)] == ["king", "dog"]
    assert king.start[0][0] == "queen" and king.now[0][0] != "king" and len(king.now) == 3
    assert all(0 <= share <= 1 for _done, share in dog.settled) and dog.settled[-1][0] == 24
    live = json.loads((tmp_path / "kept" / LIVE).read_text())
    assert live["done"] == 24 and live["epochs"] == 2 and live["total"] == 12 and live["method"] == "made-up"
    assert live["watched"][0]["now"] == [list(pair) for pair in king.now]


def test_stopped_it_ends_the_part_keeps_it_and_goes_on_to_the_same_end(tmp_path: Path) -> None:
    calls = 0

    def stop(*_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Cancelled

    first, kept = Turning(), Kept(tmp_path, "key")
    with pytest.raises(Cancelled):
        run(first, kept, progress=stop)
    assert 0 < first.turned < 6 and kept.parts == first.turned
    second = Turning()
    course = run(second, Kept(tmp_path, "key"))
    assert second.turned == 6 and course.done == 24
    assert [done for done, _loss in course.losses] == sorted({done for done, _loss in course.losses})


@pytest.mark.parametrize("where", ["loss", "rows", "live", "save", "submit"])
def test_wherever_a_stop_falls_what_is_trained_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Of short parts, most of the time goes by between two of them."""
    trainer, kept = Turning(), Kept(tmp_path, "key")
    place: Any = {"loss": trainer, "rows": trainer, "live": kept, "save": kept, "submit": ThreadPoolExecutor}[where]
    usual = getattr(place, where)
    monkeypatch.setattr(kept, "due", lambda: True)
    calls = 0

    def stopped(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 4 and where != "submit":
            raise KeyboardInterrupt
        told = usual(*arguments)
        if calls == 4:  # the thread has its part, and nobody waits for it any more
            raise KeyboardInterrupt
        return told

    monkeypatch.setattr(place, where, stopped)
    with pytest.raises(KeyboardInterrupt):
        run(trainer, kept)
    assert 0 < trainer.turned < 6
    monkeypatch.undo()
    again = Kept(tmp_path, "key")
    assert again.parts == trainer.turned and again.course.done == 4 * trainer.turned
    second = Turning()
    run(second, again)
    assert second.turned == 6


def test_what_is_trained_is_kept_where_it_cannot_be_written_out(tmp_path: Path) -> None:
    trainer, kept = Turning(), Kept(tmp_path, "key")
    run(trainer, kept)
    assert kept.parts == 0
    with pytest.raises(WorkspaceError), kept.whatever_ends(trainer):
        raise WorkspaceError("the disk is full")
    assert Kept(tmp_path, "key").parts == 6


def test_the_state_of_another_training_is_not_gone_on_from(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "key")
    save(kept, Turning(), 2, Course(done=8))
    assert Kept(tmp_path, "key").parts == 2 and Kept(tmp_path, "other").parts == 0
    (tmp_path / "at-2.safetensors").write_bytes(b"cut off")
    assert Kept(tmp_path, "key").parts == 0


def test_finishing_trains_no_further_and_needs_something_to_finish(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "key")
    with pytest.raises(TrainingError, match="nothing to finish"):
        run(Turning(), kept, finish=True)
    half = Turning()
    half.turned = 4
    save(kept, half, 4, Course(done=16, seconds=2.0))
    trainer = Turning()
    course = run(trainer, Kept(tmp_path, "key"), finish=True)
    assert trainer.turned == 4 and course.done == 16 and course.losses[-1] == (16, 1 / 5)


def test_a_part_that_fails_is_told_and_leaves_what_was_kept(tmp_path: Path) -> None:
    trainer, kept = Turning(), Kept(tmp_path, "key")
    save(kept, trainer, 0, Course())
    trainer.fails = 2
    with pytest.raises(TrainingError, match="this part fails"):
        run(trainer, kept)
    assert (tmp_path / STATE).is_file()


def test_vectors_that_are_no_numbers_end_the_training(tmp_path: Path) -> None:
    trainer = Turning()
    trainer.loss = lambda: float("nan")  # type: ignore[method-assign]
    with pytest.raises(TrainingError, match="smaller rate"):
        run(trainer, Kept(tmp_path, "key"))


def test_clearing_removes_what_training_keeps_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    run(Turning(), Kept(folder, "key"))
    save(Kept(folder, "key"), Turning(), 1, Course())
    for name in ("corpus", "work"):
        (folder / name).mkdir()
        (folder / name / "ids.bin").write_bytes(b"1234")
    (folder / "notes.txt").write_text("mine")
    clear(folder)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    (folder / "notes.txt").unlink()
    clear(folder)
    assert not folder.exists()


def test_a_course_survives_json(tmp_path: Path) -> None:
    course = run(Turning(), Kept(tmp_path, "key"))
    assert Course.from_dict(json.loads(json.dumps(course.as_dict()))) == course


def test_curves_stay_short_however_long_training_takes() -> None:
    curve = [(n, 1.0) for n in range(watching.POINTS + 1)]
    short = watching._thinned(curve)
    assert len(short) <= watching.POINTS and short[0] == curve[0] and short[-1] == curve[-1]


def test_nearest_words_are_those_of_the_largest_cosine_without_the_word_itself() -> None:
    rows = np.array([[1, 0], [2, 0.1], [0, 1], [0, 0]], np.float32)
    (found,) = nearest_words(rows, [0], WORDS)
    assert [word for word, _cosine in found] == ["queen", "cat", "dog"]
    assert found[0][1] == pytest.approx(0.9988, abs=1e-4)
    assert nearest_words(rows[:1], [0], WORDS[:1]) == [[]]


def test_words_to_watch_are_those_asked_for_or_frequent_ones_that_carry_meaning() -> None:
    notes: list[str] = []
    assert choose_watched(("cat", "unicorn", "cat"), WORDS, "en", notes) == ("cat",)
    assert "unicorn" in notes[0]
    chosen = choose_watched((), ("the", "and", "ship", "of", "whale", "sea", "1851"), "en", notes)
    assert chosen == ("ship", "whale")
    assert choose_watched((), ("的", "了", "宝玉", "什么"), "zh", notes) == ("宝玉",)


def test_a_device_that_a_method_cannot_use_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core import trained

    (tmp_path / "text.txt").write_text("the sea and the ship\n" * 20)
    there = choose_device("cpu")
    monkeypatch.setattr(method, "choose_device", lambda asked: replace(there, name=asked))
    spec = {"kind": "fasttext", "texts": {"paths": ["text.txt"]}, "dim": 2, "epochs": 1, "buckets": 50}
    made = trained.train(spec, tmp_path / "made", base=tmp_path, device="cuda")
    assert any("only skip-gram" in note for note in made.lock["notes"])
    made = trained.train(spec, tmp_path / "made", base=tmp_path, device="cpu")
    assert not any("only skip-gram" in note for note in made.lock["notes"])
