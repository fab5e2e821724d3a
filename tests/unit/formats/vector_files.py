"""Small files of vectors in every format, written by hand from the formats' descriptions."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import struct
import zipfile
from pathlib import Path

import numpy as np
import zstandard

WORDS = ["the", "of", "don't", "New_York", "北京", "naïve", "😀", "##ing"]


def matrix(rows: int = len(WORDS), dim: int = 5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, dim)).astype(np.float32)


def text_rows(words: list[str], vectors: np.ndarray, end: str = "\n") -> bytes:
    return "".join(
        f"{w} {' '.join(repr(float(v)) for v in row)}{end}" for w, row in zip(words, vectors, strict=True)
    ).encode()


def glove(path: Path, words: list[str], vectors: np.ndarray) -> Path:
    path.write_bytes(text_rows(words, vectors))
    return path


def word2vec_text(path: Path, words: list[str], vectors: np.ndarray) -> Path:
    path.write_bytes(f"{len(words)} {vectors.shape[1]}\n".encode() + text_rows(words, vectors, " \n"))
    return path


def word2vec_binary(path: Path, words: list[str], vectors: np.ndarray, newline: bytes = b"\n") -> Path:
    rows = b"".join(
        w.encode() + b" " + row.astype("<f4").tobytes() + newline for w, row in zip(words, vectors, strict=True)
    )
    path.write_bytes(f"{len(words)} {vectors.shape[1]}\n".encode() + rows)
    return path


def word2vec_binary_tight(path: Path, words: list[str], vectors: np.ndarray) -> Path:
    return word2vec_binary(path, words, vectors, b"")


def npy(path: Path, words: list[str], vectors: np.ndarray) -> Path:
    np.save(path.with_suffix(".npy"), vectors)
    path.with_suffix(".words.json").write_text(json.dumps(words))
    return path.with_suffix(".npy")


def npz(path: Path, words: list[str], vectors: np.ndarray) -> Path:
    np.savez(path.with_suffix(".npz"), vectors=vectors, words=np.array(words))
    return path.with_suffix(".npz")


def npz_compressed(path: Path, words: list[str], vectors: np.ndarray) -> Path:
    np.savez_compressed(path.with_suffix(".npz"), vectors=vectors, words=np.array(words))
    return path.with_suffix(".npz")


def safetensors(path: Path, words: list[str], vectors: np.ndarray) -> Path:
    from safetensors.numpy import save_file

    save_file({"vectors": vectors}, path.with_suffix(".safetensors"))
    path.with_suffix(".words.txt").write_text("".join(f"{w}\n" for w in words), "utf-8")
    return path.with_suffix(".safetensors")


def fasttext(
    path: Path,
    words: list[str],
    vectors: np.ndarray,
    *,
    shortest: int = 0,
    longest: int = 0,
    buckets: int = 0,
    ngrams: np.ndarray | None = None,
) -> Path:
    """A fastText model without n-grams unless some are given: then `vectors` are the words' own rows."""
    table = vectors if ngrams is None else np.vstack([vectors, ngrams])
    out = struct.pack("<ii", 793712314, 12)
    out += struct.pack("<12id", vectors.shape[1], 5, 5, 1, 5, 1, 1, 2, buckets, shortest, longest, 100, 1e-4)
    out += struct.pack("<iiiqq", len(words), len(words), 0, 1000, -1)
    out += b"".join(w.encode() + b"\0" + struct.pack("<qb", 7, 0) for w in words)
    out += struct.pack("<?qq", False, *table.shape) + table.astype("<f4").tobytes()
    path = path.with_suffix(".bin")
    path.write_bytes(out)
    return path


def compressed(kind: str):
    """A writer of GloVe text inside a compressed file."""

    def write(path: Path, words: list[str], vectors: np.ndarray) -> Path:
        data = text_rows(words, vectors)
        target = path.with_suffix(f".txt.{kind}")
        if kind == "zip":
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("vectors.txt", data)
            return target
        pack = {
            "gz": gzip.compress,
            "bz2": bz2.compress,
            "xz": lzma.compress,
            "zst": zstandard.ZstdCompressor().compress,
        }
        target.write_bytes(pack[kind](data))
        return target

    return write


WRITERS = {
    "GloVe text": glove,
    "word2vec text": word2vec_text,
    "word2vec binary": word2vec_binary,
    "word2vec binary without newlines": word2vec_binary_tight,
    "npy": npy,
    "npz": npz,
    "npz compressed": npz_compressed,
    "safetensors": safetensors,
    "fastText": fasttext,
    **{f"text in {kind}": compressed(kind) for kind in ("gz", "bz2", "xz", "zst", "zip")},
}
