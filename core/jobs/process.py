"""Processes: started in a session of their own, known by number and birth, found again, ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .records import Identity

ROOT = Path(__file__).resolve().parents[2]
# -P: the working directory is a visitor's folder; nothing is imported from there.
PROGRAM = (sys.executable, "-P", "-m", "core.cli")
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
)
MEMORY_EACH = 3 << 30
MOST_SLOTS = 8
NICE = 5  # the pages go first
SAME_BIRTH = 2.0  # seconds by which two readings of a process's birth may differ

# Our own children: the system tells their end to us alone.
_children: dict[Identity, subprocess.Popen[Any]] = {}
_turn = threading.Lock()


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_slots() -> int:
    """How many jobs may run at once: one core is left to the pages, and each job has some memory."""
    import psutil

    return max(1, min(max(2, cores() - 1), psutil.virtual_memory().total // MEMORY_EACH, MOST_SLOTS))


def environment(slots: int, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a job: English, our code, and a fair share of the cores unless a count is set."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    share = {name: str(max(1, cores() // slots)) for name in THREADS}
    return {**share, **os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", **given, "LEXILOOM_LANG": "en"}


def start(command: Sequence[str], *, cwd: str | None, out: Path, log: Path, environment: Mapping[str, str]) -> Identity:
    """Start a process that outlives this one. Raises OSError."""
    import psutil

    apart: dict[str, Any] = {"start_new_session": True} if os.name != "nt" else {"creationflags": 0x08000200}
    with open(out, "wb") as stdout, open(log, "wb") as stderr:
        child = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, **apart
        )
    process = psutil.Process(child.pid)
    identity = Identity(child.pid, process.create_time())
    with _turn:
        _children[identity] = child
    with contextlib.suppress(psutil.Error, OSError):
        process.nice(NICE if os.name != "nt" else psutil.BELOW_NORMAL_PRIORITY_CLASS)  # type: ignore[attr-defined]
    return identity


def is_running(identity: Identity) -> bool:
    """Whether this very process still runs; one that has ended and was not waited for does not."""
    import psutil

    with _turn:
        if child := _children.get(identity):
            return child.poll() is None
    try:
        process = psutil.Process(identity.pid)
        same = abs(process.create_time() - identity.created) < SAME_BIRTH
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def exit_code(identity: Identity) -> int | None:
    """How an ended process ended, negative for a signal; None where it was not our child."""
    with _turn:
        child = _children.get(identity)
        return child.poll() if child is not None else None


def forget(identity: Identity) -> None:
    """Its end has been noted."""
    with _turn:
        if (child := _children.get(identity)) is not None and child.poll() is not None:
            del _children[identity]


def end(identity: Identity, *, hard: bool) -> None:
    """Ask a process and its children to end (SIGTERM), or end them (SIGKILL)."""
    import psutil

    if not is_running(identity):
        return
    try:
        if os.name != "nt":
            os.killpg(identity.pid, signal.SIGKILL if hard else signal.SIGTERM)
            return
        process = psutil.Process(identity.pid)
        for one in [*process.children(recursive=True), process]:
            one.kill()
    except (psutil.NoSuchProcess, ProcessLookupError, PermissionError):
        return


def find(folder: Path) -> dict[str, Identity]:
    """The processes that write their events below `folder`: job id -> process."""
    import psutil

    found = {}
    for process in psutil.process_iter(["cmdline", "create_time"]):
        command = process.info["cmdline"] or []  # type: ignore[attr-defined]
        if "--events" not in command[:-1]:
            continue
        events = Path(command[command.index("--events") + 1])
        if events.parent.parent == folder:
            found[events.parent.name] = Identity(process.pid, process.info["create_time"])  # type: ignore[attr-defined]
    return found
