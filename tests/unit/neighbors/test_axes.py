"""Semantic axes: between two poles, and where words lie on them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.neighbors import axes
from core.neighbors.axes import along, angle, axis
from tests.unit.neighbors.questions import builtin_matrix, matrix_of, random_matrix


def test_the_direction_leads_from_the_mean_of_one_pole_to_that_of_the_other() -> None:
    matrix = random_matrix()
    found = axis(matrix, ["w1", "w2"], ["w3"])
    unit = matrix.vectors / np.linalg.norm(matrix.vectors, axis=1, keepdims=True)
    by_hand = unit[3] - unit[[1, 2]].mean(axis=0)
    np.testing.assert_allclose(found.direction, by_hand / np.linalg.norm(by_hand), atol=1e-6)
    assert found.length == pytest.approx(np.linalg.norm(by_hand), abs=1e-6)
    np.testing.assert_allclose(found.at_low, unit[[1, 2]] @ found.direction, atol=1e-6)
    assert found.gap == pytest.approx(found.at_high[0] - max(found.at_low))


def test_positions_are_cosines_and_nan_for_zero_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(axes, "ROWS_AT_ONCE", 2)
    matrix = matrix_of(["low", "high", "zero", "between", "far"], [[-1, 0], [2, 0], [0, 0], [0, 3], [5, 0]])
    found = along(matrix, axis(matrix, ["low"], ["high"]))
    np.testing.assert_allclose(found[:, 0], [-1, 1, np.nan, 0, 1], atol=1e-6)
    assert found.dtype == np.float32
    across = axis(matrix, ["low"], ["between"])
    two = along(matrix, [axis(matrix, ["low"], ["high"]), across], np.array([4, 3]))
    np.testing.assert_allclose(two, [[1, np.sqrt(0.5)], [0, np.sqrt(0.5)]], atol=1e-6)
    assert along(matrix, across, np.zeros(0, np.int64)).shape == (0, 1)


def test_the_angle_between_two_axes_is_told() -> None:
    matrix = matrix_of(["o", "x", "y", "xy"], [[-1, -1], [1, 0], [0, 1], [1, 1]])
    assert angle(axis(matrix, ["x"], ["y"]), axis(matrix, ["o"], ["xy"])).degrees == pytest.approx(90)
    same = angle(axis(matrix, ["x"], ["y"]), axis(matrix, ["y"], ["x"]))
    assert (same.cosine, same.degrees) == pytest.approx((-1, 180))
    assert json.loads(json.dumps(same.as_dict())) == same.as_dict()


def test_poles_that_overlap_have_a_gap_below_zero() -> None:
    matrix = matrix_of(["a", "b", "c", "d"], [[-1, 0], [1, 0], [1, 1], [1, -1]])
    assert axis(matrix, ["a", "b"], ["c", "d"]).gap < 0 < axis(matrix, ["a"], ["b", "c", "d"]).gap


def test_poles_that_make_no_axis_are_errors() -> None:
    matrix = matrix_of(["a", "b", "c", "d", "zero"], [[1, 0], [-1, 0], [0, 1], [0, -1], [0, 0]])
    for low, high, text in (
        ([], ["a"], "at each of its ends"),
        (["a"], [], "at each of its ends"),
        (["a", "b"], ["c", "b"], "'b' is at both ends"),
        (["a", "b"], ["c", "d"], "lie in the same place"),
        (["a"], ["x"], "'x' is not a word"),
        (["a"], ["zero"], "is zero"),
    ):
        with pytest.raises(InputError, match=text):
            axis(matrix, low, high)
    with pytest.raises(InputError, match="6 dimensions"):
        along(random_matrix(5, 6), axis(matrix, ["a"], ["c"]))


@given(st.integers(0, 10_000))
def test_lengths_do_not_matter_and_turning_the_axis_turns_the_signs(seed: int) -> None:
    draw = np.random.default_rng(seed)
    matrix = random_matrix(20, 5, seed)
    longer = matrix.replace(vectors=(matrix.vectors * draw.uniform(0.01, 100, (20, 1))).astype(np.float32))
    low, high = ["w1", "w2"], ["w3", "w4", "w5"]
    found = along(matrix, axis(matrix, low, high))
    np.testing.assert_allclose(along(longer, axis(longer, low, high)), found, atol=1e-5)
    np.testing.assert_allclose(along(matrix, axis(matrix, high, low)), -found, atol=1e-5)


def test_the_built_in_vectors_know_small_from_big() -> None:
    english = builtin_matrix("english")
    size = axis(english, ["small", "tiny", "small"], ["big", "huge", "large"])
    assert size.low == ("small", "tiny") and size.gap > 0.3
    ids = english.vocabulary.ids
    enormous, little = along(english, size, np.array([ids["enormous"], ids["little"]]))[:, 0]
    assert enormous > 0 > little
    assert json.loads(json.dumps(size.as_dict()))["low"][1]["word"] == "tiny"
