"""Vectors that were trained here, as a folder: a source like any other, and what shows how they came to be.

vectors.safetensors  one tensor "vectors", float32[V, d]
words.json           the words in row order, a JSON array
counts.npy           int64[V], how often each occurs in the text
inner.safetensors    what the method has besides (see `Trainer.kept`): for windows at work, and for going on
sample.json          some sentences of the text, as words
training.json        what it was made from and how (the lock), how it went, and the digests of the files beside it
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SourceError
from ..messages import _
from ..progress import Progress, ignore
from ..workspace.atomic import atomic_folder, recover
from ..workspace.state_files import finite, read_arrays, write_arrays

VERSION = 1
VECTORS, WORDS, COUNTS = "vectors.safetensors", "words.json", "counts.npy"
INNER, SAMPLE, LOCK = "inner.safetensors", "sample.json", "training.json"
# So many sentences are kept, of at most so many words each.
SENTENCES, LONGEST = 200, 60
BLOCK = 1 << 22


def is_artifact(folder: Path) -> bool:
    """Whether a folder looks like vectors trained here."""
    return all(os.path.isfile(folder / name) for name in (VECTORS, WORDS, LOCK))


def write_artifact(
    folder: Path,
    *,
    words: Sequence[str],
    counts: NDArray[np.int64],
    rows: NDArray[np.float32],
    inner: Mapping[str, NDArray[Any]],
    sample: Sequence[Sequence[str]],
    lock: Mapping[str, Any],
    progress: Progress = ignore,
) -> None:
    """Write the folder, whole or not at all; an older one there is replaced. Raises WorkspaceError."""
    with atomic_folder(Path(folder)) as made:
        progress(_("Writing"), 0, 2, "files", VECTORS)
        write_arrays(made / VECTORS, {"vectors": np.ascontiguousarray(rows, "<f4")})
        _write_json(made / WORDS, list(words))
        np.save(made / COUNTS, counts, allow_pickle=False)
        progress(_("Writing"), 1, 2, "files", INNER)
        write_arrays(made / INNER, inner)
        _write_json(made / SAMPLE, [list(sentence[:LONGEST]) for sentence in sample])
        told = {
            **lock,
            "lexiloom_training": VERSION,
            "words": len(words),
            "dim": int(rows.shape[1]),
            "files": {path.name: _digest(path) for path in sorted(made.iterdir())},
        }
        (made / LOCK).write_text(json.dumps(finite(told), indent=2), "utf-8")
        progress(_("Writing"), 2, 2, "files", LOCK)


@dataclass(frozen=True)
class Artifact:
    """Vectors trained here, read back. `lock` is training.json; arrays are read when they are asked for."""

    folder: Path
    lock: dict[str, Any]

    @property
    def method(self) -> str:
        return self.lock["method"]

    @property
    def settings(self) -> dict[str, Any]:
        """The spec that it was trained by."""
        return self.lock["settings"]

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(json.loads((self.folder / WORDS).read_text("utf-8")))

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        return np.load(self.folder / COUNTS, allow_pickle=False)

    @cached_property
    def rows(self) -> NDArray[np.float32]:
        """float32[V, d]."""
        return read_arrays(self.folder / VECTORS)["vectors"]

    @cached_property
    def inner(self) -> dict[str, NDArray[Any]]:
        return read_arrays(self.folder / INNER)

    @cached_property
    def sample(self) -> list[list[str]]:
        return json.loads((self.folder / SAMPLE).read_text("utf-8"))

    def check(self) -> None:
        """Raise SourceError where a file is missing or is not the one that was written."""
        for name, digest in self.lock["files"].items():
            if not (self.folder / name).is_file() or _digest(self.folder / name) != digest:
                raise _damaged(self.folder, _("{file} is missing or was changed").format(file=name))


def read_artifact(folder: str | os.PathLike[str]) -> Artifact:
    """Open a folder that `lexiloom train` wrote. Raises SourceError for what is none."""
    folder = Path(folder)
    recover(folder)
    try:
        lock = json.loads((folder / LOCK).read_text("utf-8"))
        usable = lock["lexiloom_training"] == VERSION and isinstance(lock["files"], dict)
    except (OSError, ValueError, KeyError, TypeError):
        usable, lock = False, {}
    if not usable or not is_artifact(folder):
        raise _damaged(folder, _("no vectors that Lexiloom trained are there"))
    return Artifact(folder, lock)


def _damaged(folder: Path, what: str) -> SourceError:
    return SourceError(what, where=str(folder), fix=_("Name the folder that “lexiloom train --out” wrote."))


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=0), "utf-8")


def _digest(path: Path) -> str:
    h = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            h.update(block)
    return f"sha256:{h.hexdigest()}"
