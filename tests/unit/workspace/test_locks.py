"""One writer at a time: the second process waits, then is told, and a killed one holds nothing up."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.workspace.atomic import atomic_folder
from core.workspace.locks import is_alive, locked

HOLDER = """
import sys
from pathlib import Path
from core.workspace.locks import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
print("free", flush=True)
"""
ROOT = Path(__file__).resolve().parents[3]


def acquire_and_fail(target: Path) -> None:
    with locked(target, patience=0.05):
        pytest.fail("both hold the lock")


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of `tmp_path`/build until a line is sent to it."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "build")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_second_process_is_told_that_another_one_is_writing(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="another process is writing there") as caught:
        acquire_and_fail(tmp_path / "build")
    assert caught.value.where == str(tmp_path / "build")
    assert caught.value.fix


def test_a_folder_is_not_opened_while_another_process_writes_it(
    holder: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.workspace.locks.locked.__wrapped__.__defaults__", (0.05,))
    with pytest.raises(WorkspaceError, match="another process"), atomic_folder(tmp_path / "build"):
        pytest.fail("both write")
    assert not list(tmp_path.iterdir())


def test_another_target_is_free(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    with locked(tmp_path / "other", patience=0):
        assert holder.poll() is None


def test_one_target_has_one_lock_however_it_is_spelled(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    with pytest.raises(WorkspaceError):
        acquire_and_fail(tmp_path / "below" / ".." / "build")


def test_the_second_process_waits_for_its_turn(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    second = [sys.executable, "-c", HOLDER, str(tmp_path / "build")]
    with subprocess.Popen(second, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as waiting:
        assert holder.stdout is not None
        holder.communicate("go\n")
        output, _ = waiting.communicate("go\n")
    assert output == "held\nfree\n"
    assert waiting.returncode == 0


def test_a_killed_process_gives_its_lock_back(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    assert is_alive(holder.pid)
    holder.kill()
    holder.wait()
    assert not is_alive(holder.pid)
    with locked(tmp_path / "build", patience=5):
        pass


def test_a_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "build"):
        raise ZeroDivisionError
    with locked(tmp_path / "build", patience=0):
        pass


def test_no_lock_file_lies_beside_the_target(lexiloom_home: Path, tmp_path: Path) -> None:
    with locked(tmp_path / "build"):
        assert not list(tmp_path.iterdir())
        assert (lexiloom_home / "locks").is_dir()


def test_this_process_is_alive() -> None:
    assert is_alive(os.getpid())
