"""What all visitors of one server share: the engine's home, the visitors' workspaces, the jobs."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from core.jobs import Jobs
from core.workspace.access import Access
from core.workspace.builds import sweep_builds, sweep_maps
from core.workspace.personal import PersonalWorkspace, PersonalWorkspaces
from core.workspace.workspace import Workspace

logger = logging.getLogger(__name__)
SWEEP_SECONDS = 3600
JOBS_KEPT_DAYS = 7
FINETUNE = "finetune"  # the stage of a tuning's job, with its key


def home() -> Workspace:
    """The engine's home: LEXILOOM_HOME, or the platform's data folder."""
    return _home(os.environ.get("LEXILOOM_HOME", ""))


@cache
def _home(_given: str) -> Workspace:
    return Workspace()


def workspaces() -> PersonalWorkspaces:
    """All visitors' workspaces."""
    return _workspaces(home().root)


@cache
def _workspaces(root: Path) -> PersonalWorkspaces:
    return PersonalWorkspaces(Workspace(root))


def jobs() -> Jobs:
    """The one queue of this server."""
    return _jobs(home().root)


@cache
def _jobs(root: Path) -> Jobs:
    return Jobs(root / "jobs", environment={"LEXILOOM_HOME": str(root)})


def data_folder() -> Path | None:
    """The folder whose files every visitor may pick as a source, if whoever runs the server opened one."""
    given = os.environ.get("LEXILOOM_DATA_FOLDER")
    return Path(given) if given else None


def is_class() -> bool:
    """Whether a teacher started the server for a class."""
    return os.environ.get("LEXILOOM_CLASS") == "1"


def is_local() -> bool:
    """Whether the server listens to this machine alone."""
    import streamlit as st

    return st.get_option("server.address") in ("127.0.0.1", "localhost", "::1") and not is_class()


def access(folder: Path, builds: Iterable[str] = ()) -> Access:
    """Which files the visitor whose folder and builds these are may name."""
    shared = data_folder()
    own = [home().builds / key for key in builds]
    return Access(folder, (*own, *((shared,) if shared else ())), local=is_local())


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Take up the jobs of the last run, and tidy as long as the server runs."""
    import anyio

    await anyio.to_thread.run_sync(jobs().recover)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_tidy)
        tasks.start_soon(anyio.to_thread.run_sync, _load)
        yield
        tasks.cancel_scope.cancel()
    jobs().close()


def _load() -> None:
    """Import what the first visitor's charts, tables and maps would else wait for."""
    for name in ("pandas", "pyarrow.compute", "plotly.graph_objects", "scipy.spatial", "core.neighbors.kernels"):
        import_module(name)


def _tunings(workspace: PersonalWorkspace) -> list[str]:
    """Keys of the tunings that were begun here: one that was stopped goes on from what lies there."""
    return [stage.partition(":")[2] for stage in workspace.jobs if stage.startswith(f"{FINETUNE}:")]


def _sweep() -> None:
    """Remove what has expired, and the builds that nobody has any more."""
    workspaces().sweep()
    sweep_builds(home().builds, [key for one in workspaces().all() for key in (*one.builds, *_tunings(one))])
    sweep_maps(home().builds)


async def _tidy() -> None:
    import anyio

    while True:
        for task in (_sweep, lambda: jobs().sweep(JOBS_KEPT_DAYS)):
            try:
                await anyio.to_thread.run_sync(task)
            except Exception:  # a full disk or a folder in use shall not end the server
                logger.exception("Tidying failed; it is tried again in an hour")
        await anyio.sleep(SWEEP_SECONDS)
