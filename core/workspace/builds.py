"""The builds that the app keeps: shared by all workspaces that list them, removed when none does."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from .eviction import evict

DAY = 86_400
MAPS_LIMIT = 1_000_000_000  # bytes that the maps of one build may take
EXPORTS, MAPS, TUNING = ".exports", ".maps", ".tuning"  # what was made of a build lies beside it


def sweep_builds(folder: Path, listed: Iterable[str], *, days: float = 1.0) -> list[str]:
    """Remove builds in `folder`, and what was made of them, not among `listed` and older than `days`; their names.

    One that was just finished is on no list yet, so nothing new is touched.
    """
    kept = set(listed)
    gone = []
    for path in folder.iterdir() if folder.is_dir() else ():
        key = path.name.partition(".")[0]
        if path.name.startswith(".") or key in kept or not path.is_dir():
            continue
        try:
            old = time.time() - path.stat().st_mtime > days * DAY
        except OSError:
            continue
        if old:
            shutil.rmtree(path, ignore_errors=True)
            gone.append(path.name)
    return gone


def sweep_maps(folder: Path, limit: int = MAPS_LIMIT) -> list[str]:
    """Remove maps in `folder`, longest unused first, until those of each build take `limit` bytes; their names."""
    gone: list[str] = []
    for path in folder.glob(f"*{MAPS}") if folder.is_dir() else ():
        gone += evict(path, limit)
    return gone


def largest_build() -> int:
    """Bytes that a matrix may have on this machine: half of its memory; building holds it once, beside the rest."""
    import psutil

    return psutil.virtual_memory().total // 2
