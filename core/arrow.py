"""Arrow arrays out of words and NumPy columns, by their buffers.

`pyarrow.array` does the same, but imports pandas at its first call: a third of a second and 40 MB that a look-up
of a second should not pay. Arrow's layout: https://arrow.apache.org/docs/format/Columnar.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa


def strings(values: Sequence[str | None]) -> pa.StringArray:
    """A string array; None is null. A lone surrogate, which is no text in UTF-8, becomes "?"."""
    import pyarrow as pa

    texts = [value or "" for value in values]
    data = "".join(texts).encode("utf-8", "replace")
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    if len(data) != lengths.sum():
        lengths = np.fromiter((len(text.encode("utf-8", "replace")) for text in texts), np.int64, len(texts))
    there = np.fromiter((value is not None for value in values), bool, len(texts))
    return pa.StringArray.from_buffers(len(texts), _offsets(lengths), pa.py_buffer(data), _valid(there), -1)


def string_lists(values: Sequence[Sequence[str] | None]) -> pa.ListArray:
    """An array of lists of strings; None is null."""
    import pyarrow as pa

    lists = [value or () for value in values]
    lengths = np.fromiter(map(len, lists), np.int64, len(lists))
    there = np.fromiter((value is not None for value in values), bool, len(lists))
    flat = strings([text for value in lists for text in value])
    buffers = [_valid(there), _offsets(lengths)]
    return pa.ListArray.from_buffers(pa.list_(pa.string()), len(lists), buffers, children=[flat])


def numbers(values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """An array of the same type, integers, floats or bool; where `missing`, null."""
    import pyarrow as pa

    kind = pa.bool_() if values.dtype == bool else pa.from_numpy_dtype(values.dtype)
    data = np.packbits(values, bitorder="little") if values.dtype == bool else np.ascontiguousarray(values)
    valid = None if missing is None else _valid(~missing)
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(data)])


def names(codes: NDArray[Any], told: Sequence[str]) -> pa.DictionaryArray:
    """Codes as the names they stand for, which are stored once; a code below 0 is null."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(numbers(codes.astype(np.int32), codes < 0), strings(told))


def _offsets(lengths: NDArray[np.int64]) -> pa.Buffer:
    import pyarrow as pa

    ends = np.concatenate([[0], np.cumsum(lengths)])
    if ends[-1] > np.iinfo(np.int32).max:
        raise OverflowError("more than 2 GiB of text in one column")
    return pa.py_buffer(ends.astype(np.int32))


def _valid(there: NDArray[np.bool_]) -> pa.Buffer | None:
    """Arrow's validity bitmap, None where nothing is null."""
    import pyarrow as pa

    return None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
