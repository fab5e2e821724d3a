"""The check by reading back: one bit, one word or one row that differs is found, with its row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import ExportError
from core.exports.writers import Part, compare, in_parts, joined_by_underscores, refuse_words

WORDS = tuple("abcdef")
VECTORS = np.arange(18, dtype=np.float32).reshape(6, 3)
PATH = Path("out.vec")


def parts_of(words: tuple[str, ...], vectors: np.ndarray) -> list[Part]:
    return [(words[first : first + 2], part) for first, part in in_parts(vectors, 2)]


def test_equal_parts_pass_with_words_or_without() -> None:
    compare(parts_of(WORDS, VECTORS), WORDS, VECTORS, PATH)
    compare([(None, VECTORS)], WORDS, VECTORS, PATH)
    compare([], (), VECTORS[:0], PATH)


def changed(row: int, value: float) -> np.ndarray:
    vectors = VECTORS.copy()
    vectors[row, 0] = value
    return vectors


@pytest.mark.parametrize(
    "parts, row",
    [
        (parts_of(WORDS, changed(0, -0.0)), 0),
        (parts_of(WORDS, changed(3, np.nextafter(np.float32(9), np.float32(10)))), 2),
        (parts_of((*WORDS[:4], "f", "e"), VECTORS), 4),
        (parts_of(WORDS[:4], VECTORS[:4]), 4),
        (parts_of((*WORDS, "g"), np.vstack([VECTORS, VECTORS[:1]])), 6),
        (parts_of(WORDS, VECTORS[:, :2].copy()), 0),
    ],
    ids=["sign of zero", "last bit", "words exchanged", "rows missing", "a row more", "narrower"],
)
def test_every_difference_is_found(parts: list[Part], row: int) -> None:
    with pytest.raises(ExportError, match=f"from row {row} on") as caught:
        compare(parts, WORDS, VECTORS, PATH)
    assert caught.value.where == str(PATH)


def test_at_most_five_words_are_named() -> None:
    with pytest.raises(ExportError, match="7 words hold") as caught:
        refuse_words([f"a {i}" for i in range(7)], " ", "some format")
    assert "'a 4'" in str(caught.value) and "'a 5'" not in str(caught.value)


def test_underscores_replace_each_character_that_ends_a_word() -> None:
    assert joined_by_underscores(["a b", "a\tb", "c"], " ") == ["a_b", "a\tb", "c"]
    assert joined_by_underscores(["a b c", "d\te"], " \t") == ["a_b_c", "d_e"]


def test_two_words_that_underscores_make_one_are_refused() -> None:
    with pytest.raises(ExportError, match="New_York"):
        joined_by_underscores(["New York", "New_York"], " ")
