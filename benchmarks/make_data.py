"""Generated sources of vectors and a vocabulary: the same bytes for the same arguments.

    python benchmarks/make_data.py FOLDER [--rows 400000] [--dim 300]

writes FOLDER/glove-ROWS.txt (GloVe text), FOLDER/word2vec-ROWS.bin (the same numbers as word2vec
binary) and FOLDER/vocab-ROWS.txt: 20,000 words, 95 % of them in the source.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

LETTERS = np.frombuffer(b"etaoinshrdlucmfwypvbgkjqxz", np.uint8)
BATCH = 2000
VOCABULARY = 20_000
PRESENT = 0.95


def words_of(rows: int, rng: np.random.Generator) -> list[str]:
    """So many different words of 3 to 11 letters."""
    words: dict[str, None] = {}
    while len(words) < rows:
        sizes = rng.integers(3, 12, rows)
        letters = LETTERS[rng.integers(0, 26, (rows, 11))].tobytes().decode()
        for i, size in enumerate(sizes.tolist()):
            words[letters[11 * i : 11 * i + size]] = None
            if len(words) == rows:
                break
    return list(words)


def write(folder: Path, rows: int, dim: int, *, text: bool = True) -> None:
    rng = np.random.default_rng(1)
    words = words_of(rows, rng)
    # GloVe prints five digits or so: "%.5g" is what its numbers look like.
    pool = rng.standard_normal((5003, dim)).astype(np.float32) * np.float32(0.4)
    lines = [" ".join(f"{v:.5g}" for v in row) for row in pool.tolist()]
    exact = [np.array(line.split(), np.float32).tobytes() for line in lines]
    pick = rng.integers(0, len(pool), rows).tolist()
    names = (folder / f"glove-{rows}.txt", folder / f"word2vec-{rows}.bin")
    if text:
        with open(f"{names[0]}.part", "w") as out:
            for first in range(0, rows, BATCH):
                part = range(first, min(rows, first + BATCH))
                out.write("".join(f"{words[i]} {lines[pick[i]]}\n" for i in part))
        os.replace(f"{names[0]}.part", names[0])
    with open(f"{names[1]}.part", "wb") as out:
        out.write(f"{rows} {dim}\n".encode())
        for first in range(0, rows, BATCH):
            part = range(first, min(rows, first + BATCH))
            out.write(b"".join(words[i].encode() + b" " + exact[pick[i]] + b"\n" for i in part))
    os.replace(f"{names[1]}.part", names[1])
    present = rng.choice(rows, int(VOCABULARY * PRESENT), replace=False).tolist()
    vocabulary = [words[i] for i in present] + [f"absent{i}q" for i in range(VOCABULARY - len(present))]
    rng.shuffle(vocabulary)
    (folder / f"vocab-{rows}.txt").write_text("".join(f"{w}\n" for w in vocabulary))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--dim", type=int, default=300)
    parser.add_argument("--no-text", action="store_true", help="only the binary file")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    write(options.folder, options.rows, options.dim, text=not options.no_text)


if __name__ == "__main__":
    main()
