"""Groups of words: found again, numbered by size, named, and the same for the same seed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clustering
from core.clustering import chosen_k, cluster
from core.errors import InputError
from tests.unit.neighbors.questions import builtin_matrix, matrix_of, random_matrix

SIZES = (40, 25, 10)


def groups(dim: int = 8, spread: float = 0.1, seed: int = 0):  # type: ignore[no-untyped-def]
    """Three groups of words in three directions, their vectors of very different lengths."""
    draw = np.random.default_rng(seed)
    vectors = np.concatenate([np.eye(dim)[i] + spread * draw.standard_normal((n, dim)) for i, n in enumerate(SIZES)])
    words = [f"{name}{i}" for name, n in zip("abc", SIZES, strict=True) for i in range(n)]
    return matrix_of(words, vectors * draw.uniform(0.1, 50, (len(words), 1)), counts=list(range(1, len(words) + 1)))


def every(matrix) -> np.ndarray:  # type: ignore[no-untyped-def]
    return np.arange(len(matrix.vocabulary))


@pytest.mark.parametrize("dim", [8, 60])
def test_kmeans_finds_groups_by_direction_and_the_largest_is_the_first(dim: int) -> None:
    matrix = groups(dim)
    found = cluster(matrix, every(matrix), k=3)
    assert found.labels.tolist() == [0] * 40 + [1] * 25 + [2] * 10
    assert found.labels.dtype == np.int32
    assert found.sizes == SIZES and len(found) == 3 and found.note == ""
    for name, words in zip("abc", found.names, strict=True):
        assert len(words) == 3 and all(word.startswith(name) for word in words)


def test_rows_are_clustered_in_the_order_given() -> None:
    matrix = groups()
    rows = np.array([70, 0, 41, 1, 42, 2])
    assert cluster(matrix, rows, k=3).labels.tolist() == [2, 0, 1, 0, 1, 0]


def test_the_result_is_sklearns(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    matrix = groups()
    unit = matrix.vectors / np.linalg.norm(matrix.vectors, axis=1, keepdims=True)
    theirs = KMeans(5, n_init=4, random_state=3).fit_predict(unit)
    assert adjusted_rand_score(theirs, cluster(matrix, every(matrix), k=5, seed=3).labels) == 1


def test_principal_components_are_sklearns(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.decomposition import PCA

    monkeypatch.setattr(clustering, "ROWS_AT_ONCE", 30)
    matrix = random_matrix(120, 70)
    unit = (matrix.vectors / np.linalg.norm(matrix.vectors, axis=1, keepdims=True)).astype(np.float64)
    ours = clustering._principal(matrix, every(matrix), lambda *_told: None)
    theirs = PCA(clustering.DIMS, svd_solver="full").fit_transform(unit)
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=1e-4)


def test_many_rows_go_by_samples_and_find_the_same_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "MANY", 50)
    matrix = groups(spread=0.03)
    found = cluster(matrix, every(matrix), k=3)
    assert found.sizes == SIZES


def test_zero_rows_are_in_no_cluster() -> None:
    matrix = matrix_of("abcd", [[1, 0], [0, 0], [0, 1], [0, 2]])
    found = cluster(matrix, every(matrix), k=2)
    assert found.labels.tolist() == [1, -1, 0, 0]
    assert found.note == "1 row is zero and in no cluster."
    none = cluster(matrix, np.array([1]), k=2)
    assert none.labels.tolist() == [-1] and none.names == () and none.sizes == ()


def test_where_fewer_rows_differ_there_are_fewer_clusters() -> None:
    matrix = matrix_of("abcde", [[1, 0], [2, 0], [0, 1], [0, 3], [5, 0]])
    found = cluster(matrix, every(matrix), k=4)
    assert found.sizes == (3, 2)
    assert "only 2 different directions" in found.note and "instead of 4" in found.note
    same = cluster(matrix_of("abc", np.ones((3, 2))), np.arange(3), k=2)
    assert same.sizes == (3,) and "All rows have the same direction" in same.note
    assert cluster(matrix_of("a", [[1.0]]), np.arange(1), k=12).labels.tolist() == [0]


def test_k_can_be_chosen_by_the_number_of_rows() -> None:
    assert [chosen_k(m) for m in (1, 2, 8, 200, 5000)] == [1, 2, 2, 10, 30]
    matrix = random_matrix(200)
    assert len(cluster(matrix, every(matrix), k=None)) == 10


def test_hdbscan_goes_by_the_points_and_leaves_out_what_stands_alone() -> None:
    draw = np.random.default_rng(0)
    places = [draw.normal(at, 0.3, (n, 2)) for at, n in zip(((0, 0), (9, 0), (0, 9)), SIZES, strict=True)]
    points = np.concatenate([*places, [[100, 100], [np.nan, 0]]])
    matrix = random_matrix(len(points))
    found = cluster(matrix, every(matrix), method="hdbscan", points=points)
    assert found.sizes == SIZES and found.method == "hdbscan"
    assert found.labels[-2:].tolist() == [-1, -1]
    assert all(len(words) == 3 for words in found.names)
    few = cluster(matrix, np.arange(3), method="hdbscan", points=points[:3])
    assert few.labels.tolist() == [-1, -1, -1]
    assert few.note == "3 rows stand alone, in no cluster."


def test_names_are_near_and_frequent_and_no_two_differ_in_case_alone() -> None:
    words = ["The", "the", "rare", "far", "<s>", "😀"]
    vectors = [[1, 0.01], [1, 0.02], [1, 0], [0.3, 1], [1, 0], [1, 0.1]]
    specials = {"<s>": "token"}
    counted = matrix_of(words, vectors, counts=[90, 100, 1, 100, 100, 50], specials=specials)
    assert cluster(counted, every(counted), k=1).names == (("the", "😀", "far"),)
    uncounted = matrix_of(words, vectors, specials=specials)
    assert cluster(uncounted, every(uncounted), k=1).names == (("😀", "the", "rare"),)


def test_bad_questions_are_errors() -> None:
    matrix = random_matrix(20)
    rows = every(matrix)
    with pytest.raises(InputError, match="no row"):
        cluster(matrix, rows[:0])
    with pytest.raises(InputError, match="Choose kmeans or hdbscan"):
        cluster(matrix, rows, method="x")  # type: ignore[arg-type]
    for k in (0, -1, 501):
        with pytest.raises(InputError, match="Ask for 1 to 500"):
            cluster(matrix, rows, k=k)
    with pytest.raises(InputError, match="Map the words first"):
        cluster(matrix, rows, method="hdbscan")
    with pytest.raises(InputError, match="not one point"):
        cluster(matrix, rows, method="hdbscan", points=np.zeros((19, 2)))


def test_hdbscan_of_too_many_points_offers_kmeans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "MOST_POINTS", 10)
    with pytest.raises(InputError, match="k-means"):
        cluster(random_matrix(20), np.arange(20), method="hdbscan", points=np.zeros((20, 2)))


def test_clusters_are_plain_json() -> None:
    matrix = groups()
    told = cluster(matrix, every(matrix), k=3).as_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["clusters"][0]["size"] == 40 and told["in_none"] == 0


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(1, 9))
def test_the_same_seed_gives_the_same_groups_and_lengths_do_not_matter(seed: int, k: int) -> None:
    matrix = groups(seed=seed)
    longer = matrix.replace(vectors=(matrix.vectors * np.float32(8)).astype(np.float32))
    found, again, same = (cluster(m, every(m), k=k, seed=seed) for m in (matrix, matrix, longer))
    assert found.labels.tolist() == again.labels.tolist() == same.labels.tolist()
    assert found.names == again.names
    assert list(found.sizes) == sorted(found.sizes, reverse=True) and sum(found.sizes) == 75


def test_the_built_in_vectors_fall_into_groups_that_can_be_named() -> None:
    matrix = builtin_matrix("english")
    found = cluster(matrix, np.arange(3000), k=8)
    assert sum(found.sizes) == 3000 and all(len(words) == 3 for words in found.names)
    ids = matrix.vocabulary.ids
    assert found.labels[ids["monday"]] == found.labels[ids["tuesday"]]
