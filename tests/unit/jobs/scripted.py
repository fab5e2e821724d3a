"""Work that is a small script which does what it is told, and waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from core.jobs import Jobs, JobSpec, JobState, JobStatus

# Speaks like the command line: events, a stop file, a document on stdout.
WORK = """
import json, os, pathlib, sys, time

*arguments, _events, events, _stop, stop = sys.argv[1:]
events, stop = pathlib.Path(events), pathlib.Path(stop)
orders = dict(one.split("=", 1) for one in arguments)

def tell(**event):
    with events.open("a") as file:
        file.write(json.dumps({"t": time.time(), "done": 1, "total": 1, "unit": "", "message": "", **event}) + "\\n")

for event in json.loads(orders.get("tell", "[]")):
    tell(**event)
if "begun" in orders:
    with open(orders["begun"], "a") as file:
        file.write(orders.get("name", "x") + "\\n")
print(json.dumps({"threads": os.environ["OMP_NUM_THREADS"], "home": os.environ.get("LEXILOOM_HOME"),
                  "language": os.environ["LEXILOOM_LANG"], "cwd": os.getcwd()}), flush=True)
while "until" in orders and not os.path.exists(orders["until"]):
    if stop.exists() and "deaf" not in orders:
        tell(stage="end", code=130)
        sys.exit(130)
    time.sleep(0.01)
if "die" in orders:
    print("something was odd", file=sys.stderr, flush=True)
    os.kill(os.getpid(), int(orders["die"]))
if "makes" in orders:
    pathlib.Path(orders["makes"]).touch()
code = int(orders.get("code", 0))
if code != 3:
    error = {"kind": "SourceError", "what": "broken", "where": "f.txt", "fix": "Mend it."}
    tell(stage="end", code=code, **({"error": error} if code else {}))
sys.exit(code)
"""


def wait_until(true: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What `true` gives once it is true; fails after a while."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.01)
    raise AssertionError("it never came true")


def state_of(jobs: Jobs, id: str) -> JobState | None:
    status = jobs.status(id)
    return status.state if status else None


def known(jobs: Jobs, job: str) -> JobStatus:
    """The status of a job that there is."""
    status = jobs.status(job)
    assert status is not None
    return status


def printed(jobs: Jobs, job: str) -> dict[str, Any]:
    """What a done job printed."""
    result = jobs.result(job)
    assert result is not None
    return result


def ended(jobs: Jobs, id: str) -> Any:
    """The status of a job once it has ended."""
    return wait_until(lambda: (s := jobs.status(id)) is not None and s.state.finished and s)


def order(name: str, **orders: Any) -> JobSpec:
    """A job whose key is its name."""
    result = str(orders.pop("result", ""))
    arguments = tuple(f"{key}={value}" for key, value in {"name": name, **orders}.items())
    return JobSpec(kind="test", arguments=arguments, key=name, title=name, result=result)
