"""A queue in a folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.jobs import Jobs

from .scripted import WORK, wait_until


@pytest.fixture
def open_jobs(tmp_path: Path) -> Iterator[Callable[..., Jobs]]:
    """Queues on one folder. What still runs at the end of the test is ended."""
    from core.jobs import process

    script = tmp_path / "work.py"
    script.write_text(WORK)
    made: list[Jobs] = []

    def opened(**options: Any) -> Jobs:
        given = {"slots": 1, "grace": 0.5, "program": (sys.executable, str(script)), **options}
        made.append(Jobs(tmp_path / "jobs", **given))
        return made[-1]

    yield opened
    for jobs in made:
        jobs.close()
    for one in process.find((tmp_path / "jobs").resolve()).values():
        process.end(one, hard=True)
    for one in list(process._children):
        wait_until(lambda one=one: not process.is_running(one))
        process.forget(one)


@pytest.fixture
def jobs(open_jobs: Callable[..., Jobs]) -> Jobs:
    return open_jobs()
