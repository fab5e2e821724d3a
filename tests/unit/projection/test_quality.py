"""Quality figures: the definitions, and scikit-learn's trustworthiness."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from core.projection.quality import map_neighbors, measure
from core.projection.space import Space, layout_neighbors, prepare, true_neighbors


def space_of(vectors: np.ndarray, metric: str = "cosine") -> Space:
    return prepare(vectors, np.arange(len(vectors)), metric)  # type: ignore[arg-type]


def rows(n: int, dim: int = 20) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((n, dim)).astype(np.float32)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_trustworthiness_is_that_of_scikit_learn(metric: str) -> None:
    vectors = rows(300) * np.linspace(0.5, 4, 300, dtype=np.float32)[:, None]
    points = vectors[:, :2].copy()
    quality, _preserved = measure(space_of(vectors, metric), points)
    assert quality.trustworthiness == pytest.approx(
        trustworthiness(vectors, points, n_neighbors=10, metric=metric), abs=5e-6
    )


def test_preservation_is_the_share_of_true_neighbors_that_are_near() -> None:
    vectors, points = rows(80), rows(80)[:, :2].copy()
    quality, preserved = measure(space_of(vectors), points)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    np.fill_diagonal(apart, np.inf)
    for i in range(80):
        truth, near = set(np.argsort(-cosines[i])[:10].tolist()), set(np.argsort(apart[i])[:10].tolist())
        assert preserved[i] == pytest.approx(len(truth & near) / 10)
    assert quality.preservation == pytest.approx(preserved.mean())
    assert quality.chance == pytest.approx(10 / 79)


def test_a_map_that_is_the_space_is_perfect() -> None:
    vectors = rows(200, 2)
    quality, preserved = measure(space_of(vectors, "euclidean"), vectors)
    assert quality.trustworthiness == pytest.approx(1, abs=1e-9)
    assert quality.preservation == pytest.approx(1)
    assert (preserved == 1).all()


def test_a_short_measurement_says_over_how_many_points_it_was_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.projection.quality.SHORT_SAMPLE", 50)
    vectors = rows(400)
    space, points = space_of(vectors), vectors[:, :2].copy()
    short, preserved = measure(space, points, short=True)
    whole, _preserved = measure(space, points)
    assert (short.preserved_of, short.trusted_of, short.points) == (50, 50, 400)
    assert np.isfinite(preserved).sum() == 50
    assert short.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.05)
    assert short.preservation == pytest.approx(whole.preservation, abs=0.05)


def test_ranks_of_a_sample_are_those_among_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.projection.quality.SAMPLE", 100)
    vectors = rows(400)
    points = vectors[:, :2].copy()
    quality, preserved = measure(space_of(vectors), points)
    assert (quality.preserved_of, quality.trusted_of) == (400, 100)
    assert np.isfinite(preserved).all()
    assert quality.trustworthiness == pytest.approx(
        trustworthiness(vectors, points, n_neighbors=10, metric="cosine"), abs=0.03
    )


def test_points_on_one_spot_are_each_others_neighbors_and_not_their_own() -> None:
    points = np.zeros((30, 2), np.float32)
    found = map_neighbors(points, np.arange(30), 5)
    assert found.shape == (30, 5)
    assert (found != np.arange(30)[:, None]).all()


def test_neighbors_by_nn_descent_are_mostly_the_true_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    vectors = (random.standard_normal((20, 30))[np.arange(1500) % 20] * 2 + random.standard_normal((1500, 30))).astype(
        np.float32
    )
    space = space_of(vectors)
    truth = true_neighbors(space, 10)
    monkeypatch.setattr("core.projection.space.EXACT_ROWS", 100)
    found, distances = layout_neighbors(space, 10, 0)
    assert found.shape == distances.shape == (1500, 10)
    assert (found != np.arange(1500)[:, None]).all()
    assert np.mean([len(set(a) & set(b)) / 10 for a, b in zip(truth.tolist(), found.tolist(), strict=True)]) > 0.9
