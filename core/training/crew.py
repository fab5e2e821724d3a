"""Several processes that cut a text into words, each a slice at a time: Python's threads would take turns.

They are processes of our own and no pool of `multiprocessing`, which runs the caller's script anew in each. They are
sent a JSON text that says how to cut, then slices; each is answered by a JSON text and the numbers, int32.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from ..neighbors.exact import workers as processors
from .contract import TrainingError

ROOT = Path(__file__).resolve().parents[2]
# Below so many bytes one process is done before others have begun. jieba cuts a tenth of what the pattern cuts.
LEAST, LEAST_CHINESE = 16 << 20, 2 << 20
MOST = 16
# So many slices for each wait or are being cut.
AHEAD = 2
LENGTH = struct.Struct("<Q")


def crew_size(size: int, language: str, workers: int) -> int:
    """How many processes cut a text of so many bytes; 0: it is cut here. `workers` 0 stands for all processors."""
    enough = size >= (LEAST_CHINESE if "zh" in language else LEAST)
    members = min(workers or processors(), MOST)
    return members if enough and members > 1 and sys.executable else 0


@dataclass(frozen=True)
class Cut:
    """A slice, cut.

    ids       int32, by the member's own numbers of words; -1 where a sentence ends
    words     those that get the member's next numbers
    anew      the member has forgotten all words before, and numbers from 0 on
    too_long  how many words were left out
    """

    ids: NDArray[np.int32]
    words: list[str]
    anew: bool
    too_long: int


class Member:
    """One process, and the thread that waits for it."""

    def __init__(self, told: dict[str, Any]) -> None:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "core.training.cutter"],
            env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._thread = ThreadPoolExecutor(1, "lexiloom-cutting")
        self._thread.submit(self._send, json.dumps(told))

    def start(self, text: str) -> Future[Cut]:
        """Have a slice cut, after those before it."""
        return self._thread.submit(self._cut, text)

    def _send(self, text: str) -> None:
        assert self._process.stdin is not None
        write_frame(self._process.stdin, text.encode("utf-8", "surrogatepass"))

    def _cut(self, text: str) -> Cut:
        assert self._process.stdout is not None
        try:
            self._send(text)
            told, ids = read_frame(self._process.stdout), read_frame(self._process.stdout)
        except (OSError, EOFError):
            raise TrainingError(
                _("a process that cuts the text has ended"),
                fix=_("Give the machine more memory, or cut in one process: --workers 1."),
            ) from None
        return Cut(np.frombuffer(ids, "<i4"), **json.loads(told))

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.shutdown(cancel_futures=True)
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what had not been sent yet
                pipe.close()  # type: ignore[union-attr]


class Crew:
    """`size` members that are told how to cut; they end with the block. Raises OSError where none can be started."""

    def __init__(self, size: int, told: dict[str, Any]) -> None:
        self.members: list[Member] = []
        try:
            for _member in range(size):
                self.members.append(Member(told))
        except BaseException:
            self.end()
            raise

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def end(self) -> None:
        for member in self.members:
            member.end()

    def cut(self, slices: Iterable[str]) -> Iterator[tuple[Member, Cut]]:
        """Every slice in order, and who cut it. Raises TrainingError where a process ended."""
        waiting: deque[tuple[Member, Future[Cut]]] = deque()
        for member, text in zip(cycle(self.members), slices, strict=False):
            waiting.append((member, member.start(text)))
            if len(waiting) > AHEAD * len(self.members):
                first, cut = waiting.popleft()
                yield first, cut.result()
        for first, cut in waiting:
            yield first, cut.result()


def write_frame(stream: IO[bytes], content: bytes) -> None:
    stream.write(LENGTH.pack(len(content)) + content)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes:
    """What `write_frame` wrote. Raises EOFError where the stream ends before."""
    head = stream.read(LENGTH.size)
    content = stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""
    if len(head) < LENGTH.size or len(content) < LENGTH.unpack(head)[0]:
        raise EOFError
    return content


__all__ = ["Crew", "Cut", "Member", "crew_size", "read_frame", "write_frame"]
