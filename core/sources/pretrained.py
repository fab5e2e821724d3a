"""What all sources made of a pretrained model share: which model, and words as rows of pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from ..encoding.checkpoint import Checkpoint, find_checkpoint, folder_name, is_known
from ..encoding.cutter import Cutter
from ..errors import SourceError
from ..messages import N_, _
from ..progress import Reached, unwatched
from ..spec import Spec, option
from ..workspace.workspace import Workspace
from .protocol import Context

# Rows that are looked at in one go: no second matrix beside a large one.
BLOCK = 1 << 14
HUB = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")


class ModelSpec(Spec):
    """Which pretrained model: by its name on the Hugging Face hub, or as a local folder."""

    model: str = option("", N_("Model"), N_("Its name on the Hugging Face hub: owner/model."))
    path: str = option("", N_("Folder"), N_("A local folder of the model, instead of its name."))
    revision: str = option("", N_("Revision"), N_("A branch, tag or commit of the hub; its main branch by default."))

    @model_validator(mode="after")
    def _one_of_both(self) -> ModelSpec:
        if bool(self.model) == bool(self.path):
            raise ValueError(str(_("give either model, a name on the hub, or path, a local folder")))
        return self

    @property
    def shown(self) -> str:
        """The model's name as reports show it."""
        return self.model or folder_name(Path(self.path)) or self.path


def parse_model(text: str) -> dict[str, str]:
    """`model` (and `revision`, of NAME@REVISION) or `path`: a folder that exists, or what looks like a path.

    Raises SourceError for what is neither.
    """
    if not text.strip():
        raise SourceError(
            _("no model is named"), fix=_("Write {example}, or a folder's path.").format(example="hf:owner/model")
        )
    if text.startswith((".", "/", "~", "\\")) or Path(text).is_dir() or not HUB.fullmatch(text.partition("@")[0]):
        return {"path": text}
    model, _at, revision = text.partition("@")
    return {"model": model, **({"revision": revision} if revision else {})}


def open_checkpoint(spec: ModelSpec, context: Context) -> Checkpoint:
    """The model that `spec` names, fetched and examined. Raises SourceError, UnsafeFileError."""
    workspace = context.workspace or Workspace()
    return find_checkpoint(spec.model, spec.path, spec.revision, workspace=workspace, progress=context.progress)


def is_model_known(spec: ModelSpec, context: Context) -> bool:
    """Whether `open_checkpoint` takes a moment."""
    return is_known(spec.model, spec.path, spec.revision, workspace=context.workspace or Workspace())


class PieceRows:
    """Rows numbered as they are asked for; words of equal pieces are one row ("House" and "house" of an uncased model).

    Subclasses say what a row's vector is.
    """

    def __init__(self, cutter: Cutter) -> None:
        self._cutter = cutter
        self._of_word: dict[str, int] = {}
        self._of_key: dict[bytes, int] = {}
        self._pieces: list[NDArray[np.int32]] = []
        self._numbering = Lock()  # visitors of one server share an opened source

    def _key(self, word: str, pieces: NDArray[np.int32]) -> bytes:
        """What makes two words one row."""
        return pieces.tobytes()

    def _new(self, word: str, pieces: NDArray[np.int32]) -> None:
        """A row has been numbered."""

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        """See `Source.locate`: every word has a row whose pieces are not all unknown to the tokenizer."""
        with self._numbering:
            self._number(candidates)
        return np.fromiter((self._of_word[word] for word in candidates), np.int64, len(candidates))

    def _number(self, candidates: Sequence[str]) -> None:
        new = [word for word in dict.fromkeys(candidates) if word not in self._of_word]
        for word, pieces in zip(new, self._cutter.cut(new), strict=True):
            if pieces is None:
                self._of_word[word] = -1
                continue
            key = self._key(word, pieces)
            row = self._of_key.get(key)
            if row is None:
                row = self._of_key[key] = len(self._pieces)
                self._pieces.append(pieces)
                self._new(word, pieces)
            self._of_word[word] = row

    @property
    def unknown_piece(self) -> str:
        """See `FromPieces.unknown_piece`."""
        return self._cutter.tokens([self._cutter.unknown])[0] if self._cutter.unknown >= 0 else ""

    def pieces_of(self, ids: NDArray[np.int64]) -> list[tuple[str, ...]]:
        """See `FromPieces.pieces_of`."""
        return [self._cutter.tokens(self._pieces[row].tolist()) for row in ids.tolist()]

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        """See `Source.gather`: each distinct row is made once, straight into `out`."""
        if not len(ids):
            return np.ones(0, bool)
        _rows, first, inverse = np.unique(ids, return_index=True, return_inverse=True)
        at = np.sort(first)
        self._make(ids[at], out, at, reached)
        given = first[inverse]  # where each row was made
        again = np.flatnonzero(given != np.arange(len(ids)))
        for part in np.split(again, range(BLOCK, len(again), BLOCK)):
            out[part] = out[given[part]]
        reached(len(ids))
        return _sound(out)

    def _make(self, rows: NDArray[np.int64], out: NDArray[np.float32], at: NDArray[np.int64], reached: Reached) -> None:
        """Put the vector of each of `rows` (distinct) into the row of `out` that `at` names."""
        raise NotImplementedError

    def words(self) -> None:
        """See `Source.words`: there is no end of them."""

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        """See `Source.compose`: what can be made of pieces has been found already."""
        out[:] = 0
        return np.zeros(len(words), bool)


def _sound(out: NDArray[np.float32]) -> NDArray[np.bool_]:
    """bool[n]: which rows are finite and not all zeros; the others are made zero."""
    sound = np.empty(len(out), bool)
    for first in range(0, len(out), BLOCK):
        part = out[first : first + BLOCK]
        sound[first : first + BLOCK] = np.isfinite(part).all(axis=1) & part.any(axis=1)
        part[~sound[first : first + BLOCK]] = 0
    return sound


def weights_of(cutter: Cutter, pieces: NDArray[np.int32]) -> Any:
    """float32[k]: 1 for each piece, 0 for one that is unknown: nothing is known of it, so it takes no part."""
    return (pieces != cutter.unknown).astype(np.float32)
