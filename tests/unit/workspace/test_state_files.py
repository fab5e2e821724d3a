"""What long work keeps: arrays that come back as they were, and values that are whole or not there."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from core.workspace.state_files import TYPES, finite, is_whole, read_arrays, read_json, write_arrays, write_json

SHAPES = arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5)
ONE = st.sampled_from(sorted(TYPES.values())).flatmap(lambda kind: arrays.arrays(kind, SHAPES))


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), ONE, max_size=4))
def test_arrays_come_back_as_they_were_and_safetensors_reads_them(
    tmp_path_factory: pytest.TempPathFactory, given: dict[str, np.ndarray]
) -> None:
    from safetensors.numpy import load_file

    path = tmp_path_factory.mktemp("state") / "a.safetensors"
    write_arrays(path, given)
    found, theirs = read_arrays(path), load_file(path)
    assert found.keys() == theirs.keys() == given.keys()
    for name, array in given.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
        np.testing.assert_array_equal(theirs[name], array)
    assert is_whole(path)


def test_a_file_that_is_cut_off_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_arrays(path, {"rows": np.ones((100, 3), np.float32)})
    path.write_bytes(path.read_bytes()[:-1])
    assert not is_whole(path)
    with pytest.raises(OSError, match="cut off"):
        read_arrays(path)


def test_json_holds_no_numbers_that_are_none(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", finite({"loss": [math.nan, 1.0, (math.inf,)]}))
    assert read_json(tmp_path / "a.json") == {"loss": [None, 1.0, [None]]}
    assert read_json(tmp_path / "absent.json") is None
    (tmp_path / "a.json").write_text("[1]")
    assert read_json(tmp_path / "a.json") is None
