"""word2vec binary: header "rows dim", then word, space, little-endian float32 numbers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..matrix import EmbeddingMatrix
from ..workspace.atomic import atomic_file
from .writers import Part, in_parts, refuse_words

ENDS = " \n\0"  # the last for programs in C


def write(matrix: EmbeddingMatrix, path: Path) -> list[Path]:
    """Write the matrix; a newline after each row, as the original program writes it."""
    words = matrix.vocabulary.words
    refuse_words(words, ENDS, "word2vec binary")
    with atomic_file(path) as file:
        file.write(f"{len(words)} {matrix.dim}\n".encode())
        for first, part in in_parts(matrix.vectors):
            rows = part.astype("<f4", copy=False)
            names = words[first : first + len(part)]
            file.write(
                b"".join(w.encode("utf-8") + b" " + row.tobytes() + b"\n" for w, row in zip(names, rows, strict=True))
            )
    return [path]


def read(path: Path) -> Iterator[Part]:
    """Words and vectors in parts."""
    with open(path, "rb") as file:
        rows, dim = map(int, file.readline().split())
        words: list[str] = []
        vectors: list[np.ndarray] = []
        for _row in range(rows):
            word = bytearray()
            while (c := file.read(1)) not in (b" ", b""):
                word += c
            words.append(word.decode("utf-8"))
            vectors.append(np.frombuffer(file.read(4 * dim), "<f4"))
            file.read(1)
            if len(words) == 4096:
                yield words, np.stack(vectors)
                words, vectors = [], []
        if words:
            yield words, np.stack(vectors)


SNIPPET = """\
from gensim.models import KeyedVectors

vectors = KeyedVectors.load_word2vec_format({path!r}, binary=True)
"""
