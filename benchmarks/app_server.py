"""The real web app in a process of its own, on a home of its own, and the memory that it takes."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from types import TracebackType

import psutil

ROOT = Path(__file__).resolve().parent.parent
STARTS_IN = 90  # seconds


class Server:
    """`streamlit run app.py` on a free port of this machine, from `with` to its end."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.home, self.address = home, f"http://127.0.0.1:{self.port}"
        self.log = home / "server.log"

    def __enter__(self) -> Server:
        environment = {**os.environ, "LEXILOOM_HOME": str(self.home), "LEXILOOM_LANG": "en"}
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self.process = psutil.Process(self._process.pid)
        end = time.monotonic() + STARTS_IN
        while True:
            try:
                urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2).read()
                return self
            except OSError:
                if self._process.poll() is not None or time.monotonic() > end:
                    self.__exit__(None, None, None)
                    raise SystemExit(self.log.read_text("utf-8")) from None
                time.sleep(0.1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        children = self.process.children(recursive=True) if self.process.is_running() else []
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()

    def megabytes(self, *, children: bool = False) -> float:
        """Resident memory now, of the server alone or with the jobs that it runs."""
        total = self.process.memory_info().rss
        for child in self.process.children(recursive=True) if children else []:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += child.memory_info().rss
        return total / 1e6


class Watch:
    """The peak of a server's memory while `with` lasts, looked at every `every` seconds."""

    def __init__(self, server: Server, *, children: bool, every: float = 0.1) -> None:
        self._server, self._children, self._every = server, children, every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.before = self.peak = self.after = 0.0

    def __enter__(self) -> Watch:
        self.before = self.peak = self._server.megabytes(children=self._children)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()
        self.after = self._server.megabytes(children=self._children)

    def _look(self) -> None:
        while not self._over.wait(self._every):
            self.peak = max(self.peak, self._server.megabytes(children=self._children))
