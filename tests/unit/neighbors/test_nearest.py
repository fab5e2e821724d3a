"""Exact neighbors: the same as comparing every pair, in any number of blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.matrix import EmbeddingMatrix
from core.neighbors import exact, informed, nearest
from core.rows import Origin, Rows
from core.vocabulary.vocabulary import Vocabulary


def matrix_of(vectors: np.ndarray, specials: dict[str, str] | None = None) -> EmbeddingMatrix:
    words = [f"w{i}" for i in range(len(vectors))]
    rows = Rows.missing(len(words)).replace_columns(origin=np.full(len(words), Origin.EXACT, np.uint8))
    return EmbeddingMatrix(Vocabulary(words, None, specials), np.ascontiguousarray(vectors, np.float32), rows)


def by_hand(vectors: np.ndarray, row: int, k: int) -> list[int]:
    v = vectors.astype(np.float64)
    lengths = np.linalg.norm(v, axis=1)
    others = [i for i in range(len(v)) if i != row and lengths[i] > 0]
    if lengths[row] == 0:
        return []
    cosine = {i: v[i] @ v[row] / lengths[i] / lengths[row] for i in others}
    return sorted(others, key=lambda i: (-round(cosine[i], 5), i))[:k]


@pytest.mark.parametrize("block", [7, 64, 4096])
def test_neighbors_are_those_of_all_pairs(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "ROWS_AT_ONCE", block)
    vectors = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)
    found = nearest(matrix_of(vectors), ["w3", "w77"], 5)
    assert found.ids.tolist() == [by_hand(vectors, 3, 5), by_hand(vectors, 77, 5)]
    assert (np.diff(found.cosines, axis=1) <= 0).all()


whole = st.integers(-3, 3).map(float)


@given(st.integers(1, 12).flatmap(lambda n: arrays(np.float32, (n, 3), elements=whole)), st.integers(1, 15))
def test_small_matrices_with_ties_and_zeros(vectors: np.ndarray, k: int) -> None:
    found = nearest(matrix_of(vectors), ["w0"], k)
    assert found.ids.shape == (1, k)
    listed = [i for i in found.ids[0].tolist() if i >= 0]
    expected = by_hand(vectors, 0, k)
    assert sorted(listed) == sorted(set(listed))
    assert len(listed) == len(expected)
    v = vectors.astype(np.float64)
    cosines = [v[i] @ v[0] / np.linalg.norm(v[i]) / np.linalg.norm(v[0]) for i in expected]
    np.testing.assert_allclose(found.cosines[0][: len(listed)], cosines, atol=1e-5)


def test_special_rows_are_nobodys_neighbors() -> None:
    vectors = np.ones((5, 4), np.float32)
    found = nearest(matrix_of(vectors, {"w0": "pad", "w1": "unk", "w2": "token"}), ["w4"], 10)
    assert [i for i in found.ids[0].tolist() if i >= 0] == [2, 3]


def test_vectors_are_asked_for_too_and_must_fit() -> None:
    vectors = np.eye(3, dtype=np.float32)
    assert nearest(matrix_of(vectors), np.array([[0, 1, 0.1]], np.float32), 1).ids.tolist() == [[1]]
    with pytest.raises(ValueError, match="dimensions"):
        nearest(matrix_of(vectors), np.zeros((1, 4), np.float32))
    with pytest.raises(KeyError):
        nearest(matrix_of(vectors), ["nobody"])


def test_tiny_and_huge_values_keep_their_directions() -> None:
    vectors = np.array([[1e-30, 0], [1e30, 1e28], [0, 1]], np.float32)
    found = nearest(matrix_of(vectors), ["w0"], 2)
    assert found.ids.tolist() == [[1, 2]]
    assert found.cosines[0, 0] > 0.99


def test_rows_that_say_nothing_can_be_left_out() -> None:
    vectors = np.random.default_rng(0).standard_normal((6, 4)).astype(np.float32)
    matrix = matrix_of(vectors)
    origin = matrix.rows.origin.copy()
    origin[[2, 3]] = Origin.INVENTED
    matrix = matrix.replace(rows=matrix.rows.replace_columns(origin=origin))
    found = nearest(matrix, ["w0"], 5, among=informed(matrix))
    assert sorted(i for i in found.ids[0].tolist() if i >= 0) == [1, 4, 5]


@pytest.mark.parametrize("square", [7, 64, 2048])
def test_all_words_at_once_find_what_each_finds_alone(square: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "SQUARE", square)
    vectors = np.random.default_rng(0).integers(-2, 3, (200, 6)).astype(np.float32)
    vectors[[3, 50]] = 0
    matrix = matrix_of(vectors, {"w9": "unk"})
    words = list(matrix.vocabulary.words)
    together = nearest(matrix, words, 5)
    alone = [nearest(matrix, [word], 5) for word in words]
    np.testing.assert_allclose(together.cosines, np.concatenate([one.cosines for one in alone]), atol=1e-6)
    assert (together.ids[[3, 50]] == -1).all()
    assert not np.isin(together.ids, [3, 50, 9]).any()
    some = nearest(matrix, words[:150], 5)  # the same without the symmetry
    np.testing.assert_allclose(together.cosines[:150], some.cosines, atol=1e-6)


def test_neighbors_of_all_by_euclidean_distance() -> None:
    vectors = np.random.default_rng(1).standard_normal((300, 5)).astype(np.float32)
    bar = (-0.5 * (vectors**2).sum(axis=1)).astype(np.float32)
    ids, _scores = exact.best_of_all(vectors, 4, bar=bar)
    apart = ((vectors[:, None] - vectors) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    assert np.array_equal(ids, np.argsort(apart, axis=1)[:, :4])
