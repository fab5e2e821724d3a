"""The download route: files of finished builds, served from disk to those who may have them.

`GET /download/{workspace}/{build}/{name}`: `workspace` is a visitor's id or read-only token, `build` the
key of a build that this workspace has, `name` one of

    matrix.safetensors, words.json, …    what the build's folder holds
    exports/KIND/FILE                    an export that was prepared
    maps/MAP/FILE                        a map that was drawn, or what the viewer needs of it
    everything.zip                       the build, its recipe, and the files that the recipe names

Whatever is not to be had is "not found", without a word why. Nothing is read into memory as a whole.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core.errors import LexiloomError
from core.recipe import Recipe, paths_in
from core.workspace.personal import UPLOADS, PersonalWorkspace, PersonalWorkspaces
from core.workspace.workspace import Workspace

KEY = re.compile(r"[0-9a-f]{32}")
BLOCK = 1 << 20
# "identity" keeps Streamlit's server from compressing gigabytes of vectors, which do not shrink, and from
# hiding how long the file is.
SAFE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store", "Content-Encoding": "identity"}
# What the viewer of large maps reads is named by its content, and worth keeping in the browser.
VIEWED, KEPT = ".lxm", {"Cache-Control": "private, max-age=31536000, immutable"}
EVERYTHING = "everything.zip"
LOCK = "build.json"


def download_routes(home: Workspace) -> list[Route]:
    """The routes that serve the builds of `home`."""
    workspaces = PersonalWorkspaces(home)

    def serve(request: Request) -> Response:
        asked = request.path_params
        workspace = _whose(workspaces, asked["workspace"])
        if workspace is None or not KEY.fullmatch(asked["key"]) or asked["key"] not in workspace.builds:
            return _not_found()
        folder = home.builds / asked["key"]
        if asked["name"] == EVERYTHING and (folder / LOCK).is_file():
            return _zip(folder, workspace, with_body=request.method != "HEAD")
        path = _file(folder, asked["name"])
        if path is None:
            return _not_found()
        headers = {**SAFE, **KEPT} if path.suffix == VIEWED else SAFE
        return FileResponse(path, filename=path.name, media_type="application/octet-stream", headers=headers)

    return [Route("/download/{workspace}/{key}/{name:path}", serve, methods=["GET"])]


def _not_found() -> Response:
    return PlainTextResponse("Not found\n", status_code=404, headers=SAFE)


def _whose(workspaces: PersonalWorkspaces, given: str) -> PersonalWorkspace | None:
    for find in (workspaces.open, workspaces.open_shared):
        try:
            return find(given)
        except LexiloomError:
            continue
    return None


def _file(folder: Path, name: str) -> Path | None:
    """A file of the build that its lock lists, or of its exports and maps."""
    parts = PurePosixPath(name).parts
    if len(parts) == 1 and name in _listed(folder):
        base, path = folder, folder / name
    elif len(parts) == 3 and parts[0] in ("exports", "maps") and all(part not in ("", ".", "..") for part in parts):
        base = folder.with_name(f"{folder.name}.{parts[0]}")
        path = base / parts[1] / parts[2]
    else:
        return None
    return path if _is_inside(path, base) and not path.name.startswith(".") else None


def _is_inside(path: Path, base: Path) -> bool:
    """Whether it is a file below `base` that no link leads out of. Any name may be asked for, also impossible ones."""
    try:
        return path.resolve().is_relative_to(base.resolve()) and path.is_file()
    except (OSError, ValueError, RuntimeError):  # too long, NUL, links that go round
        return False


def _listed(folder: Path) -> set[str]:
    try:
        return {LOCK, *json.loads((folder / LOCK).read_text("utf-8"))["files"]}
    except (OSError, ValueError, KeyError):
        return set()


def _zip(folder: Path, workspace: PersonalWorkspace, *, with_body: bool) -> Response:
    """The build below build/, and beside it the recipe with the files that it names: it builds again from there."""
    found = [(name, folder / name) for name in sorted(_listed(folder))]
    files = [(f"build/{name}", path) for name, path in found if _is_inside(path, folder)]
    try:
        recipe = (folder / "recipe.toml").read_text("utf-8")
    except (OSError, ValueError):
        return _not_found()
    named = _named(recipe, workspace)
    name = f"{workspace.name or 'lexiloom'}.zip"
    quoted = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    headers = {**SAFE, "Content-Disposition": f"attachment; filename=\"{quoted}\"; filename*=UTF-8''{quote(name)}"}
    body = _zipped([*files, *named], {"recipe.toml": recipe}) if with_body else iter(())
    return StreamingResponse(body, media_type="application/zip", headers=headers)


def _named(recipe: str, workspace: PersonalWorkspace) -> list[tuple[str, Path]]:
    """The visitor's uploads that the recipe names, under the paths by which it names them.

    Nothing else of a workspace leaves it: its card holds the token. A recipe of another version names nothing.
    """
    found: list[tuple[str, Path]] = []
    try:
        paths = paths_in(Recipe.from_toml(recipe))
    except LexiloomError:
        return found
    root = workspace.folder.resolve()
    for path in paths:
        try:
            file = workspace.resolve(path)
        except LexiloomError:  # a file of the server's: it stays there
            continue
        inside = [file] if file.is_file() else sorted(file.rglob("*"))
        found += [(one.relative_to(root).as_posix(), one) for one in inside if _is_inside(one, root / UPLOADS)]
    return found


class _Sink(io.RawIOBase):
    """What zipfile writes into and the response takes out of, block by block."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _zipped(files: list[tuple[str, Path]], texts: dict[str, str]) -> Iterator[bytes]:
    """A zip of `files` and `texts`, stored uncompressed (floats do not compress), made while it is sent."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as made:  # type: ignore[arg-type]
        for name, text in texts.items():
            made.writestr(name, text)
        for name, path in files:
            if not path.is_file():
                continue
            with (
                path.open("rb") as source,
                made.open(zipfile.ZipInfo.from_file(path, name), "w", force_zip64=True) as out,
            ):
                while block := source.read(BLOCK):
                    out.write(block)
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()
