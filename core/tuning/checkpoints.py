"""Checkpoints: after each epoch the state is on disk, the best one stays there, and training goes on from the last.

    FOLDER/state.json          what was trained, the epochs so far, which files are the last and the best
    FOLDER/epoch-N.safetensors rows, optimizer, head
    FOLDER/live.json           how the running training stands, for whoever watches

Keeping the best on disk, not in memory, halves what training needs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..workspace.atomic import atomic_file, explained

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
        return found if all(n is None or self._path(n).is_file() for n in named) else None

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
        from safetensors.torch import save_file

        path = self._path(epoch)
        with explained(path):
            made = path.with_suffix(".part")
            save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, made)
            made.replace(path)
        self.state |= {**told, "last": epoch, "best": epoch if best else self.best}
        write_json(self.folder / STATE, self.state)
        for old in self.folder.glob("epoch-*.safetensors"):
            if old not in (path, self._path(self.best or 0)):
                old.unlink(missing_ok=True)

    def load(self, epoch: int) -> dict[str, Tensor]:
        """The state after `epoch`."""
        from safetensors.torch import load_file

        return load_file(self._path(epoch))

    def _path(self, epoch: int) -> Path:
        return self.folder / f"epoch-{epoch}.safetensors"

    def live(self, told: Mapping[str, Any]) -> None:
        """Let whoever watches know how training stands."""
        write_json(self.folder / LIVE, told)

    def clear(self) -> None:
        """Forget everything: the training is over, its result is elsewhere."""
        for path in (*self.folder.glob("epoch-*.safetensors"), *self.folder.glob("*.part")):
            path.unlink(missing_ok=True)
        (self.folder / STATE).unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write plain values whole or not at all."""
    with atomic_file(path) as file:
        file.write(json.dumps(value).encode())


def read_json(path: Path) -> dict[str, Any] | None:
    """What `write_json` wrote; None where there is nothing that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
