"""Baselines are plain scikit-learn on the same split; none is trained on a test text, and all repeat themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from core.progress import Cancelled
from core.tuning import classifiers
from core.tuning.bags import Bags
from core.tuning.baselines import KINDS, TITLES, Baseline, run_baselines
from core.tuning.classifiers import mean_vectors, sampled

CLASSES = ("bad", "good")
WORDS = [f"w{i}" for i in range(40)]
VECTORS = np.random.default_rng(0).standard_normal((40, 6)).astype(np.float32)
VECTORS[:20, 0] += 2  # the first half of the words means one class
VECTORS.flags.writeable = False


def bags(n: int, seed: int, k: int = 2) -> Bags:
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    width = 40 // k
    return Bags.of([width * label + rng.integers(0, width, rng.integers(1, 8)) for label in labels], labels)


def tokens(of: Bags) -> list[list[str]]:
    return [[WORDS[i] for i in of.ids[a:b]] for a, b in zip(of.starts[:-1], of.starts[1:], strict=True)]


def ran(train: Bags, test: Bags, kinds: tuple[str, ...] = KINDS, **more: Any) -> dict[str, Baseline]:
    streams: dict[str, Any] = {"train_tokens": lambda: iter(tokens(train)), "test_tokens": lambda: iter(tokens(test))}
    found = run_baselines(train, test, VECTORS, CLASSES, kinds=kinds, **(streams | more))
    return {one.name: one for one in found}


def means(of: Bags) -> np.ndarray:
    return np.array([VECTORS[of.ids[a:b]].mean(axis=0) for a, b in zip(of.starts[:-1], of.starts[1:], strict=True)])


@pytest.fixture
def small_forest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forest of few trees, for speed."""
    monkeypatch.setattr(classifiers, "TREES", 20)
    monkeypatch.setattr(classifiers, "TREES_AT_ONCE", 5)


@given(st.lists(st.lists(st.integers(0, 39), max_size=6), max_size=12), st.integers(1, 5))
def test_mean_vectors_are_numpys_whatever_the_blocks(texts: list[list[int]], block: int) -> None:
    empty = np.full(6, 7, np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifiers, "BLOCK", block)
        found = mean_vectors(Bags.of(texts, np.zeros(len(texts))), VECTORS, empty)
    expected = [VECTORS[text].mean(axis=0) if text else empty for text in texts]
    assert found.dtype == np.float32 and found.shape == (len(texts), 6)
    assert np.allclose(found, np.reshape(expected, (len(texts), 6)), atol=1e-6)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=200), st.integers(1, 200), st.integers(0, 50))
def test_a_sample_has_of_each_class_its_share_and_at_least_one(labels: list[int], most: int, seed: int) -> None:
    of = np.array(labels, np.int32)
    at = sampled(of, most, seed)
    assert (np.diff(at) > 0).all() and np.array_equal(at, sampled(of, most, seed))
    if len(of) <= most:
        assert len(at) == len(of)
        return
    counts, taken = np.bincount(of, minlength=5), np.bincount(of[at], minlength=5)
    assert np.array_equal(taken[counts > 0], np.maximum(1, counts * most // len(of))[counts > 0])


@pytest.mark.usefixtures("small_forest")
def test_baselines_on_mean_vectors_are_scikit_learns() -> None:
    train, test = bags(120, 0), bags(60, 1)
    found = ran(train, test)
    logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    svm = make_pipeline(StandardScaler(), LinearSVC(C=0.1, dual="auto", max_iter=20_000, random_state=0))
    forest = RandomForestClassifier(20, random_state=0)
    for name, model in (("frozen", logistic), ("svm", svm), ("forest", forest)):
        guessed = model.fit(means(train), train.labels).predict(means(test))
        assert np.array_equal(found[name].correct, guessed == test.labels), name
    shares = np.bincount(train.labels) / len(train)
    assert found["majority"].scores.accuracy == pytest.approx((test.labels == shares.argmax()).mean())
    assert found["majority"].scores.nll == pytest.approx(-np.log(shares[test.labels]).mean(), rel=1e-5)
    assert found["svm"].scores.nll is None and found["svm"].scores.ece is None
    assert found["forest"].scores.nll is not None and found["frozen"].scores.ece is not None


@pytest.mark.usefixtures("small_forest")
def test_baselines_come_in_order_and_repeat_themselves() -> None:
    train, test = bags(60, 0), bags(30, 1)
    first, second = (ran(train, test) for _time in range(2))
    assert tuple(first) == KINDS and set(TITLES) == {*KINDS, "random"}
    for name, one in first.items():
        assert np.array_equal(one.correct, second[name].correct) and one.scores.nll == second[name].scores.nll
        assert one.seconds >= 0 and one.scores.accuracy == pytest.approx(one.correct.mean())
        assert json.loads(json.dumps(one.as_dict(), allow_nan=False))["name"] == name
    assert tuple(ran(train, test, ("frozen", "majority"))) == ("majority", "frozen")


def test_words_that_the_matrix_does_not_hold_serve_tfidf() -> None:
    """All texts look alike to the matrix; the word that tells them apart has no row."""
    labels = np.arange(60) % 2
    same = Bags.of([[1, 2]] * 60, labels)
    texts = [["w1", "w2", "Rotten" if label else "fine"] for label in labels]
    found = ran(same, same, ("tfidf", "frozen"), train_tokens=lambda: texts, test_tokens=lambda: texts)
    assert found["tfidf"].scores.accuracy == 1.0 and found["frozen"].scores.accuracy == 0.5


def test_tfidf_sees_the_order_of_two_words() -> None:
    labels = np.arange(90) % 2
    texts = [["not", "good"] if label else ["good", "not"] for label in labels]
    alike = Bags.of([[0]] * 90, labels)
    found = ran(alike, alike, ("tfidf",), train_tokens=lambda: texts, test_tokens=lambda: texts)["tfidf"]
    assert found.scores.accuracy == 1.0
    assert found.notes == ("C = 1, the best of three by cross-validation on the training texts",)


def test_many_classes_are_told_apart_and_a_class_unseen_in_training_has_no_probability() -> None:
    train, test = bags(200, 0, 4), bags(80, 1, 4)
    classes = ("a", "b", "c", "d", "never")
    found = run_baselines(
        train, test, VECTORS, classes, kinds=("tfidf", "svm", "frozen"),
        train_tokens=lambda: tokens(train), test_tokens=lambda: tokens(test),
    )  # fmt: skip
    assert all(one.scores.confusion.shape == (5, 5) and one.scores.per_class[4].predicted == 0 for one in found)
    assert found[0].scores.accuracy > 0.9


@pytest.mark.usefixtures("small_forest")
def test_large_training_sets_are_sampled_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifiers, "MOST_TEXTS", {"tfidf": 90, "svm": 50, "forest": 50, "frozen": 80})
    found = ran(bags(100, 0), bags(30, 1))
    for name, n in (("tfidf", 90), ("svm", 50), ("forest", 50), ("frozen", 80)):
        said = [note for note in found[name].notes if "of 100 texts" in note]
        assert len(said) == 1 and n - 2 <= int(said[0].split()[2]) <= n
    assert found["majority"].notes == ()


def test_a_forest_of_many_classes_keeps_to_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifiers, "MOST_LEAVES", 2 * 100 * 2 * 8 * 200 // 3)
    assert "leaves of 4 texts or more, for memory" in ran(bags(100, 0), bags(30, 1), ("forest",))["forest"].notes


def test_a_fit_that_was_stopped_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifiers, "ROUNDS", 2)
    found = ran(bags(100, 0), bags(30, 1), ("tfidf", "frozen"))
    assert all(one.notes[-1] == "stopped after 2 rounds, before it converged" for one in found.values())


def test_texts_without_a_token_are_guessed_by_the_intercept() -> None:
    train = Bags.of([[1]] * 30 + [[30]] * 10 + [[]] * 5, [0] * 30 + [1] * 10 + [0] * 5)
    test = Bags.of([[], [30]], [0, 1])
    found = ran(train, test, ("svm", "frozen"))
    assert found["frozen"].correct.tolist() == [True, True] and len(found["svm"].correct) == 2
    nothing = Bags.of([[]] * 4, [0, 1, 0, 1])
    assert ran(nothing, nothing, ("frozen", "svm"))["frozen"].scores.accuracy == 0.5


def test_what_cannot_be_trained_is_left_out() -> None:
    one_class, none = Bags.of([[1], [2]], [0, 0]), Bags.of([], [])
    assert tuple(ran(one_class, bags(10, 0))) == ("majority",)
    assert ran(bags(10, 0), none) == {}
    assert tuple(ran(bags(20, 0), bags(10, 0), ("majority", "tfidf"), test_tokens=None)) == ("majority",)
    assert tuple(ran(bags(4, 0), bags(4, 1), ("tfidf",))) == ("tfidf",)


def test_wrong_arguments_are_refused() -> None:
    train, test = bags(20, 0), bags(10, 1)
    with pytest.raises(ValueError, match="unknown baselines"):
        ran(train, test, ("bayes",))
    with pytest.raises(ValueError, match="19 token lists or more for 20 texts"):
        ran(train, test, ("tfidf",), train_tokens=lambda: tokens(train)[1:])
    with pytest.raises(ValueError, match="11 token lists or more for 10 texts"):
        ran(train, test, ("tfidf",), test_tokens=lambda: [[]] * 12)


@pytest.mark.usefixtures("small_forest")
def test_progress_is_told_between_baselines_and_can_stop_them() -> None:
    seen: list[tuple[int, int | None, str]] = []

    def watch(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        seen.append((done, total, message))

    ran(bags(30, 0), bags(10, 1), progress=watch)
    assert [done for done, _total, _message in seen] == sorted(done for done, _total, _message in seen)
    assert {message for _done, _total, message in seen} == {TITLES[name] for name in KINDS} | {""}
    assert seen[-1][:2] == (5, 5)
    asked: Iterator[int] = iter(range(3))

    def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        if next(asked, None) is None:
            raise Cancelled

    with pytest.raises(Cancelled):
        ran(bags(30, 0), bags(10, 1), ("forest",), progress=stop)
