"""Each transform does what its paper says."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from core.errors import RecipeError
from core.matrix import EmbeddingMatrix
from core.rows import Origin, Rows
from core.transforms import AbttSpec, PcaSpec, TransformSpec, UnitSpec, transform
from core.vocabulary.vocabulary import Vocabulary


def known_matrix(vectors: np.ndarray) -> EmbeddingMatrix:
    n = len(vectors)
    return EmbeddingMatrix(
        Vocabulary([f"word{i}" for i in range(n)]),
        np.ascontiguousarray(vectors, np.float32),
        Rows.missing(n).replace_columns(origin=np.full(n, Origin.EXACT, np.uint8)),
    )


def random_vectors(n: int = 300, dim: int = 20, seed: int = 0) -> np.ndarray:
    draw = np.random.default_rng(seed)
    mixed = draw.standard_normal((n, dim)) * np.linspace(3, 0.2, dim)
    return (mixed @ np.linalg.qr(draw.standard_normal((dim, dim)))[0] + draw.standard_normal(dim)).astype(np.float32)


def test_center_makes_the_mean_zero() -> None:
    after = transform(known_matrix(np.array([[1, 10], [3, 10], [5, 40]])), "center")
    np.testing.assert_array_equal(after.vectors, np.float32([[-2, -10], [0, -10], [2, 20]]))


def test_unit_makes_every_length_one_and_leaves_zero_rows() -> None:
    tiny, huge = 1e-44, 3e38
    after = transform(known_matrix(np.array([[3, 4], [0, 0], [tiny, 0], [huge, -huge]])), "unit")
    half = np.sqrt(0.5)
    np.testing.assert_allclose(after.vectors, [[0.6, 0.8], [0, 0], [1, 0], [half, -half]], rtol=1e-6)


def test_unit_needs_no_known_rows_and_no_rows_at_all() -> None:
    assert transform(known_matrix(np.array([[2.0, 0]])), "unit").vectors.tolist() == [[1, 0]]
    assert transform(known_matrix(np.zeros((0, 3))), "unit").vectors.shape == (0, 3)


@pytest.mark.parametrize("dim", [1, 5, 20])
def test_pca_equals_scikit_learn(dim: int) -> None:
    from sklearn.decomposition import PCA

    vectors = random_vectors()
    expected = PCA(dim, svd_solver="full").fit_transform(vectors.astype(np.float64))
    ours = transform(known_matrix(vectors), PcaSpec(dim=dim)).vectors
    signs = np.sign((expected * ours).sum(axis=0))
    np.testing.assert_allclose(ours, expected * signs, atol=1e-4)


def test_pca_signs_are_those_that_make_the_largest_loading_positive() -> None:
    line = np.outer(np.arange(10), [1.0, -3.0, 2.0])
    after = transform(known_matrix(line), PcaSpec(dim=1)).vectors[:, 0]
    assert after[0] > 0 > after[-1]  # the largest loading is the second, and it falls
    np.testing.assert_array_equal(after, transform(known_matrix(line + 100), PcaSpec(dim=1)).vectors[:, 0])


def test_pca_of_all_dimensions_is_a_rotation() -> None:
    vectors = random_vectors()
    after = transform(known_matrix(vectors), PcaSpec(dim=20)).vectors
    distances = [np.linalg.norm(x[:50, None] - x[None, 50:100], axis=2) for x in (vectors, after)]
    np.testing.assert_allclose(distances[0], distances[1], rtol=1e-4)


def test_pca_to_more_dimensions_than_the_matrix_has_is_an_error() -> None:
    with pytest.raises(RecipeError, match=r"30 dimensions are asked for, and the matrix has 20\. Give a dim of 20"):
        transform(known_matrix(random_vectors()), PcaSpec(dim=30))


def test_pca_to_more_dimensions_than_the_known_rows_span_is_an_error() -> None:
    matrix = known_matrix(random_vectors(n=10))
    assert transform(matrix, PcaSpec(dim=9)).dim == 9
    with pytest.raises(RecipeError, match="pca 10 is fitted on at least 11 known rows, and there are 10"):
        transform(matrix, PcaSpec(dim=10))


def test_abtt_equals_its_definition() -> None:
    vectors = random_vectors().astype(np.float64)
    centered = vectors - vectors.mean(axis=0)
    top = np.linalg.svd(centered, full_matrices=False)[2][:3]
    expected = centered - centered @ top.T @ top
    after = transform(known_matrix(vectors), AbttSpec(components=3))
    np.testing.assert_allclose(after.vectors, expected, atol=1e-5)


@pytest.mark.parametrize(("dim", "components"), [(2, 1), (25, 1), (100, 1), (300, 3), (360, 4)])
def test_abtt_removes_one_direction_for_every_hundred_dimensions_and_at_least_one(dim: int, components: int) -> None:
    after = transform(known_matrix(random_vectors(n=30, dim=dim)), "abtt")
    assert after.history == (f"abtt {components}",)


def test_abtt_leaves_zeros_not_rounding_errors_where_all_rows_lie_on_a_line() -> None:
    line = np.outer(np.arange(10), [0.1, -0.3, 0.2]) + 0.7
    assert not transform(known_matrix(line), ["abtt", "unit"]).vectors.any()


def test_abtt_that_would_leave_nothing_is_an_error() -> None:
    with pytest.raises(RecipeError, match="20 directions are to be removed, and the matrix has 20 dimensions"):
        transform(known_matrix(random_vectors()), AbttSpec(components=20))
    with pytest.raises(RecipeError, match="at least 6 known rows, and there are 5"):
        transform(known_matrix(random_vectors(n=5)), AbttSpec(components=4))


def test_several_transforms_are_applied_in_order() -> None:
    matrix = known_matrix(random_vectors())
    step_by_step = matrix
    specs = ["center", "abtt", PcaSpec(dim=7), "abtt", UnitSpec()]
    for spec in specs:
        step_by_step = transform(step_by_step, spec)
    at_once = transform(matrix, specs)
    assert at_once.id == step_by_step.id
    assert at_once.history == ("center", "abtt 1", "pca 7", "abtt 1", "unit")
    np.testing.assert_allclose(np.linalg.norm(at_once.vectors, axis=1), 1, rtol=1e-6)


def test_no_transform_gives_the_matrix_itself() -> None:
    matrix = known_matrix(random_vectors())
    assert transform(matrix, []) is matrix


def test_an_unknown_kind_lists_the_valid_ones() -> None:
    with pytest.raises(RecipeError, match=r"unknown transform 'whiten'. Choose center, unit, abtt or pca\."):
        transform(known_matrix(random_vectors()), ["unit", "whiten"])


def test_a_kind_that_needs_a_value_says_which() -> None:
    with pytest.raises(RecipeError, match=r"pca has no default for dim. Give its spec, for example PcaSpec\(dim=100\)"):
        transform(known_matrix(random_vectors()), "pca")


@pytest.mark.parametrize("table", [{"kind": "pca", "dim": 0}, {"kind": "abtt", "components": 0}, {"kind": "pca"}])
def test_specs_refuse_what_has_no_meaning(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(TransformSpec).validate_python(table)


def test_rows_that_are_too_wide_for_a_covariance_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.transforms.pca.WIDEST", 10)
    with pytest.raises(RecipeError, match="of 20 dimensions take too much memory"):
        transform(known_matrix(random_vectors()), "abtt")


def test_memory_is_one_more_matrix_and_a_few_blocks() -> None:
    matrix = known_matrix(np.random.default_rng(0).standard_normal((100_000, 200), np.float32))
    tracemalloc.start()
    try:
        after = transform(matrix, ["abtt", PcaSpec(dim=150), "unit"])
        left, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after.vectors.shape == (100_000, 150)
    assert peak < matrix.vectors.nbytes + 120_000_000
    assert left < 1.1 * after.vectors.nbytes
