"""The odd one out, beside gensim's."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.neighbors.odd_one import odd_one_out
from tests.unit.neighbors.questions import builtin_matrix, keyed, matrix_of, random_matrix


def test_the_odd_one_has_the_lowest_mean_cosine_with_the_others() -> None:
    matrix = matrix_of(["a", "b", "c", "x"], [[1, 0.1], [1, 0], [1, -0.1], [0, 5]])
    found = odd_one_out(matrix, ["a", "x", "b", "c"])
    assert found.word == "x" and found.words[0] == "x"
    unit = matrix.vectors / np.linalg.norm(matrix.vectors, axis=1, keepdims=True)
    by_word = dict(zip(found.words, found.cosines, strict=True))
    assert by_word["a"] == pytest.approx(np.mean([unit[0] @ unit[i] for i in (1, 2, 3)]), abs=1e-6)
    assert found.margin == pytest.approx(found.cosines[1] - found.cosines[0])


@given(st.integers(0, 10_000), st.integers(3, 12))
def test_it_is_always_gensims(seed: int, k: int) -> None:
    matrix = random_matrix(40, 6, seed)
    words = [f"w{i}" for i in np.random.default_rng(seed).permutation(40)[:k]]
    assert odd_one_out(matrix, words).word == keyed(matrix).doesnt_match(words)


@given(st.integers(0, 10_000))
def test_lengths_and_order_do_not_matter(seed: int) -> None:
    draw = np.random.default_rng(seed)
    matrix = random_matrix(10, 4, seed)
    longer = matrix.replace(vectors=(matrix.vectors * draw.uniform(0.01, 100, (10, 1))).astype(np.float32))
    words = [f"w{i}" for i in range(10)]
    turned = [words[i] for i in draw.permutation(10)]
    found, same = odd_one_out(matrix, words), odd_one_out(longer, turned)
    np.testing.assert_allclose(found.cosines, same.cosines, atol=1e-5)
    assert found.word == same.word


def test_equally_odd_words_have_no_margin_and_the_first_given_is_told() -> None:
    matrix = matrix_of("abc", np.eye(3))
    found = odd_one_out(matrix, ["b", "a", "c"])
    assert (found.word, found.margin) == ("b", 0)
    assert json.loads(json.dumps(found.as_dict()))["odd"] == "b"


def test_too_few_different_words_unknown_ones_and_zero_rows_are_errors() -> None:
    matrix = matrix_of(["a", "b", "c", "zero", "none"], [[1, 0], [0, 1], [1, 1], [0, 0], [0, 0]])
    for words in ([], ["a"], ["a", "b", "a", "b"]):
        with pytest.raises(InputError, match="Give three words or more"):
            odd_one_out(matrix, words)
    with pytest.raises(InputError, match="'x' is not a word"):
        odd_one_out(matrix, ["a", "b", "x"])
    with pytest.raises(InputError, match="the rows of 'zero', 'none' are zero"):
        odd_one_out(matrix, ["a", "zero", "none"])


def test_the_built_in_vectors_find_the_textbooks_odd_one() -> None:
    assert odd_one_out(builtin_matrix("english"), ["breakfast", "cereal", "dinner", "lunch"]).word == "cereal"
