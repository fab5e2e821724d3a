"""The bootstrap draws what scipy draws, and its corrections are those of the textbooks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.evaluation.resampling import (
    accuracy_draws,
    drawn,
    holm,
    interval_of,
    rho_draws,
    spearman,
    two_sided,
)


@given(st.integers(3, 60), st.integers(0, 1000), st.integers(2, 12))
def test_a_draw_is_the_score_of_the_drawn_items(n: int, seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, levels, (2, n)).astype(float)
    draws = rho_draws(x, y, resamples=20, seed=seed)
    for counts, rho in zip(drawn(n, 20, seed).astype(int), draws, strict=True):
        taken = np.repeat(np.arange(n), counts)
        expected = spearman(x[taken], y[taken])
        assert (expected is None and np.isnan(rho)) or rho == pytest.approx(expected, abs=1e-9)


def test_intervals_agree_with_scipy() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal(200)
    y = x + rng.standard_normal(200)
    ours = interval_of(rho_draws(x, y, resamples=4000, seed=1))
    theirs = stats.bootstrap(
        (x, y), lambda a, b: stats.spearmanr(a, b).statistic, paired=True, vectorized=False, n_resamples=2000,
        method="percentile", rng=2,
    ).confidence_interval  # fmt: skip
    assert ours is not None
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.015)


def test_samples_are_the_same_whoever_asks() -> None:
    assert np.array_equal(drawn(50, 10, 3), drawn(50, 10, 3))
    assert (drawn(50, 10, 3).sum(axis=1) == 50).all()
    assert not np.array_equal(drawn(50, 10, 3), drawn(50, 10, 4))


def test_items_of_a_cluster_are_drawn_together() -> None:
    values = np.array([1.0, 1, 1, 1, 0, 0, 0, 0])
    alone = accuracy_draws(values, None, resamples=2000, seed=0)
    together = accuracy_draws(values, np.array([0, 0, 0, 0, 1, 1, 1, 1]), resamples=2000, seed=0)
    assert set(together.round(6).tolist()) == {0.0, 0.5, 1.0} and together.std() > alone.std()
    assert np.isnan(accuracy_draws(values, np.zeros(8, np.int64), resamples=5, seed=0)).all()
    assert np.isnan(accuracy_draws(np.zeros(0), None, resamples=5, seed=0)).all()


def test_an_undefined_score_has_no_interval() -> None:
    assert interval_of(np.array([np.nan] * 20 + [0.5] * 80)) is None
    assert interval_of(rho_draws(np.ones(20), np.arange(20.0), resamples=50, seed=0)) is None


def test_a_significance_level_is_counted_and_far_out_approximated() -> None:
    rng = np.random.default_rng(0)
    assert two_sided(0.1, rng.normal(0.1, 0.1, 100_000)) == pytest.approx(0.3173, abs=0.01)
    assert two_sided(0.6, rng.normal(0.6, 0.1, 2000)) == pytest.approx(1.97e-9, rel=0.9)
    assert two_sided(0.0, np.zeros(100)) == 1.0


def test_holm_by_hand() -> None:
    # Sorted .01 .02 .03 .04: times 4, 3, 2, 1, never falling.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([]) == [] and holm([0.7, 0.9]) == [1.0, 1.0]
