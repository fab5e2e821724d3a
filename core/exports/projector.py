"""TensorBoard's Embedding Projector: vectors.tsv and metadata.tsv, and beside them what tells it of both:
projector_config.pbtxt for `tensorboard --logdir FOLDER`, projector_config.json for the stand-alone projector.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from unicodedata import category

import numpy as np

from ..matrix import EmbeddingMatrix
from ..rows import Origin
from ..workspace.atomic import atomic_file
from .numbers import rows_as_text
from .writers import Part, in_parts

UNSHOWN = {"Cc", "Cs", "Zl", "Zp"}  # control, surrogate, line and paragraph separator
STEM = "vectors"  # as TensorBoard's own examples call it
NAMES = [origin.name.lower() for origin in Origin]


def write(matrix: EmbeddingMatrix, path: Path) -> list[Path]:
    """Write the bundle. Metadata of several columns has a header line; one of one column must not."""
    metadata = metadata_path(path)
    with atomic_file(path) as file:
        for _first, part in in_parts(matrix.vectors):
            file.write("".join(f"{row}\n" for row in rows_as_text(part, "\t")).encode("ascii"))
    counts = matrix.vocabulary.counts
    with atomic_file(metadata) as file:
        file.write(b"word\torigin\tcount\n" if counts is not None else b"word\torigin\n")
        for row, word in enumerate(matrix.vocabulary.words):
            columns = [escaped(word), NAMES[matrix.rows.origin[row]]]
            if counts is not None:
                columns.append(str(counts[row]))
            file.write(("\t".join(columns) + "\n").encode("utf-8"))
    return [path, *_configs(matrix, path, metadata), metadata]


def metadata_path(path: Path) -> Path:
    """metadata.tsv beside vectors.tsv; beside any other NAME.tsv it is NAME.metadata.tsv."""
    return path.with_name("metadata.tsv") if path.name == "vectors.tsv" else path.with_suffix(".metadata.tsv")


def _configs(matrix: EmbeddingMatrix, path: Path, metadata: Path) -> list[Path]:
    about = {
        "tensorName": path.stem,
        "tensorShape": list(matrix.vectors.shape),
        "tensorPath": path.name,
        "metadataPath": metadata.name,
    }
    as_json, as_text = path.with_name("projector_config.json"), path.with_name("projector_config.pbtxt")
    with atomic_file(as_json) as file:
        file.write(json.dumps({"embeddings": [about]}, indent=2).encode("ascii"))
    named = {"tensor_name": path.stem, "tensor_path": path.name, "metadata_path": metadata.name}
    with atomic_file(as_text) as file:  # of a protocol buffer; its strings are quoted as in JSON
        lines = "".join(f"  {name}: {json.dumps(value)}\n" for name, value in named.items())
        file.write(f"embeddings {{\n{lines}}}\n".encode("ascii"))
    return [as_json, as_text]


def escaped(word: str) -> str:
    """A word on one line and in one column: control characters, line ends and half characters as escapes.

    Joiners stay: emoji, Persian and the scripts of India are written with them.
    """
    if word.isprintable():
        return word
    return "".join(c.encode("unicode_escape").decode() if category(c) in UNSHOWN else c for c in word)


def read(path: Path) -> Iterator[Part]:
    """The vectors in parts."""
    rows: list[np.ndarray] = []
    with open(path, encoding="ascii") as file:
        for line in file:
            rows.append(np.array(line.rstrip("\n").split("\t"), np.float64).astype(np.float32))
            if len(rows) == 4096:
                yield None, np.stack(rows)
                rows = []
    if rows:
        yield None, np.stack(rows)


SNIPPET = """\
# In TensorBoard's Projector or on projector.tensorflow.org: Load,
# then {path!r} as vectors and {words!r} as metadata.
"""
