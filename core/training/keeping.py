"""What a training keeps while it runs, so that it can be stopped, looked at, ended early, and gone on with.

FOLDER/state.json        what is trained, how far it is, which file holds the arrays
FOLDER/at-N.safetensors  all arrays after N parts
FOLDER/live.json         how it stands, for whoever looks on
FOLDER/corpus, /work     the text cut into words, and what the method puts on disk
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..errors import LexiloomError
from ..workspace.atomic import explained
from ..workspace.state_files import finite, is_whole, read_arrays, read_json, write_arrays, write_json
from .contract import Trainer, TrainingError
from .watching import Course

STATE, LIVE, CORPUS, WORK = "state.json", "live.json", "corpus", "work"
VERSION = 1
# Arrays are written at most so often, and take at most so large a share of the time.
KEEP_SECONDS, SHARE = 30.0, 0.05


class Kept:
    """The folder of one training. `key` names what is trained: the state of another one is not gone on from.

    parts    how many parts are trained in what is kept; 0 where nothing is
    course   how the training went so far
    reached  how many parts the trainer has trained; `whole` is false while it trains one
    """

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.key = Path(folder), key
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        found = read_json(self.folder / STATE)
        whole = found is not None and found.get("version") == VERSION and found.get("key") == key
        if whole and found and is_whole(self._path(found["parts"])):
            self.parts, self.course = int(found["parts"]), Course.from_dict(found["course"])
        else:
            self.parts, self.course = 0, Course()
        self.reached, self.whole = self.parts, True
        self._next = time.monotonic() + KEEP_SECONDS

    def work(self) -> Path:
        """A folder for what the method of this training puts on disk; those of other trainings are removed."""
        mine = self.folder / WORK / self.key[:16]
        with explained(mine):
            mine.mkdir(parents=True, exist_ok=True)
        for other in mine.parent.iterdir():
            if other != mine:
                shutil.rmtree(other, ignore_errors=True)
        return mine

    def restore(self, trainer: Trainer) -> None:
        """Put `trainer` where the kept one was."""
        trainer.restore(read_arrays(self._path(self.parts)))

    def due(self) -> bool:
        return time.monotonic() >= self._next

    @contextmanager
    def whatever_ends(self, trainer: Trainer) -> Iterator[None]:
        """Keep what is trained if something ends the work inside: a stop, at whatever moment, or a full disk."""
        try:
            yield
        except TrainingError:
            raise  # of vectors that nobody wants
        except BaseException:
            if self.whole and self.reached > self.parts:
                # What ended the work is what is to be told.
                with suppress(LexiloomError):
                    self.save(trainer)
            raise

    def save(self, trainer: Trainer) -> None:
        """Keep the state after the parts that are reached. Raises WorkspaceError."""
        begun, path = time.monotonic(), self._path(self.reached)
        with explained(path):
            made = path.with_suffix(".part")
            try:
                write_arrays(made, trainer.state())
                made.replace(path)
            finally:
                made.unlink(missing_ok=True)
        state = {"version": VERSION, "key": self.key, "parts": self.reached, "course": self.course.as_dict()}
        write_json(self.folder / STATE, finite(state))
        self.parts = self.reached
        for old in self.folder.glob("at-*.safetensors"):
            if old != path:
                old.unlink(missing_ok=True)
        took = time.monotonic() - begun
        self._next = time.monotonic() + max(KEEP_SECONDS, took / SHARE)

    def live(self, told: Mapping[str, Any]) -> None:
        """Let whoever looks on know how the training stands."""
        write_json(self.folder / LIVE, finite(told))

    def _path(self, parts: int) -> Path:
        return self.folder / f"at-{parts}.safetensors"


def has_state(folder: Path) -> bool:
    """Whether a training that was stopped lies there."""
    return (folder / STATE).is_file()


def clear(folder: Path) -> None:
    """Remove what a training keeps in `folder`, and nothing else; the folder too, if it is empty then."""
    for pattern in (STATE, LIVE, "at-*.safetensors", "*.part"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
    for name in (CORPUS, WORK):
        shutil.rmtree(folder / name, ignore_errors=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
