"""Labelled texts: the head, the loss, class weights, and texts of which the matrix holds nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight
from torch.nn import functional

from core.tuning.bags import Bags
from core.tuning.checkpoints import Checkpoints
from core.tuning.classify import Classify, balanced
from core.tuning.head import make_head, pooled
from core.tuning.loop import train
from tests.unit.tuning import made


def trained(folder: Path, one: Classify) -> Classify:
    train(one, Checkpoints(folder, "key"), seed=one.seed)
    return one


def first_loss(one: Classify, size: int = 80) -> torch.Tensor:
    batch = next(iter(one.batches(0, size)))
    one.module.eval()
    return one.loss(one.table.take(batch.words, rows=True, weights=True), batch)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_balanced_weights_are_scikit_learns(labels: list[int]) -> None:
    found = balanced(np.array(labels, np.int32), 5)
    present = np.unique(labels)
    wanted = compute_class_weight("balanced", classes=present, y=labels)
    np.testing.assert_allclose(found[present], wanted, rtol=1e-6)
    counts = np.bincount(labels, minlength=5)
    each = (counts * found)[present]
    np.testing.assert_allclose(each, each[0], rtol=1e-5)  # every class counts the same
    assert (counts * found).sum() == pytest.approx(len(labels), rel=1e-5)
    assert np.isfinite(found).all()


def test_the_loss_counts_classes_as_asked() -> None:
    labels = [0] * 9 + [1]
    texts = Bags.of([[k] for k in range(10)], labels)
    logits, wanted = torch.tensor([2.0, -1.0]), torch.tensor(labels)
    for weights, weight in (("none", None), ("balanced", torch.tensor([10 / 18, 10 / 2]))):
        one = made.objective(train=texts, class_weights=weights)
        with torch.no_grad():
            one.module.get_parameter("classifier.bias").copy_(logits)
        expected = functional.cross_entropy(logits.expand(10, 2), wanted, weight=weight)
        torch.testing.assert_close(first_loss(one).detach(), expected)


def test_l1_adds_the_absolute_values_of_the_classifier() -> None:
    plain, with_l1 = made.objective(), made.objective(l1=0.5)
    for one in (plain, with_l1):
        with torch.no_grad():
            one.module.get_parameter("classifier.weight").fill_(-0.25)
    difference = first_loss(with_l1) - first_loss(plain)
    assert difference.item() == pytest.approx(0.5 * 0.25 * 2 * made.DIM, rel=1e-4)


def test_an_untrained_classifier_finds_all_classes_alike() -> None:
    one = made.objective()
    np.testing.assert_array_equal(one.probabilities(one.valid), np.full((20, 2), 0.5, np.float32))
    assert first_loss(one).item() == pytest.approx(np.log(2))


def test_a_text_without_a_token_that_the_matrix_holds_gets_the_bias_alone(tmp_path: Path) -> None:
    one = trained(tmp_path, made.objective(head_rate=0.1, epochs=4))
    bias = one.module.get_parameter("classifier.bias").detach()
    assert bias.any()
    wanted = torch.softmax(bias, 0).numpy()
    for texts in ([[]], [[], [3, 4], []]):  # alone in its batch, and among others
        found = one.probabilities(Bags.of(texts, [0] * len(texts)))
        np.testing.assert_allclose(found[0], wanted, rtol=1e-6)
        np.testing.assert_allclose(found[-1], wanted, rtol=1e-6)
    assert one.probabilities(Bags.of([], [])).shape == (0, 2)


def test_probabilities_do_not_depend_on_batches_and_draw_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = trained(tmp_path, made.objective(dropout=0.5, word_dropout=0.5))
    whole = one.probabilities(one.train)
    np.testing.assert_array_equal(whole, one.probabilities(one.train))
    np.testing.assert_allclose(whole.sum(axis=1), 1, rtol=1e-6)
    monkeypatch.setattr("core.tuning.classify.AT_ONCE", 7)
    np.testing.assert_allclose(one.probabilities(one.train), whole, rtol=1e-5)


def test_validation_tells_loss_accuracy_and_f1(tmp_path: Path) -> None:
    one = trained(tmp_path, made.objective(epochs=4, rate=0.2, head_rate=0.05))
    found, labels = one.probabilities(one.valid), one.valid.labels
    told = one.validate()
    assert told["accuracy"] == pytest.approx((found.argmax(axis=1) == labels).mean())
    assert told["loss"] == pytest.approx(-np.log(found[np.arange(20), labels]).mean(), rel=1e-5)
    np.testing.assert_array_equal(one.last_found, found.argmax(axis=1))
    empty = made.objective(valid=Bags.of([], []))
    assert np.isnan(empty.validate()["loss"])


def test_the_head_is_linear_in_the_mean() -> None:
    transform = np.random.default_rng(0).standard_normal((3, made.DIM)).astype(np.float32)
    head = make_head(made.DIM, 4, transform=transform, dropout=0.0, device="cpu")
    with torch.no_grad():
        head.get_parameter("classifier.weight").normal_()
    x, y = torch.randn(2, made.DIM), torch.randn(2, made.DIM)
    torch.testing.assert_close(head(x + y) - head(y), head(x) - head(torch.zeros_like(x)), atol=1e-5, rtol=1e-4)
    assert head(x).shape == (2, 4)
    assert torch.equal(head.get_parameter("transform.weight"), torch.from_numpy(transform))


def test_learned_weights_make_words_that_tell_nothing_count_less(tmp_path: Path) -> None:
    one = trained(tmp_path, made.objective(train=made.bags(200), epochs=8, weight_rate=1.0, head_rate=0.05))
    logits = one.table.logits.numpy()
    assert logits[:40].mean() > logits[40 : made.USED].mean()
    assert not logits[made.USED :].any()


def test_weights_that_are_not_learned_stay(tmp_path: Path) -> None:
    one = trained(tmp_path, made.objective(weights="equal"))
    assert not one.table.logits.any() and not one.table.logit_sums.any()


def test_halves_have_the_texts_of_a_batch_between_them_and_rows_are_named_from_one() -> None:
    texts = Bags.of([[k] for k in range(10)], np.arange(10) % 2, np.arange(10) + 1500)
    one = made.objective(train=texts)
    batch = next(iter(one.batches(0, 7)))
    parts = one.halves(batch)
    assert parts is not None and [len(part) for part in parts] == [3, 4]
    assert np.concatenate([part.at for part in parts]).tolist() == batch.at.tolist()
    assert one.halves(next(iter(one.batches(0, 1)))) is None
    named = one.where(batch)
    assert f"{int(batch.at[0]) + 1501:,}" in named and f"{int(batch.at[5]) + 1501:,}" not in named


def test_a_batch_of_texts_without_words_has_a_loss_and_gradients() -> None:
    one = made.objective(train=Bags.of([[], []], [0, 1]), dropout=0.0)
    batch = next(iter(one.batches(0, 2)))
    taken = one.table.take(batch.words, rows=True, weights=True)
    assert not pooled(taken, batch.sides[0]).any()
    loss = one.loss(taken, batch)
    loss.backward()
    one.table.step(taken, 0.1, 0.1)
    assert torch.isfinite(loss) and not one.table.moved().any()
