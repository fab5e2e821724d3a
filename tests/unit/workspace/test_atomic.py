"""Files and folders are there whole or not at all, whatever stops the writer."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.workspace import atomic
from core.workspace.atomic import atomic_file, atomic_files, atomic_folder, check_folder, recover, sweep

FULL = OSError(errno.ENOSPC, "No space left on device")


def make_build(folder: Path, text: str = "old") -> Path:
    """A folder that says of itself what a build says."""
    folder.mkdir()
    (folder / "words.json").write_text(text)
    (folder / "build.json").write_text(json.dumps({"lexiloom_build": 1, "files": {"words.json": ""}}))
    return folder


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def stop_after(step: Callable[[], object], stop: BaseException) -> None:
    step()
    raise stop


@pytest.fixture(scope="session")
def dead_pid() -> int:
    """The number of a process that has ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "words.txt"
    with atomic_file(target, "w", encoding="utf-8") as file:
        file.write("東京")
        assert not target.exists()
    assert target.read_text("utf-8") == "東京"
    assert names(target.parent) == ["words.txt"]


@pytest.mark.parametrize("stop", [ValueError("bad word"), KeyboardInterrupt()])
def test_a_file_stays_as_it_was_when_writing_stops(stop: BaseException, tmp_path: Path) -> None:
    target = tmp_path / "words.txt"
    target.write_text("old")
    with pytest.raises(type(stop)), atomic_file(target) as file:
        stop_after(lambda: file.write(b"half"), stop)
    assert target.read_text() == "old"
    assert names(tmp_path) == ["words.txt"]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_files_and_folders_get_the_usual_permissions(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "file") as file:
        file.write(b"")
    with atomic_folder(tmp_path / "folder") as made:
        (made / "build.json").write_text("{}")
    (tmp_path / "plain").write_text("")
    (tmp_path / "plain folder").mkdir()
    for ours, plain in (("file", "plain"), ("folder", "plain folder")):
        assert stat.S_IMODE((tmp_path / ours).stat().st_mode) == stat.S_IMODE((tmp_path / plain).stat().st_mode)


def test_a_full_disk_is_named_with_what_is_free(tmp_path: Path) -> None:
    what = r"disk is full: [\d,]+ bytes are free"
    with pytest.raises(WorkspaceError, match=what) as caught, atomic_file(tmp_path / "f"):
        raise FULL
    assert caught.value.where == str(tmp_path / "f")
    assert caught.value.fix
    assert names(tmp_path) == []


def test_a_path_through_a_file_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="can't be written"), atomic_file(tmp_path / "file" / "below"):
        pass
    with pytest.raises(WorkspaceError, match="can't be written"), atomic_folder(tmp_path / "file" / "below"):
        pass


def test_files_that_belong_together_move_together(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_text("old")
    with atomic_files(tmp_path / "a.npy") as made:
        (made / "a.npy").write_text("new")
        (made / "a.words.json").write_text("[]")
        assert (tmp_path / "a.npy").read_text() == "old"
    assert (tmp_path / "a.npy").read_text() == "new"
    assert names(tmp_path) == ["a.npy", "a.words.json"]
    with pytest.raises(WorkspaceError), atomic_files(tmp_path / "a.npy") as made:
        stop_after(lambda: (made / "a.npy").write_text("newer"), FULL)
    assert (tmp_path / "a.npy").read_text() == "new"
    assert names(tmp_path) == ["a.npy", "a.words.json"]


@pytest.mark.parametrize("before", ["absent", "empty", "older build"])
def test_a_folder_appears_when_it_is_whole(before: str, tmp_path: Path) -> None:
    target = tmp_path / "build [1]"
    if before == "older build":
        make_build(target)
    elif before == "empty":
        target.mkdir()
    with atomic_folder(target) as made:
        (made / "below").mkdir()
        (made / "below" / "file").write_text("new")
        assert not (target / "below").exists()
    assert names(target) == ["below"]
    assert names(tmp_path) == [target.name]


@pytest.mark.parametrize("stop", [FULL, ValueError("bad"), KeyboardInterrupt()], ids=["full", "error", "^C"])
def test_a_folder_stays_as_it_was_when_writing_stops(stop: BaseException, tmp_path: Path) -> None:
    target = make_build(tmp_path / "build")
    with pytest.raises(WorkspaceError if stop is FULL else type(stop)), atomic_folder(target) as made:
        stop_after(lambda: (made / "half").write_text("half"), stop)
    assert names(target) == ["build.json", "words.json"]
    assert names(tmp_path) == ["build"]


def test_the_older_build_comes_back_when_the_new_one_cannot_be_put_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_build(tmp_path / "build")
    rename, calls = os.rename, []

    def second_fails(old: Path, new: Path) -> None:
        calls.append(new)
        if len(calls) == 2:
            raise PermissionError(errno.EACCES, "in use")
        rename(old, new)

    monkeypatch.setattr("os.rename", second_fails)
    with pytest.raises(WorkspaceError, match="in use"), atomic_folder(target) as made:
        (made / "new").write_text("")
    assert names(target) == ["build.json", "words.json"]
    assert names(tmp_path) == ["build"]


def test_somebody_elses_files_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.tex").write_text("")
    (tmp_path / "other program").mkdir()
    (tmp_path / "other program" / "build.json").write_text('{"files": {"build.json": ""}}')
    (tmp_path / "link").symlink_to(make_build(tmp_path / "linked"), target_is_directory=True)
    before = names(tmp_path)
    for name, what in (("file", "not a folder"), ("folder", r"thesis\.tex"), ("other program", "build.json")):
        with pytest.raises(WorkspaceError, match=what):
            check_folder(tmp_path / name)
        with pytest.raises(WorkspaceError, match=what), atomic_folder(tmp_path / name):
            pytest.fail("the folder was opened")
    with pytest.raises(WorkspaceError, match="not a folder"):
        check_folder(tmp_path / "link")
    assert names(tmp_path) == before


def test_what_file_browsers_leave_does_not_stop_a_newer_build(tmp_path: Path) -> None:
    target = make_build(tmp_path / "build")
    (target / ".DS_Store").write_text("")
    check_folder(target)


def test_leftovers_of_dead_processes_go_and_those_of_living_ones_stay(tmp_path: Path, dead_pid: int) -> None:
    target = tmp_path / "build"
    dead = f".build{atomic.MARK}{dead_pid}-folder"
    others = [f".build{atomic.MARK}{os.getpid()}-mine", f".other{atomic.MARK}{dead_pid}-x", ".build.swp", "build2"]
    (tmp_path / dead).mkdir()
    (tmp_path / dead / "half").write_text("")
    (tmp_path / f".build{atomic.MARK}{dead_pid}-file").write_text("")
    for name in others:
        (tmp_path / name).write_text("")
    sweep(target)
    assert names(tmp_path) == sorted(others)


@pytest.mark.parametrize("door", [recover, sweep, check_folder])
def test_a_build_that_was_moved_aside_when_the_machine_stopped_comes_back(door, tmp_path: Path) -> None:
    target = tmp_path / "build"
    os.rename(make_build(target), tmp_path / f".build{atomic.MARK}old-abc")
    door(target)
    assert names(tmp_path) == ["build"]
    assert (target / "words.json").read_text() == "old"


def test_an_older_build_is_tidied_away_once_the_newer_one_is_there(tmp_path: Path) -> None:
    target = make_build(tmp_path / "build", "new")
    shutil.copytree(target, tmp_path / f".build{atomic.MARK}old-abc")
    sweep(target)
    assert names(tmp_path) == ["build"]
    assert (target / "words.json").read_text() == "new"


@pytest.mark.skipif(os.name == "nt", reason="kills with SIGKILL")
def test_a_killed_writer_leaves_the_older_build_and_the_next_one_tidies(tmp_path: Path) -> None:
    target = make_build(tmp_path / "build")
    code = (
        "import os, signal, sys; from pathlib import Path; from core.workspace.atomic import atomic_folder\n"
        "with atomic_folder(Path(sys.argv[1])) as made:\n"
        "    (made / 'half').write_text('half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(target)], check=False)
    assert done.returncode < 0
    assert len(names(tmp_path)) == 2
    assert (target / "words.json").read_text() == "old"
    with atomic_folder(target) as made:
        (made / "build.json").write_text("{}")
    assert names(tmp_path) == ["build"]
