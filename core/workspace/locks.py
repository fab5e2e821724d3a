"""Locks between processes, and whether a process still lives."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import WorkspaceError
from ..messages import _
from .workspace import Workspace

PATIENCE = 5.0  # seconds


@contextmanager
def locked(target: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of `target`. Raises WorkspaceError when another process keeps it.

    The lock file lies in the workspace, so that none litters the user's folder; the operating system
    gives the lock back when its process ends, however it ends.
    """
    from filelock import FileLock, Timeout

    folder = Workspace().locks
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(os.path.normcase(target.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    lock = FileLock(folder / f"{name}.lock")
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise WorkspaceError(
            _("another process is writing there"),
            where=str(target),
            fix=_("Wait until it is done, or choose another folder."),
        ) from None
    try:
        yield
    finally:
        lock.release()


def is_alive(pid: int) -> bool:
    """Whether a process with this number exists."""
    import psutil

    return psutil.pid_exists(pid)
