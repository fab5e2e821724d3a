"""The folder of jobs: one folder each, and a lock between the servers that share it."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import WorkspaceError
from ..messages import _
from ..workspace.atomic import atomic_file
from .records import Record

ID = re.compile(r"[0-9a-f]{32}")
CARD, EVENTS, LOG, RESULT, STOP = "job.json", "events.jsonl", "log.txt", "result.json", "stop"
PATIENCE = 10.0  # seconds


class Store:
    """Reads and writes jobs. A card is read again only when it changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder).resolve()
        self._cards: dict[str, tuple[tuple[int, int, int], Record]] = {}
        self._turn = threading.RLock()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else, in this process or another, changes a job inside. Raises WorkspaceError."""
        from filelock import FileLock, Timeout

        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with self._turn, FileLock(self.folder / ".lock", timeout=PATIENCE):
                yield
        except Timeout:
            raise WorkspaceError(
                _("the queue is busy"), where=str(self.folder), fix=_("Wait a moment and try again.")
            ) from None

    def path(self, id: str, name: str = "") -> Path:
        """A job's folder, or the file `name` in it."""
        return self.folder / id / name if name else self.folder / id

    def read(self, id: str) -> Record | None:
        """A job; None where there is none (any more)."""
        if not ID.fullmatch(id):
            return None
        path = self.path(id, CARD)
        try:
            found = path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            kept = self._cards.get(id)
            if kept is not None and kept[0] == stamp:
                return kept[1]
            record = Record.of(json.loads(path.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            self._cards.pop(id, None)
            return None
        self._cards[id] = (stamp, record)
        return record

    def write(self, record: Record) -> None:
        """Keep a job. Raises WorkspaceError."""
        with atomic_file(self.path(record.id, CARD)) as file:
            file.write(json.dumps(record.as_dict()).encode())

    def all(self) -> list[Record]:
        """Every job. An ended one never changes, so it is not looked at again."""
        try:
            names = [path.name for path in self.folder.iterdir() if ID.fullmatch(path.name)]
        except OSError:
            return []
        for gone in set(self._cards).difference(names):
            self._cards.pop(gone, None)
        found = []
        for name in names:
            kept = self._cards.get(name)
            record = kept[1] if kept is not None and kept[1].state.finished else self.read(name)
            if record is not None:
                found.append(record)
        return found

    def unfinished(self) -> list[Record]:
        """The jobs that wait or run, whose turn is next first."""
        return sorted((one for one in self.all() if not one.state.finished), key=lambda one: one.order)

    def result(self, id: str) -> dict[str, Any] | None:
        """What the command printed; None where that is no JSON object."""
        try:
            found = json.loads(self.path(id, RESULT).read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def log(self, id: str, lines: int = 20, most: int = 4000) -> str:
        """The last lines that the command wrote to stderr."""
        try:
            with open(self.path(id, LOG), "rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - most))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def remove(self, id: str) -> None:
        """Forget a job. Its card goes first: from then on there is none, however long the rest takes."""
        self.path(id, CARD).unlink(missing_ok=True)
        shutil.rmtree(self.path(id), ignore_errors=True)
        self._cards.pop(id, None)
