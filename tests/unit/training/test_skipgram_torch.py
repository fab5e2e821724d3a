"""Skip-gram in matrix products takes word2vec's steps, goes on where it was, and keeps to what a device can hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.training import skipgram_torch
from core.training.contract import Ground, Start, TrainingError
from core.training.skipgram_blocks import BLOCK, Blocks, bounds_of
from core.training.skipgram_torch import SkipgramTorch, make_skipgram
from core.training.spec import TextsSpec, Word2VecSpec
from core.training.tokens import Corpus
from core.training.word2vec import make_word2vec


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Steps are small here: threads would wait for each other longer than they work."""
    usual = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(usual)


def spec(**given: Any) -> Word2VecSpec:
    chosen = {"dim": 12, "window": 3, "min_count": 1, "subsample": 0.0, "workers": 1, **given}
    return Word2VecSpec(texts=TextsSpec(paths=("a.txt",)), **chosen)


def topics(n: int = 400, seed: int = 0) -> list[list[str]]:
    """Sentences of one of two topics each, and a word of both."""
    random = np.random.default_rng(seed)
    return [[f"{'ab'[k % 2]}{i}" for i in random.integers(0, 10, 8)] + ["the"] for k in range(n)]


def made(tmp_path: Path, sentences: list[list[str]] | None = None, start: Start | None = None, **given: Any) -> Any:
    corpus = Corpus.made(tmp_path / "corpus", topics() if sentences is None else sentences)
    return make_skipgram(spec(**given), corpus, Ground(tmp_path / "work", start))


def trained(trainer: Any, epochs: int, *, since: int = 0, until: int | None = None) -> Any:
    for at in range(since, epochs * trainer.parts if until is None else until):
        trainer.part(*divmod(at, trainer.parts), epochs)
    return trainer


def blocks(ids: list[int], window: int = 3, shares: list[float] | None = None) -> Blocks:
    kept = torch.tensor(shares if shares is not None else [1.0] * (max(ids) + 1))
    return Blocks(torch.tensor(ids), kept, window, torch.Generator().manual_seed(4))


def pairs(some: Any) -> list[tuple[int, int]]:
    """All pairs of blocks, as rows of words."""
    found = []
    for b, i, j in some.pairs.nonzero().tolist():
        found.append((int(some.centers[b, i]), int(some.around[b, j])))
    return sorted(found)


# Windows.


def test_windows_hold_the_words_within_their_reach_of_the_same_sentence() -> None:
    ids = [*range(20), -1, *range(20, 23), -1, 23, -1, *range(24, 60), -1]
    found = blocks(ids)
    words = [i for i in ids if i >= 0]
    sentence = np.cumsum(np.array(ids) < 0)[np.array(ids) >= 0]
    reach = found._reach.view(-1).tolist()
    expected = [
        (words[i], words[j])
        for i in range(len(words))
        for j in range(len(words))
        if 0 < abs(i - j) <= reach[i] and sentence[i] == sentence[j]
    ]
    assert pairs(found.take(0, len(found))) == sorted(expected)
    assert set(reach) == {1, 2, 3}


def test_words_are_left_out_before_windows_are_made() -> None:
    found = blocks([0, 1, 1, 1, 2, -1], window=1, shares=[1.0, 0.0, 1.0])
    assert pairs(found.take(0, len(found))) == [(0, 2), (2, 0)]


def test_a_text_of_which_nothing_is_left_has_no_blocks() -> None:
    assert len(blocks([0, 1, -1], shares=[0.0, 0.0])) == 0


def test_every_block_comes_once_in_an_order_that_is_drawn() -> None:
    found = blocks([*range(40 * BLOCK), -1])
    assert sorted(found.order.tolist()) == list(range(40)) != found.order.tolist()


def test_parts_end_behind_sentences_and_hold_all_of_the_text() -> None:
    ids = np.array(([0] * 7 + [-1]) * 50, np.int32)
    bounds = bounds_of(ids, 6)
    assert bounds[0] == 0 and bounds[-1] == len(ids) and (np.diff(bounds) > 0).all()
    assert (ids[bounds[1:] - 1] == -1).all()


# A step.


def test_a_step_goes_against_the_gradient_of_the_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipgram_torch, "NEGATIVES", 40)
    monkeypatch.setattr(skipgram_torch, "LARGEST", 1e9)
    trainer: SkipgramTorch = made(tmp_path)
    trainer._contexts += torch.randn(trainer._contexts.shape, generator=torch.Generator().manual_seed(1)) / 4
    ids = np.array(trainer.corpus.ids()[:300], np.int64)
    some = Blocks(torch.from_numpy(ids), trainer._shares, 3, torch.Generator().manual_seed(2)).take(0, 9)
    drawn = torch.randint(trainer._most, (40,), generator=torch.Generator().manual_seed(3))
    negatives = torch.searchsorted(trainer._noise, drawn).tolist()
    rows, contexts = (table.clone().requires_grad_() for table in (trainer._rows, trainer._contexts))
    loss = torch.zeros(())
    for center, around in pairs(some):
        loss = loss - torch.nn.functional.logsigmoid(rows[center] @ contexts[around])
        for negative in negatives:
            if negative != around:
                loss = loss - 5 / 40 * torch.nn.functional.logsigmoid(-rows[center] @ contexts[negative])
    loss.backward()
    assert len(set(negatives)) < 40, "a word is drawn twice"
    trainer._step(some, 0.01, torch.Generator().manual_seed(3))
    for table, before in ((trainer._rows, rows), (trainer._contexts, contexts)):
        assert before.grad is not None
        torch.testing.assert_close(table, before.detach() - 0.01 * before.grad, rtol=1e-4, atol=1e-6)
    assert not any(curve.any() for curve in trainer._curves)


def test_steps_of_a_word_that_is_everywhere_never_run_away(tmp_path: Path) -> None:
    trainer = trained(made(tmp_path, [["a", "b"] * 200] * 10, rate=1.0, last_rate=0.9), 5)
    assert np.isfinite(trainer.rows()).all() and np.abs(trainer.rows()).max() < 100 and np.isfinite(trainer.loss())


# What is learned.


def test_words_of_a_topic_become_neighbors_and_the_loss_falls(tmp_path: Path) -> None:
    trainer = made(tmp_path, rate=0.05)
    before = trainer.loss()
    trained(trainer, 12)
    assert trainer.loss() < 0.9 * before
    rows = trainer.rows() / np.linalg.norm(trainer.rows(), axis=1, keepdims=True)
    topic = np.array([word[0] for word in trainer.corpus.words])
    cosines = rows @ rows.T
    same = topic[:, None] == topic[None]
    inner = (topic != "t")[:, None] & (topic != "t")[None] & ~np.eye(len(topic), dtype=bool)
    assert cosines[same & inner].min() > cosines[~same & inner].max()


def test_it_learns_as_much_as_gensim_does_from_the_same_text(tmp_path: Path) -> None:
    sentences = topics(1500, 5)
    ours = trained(made(tmp_path / "ours", sentences, rate=0.025), 4)
    (tmp_path / "theirs").mkdir()
    theirs = make_word2vec(spec(rate=0.025), ours.corpus, Ground(tmp_path / "theirs"))
    trained(theirs, 4)
    theirs.close()
    assert ours.loss() == pytest.approx(theirs.loss(), rel=0.03)


# What a training is made of.


def test_parts_add_up_to_all_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(skipgram_torch.PART, "cpu", 500)
    trainer = made(tmp_path)
    assert trainer.parts == 7
    assert sum(trainer.part(0, part, 1) for part in range(7)) == trainer.total == 400 * 9


def test_the_rate_falls_evenly_from_the_first_to_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipgram_torch, "PLACES", 16)
    monkeypatch.setitem(skipgram_torch.PART, "cpu", 1000)
    trainer, rates = made(tmp_path, rate=0.5, last_rate=0.1), []
    monkeypatch.setattr(trainer, "_step", lambda some, rate, random: rates.append(rate))
    trained(trainer, 2)
    assert rates[0] == pytest.approx(0.5) and rates[-1] == pytest.approx(0.1, abs=0.002)
    assert np.diff(rates).max() < 0 and np.diff(rates) == pytest.approx(-0.4 / len(rates), rel=0.2)


def test_going_on_from_what_was_kept_is_the_same_as_not_stopping(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(skipgram_torch.PART, "cpu", 1000)
    whole = trained(made(tmp_path, subsample=0.05), 3)
    first = trained(made(tmp_path, subsample=0.05), 3, until=5)
    kept = {name: array.copy() for name, array in first.state().items()}
    second = made(tmp_path, subsample=0.05)
    second.restore(kept)
    trained(second, 3, since=5)
    assert whole.rows().tobytes() == second.rows().tobytes()
    assert whole.kept()["contexts"].tobytes() == second.kept()["contexts"].tobytes()


def test_another_seed_gives_other_vectors(tmp_path: Path) -> None:
    first, second = (trained(made(tmp_path, seed=seed), 1).rows() for seed in (1, 2))
    assert not np.allclose(first, second)


def test_the_state_of_another_training_is_refused(tmp_path: Path) -> None:
    trainer = made(tmp_path)
    for state in ({}, {**trainer.state(), "rows": np.zeros((3, 12), np.float32)}):
        with pytest.raises(TrainingError, match="belongs to another"):
            trainer.restore(state)


def test_known_words_start_with_the_vectors_that_are_given(tmp_path: Path) -> None:
    usual = made(tmp_path)
    size = len(usual.corpus.words)
    known = np.arange(size) % 2 == 0
    rows = np.where(known[:, None], np.float32(3), np.float32(0)) * np.ones((size, 12), np.float32)
    trainer = made(tmp_path, start=Start(rows, known, "s", "d", {"contexts": rows * 2}))
    assert (trainer.rows()[known] == 3).all() and (trainer.kept()["contexts"][known] == 6).all()
    np.testing.assert_array_equal(trainer.rows()[~known], usual.rows()[~known])
    assert not trainer.kept()["contexts"][~known].any()


def test_vectors_of_another_width_are_refused(tmp_path: Path) -> None:
    rows = np.zeros((21, 5), np.float32)
    with pytest.raises(TrainingError, match="5 dimensions, but 12"):
        made(tmp_path, start=Start(rows, np.ones(21, bool), "s", "d"))


@pytest.mark.parametrize("given", [{"model": "cbow"}, {"loss": "hierarchical"}])
def test_what_is_not_skipgram_with_negatives_is_refused(tmp_path: Path, given: dict[str, Any]) -> None:
    with pytest.raises(TrainingError, match="only skip-gram with negative sampling"):
        made(tmp_path, **given)


def test_what_is_shown_is_not_to_be_written_to(tmp_path: Path) -> None:
    trainer = made(tmp_path)
    assert not trainer.rows().flags.writeable and not trainer.kept()["contexts"].flags.writeable


# Memory.


def test_a_batch_that_does_not_fit_is_halved_and_nothing_is_lost(tmp_path: Path, monkeypatch: Any) -> None:
    expected = made(tmp_path)
    expected._blocks = 8
    trained(expected, 2)
    trainer, step = made(tmp_path), SkipgramTorch._step

    def small(self: Any, some: Any, rate: float, random: Any) -> None:
        if len(some.centers) > 8:
            raise torch.OutOfMemoryError("out of memory")
        step(self, some, rate, random)

    monkeypatch.setattr(SkipgramTorch, "_step", small)
    trained(trainer, 2)
    assert trainer.rows().tobytes() == expected.rows().tobytes()
    assert [str(note) for note in trainer.notes] == [
        "The memory of cpu is full: batches of 256 words from then on.",
        "The memory of cpu is full: batches of 128 words from then on.",
    ]
    assert trainer.state()["blocks"].tolist() == [8]


def test_a_step_that_is_broken_off_has_moved_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    trainer = trained(made(tmp_path), 1)
    before = {name: array.copy() for name, array in trainer.state().items()}
    shortened = trainer._shortened

    def full(table: Any, *given: Any) -> Any:
        if table is trainer._contexts:
            raise torch.OutOfMemoryError("out of memory")
        return shortened(table, *given)

    monkeypatch.setattr(trainer, "_shortened", full)
    with pytest.raises(TrainingError):
        trainer.part(0, 0, 1)
    for name in ("rows", "outputs"):
        np.testing.assert_array_equal(trainer.state()[name], before[name])
    monkeypatch.undo()
    trainer._clear()
    assert not any(curve.any() for curve in trainer._curves)


def test_a_device_that_holds_not_even_a_block_is_told_in_words(tmp_path: Path, monkeypatch: Any) -> None:
    def full(*_given: Any) -> None:
        raise torch.OutOfMemoryError("out of memory")

    trainer = made(tmp_path)
    monkeypatch.setattr(trainer, "_step", full)
    with pytest.raises(TrainingError, match="not enough memory on cpu"):
        trainer.part(0, 0, 1)


def test_other_errors_are_not_taken_for_want_of_memory(tmp_path: Path, monkeypatch: Any) -> None:
    def broken(*_given: Any) -> None:
        raise RuntimeError("something else")

    trainer = made(tmp_path)
    monkeypatch.setattr(trainer, "_step", broken)
    with pytest.raises(RuntimeError, match="something else"):
        trainer.part(0, 0, 1)
    assert trainer.notes == []
