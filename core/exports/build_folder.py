"""The build folder: the matrix, its words, its provenance, and what made it.

matrix.safetensors  one tensor "vectors", float32[n, d]
words.json          the words in row order, a JSON array: always right
words.txt           one word a line, where every word fits on a line
rows.parquet        one row per word: count, role, origin, rung, source, method, pieces, …
recipe.toml         what was asked
build.json          what really happened (the lock), and the digests of the files beside it
card.md             for people
weights.npy         how much each word counts in a text, float32[n], if the recipe asks for it
dropped.json        words that the fill left out, with their counts, if there are any
tuning.json         how the matrix was tuned, and what that was worth, if the recipe asks for it
evaluation.json     what the matrix reached on published sets, if the recipe asks for it
user_dict.txt, tokenizer.py  what keeps the words whole that a tokenizer would part, if the recipe asks for it
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import arrow
from ..errors import ExportError, SourceError
from ..matrix import EmbeddingMatrix
from ..messages import _
from ..progress import Progress, Reached, ignore, unwatched
from ..rows import Rows
from ..vocabulary.vocabulary import Vocabulary
from ..workspace.atomic import atomic_folder, recover

VERSION = 1
MATRIX, WORDS, LINES, ROWS = "matrix.safetensors", "words.json", "words.txt", "rows.parquet"
RECIPE, LOCK, CARD, DROPPED = "recipe.toml", "build.json", "card.md", "dropped.json"
EVALUATION, WEIGHTS, TUNING = "evaluation.json", "weights.npy", "tuning.json"
BLOCK = 1 << 22
# What any reader may take for the end of a line (str.splitlines), and what a reader may strip.
LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")


@dataclass(frozen=True)
class SavedBuild:
    """A build read back: `lock` is build.json, `dropped` the words that were left out."""

    matrix: EmbeddingMatrix
    recipe_toml: str
    lock: dict[str, Any]
    dropped: tuple[tuple[str, int | None], ...]


def write_build(
    folder: Path,
    *,
    matrix: EmbeddingMatrix,
    recipe_toml: str,
    lock: Mapping[str, Any],
    card: str,
    dropped: Sequence[tuple[str, int | None]] = (),
    evaluation: bytes | None = None,
    tuning: bytes | None = None,
    mends: Mapping[str, str] = {},
    progress: Progress = ignore,
) -> None:
    """Write a build's folder, whole or not at all; an older build there is replaced.

    Raises WorkspaceError when the disk or the folder refuses, ExportError when what was written does
    not read back as the matrix.
    """
    size = matrix.vectors.nbytes

    def written(done: int) -> None:
        progress(_("Writing"), done, size, "bytes", MATRIX)

    def checked(done: int, *, before: int = 0) -> None:
        progress(_("Checking what was written"), before + min(done, size), 2 * size, "bytes", MATRIX)

    with atomic_folder(Path(folder)) as made:
        words = matrix.vocabulary.words
        write_matrix(made / MATRIX, matrix.vectors, reached=written)
        _write_text(made / WORDS, json.dumps(list(words), ensure_ascii=_has_surrogates(words), indent=0))
        lines = fits_on_lines(words)
        if lines:
            _write_text(made / LINES, "".join(f"{word}\n" for word in words))
        table = _rows_table(matrix)
        _write_rows(made / ROWS, table)
        _write_text(made / RECIPE, recipe_toml)
        _write_text(made / CARD, card)
        if dropped:
            _write_text(made / DROPPED, json.dumps([list(pair) for pair in dropped], indent=0))
        if matrix.weights is not None:
            np.save(made / WEIGHTS, matrix.weights, allow_pickle=False)
        for name, content in ((EVALUATION, evaluation), (TUNING, tuning)):
            if content is not None:
                (made / name).write_bytes(content)
        for name, text in mends.items():
            _write_text(made / name, text)
        content = {
            **lock,
            "lexiloom_build": VERSION,
            "words": len(words),
            "dim": matrix.dim,
            "matrix_id": matrix.id,
            "history": list(matrix.history),
            "specials": dict(matrix.vocabulary.specials),
            "words_txt": lines,
            "files": {
                path.name: _digest(path, reached=checked if path.name == MATRIX else unwatched)
                for path in sorted(made.iterdir())
            },
        }
        _write_text(made / LOCK, json.dumps(content, indent=2))
        same = _read_json(made / WORDS) == list(words) and _read_rows(made / ROWS).equals(table)
        if not same or not _holds(made / MATRIX, matrix.vectors, reached=partial(checked, before=size)):
            raise ExportError(
                _("what was written does not read back as the matrix"),
                where=str(folder),
                fix=_("Check the disk, and write it again."),
            )


def read_build(folder: str | os.PathLike[str], *, check: bool = True) -> SavedBuild:
    """Read a build folder; the matrix is memory-mapped.

    `check` compares every file with its digest in build.json. Raises SourceError for what is no build,
    or no longer the one that was written.
    """
    folder = Path(folder)
    recover(folder)
    try:
        return _read(folder, check=check)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = _("the build can't be read: {reason}").format(reason=str(error) or type(error).__name__)
        raise _damaged(folder, reason) from error


def _read(folder: Path, *, check: bool) -> SavedBuild:
    lock = _read_json(folder / LOCK)
    if not isinstance(lock, dict) or lock.get("lexiloom_build") != VERSION:
        raise _damaged(folder, _("{file} is not a Lexiloom build's").format(file=LOCK))
    if check:
        digests = lock["files"]
        for name in {MATRIX: "", WORDS: "", ROWS: "", RECIPE: "", **digests}:
            if not (folder / name).is_file() or _digest(folder / name) != digests.get(name):
                raise _damaged(folder, _("{file} is missing or was changed").format(file=name))
    words = _read_json(folder / WORDS)
    table = _read_rows(folder / ROWS)
    counts = table["count"]
    vocabulary = Vocabulary(
        words,
        counts=None if counts.null_count else counts.to_numpy(),
        specials=lock["specials"],
    )
    dropped = _read_json(folder / DROPPED) if (folder / DROPPED).exists() else []
    matrix = EmbeddingMatrix(
        vocabulary=vocabulary,
        vectors=read_matrix(folder / MATRIX),
        rows=Rows.from_arrow(table),
        weights=np.load(folder / WEIGHTS, allow_pickle=False) if (folder / WEIGHTS).is_file() else None,
        history=tuple(lock["history"]),
    )
    return SavedBuild(matrix, (folder / RECIPE).read_text("utf-8"), lock, tuple((w, n) for w, n in dropped))


def fits_on_lines(words: Sequence[str]) -> bool:
    """Whether every word reads back equal from a file with one word a line, whatever reads it."""
    return not _has_surrogates(words) and all(map(_fits, words))


def _fits(word: str) -> bool:
    if word.isprintable() and not word.isspace():  # no line end is printable; a space may be
        return word == word.strip()
    return LINE_ENDS.isdisjoint(word) and word == word.strip() and "\ufeff" not in word


def _has_surrogates(words: Sequence[str]) -> bool:
    try:
        "".join(words).encode()
    except UnicodeEncodeError:
        return True
    return False


def write_matrix(path: Path, vectors: NDArray[np.float32], *, reached: Reached = unwatched) -> None:
    """One tensor as safetensors. The library would copy the matrix to bytes first: this writes it as it lies."""
    name = {"vectors": {"dtype": "F32", "shape": list(vectors.shape), "data_offsets": [0, vectors.nbytes]}}
    header = json.dumps({"__metadata__": {"format": "np"}, **name}, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        flat = vectors.astype("<f4", copy=False).reshape(-1).view(np.uint8)
        for first in range(0, flat.size, BLOCK):
            file.write(flat[first : first + BLOCK].data)
            reached(min(first + BLOCK, flat.size))


def read_matrix(path: Path) -> NDArray[np.float32]:
    """The tensor "vectors" of a safetensors file, memory-mapped and read-only."""
    try:
        with open(path, "rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            if size > os.fstat(file.fileno()).st_size:
                raise ValueError(_("it is cut off"))
            tensor = json.loads(file.read(size))["vectors"]
        if tensor["dtype"] != "F32":
            raise ValueError(_("it holds {dtype}, not F32").format(dtype=tensor["dtype"]))
        rows, dim = tensor["shape"]
        if not rows:
            return np.empty((0, dim), np.float32)
        start = 8 + size + tensor["data_offsets"][0]
        return np.memmap(path, "<f4", mode="r", offset=start, shape=(rows, dim)).view(np.ndarray)  # type: ignore[return-value]
    except (OSError, ValueError, TypeError, KeyError, struct.error) as error:
        raise _damaged(path.parent, _("{file} can't be read: {reason}").format(file=path.name, reason=error)) from error


def _holds(path: Path, vectors: NDArray[np.float32], *, reached: Reached = unwatched) -> bool:
    """Whether the file ends in the bytes of `vectors`. Read, not mapped: mapped pages count as memory in use."""
    flat = vectors.astype("<f4", copy=False).reshape(-1).view(np.uint8)
    with open(path, "rb", buffering=0) as file:
        start = os.fstat(file.fileno()).st_size - flat.size
        if start < 0 or _header_end(path) != start:
            return False
        file.seek(start)
        buffer = memoryview(bytearray(min(BLOCK, flat.size)))
        for first in range(0, flat.size, BLOCK):
            part = flat[first : first + BLOCK]
            if file.readinto(buffer[: part.size]) != part.size or buffer[: part.size] != part.data:
                return False
            reached(first + part.size)
    return True


def _header_end(path: Path) -> int:
    with open(path, "rb") as file:
        return 8 + struct.unpack("<Q", file.read(8))[0]


@contextmanager
def _lean() -> Iterator[None]:
    """Arrow with the system's allocator: its own keeps tens of megabytes for later."""
    import pyarrow as pa

    usual = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(usual)


def _rows_table(matrix: EmbeddingMatrix) -> Any:
    import pyarrow as pa

    with _lean():
        table = matrix.rows.to_arrow(matrix.vocabulary.words)
        counts = matrix.vocabulary.counts
        column = pa.nulls(len(matrix.vocabulary), pa.int64()) if counts is None else arrow.numbers(counts)
        return table.add_column(1, "count", column)


def _write_rows(path: Path, table: Any) -> None:
    from pyarrow import parquet

    with _lean():
        parquet.write_table(table, path, compression="zstd")


def _read_rows(path: Path) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        # Not read_table: that loads pyarrow's dataset machinery, a tenth of a second.
        with _lean(), parquet.ParquetFile(path) as file:
            return file.read(use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise _damaged(path.parent, _("{file} can't be read: {reason}").format(file=path.name, reason=error)) from error


def _write_text(path: Path, text: str) -> None:
    # A file's name may hold bytes that are no UTF-8: "?" in the recipe, as they are in the lock's JSON.
    path.write_bytes(text.encode("utf-8", "replace"))


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(path.parent, _("{file} can't be read: {reason}").format(file=path.name, reason=error)) from error


def _digest(path: Path, *, reached: Reached = unwatched) -> str:
    h = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            h.update(block)
            reached(file.tell())
    return f"sha256:{h.hexdigest()}"


def _damaged(folder: Path, what: str) -> SourceError:
    return SourceError(
        what,
        where=str(folder),
        fix=_("Name a folder that “lexiloom build” wrote, or build it again."),
    )
