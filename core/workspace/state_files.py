"""What long work keeps of itself while it runs: arrays as safetensors, plain values as JSON, whole or not at all."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from .atomic import atomic_file

TYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4", "U32": "<u4", "U8": "|u1"}
NAMES = {np.dtype(kind): name for name, kind in TYPES.items()}


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Arrays as safetensors, each written as it lies: the library would copy them to bytes first."""
    offsets, header = 0, {}
    for name, array in arrays.items():
        told = {"dtype": NAMES[array.dtype], "shape": list(array.shape)}
        header[name] = {**told, "data_offsets": [offsets, offsets + array.nbytes]}
        offsets += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            np.ascontiguousarray(array).tofile(file)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """What `write_arrays` wrote, in memory. Raises OSError for a file that is cut off, ValueError for another one."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        found = {}
        for name, told in json.loads(file.read(size)).items():
            file.seek(8 + size + told["data_offsets"][0])
            found[name] = np.empty(tuple(told["shape"]), TYPES[told["dtype"]])
            fill(file, found[name])
    return found


def fill(file: IO[bytes], array: NDArray[Any]) -> None:
    """Read the whole of `array` from where `file` stands. Raises OSError where the file ends before."""
    flat = array.reshape(-1).view(np.uint8)
    if flat.size and file.readinto(flat.data) != flat.size:  # type: ignore[attr-defined]
        raise OSError(_("{file} is cut off").format(file=file.name))


def is_whole(path: Path) -> bool:
    """Whether there is such a safetensors file, and all of it: a machine that lost its power may keep a part of one."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy"):
            return True
    except (OSError, SafetensorError):
        return False


def write_json(path: Path, value: Any) -> None:
    """Write plain values whole or not at all."""
    with atomic_file(path) as file:
        file.write(json.dumps(value).encode())


def finite(value: Any) -> Any:
    """Plain values with None for what is not a finite number: JSON that others read has none."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: finite(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(inner) for inner in value]
    return value


def read_json(path: Path) -> dict[str, Any] | None:
    """What `write_json` wrote; None where there is nothing that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
