"""float32 as text: the digits are few, and no bit is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.exports.numbers import rows_as_text

FINITE = st.integers(0, 2**32 - 1).filter(lambda bits: bits & 0x7F800000 != 0x7F800000)


@given(bits=hnp.arrays(np.uint32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8), elements=FINITE))
def test_numbers_as_text_keep_every_bit(bits: np.ndarray) -> None:
    for separator in (" ", "\t"):
        lines = rows_as_text(bits.view(np.float32), separator)
        # As gensim, NumPy and JavaScript do it: decimal to double to float32.
        again = np.array([[float(x) for x in line.split(separator)] for line in lines], np.float64).astype(np.float32)
        np.testing.assert_array_equal(again.view(np.uint32), bits)


@pytest.mark.parametrize("bits", [0, 1, 0x80000000, 0x80000001, 0x007FFFFF, 0x7F7FFFFF, 0xFF7FFFFF, 0x15AE43FD])
def test_the_hardest_numbers_keep_every_bit_as_text(bits: int) -> None:
    number = np.array([[bits]], np.uint32).view(np.float32)
    (line,) = rows_as_text(number, " ")
    assert np.array([float(line)]).astype(np.float32).view(np.uint32)[0] == bits
    assert len(line) < 17
