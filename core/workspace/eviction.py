"""Keeping a cache within its bounds: the least recently used entries go first."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..errors import WorkspaceError
from .locks import locked


def size_of(folder: Path) -> int:
    """Bytes of all files below `folder`."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # another process removed it meanwhile
            continue
    return total


def evict(folder: Path, limit: int, *, keep: frozenset[str] = frozenset()) -> list[str]:
    """Remove entries (direct sub-folders) of `folder`, longest unused first, until `limit` bytes are left.

    An entry's last use is its modification time. Names in `keep`, names with a leading dot and entries
    that another process holds the lock of stay. Returns the names that were removed.
    """
    try:
        entries = [e for e in folder.iterdir() if e.is_dir() and not e.name.startswith(".")]
        used = sorted((e.stat().st_mtime_ns, e.name, e) for e in entries)
    except OSError:
        return []
    sizes = {name: size_of(entry) for _time, name, entry in used}
    total = sum(sizes.values())
    removed = []
    for _time, name, entry in used:
        if total <= limit:
            break
        if name in keep:
            continue
        try:
            with locked(entry, patience=0):
                shutil.rmtree(entry, ignore_errors=True)
        except WorkspaceError:
            continue
        remains = size_of(entry)  # where a file is open and the system keeps it, or permissions changed
        total -= sizes[name] - remains
        if not entry.exists():
            removed.append(name)
    return removed
