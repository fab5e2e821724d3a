"""word2vec text: header "rows dim", then word and numbers, one row a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..matrix import EmbeddingMatrix
from ..workspace.atomic import atomic_file
from .numbers import rows_as_text
from .writers import Part, in_parts, refuse_words

# What ends a word or a line for gensim (which strips and splits on any white space) and for fastText.
SPACES = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
ENDS = " \0\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029" + SPACES


def write(matrix: EmbeddingMatrix, path: Path) -> list[Path]:
    """Write the matrix as text, each number the shortest that reads back as the same float32."""
    words = matrix.vocabulary.words
    refuse_words(words, ENDS, "word2vec text")
    with atomic_file(path) as file:
        file.write(f"{len(words)} {matrix.dim}\n".encode())
        for first, part in in_parts(matrix.vectors):
            numbers = rows_as_text(part, " ")
            rows = zip(words[first : first + len(part)], numbers, strict=True)
            file.write("".join(f"{word} {row}\n" for word, row in rows).encode("utf-8"))
    return [path]


def read(path: Path) -> Iterator[Part]:
    """Words and vectors in parts, parsed by Python."""
    with open(path, encoding="utf-8", newline="\n") as file:
        rows, dim = map(int, file.readline().split())
        words: list[str] = []
        vectors: list[np.ndarray] = []
        for _row in range(rows):
            word, _space, numbers = file.readline().rstrip("\n").partition(" ")
            words.append(word)
            vectors.append(np.array(numbers.split(" "), np.float64).astype(np.float32))
            if len(words) == 4096:
                yield words, np.stack(vectors)
                words, vectors = [], []
        if words:
            yield words, np.stack(vectors).reshape(len(words), dim)


SNIPPET = """\
from gensim.models import KeyedVectors

vectors = KeyedVectors.load_word2vec_format({path!r}, binary=False)
"""
