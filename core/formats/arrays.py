"""A matrix in one place and its words in another: .npy, .npz and safetensors with words beside them.

Rows have a fixed size, so a row is read where it lies; nothing is loaded whole but the words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError, UnsafeFileError, one_of
from ..messages import N_, _
from ..progress import Progress
from .binary import read_fixed
from .hashing import hashes_of
from .protocol import NOT_INDEXED, Block, Faults, Header, Rows
from .streams import ByteFile, digest_of, read_fully

BATCH = 1 << 16


@dataclass(frozen=True)
class Layout:
    """Where a matrix lies in a content: first byte, rows, width and type (uint16 is bfloat16)."""

    start: int
    rows: int
    dim: int
    dtype: str

    @property
    def row_size(self) -> int:
        return self.dim * np.dtype(self.dtype).itemsize


class ArrayVectors:
    """A matrix with a list of words."""

    def __init__(
        self,
        file: ByteFile,
        header: Header,
        *,
        layout: Layout,
        words: Sequence[str],
        words_from: Path | None = None,
        scales: NDArray[np.float32] | None = None,
    ) -> None:
        self.file = file
        self.header = header
        self.faults = Faults()
        self.digest = ""
        self._layout = layout
        self._words = words
        self._words_from = words_from
        self._scales = scales

    def scan(self, progress: Progress) -> Iterator[Block]:
        """See `VectorFile.scan`: reads the words and digests the file."""
        from blake3 import blake3

        size, row = self._layout.row_size, 0
        for first in range(0, len(self._words), BATCH):
            words = self._words[first : first + BATCH]
            hashes = hashes_of(words)
            empty = np.array([not word for word in words])
            hashes[empty] = NOT_INDEXED
            self.faults.add(N_("rows without a word"), np.flatnonzero(empty) + first)
            at = np.arange(first, first + len(words), dtype=np.int64)
            yield Block(hashes, self._layout.start + at * size)
        total = self.file.identity.size

        def update(count: int) -> None:
            nonlocal row
            row += count
            progress(_("reading {name}").format(name=self.file.name), row, total, "bytes")

        self.digest = digest_of(self.file.path, update)
        if self._words_from:
            both = self.digest + digest_of(self._words_from)
            self.digest = f"blake3:{blake3(both.encode()).hexdigest()}"

    def end(self) -> int:
        return self._layout.start + self._layout.rows * self._layout.row_size

    def read(self, ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Iterator[Rows]:
        """See `VectorFile.read`."""
        scales = None if self._scales is None else self._scales[ids]
        return read_fixed(self.file, starts, self._layout.dim, np.dtype(self._layout.dtype), scales=scales)

    def words(self) -> Iterator[str]:
        return iter(self._words)


def open_npy(file: ByteFile) -> ArrayVectors:
    """A `.npy` matrix whose words lie beside it. Raises UnsafeFileError for arrays of Python objects."""
    layout = _npy_layout(file)
    words, words_from = find_words(file.path, layout.rows)
    header = Header("NumPy .npy", layout.dim, layout.rows)
    return ArrayVectors(file, header, layout=layout, words=words, words_from=words_from)


def _npy_layout(file: ByteFile) -> Layout:
    with file.stream() as stream:
        try:
            version = np.lib.format.read_magic(stream)  # type: ignore[arg-type]
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, fortran, dtype = read(stream)  # type: ignore[arg-type]
        except (ValueError, EOFError) as error:
            raise FormatError(
                _("the NumPy header is damaged: {reason}").format(reason=error),
                where=file.name,
                fix=_("Save it again."),
            ) from error
        start = stream.tell()
    if dtype.hasobject:
        raise UnsafeFileError(
            _("the array holds Python objects: loading them can run code"),
            where=file.name,
            fix=_("Save the matrix as an array of float32."),
        )
    if len(shape) != 2 or dtype.kind not in "fi" or fortran or 0 in shape:
        raise FormatError(
            _("an array of shape {shape} and type {dtype} is no matrix of vectors").format(shape=shape, dtype=dtype),
            where=file.name,
            fix=_("Save a C-ordered float matrix: one row per word."),
        )
    layout = Layout(start, shape[0], shape[1], dtype.str)
    _check_size(file, layout)
    return layout


def _check_size(file: ByteFile, layout: Layout) -> None:
    needed = layout.start + layout.rows * layout.row_size
    if file.plain and needed > file.identity.size:
        raise FormatError(
            _("{rows:,} rows of {dim:,} numbers take {needed:,} bytes, the file has {found:,}").format(
                rows=layout.rows, dim=layout.dim, needed=needed, found=file.identity.size
            ),
            where=file.name,
            fix=_("It is cut off: compare its size with the original's."),
        )


def open_npz(file: ByteFile) -> ArrayVectors:
    """An `.npz` with a matrix and an array of words (or words beside it)."""
    import zipfile

    with zipfile.ZipFile(file.path) as archive:
        members = {info.filename[:-4]: info for info in archive.infolist()}
    layouts: dict[str, tuple[ByteFile, Layout]] = {}
    words: list[str] | None = None
    scales = None
    for name, info in members.items():
        inner = ByteFile(file.path, "zip", info.filename, file.identity)
        shape, dtype = _shape_of(inner)
        if len(shape) == 1 and dtype.kind in "US":
            words = [w.decode("utf-8", "replace") if isinstance(w, bytes) else str(w) for w in _load(file, name)]
        elif name == "scales" and len(shape) == 1:
            scales = _load(file, name).astype(np.float32)
        elif len(shape) == 2 and dtype.kind in "fi":
            layouts[name] = (inner, _npy_layout(inner))
    if len(layouts) != 1:
        raise FormatError(
            _("the archive holds {count} matrices: {names}").format(count=len(layouts), names=", ".join(layouts)),
            where=file.name,
            fix=_("Save one matrix and one array of words (of type str) in it."),
        )
    inner, layout = next(iter(layouts.values()))
    words_from = None
    if words is None:
        words, words_from = find_words(file.path, layout.rows)
    elif len(words) != layout.rows:
        raise _count_error(file.name, len(words), layout.rows)
    header = Header("NumPy .npz", layout.dim, layout.rows)
    return ArrayVectors(inner, header, layout=layout, words=words, words_from=words_from, scales=scales)


def _shape_of(file: ByteFile) -> tuple[tuple[int, ...], np.dtype]:
    with file.stream() as stream:
        try:
            version = np.lib.format.read_magic(stream)  # type: ignore[arg-type]
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _fortran, dtype = read(stream)  # type: ignore[arg-type]
        except (ValueError, EOFError) as error:
            raise FormatError(
                _("the NumPy header is damaged: {reason}").format(reason=error),
                where=file.name,
                fix=_("Save it again."),
            ) from error
    if dtype.hasobject:
        raise UnsafeFileError(
            _("the array holds Python objects: loading them can run code"),
            where=file.name,
            fix=_("Save words as an array of str (dtype “<U…”), not of objects."),
        )
    return shape, dtype


def _load(file: ByteFile, name: str) -> Any:
    with np.load(file.path, allow_pickle=False) as archive:
        return archive[name]


SAFETENSORS_TYPES = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "BF16": "<u2", "I8": "|i1"}
TENSOR_NAMES = ("vectors", "embeddings", "embedding.weight", "weight")


def open_safetensors(file: ByteFile) -> ArrayVectors:
    """A safetensors file with one matrix (int8 with `scales` too) and its words beside it."""
    tensors, start = tensors_of(file)
    matrices = {name: t for name, t in tensors.items() if len(t["shape"]) == 2 and t["dtype"] in SAFETENSORS_TYPES}
    name = next((n for n in TENSOR_NAMES if n in matrices), None)
    if name is None and len(matrices) == 1:
        name = next(iter(matrices))
    if name is None:
        raise FormatError(
            _("of its {count} matrices none is called {names}").format(count=len(matrices), names=one_of(TENSOR_NAMES)),
            where=file.name,
            fix=_("Keep one matrix in the file, or rename it to “vectors”."),
        )
    tensor = matrices[name]
    rows, dim = tensor["shape"]
    layout = Layout(start + tensor["data_offsets"][0], rows, dim, SAFETENSORS_TYPES[tensor["dtype"]])
    if rows < 1 or dim < 1:
        raise FormatError(_("the matrix is empty"), where=file.name, fix=_("Save it again."))
    _check_size(file, layout)
    scales = None
    if tensor["dtype"] == "I8" and "scales" in tensors:
        from safetensors import safe_open

        with safe_open(file.path, framework="numpy") as opened:
            scales = np.asarray(opened.get_tensor("scales"), np.float32).reshape(-1)
    words, words_from = find_words(file.path, rows)
    header = Header("safetensors", dim, rows)
    return ArrayVectors(file, header, layout=layout, words=words, words_from=words_from, scales=scales)


def tensors_of(file: ByteFile) -> tuple[dict[str, Any], int]:
    """A safetensors file's table: name -> {"dtype", "shape", "data_offsets"}, and where its data begin."""
    with file.stream() as stream:
        head = bytearray(8)
        read_fully(stream, memoryview(head))
        size = int.from_bytes(head, "little")
        if not 2 <= size <= min(100 << 20, file.identity.size):
            raise FormatError(_("the safetensors header is damaged"), where=file.name, fix=_("Get the file again."))
        text = bytearray(size)
        read_fully(stream, memoryview(text))
    try:
        tensors = json.loads(text.decode("utf-8"))
        tensors.pop("__metadata__", None)
        for tensor in tensors.values():
            _told = (tensor["shape"], tensor["dtype"], tensor["data_offsets"][1])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise FormatError(
            _("the safetensors header is damaged"), where=file.name, fix=_("Get the file again.")
        ) from error
    return tensors, 8 + size


def find_words(path: Path, rows: int) -> tuple[list[str], Path]:
    """The words that belong to a matrix of `rows` rows, from a file beside it.

    Looks for STEM.words.json, STEM.words.txt, STEM.vocab, then words.json, words.txt, vocab.txt,
    vocab.json and tokenizer.json. Raises FormatError when none is there or none has `rows` words.
    """
    stem = path.name.split(".")[0]
    own = [f"{path.name}.words.json", f"{path.stem}.words.json", f"{stem}.words.json", f"{path.stem}.json"]
    own += [
        f"{path.name}.words.txt",
        f"{path.stem}.words.txt",
        f"{stem}.words.txt",
        f"{path.stem}.txt",
        f"{stem}.vocab",
    ]
    shared = ["words.json", "words.txt", "vocab.txt", "vocab.json", "tokenizer.json"]
    wrong = None
    for name in [*own, *shared]:
        candidate = path.parent / name
        if candidate == path or not candidate.is_file():
            continue
        words = read_words(candidate)
        if words is not None and len(words) == rows:
            return words, candidate
        wrong = wrong or (candidate, -1 if words is None else len(words))
    if wrong and wrong[1] >= 0:
        raise _count_error(wrong[0].name, wrong[1], rows)
    raise FormatError(
        _("its words are not beside it"),
        where=path.name,
        fix=_("Put them into {name}: one word a line, in the order of the {rows:,} rows.").format(
            name=f"{path.stem}.words.txt", rows=rows
        ),
    )


def _count_error(name: str, words: int, rows: int) -> FormatError:
    return FormatError(
        _("{words:,} words for a matrix of {rows:,} rows").format(words=words, rows=rows),
        where=name,
        fix=_("Every row needs its word, in the same order."),
    )


def read_words(path: Path) -> list[str] | None:
    """Words in row order from a list (one a line), a JSON array, {"word": id} or a tokenizer.json."""
    try:
        if path.suffix != ".json":
            text = path.read_bytes().decode("utf-8-sig")
            lines = text.split("\n")
            return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]
        content = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise FormatError(
            _("the words can't be read: {reason}").format(reason=error), where=path.name, fix=_("Save them as UTF-8.")
        ) from error
    if isinstance(content, list):
        return [str(word) for word in content]
    if not isinstance(content, dict):
        return None
    return _by_id(_ids_of(content))


def _ids_of(content: dict[str, Any]) -> dict[str, int]:
    """word -> id of a {"word": id} object or a Hugging Face tokenizer.json."""
    if not isinstance(content.get("model"), dict):
        return {w: i for w, i in content.items() if isinstance(i, int)}
    vocabulary = content["model"].get("vocab", {})
    if isinstance(vocabulary, list):  # Unigram: [piece, score] in id order
        vocabulary = {piece: i for i, (piece, _score) in enumerate(vocabulary)}
    ids = dict(vocabulary)
    ids.update({t["content"]: t["id"] for t in content.get("added_tokens", [])})
    return ids


def _by_id(ids: dict[str, int]) -> list[str] | None:
    if not ids or min(ids.values()) < 0 or max(ids.values()) > 2 * len(ids) + 1000:
        return None
    words = [""] * (max(ids.values()) + 1)
    for word, i in ids.items():
        words[i] = word
    return words
