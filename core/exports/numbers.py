"""float32 numbers as text: the shortest digits that read back as the same number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rows_as_text(vectors: NDArray[np.float32], separator: str) -> list[str]:
    """Each row's numbers joined by `separator`. Any reader that goes through double gets the same float32."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows, dim = vectors.shape
    flat = np.ascontiguousarray(vectors).reshape(-1)
    numbers = pc.cast(pa.array(flat), pa.string())  # type: ignore[attr-defined]
    # A few of the shortest lie so near the middle of two float32 that the way through double ends at
    # the wrong one (7.038531e-26). Nine digits never do.
    again = pc.cast(numbers, pa.float64()).to_numpy(zero_copy_only=False).astype(np.float32)  # type: ignore[attr-defined]
    wrong = again.view(np.uint32) != flat.view(np.uint32)
    if wrong.any():
        longer = pa.array([f"{x:.9g}" for x in flat[wrong].tolist()])
        numbers = pc.replace_with_mask(numbers, pa.array(wrong), longer)  # type: ignore[attr-defined]
    offsets = pa.array(np.arange(0, rows * dim + 1, dim, dtype=np.int32))
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, numbers), separator)  # type: ignore[attr-defined]
    return joined.to_pylist()
