"""Geometry agrees with hand computation, scikit-learn and scipy, and samples under a seed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.evaluation.geometry import (
    component_figures,
    cosine_figures,
    hubness_figures,
    isotropy,
    measure_geometry,
    neighbor_counts,
)
from core.evaluation.subjects import Subject, as_subject
from core.matrix import EmbeddingMatrix
from core.progress import Reached, unwatched
from core.rows import Origin, Rows
from core.sources.protocol import SourceInfo
from core.vocabulary.vocabulary import Vocabulary


def cloud(n: int = 300, dim: int = 8, seed: int = 0, shift: float = 0.5) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return (draw.standard_normal((n, dim)) * np.linspace(2, 0.5, dim) + shift).astype(np.float32)


def subject_of(rows: np.ndarray, counts: list[int] | None = None, **origins: Origin) -> Subject:
    words = [f"w{i}" for i in range(len(rows))]
    origin = np.array([origins.get(word, Origin.EXACT) for word in words], np.uint8)
    found = Rows.missing(len(words)).replace_columns(origin=origin)
    matrix = EmbeddingMatrix(Vocabulary(words, counts), np.ascontiguousarray(rows, np.float32), found)
    return as_subject(matrix, "matrix")


class RowsSource:
    """Rows as those of a file; it counts how many are read."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows.astype(np.float32)
        self.info = SourceInfo("file", "file", rows.shape[1], len(rows), "blake3:0")
        self.read = 0

    def locate(self, candidates: list[str]) -> np.ndarray:
        return np.array([int(word[1:]) for word in candidates], np.int64)

    def gather(self, ids: np.ndarray, out: np.ndarray, *, reached: Reached = unwatched) -> np.ndarray:
        self.read += len(ids)
        sound = np.isfinite(self.rows[ids]).all(axis=1)
        out[:] = np.where(sound[:, None], self.rows[ids], 0)
        reached(len(ids))
        return sound

    def words(self) -> Iterator[str]:
        return (f"w{i}" for i in range(len(self.rows)))

    def compose(self, words: list[str], out: np.ndarray) -> np.ndarray:
        return np.zeros(len(words), bool)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)


def turned(rows: np.ndarray, seed: int = 7) -> np.ndarray:
    return rows @ np.linalg.qr(np.random.default_rng(seed).standard_normal((rows.shape[1],) * 2))[0]


def test_isotropy_by_hand() -> None:
    # VᵀV is diag(2, 8): Z(±e1) = e + 1/e + 2 and Z(±e2) = e² + e⁻² + 2.
    rows = np.array([[1, 0], [-1, 0], [0, 2], [0, -2]])
    assert isotropy(rows) == pytest.approx((np.e + 1 / np.e + 2) / (np.e**2 + np.e**-2 + 2))
    # One direction alone: Z(u) = e, Z(-u) = 1/e, and 1 across.
    assert isotropy(np.array([[1.0, 0.0]])) == pytest.approx(np.e**-2)
    assert isotropy(np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])) == pytest.approx(1)


def test_isotropy_is_the_naive_ratio_and_huge_rows_overflow_nothing() -> None:
    rows = cloud().astype(np.float64)
    _values, vectors = np.linalg.eigh(rows.T @ rows)
    z = [np.exp(rows @ (sign * u)).sum() for u in vectors.T for sign in (1, -1)]
    assert isotropy(rows) == pytest.approx(min(z) / max(z))
    assert isotropy(rows * 1e6) == 0.0


def test_cosine_figures_are_those_of_all_pairs() -> None:
    rows = unit(cloud(50))
    cosines = (rows @ rows.T)[~np.eye(50, dtype=bool)]
    figures = cosine_figures(rows)
    assert figures["mean_cosine"] == pytest.approx(cosines.mean())
    assert figures["cosine_spread"] == pytest.approx(cosines.std())


def test_component_shares_are_those_of_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    rows = cloud(dim=20)
    ratios = PCA().fit(rows.astype(np.float64)).explained_variance_ratio_
    figures = component_figures(rows)
    assert figures["first_component"] == pytest.approx(ratios[0])
    assert figures["ten_components"] == pytest.approx(ratios[:10].sum())
    assert figures["effective_dimensions"] == pytest.approx(1 / (ratios**2).sum())


def test_effective_dimensions_by_hand() -> None:
    cross = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]])
    assert component_figures(cross)["effective_dimensions"] == pytest.approx(2)
    line = component_figures(np.outer([1, 2, 5], [1, 1, 1]))
    assert (line["first_component"], line["effective_dimensions"]) == (pytest.approx(1), pytest.approx(1))
    assert set(component_figures(np.ones((4, 3))).values()) == {None}


def test_neighbors_are_counted_as_scikit_learn_finds_them() -> None:
    from scipy.stats import skew
    from sklearn.neighbors import NearestNeighbors

    rows = unit(cloud())
    nearest = NearestNeighbors(n_neighbors=10, metric="cosine").fit(rows).kneighbors(return_distance=False)
    expected = np.bincount(nearest.reshape(-1), minlength=len(rows))
    np.testing.assert_array_equal(neighbor_counts(rows, 10), expected)
    figures = hubness_figures(rows)
    assert figures["hubness_skewness"] == pytest.approx(skew(expected))
    assert figures["hubness_max"] == expected.max()
    assert figures["hubness_robin_hood"] == pytest.approx(np.abs(expected - 10).sum() / (2 * expected.sum()))


def test_blocks_of_rows_change_no_neighbor(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = unit(cloud())
    expected = neighbor_counts(rows, 10)
    monkeypatch.setattr("core.evaluation.geometry.COSINES_AT_ONCE", 7 * len(rows))
    np.testing.assert_array_equal(neighbor_counts(rows, 10), expected)


def test_a_ring_has_no_hubs_and_a_star_has_one() -> None:
    angles = np.arange(12) * 2 * np.pi / 12
    ring = hubness_figures(np.stack([np.cos(angles), np.sin(angles)], 1), k=2)
    assert (ring["hubness_max"], ring["hubness_robin_hood"], ring["hubness_skewness"]) == (2, 0, None)
    star = unit(np.vstack([np.ones(6), np.eye(6) + 0.1]))
    assert hubness_figures(star, k=1)["hubness_max"] >= 6


def test_all_figures_of_a_matrix() -> None:
    rows = cloud()
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    counts = np.argsort(np.argsort(lengths)) + 1
    found = measure_geometry(subject_of(rows, counts.tolist()))
    assert (found.rows, found.of_rows, found.sampled, found.dim, found.neighbors) == (300, 300, False, 8, 10)
    assert found.isotropy == pytest.approx(isotropy(rows))
    assert found.isotropy_unit == pytest.approx(isotropy(unit(rows)))
    assert found.norm_mean == pytest.approx(lengths.mean()) and found.norm_spread == pytest.approx(lengths.std())
    assert (found.norm_frequency, found.frequency) == (pytest.approx(1), "counts")
    assert json.loads(json.dumps(found.as_dict()))["hubness_max"] == found.hubness_max


def test_directions_are_measured_alike_for_longer_and_for_turned_rows() -> None:
    rows = cloud()
    expected = measure_geometry(subject_of(rows)).as_dict()
    longer, turn = (measure_geometry(subject_of(other)).as_dict() for other in (rows * 8, turned(rows)))
    for name in ("isotropy_unit", "mean_cosine", "first_component", "effective_dimensions", "hubness_skewness"):
        assert longer[name] == pytest.approx(expected[name], rel=1e-4, abs=1e-6)
    assert longer["isotropy"] < expected["isotropy"]
    for name, value in expected.items():
        if isinstance(value, float):
            assert turn[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name


def test_a_sample_is_drawn_under_the_seed_and_only_its_rows_are_read() -> None:
    source = RowsSource(cloud(1000))
    subject = Subject("file", source)
    found = measure_geometry(subject, sample=200, seed=3)
    assert (found.rows, found.of_rows, found.sampled, found.seed) == (200, 1000, True, 3)
    assert source.read == 200
    assert measure_geometry(subject, sample=200, seed=3) == found
    assert measure_geometry(subject, sample=200, seed=4).mean_cosine != found.mean_cosine
    told = []
    measure_geometry(subject, sample=200, progress=lambda *args: told.append(args[1:4]))
    assert told == [(200, 200, "rows")] * 2  # read, and compared


def test_rows_without_direction_are_replaced_in_the_sample() -> None:
    rows = cloud(1000)
    rows[::2] = 0
    rows[1::10] = np.nan
    found = measure_geometry(Subject("file", RowsSource(rows)), sample=200)
    assert (found.rows, found.sampled) == (200, True)
    whole = measure_geometry(Subject("file", RowsSource(rows)), sample=900)
    assert (whole.rows, whole.of_rows, whole.sampled) == (400, 1000, False)


def test_the_row_order_of_a_source_stands_for_frequency() -> None:
    rows = unit(cloud(100)) * np.linspace(9, 1, 100)[:, None]
    found = measure_geometry(Subject("file", RowsSource(rows)))
    assert (found.norm_frequency, found.frequency) == (pytest.approx(1), "row order")
    assert measure_geometry(subject_of(rows)).frequency == ""
    assert measure_geometry(subject_of(rows)).norm_frequency is None


def test_given_counts_go_first_and_unknown_ones_count_for_nothing() -> None:
    rows = unit(cloud(6)) * np.array([[1], [2], [3], [4], [5], [6]])
    found = measure_geometry(Subject("file", RowsSource(rows)), counts=[1, 5, 0, 10, 0, 100])
    assert (found.norm_frequency, found.frequency) == (pytest.approx(1), "counts")
    with pytest.raises(InputError, match="2 counts for 6 rows"):
        measure_geometry(Subject("file", RowsSource(rows)), counts=[1, 5])


def test_rows_that_a_fill_made_are_measured_only_where_the_subject_has_them() -> None:
    rows = cloud(20)
    matrix = subject_of(rows, list(range(1, 21)), w3=Origin.COMPOSED).source.matrix  # type: ignore[attr-defined]
    assert measure_geometry(as_subject(matrix)).rows == 19
    assert measure_geometry(as_subject(matrix, fills=True)).rows == 20


@pytest.mark.parametrize("rows", [np.zeros((5, 3)), np.eye(2, 3), np.zeros((0, 3))], ids=["zeros", "two", "none"])
def test_too_few_rows_have_no_geometry_and_a_reason(rows: np.ndarray) -> None:
    found = measure_geometry(Subject("file", RowsSource(rows)))
    assert found.isotropy is None and found.hubness_max is None and "rows have a direction" in found.reason


def test_equal_and_huge_rows_are_measured() -> None:
    same = measure_geometry(Subject("file", RowsSource(np.ones((5, 3)))))
    assert same.mean_cosine == pytest.approx(1) and same.first_component is None and same.hubness_skewness is None
    huge = measure_geometry(Subject("file", RowsSource(cloud(30) * np.float32(1e37))))
    assert huge.isotropy == 0 and np.isfinite(huge.norm_mean) and 0 < huge.first_component < 1


def test_a_source_without_end_can_not_be_measured() -> None:
    from core.sources import open_source

    with pytest.raises(InputError, match="no list of words"):
        measure_geometry(as_subject(open_source("random:8")))


@pytest.mark.realdata
def test_real_vectors_have_the_geometry_that_the_papers_tell_of(data_folder: Path) -> None:
    from core.sources import open_source

    source = open_source(str(data_folder / "vectors_en" / "googlenews_8k_300d.bin"))
    found = measure_geometry(as_subject(source))
    assert (found.rows, found.sampled, found.frequency) == (8000, False, "row order")
    assert 0 < found.mean_cosine < 0.2 and found.hubness_skewness > 0.5
    assert found.isotropy_unit > found.isotropy and 50 < found.effective_dimensions < 300
