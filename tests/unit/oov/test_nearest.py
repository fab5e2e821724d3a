"""The nearest words in a donor, and how much each counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.combining.mapping import unit
from core.errors import FillError
from core.oov import nearest
from core.oov.nearest import Nearest, fit_nearest, softmax, sparsemax
from core.rows import Origin
from tests.unit.lookup.memory_source import MemorySource
from tests.unit.oov.made_ground import FakeDonor, ground_of, random_donor

DONOR = {"kind": "builtin", "name": "english"}
SCORES = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 9)), elements=st.floats(-50, 50))


def spec(**options) -> Nearest:
    return Nearest.model_validate({"donor": DONOR, **options})


@settings(deadline=None)
@given(SCORES)
def test_weights_add_up_to_one_and_fall_with_the_scores(scores: np.ndarray) -> None:
    for weigh in (softmax, sparsemax):
        weights = weigh(scores)
        np.testing.assert_allclose(weights.sum(axis=1), 1)
        assert (weights >= 0).all()
        for row, score in zip(weights, scores, strict=True):
            assert (np.diff(row[np.argsort(score)]) >= -1e-12).all()


@settings(deadline=None)
@given(SCORES)
def test_sparsemax_is_the_nearest_point_of_the_simplex(scores: np.ndarray) -> None:
    # Where a weight is left, all scores less their weights are one threshold; elsewhere they are not above it.
    for weights, score in zip(sparsemax(scores), scores, strict=True):
        threshold = (score - weights)[weights > 0]
        np.testing.assert_allclose(threshold, threshold[0], atol=1e-9)
        assert (score[weights == 0] <= threshold[0] + 1e-9).all()


def test_softmax_is_that_of_scipy() -> None:
    from scipy.special import softmax as theirs

    scores = np.random.default_rng(0).standard_normal((5, 7)) * 20
    np.testing.assert_allclose(softmax(scores), theirs(scores, axis=1))


@pytest.mark.parametrize("weights", ["softmax", "sparsemax"])
def test_a_row_is_the_weighted_mean_of_its_neighbors_rows(monkeypatch: pytest.MonkeyPatch, weights: str) -> None:
    donor = random_donor()
    fitted = fit_nearest(spec(k=5, tau=0.2, weights=weights), donor.serve(monkeypatch, nearest))
    made = fitted.fill(["x3"])
    cosines = donor.keys @ donor.of(["x3"])[1][0]
    near = np.argsort(-cosines)[:5]
    shares = (sparsemax if weights == "sparsemax" else softmax)(cosines[None, near] / 0.2)[0]
    mean = shares @ donor.targets[near]
    np.testing.assert_allclose(made.vectors[0], unit(mean[None])[0] * donor.length, rtol=1e-5)
    np.testing.assert_allclose(made.signals[0], [cosines.max(), cosines[near].mean(), np.linalg.norm(mean)])


def test_fewer_words_than_k_are_all_neighbors(monkeypatch: pytest.MonkeyPatch) -> None:
    donor = FakeDonor("ab", np.eye(2), np.eye(2), {"x": [1, 1]})
    made = fit_nearest(spec(k=10), donor.serve(monkeypatch, nearest)).fill(["x"])
    np.testing.assert_allclose(made.vectors[0], unit(np.ones((1, 2)))[0] * donor.length, rtol=1e-6)


def test_a_words_row_does_not_depend_on_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = fit_nearest(spec(), random_donor().serve(monkeypatch, nearest))
    words = [f"x{i}" for i in range(300)]
    whole = fitted.fill(words)
    assert whole.done.all() and np.isfinite(whole.vectors).all() and whole.pieces is None
    for part in (words[::-1], words[7:9], words[299:], ["nothing", *words[3:80]]):
        again = fitted.fill(part)
        for i, word in enumerate(part):
            if word != "nothing":
                assert again.vectors[i].tobytes() == whole.vectors[words.index(word)].tobytes()


def test_the_neighbors_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    donor = FakeDonor("abc", np.eye(3), np.eye(3), {"x": [9, 4, -1]})
    fitted = fit_nearest(spec(k=2), donor.serve(monkeypatch, nearest))
    told = fitted.explain("x")
    assert [one.name for one in told.ingredients] == ["a", "b"]
    assert sum(one.weight for one in told.ingredients) == pytest.approx(1)
    assert "fake" in told.steps[0]
    assert fitted.explain("unheard").steps == ()
    assert fitted.origin == Origin.MAPPED and fitted.can_fill(["x", "unheard"]).tolist() == [True, False]
    nothing = fitted.fill(["unheard"])
    assert not nothing.done.any() and nothing.signals.shape == (1, len(fitted.signals))


def test_a_donor_that_shares_too_little_is_refused() -> None:
    ground = ground_of(["qqxa", "qqxb"], MemorySource(["qqxa", "qqxb"]))
    with pytest.raises(FillError, match="shares"):
        fit_nearest(spec(), ground)
