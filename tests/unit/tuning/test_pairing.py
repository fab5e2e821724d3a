"""Pairs: the loss against a dense reference, who is a negative, and what training does to ranks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from core.tuning.bags import Bags
from core.tuning.checkpoints import Checkpoints
from core.tuning.data import PairBags
from core.tuning.data_spec import DataSpec
from core.tuning.kinds.pairs import PairsTuning
from core.tuning.loop import train
from core.tuning.pairing import CANDIDATES, PairUp, keys_of
from core.tuning.table import RowTable, scale_of

DIM = 8


def bags(texts: list[list[int]]) -> Bags:
    return Bags.of(texts, np.full(len(texts), -1))


def pairs(first: list[list[int]], second: list[list[int]]) -> PairBags:
    return PairBags(bags(first), bags(second))


def spec_of(**changes: object) -> PairsTuning:
    given = {"data": DataSpec(path="pairs.csv"), "batch": 16, "epochs": 4, "weights": "equal", **changes}
    return PairsTuning.model_validate(given)


def objective(data: PairBags, vectors: np.ndarray, valid: PairBags | None = None, **changes: object) -> PairUp:
    spec = spec_of(**changes)
    used = np.arange(len(vectors))
    table = RowTable(vectors, used, scale=scale_of(vectors, used))
    return PairUp(spec, spec.plan(), table, data, valid or data, seed=spec.seed)


def made_pairs(n: int, seed: int = 0) -> tuple[PairBags, np.ndarray]:
    """Word k of the first side always stands with word 30 + k of the second, among words that tell nothing."""
    random = np.random.default_rng(seed)
    topics = random.integers(0, 30, n)
    first = [[int(t), *random.integers(60, 80, 2).tolist()] for t in topics]
    second = [[int(t) + 30, *random.integers(60, 80, 2).tolist()] for t in topics]
    return pairs(first, second), random.normal(size=(82, DIM)).astype(np.float32)


def one_step(made: PairUp, size: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    batch = next(iter(made.batches(0, size)))
    taken = made.table.take(batch.words, rows=True, weights=True)
    loss = made.loss(taken, batch)
    loss.backward()
    dense = torch.zeros_like(made.table.values)
    assert taken.vectors.grad is not None
    dense[taken.at] = taken.vectors.grad
    return loss.detach(), dense


def test_the_loss_and_its_gradients_are_those_of_a_dense_softmax_over_all_pairs() -> None:
    vectors = np.random.default_rng(1).normal(size=(12, DIM)).astype(np.float32)
    first, second = [[0, 1], [2], [3, 3, 4]], [[5], [6, 7], [8, 9]]
    made = objective(pairs(first, second), vectors)
    loss, gradient = one_step(made)

    rows = made.table.values.clone().requires_grad_()
    a = functional.normalize(torch.stack([rows[text].mean(0) for text in first]))
    b = functional.normalize(torch.stack([rows[text].mean(0) for text in second]))
    scores = 20 * a @ b.T
    wanted = -(scores.diag() - scores.logsumexp(1)).mean() / 2 - (scores.diag() - scores.logsumexp(0)).mean() / 2
    wanted.backward()
    assert rows.grad is not None
    torch.testing.assert_close(loss, wanted.detach())
    torch.testing.assert_close(gradient, rows.grad, atol=1e-5, rtol=1e-4)


def test_equal_second_texts_are_no_negatives_of_each_other() -> None:
    vectors = np.random.default_rng(2).normal(size=(12, DIM)).astype(np.float32)
    made = objective(pairs([[0], [1]], [[5, 6], [6, 5]]), vectors)
    loss, gradient = one_step(made)
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert not gradient.any()


def test_pairs_of_the_same_first_text_are_no_negatives_of_each_other() -> None:
    vectors = np.random.default_rng(2).normal(size=(12, DIM)).astype(np.float32)
    loss, _gradient = one_step(objective(pairs([[0], [0]], [[5], [6]]), vectors))
    assert loss.item() == pytest.approx(0, abs=1e-6)


@given(st.lists(st.lists(st.integers(0, 5), max_size=4), min_size=1, max_size=8))
def test_keys_are_equal_for_the_same_words_and_for_no_others(texts: list[list[int]]) -> None:
    keys = keys_of(pairs(texts, texts))[:, 0]
    same = np.array([[sorted(a) == sorted(b) for b in texts] for a in texts])
    np.testing.assert_array_equal(keys[:, None] == keys[None, :], same)


def test_texts_of_zero_rows_or_without_words_leave_loss_and_gradients_finite() -> None:
    vectors = np.random.default_rng(3).normal(size=(12, DIM)).astype(np.float32)
    vectors[0] = 0
    made = objective(pairs([[0], [1], []], [[5], [0, 0], [7]]), vectors)
    loss, gradient = one_step(made)
    assert torch.isfinite(loss)
    assert torch.isfinite(gradient).all()
    assert all(np.isfinite(list(made.evaluate(made.train).values())))


def test_one_text_of_a_zero_row_does_not_outweigh_all_others() -> None:
    vectors = np.random.default_rng(3).normal(size=(40, DIM)).astype(np.float32)
    vectors[0] = 0
    texts = [[k] for k in range(20)]
    _loss, gradient = one_step(objective(pairs(texts, [[k + 20] for k in range(20)]), vectors))
    assert gradient[0].norm() < 1000 * gradient[1:].norm(dim=1).median()


def test_ranks_are_those_of_a_sort_and_ties_count_against_it() -> None:
    vectors = np.eye(4, DIM, dtype=np.float32)
    # The first finds its partner at once; the second's is a text of other words; the third has no words at all.
    made = objective(pairs([[0], [1], []], [[0], [2], [1]]), vectors)
    scores = made.evaluate(made.train)
    # Of [1] the partner [2] has a cosine of 0, as has [0], and [1] is nearer: rank 3. Of [] all have 0: rank 3.
    assert scores["mrr"] == pytest.approx((1 + 1 / 3 + 1 / 3) / 3)
    assert scores["recall_1"] == pytest.approx(1 / 3)
    assert scores["recall_10"] == 1


def test_partners_of_the_same_text_are_no_rivals_in_the_ranks() -> None:
    made = objective(pairs([[0], [0], [3]], [[1], [0], [2]]), np.eye(4, DIM, dtype=np.float32))
    # The nearest to [0] is [0], which is its partner as well: only [2] can stand before [1].
    assert made.evaluate(made.train)["mrr"] == pytest.approx((1 / 2 + 1 + 1 / 3) / 3)


def test_scores_do_not_depend_on_how_ranks_are_cut_into_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    data, vectors = made_pairs(40)
    made = objective(data, vectors)
    whole = made.evaluate(data)
    monkeypatch.setattr("core.tuning.pairing.AT_ONCE", 7)
    assert made.evaluate(data) == pytest.approx(whole)


def test_of_many_pairs_a_sample_is_ranked_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    data, vectors = made_pairs(40)
    made = objective(data, vectors)
    assert "sample" not in made.told(data)
    assert CANDIDATES == 10_000
    monkeypatch.setattr("core.tuning.pairing.CANDIDATES", 10)
    assert made.told(data) == "A partner is sought among 10 texts: a sample of 40 pairs is scored."
    assert made.evaluate(data) == made.evaluate(data)


def test_no_pairs_have_no_scores() -> None:
    data, vectors = made_pairs(8)
    assert objective(data, vectors).evaluate(pairs([], [])) == {}


def test_training_lets_texts_find_their_partners_and_before_tells_how_it_was(tmp_path: Path) -> None:
    data, vectors = made_pairs(400)
    held, _vectors = made_pairs(60, seed=1)
    made = objective(data, vectors, held, epochs=8, rate=0.3)
    before = made.before(held)
    assert before == pytest.approx(made.evaluate(held))
    trained = train(made, Checkpoints(tmp_path, "pairs"))
    assert made.evaluate(held)["mrr"] > 2 * before["mrr"]
    assert made.before(held) == pytest.approx(before)
    assert set(trained.epochs[0].measures) == {"loss", "mrr", "recall_1"}
    assert trained.epochs[-1].measures["loss"] < trained.epochs[0].measures["loss"]


def test_learned_weights_make_words_that_tell_nothing_count_less(tmp_path: Path) -> None:
    data, vectors = made_pairs(400)
    made = objective(data, vectors, epochs=5, weights="learned")
    train(made, Checkpoints(tmp_path, "pairs"))
    logits = made.table.logits.numpy()
    assert logits[:60].mean() > logits[60:80].mean()
    assert made.before(data) == pytest.approx(objective(data, vectors).evaluate(data))


def test_rows_that_no_text_uses_stay_as_they_were(tmp_path: Path) -> None:
    data, vectors = made_pairs(100)
    made = objective(data, vectors, epochs=2)
    start = made.table.values.clone()
    train(made, Checkpoints(tmp_path, "pairs"))
    assert torch.equal(made.table.values[80:], start[80:])
    assert not torch.equal(made.table.values[:80], start[:80])


def test_the_same_seed_trains_the_same_rows_and_another_others(tmp_path: Path) -> None:
    data, vectors = made_pairs(100)
    found = []
    for k, seed in enumerate((3, 3, 4)):
        made = objective(data, vectors, epochs=2, seed=seed)
        train(made, Checkpoints(tmp_path / str(k), "pairs"), seed=seed)
        found.append(made.table.values)
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_training_that_was_broken_off_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    data, vectors = made_pairs(100)
    whole = objective(data, vectors, epochs=4)
    train(whole, Checkpoints(tmp_path / "whole", "pairs"))

    def stop(epoch: int) -> dict[str, object]:
        if epoch == 1:
            raise KeyboardInterrupt
        return {}

    with pytest.raises(KeyboardInterrupt):
        train(objective(data, vectors, epochs=4), Checkpoints(tmp_path / "broken", "pairs"), snapshot=stop)
    resumed = objective(data, vectors, epochs=4)
    before = resumed.before(data)
    train(resumed, Checkpoints(tmp_path / "broken", "pairs"))
    assert torch.equal(resumed.table.values, whole.table.values)
    assert resumed.before(data) == before


def test_a_batch_can_be_parted_as_long_as_each_half_has_a_negative() -> None:
    data, vectors = made_pairs(9)
    made = objective(data, vectors)
    halves = made.halves(next(iter(made.batches(0, 9))))
    assert halves is not None
    assert [len(half) for half in halves] == [4, 5]
    assert made.halves(next(iter(made.batches(0, 3)))) is None


def test_a_single_pair_is_no_batch_and_the_message_names_rows() -> None:
    data, vectors = made_pairs(5)
    made = objective(data, vectors)
    batches = list(made.batches(0, 4))
    assert [len(batch) for batch in batches] == [4]
    assert "rows" in made.where(batches[0])
    assert made.examples == 5


def test_without_validation_pairs_the_loss_is_not_known() -> None:
    data, vectors = made_pairs(5)
    made = objective(data, vectors, pairs([], []))
    made.valid = pairs([], [])
    assert np.isnan(made.validate()["loss"])
