"""Questions asked in words: rows, spellings, phrases, and the nearest words."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.listing import Listing
from core.neighbors import informed
from core.neighbors.asking import neighbors_of, phrase_vector, rows_of, states_of, suggestions
from core.neighbors.cutting import words_in
from core.rows import Origin
from core.vocabulary.vocabulary import Vocabulary
from core.weights import SifSpec, weigh
from tests.unit.neighbors.questions import builtin_matrix, keyed, matrix_of, random_matrix

ROYAL = ["<pad>", "king", "queen", "Queens", "been", "man", "苹果", "苹", "人工智能", "😀", "<b>hi</b>", "new york"]


def royal(**settings: object):  # type: ignore[no-untyped-def]
    vectors = np.random.default_rng(1).standard_normal((len(ROYAL), 6))
    vectors[0] = 0
    return matrix_of(ROYAL, vectors, specials={"<pad>": "pad"}, **settings)  # type: ignore[arg-type]


def test_rows_are_those_of_the_words_in_the_order_asked() -> None:
    assert rows_of(royal(), ["queen", "king", "queen"]).tolist() == [2, 1, 2]
    assert rows_of(royal(), []).shape == (0,)
    assert rows_of(royal(), "king").tolist() == [1]


def test_an_unknown_word_is_named_and_others_like_it_are_offered() -> None:
    with pytest.raises(InputError, match=r"'qeen' is not a word of the matrix\. Spelled like it: 'queen'"):
        rows_of(royal(), ["king", "qeen"])
    with pytest.raises(InputError, match=r"'qeen', 'kng' are not words .* 'qeen': 'queen'.*; 'kng': 'king'"):
        rows_of(royal(), ["qeen", "kng", "qeen"])
    with pytest.raises(InputError, match="No word is spelled like it"):
        rows_of(royal(), ["zzzzzzzz"])


def test_case_and_width_are_the_least_difference() -> None:
    assert suggestions(royal(), "QUEEN")[0] == "queen"
    assert suggestions(royal(), "queens")[0] == "Queens"
    assert suggestions(royal(), "ｋｉｎｇ")[0] == "king"


def test_chinese_words_are_offered_by_the_characters_they_share() -> None:
    assert suggestions(royal(), "苹菓")[:2] == ["苹", "苹果"]
    assert suggestions(royal(), "人工智障") == ["人工智能"]


def test_equally_near_spellings_come_by_count_and_the_word_itself_never() -> None:
    words = Vocabulary(["cat", "bat", "rat"], [1, 5, 9])
    assert suggestions(words, "hat") == ["rat", "bat", "cat"]
    assert suggestions(words, "cat") == ["rat", "bat"]
    assert suggestions(words, "hat", most=1) == ["rat"]


@pytest.mark.parametrize("asked", ["", " ", "\ud800", "x" * 10_000, "\x00\n", "[bold]", "<pad>"])
def test_no_spelling_is_too_strange_and_special_rows_are_never_offered(asked: str) -> None:
    assert "<pad>" not in suggestions(royal(), asked)


def test_a_text_that_is_a_word_is_that_word_and_others_are_split() -> None:
    vocabulary = royal().vocabulary
    assert words_in(vocabulary, "new york") == (["new york"], [])
    assert words_in(vocabulary, "  king   queen,") == (["king", "queen"], [])
    assert words_in(vocabulary, "the king!") == (["king"], ["the"])
    assert words_in(vocabulary, "😀") == (["😀"], [])
    assert words_in(vocabulary, "") == ([], [])


def test_chinese_is_cut_into_the_fewest_words_with_the_least_left_over() -> None:
    vocabulary = Vocabulary(["研究", "研究生", "生命", "命", "起源", "的", "iPhone", "天"])
    assert words_in(vocabulary, "研究生命的起源")[0] == ["研究", "生命", "的", "起源"]
    assert words_in(vocabulary, "天，iPhone") == (["天", "iPhone"], [])
    assert words_in(vocabulary, "天無地iPhones的") == (["天", "的"], ["無地", "iPhones"])


@given(st.text(alphabet="ab天地，。 1😀", max_size=30))
def test_a_text_loses_no_letter_when_it_is_cut(text: str) -> None:
    vocabulary = Vocabulary(["天", "天地", "地天", "a", "ab1"])
    found, missing = words_in(vocabulary, text)
    assert all(word in vocabulary for word in found) and not any(word in vocabulary for word in missing)
    letters = sorted(c for word in [*found, *missing] for c in word if c.isalnum())
    assert letters == sorted(c for c in text if c.isalnum())


def test_a_phrase_is_the_mean_of_its_rows_of_length_one_as_in_gensim() -> None:
    matrix = random_matrix()
    phrase = phrase_vector(matrix, ["w1", "w5", "w1"])
    theirs = keyed(matrix).get_mean_vector(["w1", "w5", "w1"])  # it has no rule for a word given twice
    unit = [matrix.vector(w) / np.linalg.norm(matrix.vector(w)) for w in phrase.words]
    np.testing.assert_allclose(phrase.vector, np.mean(unit, axis=0), atol=1e-6)
    np.testing.assert_allclose(phrase.vector, theirs, atol=1e-6)


def test_sif_weights_are_those_of_a_build() -> None:
    matrix = random_matrix()
    phrase = phrase_vector(matrix, "w0 w199 nothing", "sif")
    built, _how = weigh(matrix.vocabulary, SifSpec())
    np.testing.assert_allclose(phrase.weights, built[[0, 199]], rtol=1e-6)
    assert phrase.missing == ("nothing",)
    own = matrix.replace(weights=np.full(200, 0.25, np.float32))
    assert phrase_vector(own, "w0 w1", "sif").weights == (0.25, 0.25)


def test_sif_without_counts_says_that_it_needs_them() -> None:
    with pytest.raises(InputError, match="SIF weights need the words' counts"):
        phrase_vector(royal(), "king queen", "sif")


def test_neighbors_are_those_of_gensim() -> None:
    matrix = random_matrix()
    for text in ("w3", "w3 w4"):
        found = neighbors_of(matrix, text, 7)
        theirs = keyed(matrix).most_similar(text.split(), topn=7)
        assert [one.word for one in found.neighbors] == [word for word, _cosine in theirs]
        np.testing.assert_allclose([one.cosine for one in found.neighbors], [c for _w, c in theirs], atol=1e-5)
        assert [one.count for one in found.neighbors] == [200 - one.row for one in found.neighbors]


def test_words_asked_for_and_rows_that_are_left_out_are_no_neighbors() -> None:
    matrix = royal(invented=("man",))
    found = neighbors_of(matrix, "king queen", 50, among=informed(matrix))
    listed = {one.word for one in found.neighbors}
    assert listed == set(ROYAL) - {"king", "queen", "<pad>", "man"}
    assert "man" in {one.word for one in neighbors_of(matrix, "king", 50).neighbors}


def test_a_question_without_a_direction_is_answered_with_a_note() -> None:
    assert "zero" in neighbors_of(royal(), "<pad>").note
    alone = matrix_of(["one"], [[1.0, 2.0]])
    assert neighbors_of(alone, "one").neighbors == ()
    assert "no other row" in neighbors_of(alone, "one").note
    opposite = matrix_of(["up", "down", "x"], [[0.1, 0.7], [-0.3, -2.1], [0, 1]])
    assert neighbors_of(opposite, "up down").neighbors == ()


def test_an_invented_row_is_told_to_say_nothing() -> None:
    matrix = royal(invented=("man",))
    assert "was invented" in neighbors_of(matrix, "man").note
    assert "invented rows" in neighbors_of(matrix, "man king").note
    assert neighbors_of(matrix, "king").note == ""


@pytest.mark.parametrize("text", ["", "   ", "nothing here", "\ud800"])
def test_a_text_without_a_known_word_is_an_error(text: str) -> None:
    with pytest.raises(InputError):
        neighbors_of(royal(), text)
    with pytest.raises(InputError):
        neighbors_of(royal(), "king", 0)


def test_states_are_those_of_the_listing() -> None:
    matrix = royal()
    columns = matrix.rows.writable()
    columns["origin"][:] = [i % 6 + 1 for i in range(len(ROYAL))]
    columns["suspect"][::2] = True
    columns["ambiguous"][::3] = True
    matrix = matrix.replace(rows=matrix.rows.replace_columns(**columns))
    listing = Listing.of(matrix.rows, matrix.vocabulary)
    rows = np.arange(len(ROYAL))
    assert states_of(matrix, rows) == [listing.row(i)["state"] for i in rows.tolist()]
    assert len(set(columns["origin"].tolist())) == len(Origin) - 1


@given(st.integers(0, 10_000), st.lists(st.floats(0.01, 100), min_size=30, max_size=30))
def test_neither_the_lengths_nor_the_order_of_rows_matter(seed: int, lengths: list[float]) -> None:
    matrix = random_matrix(30, 5, seed)
    found = [one.word for one in neighbors_of(matrix, "w1 w2", 8).neighbors]
    longer = matrix.replace(vectors=(matrix.vectors.T * np.float32(lengths)).T.copy())
    cosines = [one.cosine for one in neighbors_of(longer, "w1 w2", 8).neighbors]
    np.testing.assert_allclose(cosines, [one.cosine for one in neighbors_of(matrix, "w1 w2", 8).neighbors], atol=1e-5)
    order = np.random.default_rng(seed).permutation(30)
    turned = matrix_of([f"w{i}" for i in order], matrix.vectors[order])
    assert [one.word for one in neighbors_of(turned, "w1 w2", 8).neighbors] == found


def test_answers_are_plain_json() -> None:
    matrix = royal()
    text = json.dumps([neighbors_of(matrix, "😀 king", 3).as_dict(), phrase_vector(matrix, "king").as_dict()])
    assert json.loads(text)[0]["words"] == ["😀", "king"]


def test_the_built_in_vectors_know_their_neighbors() -> None:
    english, chinese = builtin_matrix("english"), builtin_matrix("chinese")
    assert "queen" in [one.word for one in neighbors_of(english, "king", 8).neighbors]
    assert neighbors_of(chinese, "我爱北京天安门").words == ("我", "爱", "北京", "天安门")
    assert suggestions(english, "recieve")[0] == "receive"
