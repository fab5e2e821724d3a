"""Ten people download a large file at once: what it costs the server in memory."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from app_server import Server, Watch

from core.workspace.personal import PersonalWorkspaces
from core.workspace.workspace import Workspace

KEY = "0123456789abcdef" * 2


@dataclass
class Downloads:
    """What came, how fast, and how far the server's memory rose in megabytes."""

    clients: int
    megabytes: float
    seconds: float
    rise: float


def download_at_once(server: Server, clients: int, size: int) -> Downloads:
    """So many clients take a file of `size` bytes that is a build's, from the route that serves builds."""
    url = _a_build(server.home, size)
    httpx.get(f"{server.address}{url}", headers={"Range": "bytes=0-99"}).raise_for_status()  # what is imported, is
    begin = time.perf_counter()
    with Watch(server, children=False) as watch:
        came = asyncio.run(_all(server.address + url, clients))
    if came != [size] * clients:
        raise SystemExit(f"bytes that came: {came}, not {size} each")
    return Downloads(clients, size / 1e6, time.perf_counter() - begin, watch.peak - watch.before)


async def _all(url: str, clients: int) -> list[int]:
    async def one(http: httpx.AsyncClient) -> int:
        async with http.stream("GET", url) as answer:
            answer.raise_for_status()
            return sum([len(block) async for block in answer.aiter_raw(1 << 20)])

    async with httpx.AsyncClient(timeout=600, limits=httpx.Limits(max_connections=None)) as http:
        return list(await asyncio.gather(*(one(http) for _ in range(clients))))


def _a_build(home: Path, size: int) -> str:
    """A folder that the route takes for a build, with a matrix of so many bytes, written in full."""
    workspace = PersonalWorkspaces(Workspace(home)).create("benchmark")
    folder = Workspace(home).builds / KEY
    folder.mkdir(parents=True)
    with (folder / "matrix.safetensors").open("wb") as file:
        for _ in range(size >> 20):
            file.write(os.urandom(1 << 20))
        file.write(b"\0" * (size - file.tell()))
    (folder / "build.json").write_text(json.dumps({"files": {"matrix.safetensors": ""}}), "utf-8")
    workspace.add_build(KEY)
    return f"/download/{workspace.id}/{KEY}/matrix.safetensors"
