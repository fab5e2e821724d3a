"""What a job is, how it stands, and what its job.json keeps of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from ..messages import pack


@dataclass(frozen=True)
class JobSpec:
    """A command line that takes long.

    kind       "build", "export", …
    arguments  of `lexiloom`, with --json; --events and --stop are added
    key        equal work has an equal key and is done once
    title      for people
    base       working directory, "" for the server's own
    result     a path that must exist for a done job of this key to be taken instead of a new one; "": never taken
    """

    kind: str
    arguments: tuple[str, ...]
    key: str
    title: str
    base: str = ""
    result: str = ""


class JobState(StrEnum):
    """Where a job is. The last four are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    CRASHED = "crashed"

    @property
    def finished(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class JobStatus:
    """How a job stands; its texts are in the language of whoever asks.

    place         in the queue, from 1; 0 for one that runs or has finished
    ahead         jobs that run or wait in front of it
    stage … message  as its progress was last reported
    seconds       so far: of waiting while it waits, else of running
    seconds_left  of the current stage, None while unknown
    error         {"kind", "what", "where", "fix"} of one that failed or crashed
    log           the last lines it wrote, of one that crashed
    owners        how many wait for it
    """

    id: str
    kind: str
    title: str
    state: JobState
    place: int = 0
    ahead: int = 0
    stage: str = ""
    done: int = 0
    total: int | None = None
    unit: str = ""
    message: str = ""
    seconds: float = 0.0
    seconds_left: float | None = None
    error: dict[str, Any] | None = None
    log: str = ""
    owners: int = 0


@dataclass(frozen=True)
class Identity:
    """A process: its number and when it began (epoch seconds), as numbers are given out again."""

    pid: int
    created: float


@dataclass(frozen=True)
class Record:
    """A job as job.json keeps it.

    title     packed, so that it can be told in any language
    turn      jobs of a lower turn go first; each owner has one job per turn
    times     epoch seconds, None before it was so far; `stopping`: when the last owner asked to stop
    error     packed
    """

    id: str
    spec: JobSpec
    title: Any
    owners: tuple[str, ...]
    turn: int
    submitted: float
    state: JobState = JobState.QUEUED
    started: float | None = None
    ended: float | None = None
    stopping: float | None = None
    process: Identity | None = None
    error: dict[str, Any] | None = None
    log: str = ""
    order: tuple[int, float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", (self.turn, self.submitted))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        table = asdict(self)
        del table["order"]
        return table

    @classmethod
    def of(cls, table: dict[str, Any]) -> Record:
        """What `as_dict` gave. Raises ValueError, KeyError or TypeError for anything else."""
        spec, process = dict(table["spec"]), table["process"]
        spec["arguments"] = tuple(spec["arguments"])
        read = {
            "spec": JobSpec(**spec),
            "process": Identity(**process) if process else None,
            "state": JobState(table["state"]),
            "owners": tuple(table["owners"]),
        }
        return cls(**{**table, **read})


def packed_title(spec: JobSpec) -> Any:
    """The title so that it can be told in another language, in another process."""
    return pack(spec.title)
