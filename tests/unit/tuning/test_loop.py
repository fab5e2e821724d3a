"""The loop: what ends it, what it keeps, and that a break, wherever it falls, changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.messages import speaking
from core.progress import Cancelled
from core.tuning.bags import Bags
from core.tuning.checkpoints import LIVE, STATE, Checkpoints, clear
from core.tuning.classify import Classify
from core.tuning.loop import TuningError, train
from core.workspace.state_files import read_json
from tests.unit.tuning import made


def trained(folder: Path, kind: str = "full", **more: Any) -> tuple[Classify, Any]:
    names = ("snapshot", "finish", "progress", "live", "most")
    called = {name: more.pop(name) for name in names if name in more}
    one = made.objective(kind, **more)
    return one, train(one, Checkpoints(folder, "key"), seed=one.seed, **called)


def bytes_of(one: Classify) -> bytes:
    tensors = [*one.table.state().values(), *one.module.state_dict().values()]
    return b"".join(tensor.detach().numpy().tobytes() for tensor in tensors)


@dataclass
class Stop:
    """Breaks training off at the step, of all, of this number."""

    at: int
    steps: int = field(default=0)

    def __call__(self, stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        self.steps += 1
        if self.steps == self.at:
            raise Cancelled


def test_training_lowers_the_loss_and_ends_with_its_best_epoch(tmp_path: Path) -> None:
    one, found = trained(tmp_path, epochs=4, rate=0.1, head_rate=0.05)
    losses = [epoch.measures["loss"] for epoch in found.epochs]
    assert losses[-1] < losses[0] and found.best == int(np.argmin(losses)) and found.stopped == "epochs"
    assert one.validate()["loss"] == pytest.approx(losses[found.best], rel=1e-6)
    assert [epoch.examples for epoch in found.epochs] == [80] * 4 and found.per_second > 0
    assert [epoch.rate for epoch in found.epochs] == pytest.approx([0.75, 0.5, 0.25, 0])
    done, values = zip(*found.steps, strict=True)
    assert list(done) == sorted(set(done)) and done[-1] == 320 and np.isfinite(values).all()


def test_the_best_epoch_is_taken_though_later_ones_are_worse(tmp_path: Path) -> None:
    one = made.objective(epochs=20, patience=2, rate=1.0, head_rate=0.1)
    wrong = one.valid.labels ^ 1  # what training makes better makes the validation worse
    one.valid = Bags(one.valid.ids, one.valid.starts, wrong, one.valid.places)
    kept: dict[int, bytes] = {}
    found = train(one, Checkpoints(tmp_path, "key"), snapshot=lambda epoch: kept.update({epoch: bytes_of(one)}) or {})
    assert found.stopped == "patience" and len(found.epochs) == found.best + 3
    assert bytes_of(one) == kept[found.best] != kept[found.epochs[-1].number]


@pytest.mark.parametrize("kind", ["full", "anchored", "gradual", "project", "probe"])
def test_a_training_that_was_broken_off_in_an_epoch_ends_in_the_same_bytes(kind: str, tmp_path: Path) -> None:
    """With Adam's state, with dropout, with weights that are learned, whichever part had joined by then."""
    options: dict[str, Any] = {"epochs": 4, "dropout": 0.3, "word_dropout": 0.2, "l1": 1e-4}
    options |= {"rows_from": 2} if kind == "gradual" else {"width": 4} if kind == "project" else {}
    whole, wanted = trained(tmp_path / "whole", kind, **options)
    for at in (3, 7, 14):  # an epoch has five steps
        folder = tmp_path / str(at)
        with pytest.raises(Cancelled):
            trained(folder, kind, progress=Stop(at), **options)
        resumed, found = trained(folder, kind, **options)
        assert bytes_of(resumed) == bytes_of(whole), at
        assert found.best == wanted.best and found.stopped == wanted.stopped and found.steps == wanted.steps
        assert [e.measures for e in found.epochs] == [e.measures for e in wanted.epochs]


def test_a_training_that_is_over_is_not_trained_again(tmp_path: Path) -> None:
    one, found = trained(tmp_path)
    again, same = trained(tmp_path, progress=Stop(1))
    assert bytes_of(again) == bytes_of(one) and same.epochs == found.epochs and same.stopped == found.stopped


def test_what_watchers_see_has_every_epoch_once_also_after_a_break(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        trained(tmp_path, epochs=4, progress=Stop(12), snapshot=lambda epoch: {"seen": epoch})
    trained(tmp_path, epochs=4, snapshot=lambda epoch: {"seen": epoch}, live={"unit": "texts"})
    live = read_json(tmp_path / LIVE)
    assert live is not None and live["seen"] == [-1, 0, 1, 2, 3] and live["unit"] == "texts"
    assert len(live["epochs"]) == 4 and live["best"] >= 0


def test_what_was_seen_of_other_words_is_dropped_and_all_else_goes_on(tmp_path: Path) -> None:
    options: dict[str, Any] = {"epochs": 4, "snapshot": lambda epoch: {"seen": epoch}}
    with pytest.raises(Cancelled):
        trained(tmp_path, progress=Stop(12), live={"watched": ["a"]}, **options)
    trained(tmp_path, live={"watched": ["b", "c"]}, **options)
    live = read_json(tmp_path / LIVE)
    assert live is not None and live["seen"] == [2, 3] and len(live["epochs"]) == 4 and live["watched"] == ["b", "c"]


def test_live_json_is_strict_json_at_all_times_and_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tuning.loop.LIVE_SECONDS", 0)
    seen: list[int] = []

    def look(*_told: Any, **_more: Any) -> None:
        def refuse(name: str) -> None:
            raise AssertionError(name)

        live = json.loads((tmp_path / LIVE).read_text(), parse_constant=refuse)
        assert isinstance(live["best"], int) and isinstance(live["steps"], list)
        seen.append(len(live["epochs"]))

    # Without validation texts there is no validation loss to tell.
    trained(tmp_path, valid=Bags.of([], []), progress=look)
    look()
    assert len(seen) == 16 and seen == sorted(seen) and seen[-1] == 3


def test_without_validation_texts_the_training_loss_says_which_epoch_is_the_best(tmp_path: Path) -> None:
    options: dict[str, Any] = {"valid": Bags.of([], []), "epochs": 4}
    _one, found = trained(tmp_path, **options)
    assert found.best == int(np.argmin([epoch.loss for epoch in found.epochs]))
    with pytest.raises(Cancelled):
        trained(tmp_path / "broken", progress=Stop(12), **options)
    _two, again = trained(tmp_path / "broken", **options)
    assert again.best == found.best and again.stopped == found.stopped


def test_no_epoch_is_the_best_before_the_rows_have_joined(tmp_path: Path) -> None:
    one, found = trained(tmp_path, "gradual", epochs=5, rows_from=3, head_rate=0.05)
    assert found.best >= 3
    assert not np.array_equal(one.table.values.numpy(), made.table().values.numpy())


def test_rows_and_layer_join_one_after_the_other(tmp_path: Path) -> None:
    seen: list[tuple[np.ndarray, np.ndarray]] = []
    one = made.objective("gradual", epochs=3, rows_from=2)

    def look(epoch: int) -> dict[str, Any]:
        layer = one.module.get_parameter("transform.weight").detach().numpy().copy()
        seen.append((one.table.values.numpy().copy(), layer))
        return {}

    train(one, Checkpoints(tmp_path, "key"), snapshot=look)
    start, first, second, third = seen
    assert np.array_equal(start[0], first[0]) and np.array_equal(start[1], first[1])
    assert np.array_equal(first[0], second[0]) and not np.array_equal(first[1], second[1])
    assert not np.array_equal(second[0], third[0])


def test_epochs_that_end_before_the_rows_join_are_a_clear_error_also_after_a_break(tmp_path: Path) -> None:
    for _time in range(2):
        with pytest.raises(TuningError, match=r"the rows join at epoch 4, and there are 3 epochs\. Give more epochs"):
            trained(tmp_path, "gradual", rows_from=4)


def test_a_loss_that_is_not_a_number_names_the_rows_of_its_batch(tmp_path: Path) -> None:
    texts, labels = made.texts(40)
    texts[7] = [48]
    one = made.objective(train=Bags.of(texts, labels, np.arange(40) + 100), batch=4)
    one.table.values[48] = float("inf")  # no matrix holds such a row, but a step may make one
    with pytest.raises(TuningError, match=r"the loss is not a number any more, in epoch 1") as caught:
        train(one, Checkpoints(tmp_path, "key"))
    assert caught.value.where is not None and "108" in caught.value.where
    assert "Lower the rates" in str(caught.value)


class FullDevice:
    """Has no room for more texts than `most` at once."""

    def __init__(self, one: Classify, most: int, refusal: RuntimeError | None = None) -> None:
        self.loss, self.most, self.sizes = one.loss, most, []
        self.refusal = refusal or torch.OutOfMemoryError()
        one.loss = self.refusing  # type: ignore[method-assign]

    def refusing(self, taken: Any, batch: Any) -> torch.Tensor:
        self.sizes.append(len(batch))
        if len(batch) > self.most:
            raise self.refusal
        return self.loss(taken, batch)


@pytest.mark.parametrize(
    "refusal",
    [torch.OutOfMemoryError(), RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`")],
    ids=["PyTorch", "cuBLAS"],
)
def test_a_batch_that_does_not_fit_is_halved_and_so_are_those_that_follow(
    tmp_path: Path, refusal: RuntimeError
) -> None:
    one = made.objective(epochs=2, batch=16)
    device = FullDevice(one, 8, refusal)
    found = train(one, Checkpoints(tmp_path, "key"))
    assert device.sizes[:3] == [16, 8, 8] and max(device.sizes[1:]) == 8
    assert [epoch.examples for epoch in found.epochs] == [80, 80]
    text = "The batch of 16 does not fit into the memory of cpu: batches of 8 from then on."
    assert found.notes == (text,)


def test_what_was_halved_stays_so_after_a_break_and_it_is_still_said(tmp_path: Path) -> None:
    one = made.objective(epochs=3, batch=16)
    FullDevice(one, 5)
    whole = train(one, Checkpoints(tmp_path / "whole", "key"))
    broken = made.objective(epochs=3, batch=16)
    FullDevice(broken, 5)
    with pytest.raises(Cancelled):
        train(broken, Checkpoints(tmp_path / "broken", "key"), progress=Stop(9))
    resumed = made.objective(epochs=3, batch=16)
    FullDevice(resumed, 5)
    found = train(resumed, Checkpoints(tmp_path / "broken", "key"))
    assert found.notes == whole.notes and len(found.notes) == 2
    assert bytes_of(resumed) == bytes_of(one)


def test_one_text_that_does_not_fit_is_an_error_that_says_where_to_train(tmp_path: Path) -> None:
    one = made.objective(batch=2)
    FullDevice(one, 0)
    with pytest.raises(TuningError, match=r"not enough memory on cpu for a single example.*--device cpu"):
        train(one, Checkpoints(tmp_path, "key"))


def test_the_best_epoch_so_far_can_be_taken(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        trained(tmp_path, epochs=4, progress=Stop(13))
    one, found = trained(tmp_path, epochs=4, finish=True)
    assert found.stopped == "asked" and len(found.epochs) == 2
    assert one.validate()["loss"] == pytest.approx(found.epochs[found.best].measures["loss"], rel=1e-6)


def test_it_ends_after_so_many_epochs_on_the_way_of_a_longer_training(tmp_path: Path) -> None:
    _one, long = trained(tmp_path / "long", epochs=4)
    _one, short = trained(tmp_path / "short", epochs=4, most=2)
    assert short.stopped == "asked" and long.stopped == "epochs" and len(short.epochs) == 2
    assert [one.measures for one in short.epochs] == [one.measures for one in long.epochs[:2]]


@pytest.mark.parametrize("at", [3, 8], ids=["before the first epoch", "before rows have joined"])
def test_where_there_is_nothing_to_take_it_is_said(at: int, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        trained(tmp_path, "gradual", epochs=4, progress=Stop(at))
    with pytest.raises(TuningError, match="nothing to take"):
        trained(tmp_path, "gradual", epochs=4, finish=True)


def test_checkpoints_of_another_key_are_not_gone_on_from(tmp_path: Path) -> None:
    one = made.objective()
    train(one, Checkpoints(tmp_path, "one"))
    assert Checkpoints(tmp_path, "one").last is not None and Checkpoints(tmp_path, "other").last is None
    other = made.objective(seed=5)
    found = train(other, Checkpoints(tmp_path, "other"), seed=5)
    assert len(found.epochs) == 3 and bytes_of(other) != bytes_of(one)


@pytest.mark.parametrize("broken", ["no file", "half a file", "half a state", "a part", "a number"])
def test_half_written_checkpoints_are_not_gone_on_from(broken: str, tmp_path: Path) -> None:
    one, _found = trained(tmp_path / "whole")
    folder = tmp_path / "broken"
    with pytest.raises(Cancelled):
        trained(folder, progress=Stop(13))
    last = Checkpoints(folder, "key").last
    file, state = folder / f"epoch-{last}.safetensors", folder / STATE
    if broken == "no file":
        file.unlink()
    elif broken == "half a file":
        file.write_bytes(file.read_bytes()[:-100])
    elif broken == "half a state":
        state.write_text(state.read_text()[:-20])
    elif broken == "a number":
        state.write_text("7")
    else:
        (folder / "epoch-9.part").write_bytes(b"\x00")
    assert (Checkpoints(folder, "key").last is None) == (broken != "a part")
    again, _same = trained(folder)
    assert bytes_of(again) == bytes_of(one)


def test_the_last_and_the_best_checkpoints_are_kept_and_no_others(tmp_path: Path) -> None:
    _one, found = trained(tmp_path, epochs=4)
    names = {path.name for path in tmp_path.glob("epoch-*")}
    assert names == {f"epoch-{k}.safetensors" for k in (found.best, 3)}
    from safetensors.torch import load_file

    kept = load_file(tmp_path / "epoch-3.safetensors")
    assert {"values", "sums", "logits", "logit_sums", "head.classifier.weight", "adam.0.exp_avg"} <= set(kept)


def test_clearing_removes_what_trainings_keep_and_nothing_else(tmp_path: Path) -> None:
    trained(tmp_path / "seed-0", epochs=2)
    mine = tmp_path / "random" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    clear(tmp_path)
    left = [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))]
    assert left == [
        "random",
        "random/notes.txt",
    ]


def test_a_matrix_a_thousand_times_as_large_trains_to_rows_a_thousand_times_as_large(tmp_path: Path) -> None:
    rows = made.vectors()
    small, found = trained(tmp_path / "1", rows=rows, dropout=0.0)
    large, same = trained(tmp_path / "1000", rows=rows * 1000, dropout=0.0)
    assert large.table.scale == pytest.approx(1000 * small.table.scale, rel=1e-5)
    ends = [one.table.values.numpy() * one.table.scale for one in (small, large)]
    np.testing.assert_allclose(ends[1], 1000 * ends[0], rtol=1e-3, atol=1000 * small.table.scale * 1e-3)
    assert same.epochs[-1].loss == pytest.approx(found.epochs[-1].loss, rel=1e-3)


def test_anchored_rows_stay_nearer_to_their_start(tmp_path: Path) -> None:
    start = made.table().values
    away = []
    for k, strength in enumerate((1e-4, 1.0, 100.0)):
        one, _found = trained(tmp_path / str(k), "anchored", epochs=4, strength=strength, rate=0.2, head_rate=0.05)
        away.append(float((one.table.values - start).norm()))
    assert away[0] > away[1] > away[2] > 0


def test_a_message_of_progress_is_told_in_the_reader_s_language(tmp_path: Path) -> None:
    told: list[tuple[int, int | None, str]] = []
    with speaking("en"):
        trained(
            tmp_path, progress=lambda stage, done, total=None, unit="", message="": told.append((done, total, message))
        )
    assert [one[0] for one in told] == [16 * k for k in range(1, 16)] and {one[1] for one in told} == {240}
    assert told[0][2] == "epoch 1 of at most 3"


def test_threads_are_as_before_after_training(tmp_path: Path) -> None:
    usual = torch.get_num_threads()
    trained(tmp_path, progress=lambda *_a, **_k: None)
    assert torch.get_num_threads() == usual
