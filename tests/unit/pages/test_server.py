"""The server's lifespan."""

from __future__ import annotations

import anyio
import pytest
from anyio.from_thread import start_blocking_portal

from pages._ui import server


def test_tidying_that_fails_does_not_end_the_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LEXILOOM_HOME", str(tmp_path_factory.mktemp("home")))
    tried = []

    def fail() -> None:
        tried.append(1)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(server, "_sweep", fail)
    monkeypatch.setattr(server, "SWEEP_SECONDS", 0.01)

    async def live() -> None:
        async with server.lifespan(None):
            with anyio.fail_after(30):
                while len(tried) < 3:
                    await anyio.sleep(0.01)

    with start_blocking_portal() as portal:  # in a thread: a browser test before leaves an event loop in this one
        portal.call(live)
    assert "tried again" in caplog.text
