"""The progress that a job reports into its events file, read as the file grows."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..messages import unpack

# A rate is known once a stage has gone on for so long.
TELLING_SECONDS = 0.5


class Events:
    """One events file. Each call of `refresh` costs a look at its size, and reading what is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._offset = 0
        self.last: dict[str, Any] = {}
        self.end: dict[str, Any] | None = None
        self._first: dict[str, Any] = {}

    def refresh(self) -> Events:
        """Read what was added; a line that is not whole yet waits for its end."""
        with self._turn:
            try:
                if self._path.stat().st_size <= self._offset:
                    return self
                with open(self._path, "rb") as file:
                    file.seek(self._offset)
                    added = file.read()
            except OSError:
                return self
            whole = added.rfind(b"\n") + 1
            self._offset += whole
            for line in added[:whole].splitlines():
                self._take(line)
        return self

    def _take(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        if not isinstance(event, dict):
            return
        if "code" in event:
            self.end = event
            return
        before = self.last
        same = all(event.get(name) == before.get(name) for name in ("stage", "message", "total"))
        if not same or event.get("done", 0) < before.get("done", 0):
            self._first = event
        self.last = event

    def told(self, name: str) -> str:
        """The stage or the message, in the language of whoever asks."""
        told = self.last.get("told")
        if isinstance(told, Mapping) and name in told:
            return unpack(told[name])
        return str(self.last.get(name) or "")

    def seconds_left(self) -> float | None:
        """How long the stage will go on at the rate it had so far; None while that is unknown."""
        last, first = self.last, self._first
        if self.end or not last or not last.get("total"):
            return None
        took, did = last["t"] - first["t"], last["done"] - first["done"]
        if took < TELLING_SECONDS or did <= 0:
            return None
        left = (last["total"] - last["done"]) * took / did
        return max(0.0, left - max(0.0, time.time() - last["t"]))
