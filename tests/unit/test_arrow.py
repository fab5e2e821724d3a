"""Arrow arrays by their buffers are what pyarrow makes of the same values."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import arrow

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@given(st.lists(st.none() | texts))
def test_strings(values: list[str | None]) -> None:
    made = arrow.strings(values)
    made.validate(full=True)
    assert made.equals(pa.array(values, pa.string()))


def test_half_a_character_is_a_question_mark() -> None:
    assert arrow.strings(["a\ud800é", None, "b"]).to_pylist() == ["a?é", None, "b"]


@given(st.lists(st.none() | st.lists(texts, max_size=3)))
def test_lists_of_strings(values: list[list[str] | None]) -> None:
    made = arrow.string_lists(values)
    made.validate(full=True)
    assert made.equals(pa.array(values, pa.list_(pa.string())))


@given(st.lists(st.tuples(st.integers(-5, 5), st.booleans())), st.sampled_from(["bool", "int16", "int64", "float32"]))
def test_numbers(pairs: list[tuple[int, bool]], kind: str) -> None:
    values = np.array([value for value, _missing in pairs], kind)
    missing = np.array([missing for _value, missing in pairs], bool)
    for made, wanted in (
        (arrow.numbers(values), pa.array(values)),
        (arrow.numbers(values, missing), pa.array(values, mask=missing)),
        (arrow.numbers(np.repeat(values, 2)[::2], missing), pa.array(values, mask=missing)),
    ):
        made.validate(full=True)
        assert made.equals(wanted)


def test_names() -> None:
    made = arrow.names(np.array([1, -1, 0, 1], np.int8), ["a", "b"])
    assert made.to_pylist() == ["b", None, "a", "b"]
    assert made.dictionary.to_pylist() == ["a", "b"]


def test_more_text_than_offsets_can_count_is_an_error() -> None:
    with pytest.raises(OverflowError):
        arrow._offsets(np.array([2**31], np.int64))
