"""Rows of mapped files, and copies of them that can be written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tuning.files import gathered, private_copy
from tests.unit.tuning import made

OFFSET = 104


def mapped(folder: Path, rows: np.ndarray) -> np.ndarray:
    """`rows` as a build's file has them: behind a header, mapped to be read, seen as a plain array."""
    path = folder / "matrix.bin"
    path.write_bytes(b"\x07" * OFFSET + rows.tobytes())
    return np.memmap(path, "<f4", mode="r", offset=OFFSET, shape=rows.shape).view(np.ndarray)


@given(
    st.lists(st.integers(0, made.WORDS - 1), unique=True).map(sorted),
    st.integers(1, 300),
    st.sampled_from([1.0, 0.1, 1e-30]),
)
def test_gathered_rows_are_those_of_fancy_indexing(rows: list[int], block: int, factor: float) -> None:
    vectors, at = made.vectors(), np.array(rows, np.int64)
    found = gathered(vectors, at, factor, block)
    assert found.dtype == np.float32 and found.flags.c_contiguous
    np.testing.assert_array_equal(found, vectors[at] * np.float32(factor))


def test_rows_are_gathered_from_a_mapped_file_and_the_file_is_still_there(tmp_path: Path) -> None:
    vectors, at = made.vectors(), np.array([0, 3, 49])
    source = mapped(tmp_path, vectors)
    np.testing.assert_array_equal(gathered(source, at, block=8), vectors[at])
    np.testing.assert_array_equal(source, vectors)


def test_a_private_copy_of_a_mapped_matrix_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    vectors = made.vectors()
    source = mapped(tmp_path, vectors)
    before = (tmp_path / "matrix.bin").read_bytes()
    copy = private_copy(source)
    assert type(copy) is np.ndarray and copy.dtype == np.float32 and copy.flags.writeable and copy.flags.c_contiguous
    np.testing.assert_array_equal(copy, vectors)
    copy[3] = 7
    np.testing.assert_array_equal(source, vectors)
    assert (tmp_path / "matrix.bin").read_bytes() == before
    assert copy[3, 0] == 7 and isinstance(copy.base, np.memmap)  # mapped: not a copy in memory


def test_a_copy_of_a_matrix_in_memory_is_its_own() -> None:
    vectors = made.vectors()
    vectors.flags.writeable = False
    copy = private_copy(vectors)
    copy[0] = 7
    assert vectors[0, 0] != 7


@pytest.mark.parametrize("part", [slice(10, 20), slice(None, None, -1), slice(None, None, 2)], ids=str)
def test_a_part_of_a_mapped_matrix_is_copied_as_that_part(part: slice, tmp_path: Path) -> None:
    vectors = made.vectors()
    source = mapped(tmp_path, vectors)[part]
    copy = private_copy(source)
    np.testing.assert_array_equal(copy, vectors[part])
    copy[0] = 7
    np.testing.assert_array_equal(source, vectors[part])


@pytest.mark.parametrize("what", ["other values", "shorter", "gone"])
def test_a_file_that_was_replaced_meanwhile_is_not_taken_for_the_matrix(what: str, tmp_path: Path) -> None:
    vectors = made.vectors()
    source = mapped(tmp_path, vectors)
    path = tmp_path / "matrix.bin"
    path.rename(tmp_path / "old.bin")  # as a build is replaced: the mapping keeps the old file
    if what != "gone":
        other = made.vectors(1) if what == "other values" else vectors[:3]
        path.write_bytes(b"\x07" * OFFSET + other.tobytes())
    np.testing.assert_array_equal(private_copy(source), vectors)
