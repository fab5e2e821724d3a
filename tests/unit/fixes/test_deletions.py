"""Words few edits apart are found, all of them and no others, as measuring each pair finds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from core.fixes.deletions import LONGEST, Deletions
from core.fixes.likeness import likeness

WORDS = st.lists(st.text("abc", max_size=7), max_size=12)


def near(asked: list[str], words: list[str], edits: int) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for at, among, apart in Deletions(words, edits).near(asked):
        for i, j, n in zip(at.tolist(), among.tolist(), apart.tolist(), strict=True):
            assert (i, j) not in found
            found[i, j] = n
    return found


@given(WORDS, WORDS, st.sampled_from([1, 2]))
def test_all_near_words_are_found_and_no_others(asked: list[str], words: list[str], edits: int) -> None:
    apart = {(i, j): OSA.distance(one, other) for i, one in enumerate(asked) for j, other in enumerate(words)}
    assert near(asked, words, edits) == {pair: n for pair, n in apart.items() if 0 < n <= edits}


@pytest.mark.parametrize("word", ["\ud800x", "林林", "🙂🙂", "\x00a"])
def test_any_characters_may_be_edited(word: str) -> None:
    assert near([word + "y"], [word, word + "y"], 1) == {(0, 0): 1}


def test_words_longer_than_any_are_near_none() -> None:
    assert near(["x" * (LONGEST + 1)], ["x" * LONGEST], 1) == {}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("recieve", "receive"),
        ("occassion", "occasion"),
        ("embarass", "embarrass"),
        ("seperate", "separate"),
        ("enviroment", "environment"),
        ("walkin", "walking"),
        ("Goverment", "government"),
    ],
)
def test_slips_of_the_hand_and_of_the_ear_are_likely(word: str, meant: str) -> None:
    assert likeness(word, meant, 5000) is not None


@pytest.mark.parametrize(
    ("word", "meant"),
    [("fawn", "lawn"), ("believes", "believe"), ("winn", "wind"), ("serling", "sterling"), ("horus", "hours")],
)
def test_what_is_as_near_but_another_word_is_not(word: str, meant: str) -> None:
    assert likeness(word, meant, 5000) is None


def test_of_a_very_frequent_word_a_shorter_one_is_a_slip() -> None:
    assert likeness("adress", "address", 100) is not None
    assert likeness("adress", "address", 50_000) is None
