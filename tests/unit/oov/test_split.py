"""Compounds: where they are split, what their parts are found as, and which are left to the next fill."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.oov.split import Split, fit_split, split_word
from core.rows import Origin
from tests.unit.lookup.memory_source import MemorySource
from tests.unit.oov.made_ground import ground_of

HELD = ["well", "known", "New", "york", "html", "Parser", "covid", "the", "北京", "大学", "I", "a"]


def fitted_on(*sources: MemorySource, words: tuple[str, ...] = ("well",)):
    return fit_split(Split(), ground_of(words, *sources))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("well-known", ("well", "known")),
        ("New_York", ("New", "York")),
        ("new york times", ("new", "york", "times")),
        ("and/or", ("and", "or")),
        ("camelCase", ("camel", "Case")),
        ("HTMLParser", ("HTML", "Parser")),
        ("HTMLParser2", ("HTML", "Parser")),
        ("word2vec", ("word", "vec")),
        ("straßeÜber", ("straße", "Über")),
        ("state-of-the-art", ("state", "of", "the", "art")),
        ("-well--known-", ("well", "known")),
        ("covid-19", ()),
        ("e-mail", ()),
        ("iPhone", ()),
        ("seaside", ()),
        ("HTML", ()),
        ("北京", ()),
        ("银 行", ()),
        ("2020-21", ()),
        ("", ()),
        ("-", ()),
        ("a b", ()),
        ("x-" * 400 + "x", ()),
    ],
)
def test_a_word_is_split_where_its_writing_shows_it(word: str, parts: tuple[str, ...]) -> None:
    assert split_word(word) == parts


@given(st.text())
def test_any_text_can_be_split_and_its_parts_are_in_it(word: str) -> None:
    parts = split_word(word)
    assert len(parts) != 1 and all(part in word for part in parts)


def test_parts_are_found_as_written_in_lower_case_or_titled() -> None:
    fitted = fitted_on(MemorySource(HELD))
    made = fitted.fill(["Well-Known", "new york", "HTMLParser", "well-unknown", "北京 大学", "well"])
    assert made.pieces is not None
    assert list(made.pieces) == [("well", "known"), ("New", "york"), ("html", "Parser"), None, ("北京", "大学"), None]
    assert made.done.tolist() == [True, True, True, False, True, False]
    assert fitted.origin == Origin.COMPOSED


def test_a_row_is_the_plain_mean_and_says_how_far_the_parts_agree() -> None:
    vectors = np.array([[1, 0], [0, 3], [4, 0]], np.float32)
    made = fitted_on(MemorySource(["well", "known", "ill"], vectors)).fill(["well-known", "well-ill", "x", "a-b"])
    assert made.vectors.tolist() == [[0.5, 1.5], [2.5, 0], [0, 0], [0, 0]]
    assert made.signals.tolist() == [[2, 0], [2, 1], [0, 0], [0, 0]]
    assert made.source is not None and made.source.tolist() == [0, 0, -1, -1]


def test_the_first_source_that_holds_all_parts_is_taken() -> None:
    first, second = MemorySource(["well", "known"], name="first"), MemorySource(["well", "ill", "known"], name="second")
    fitted = fitted_on(first, second)
    made = fitted.fill(["well-ill", "well-known"])
    assert made.source is not None and made.source.tolist() == [1, 0]
    assert "second" in fitted.explain("well-ill").steps[0]
    assert [(one.name, one.weight) for one in fitted.explain("well-ill").ingredients] == [("well", 0.5), ("ill", 0.5)]
    assert fitted.explain("x").steps == ()


def test_a_faulty_part_leaves_the_word_to_the_next_fill() -> None:
    vectors = np.array([[1, 0], [np.nan, 3]], np.float32)
    made = fitted_on(MemorySource(["well", "known"], vectors)).fill(["well-known"])
    assert not made.done.any() and not made.vectors.any()


def test_hidden_words_are_no_parts() -> None:
    ground = ground_of(["well", "known"], MemorySource(["well", "known"]))
    assert not fit_split(Split(), ground.without(np.array([1]))).can_fill(["well-known"]).any()


@pytest.mark.parametrize("word", ["\ud800-\udfff", "well-\ud800x", "a" * 10_000, "\x00\x01 \n", "🙂-🙂", "<b>-</b>"])
def test_hostile_words_are_left_to_the_next_fill(word: str) -> None:
    assert not fitted_on(MemorySource(HELD)).fill([word, ""]).done.any()


def test_what_can_be_filled_is_what_is_and_no_word_depends_on_the_others() -> None:
    words = ["well-known", "x", "New-York", "covid html", "seaside", "the Parser", ""]
    fitted = fitted_on(MemorySource(HELD, np.random.default_rng(0).standard_normal((len(HELD), 9)).astype("f4")))
    whole = fitted.fill(words)
    assert fitted.can_fill(words).tolist() == whole.done.tolist()
    for i, word in enumerate(words):
        assert fitted.fill([word]).vectors.tobytes() == whole.vectors[i].tobytes()
    assert fitted.fill([]).vectors.shape == (0, 9) and fitted.can_fill([]).shape == (0,)
