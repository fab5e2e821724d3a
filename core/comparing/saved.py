"""Comparisons as tables on disk: one row for each shared word, as Parquet or as CSV for spreadsheets.

The figures of the whole travel in the Parquet's metadata, under "lexiloom_comparison".
"""

from __future__ import annotations

import json
from pathlib import Path

from ..messages import translated
from ..workspace.atomic import atomic_file
from .comparison import Comparison

KEY = b"lexiloom_comparison"


def write_parquet(comparison: Comparison, path: Path) -> None:
    """All words as Parquet."""
    from pyarrow import parquet

    told = json.dumps(translated(comparison.as_dict(), "en")).encode()
    with atomic_file(path) as file:
        table = comparison.table().replace_schema_metadata({KEY: told})
        parquet.write_table(table, file, compression="zstd")


def write_csv(comparison: Comparison, path: Path) -> None:
    """All words as CSV, in UTF-8 with BOM."""
    from ..csv_text import csv_of

    made = comparison.table()
    with atomic_file(path) as file:
        file.write(csv_of(made.column_names, zip(*(column.to_pylist() for column in made.columns), strict=True)))
