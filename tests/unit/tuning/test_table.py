"""The rows under training: a step is a dense row-wise AdaGrad's, and touches the rows of its batch alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.tuning.bags import Bags
from core.tuning.batches import batch_of
from core.tuning.compacting import compacted, sif_weights, table_of
from core.tuning.head import pooled
from core.tuning.table import SAMPLED, RowTable, scale_of
from tests.unit.tuning import made

# No text of one word alone: its weight makes no difference, and a step would follow what rounding leaves of nothing.
TEXTS = [[0, 1, 1, 7], [2, 8], [7, 3, 0], [9, 9, 10], [4, 5, 6]]


def loss_of(rows: torch.Tensor, logits: torch.Tensor, texts: list[list[int]]) -> torch.Tensor:
    """A loss on weighted means, as plain as can be: no embedding bags, no compact rows."""
    means = []
    for text in texts:
        weights = torch.sigmoid(logits[text])
        means.append((weights[:, None] * rows[text]).sum(0) / weights.sum())
    return (torch.stack(means) - 1).square().sum()


def step(table: RowTable, at: list[int], *, rate: float, weight_rate: float) -> None:
    batch = batch_of((Bags.of(TEXTS, [0] * len(TEXTS)),), np.array(at))
    taken = table.take(batch.words, rows=True, weights=True)
    (pooled(taken, batch.sides[0]) - 1).square().sum().backward()
    table.step(taken, rate, weight_rate)


@pytest.mark.parametrize("factors", [None, np.linspace(0, 3, 12).astype(np.float32)], ids=["alike", "each its own"])
def test_steps_are_those_of_a_dense_row_wise_adagrad_on_the_whole_matrix(factors: np.ndarray | None) -> None:
    table = made.table(made.vectors(words=12))
    if factors is not None:
        table.hold(factors)
    rows, logits = table.values.clone(), table.logits.clone()
    sums, logit_sums = torch.zeros(12), torch.zeros(12)
    speed = torch.ones(12) if factors is None else torch.from_numpy(factors)
    for at in ([0, 1], [2], [3, 4, 0], [0, 1, 2, 3, 4]):
        step(table, at, rate=0.1, weight_rate=0.3)

        dense, weights = rows.clone().requires_grad_(), logits.clone().requires_grad_()
        loss_of(dense, weights, [TEXTS[k] for k in at]).backward()
        assert dense.grad is not None and weights.grad is not None
        sums += dense.grad.square().mean(1)
        logit_sums += weights.grad.square()
        rows -= (0.1 * speed / (sums.sqrt() + 1e-10))[:, None] * dense.grad
        logits -= 0.3 * speed / (logit_sums.sqrt() + 1e-10) * weights.grad
        torch.testing.assert_close(table.values, rows, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(table.logits, logits, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(table.sums, sums, atol=1e-5, rtol=1e-4)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5, unique=True))
def test_a_step_changes_the_rows_of_its_batch_and_no_others(at: list[int]) -> None:
    table = made.table(made.vectors(words=12))
    before = {name: tensor.clone() for name, tensor in table.state().items()}
    step(table, at, rate=0.1, weight_rate=0.3)
    words = np.isin(np.arange(12), [row for k in at for row in TEXTS[k]])
    for name in ("values", "sums"):
        same = (table.state()[name] == before[name]).reshape(12, -1).all(1).numpy()
        np.testing.assert_array_equal(same, ~words, name)
    assert torch.equal(table.logits[~torch.from_numpy(words)], before["logits"][~torch.from_numpy(words)])
    np.testing.assert_array_equal(table.moved(), words)


def test_rows_that_are_held_stay_and_are_not_told_as_moved() -> None:
    table = made.table(made.vectors(words=12))
    factors = np.ones(12, np.float32)
    factors[[0, 7]] = 0
    table.hold(factors)
    before = table.values.clone(), table.logits.clone()
    step(table, [0, 2], rate=0.1, weight_rate=0.3)
    assert torch.equal(table.values[[0, 7]], before[0][[0, 7]]) and torch.equal(table.logits[[0, 7]], before[1][[0, 7]])
    assert np.flatnonzero(table.moved()).tolist() == [1, 3]


def test_the_first_step_of_a_row_is_as_long_as_its_rate_whatever_its_gradient() -> None:
    table = made.table(made.vectors(words=12))
    before = table.values.clone()
    for size in (1e-4, 1e4):
        taken = table.take(torch.tensor([3]), rows=True, weights=False)
        taken.vectors.grad = torch.full((1, made.DIM), size)
        table.sums.zero_()
        table.values.copy_(before)
        table.step(taken, 0.05, 0.0)
        torch.testing.assert_close(before[3] - table.values[3], torch.full((made.DIM,), 0.05))


def test_a_table_holds_the_rows_that_texts_use_divided_by_the_root_mean_square() -> None:
    rows, used = made.vectors() * 7, np.array([2, 3, 11])
    scale = scale_of(rows, np.arange(len(rows)))
    table = RowTable(rows, used, scale=scale)
    assert scale == pytest.approx(float(np.sqrt(np.square(rows).mean())), rel=1e-6)
    np.testing.assert_allclose(table.values.numpy() * scale, rows[used], rtol=1e-6)
    np.testing.assert_allclose(table.start_of(torch.tensor([2, 0])).numpy() * scale, rows[[11, 2]], rtol=1e-6)
    assert len(table) == 3 and table.dim == made.DIM and table.nbytes == 3 * (made.DIM + 3) * 4


def test_the_scale_of_nothing_and_of_zero_rows_is_one_and_many_rows_are_sampled() -> None:
    assert scale_of(np.zeros((3, 2), np.float32), np.arange(3)) == 1
    assert scale_of(np.ones((3, 2), np.float32), np.arange(0)) == 1
    assert scale_of(np.full((SAMPLED + 10, 1), 2, np.float32), np.arange(SAMPLED + 10)) == 2


def test_compacted_bags_name_the_same_words() -> None:
    first, second = Bags.of([[5, 3], [], [9]], [0, 1, 0]), Bags.of([[3, 3]], [1])
    used, (one, two) = compacted(12, [first, second])
    assert used.tolist() == [3, 5, 9] and used[one.ids].tolist() == [5, 3, 9] and used[two.ids].tolist() == [3, 3]
    assert one.starts.tolist() == first.starts.tolist() and one.labels.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    "rows, filled_rate, wanted", [("all", 3, [1, 3]), ("known", 3, [1, 0]), ("filled", 2, [0, 2]), ("all", 1, None)]
)
def test_filled_rows_and_known_ones_move_as_asked(rows: str, filled_rate: float, wanted: list[float] | None) -> None:
    used, texts = np.array([0, 5]), Bags.of([[0, 1]], [0])
    spec = made.spec(rows=rows, filled_rate=filled_rate)
    table = table_of(made.matrix(filled=(5,)), used, spec, train=[texts], device="cpu")
    assert (None if table.factors is None else table.factors.tolist()) == wanted


def test_the_scale_is_that_of_known_rows_where_there_are_any() -> None:
    rows = made.vectors()
    rows[5] = 1e6
    used, texts = np.array([0, 5]), Bags.of([[0, 1]], [0])
    table = table_of(made.matrix(rows, filled=(5,)), used, made.spec(), train=[texts], device="cpu")
    assert table.scale == pytest.approx(scale_of(rows, np.array([0])))
    alone = table_of(made.matrix(rows, filled=(5,)), np.array([5]), made.spec(), train=[texts], device="cpu")
    assert alone.scale == pytest.approx(1e6)


def test_sif_weights_are_the_matrix_s_own_or_made_from_frequencies() -> None:
    used, texts = np.array([0, 5]), [Bags.of([[0, 0, 0, 1]], [0])]
    matrix = made.matrix()
    np.testing.assert_allclose(sif_weights(matrix, used, texts), [1e-3 / (1e-3 + 0.75), 1e-3 / (1e-3 + 0.25)])
    weighed = replace(matrix, weights=np.linspace(0, 1, made.WORDS, dtype=np.float32))
    assert sif_weights(weighed, used, texts).tolist() == pytest.approx([1e-3, 5 / 49])
    table = table_of(weighed, used, made.spec(weights="sif"), train=texts, device="cpu")
    np.testing.assert_allclose(torch.sigmoid(table.logits).numpy(), [1e-3, 5 / 49], rtol=1e-4)
