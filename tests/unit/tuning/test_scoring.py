"""Scores are scikit-learn's where it has them, and calibration is Guo's by hand."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from core.evaluation.resampling import accuracy_draws, interval_of
from core.tuning.scoring import (
    MEASURES,
    correct_of,
    mean_draws,
    over_seeds,
    over_texts,
    right_shares,
    score,
    score_predictions,
)

CLASSES = ("a", "b", "c", "d")


def made(n: int, k: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that lean towards the labels, and the labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, k, n).astype(np.int32)
    logits = rng.standard_normal((n, k)) + 1.5 * np.eye(k)[labels]
    p = np.exp(logits)
    return (p / p.sum(axis=1, keepdims=True)).astype(np.float32), labels


@given(st.integers(1, 80), st.integers(2, 4), st.integers(0, 1000))
def test_scores_are_those_of_scikit_learn(n: int, k: int, seed: int) -> None:
    p, labels = made(n, k, seed)
    found, guessed, here = score(p, labels, CLASSES[:k]), p.argmax(axis=1), np.unique(labels)
    macro = {"labels": here, "average": "macro", "zero_division": 0.0}
    assert found.accuracy == pytest.approx(metrics.accuracy_score(labels, guessed))
    assert found.precision == pytest.approx(metrics.precision_score(labels, guessed, **macro))
    assert found.recall == pytest.approx(metrics.recall_score(labels, guessed, **macro))
    assert found.macro_f1 == pytest.approx(metrics.f1_score(labels, guessed, **macro))
    assert found.nll == pytest.approx(metrics.log_loss(labels, p, labels=range(k)), rel=1e-5)
    assert np.array_equal(found.confusion, metrics.confusion_matrix(labels, guessed, labels=range(k)))
    assert found.texts == n == sum(one.support for one in found.per_class) == sum(one.texts for one in found.bins)
    assert found.accuracy == pytest.approx(correct_of(p, labels).mean())


def test_the_table_of_classes_is_scikit_learns() -> None:
    p, labels = made(200, 4)
    table = score(p, labels, CLASSES).per_class
    expected: Any = metrics.precision_recall_fscore_support(labels, p.argmax(axis=1))
    measured: Any = [(one.precision, one.recall, one.f1, one.support) for one in table]
    assert [one.name for one in table] == list(CLASSES)
    assert np.allclose(measured, np.transpose(expected))


def test_classes_that_do_not_occur_in_the_test_do_not_count() -> None:
    found = score_predictions(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1]), CLASSES)
    assert found.recall == pytest.approx((1 + 0.5) / 2) and found.precision == 1.0
    absent = found.per_class[2]
    assert (absent.precision, absent.recall, absent.f1, absent.support, absent.predicted) == (None, None, None, 0, 1)


def test_calibration_error_is_the_gap_of_each_bin_weighted_by_its_texts() -> None:
    # Bins of 1/15: .95 and .99 are in the last, .55 and .59 in the ninth (.533 to .6).
    sure = np.array([0.95, 0.99, 0.55, 0.59])
    p = np.stack([sure, 1 - sure], axis=1).astype(np.float32)
    found = score(p, np.array([0, 1, 0, 0]), CLASSES[:2])
    last, ninth = abs(0.97 - 0.5), abs(0.57 - 1.0)
    assert found.ece == pytest.approx(0.5 * last + 0.5 * ninth, abs=1e-6)
    assert [i for i, one in enumerate(found.bins) if one.texts] == [8, 14]
    assert found.bins[8].confidence == pytest.approx(0.57) and found.bins[8].accuracy == 1.0
    assert found.bins[0].confidence is None and found.bins[0].accuracy is None


def test_a_confidence_on_an_edge_belongs_to_the_bin_below() -> None:
    p = np.full((1, 5), 0.2, np.float32)
    found = score(p, np.array([0]), tuple("abcde"))
    assert [i for i, one in enumerate(found.bins) if one.texts] == [2]
    assert found.bins[2].high == pytest.approx(0.2)


def test_sure_and_right_is_perfectly_calibrated_and_sure_and_wrong_costs_a_finite_likelihood() -> None:
    p = np.eye(2, dtype=np.float32)
    right, wrong = score(p, np.array([0, 1]), CLASSES[:2]), score(p, np.array([1, 0]), CLASSES[:2])
    assert (right.accuracy, right.ece, right.nll) == (1.0, 0.0, 0.0)
    assert (wrong.accuracy, wrong.ece) == (0.0, 1.0) and wrong.nll == pytest.approx(-math.log(2**-23))


def test_predictions_without_probabilities_have_no_likelihood_and_no_calibration() -> None:
    p, labels = made(50, 3)
    full, bare = score(p, labels, CLASSES[:3]), score_predictions(p.argmax(axis=1), labels, CLASSES[:3])
    assert bare.nll is None and bare.ece is None and bare.bins == ()
    assert bare.per_class == full.per_class and bare.macro_f1 == full.macro_f1


def test_scores_are_json() -> None:
    told = json.loads(json.dumps(score(*made(30, 3), CLASSES[:3]).as_dict(), allow_nan=False))
    assert set(MEASURES) <= set(told) and len(told["confusion"]) == 3 and len(told["bins"]) == 15
    assert told["per_class"][0]["name"] == "a"


@pytest.mark.parametrize(
    ("p", "labels", "says"),
    [
        (np.ones((0, 2)), [], "no texts"),
        (np.full((1, 2), 0.5), [2], "labels from 2"),
        (np.full((1, 2), 0.5), [-1], "labels from -1"),
        (np.full((2, 2), 0.5), [0], "shape"),
        (np.full((1, 2), np.nan), [0], "add up to 1"),
        (np.full((1, 2), 0.7), [0], "add up to 1"),
        (np.array([[1.5, -0.5]]), [0], "add up to 1"),
    ],
)
def test_what_is_no_probabilities_is_refused(p: np.ndarray, labels: list[int], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        score(p, np.array(labels, np.int32), ("a", "b"))
    with pytest.raises(ValueError, match="predictions"):
        score_predictions(np.array([0]), np.array([0, 1]), ("a", "b"))


def test_over_seeds_is_students_interval() -> None:
    runs = [score(*made(200, 3, seed), CLASSES[:3]) for seed in range(5)]
    found = over_seeds(runs)
    values = [one.accuracy for one in runs]
    low, high = stats.t.interval(0.95, 4, np.mean(values), stats.sem(values))
    assert found["accuracy"] == pytest.approx((np.mean(values), low, high))
    assert set(found) == set(MEASURES)


def test_one_seed_has_no_interval_and_bounds_stay_where_a_measure_can_be() -> None:
    one = score_predictions(np.array([0, 1]), np.array([0, 1]), CLASSES[:2])
    other = score_predictions(np.array([0, 0]), np.array([0, 1]), CLASSES[:2])
    assert over_seeds([one])["accuracy"] == (1.0, None, None)
    assert over_seeds([one, other])["accuracy"] == (0.75, 0.0, 1.0)
    assert over_seeds([one, one])["accuracy"] == (1.0, 1.0, 1.0)
    assert set(over_seeds([one])) == set(MEASURES) - {"nll", "ece"} and over_seeds([]) == {}


def test_the_draws_of_texts_are_distributed_as_those_of_the_evaluation() -> None:
    values = np.repeat([0.0, 0.2, 1.0], [30, 50, 120])
    ours = mean_draws(values, resamples=20_000)
    theirs = accuracy_draws(values, None, resamples=20_000, seed=0)
    assert ours.mean() == pytest.approx(theirs.mean(), abs=1e-3)
    assert ours.std() == pytest.approx(theirs.std(), rel=0.03)
    assert interval_of(ours) == pytest.approx(interval_of(theirs), abs=4e-3)


def test_a_text_counts_as_often_as_seeds_were_right() -> None:
    runs = [np.array([True, True, False]), np.array([True, False, False])]
    assert right_shares(runs).tolist() == [1.0, 0.5, 0.0]
    assert right_shares(np.array(runs)).tolist() == [1.0, 0.5, 0.0]
    assert right_shares(runs[0]).tolist() == [1.0, 1.0, 0.0]
    with pytest.raises(ValueError, match="can't be averaged"):
        right_shares([np.ones(2, bool), np.ones(3, bool)])
    with pytest.raises(ValueError, match="can't be averaged"):
        right_shares([])


def test_the_interval_over_texts_holds_the_accuracy_and_few_texts_have_none() -> None:
    correct = np.arange(400) % 4 > 0
    found = over_texts(correct)
    assert found is not None and found.low < 0.75 < found.high
    assert found.high - found.low == pytest.approx(2 * 1.96 * math.sqrt(0.75 * 0.25 / 400), rel=0.1)
    assert over_texts([correct, correct]) == found == over_texts(correct)
    assert over_texts(np.ones(9, bool)) is None
    assert np.isnan(mean_draws([1.0], resamples=5)).all()


def test_a_million_texts_are_drawn_in_little_memory() -> None:
    found = over_texts(np.arange(1_000_000) % 10 > 0)
    assert found is not None and found.high - found.low == pytest.approx(0.00118, rel=0.1)
