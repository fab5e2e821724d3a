"""An analogy worked out: the answers, what was left out, the arithmetic."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.neighbors.analogy import METHODS, analogy
from tests.unit.neighbors.questions import builtin_matrix, keyed, matrix_of, random_matrix, real_matrix

METHOD = pytest.mark.parametrize("method", METHODS)


def by_hand(matrix, words: list[str], method: str) -> np.ndarray:  # type: ignore[no-untyped-def]
    """float64[n]: the score of every row."""
    unit = matrix.vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    a, b, c = unit[[matrix.vocabulary.ids[word] for word in words]] @ unit.T
    if method == "3cosadd":
        return b - a + c
    return (b + 1) / 2 * (c + 1) / 2 / ((a + 1) / 2 + 0.001)


@METHOD
def test_answers_are_those_of_all_rows_compared_by_hand(method: str) -> None:
    matrix = random_matrix()
    scores = by_hand(matrix, ["w1", "w2", "w3"], method)
    order = [i for i in np.argsort(-scores) if i not in (1, 2, 3)]
    found = analogy(matrix, "w1", "w2", "w3", method=method, k=20)  # type: ignore[arg-type]
    assert [one.row for one in found.answers] == order[:20]
    np.testing.assert_allclose([one.score for one in found.answers], scores[order[:20]], rtol=1e-4)
    for one in (*found.answers, *found.inputs):
        assert one.rank == 1 + int((scores > scores[one.row]).sum())


def test_3cosadd_is_gensims_most_similar() -> None:
    matrix = random_matrix()
    found = analogy(matrix, "w1", "w2", "w3", k=15)
    theirs = keyed(matrix).most_similar(positive=["w2", "w3"], negative=["w1"], topn=15)
    assert [one.word for one in found.answers] == [word for word, _score in theirs]
    cosines = [one.score / found.target["|t|"] for one in found.answers]
    np.testing.assert_allclose(cosines, [score for _word, score in theirs], atol=1e-5)


@pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")  # gensim's own
def test_3cosmul_is_gensims_but_for_epsilon() -> None:
    matrix = random_matrix()
    found = analogy(matrix, "w1", "w2", "w3", method="3cosmul", k=15)
    theirs = dict(keyed(matrix).most_similar_cosmul(positive=["w2", "w3"], negative=["w1"], topn=200))
    for one in found.answers:
        to_a = (one.to_a + 1) / 2
        assert one.score == pytest.approx(theirs[one.word] * (to_a + 1e-6) / (to_a + 1e-3), rel=1e-4)
    assert {one.word for one in found.answers[:5]} <= set(list(theirs)[:8])


def test_the_inputs_are_no_answers_and_their_places_are_told() -> None:
    matrix = matrix_of(["a", "b", "c", "d", "e"], [[1, 0, 0], [0.1, 1, 0], [1, 0, 0.2], [0.5, 1, 0.2], [-1, 0, 0]])
    found = analogy(matrix, "a", "b", "c")
    assert [one.word for one in found.answers] == ["d", "e"]
    assert [(one.word, one.rank) for one in found.inputs] == [("a", 4), ("b", 1), ("c", 3)]
    assert found.first_without_exclusion == "b"
    assert found.searched == 5


def test_zero_special_and_invented_rows_are_no_answers() -> None:
    words = ["<pad>", "<unk>", "a", "b", "c", "zero", "made", "d", "<s>"]
    vectors = np.random.default_rng(0).standard_normal((9, 4))
    vectors[5] = 0
    specials = {"<pad>": "pad", "<unk>": "unk", "<s>": "token"}
    matrix = matrix_of(words, vectors, specials=specials, invented=("made",))
    found = analogy(matrix, "a", "b", "c", k=100)
    assert {one.word for one in found.answers} == {"d", "<s>"}
    assert found.searched == 5


@METHOD
def test_the_steps_add_up(method: str) -> None:
    found = analogy(random_matrix(), "w1", "w2", "w3", method=method, k=4)  # type: ignore[arg-type]
    assert dict(found.steps[0].rows) == {"a": "w1", "b": "w2", "c": "w3"}  # type: ignore[arg-type]
    for row in found.steps[-2].rows:
        if method == "3cosadd":
            _word, to_b, minus_a, to_c, total, cosine = row
            assert to_b + minus_a + to_c == pytest.approx(total, abs=1e-5)  # type: ignore[operator]
            assert cosine * found.target["|t|"] == pytest.approx(total, abs=1e-5)  # type: ignore[operator]
        else:
            _word, product, divisor, quotient = row
            assert product / divisor == pytest.approx(quotient, rel=1e-4)  # type: ignore[operator]
    assert [row[0] for row in found.steps[-1].rows].count(found.answers[0].word) == 1
    assert all(len(row) == len(step.heads) for step in found.steps for row in step.rows)


def test_the_target_is_told_by_its_length_and_cosines() -> None:
    matrix = random_matrix()
    a, b, c = (matrix.vector(w).astype(np.float64) / np.linalg.norm(matrix.vector(w)) for w in ("w1", "w2", "w3"))
    t = b - a + c
    found = analogy(matrix, "w1", "w2", "w3").target
    assert found["|t|"] == pytest.approx(np.linalg.norm(t))
    assert found["cos(t, b)"] == pytest.approx(t @ b / np.linalg.norm(t), abs=1e-6)


def test_words_that_are_asked_for_twice_are_noted() -> None:
    found = analogy(random_matrix(), "w1", "w1", "w3", k=3)
    assert "the same" in found.notes[0]
    assert [one.word for one in found.inputs] == ["w1", "w3"]
    assert found.first_without_exclusion == "w3"
    assert "invented" in analogy(matrix_of("abcd", np.eye(4), invented=("a",)), "a", "b", "c").notes[0]


@METHOD
def test_bad_questions_are_errors_and_small_matrices_are_not(method) -> None:  # type: ignore[no-untyped-def]
    matrix = matrix_of(["a", "b", "c", "zero"], [[1, 0], [0, 1], [1, 1], [0, 0]])
    with pytest.raises(InputError, match="not a word"):
        analogy(matrix, "a", "b", "x", method=method)
    with pytest.raises(InputError, match="the row of 'zero' is zero"):
        analogy(matrix, "a", "zero", "c", method=method)
    with pytest.raises(InputError, match="can't be listed"):
        analogy(matrix, "a", "b", "c", method=method, k=0)
    found = analogy(matrix, "a", "b", "c", method=method, k=10**9)
    assert found.answers == () and "No other row" in found.notes[0]
    alone = matrix_of(["😀"], [[1.0, 1.0]])
    assert analogy(alone, "😀", "😀", "😀", method=method).answers == ()


def test_a_target_of_zero_and_an_unknown_method_are_errors() -> None:
    matrix = matrix_of(["a", "b", "c"], [[1, 0], [0.5, 0.8660254], [0.5, -0.8660254]])
    with pytest.raises(InputError, match="is zero for these words"):
        analogy(matrix, "a", "b", "c")
    with pytest.raises(InputError, match="Choose 3cosadd or 3cosmul"):
        analogy(matrix, "a", "b", "c", method="other")  # type: ignore[arg-type]


def test_an_analogy_is_plain_json() -> None:
    found = analogy(random_matrix(), "w1", "w2", "w3", k=2).as_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@given(st.integers(0, 10_000), st.sampled_from(METHODS))
def test_neither_the_lengths_nor_the_order_of_rows_matter(seed: int, method) -> None:  # type: ignore[no-untyped-def]
    draw = np.random.default_rng(seed)
    matrix = random_matrix(40, 6, seed)
    order = draw.permutation(40)
    longer = matrix.vectors[order] * draw.uniform(1e-3, 1e3, (40, 1))
    turned = matrix_of([f"w{i}" for i in order], longer)
    found, same = (analogy(m, "w1", "w2", "w3", method=method, k=5) for m in (matrix, turned))
    np.testing.assert_allclose([d.score for d in found.answers], [d.score for d in same.answers], rtol=1e-3, atol=1e-5)
    assert [d.word for d in found.answers] == [d.word for d in same.answers]


def test_the_built_in_vectors_answer_the_textbooks_questions() -> None:
    english = builtin_matrix("english")
    for a, b, c, d in (("man", "king", "woman", "queen"), ("france", "paris", "germany", "berlin")):
        for method in METHODS:
            assert analogy(english, a, b, c, method=method).answers[0].word == d  # type: ignore[arg-type]
    assert analogy(english, "man", "king", "woman").first_without_exclusion == "king"
    assert analogy(builtin_matrix("chinese"), "法国", "巴黎", "德国").answers[0].word == "柏林"


@pytest.mark.realdata
def test_real_vectors_give_gensims_answers(data_folder: Path) -> None:
    matrix = real_matrix(data_folder)
    theirs = keyed(matrix)
    for a, b, c in (("good", "better", "bad"), ("small", "smaller", "large"), ("he", "his", "she")):
        found = analogy(matrix, a, b, c, k=5)
        assert [one.word for one in found.answers] == [
            word for word, _score in theirs.most_similar(positive=[b, c], negative=[a], topn=5)
        ]
