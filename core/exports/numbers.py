"""float32 numbers as text: the shortest digits that read back as the same number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rows_as_text(vectors: NDArray[np.float32], separator: str) -> list[str]:
    """Each row's numbers joined by `separator`. Any reader that goes through double gets the same float32."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows, dim = vectors.shape
    numbers = pc.cast(pa.array(np.ascontiguousarray(vectors).reshape(-1)), pa.string())  # type: ignore[attr-defined]
    offsets = pa.array(np.arange(0, rows * dim + 1, dim, dtype=np.int32))
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, numbers), separator)  # type: ignore[attr-defined]
    return joined.to_pylist()
