"""Vectors that a model gave before, kept in the workspace: work that was stopped goes on where it ended."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import WorkspaceError
from ..messages import _
from ..workspace.eviction import evict
from ..workspace.locks import locked
from ..workspace.workspace import Workspace

LIMIT = 8 << 30
KEY = 16
AT_ONCE = 1 << 14


class VectorStore:
    """Rows by key, in two files that only grow: `keys` (16 bytes each) and `rows` (float32[dim] each).

    A row counts once its key is there, which is written after it: what a killed process left half-written is
    overwritten by the next. The vectors of one model, layers and pooling lie in one folder.
    """

    def __init__(self, workspace: Workspace, about: Sequence[object], dim: int) -> None:
        name = hashlib.sha256(json.dumps([*about, dim]).encode()).hexdigest()[:32]
        self.folder = workspace.encodings / name
        self._dim = dim
        self._keys = self.folder / "keys"
        self._rows = self.folder / "rows.f32"
        self._places: dict[bytes, int] = {}
        self._read = 0

    def find(self, keys: Sequence[bytes]) -> NDArray[np.int64]:
        """int64[n]: where each key's row is, -1 where it is not kept."""
        self._catch_up()
        return np.fromiter((self._places.get(key, -1) for key in keys), np.int64, len(keys))

    def read(self, places: NDArray[np.int64], out: NDArray[np.float32], at: NDArray[np.int64]) -> None:
        """The kept rows `places` into rows `at` of `out` (float32[n, dim])."""
        if not len(places):
            return
        rows = np.memmap(self._rows, np.float32, "r", shape=(self._read, self._dim))
        for first in range(0, len(places), AT_ONCE):
            out[at[first : first + AT_ONCE]] = rows[places[first : first + AT_ONCE]]

    def add(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep rows (float32[n, dim]); keys that are there already are left out."""
        if not len(keys):
            return
        try:
            self._append(keys, vectors)
        except OSError as error:
            raise WorkspaceError(
                _("vectors can't be kept: {reason}").format(reason=error.strerror or error),
                where=str(self.folder),
                fix=_("Free some space, or set LEXILOOM_HOME to a folder on another disk."),
            ) from None

    def _append(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder, patience=60.0):
            self._catch_up()
            new = [i for i, key in enumerate(keys) if key not in self._places]
            with open(self._rows, "ab") as rows, open(self._keys, "ab") as names:
                rows.truncate(self._read * self._dim * 4)
                names.truncate(self._read * KEY)
                rows.seek(0, os.SEEK_END)
                rows.write(np.ascontiguousarray(vectors[new], np.float32).data)
                rows.flush()
                names.seek(0, os.SEEK_END)
                names.write(b"".join(keys[i] for i in new))
            self._catch_up()

    def _catch_up(self) -> None:
        """Learn the keys that were added since, by another process perhaps."""
        there = min(_size(self._keys) // KEY, _size(self._rows) // (4 * self._dim))
        if there < self._read:  # it was evicted, and begun anew
            self._places, self._read = {}, 0
        if there > self._read:
            with open(self._keys, "rb") as names:
                names.seek(self._read * KEY)
                added = names.read((there - self._read) * KEY)
            for i in range(there - self._read):
                self._places.setdefault(added[i * KEY : (i + 1) * KEY], self._read + i)
            self._read = there

    def tidy(self) -> None:
        """Note that it was used, and keep all stores together within LEXILOOM_ENCODINGS_LIMIT bytes (8 GiB)."""
        if self.folder.is_dir():
            os.utime(self.folder)
        given = os.environ.get("LEXILOOM_ENCODINGS_LIMIT", "")
        limit = int(given) if given.isascii() and given.isdigit() else LIMIT
        evict(self.folder.parent, limit, keep=frozenset({self.folder.name}))


def key_of(content: bytes) -> bytes:
    """The key of what was encoded: 16 bytes."""
    return hashlib.blake2b(content, digest_size=KEY).digest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
