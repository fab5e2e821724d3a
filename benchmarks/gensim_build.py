"""What `lexiloom build --fill mean` does, written with gensim: the other side of `lookup.py`.

python benchmarks/gensim_build.py SOURCE VOCABULARY OUT
"""

from __future__ import annotations

import sys

import numpy as np
from gensim.models import KeyedVectors


def main(source: str, vocabulary: str, out: str) -> None:
    binary = source.endswith(".bin")
    vectors = KeyedVectors.load_word2vec_format(source, binary=binary, no_header=not binary)
    with open(vocabulary, encoding="utf-8") as file:
        words = [line.rstrip("\n") for line in file]
    matrix = np.zeros((len(words), vectors.vector_size), np.float32)
    known = [i for i, word in enumerate(words) if word in vectors.key_to_index]
    matrix[known] = vectors[[words[i] for i in known]]
    matrix[sorted(set(range(len(words))) - set(known))] = matrix[known].mean(axis=0)
    np.save(out, matrix)


if __name__ == "__main__":
    main(*sys.argv[1:])
