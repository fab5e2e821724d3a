"""Maps as tables on disk: Parquet, which reads back as the same map, and CSV for spreadsheets.

A row for every word with a point (row, word, x, y[, z], preserved), and after them one for every special row or row
of zeros, without a point and with the reason in `left_out`. The spec, the quality and the notes travel in the
Parquet's metadata, under "lexiloom_projection".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from .. import arrow
from ..errors import SourceError
from ..matrix import EmbeddingMatrix
from ..messages import _, pack, unpack
from ..workspace.atomic import atomic_file
from . import Projection
from .quality import Quality
from .selecting import UNCHOSEN
from .spec import ProjectSpec, Selection

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 1
KEY = b"lexiloom_projection"
AXES = ("x", "y", "z")


def table(projection: Projection, matrix: EmbeddingMatrix) -> pa.Table:
    """All rows of the map as an Arrow table, with its metadata."""
    import pyarrow as pa

    n = len(projection.rows)
    named = {reason: rows for reason, rows in projection.left_out.items() if reason != UNCHOSEN}
    apart = sum(map(len, named.values()))
    rows = np.concatenate([projection.rows, *named.values()]).astype(np.int64)
    pointless = np.arange(n + apart) >= n
    reasons: list[str | None] = [None] * n + [reason for reason, those in named.items() for _row in those.tolist()]
    columns: dict[str, Any] = {
        "row": arrow.numbers(rows),
        "word": arrow.strings([matrix.vocabulary.words[row] for row in rows.tolist()]),
    }
    for axis, values in zip(AXES, projection.points.T, strict=False):
        columns[axis] = arrow.numbers(_padded(values, apart), pointless)
    shares = _padded(projection.preserved, apart)
    columns["preserved"] = arrow.numbers(shares, np.isnan(shares) | pointless)
    columns["left_out"] = arrow.strings(reasons)
    return pa.table(columns).replace_schema_metadata({KEY: json.dumps(about(projection)).encode()})


def about(projection: Projection) -> dict[str, Any]:
    """What is known of a map besides its points, as plain values."""
    return {
        "version": VERSION,
        "spec": projection.spec.model_dump(mode="json"),
        "selection": projection.selection.model_dump(mode="json"),
        "matrix_id": projection.matrix_id,
        "drawn": projection.drawn,
        "points": len(projection.rows),
        "left_out": {reason: len(rows) for reason, rows in projection.left_out.items()},
        "quality": projection.quality.as_dict(),
        "explained": list(projection.explained),
        "notes": [pack(note) for note in projection.notes],
    }


def write_parquet(projection: Projection, matrix: EmbeddingMatrix, path: Path) -> None:
    """The map as Parquet."""
    from pyarrow import parquet

    with atomic_file(path) as file:
        parquet.write_table(table(projection, matrix), file, compression="zstd")


def write_csv(projection: Projection, matrix: EmbeddingMatrix, path: Path) -> None:
    """The map as CSV, in UTF-8 with BOM."""
    from ..csv_text import csv_of

    made = table(projection, matrix)
    with atomic_file(path) as file:
        file.write(csv_of(made.column_names, zip(*(column.to_pylist() for column in made.columns), strict=True)))


def read_parquet(path: Path, matrix: EmbeddingMatrix) -> Projection:
    """The map of `matrix` that `write_parquet` wrote. Raises SourceError for what is none, or another matrix's."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            found = file.read(use_threads=False)
        told = json.loads((found.schema.metadata or {})[KEY])
        if told["version"] != VERSION or told["matrix_id"] != matrix.id:
            raise ValueError(_("it is the map of another matrix"))
        return _read(found, told, matrix)
    except (OSError, KeyError, ValueError, TypeError, ValidationError, pa.ArrowException) as error:
        raise SourceError(
            _("the map can't be read: {reason}").format(reason=error), where=str(path), fix=_("Draw it again.")
        ) from error


def _read(found: pa.Table, told: dict[str, Any], matrix: EmbeddingMatrix) -> Projection:
    n, spec = told["points"], TypeAdapter(ProjectSpec).validate_python(told["spec"])
    rows = found["row"].to_numpy()
    reasons = found["left_out"].to_pylist()[n:]
    left_out = {
        reason: rows[n:][[one == reason for one in reasons]] for reason in told["left_out"] if reason != UNCHOSEN
    }
    if UNCHOSEN in told["left_out"]:
        left_out[UNCHOSEN] = np.setdiff1d(np.arange(len(matrix.vocabulary)), rows)
    points = np.stack([found[axis].to_numpy()[:n] for axis in AXES[: spec.dim]], axis=1)
    return Projection(
        points=np.ascontiguousarray(points, np.float32),
        rows=rows[:n].astype(np.int64),
        preserved=found["preserved"].to_numpy()[:n].astype(np.float32),
        quality=Quality(**told["quality"]),
        spec=spec,
        selection=Selection.model_validate(told["selection"]),
        matrix_id=told["matrix_id"],
        left_out=left_out,
        notes=tuple(unpack(note) for note in told["notes"]),
        explained=tuple(told["explained"]),
        drawn=told["drawn"],
    )


def _padded(values: NDArray[np.float32], more: int) -> NDArray[np.float32]:
    return np.concatenate([values, np.zeros(more, np.float32)])
