"""Progress for people (bars on a terminal's stderr) and for programs (JSON lines in an events file)."""

from __future__ import annotations

import _thread
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Cancelled, WorkspaceError
from ..messages import Text, _, pack, translated
from ..progress import Progress

if TYPE_CHECKING:
    from rich.progress import TaskID

EVENT_SECONDS = 0.1
STOP_SECONDS = 0.25
# So long the work has to end at its next report, before it is interrupted.
PATIENCE = 1.0


@contextmanager
def watched(events: Path | None = None, *, stop: Path | None = None, quiet: bool = False) -> Iterator[Progress]:
    """A `Progress` that is shown where somebody looks: on a terminal, and in the file `events`.

    It raises `Cancelled` once the file `stop` is there; work that does not ask is interrupted, as by Ctrl-C.
    """
    with ExitStack() as stack:
        watchers: list[Progress] = []
        if stop is not None:
            watchers.append(stack.enter_context(_stopping(stop)))
        if events is not None:
            watchers.append(stack.enter_context(_events(events)))
        if not quiet and sys.stderr.isatty():
            watchers.append(stack.enter_context(_bars()))

        def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            for watcher in watchers:
                watcher(stage, done, total, unit, message)

        yield progress


@contextmanager
def _stopping(path: Path) -> Iterator[Progress]:
    looked = -STOP_SECONDS
    over = threading.Event()

    def look(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        nonlocal looked
        now = time.monotonic()
        if now - looked >= STOP_SECONDS:
            looked = now
            if path.exists():
                raise Cancelled

    def insist() -> None:
        while not over.wait(STOP_SECONDS):
            if path.exists():
                # An export reports nothing while it writes, nor does one long call into a library.
                if not over.wait(PATIENCE):
                    _interrupt()
                return

    threading.Thread(target=insist, name="lexiloom-stop", daemon=True).start()
    try:
        yield look
    finally:
        over.set()


def _interrupt() -> None:
    """What Ctrl-C does; where the system can do that, it ends a wait in the main thread too."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


@contextmanager
def _events(path: Path) -> Iterator[Progress]:
    try:
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(
            _("the events file can't be written: {reason}").format(reason=error.strerror),
            where=str(path),
            fix=_("Give --events a file in a folder that exists."),
        ) from None
    last: tuple[str, float] = ("", 0.0)

    def write(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        nonlocal last
        now = time.time()
        # The first and the last report of a stage always, those between at most ten a second.
        if stage == last[0] and now - last[1] < EVENT_SECONDS and done != total:
            return
        last = (stage, now)
        event = {"t": round(now, 3), "stage": stage, "done": done, "total": total, "unit": unit, "message": message}
        file.write(json.dumps(in_english(event)) + "\n")
        file.flush()

    with file:
        yield write


def write_end(path: Path | None, code: int, error: Mapping[str, Any] | None = None) -> None:
    """The last line of the events file `path`: how the command ended.

    `error` has a "kind", and "what", "where", "fix" packed, so that a reader in another process tells them
    in his own language.
    """
    if path is None:
        return
    end: dict[str, Any] = {"t": round(time.time(), 3), "stage": "end", "done": 1, "total": 1, "unit": "", "message": ""}
    end["code"] = code
    if error:
        end["error"] = {name: pack(part) for name, part in error.items() if part is not None}
    with suppress(OSError), path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(end) + "\n")


def in_english(texts: dict[str, Any]) -> dict[str, Any]:
    """`texts` in English; under "told" what `unpack` tells them from in a reader's language."""
    told = {name: pack(text) for name, text in texts.items() if isinstance(text, Text)}
    return {**translated(texts, "en"), **({"told": told} if told else {})}


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns: list[Any] = [
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    ]
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:

        def show(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total, description=f"{stage} {message}".strip())

        yield show
