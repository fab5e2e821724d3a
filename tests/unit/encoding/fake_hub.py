"""A Hugging Face hub of one's own: a local server that hands out the folders of models, and refuses as the real one."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class FakeHub:
    """models   name -> folder; `gated` names answer 403 as gated ones do; `seen` the requests, `agents` who asked"""

    def __init__(self, models: dict[str, Path], gated: tuple[str, ...] = ()) -> None:
        self.models, self.gated = models, gated
        self.seen: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None: ...

            def do_HEAD(self) -> None:
                hub.answer(self, body=False)

            def do_GET(self) -> None:
                hub.answer(self, body=True)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler, *, body: bool) -> None:
        path = unquote(urlparse(request.path).path).strip("/")
        self.seen.append(f"{request.command} {path}")
        name = next((one for one in (*self.models, *self.gated) if f"{one}/" in f"{path}/"), None)
        if name is None:
            return self._send(request, 404, b"{}", {"X-Error-Code": "RepoNotFound"}, body)
        if name in self.gated:
            return self._send(request, 403, b"{}", {"X-Error-Code": "GatedRepo"}, body)
        files = sorted(p for p in self.models[name].rglob("*") if p.is_file())
        if path.startswith("api/models/"):
            if "/revision/" in path and path.rpartition("/")[2] not in ("main", COMMIT):
                return self._send(request, 404, b"{}", {"X-Error-Code": "RevisionNotFound"}, body)
            if "/tree/" in path:
                tree = [self._entry(self.models[name], p) for p in files]
                return self._send(request, 200, json.dumps(tree).encode(), {}, body)
            siblings = [{"rfilename": p.relative_to(self.models[name]).as_posix()} for p in files]
            told = {"id": name, "modelId": name, "sha": COMMIT, "siblings": siblings, "private": False, "tags": []}
            return self._send(request, 200, json.dumps(told).encode(), {}, body)
        file = self.models[name] / path.partition("/resolve/")[2].partition("/")[2]
        if not file.is_file():
            return self._send(request, 404, b"", {"X-Error-Code": "EntryNotFound"}, body)
        content = file.read_bytes()
        etag = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT}
        return self._send(request, 200, content, etag, body)

    def _entry(self, root: Path, path: Path) -> dict[str, Any]:
        content = path.read_bytes()
        name = path.relative_to(root).as_posix()
        return {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}

    def _send(
        self, request: BaseHTTPRequestHandler, status: int, content: bytes, headers: dict[str, str], body: bool
    ) -> None:
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if body:
            request.wfile.write(content)
