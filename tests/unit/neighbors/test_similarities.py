"""The table of cosines among some words, and its order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.neighbors.similarities import MOST, ordered, similarity_table
from tests.unit.neighbors.questions import keyed, matrix_of, random_matrix


def test_the_table_is_gensims_symmetric_and_one_on_its_diagonal() -> None:
    matrix = random_matrix()
    words = ["w5", "w1", "w9", "w5"]
    table = similarity_table(matrix, words)
    theirs = keyed(matrix)
    np.testing.assert_allclose(table, [[theirs.similarity(x, y) for y in words] for x in words], atol=1e-5)
    np.testing.assert_array_equal(table, table.T)
    assert (np.diag(table) == 1).all() and table.dtype == np.float32


def test_zero_rows_have_no_cosine_and_are_still_given_a_place() -> None:
    matrix = matrix_of(["a", "zero", "b", "c"], [[1, 0], [0, 0], [1, 1], [0, 1]])
    table = similarity_table(matrix, ["a", "zero", "b", "c"])
    assert np.isnan(table[1]).all() and np.isnan(table[:, 1]).all() and np.isfinite(table[0, 2])
    assert sorted(ordered(table).tolist()) == [0, 1, 2, 3]


def test_like_words_are_put_side_by_side() -> None:
    vectors = [[1, 0, 0], [0, 1, 0], [1, 0.1, 0], [0, 1, 0.1], [0, 0, 1]]
    table = similarity_table(matrix_of("abcde", vectors), list("abcde"))
    place = {word: i for i, word in enumerate("abcde"[i] for i in ordered(table))}
    assert abs(place["a"] - place["c"]) == abs(place["b"] - place["d"]) == 1


@pytest.mark.parametrize("k", [1, 2, 3])
def test_few_words_have_an_order_too(k: int) -> None:
    table = similarity_table(random_matrix(), [f"w{i}" for i in range(k)])
    assert sorted(ordered(table).tolist()) == list(range(k))


@given(st.integers(0, 10_000))
def test_lengths_do_not_matter_and_order_only_permutes(seed: int) -> None:
    draw = np.random.default_rng(seed)
    matrix = random_matrix(8, 4, seed)
    words = [f"w{i}" for i in range(8)]
    longer = matrix.replace(vectors=(matrix.vectors * draw.uniform(0.01, 100, (8, 1))).astype(np.float32))
    table = similarity_table(matrix, words)
    np.testing.assert_allclose(similarity_table(longer, words), table, atol=1e-5)
    order = draw.permutation(8)
    turned = similarity_table(matrix, [words[i] for i in order])
    np.testing.assert_allclose(turned, table[order][:, order], atol=1e-6)


def test_no_words_too_many_and_unknown_ones_are_errors() -> None:
    matrix = random_matrix(300)
    with pytest.raises(InputError, match="no word is asked for"):
        similarity_table(matrix, [])
    with pytest.raises(InputError, match=r"201 words are too many for a table\. Choose at most 200"):
        similarity_table(matrix, list(matrix.vocabulary.words[: MOST + 1]))
    with pytest.raises(InputError, match="not a word"):
        similarity_table(matrix, ["x"])
    all_same = similarity_table(matrix_of("abc", np.ones((3, 2))), list("abc"))
    assert (all_same == 1).all() and sorted(ordered(all_same).tolist()) == [0, 1, 2]
