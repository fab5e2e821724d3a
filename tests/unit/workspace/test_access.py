"""A visitor's recipe names files of its own folder and of the open ones, and no other."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.workspace.access import Access


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("mine/uploads/words.txt", "data/glove.txt", "data/deep/w2v.bin", "data/.hidden", "secret.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def test_own_and_open_files_are_found(place: Path) -> None:
    access = Access(place / "mine", (place / "data",))
    assert access.check("uploads/words.txt") == (place / "mine/uploads/words.txt").resolve()
    assert access.check(str(place / "data/glove.txt")).name == "glove.txt"
    access.check_all(["uploads/words.txt", ""])


@pytest.mark.parametrize(
    "path", ["../secret.txt", "uploads/../../secret.txt", "/etc/passwd", "~/x", "a\0b", "uploads/\0", "../mine2/x"]
)
def test_other_files_are_refused(place: Path, path: str) -> None:
    with pytest.raises(WorkspaceError, match="not open to visitors"):
        Access(place / "mine", (place / "data",)).check(path)


@pytest.mark.skipif(sys.platform == "win32", reason="other names are impossible there")
def test_a_name_that_no_file_can_have_is_no_file(place: Path) -> None:
    with pytest.raises(WorkspaceError, match="no such file"):
        Access(place / "mine", local=True).check("a" * 400)
    assert Access(place / "mine").check("~nobody-of-this-name/x").parent.parent == (place / "mine").resolve()


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs rights there")
def test_links_that_lead_out_are_refused_and_not_listed(place: Path) -> None:
    (place / "mine/uploads/link").symlink_to(place / "secret.txt")
    (place / "data/link").symlink_to(place / "secret.txt")
    (place / "data/inside").symlink_to(place / "data/glove.txt")
    access = Access(place / "mine", (place / "data",))
    with pytest.raises(WorkspaceError):
        access.check("uploads/link")
    listed = [path.relative_to(place / "data").as_posix() for path in access.files(place / "data")]
    assert listed == ["glove.txt", "inside", "deep/w2v.bin"]
    assert access.files(place / "none") == []


def test_a_server_for_this_machine_alone_reads_what_its_user_may(place: Path) -> None:
    assert Access(place / "mine", local=True).check(str(place / "secret.txt")).name == "secret.txt"
