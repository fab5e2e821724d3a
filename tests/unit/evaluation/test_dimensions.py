"""The score by PCA dimension: all dimensions are the centered rows, and enough is what the interval says."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.evaluation.dimensions import score_dimensions
from core.evaluation.pairs import PairSet, load_pairs
from core.evaluation.resampling import spearman
from core.evaluation.subjects import as_subject
from core.sources import open_source

RNG = np.random.default_rng(0)


def made(rows: int = 300, dim: int = 12, informed: int = 3) -> tuple[PairSet, np.ndarray]:
    """Vectors of which the first axes, of large variance, say all there is to say."""
    vectors = RNG.standard_normal((rows, dim)).astype(np.float32) * np.where(np.arange(dim) < informed, 5, 0.05)
    unit = vectors[:, :informed] / np.linalg.norm(vectors[:, :informed], axis=1, keepdims=True)
    pairs = RNG.integers(0, rows, (200, 2))
    return PairSet("made", tuple((f"w{a}", f"w{b}", float(unit[a] @ unit[b])) for a, b in pairs)), vectors


def test_few_dimensions_are_enough_where_few_are_informed() -> None:
    pairs, vectors = made()
    subject = as_subject(([f"w{i}" for i in range(300)], vectors.astype(np.float32)))
    curve = score_dimensions(subject, pairs, dims=[1, 2, 3, 6])
    assert [point.dim for point in curve.points] == [1, 2, 3, 6, 12]
    assert curve.enough == 3 and curve.fitted == 300 and curve.pairs == 200
    assert curve.points[-1].difference == 0
    centered = vectors - vectors.mean(axis=0)
    unit = centered / np.linalg.norm(centered, axis=1, keepdims=True)
    cosines = [unit[int(a[1:])] @ unit[int(b[1:])] for a, b, _human in pairs.pairs]
    assert curve.points[-1].rho == pytest.approx(spearman(cosines, [h for _a, _b, h in pairs.pairs]), abs=1e-4)


def test_a_real_source_loses_little_by_little() -> None:
    curve = score_dimensions(as_subject(open_source("builtin:english")), load_pairs("wordsim353"))
    rho = [point.rho or 0 for point in curve.points]
    assert [point.dim for point in curve.points] == [32, 64, 100, 128, 200, 256]
    assert rho[0] < rho[2] < rho[-1] and curve.full is not None and curve.full.rho == pytest.approx(0.7878, abs=1e-3)
    assert curve.as_dict()["points"][0]["low"] < rho[0] < curve.as_dict()["points"][0]["high"]


def test_what_has_no_curve_says_why() -> None:
    subject = as_subject((["a", "b"], np.eye(2, dtype=np.float32)))
    curve = score_dimensions(subject, PairSet("x", (("a", "b", 1.0), ("a", "c", 2.0))))
    assert not curve.points and "too few" in curve.reason
    with pytest.raises(InputError, match="no list of words"):
        score_dimensions(as_subject(open_source("random:40")), load_pairs("wordsim353"))
