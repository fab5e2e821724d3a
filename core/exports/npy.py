"""NumPy's .npy, with the words beside it as NAME.words.json."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..matrix import EmbeddingMatrix
from ..workspace.atomic import atomic_file
from .writers import Part, in_parts, write_words


def write(matrix: EmbeddingMatrix, path: Path) -> list[Path]:
    """Write the matrix (float32, C order) and its words; the files."""
    words = path.with_suffix(".words.json")
    with atomic_file(path) as file:
        np.lib.format.write_array(file, matrix.vectors, allow_pickle=False)
    write_words(words, matrix.vocabulary.words)
    return [path, words]


def read(path: Path) -> Iterator[Part]:
    """The matrix in parts."""
    vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    for _first, part in in_parts(vectors):
        yield None, np.asarray(part)


SNIPPET = """\
import json
from pathlib import Path

import numpy as np

vectors = np.load({path!r}, mmap_mode="r")
words = json.loads(Path({words!r}).read_text("utf-8"))
"""
