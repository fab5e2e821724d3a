"""Files that visitors give: safe names, limits, nothing overwritten, nothing half-written."""

from __future__ import annotations

import hashlib
import io
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import WorkspaceError
from ..messages import _, size
from .atomic import MARK, atomic_file

LONGEST = 120  # bytes of a name
BLOCK = 1 << 20
# What no file may be called on Windows, whatever its ending.
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(1, 10))}


@dataclass(frozen=True)
class Upload:
    """A visitor's file: its name, its path in the workspace, its size in bytes."""

    name: str
    path: str
    bytes: int


def safe_name(name: str) -> str:
    """`name` without folders, control and direction marks, and what file systems stumble over; else "file"."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        "_" if c in '<>:"|?*' else c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")
    )
    kept = kept.strip(" .")
    stem, dot, ending = kept.rpartition(".") if "." in kept else (kept, "", "")
    while len(f"{stem}{dot}{ending}".encode()) > LONGEST and (stem or ending):
        stem, ending = (stem[:-1], ending) if stem else (stem, ending[:-1])
    whole = f"{stem}{dot}{ending}".strip(" .")
    if not whole:
        return "file"
    return f"_{whole}" if whole.partition(".")[0].lower() in RESERVED else whole


def keep_upload(folder: Path, name: str, data: bytes | IO[bytes], *, most: int, room: int) -> str:
    """Write `data` into `folder` under a safe name; that name. Raises WorkspaceError where it is too large."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = safe_name(name)
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    stream.seek(0)
    arriving = folder / f"{MARK}arriving-{os.getpid()}-{os.urandom(6).hex()}"
    digest, total = hashlib.sha256(), 0
    try:
        with atomic_file(arriving) as file:
            while block := stream.read(BLOCK):
                total += len(block)
                if total > most:
                    raise _too_large(wanted, most)
                if total > room:
                    raise WorkspaceError(
                        _("the workspace is full: {room} are left").format(room=size(max(0, room))),
                        where=wanted,
                        fix=_("Remove files from it, or start a new workspace."),
                    )
                digest.update(block)
                file.write(block)
        for candidate in _candidates(wanted):
            target = folder / candidate
            if not target.exists():
                os.replace(arriving, target)
                return candidate
            if target.stat().st_size == total and _digest(target) == digest.digest():
                return candidate
    finally:
        arriving.unlink(missing_ok=True)
    raise AssertionError("there is always another number")


def list_uploads(folder: Path) -> tuple[Upload, ...]:
    """The files in `folder` by name, without those that are just arriving."""
    if not folder.is_dir():
        return ()
    found = sorted(path for path in folder.iterdir() if MARK not in path.name and path.is_file())
    return tuple(Upload(path.name, f"{folder.name}/{path.name}", path.stat().st_size) for path in found)


def _too_large(name: str, most: int) -> WorkspaceError:
    return WorkspaceError(
        _("the file is larger than {most}").format(most=size(most)),
        where=name,
        fix=_("Ask whoever runs this server to put it into the data folder, or use the command line."),
    )


def _candidates(name: str) -> Iterator[str]:
    yield name
    stem, dot, ending = name.partition(".")
    number = 2
    while True:
        yield f"{stem} ({number}){dot}{ending}"
        number += 1


def _digest(path: Path) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
