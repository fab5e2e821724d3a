"""A server of the app's own and a real browser, started once for all browser tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.actions import settle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
]
PATIENCE = 60_000  # milliseconds
FAILED: pytest.StashKey[bool] = pytest.StashKey()


def find_browser() -> str:
    """The path of Chromium. Without one the tests are skipped, and fail under CI."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if os.environ.get("CI"):
        pytest.fail("there is no Chromium: install Debian's package chromium")
    pytest.skip("there is no Chromium here")


@dataclass
class Server:
    """A running app: its address and its home folder."""

    address: str
    home: Path
    process: subprocess.Popen[bytes]


def serve(home: Path, port: int | None = None, **extra: str) -> Server:
    """Start the app in a process of its own and wait until it answers."""
    port = port or free_port()
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "LEXILOOM_HOME": str(home), "LEXILOOM_LANG": "en", "PYTHONFAULTHANDLER": "1", **extra}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    return Server(await_server(process, port, home / "server.log"), home, process)


def await_server(process: subprocess.Popen[bytes], port: int, log: Path) -> str:
    """The address of a server that was started, as soon as it answers."""
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).read()
            return address
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def stop(server: Server) -> None:
    server.process.terminate()
    try:
        server.process.wait(20)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that don't stop it."""
    find_browser()
    running = serve(tmp_path_factory.mktemp("served") / "home")
    yield running
    code = running.process.poll()
    stop(running)
    assert code is None, f"the server ended with {code}: " + (running.home / "server.log").read_text()[-5000:]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import expect, sync_playwright

    path = find_browser()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Open a page as a new visitor: visit(address, width=…, language=…, scheme=…)."""
    contexts: list[BrowserContext] = []

    def new(
        address: str, *, width: int = 1440, height: int = 1600, language: str = "en-US", scheme: str = "light"
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            color_scheme="dark" if scheme == "dark" else "light",
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        settle(page)
        return page

    yield new
    for number, context in enumerate(contexts):
        if request.node.stash.get(FAILED, False):
            for page in context.pages:
                page.screenshot(path=tmp_path / f"failed-{number}.png")
        context.close()
