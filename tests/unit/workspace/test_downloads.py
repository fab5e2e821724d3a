"""Downloads against a server that cuts off, lies about lengths, redirects, sends wrong bytes, refuses."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from core.errors import Cancelled, SourceError
from core.workspace import downloads
from core.workspace.downloads import download

CONTENT = bytes(range(256)) * 4096  # 1 MB


class Server:
    """Answers by the first part of the path; `requests` holds (path, Range header) of all."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.failures = 2
        self.etag = '"one"'
        self.content = CONTENT
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None: ...

            def do_GET(self) -> None:
                server.requests.append((self.path, self.headers.get("Range", "")))
                try:
                    server.answer(self, self.path.strip("/").rpartition("/")[2])
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: Any, what: str) -> None:
        content, start, status = self.content, 0, 200
        given = request.headers.get("Range", "")
        if given and what != "no-ranges" and request.headers.get("If-Range") == self.etag:
            start, status = int(given.removeprefix("bytes=").rstrip("-")), 206
        headers = {"Content-Length": str(len(content) - start)}
        if what != "no-mark":
            headers["ETag"] = self.etag
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        sent = content[start:]
        if what in ("cut", "no-ranges", "cut-always", "no-mark") and (self.failures or what == "cut-always"):
            self.failures -= what != "cut-always"
            sent = sent[: len(sent) // 2] if what != "cut-always" else b""
        elif what == "too-long":
            headers["Content-Length"] = str(len(content) + 1000)
        elif what == "too-short":
            headers["Content-Length"] = str(len(content) - 1000)
        elif what == "redirect":
            return self._send(request, 302, {"Location": "/whole", "Content-Length": "0"}, b"")
        elif what == "loop":
            return self._send(request, 302, {"Location": "/loop", "Content-Length": "0"}, b"")
        elif what.isdigit() or (what.startswith("then-ok-") and self.failures):
            self.failures -= 1
            return self._send(request, int(what.removeprefix("then-ok-")), {"Content-Length": "0"}, b"")
        return self._send(request, status, headers, sent)

    def _send(self, request: Any, status: int, headers: dict[str, str], content: bytes) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)
        if len(content) != int(headers["Content-Length"]):
            request.close_connection = True


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(downloads._Fetch, "_wait", lambda _self, _seconds: None)
    monkeypatch.setenv("LEXILOOM_HOME", str(tmp_path / "home"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", *downloads.OFFLINE):
        monkeypatch.delenv(name, raising=False)


def nothing_left(folder: Path, *but: str) -> bool:
    return {path.name for path in folder.iterdir() if path.name != "home"} == set(but)


def test_a_file_comes_once(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    checksum = f"md5:{hashlib.md5(CONTENT).hexdigest()}"
    for _time in range(2):
        path = download(
            f"{server.url}/whole",
            tmp_path / "file",
            checksum=checksum,
            progress=lambda _s, done, total=None, *_m: told.append((done, total)),
        )
    assert path.read_bytes() == CONTENT and len(server.requests) == 1
    assert (len(CONTENT), len(CONTENT)) in told and nothing_left(tmp_path, "file")


@pytest.mark.parametrize("what", ["cut", "no-ranges", "no-mark", "then-ok-503", "then-ok-429", "redirect", "too-short"])
def test_it_comes_in_the_end(what: str, server: Server, tmp_path: Path) -> None:
    server.content = CONTENT if what != "too-short" else CONTENT + b"x" * 1000
    path = download(f"{server.url}/{what}", tmp_path / "file")
    assert path.read_bytes() == CONTENT and nothing_left(tmp_path, "file")
    ranges = [given for _path, given in server.requests if given]
    assert ranges == {"cut": ["bytes=524288-", "bytes=786432-"], "no-ranges": ["bytes=524288-", "bytes=524288-"]}.get(
        what, []
    )


def test_a_file_that_changed_meanwhile_begins_anew(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "file"

    def stop(_stage: str, done: int, *_more: Any) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        download(f"{server.url}/whole", target, progress=stop)
    assert not target.exists() and target.with_name("file.part").exists()
    server.content, server.etag = CONTENT[::-1], '"two"'
    assert download(f"{server.url}/whole", target).read_bytes() == CONTENT[::-1]


def test_stopped_work_goes_on(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "TELL_SECONDS", 0.0)

    def stop(_stage: str, done: int, *_more: Any) -> None:
        if done >= 1 << 19:
            raise Cancelled

    with pytest.raises(Cancelled):
        download(f"{server.url}/whole", tmp_path / "file", progress=stop)
    download(f"{server.url}/whole", tmp_path / "file")
    first = int(server.requests[1][1].removeprefix("bytes=").removesuffix("-"))
    assert 1 << 19 <= first < len(CONTENT) and (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize(
    "what, told",
    [
        ("404", "no such file"),
        ("403", "refuses (403)"),
        ("401", "refuses (401)"),
        ("500", "answers 500"),
        ("cut-always", "can't be downloaded"),
        ("too-long", "can't be downloaded"),
        ("loop", "redirects without end"),
    ],
)
def test_what_is_wrong_is_said_and_no_file_stands_there(what: str, told: str, server: Server, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as error:
        download(f"{server.url}/{what}", tmp_path / "file")
    assert told in str(error.value) and error.value.fix and error.value.where == f"{server.url}/{what}"
    assert not (tmp_path / "file").exists()


class Misled:
    """A server that answers as `answer(path, range's first byte or None)` says: (status, headers, body)."""

    def __init__(self, answer: Any) -> None:
        self.requests = 0
        misled = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None: ...

            def do_GET(self) -> None:
                misled.requests += 1
                given = self.headers.get("Range", "").removeprefix("bytes=").rstrip("-")
                status, headers, body = answer(misled.requests, int(given) if given else None)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/file.gz"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def part_of(first: int, last: int, whole: int, **more: Any) -> tuple[int, dict[str, Any], bytes]:
    headers = {"Content-Length": last - first, "Content-Range": f"bytes {first}-{last - 1}/{whole}", "ETag": '"one"'}
    return 206, {**headers, **more}, CONTENT[first:last]


WHOLE = (200, {"Content-Length": len(CONTENT), "ETag": '"one"'}, CONTENT)
HALF = (200, {"Content-Length": len(CONTENT), "ETag": '"one"'}, CONTENT[: len(CONTENT) // 2])
SIZE = len(CONTENT)
ODD: dict[str, Any] = {
    "another part": lambda n, first: WHOLE if first is None and n > 1 else HALF if n == 1 else part_of(10, SIZE, SIZE),
    "no range told": lambda n, first: (
        (206, {"Content-Length": SIZE - first, "ETag": '"one"'}, CONTENT[first:])
        if first
        else HALF
        if n == 1
        else WHOLE
    ),
    "short parts": lambda n, first: part_of(first, min(SIZE, first + 300_000), SIZE) if first else HALF,
    "another file": lambda n, first: part_of(first, SIZE, SIZE, ETag='"two"') if first else HALF if n == 1 else WHOLE,
    "another size": lambda n, first: part_of(first, SIZE, SIZE + 9) if first else HALF if n == 1 else WHOLE,
    "encoded": lambda n, first: (200, {**WHOLE[1], "Content-Encoding": "gzip"}, CONTENT),
    "small cuts": lambda n, first: (
        (206, part_of(first, SIZE, SIZE)[1], CONTENT[first : first + 200_000])
        if first
        else (200, WHOLE[1], CONTENT[:200_000])
    ),
}


@pytest.mark.parametrize("what", ODD)
def test_a_server_that_answers_oddly_gives_the_right_file_or_none(what: str, tmp_path: Path) -> None:
    server = Misled(ODD[what])
    try:
        assert download(server.url, tmp_path / "file").read_bytes() == CONTENT
        assert server.requests < 10
    finally:
        server.close()


@pytest.mark.parametrize(
    "answer, told",
    [
        (lambda n, first: part_of(0, SIZE // 2, SIZE), "another part than was asked for"),
        (lambda n, first: (200, {"Content-Length": 0}, b""), "empty file"),
        (lambda n, first: (200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>log in</html>"), "a web page"),
        (lambda n, first: (200, {"Content-Length": SIZE}, CONTENT[: 1000 * (5 - n % 3)]), "can't be downloaded"),
        (lambda n, first: (302, {"Location": "http://[::1", "Content-Length": 0}, b""), "no address"),
        (lambda n, first: (302, {"Location": f"http://{'a' * 70}/", "Content-Length": 0}, b""), "no address"),
    ],
)
def test_what_can_not_be_right_is_refused(answer: Any, told: str, tmp_path: Path) -> None:
    server = Misled(answer)
    try:
        with pytest.raises(SourceError, match=told):
            download(server.url, tmp_path / "file")
        assert not (tmp_path / "file").exists() and server.requests < 12
    finally:
        server.close()


def test_wrong_bytes_are_thrown_away(server: Server, tmp_path: Path) -> None:
    for checksum in ("md5:" + "0" * 32, "sha256:" + "0" * 64):
        with pytest.raises(SourceError, match="not what its publisher names"):
            download(f"{server.url}/whole", tmp_path / "file", checksum=checksum)
        assert nothing_left(tmp_path)


def test_https_is_never_left(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import requests

    class Answer:
        status_code, headers = 302, {"Location": "http://elsewhere/file"}

        def close(self) -> None: ...

    monkeypatch.setattr(requests.Session, "get", lambda *_a, **_k: Answer())
    with pytest.raises(SourceError, match="leads away from https"):
        download("https://somewhere/file", tmp_path / "file")


def test_two_at_once_fetch_it_once(server: Server, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(download, f"{server.url}/whole", tmp_path / "file") for _ in range(4)]:
            assert one.result(timeout=60).read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_offline_no_network_and_a_full_disk(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXILOOM_OFFLINE", "1")
    with pytest.raises(SourceError, match="the network is switched off"):
        download(f"{server.url}/whole", tmp_path / "file")
    assert not server.requests
    monkeypatch.delenv("LEXILOOM_OFFLINE")
    with pytest.raises(SourceError, match="can't be downloaded"):
        download("http://127.0.0.1:9/whole", tmp_path / "file")
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda _p: type("Usage", (), {"free": 1000})())
    with pytest.raises(SourceError, match="the disk has"):
        download(f"{server.url}/whole", tmp_path / "file")


def test_a_proxy_is_used(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("NO_PROXY", "")
    assert download("http://far.example/whole", tmp_path / "file").read_bytes() == CONTENT
    assert server.requests[0][0] == "http://far.example/whole"
