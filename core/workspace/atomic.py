"""Files and folders written whole or not at all.

Everything is written beside its target under a name of its own (`.NAME.lexiloom-PID-…`), forced to
disk and then renamed. A process that is killed leaves at most such a name behind; the next one to
write there removes it, once the process that made it is gone.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ..errors import WorkspaceError
from ..messages import _
from .locks import is_alive, locked

MARK = ".lexiloom-"
# What says that a folder is ours, so that a newer one may replace it, and which of its files are.
OURS = {"build.json": "lexiloom_build", "training.json": "lexiloom_training"}
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}  # what file browsers leave in a folder


def check_folder(target: Path) -> None:
    """Raise WorkspaceError unless `target` may be written: absent, empty, or an older build or training."""
    recover(target)
    if target.is_dir() and not target.is_symlink():
        others = _not_ours(target)
        if not others:
            return
        what = _("the folder holds other files: {names}").format(
            names=", ".join(others[:5]) + (", …" if len(others) > 5 else "")
        )
        fix = _("Choose a new folder, or empty this one.")
    elif os.path.lexists(target):
        what, fix = _("this is not a folder"), _("Choose another name.")
    else:
        return
    raise WorkspaceError(what, where=str(target), fix=fix)


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """A new folder that becomes `target` when the block ends, and vanishes when it fails.

    Raises WorkspaceError when another process is writing there, when `target` is somebody else's
    folder, or when the disk refuses.
    """
    target = Path(os.path.abspath(target))
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target):
            sweep(target)
            check_folder(target)
            made = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
            try:
                yield made
                _flush_folder(made)
                made.chmod(0o777 & ~_umask())
                _put(made, target)
            finally:
                shutil.rmtree(made, ignore_errors=True)


@contextmanager
def atomic_file(target: Path, mode: str = "wb", **options: Any) -> Iterator[IO[Any]]:
    """An open file that becomes `target` when the block ends, and vanishes when it fails."""
    target = Path(os.path.abspath(target))
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target)
        handle, name = tempfile.mkstemp(prefix=_prefix(target), dir=target.parent)
        try:
            with os.fdopen(handle, mode, **options) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, target)
            _flush_directory(target.parent)
        finally:
            Path(name).unlink(missing_ok=True)


@contextmanager
def atomic_files(target: Path) -> Iterator[Path]:
    """A folder whose files move beside `target` when the block ends, and vanish when it fails.

    For what is checked as a whole before it may replace an older one. The files must be on disk
    already (`atomic_file`); that of `target`'s own name moves last.
    """
    target = Path(os.path.abspath(target))
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target)
        made = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
        try:
            yield made
            for file in sorted(made.iterdir(), key=lambda file: file.name == target.name):
                os.replace(file, target.parent / file.name)
            _flush_directory(target.parent)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def recover(target: Path) -> None:
    """Bring back the older build where a process was killed between the two renames of `_put`."""
    if os.path.lexists(target):
        return
    for aside in sorted(target.parent.glob(f".{_escaped(target.name)}{MARK}old-*")):
        if any((aside / name).is_file() for name in OURS):
            with _may_fail():
                os.rename(aside, target)
            return


def sweep(target: Path) -> None:
    """Remove what processes that are gone have left half made beside `target`."""
    recover(target)
    for left in target.parent.glob(f".{_escaped(target.name)}{MARK}*"):
        maker = left.name.partition(MARK)[2].split("-")[0]
        if maker == "old" or (maker.isdigit() and not is_alive(int(maker))):
            shutil.rmtree(left, ignore_errors=True)
            with _may_fail():
                left.unlink(missing_ok=True)


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Say in words what the operating system refused."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            try:
                free = shutil.disk_usage(target.parent).free
            except OSError:
                free = 0
            raise WorkspaceError(
                _("the disk is full: {free:,} bytes are free").format(free=free),
                where=str(target),
                fix=_("Free some space, or write to another disk. Nothing was left behind."),
            ) from error
        raise WorkspaceError(
            _("can't be written: {reason}").format(reason=error.strerror or error),
            where=str(target),
            fix=_("Choose a folder that you may write to."),
        ) from error


def _not_ours(folder: Path) -> list[str]:
    """The names in `folder` that are not Lexiloom's. Other programs write a build.json too."""
    ours = {name for file, mark in OURS.items() for name in _listed(folder / file, mark)}
    return sorted(p.name for p in folder.iterdir() if p.name not in ours | LITTER and MARK not in p.name)


def _listed(file: Path, mark: str) -> set[str]:
    """The files that `file` says are its own, itself among them."""
    try:
        content = json.loads(file.read_text("utf-8"))
        return {file.name, *content["files"]} if mark in content else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _put(made: Path, target: Path) -> None:
    """Rename `made` to `target`; an older build there stays reachable until the new one is."""
    if not os.path.lexists(target):
        os.rename(made, target)
    else:
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}{MARK}old-", dir=target.parent))
        aside.rmdir()
        os.rename(target, aside)
        try:
            os.rename(made, target)
        except OSError:
            os.rename(aside, target)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    _flush_directory(target.parent)


def _prefix(target: Path) -> str:
    return f".{target.name}{MARK}{os.getpid()}-"


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _flush_folder(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb+") as file:
                os.fsync(file.fileno())
    _flush_directory(folder)


def _flush_directory(folder: Path) -> None:
    if os.name == "nt":  # Windows can't open folders
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _may_fail() -> Iterator[None]:
    """Tidying must not stop the work: another process may have tidied first."""
    try:
        yield
    except OSError:
        return
