from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.training import glove as glove_module
from core.training import glove_torch
from core.training.contract import Ground, Start
from core.training.cooccurrence import count_cooccurrences
from core.training.glove import Glove, Work, make_glove
from core.training.glove_kernels import place_of
from core.training.glove_torch import TorchGlove
from core.training.spec import GloveSpec, TextsSpec
from core.training.tokens import Corpus

torch = pytest.importorskip("torch")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    rng = np.random.default_rng(0)
    sentences = [[f"w{min(i, 150)}" for i in rng.zipf(1.4, 12)] for _sentence in range(500)]
    return Corpus.made(tmp_path / "corpus", sentences)


def work(corpus: Corpus, folder: Path, start: Start | None = None, **settings: Any) -> Work:
    plain: dict[str, Any] = {"dim": 10, "window": 5, "workers": 1, "min_count": 1}
    spec = GloveSpec(texts=TextsSpec(paths=("text.txt",)), **plain | settings)
    table = count_cooccurrences(corpus, folder, window=spec.window)
    return Work.of(spec, len(corpus.words), table, Ground(folder, start))


def epochs(trainer: Any, first: int, last: int) -> Any:
    for epoch in range(first, last):
        assert sum(trainer.part(epoch, part, last) for part in range(trainer.parts)) == trainer.total
    return trainer


def test_it_reaches_the_cost_of_the_compiled_loop(corpus: Corpus, tmp_path: Path) -> None:
    ours = epochs(Glove(work(corpus, tmp_path)), 0, 10)
    torchs = epochs(TorchGlove(work(corpus, tmp_path), "cpu"), 0, 10)
    assert torchs.cost == pytest.approx(ours.cost, rel=0.01)
    assert torchs.loss() == pytest.approx(ours.loss(), rel=0.03)


def test_batches_of_one_are_the_compiled_loop(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Corpus.made(tmp_path / "small", corpus.sample(5))
    monkeypatch.setattr(glove_torch, "FEWEST", 1)
    monkeypatch.setattr(glove_torch, "MOST", 1)
    trainer = TorchGlove(work(small, tmp_path / "g", rate=0.001), "cpu")
    trainer._bias_squares += 1e4
    ours = Glove(work(small, tmp_path / "g", rate=0.001))
    ours._work.parameters.biases[:, 1] = 1e4
    epochs(ours, 0, 1)
    epochs(trainer, 0, 1)
    # A batch divides by the root of its own squares too, which small steps don't see.
    assert trainer.rows() == pytest.approx(ours.rows(), abs=1e-5)
    assert trainer.kept()["word_biases"] == pytest.approx(ours.kept()["word_biases"], abs=1e-4)


def test_its_order_is_that_of_the_compiled_loop(corpus: Corpus, tmp_path: Path) -> None:
    turns = work(corpus, tmp_path).deck.turns(3, 0)
    wanted = [place_of(turn, turns.bits, turns.keys) for turn in range(turns.first, turns.last)]
    found = glove_torch._places(turns, torch.device("cpu")).tolist()
    assert found == [place for place in wanted if place < len(turns.cells)]


def test_states_pass_between_devices(corpus: Corpus, tmp_path: Path) -> None:
    first = epochs(Glove(work(corpus, tmp_path)), 0, 1)
    second = TorchGlove(work(corpus, tmp_path), "cpu")
    second.restore(first.state())
    assert np.array_equal(second.rows(), first.rows())
    before = second.loss()
    assert before == first.loss()
    epochs(second, 1, 2)
    assert second.loss() < before
    third = Glove(work(corpus, tmp_path))
    third.restore(second.state())
    assert np.array_equal(third.rows(), second.rows())
    assert third.kept().keys() == second.kept().keys()


def test_a_strong_anchor_holds_known_words(corpus: Corpus, tmp_path: Path) -> None:
    known = np.arange(len(corpus.words)) < 20
    rows = (np.random.default_rng(5).normal(size=(len(corpus.words), 10)) * known[:, None]).astype(np.float32)
    start = Start(rows, known, "old.npy", "00")
    off = []
    for anchor in (0.0, 1000.0):
        trainer = epochs(TorchGlove(work(corpus, tmp_path, start, anchor=anchor), "cpu"), 0, 3)
        off.append(np.linalg.norm((trainer.rows() - rows)[:20], axis=1).max())
        assert np.isfinite(trainer.rows()).all()
    assert off[1] < 0.15 < off[0]


def test_what_is_no_number_is_passed_over(corpus: Corpus, tmp_path: Path) -> None:
    trainer = TorchGlove(work(corpus, tmp_path), "cpu")
    trainer._vectors[0, 0] = float("inf")
    epochs(trainer, 0, 1)
    assert np.isfinite(trainer.rows()[1:]).all()


def test_a_gpu_is_asked_for_by_name(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(glove_torch, "TorchGlove", lambda work, device: asked.append(device))
    spec = work(corpus, tmp_path).spec
    make_glove(spec, corpus, Ground(tmp_path / "g", device="cuda:0"))
    assert asked == ["cuda:0"]
    assert isinstance(make_glove(spec, corpus, Ground(tmp_path / "g", device="mps")), glove_module.Glove)
