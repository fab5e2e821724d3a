"""`lexiloom app`: addresses, ports, the class, and a server that starts and ends in order."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.cli import main, serve
from core.workspace.personal import PersonalWorkspaces
from core.workspace.workspace import Workspace
from tests.acceptance.commands import start


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, dict[str, str]]]:
    """The servers that would have been started: (address, port, environment)."""
    asked: list[tuple[str, int, dict[str, str]]] = []

    def note(address: str, port: int, environment: dict[str, str]) -> int:
        asked.append((address, port, environment))
        return 0

    monkeypatch.setattr(serve, "_serve", note)
    return asked


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_it_listens_to_this_machine_alone_and_says_where(served: Any, capsys: Any, tmp_path: Path) -> None:
    assert main(["app", "--home", str(tmp_path / "home"), "--data", str(tmp_path)]) == 0
    ((address, port, environment),) = served
    assert address == "127.0.0.1" and f"http://127.0.0.1:{port}/" in capsys.readouterr().out
    assert environment["LEXILOOM_HOME"] == str(tmp_path / "home")
    assert environment["LEXILOOM_DATA_FOLDER"] == str(tmp_path)
    assert "LEXILOOM_CLASS" not in environment


def test_the_usual_port_gives_way_to_a_free_one_and_says_so(
    served: Any, taken: int, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "PORT", taken)
    assert main(["app"]) == 0
    assert taken < served[0][1] < taken + 100
    assert f"Port {taken} is in use" in capsys.readouterr().out


def test_a_port_that_was_asked_for_and_is_in_use_is_an_error(served: Any, taken: int, capsys: Any) -> None:
    assert main(["app", "--port", str(taken)]) == 1
    assert f"127.0.0.1:{taken}: can't listen there" in capsys.readouterr().err and not served


def test_a_data_folder_that_is_not_there_is_an_error(served: Any, capsys: Any, tmp_path: Path) -> None:
    assert main(["app", "--data", str(tmp_path / "no")]) == 1
    assert "there is no such folder" in capsys.readouterr().err and not served


def test_the_device_of_models_is_given_to_the_jobs(served: Any, capsys: Any) -> None:
    assert main(["app", "--device", "cuda:1"]) == 0
    assert served[0][2]["LEXILOOM_DEVICE"] == "cuda:1"
    assert main(["app", "--device", "tpu"]) == 1
    assert "there is no device 'tpu'" in capsys.readouterr().err and len(served) == 1


def test_without_streamlit_it_says_what_to_install(served: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda name: None)
    assert main(["app"]) == 1
    assert "streamlit, which is not installed" in capsys.readouterr().err and not served


def test_a_class_gets_two_addresses_and_the_teacher_the_same_workspace_again(
    served: Any, capsys: Any, lexiloom_home: Path
) -> None:
    assert main(["app", "--class"]) == 0
    first = capsys.readouterr().out
    assert main(["app", "--class", "--host", "127.0.0.1"]) == 0
    second = capsys.readouterr().out
    (address, _port, environment), (other, _port, again) = served
    workspace = environment["LEXILOOM_CLASS_WORKSPACE"]
    assert (address, other, environment["LEXILOOM_CLASS"]) == ("0.0.0.0", "127.0.0.1", "1")
    assert again["LEXILOOM_CLASS_WORKSPACE"] == workspace
    for told in (first, second):
        public, private = (line for line in told.splitlines() if "http://" in line)
        assert f"/?w={workspace}" in private and workspace not in public
    assert "0.0.0.0" not in first and "has its data" in first
    homes = PersonalWorkspaces(Workspace(lexiloom_home))
    homes.delete(homes.open(workspace))
    main(["app", "--class"])
    assert served[-1][2]["LEXILOOM_CLASS_WORKSPACE"] != workspace


def test_a_relative_home_is_that_of_the_shell(served: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEXILOOM_HOME", "mine")
    assert main(["app", "--class"]) == 0
    assert served[0][2]["LEXILOOM_HOME"] == str(tmp_path / "mine")
    assert (tmp_path / "mine" / "class.json").is_file()


def test_every_address_is_shown_so_that_a_browser_takes_it() -> None:
    assert serve._bracketed("::1") == "[::1]" and serve._bracketed("127.0.0.1") == "127.0.0.1"
    assert serve.network_address().count(".") == 3


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_the_server_starts_and_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = start("app", "--port", port, home=tmp_path, warnings="default", start_new_session=True)
    try:
        deadline, answer = time.monotonic() + 120, ""
        while time.monotonic() < deadline and answer != "ok" and process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as found:
                    answer = found.read().decode()
            except OSError:
                time.sleep(0.1)
        assert answer == "ok"
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
        assert (process.returncode, out.count("http://")) == (0, 1), errors
        assert "Aborted" not in errors and "Traceback" not in errors, errors
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate(timeout=60)
