"""A faulty row counts as missing in its source: the next source of the chain gives its row."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core import Recipe, run
from tests.unit.formats import vector_files as files


def test_the_next_source_gives_the_row_of_a_word_that_is_faulty_in_the_first(tmp_path: Path) -> None:
    first, second = files.matrix(3, 5), files.matrix(4, 5) + 10
    first[1, 2] = np.nan
    first[2, 0] = np.inf
    sources = [
        str(files.word2vec_text(tmp_path / "one.vec", ["a", "b", "c"], first)),
        str(files.word2vec_text(tmp_path / "two.vec", ["x", "y", "b", "z"], second)),
    ]
    build = run(Recipe(vocabulary=["a", "b", "c"], sources=sources, oov="mean"))
    rows = build.matrix.rows
    np.testing.assert_array_equal(build.matrix.vector("b"), second[2])
    assert [rows.sources[s] if s >= 0 else None for s in rows.source[2:].tolist()] == ["one.vec", "two.vec", None]
    assert build.faulty == ("b", "c")
    np.testing.assert_allclose(build.matrix.vector("c"), (first[0] + second[2]) / 2, rtol=1e-6)
