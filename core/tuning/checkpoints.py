"""Checkpoints: after each epoch the state is on disk, the best one stays there, and training goes on from the last.

    FOLDER/state.json          what was trained, the epochs so far, which files are the last and the best
    FOLDER/epoch-N.safetensors rows, optimizer, head
    FOLDER/live.json           how the running training stands, for whoever watches

Keeping the best on disk, not in memory, halves what training needs.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..messages import _
from ..workspace.atomic import explained
from ..workspace.state_files import fill, finite, is_whole, read_json, write_arrays, write_json

if TYPE_CHECKING:
    from torch import Tensor

STATE, LIVE = "state.json", "live.json"
VERSION = 1


class Checkpoints:
    """The checkpoints of one training. `key` names what is trained: those of another one are not gone on from."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.key = Path(folder), key
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        self.state: dict[str, Any] = self._read() or {"version": VERSION, "key": key, "epochs": [], "best": None}

    def _read(self) -> dict[str, Any] | None:
        found = read_json(self.folder / STATE)
        if found is None or found.get("version") != VERSION or found.get("key") != self.key:
            return None
        named = [found.get("last"), found.get("best")]
        return found if all(n is None or is_whole(self._path(n)) for n in named) else None

    @property
    def best(self) -> int | None:
        """The epoch of the best state, None before there is one."""
        return self.state["best"]

    @property
    def last(self) -> int | None:
        """The last epoch that is kept, None before there is one."""
        return self.state.get("last")

    def save(self, epoch: int, tensors: Mapping[str, Tensor], *, best: bool, **told: Any) -> None:
        """Keep the state after `epoch`, and `told` with it. Raises `WorkspaceError`."""
        path = self._path(epoch)
        with explained(path):
            made = path.with_suffix(".part")
            write_arrays(made, {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()})
            made.replace(path)
        self.state |= {**told, "last": epoch, "best": epoch if best else self.best}
        write_json(self.folder / STATE, self.state)
        for old in self.folder.glob("epoch-*.safetensors"):
            if old not in (path, self._path(self.best or 0)):
                old.unlink(missing_ok=True)

    def load(self, epoch: int, into: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Read the state after `epoch`: the tensors named by `into` into these, the others are returned."""
        return read_tensors(self._path(epoch), into)

    def _path(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch}.safetensors"

    def live(self, told: Mapping[str, Any]) -> None:
        """Let whoever watches know how training stands."""
        write_json(self.folder / LIVE, finite(told))


def clear(folder: Path) -> None:
    """Remove what trainings keep in `folder`, and nothing else; folders that are empty then, too."""
    for live in [*folder.glob(f"*/{LIVE}"), *folder.glob(f"*/*/{LIVE}")]:
        for pattern in (STATE, LIVE, "epoch-*.safetensors", "*.part", "watched-*.npy"):
            for path in live.parent.glob(pattern):
                path.unlink(missing_ok=True)
        _remove_empty(live.parent)
        _remove_empty(live.parent.parent)
    _remove_empty(folder)


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def read_tensors(path: Path, into: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What `write_arrays` wrote: what `into` names straight into these tensors, with no second copy of large ones."""
    import torch

    rest = {}
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        for name, told in header.items():
            file.seek(8 + size + told["data_offsets"][0])
            target = into.get(name)
            if target is not None and tuple(told["shape"]) != tuple(target.shape):
                raise OSError(_("{file} is of another training").format(file=path.name))
            if target is not None and target.device.type == "cpu" and target.is_contiguous():
                fill(file, target.numpy())
                continue
            array = np.empty(tuple(told["shape"]), np.float32)
            fill(file, array)
            if target is None:
                rest[name] = torch.from_numpy(array)
            else:
                target.copy_(torch.from_numpy(array))
    return rest
