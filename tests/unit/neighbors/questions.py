"""Small matrices that questions are asked of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.matrix import EmbeddingMatrix
from core.rows import Origin, Rows
from core.vocabulary.vocabulary import Vocabulary


def matrix_of(
    words: Sequence[str],
    vectors: object,
    *,
    counts: Sequence[int] | None = None,
    specials: dict[str, str] | None = None,
    invented: Sequence[str] = (),
) -> EmbeddingMatrix:
    """A matrix whose rows were found as written, but for those that are `invented`."""
    origin = np.array([Origin.INVENTED if word in invented else Origin.EXACT for word in words], np.uint8)
    rows = Rows.missing(len(words)).replace_columns(origin=origin)
    vectors = np.ascontiguousarray(vectors, np.float32)
    return EmbeddingMatrix(Vocabulary(words, counts, specials), vectors, rows)


def random_matrix(n: int = 200, dim: int = 12, seed: int = 0) -> EmbeddingMatrix:
    vectors = np.random.default_rng(seed).standard_normal((n, dim))
    return matrix_of([f"w{i}" for i in range(n)], vectors, counts=list(range(n, 0, -1)))


def keyed(matrix: EmbeddingMatrix):  # type: ignore[no-untyped-def]
    """The same rows in gensim."""
    from gensim.models import KeyedVectors

    made = KeyedVectors(matrix.dim)
    made.add_vectors(list(matrix.vocabulary.words), np.array(matrix.vectors))
    return made


def real_matrix(data_folder: Path) -> EmbeddingMatrix:
    """A part of the vectors of Google News."""
    from gensim.models import KeyedVectors

    path = data_folder / "vectors_en" / "googlenews_8k_300d.bin"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    theirs = KeyedVectors.load_word2vec_format(str(path), binary=True)
    return matrix_of(theirs.index_to_key, theirs.vectors)


def builtin_matrix(language: str) -> EmbeddingMatrix:
    """A built-in source as a matrix, row by row."""
    from core import open_source

    source = open_source(f"builtin:{language}")
    words = list(source.words() or ())
    vectors = np.empty((len(words), source.info.dim), np.float32)
    source.gather(np.arange(len(words)), vectors)
    return matrix_of(words, vectors)
