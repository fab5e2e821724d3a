"""Which files of the machine a visitor's recipe may name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import WorkspaceError
from ..messages import _


@dataclass(frozen=True)
class Access:
    """The folders that are open to a visitor; everything else on the machine is not.

    folder  the visitor's own: relative paths start there
    open    folders that he may read (the data folder, his finished builds)
    local   the server listens to this machine alone, so the visitor may read it all anyway
    """

    folder: Path
    open: tuple[Path, ...] = ()
    local: bool = False

    def check(self, path: str) -> Path:
        """The file that `path` names, links followed. Raises WorkspaceError where it lies outside."""
        if "\0" in path:
            raise self._refusal(path)
        found = Path(os.path.realpath(self.folder / os.path.expanduser(path)))
        if not _is_possible(found):
            raise WorkspaceError(_("there is no such file"), where=path[:200], fix=_("Check the path."))
        folders = [Path(os.path.realpath(folder)) for folder in (self.folder, *self.open)]
        if not self.local and not any(found.is_relative_to(folder) for folder in folders):
            raise self._refusal(path)
        return found

    def check_all(self, paths: Iterable[str]) -> None:
        """Raise WorkspaceError for the first of `paths` that lies outside."""
        for path in paths:
            if path:
                self.check(path)

    def files(self, folder: Path) -> list[Path]:
        """The files below one of the open folders that may be read, by name; links that lead out are left out."""
        if not folder.is_dir():
            return []
        found = []
        for top, inner, names in os.walk(folder):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            found += [Path(top) / name for name in sorted(names) if not name.startswith(".")]
            if len(found) > MOST:
                break
        root = Path(os.path.realpath(folder))
        return [path for path in found[:MOST] if Path(os.path.realpath(path)).is_relative_to(root)]

    def _refusal(self, path: str) -> WorkspaceError:
        return WorkspaceError(
            _("this file is not open to visitors"),
            where=path.replace("\0", "\\0")[:200],
            fix=_("Upload it, or ask whoever runs this server to put it into the data folder."),
        )


def _is_possible(path: Path) -> bool:
    """Whether a file could have this name: it is not too long, and no links go round."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return True
    except (OSError, ValueError):
        return False
    return True


MOST = 2000
