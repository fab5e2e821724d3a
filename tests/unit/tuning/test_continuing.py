"""Skip-gram that goes on: windows and negatives against plain loops, a step against a dense one, what is learned."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.tuning.bags import Bags
from core.tuning.checkpoints import Checkpoints
from core.tuning.continuing import NEGATIVES, Continue, Windows, kept_shares, windows, windows_of
from core.tuning.data_spec import DataSpec
from core.tuning.kinds.skipgram import Skipgram
from core.tuning.loop import TuningError, train
from core.tuning.plan import Plan
from core.tuning.table import RowTable, scale_of

DIM = 8
WORDS = 24


def bags(texts: list[list[int]]) -> Bags:
    return Bags.of(texts, np.full(len(texts), -1))


def spec_of(**changes: object) -> Skipgram:
    given = {"data": DataSpec(path="text.txt"), "batch": 64, "epochs": 3, "subsample": 0.0, "negatives": 16, **changes}
    return Skipgram.model_validate(given)


def rows(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(WORDS, DIM)).astype(np.float32)


def objective(texts: Bags, vectors: np.ndarray | None = None, valid: Bags | None = None, **changes: object) -> Continue:
    spec = spec_of(**changes)
    vectors = rows() if vectors is None else vectors
    used = np.arange(len(vectors))
    table = RowTable(vectors, used, scale=scale_of(vectors, used))
    return Continue(spec, spec.plan(), table, texts, valid or texts, seed=spec.seed)


def two_topics(n: int = 300, seed: int = 0) -> Bags:
    """Texts of words 0..9, and texts of words 10..19; words 20 to 23 occur in none."""
    random = np.random.default_rng(seed)
    return bags([random.choice(10, 8).tolist() if k % 2 else (10 + random.choice(10, 8)).tolist() for k in range(n)])


def test_windows_are_all_pairs_within_reach_and_within_a_text() -> None:
    texts = np.array([0, 0, 0, 1, 1, 2])
    first, second = windows(texts, 1, np.random.default_rng(0))
    assert sorted(zip(first.tolist(), second.tolist(), strict=True)) == [(0, 1), (1, 0), (1, 2), (2, 1), (3, 4), (4, 3)]


@given(st.lists(st.integers(0, 6), max_size=4), st.integers(1, 4), st.integers(0, 99))
def test_windows_are_those_of_a_plain_loop(lengths: list[int], window: int, seed: int) -> None:
    texts = np.repeat(np.arange(len(lengths)), lengths)
    reach = np.random.default_rng(seed).integers(1, window + 1, len(texts))
    wanted = [
        (i, j)
        for i in range(len(texts))
        for j in range(len(texts))
        if i != j and abs(i - j) <= reach[i] and texts[i] == texts[j]
    ]
    first, second = windows(texts, window, np.random.default_rng(seed))
    assert sorted(zip(first.tolist(), second.tolist(), strict=True)) == wanted


def test_words_are_kept_as_word2vec_keeps_them() -> None:
    counts = np.array([900, 99, 1, 0])
    kept = kept_shares(counts, 0.01)
    for share, count in zip(kept[:3].tolist(), counts.tolist(), strict=False):
        frequency = count / 1000
        assert share == pytest.approx(min(1, math.sqrt(0.01 / frequency) + 0.01 / frequency))
    assert (kept_shares(counts, 0) == 1).all()


def test_subsampling_and_the_drawing_of_negatives_are_those_of_gensim() -> None:
    word2vec = pytest.importorskip("gensim.models.word2vec")
    random = np.random.default_rng(0)
    texts = [(random.integers(0, WORDS, 20) * random.integers(0, 2, 20)).tolist() for _ in range(50)]
    made = objective(bags(texts), subsample=0.01, negatives=65_536)
    model = word2vec.Word2Vec(
        [[str(word) for word in text] for text in texts], min_count=1, sample=0.01, vector_size=4, epochs=1, workers=1
    )
    counts = np.bincount(np.concatenate(texts), minlength=WORDS)
    kept, shares = kept_shares(counts, 0.01), np.diff(made._cumulative, prepend=0) / made._cumulative[-1]
    theirs = np.diff(model.cum_table.astype(np.float64), prepend=0) / model.cum_table[-1]
    for place, word in enumerate(model.wv.index_to_key):
        assert kept[int(word)] == pytest.approx(model.wv.get_vecattr(word, "sample_int") / (2**32 - 1), rel=1e-5)
        assert shares[int(word)] == pytest.approx(theirs[place], abs=1e-6)


def test_every_word_of_the_text_counts_once_in_an_epoch_however_large_batches_are() -> None:
    texts = two_topics(50)
    made = objective(texts, subsample=0.01)
    for size in (1, 7, 64, 10_000):
        batches = list(made.batches(0, size))
        assert sum(len(batch) for batch in batches) <= made.examples == 400
        assert max(len(batch) for batch in batches) <= size
    assert sum(len(batch) for batch in objective(texts).batches(0, 64)) == 400


def test_chunks_of_the_text_give_the_same_pairs_as_the_whole_at_a_window_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = two_topics(40)

    def counted() -> Counter[tuple[int, ...]]:
        batches = objective(texts, window=1).batches(0, 64)
        return Counter(tuple(pair) for batch in batches for pair in batch.pairs.tolist())

    whole = counted()
    monkeypatch.setattr("core.tuning.continuing.CHUNK", 30)
    assert counted() == whole


def test_long_texts_are_cut_and_keep_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tuning.continuing.LONGEST", 3)
    made = objective(bags([[0, 1, 2, 3, 4, 5, 6], [], [7], [1, 2, 3]])).train
    assert [made.ids[a:b].tolist() for a, b in zip(made.starts[:-1], made.starts[1:], strict=True)] == [
        [0, 1, 2],
        [3, 4, 5],
        [6],
        [],
        [7],
        [1, 2, 3],
    ]
    assert made.places.tolist() == [0, 0, 0, 1, 2, 3]


def test_an_epoch_is_fixed_by_its_number_and_the_seed() -> None:
    made = objective(two_topics(20))

    def pairs(seed: int, epoch: int) -> list[list[list[int]]]:
        made.seed = seed
        return [[*batch.pairs.tolist(), batch.drawn.tolist()] for batch in made.batches(epoch, 64)]

    assert pairs(0, 0) == pairs(0, 0)
    assert pairs(0, 0) != pairs(0, 1)
    assert pairs(0, 0) != pairs(1, 0)


def test_negatives_are_drawn_by_their_counts_to_the_power_of_three_quarters() -> None:
    made = objective(bags([[0] * 81 + [1] * 16 + [2]]), negatives=65_536)
    drawn = np.bincount(made._drawn(np.random.default_rng(0)), minlength=WORDS) / 65_536
    np.testing.assert_allclose(drawn[:3], np.array([27, 8, 1]) / 36, atol=0.01)
    assert not drawn[3:].any()


def test_the_loss_and_its_gradients_are_those_of_a_loop_over_pairs() -> None:
    made = objective(two_topics(4))
    pairs = np.array([[0, 1], [0, 2], [3, 1], [0, 1]])
    drawn = np.array([1, 4, 4, 5])
    batch = windows_of(pairs, drawn, 4, 0)
    made.other.values.copy_(torch.from_numpy(rows(7)))
    loss, e, u = gradients_of(made, batch)

    centers, contexts = (table.values.clone().requires_grad_() for table in (made.table, made.other))
    wanted = torch.zeros(())
    for word, around in pairs.tolist():
        center = centers[word] / DIM**0.5
        wanted = wanted - torch.sigmoid(contexts[around] @ center).log()
        for negative in drawn.tolist():
            if negative != around:
                wanted = wanted - NEGATIVES / len(drawn) * torch.sigmoid(-contexts[negative] @ center).log()
    (wanted / len(pairs)).backward()
    assert centers.grad is not None
    assert contexts.grad is not None
    torch.testing.assert_close(loss, wanted.detach() / len(pairs))
    torch.testing.assert_close(e, centers.grad)
    torch.testing.assert_close(u, contexts.grad)


def gradients_of(made: Continue, batch: Windows) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    taken = made.table.take(batch.words, rows=True, weights=False)
    taken.other = made.other.take(batch.other_words, rows=True, weights=False)
    loss = made.loss(taken, batch)
    loss.backward()
    dense = [torch.zeros_like(table.values) for table in (made.table, made.other)]
    assert taken.vectors.grad is not None
    assert taken.other.vectors.grad is not None
    dense[0][taken.at], dense[1][taken.other.at] = taken.vectors.grad, taken.other.vectors.grad
    return loss.detach(), dense[0], dense[1]


def test_a_step_of_the_loop_is_one_of_row_wise_adagrad_on_both_tables(tmp_path: Path) -> None:
    texts = bags([[0, 1, 2, 0]])
    made = objective(texts, epochs=1, batch=64, rate=0.05, context_rate=0.3)
    made.other.values.copy_(torch.from_numpy(rows(7)))
    starts = made.table.values.clone(), made.other.values.clone()
    (batch,) = made.batches(0, 64)
    _loss, *gradients = gradients_of(made, batch)
    train(made, Checkpoints(tmp_path, "one"))
    for table, start, gradient, rate in zip((made.table, made.other), starts, gradients, (0.05, 0.3), strict=True):
        size = gradient.square().mean(1, keepdim=True).sqrt()
        torch.testing.assert_close(table.values, start - rate * gradient / (size + 1e-10))


def test_words_of_the_same_texts_come_closer_and_words_of_no_text_stay(tmp_path: Path) -> None:
    vectors = rows()
    made = objective(two_topics(), vectors, epochs=5, rate=0.1)
    start, before = made.table.values.clone(), contrast(vectors)
    trained = train(made, Checkpoints(tmp_path, "topics"))
    assert contrast(made.table.values.numpy()) > before + 0.2
    assert torch.equal(made.table.values[20:], start[20:])
    assert not made.other.values[20:].any()
    losses = [epoch.measures["loss"] for epoch in trained.epochs]
    assert losses == sorted(losses, reverse=True)


def contrast(vectors: np.ndarray) -> float:
    """By how much the cosine of two words of a topic is above that of words of two topics."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    inside = (cosines[:10, :10].sum() + cosines[10:20, 10:20].sum() - 20) / 180
    return float(inside - cosines[:10, 10:20].mean())


def test_an_anchor_holds_rows_near_their_start_and_leaves_contexts_free(tmp_path: Path) -> None:
    distances = []
    for k, strength in enumerate((0.0, 1.0)):
        made = objective(two_topics(), epochs=3, rate=0.1, strength=strength)
        start = made.table.values.clone()
        train(made, Checkpoints(tmp_path / str(k), "anchored"))
        distances.append(float((made.table.values - start).norm()))
        assert made.other.values.abs().max() > 0.1
    assert distances[1] < 0.7 * distances[0]


def test_contexts_are_learned_before_rows_move_where_the_plan_says_so(tmp_path: Path) -> None:
    made = objective(two_topics(), epochs=2)
    made.plan = Plan(rows_from=1)
    start, moved = made.table.values.clone(), []

    def look(epoch: int) -> dict[str, object]:
        moved.append((not torch.equal(made.table.values, start), bool(made.other.values.any())))
        return {}

    train(made, Checkpoints(tmp_path, "contexts"), snapshot=look)
    assert moved == [(False, False), (False, True), (True, True)]


def test_the_same_seed_trains_the_same_rows_and_another_others(tmp_path: Path) -> None:
    found = []
    for k, seed in enumerate((3, 3, 4)):
        made = objective(two_topics(40), seed=seed)
        train(made, Checkpoints(tmp_path / str(k), "seeds"), seed=seed)
        found.append(made.table.values)
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_training_that_was_broken_off_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = objective(two_topics(40))
    train(whole, Checkpoints(tmp_path / "whole", "text"))

    def stop(epoch: int) -> dict[str, object]:
        if epoch == 1:
            raise KeyboardInterrupt
        return {}

    with pytest.raises(KeyboardInterrupt):
        train(objective(two_topics(40)), Checkpoints(tmp_path / "broken", "text"), snapshot=stop)
    resumed = objective(two_topics(40))
    train(resumed, Checkpoints(tmp_path / "broken", "text"))
    assert torch.equal(resumed.table.values, whole.table.values)
    assert torch.equal(resumed.other.values, whole.other.values)


def test_texts_of_one_word_among_others_are_no_trouble(tmp_path: Path) -> None:
    made = objective(bags([[3], [0, 1], [4], [], [2, 2]]), batch=2, epochs=2)
    trained = train(made, Checkpoints(tmp_path, "single"))
    assert all(np.isfinite([epoch.loss, epoch.measures["loss"]]).all() for epoch in trained.epochs)
    assert torch.isfinite(made.table.values).all()


@pytest.mark.parametrize("part", ["train", "valid"])
def test_texts_of_one_word_only_are_refused(part: str) -> None:
    single, running = bags([[3], [4], []]), bags([[0, 1]])
    with pytest.raises(TuningError, match="no word"):
        objective(*((single, None, running) if part == "train" else (running, None, single)))


def test_validation_is_the_same_whenever_it_is_asked_and_reads_a_share_of_long_texts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = objective(two_topics(40))
    made.other.values.copy_(torch.from_numpy(rows(7)))
    assert made.validate() == made.validate()
    monkeypatch.setattr("core.tuning.continuing.VALID_WORDS", 80)
    assert len(objective(two_topics(40)).valid.ids) == 80


def test_nothing_known_is_a_loss_of_six_coins() -> None:
    # Contexts are zero: each pair and its five negatives are even bets, but for negatives that are the pair's own.
    loss = objective(two_topics(40), negatives=4096).validate()["loss"]
    assert 0.9 * 6 * math.log(2) < loss < 6 * math.log(2)


def test_a_batch_is_parted_into_its_pairs_and_told_by_its_text() -> None:
    made = objective(two_topics(10))
    batch = next(iter(made.batches(0, 64)))
    halves = made.halves(batch)
    assert halves is not None
    assert sum(len(half) for half in halves) == len(batch)
    assert np.concatenate([half.pairs for half in halves]).tolist() == batch.pairs.tolist()
    assert "rows" in made.where(batch)
    assert made.halves(windows_of(np.array([[0, 1]]), np.array([2]), 5, 0)) is None
