"""A probe is plain scikit-learn on mean vectors; every subject is tested on the same texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.evaluation.labelled import LabelledTexts
from core.evaluation.probes import score_probe
from core.evaluation.spec import CLASSIFIERS
from core.evaluation.subjects import Subject, as_subject

WORDS = [f"w{i}" for i in range(40)]
VECTORS = np.random.default_rng(0).standard_normal((40, 6)).astype(np.float32)
VECTORS[:20, 0] += 2  # the first half of the words means one class


def subject(some: slice = slice(None)) -> Subject:
    return as_subject((WORDS[some], VECTORS[some]))


def texts(n: int = 120, seed: int = 0) -> LabelledTexts:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    said = [" ".join(WORDS[20 * label + i] for i in rng.integers(0, 20, 5)) for label in labels]
    return LabelledTexts("made", tuple(said), tuple(map(str, labels)), "en")


def by_hand(train: LabelledTexts, test: LabelledTexts) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def mean(one: LabelledTexts) -> np.ndarray:
        return np.array([np.mean([VECTORS[WORDS.index(w)] for w in text.split()], axis=0) for text in one.texts])

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(mean(train), train.labels)
    return float(np.mean(model.predict(mean(test)) == np.array(test.labels)))


def test_a_probe_is_scikit_learn_on_mean_vectors() -> None:
    train, test = texts(), texts(60, 1)
    found = score_probe(subject(), train, test=test)
    assert found.value() == pytest.approx(by_hand(train, test))
    assert found.details["majority"] <= 0.7 and found.details["tokens_covered"] == 1.0
    confusion = np.array(found.details["confusion"])
    assert confusion.sum() == 60 and np.trace(confusion) / 60 == pytest.approx(found.value())


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_every_classifier_learns_and_repeats_itself(classifier: Any) -> None:
    first, second = (score_probe(subject(), texts(), classifier=classifier) for _ in range(2))
    assert (first.value() or 0) > 0.8 and np.array_equal(first.values, second.values)
    assert len(first) == 24


def test_all_subjects_are_tested_on_the_same_texts() -> None:
    """Who has half of the words is covered on fewer texts, in the same places."""
    whole, half = (score_probe(one, texts()) for one in (subject(), subject(slice(16, 24))))
    assert len(whole) == len(half) and whole.covered.all()
    assert 0 < half.covered.sum() < len(half) and np.array_equal(half.counted, half.covered)
    mean = score_probe(subject(slice(16, 24)), texts(), policy="mean")
    assert mean.counted.all() and np.array_equal(mean.covered, half.covered)


def test_without_vectors_there_is_no_score_but_a_reason() -> None:
    nothing = score_probe(as_subject((["zzz"], np.ones((1, 3), np.float32))), texts())
    assert nothing.value() is None and nothing.details["reason"]
