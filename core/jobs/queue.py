"""The queue: first come, first served, in turns among the owners; equal work is done once."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import WorkspaceError
from ..messages import _, unpack
from . import process
from .events import Events
from .outcome import not_started, outcome
from .records import JobSpec, JobState, JobStatus, Record, packed_title
from .store import CARD, EVENTS, ID, LOG, RESULT, STOP, Store

PER_OWNER = 5
BUSY_SECONDS, IDLE_SECONDS = 0.2, 1.0
GRACE = 10.0
# So long another server that started a process has time to note how it ended.
STARTER_SECONDS = 2.0
DAY = 86_400


class Jobs:
    """Long work of all visitors. State is on disk: a restarted server and a second one see the same.

    slots        how many run at once, over all servers that share the folder
    environment  added to that of the processes
    grace        seconds between the stop file, SIGTERM and SIGKILL
    program      the command that a job's arguments follow
    """

    def __init__(
        self,
        folder: Path,
        *,
        slots: int | None = None,
        environment: Mapping[str, str] | None = None,
        grace: float = GRACE,
        program: Sequence[str] = process.PROGRAM,
    ) -> None:
        self._store = Store(folder)
        self.slots = slots or process.default_slots()
        self._environment = dict(environment or {})
        self._grace, self._program = grace, tuple(program)
        self._events: dict[str, Events] = {}
        self._gone: dict[str, float] = {}  # ended without a word -> when we saw it
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._wake, self._closed = threading.Event(), threading.Event()

    def submit(self, spec: JobSpec, owner: str) -> str:
        """Ask for work; the job's id. The same key, waiting or running, or done with its result there, is joined.

        Raises WorkspaceError when the owner has too many jobs, or the disk refuses.
        """
        with self._store.locked():
            live = self._store.unfinished()
            mine = [one for one in live if owner in one.owners]
            turn = _turn(live, mine)
            joined = self._joined(spec, owner, live, turn)
            if joined is None:
                if len(mine) >= PER_OWNER:
                    raise WorkspaceError(
                        _("{n} jobs are waiting or running for you already").format(n=len(mine)),
                        fix=_("Wait until one is done, or stop one."),
                    )
                joined = secrets.token_hex(16)
                self._store.write(Record(joined, spec, packed_title(spec), (owner,), turn, time.time()))
        self._run()
        return joined

    def _joined(self, spec: JobSpec, owner: str, live: list[Record], turn: int) -> str | None:
        for one in live:
            if one.spec.key == spec.key and one.stopping is None:
                owners = one.owners if owner in one.owners else (*one.owners, owner)
                self._store.write(replace(one, owners=owners, turn=min(one.turn, turn)))
                return one.id
        if not spec.result or not (Path(spec.base) / spec.result).exists():
            return None
        done = [one for one in self._store.all() if one.spec.key == spec.key and one.state is JobState.DONE]
        return max(done, key=lambda one: one.submitted).id if done else None

    def status(self, id: str) -> JobStatus | None:
        """How a job stands; None where there is none (any more)."""
        record = self._store.read(id)
        if record is None:
            self._events.pop(id, None)
            return None
        now, begun = time.time(), record.started or record.submitted
        told = {
            "id": id,
            "kind": record.spec.kind,
            "title": unpack(record.title),
            "state": record.state,
            "seconds": max(0.0, (record.ended or now) - begun),
            "owners": len(record.owners),
        }
        if record.state is JobState.QUEUED:
            live = self._store.unfinished()
            place = 1 + sum(one.state is JobState.QUEUED and one.order < record.order for one in live)
            running = sum(one.state is JobState.RUNNING for one in live)
            return JobStatus(**told, place=place, ahead=place - 1 + running)
        error = None
        if record.error is not None:
            parts = {name: record.error.get(name) for name in ("kind", "what", "where", "fix")}
            error = {name: None if part is None else unpack(part) for name, part in parts.items()}
        events = self._progress(record)
        last = events.last
        return JobStatus(
            **told,
            stage=events.told("stage"),
            done=last.get("done", 0),
            total=last.get("total"),
            unit=last.get("unit", ""),
            message=events.told("message"),
            seconds_left=events.seconds_left() if record.state is JobState.RUNNING else None,
            error=error,
            log=record.log,
        )

    def _progress(self, record: Record) -> Events:
        if len(self._events) > 1000:
            self._events.clear()
        events = self._events.setdefault(record.id, Events(self._store.path(record.id, EVENTS)))
        return events.refresh()

    def result(self, id: str) -> dict[str, Any] | None:
        """What the command of a done job printed with --json."""
        record = self._store.read(id)
        return self._store.result(id) if record is not None and record.state is JobState.DONE else None

    def stop(self, id: str, owner: str) -> None:
        """This owner does not want it any more. With the last owner the work ends, and leaves nothing half written."""
        with self._store.locked():
            record = self._store.read(id)
            if record is None or record.state.finished or owner not in record.owners or record.stopping:
                return
            left = tuple(one for one in record.owners if one != owner)
            if left:
                self._store.write(replace(record, owners=left))
            elif record.state is JobState.QUEUED:
                self._store.write(replace(record, owners=(), state=JobState.STOPPED, ended=time.time()))
            else:
                self._store.path(id, STOP).touch()
                self._store.write(replace(record, stopping=time.time()))
        self._run()

    def leave(self, owner: str) -> None:
        """This owner is gone: `stop` for all that waits or runs for him."""
        for one in self._store.unfinished():
            self.stop(one.id, owner)

    def recover(self) -> None:
        """Take up what an earlier server left: running processes, ended ones, the queue; end orphans."""
        found = process.find(self._store.folder)
        with self._store.locked():
            for record in self._store.unfinished():
                if record.state is JobState.QUEUED and record.id in found:
                    # The server died between starting the process and noting it.
                    begun = found[record.id]
                    record = replace(record, state=JobState.RUNNING, started=begun.created, process=begun)
                    self._store.write(record)
            orphans = [one for job, one in found.items() if not self._store.path(job, CARD).is_file()]
        for one in orphans:
            process.end(one, hard=False)
        deadline = time.monotonic() + self._grace
        while time.monotonic() < deadline and any(map(process.is_running, orphans)):
            time.sleep(0.05)
        for one in orphans:
            process.end(one, hard=True)
        self._run()

    def close(self) -> None:
        """Stop looking after the queue; what runs goes on."""
        self._closed.set()
        self._wake.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=10)

    def sweep(self, days: float) -> None:
        """Forget jobs that ended longer ago, and folders that hold no job."""
        before = time.time() - days * DAY
        with self._store.locked():
            for record in self._store.all():
                if record.state.finished and (record.ended or record.submitted) < before:
                    self._store.remove(record.id)
                    self._events.pop(record.id, None)
            for path in self._store.folder.iterdir():
                if ID.fullmatch(path.name) and not (path / CARD).exists() and path.stat().st_mtime < before:
                    shutil.rmtree(path, ignore_errors=True)

    # The dispatcher

    def _run(self) -> None:
        with self._starting:
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._dispatch, name="lexiloom-jobs", daemon=True)
                self._thread.start()
        self._wake.set()

    def _dispatch(self) -> None:
        while not self._closed.is_set():
            self._wake.clear()
            busy = True
            try:
                busy = self._look()
            except Exception:
                # A full disk, a lock that another server keeps: the next round may go better.
                logging.getLogger(__name__).exception("the queue could not go on")
            self._wake.wait(BUSY_SECONDS if busy else IDLE_SECONDS)

    def _look(self) -> bool:
        """Go on where something is to do. Whether jobs wait or run."""
        live = self._store.unfinished()
        running = [one for one in live if one.state is JobState.RUNNING]
        waiting = len(live) > len(running) < self.slots
        if waiting or any(one.stopping or not _runs(one) or self._progress(one).end for one in running):
            with self._store.locked():
                self._advance()
        return bool(live)

    def _advance(self) -> None:
        for record in self._store.unfinished():
            if record.state is JobState.RUNNING:
                if _runs(record):
                    self._press(record)
                else:
                    self._finish(record)
        live = self._store.unfinished()
        running = [one for one in live if one.state is JobState.RUNNING]
        free, keys = self.slots - len(running), {one.spec.key for one in running}
        for record in live:
            # What is being stopped must be gone before the same work begins anew.
            if free > 0 and record.state is JobState.QUEUED and record.spec.key not in keys:
                self._start(record)
                keys.add(record.spec.key)
                free -= 1

    def _start(self, record: Record) -> None:
        spec, path = record.spec, self._store.path
        files = {name: str(path(record.id, name)) for name in (EVENTS, STOP)}
        try:
            begun = process.start(
                [*self._program, *spec.arguments, "--events", files[EVENTS], "--stop", files[STOP]],
                cwd=spec.base or None,
                out=path(record.id, RESULT),
                log=path(record.id, LOG),
                environment=process.environment(self.slots, self._environment),
            )
        except OSError as error:
            crashed = replace(record, state=JobState.CRASHED, ended=time.time(), error=not_started(error))
            self._store.write(crashed)
            return
        self._store.write(replace(record, state=JobState.RUNNING, started=time.time(), process=begun))

    def _press(self, record: Record) -> None:
        """End what was asked to stop, or has said that it ended, and is still there."""
        end = self._progress(record).end
        since = record.stopping if end is None else end.get("t", time.time())
        if since is None or record.process is None:
            return
        late = time.time() - since
        if late > self._grace:
            process.end(record.process, hard=late > 2 * self._grace)

    def _finish(self, record: Record) -> None:
        assert record.process is not None
        code, end = process.exit_code(record.process), self._progress(record).end
        if code is None and end is None:
            seen = self._gone.setdefault(record.id, time.monotonic())
            if time.monotonic() - seen < STARTER_SECONDS:
                return
        state, error = outcome(code, end, stopping=record.stopping is not None)
        self._gone.pop(record.id, None)
        log = self._store.log(record.id) if state is JobState.CRASHED else ""
        self._store.write(replace(record, state=state, ended=time.time(), error=error, log=log))
        process.forget(record.process)


def _runs(record: Record) -> bool:
    return record.process is not None and process.is_running(record.process)


def _turn(live: list[Record], mine: list[Record]) -> int:
    """The turn of an owner's next job: the one after his last, never one that is over."""
    running = [one.turn for one in live if one.state is JobState.RUNNING]
    now = max(running) if running else min((one.turn for one in live), default=0)
    return max(now, max((one.turn for one in mine), default=now - 1) + 1)
