"""A file of vectors as a source: located through its index, read only where rows are asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import SourceError
from ..formats import VectorFile, open_vectors
from ..formats.hashing import hashes_of
from ..formats.streams import open_bytes
from ..messages import N_, _
from ..progress import Reached, unwatched
from ..spec import Spec, option
from ..workspace.indexes import SourceIndex, SourceIndexes
from ..workspace.workspace import Workspace
from .protocol import Context, SourceInfo

NAMES_AT_ONCE = 1 << 16


class FileSpec(Spec):
    """A file of pretrained vectors, its format told from its bytes."""

    kind: Literal["file"] = "file"
    path: str = option(
        ...,
        N_("File"),
        N_("GloVe, word2vec, fastText, .npy, .npz or safetensors; also in .gz, .bz2, .xz, .zst or .zip."),
    )
    member: str = option("", N_("File inside the archive"), N_("Which file of a .zip is meant, when it holds several."))
    on_fault: Literal["refuse", "skip"] = option(
        "refuse",
        N_("Faulty rows"),
        N_("Refuse a file with rows of the wrong width or number, or skip such rows and count them."),
    )


class FileSource:
    """One file of vectors. Implements `Source`."""

    def __init__(self, spec: FileSpec, path: Path, context: Context) -> None:
        self._file = open_bytes(path, spec.member)
        self._skip_faulty = spec.on_fault == "skip"
        workspace = context.workspace or Workspace()
        indexes = SourceIndexes(workspace.indexes, workspace.known)
        self._vectors: VectorFile | None = None
        self._index, self.scanned = indexes.open(
            self._file, policy=spec.on_fault, vectors=self._open, progress=context.progress
        )
        meta = self._index.meta
        self.info = SourceInfo(
            name=self._file.name,
            kind="file",
            dim=meta["dim"],
            size=meta["rows"],
            digest=meta["digest"],
            format=meta["format"],
            composes=meta["format"] == "fastText .bin",
            faults=meta["faults"],
        )

    def _open(self) -> VectorFile:
        if self._vectors is None:
            self._vectors = open_vectors(self._file.path, member=self._file.member, skip_faulty=self._skip_faulty)
        return self._vectors

    @property
    def index(self) -> SourceIndex:
        return self._index

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        """See `Source.locate`."""
        found = np.empty(len(candidates), np.int64)
        for first in range(0, len(candidates), NAMES_AT_ONCE):
            part = candidates[first : first + NAMES_AT_ONCE]
            found[first : first + len(part)] = self._index.find(hashes_of(part))
        return found

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        """See `Source.gather`. Raises SourceError when the file changed since it was opened."""
        sound = np.ones(len(ids), bool)
        if not len(ids):
            return sound
        if not self._file.unchanged():
            raise SourceError(_("the file changed while it was in use"), where=self._file.name, fix=_("Run it again."))
        rows, inverse = np.unique(ids, return_inverse=True)
        # Where each distinct row goes: `order` lists the places, row after row.
        order = np.argsort(inverse, kind="stable")
        ends_of = np.searchsorted(inverse[order], np.arange(len(rows)), side="right")
        starts, ends = self._index.starts(rows)
        for block in self._open().read(rows, starts, ends):
            last = block.first + len(block.sound)
            low = 0 if block.first == 0 else int(ends_of[block.first - 1])
            places = order[low : int(ends_of[last - 1])]
            which = inverse[places] - block.first
            out[places] = block.vectors[which]
            sound[places] = block.sound[which]
            reached(low + len(places))
        return sound

    def words(self) -> Iterator[str]:
        """See `Source.words`: read from the file, from its start."""
        return self._open().words()

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        """See `Source.compose`: fastText files make vectors from n-grams, others make none."""
        from ..formats.fasttext import FastTextVectors

        if self.info.composes and isinstance(vectors := self._open(), FastTextVectors):
            return vectors.compose(words, out)
        out[:] = 0
        return np.zeros(len(words), bool)


def open_file(spec: FileSpec, context: Context) -> FileSource:
    """Open a file of vectors; the first time it is scanned and indexed."""
    return FileSource(spec, Path(os.path.expanduser(spec.path)), context)


def is_indexed(spec: FileSpec, context: Context) -> bool:
    """Whether the file can be opened without a scan. Raises SourceError where there is no such file."""
    workspace = context.workspace or Workspace()
    file = open_bytes(Path(os.path.expanduser(spec.path)), spec.member)
    return SourceIndexes(workspace.indexes, workspace.known).has(file, policy=spec.on_fault)
