"""Visitors' workspaces: one folder each, under a random id that nobody can guess.

    visitors/<id>/workspace.json   name, token, times, draft, jobs, builds
    visitors/<id>/uploads/         the visitor's files
    visitors/<id>/trained/         vectors trained on them, a folder each
    visitors/tokens/<token>        the id of the workspace that may be looked at with this token

Who has the id may do everything; who has the token may look. Both are 128 random bits.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..errors import WorkspaceError
from ..messages import _
from .atomic import atomic_file
from .eviction import size_of
from .uploads import Upload, keep_upload, list_uploads
from .workspace import Workspace

ID = re.compile(r"[0-9a-f]{32}")
DAY = 86_400
TOUCHED_EVERY = 60  # seconds
NAME_LENGTH = 80
CARD, UPLOADS, TRAINED, TOKENS = "workspace.json", "uploads", "trained", "tokens"


@dataclass(frozen=True)
class WorkspaceLimits:
    """What visitors may take.

    upload_bytes     one file
    workspace_bytes  one workspace's files together
    total_bytes      all workspaces together: the longest unused go first
    days             a workspace that was not used for so long is removed
    """

    upload_bytes: int = 200 << 20
    workspace_bytes: int = 1 << 30
    total_bytes: int = 20 << 30
    days: int = 30


class PersonalWorkspaces:
    """All visitors' workspaces of one home."""

    def __init__(self, home: Workspace, limits: WorkspaceLimits = WorkspaceLimits()) -> None:
        self.folder = home.visitors
        self.limits = limits
        self._kept: dict[str, PersonalWorkspace] = {}

    def create(self, name: str = "") -> PersonalWorkspace:
        """A new, empty workspace."""
        return self._make({"name": _shortened(name)})

    def open(self, id: str) -> PersonalWorkspace:
        """The workspace of this id. Raises WorkspaceError for an id that is none, and for one that is gone."""
        if not isinstance(id, str) or not ID.fullmatch(id) or not (self.folder / id / CARD).is_file():
            raise WorkspaceError(
                _("there is no such workspace"),
                fix=_("The link may be mistyped, or the workspace was deleted or has expired. Start a new one."),
            )
        # One object per workspace and process, so that its card is read again only when it changed.
        kept = self._kept.get(id)
        if kept is None:
            if len(self._kept) > MOST_KEPT:
                self._kept.clear()
            kept = self._kept.setdefault(id, PersonalWorkspace(id, self.folder / id, self.limits))
        return kept

    def open_shared(self, token: str) -> PersonalWorkspace:
        """The workspace that may be looked at with this token. Raises WorkspaceError where there is none."""
        try:
            if not isinstance(token, str) or not ID.fullmatch(token):
                raise OSError
            found = self.open((self.folder / TOKENS / token).read_text("ascii"))
        except (OSError, ValueError):
            return self.open("")
        return found if secrets.compare_digest(found.token, token) else self.open("")

    def duplicate(self, workspace: PersonalWorkspace, name: str = "") -> PersonalWorkspace:
        """A copy with an id and a token of its own: files, draft and builds; no jobs."""
        card = workspace.card()
        copied = {key: card[key] for key in ("draft", "builds") if key in card}
        return self._make({**copied, "name": _shortened(name)}, copy_of=workspace)

    def delete(self, workspace: PersonalWorkspace) -> None:
        """Remove a workspace with all its files."""
        (self.folder / TOKENS / workspace.token).unlink(missing_ok=True)
        self._kept.pop(workspace.id, None)
        # The card goes first: from then on the workspace is not there, however long its files take.
        (workspace.folder / CARD).unlink(missing_ok=True)
        shutil.rmtree(workspace.folder, ignore_errors=True)

    def all(self) -> list[PersonalWorkspace]:
        """Every workspace, the longest unused first."""
        if not self.folder.is_dir():
            return []
        found = []
        for path in self.folder.iterdir():
            if ID.fullmatch(path.name):
                try:
                    found.append(self.open(path.name))
                except WorkspaceError:
                    self._remove_remains(path)
        return sorted(found, key=lambda one: one.used)

    def sweep(self) -> list[str]:
        """Remove the expired workspaces, then the longest unused beyond `total_bytes`. The ids of those removed."""
        gone, left = [], []
        for one in self.all():
            if one.expires < time.time():
                self.delete(one)
                gone.append(one.id)
            else:
                left.append((one, one.bytes))
        total = sum(size for _one, size in left)
        for one, size in left:
            if total <= self.limits.total_bytes:
                break
            self.delete(one)
            gone.append(one.id)
            total -= size
        return gone

    def _make(self, card: dict[str, Any], copy_of: PersonalWorkspace | None = None) -> PersonalWorkspace:
        own, token, now = secrets.token_hex(16), secrets.token_hex(16), time.time()
        folder = self.folder / own
        (folder / UPLOADS).mkdir(parents=True)
        (self.folder / TOKENS).mkdir(exist_ok=True)
        if copy_of is not None:
            for upload in copy_of.uploads():
                _link_or_copy(copy_of.folder / upload.path, folder / upload.path)
            _copy_trained(copy_of.folder / TRAINED, folder / TRAINED)
        whole = {"revision": 1, "jobs": {}, "builds": [], "draft": None, "created": now, "used": now, **card}
        with atomic_file(self.folder / TOKENS / token) as file:
            file.write(own.encode())
        with atomic_file(folder / CARD) as file:
            file.write(json.dumps({**whole, "token": token}).encode())
        return self.open(own)

    @staticmethod
    def _remove_remains(path: Path) -> None:
        """A folder without its card is what a deletion left, or one just being made."""
        if time.time() - path.stat().st_mtime > DAY:
            shutil.rmtree(path, ignore_errors=True)


MOST_KEPT = 10_000


class PersonalWorkspace:
    """One visitor's folder. What it holds is read from disk: every process and tab sees the same."""

    def __init__(self, id: str, folder: Path, limits: WorkspaceLimits) -> None:
        self.id, self.folder, self.limits = id, folder, limits
        self._turn = threading.Lock()
        self._read: tuple[tuple[int, int, int], dict[str, Any]] | None = None

    def card(self) -> dict[str, Any]:
        """What workspace.json says. Not to be changed. Raises WorkspaceError where it is gone or damaged."""
        path = self.folder / CARD
        try:
            found = path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            if self._read is None or self._read[0] != stamp:
                self._read = (stamp, json.loads(path.read_bytes()))
            return self._read[1]
        except (OSError, ValueError) as error:
            raise WorkspaceError(
                _("there is no such workspace"),
                fix=_("The link may be mistyped, or the workspace was deleted or has expired. Start a new one."),
            ) from error

    def _change(self, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        from filelock import FileLock, Timeout

        self.card()  # a lock would make the folder of a deleted one again
        try:
            # The lock is between processes; between threads of this one the other serves.
            with self._turn, FileLock(self.folder / ".lock", timeout=10):
                self._read = None
                card = json.loads(json.dumps(self.card()))
                change(card)
                with atomic_file(self.folder / CARD) as file:
                    file.write(json.dumps(card).encode())
                return card
        except Timeout:
            raise WorkspaceError(
                _("the workspace is busy"), fix=_("Another tab may be writing to it. Try again.")
            ) from None
        except OSError as error:
            self.card()  # deleted meanwhile: say so
            raise WorkspaceError(
                _("the workspace can't be written: {reason}").format(reason=error.strerror or error),
                fix=_("Free some space on the server's disk."),
            ) from error

    @property
    def token(self) -> str:
        """Who has it may look, not change."""
        return self.card()["token"]

    @property
    def name(self) -> str:
        return self.card()["name"]

    @property
    def created(self) -> float:
        """Epoch seconds."""
        return self.card()["created"]

    @property
    def used(self) -> float:
        """Epoch seconds, to the minute."""
        return self.card()["used"]

    @property
    def expires(self) -> float:
        """Epoch seconds: when it is removed unless it is used again."""
        return self.used + self.limits.days * DAY

    @property
    def bytes(self) -> int:
        """What it takes on disk."""
        return size_of(self.folder)

    @property
    def draft(self) -> dict[str, Any] | None:
        """The recipe so far as plain tables, None before there is one."""
        return self.card()["draft"]

    @property
    def revision(self) -> int:
        """Grows with every saved draft."""
        return self.card()["revision"]

    @property
    def jobs(self) -> dict[str, str]:
        """Stage -> id of the job that was last asked for."""
        return dict(self.card()["jobs"])

    @property
    def builds(self) -> tuple[str, ...]:
        """Keys of the builds that may be read from here, newest last."""
        return tuple(self.card()["builds"])

    def rename(self, name: str) -> None:
        """Give it another name."""
        self._change(lambda card: card.update(name=_shortened(name)))

    def touch(self) -> None:
        """Note that it was used; written at most once a minute."""
        if time.time() - self.used > TOUCHED_EVERY:
            self._change(lambda card: card.update(used=time.time()))

    def save_draft(self, tables: dict[str, Any]) -> int:
        """Keep the recipe so far; the new revision."""
        return self._change(lambda card: card.update(draft=tables, revision=card["revision"] + 1))["revision"]

    def set_job(self, stage: str, id: str | None) -> None:
        """Remember (or forget) which job does a stage."""

        def change(card: dict[str, Any]) -> None:
            card["jobs"].pop(stage, None)
            if id is not None:
                card["jobs"][stage] = id

        self._change(change)

    def add_build(self, key: str) -> None:
        """Open a finished build to this workspace."""
        self._change(lambda card: card.update(builds=[*(one for one in card["builds"] if one != key), key]))

    def add_upload(self, name: str, data: bytes | IO[bytes]) -> str:
        """Keep a file; "uploads/NAME". Raises WorkspaceError where it is too large or has no name.

        NAME is `name` without what a path could be made of. The same bytes under the same name are kept
        once; another file of that name gets a number, so none is ever overwritten.
        """
        room = self.limits.workspace_bytes - sum(upload.bytes for upload in self.uploads())
        with self._turn:
            kept = keep_upload(self.folder / UPLOADS, name, data, most=self.limits.upload_bytes, room=room)
        return f"{UPLOADS}/{kept}"

    def uploads(self) -> tuple[Upload, ...]:
        """The files, by name."""
        return list_uploads(self.folder / UPLOADS)

    def remove_upload(self, name: str) -> None:
        """Remove a file."""
        self.resolve(f"{UPLOADS}/{name}").unlink(missing_ok=True)

    def resolve(self, path: str) -> Path:
        """The file at "uploads/…". Raises WorkspaceError for every path that leaves the workspace."""
        found = Path(os.path.realpath(self.folder / path)) if "\0" not in path else Path("/")
        if Path(path).is_absolute() or not found.is_relative_to(Path(os.path.realpath(self.folder))):
            raise WorkspaceError(
                _("this path leaves the workspace"), where=path[:200], fix=_("Name a file of the workspace.")
            )
        return found


def _shortened(name: str) -> str:
    return "".join(c for c in name if c.isprintable()).strip()[:NAME_LENGTH]


def _copy_trained(source: Path, target: Path) -> None:
    """Finished trainings, which a draft may name as its source; what is being trained stays where it is."""
    for lock in source.glob("*/training.json"):
        (target / lock.parent.name).mkdir(parents=True)
        for file in lock.parent.iterdir():
            _link_or_copy(file, target / lock.parent.name / file.name)


def _link_or_copy(source: Path, target: Path) -> None:
    """Uploads and trained vectors are never changed in place, so two workspaces may share the bytes."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
