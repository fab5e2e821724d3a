"""The download route: who gets which file, whole or in part, and what never leaves the server."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import psutil
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.workspace.personal import PersonalWorkspace, PersonalWorkspaces
from core.workspace.workspace import Workspace
from pages._ui import download
from pages._ui.download import BLOCK, download_routes

ROOT = Path(__file__).resolve().parents[3]
KEY, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2
MATRIX = bytes(range(256)) * 400


@dataclass
class Place:
    """A served home with one workspace that has one build."""

    client: TestClient
    home: Workspace
    workspace: PersonalWorkspace

    def url(self, name: str, *, whose: str = "", key: str = KEY) -> str:
        return f"/download/{whose or self.workspace.id}/{key}/{name}"


def make_build(home: Workspace, key: str, recipe: str = "") -> Path:
    """A folder as the engine leaves it, as far as the route looks at it."""
    folder = home.builds / key
    folder.mkdir(parents=True)
    files = {"matrix.safetensors": MATRIX, "words.json": '["词"]'.encode(), "recipe.toml": recipe.encode()}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "build.json").write_text(json.dumps({"files": dict.fromkeys(files, "")}))
    (folder / "unlisted.txt").write_text("not for anyone")
    exports = folder.with_name(f"{key}.exports")
    (exports / "word2vec").mkdir(parents=True)
    (exports / "word2vec" / "向量 “a”.vec").write_bytes(b"1 2\n")
    (exports / "word2vec" / ".half").write_bytes(b"being written")
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Place:
    home = Workspace(tmp_path / "home")
    workspace = PersonalWorkspaces(home).create("我的 “work”/1")
    upload = workspace.add_upload("词 表.txt", "词\n".encode())
    recipe = f'version = 1\nsources = ["random:4"]\n[vocabulary]\nkind = "words"\npath = {json.dumps(upload)}\n'
    make_build(home, KEY, recipe)
    make_build(home, OTHER)
    workspace.add_build(KEY)
    return Place(TestClient(Starlette(routes=download_routes(home))), home, workspace)


@pytest.mark.parametrize("name", ["matrix.safetensors", "words.json", "recipe.toml", "build.json"])
def test_a_build_s_files_come_as_they_are(place: Place, name: str) -> None:
    answer = place.client.get(place.url(name))
    assert answer.status_code == 200
    assert answer.content == (place.home.builds / KEY / name).read_bytes()
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["content-disposition"].startswith("attachment")


def test_who_may_only_look_may_download(place: Place) -> None:
    assert place.client.get(place.url("words.json", whose=place.workspace.token)).status_code == 200


def test_an_export_keeps_its_name(place: Place) -> None:
    answer = place.client.get(place.url(f"exports/word2vec/{quote('向量 “a”.vec')}"))
    assert answer.content == b"1 2\n"
    assert unquote(answer.headers["content-disposition"].partition("utf-8''")[2]) == "向量 “a”.vec"


def test_a_part_and_the_length_alone(place: Place) -> None:
    part = place.client.get(place.url("matrix.safetensors"), headers={"Range": "bytes=100-199"})
    assert part.status_code == 206 and part.content == MATRIX[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(MATRIX)}"
    beyond = place.client.get(place.url("matrix.safetensors"), headers={"Range": f"bytes={len(MATRIX)}-"})
    assert beyond.status_code == 416
    end = place.client.get(place.url("matrix.safetensors"), headers={"Range": "bytes=-7"})
    assert end.status_code == 206 and end.content == MATRIX[-7:]
    head = place.client.head(place.url("matrix.safetensors"))
    assert head.status_code == 200 and head.headers["content-length"] == str(len(MATRIX)) and not head.content


@pytest.mark.parametrize(
    "name",
    [
        "unlisted.txt",
        "",
        ".",
        "..",
        "../build.json",
        f"../{OTHER}/words.json",
        f"..%2F{OTHER}%2Fwords.json",
        "%2e%2e/words.json",
        "..%5cwords.json",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "words.json%00",
        "exports/word2vec/.half",
        "exports/word2vec/..",
        f"exports/../{KEY}/words.json",
        f"exports/%2e%2e/{OTHER}",
        "exports/word2vec",
        "exports/nothing/here.vec",
    ],
)
def test_what_is_not_a_build_s_is_not_found(place: Place, name: str) -> None:
    answer = place.client.get(place.url(name))
    assert (answer.status_code == 404 and answer.text == "Not found\n") or answer.text == "Not Found"


@pytest.mark.parametrize(
    "name",
    [
        "../build.json",
        f"../{OTHER}/words.json",
        "./words.json",
        "words.json/",
        "//etc/passwd",
        "exports//etc/passwd",
        "exports/../build.json",
        "exports/word2vec/.",
        "words.json\0",
        "exports/word2vec/a\0.vec",
        f"exports/word2vec/{'a' * 5000}",
        f"exports/word2vec/{'词' * 100}",
    ],
)
def test_a_path_that_no_client_tidied_is_not_found(place: Place, name: str) -> None:
    assert asked(place, place.url(name)) == (404, b"Not found\n")


def asked(place: Place, path: str) -> tuple[int, bytes]:
    """Status and body for `path` as it stands: clients resolve dots and refuse NUL before they send it."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "asgi": {"spec_version": "2.4"}, "method": "GET", "path": path, "root_path": ""}
    # In a thread of its own: a browser test that ran before leaves an event loop in this one.
    with start_blocking_portal() as portal:
        portal.call(place.client.app, {**scope, "query_string": b"", "headers": []}, receive, send)
    return sent[0]["status"], b"".join(message["body"] for message in sent[1:])


@pytest.mark.parametrize("name", ["words.json", "everything.zip"])
def test_who_has_not_the_build_or_no_workspace_gets_nothing(place: Place, name: str) -> None:
    stranger = PersonalWorkspaces(place.home).create("stranger")
    for whose in (stranger.id, stranger.token, "0" * 32, "..", "x", place.workspace.id.upper()):
        assert place.client.get(place.url(name, whose=whose)).status_code == 404
    for key in (OTHER, "0" * 32, KEY.upper(), "..", f"{KEY}.exports"):
        assert place.client.get(place.url(name, key=key)).status_code == 404


def test_a_link_out_of_the_folder_is_not_followed(place: Place, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    exports = place.home.builds / f"{KEY}.exports" / "word2vec"
    (exports / "out.vec").symlink_to(tmp_path / "secret")
    (exports / "other.vec").symlink_to(place.home.builds / OTHER / "words.json")
    (place.home.builds / KEY / "words.json").unlink()
    (place.home.builds / KEY / "words.json").symlink_to(tmp_path / "secret")
    for name in ("exports/word2vec/out.vec", "exports/word2vec/other.vec", "words.json"):
        assert place.client.get(place.url(name)).status_code == 404
    assert "build/words.json" not in names_in_zip(place)


def test_links_that_go_round_are_not_followed(place: Place) -> None:
    link = place.home.builds / f"{KEY}.exports" / "word2vec" / "round.vec"
    link.symlink_to(link)
    assert place.client.get(place.url("exports/word2vec/round.vec")).status_code == 404


def names_in_zip(place: Place) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(place.client.get(place.url("everything.zip")).content)) as found:
        return found.namelist()


def test_everything_is_a_zip_that_builds_again(place: Place, tmp_path: Path) -> None:
    answer = place.client.get(place.url("everything.zip"))
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
    assert unquote(answer.headers["content-disposition"].partition("UTF-8''")[2]) == "我的 “work”/1.zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.testzip() is None
        assert sorted(found.namelist()) == [
            "build/build.json",
            "build/matrix.safetensors",
            "build/recipe.toml",
            "build/words.json",
            "recipe.toml",
            "uploads/词 表.txt",
        ]
        assert found.read("build/matrix.safetensors") == MATRIX
        found.extractall(tmp_path / "away")
    from core import Recipe, run

    build = run(Recipe.from_toml((tmp_path / "away" / "recipe.toml").read_text()), base=tmp_path / "away")
    assert "词" in build.matrix.vocabulary.words


def test_a_server_s_own_file_stays_there(place: Place, tmp_path: Path) -> None:
    (tmp_path / "server.txt").write_text("secret\n")
    recipe = f'version = 1\nsources = ["random:4"]\n[vocabulary]\nkind = "words"\npath = "{tmp_path}/server.txt"\n'
    (place.home.builds / KEY / "recipe.toml").write_text(recipe)
    assert not [name for name in names_in_zip(place) if "server.txt" in name]


def test_of_a_workspace_only_uploads_leave_it(place: Place, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret\n")
    (place.workspace.folder / "uploads" / "out.txt").symlink_to(tmp_path / "secret.txt")
    recipe = 'version = 1\nsources = ["random:4"]\n[vocabulary]\nkind = "corpus"\npath = "."\n'
    (place.home.builds / KEY / "recipe.toml").write_text(recipe)
    assert [name for name in names_in_zip(place) if not name.startswith("build/")] == [
        "recipe.toml",
        "uploads/词 表.txt",
    ]


def test_a_build_whose_recipe_is_of_another_version_is_still_to_be_had(place: Place) -> None:
    recipe = place.home.builds / KEY / "recipe.toml"
    recipe.write_text("version = 99\n")
    assert "build/matrix.safetensors" in names_in_zip(place)
    recipe.unlink()
    assert place.client.get(place.url("everything.zip")).status_code == 404


def test_the_zip_is_not_made_where_only_its_headers_are_asked_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_zipped", lambda *_parts: pytest.fail("it was made"))
    head = place.client.head(place.url("everything.zip"))
    assert head.status_code == 200 and head.headers["content-type"] == "application/zip"
    assert "content-length" not in head.headers


def test_the_zip_comes_in_blocks(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(5 * BLOCK))
    parts = list(download._zipped([("large", tmp_path / "large")], {"recipe.toml": ""}))
    assert len(parts) > 5 and max(map(len, parts)) < 2 * BLOCK


SERVE = """
import socket, sys
from pathlib import Path
import uvicorn
from starlette.applications import Starlette
from core.workspace.workspace import Workspace
from pages._ui.download import download_routes
taken = socket.create_server(("127.0.0.1", 0))
print(taken.getsockname()[1], flush=True)
app = Starlette(routes=download_routes(Workspace(Path(sys.argv[1]))))
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[taken])
"""


@pytest.mark.slow
def test_ten_people_download_300_mb_each_and_the_server_s_memory_stays(place: Place) -> None:
    size = 300_000_000
    with (place.home.builds / KEY / "matrix.safetensors").open("wb") as file:
        file.truncate(size)
    command = [sys.executable, "-c", SERVE, str(place.home.root)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = f"http://127.0.0.1:{int(server.stdout.readline())}"
        try:
            measure(server.pid, address, place, size)
        finally:
            server.kill()


def measure(pid: int, address: str, place: Place, size: int) -> None:
    process = psutil.Process(pid)
    for name, wanted in (("matrix.safetensors", size), ("everything.zip", None)):
        httpx.get(f"{address}{place.url('build.json')}").raise_for_status()
        before = peak = process.memory_info().rss
        with ThreadPoolExecutor(10) as pool:
            coming = [pool.submit(received, address + place.url(name)) for _ in range(10)]
            while not all(one.done() for one in coming):
                peak = max(peak, process.memory_info().rss)
                time.sleep(0.05)
        sizes = {one.result() for one in coming}
        assert len(sizes) == 1 and (wanted is None or sizes == {wanted}) and min(sizes) >= size
        assert peak - before < 50_000_000, name


def received(url: str) -> int:
    with httpx.stream("GET", url, timeout=300) as answer:
        answer.raise_for_status()
        return sum(len(block) for block in answer.iter_raw())
