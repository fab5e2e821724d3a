"""Visitors' workspaces: ids, tokens, files, limits, expiry; nothing is lost and nothing leads out."""

from __future__ import annotations

import io
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import WorkspaceError
from core.workspace.personal import DAY, PersonalWorkspace, PersonalWorkspaces, WorkspaceLimits
from core.workspace.uploads import LONGEST, safe_name
from core.workspace.workspace import Workspace


@pytest.fixture
def all_of(tmp_path: Path) -> PersonalWorkspaces:
    return PersonalWorkspaces(Workspace(tmp_path), WorkspaceLimits(upload_bytes=1000, workspace_bytes=2500))


@pytest.fixture
def mine(all_of: PersonalWorkspaces) -> PersonalWorkspace:
    return all_of.create("mine")


def test_a_workspace_is_found_by_its_id_and_looked_at_by_its_token(all_of: PersonalWorkspaces) -> None:
    made = all_of.create("新闻")
    assert all_of.open(made.id).name == "新闻"
    assert all_of.open_shared(made.token).id == made.id
    assert made.id != made.token
    other = PersonalWorkspaces(Workspace(all_of.folder.parent))  # another process
    assert other.open(made.id).name == "新闻"


@pytest.mark.parametrize(
    "id", ["", "x", "../" * 4, "0" * 31, "0" * 33, "A" * 32, "0" * 32, "tokens", "\0" * 32, "0" * 31 + "\n", "٣" * 32]
)
def test_what_is_no_id_opens_nothing(all_of: PersonalWorkspaces, id: str) -> None:
    all_of.create()
    with pytest.raises(WorkspaceError, match="no such workspace"):
        all_of.open(id)
    with pytest.raises(WorkspaceError, match="no such workspace"):
        all_of.open_shared(id)


def test_neither_opens_with_the_other(all_of: PersonalWorkspaces, mine: PersonalWorkspace) -> None:
    with pytest.raises(WorkspaceError):
        all_of.open(mine.token)
    with pytest.raises(WorkspaceError):
        all_of.open_shared(mine.id)


def test_a_draft_is_kept_and_its_revision_grows(mine: PersonalWorkspace) -> None:
    assert mine.draft is None
    first = mine.revision
    assert mine.save_draft({"seed": 1}) == mine.revision == first + 1
    assert mine.draft == {"seed": 1}


def test_a_change_by_another_process_is_seen(all_of: PersonalWorkspaces, mine: PersonalWorkspace) -> None:
    other = PersonalWorkspaces(Workspace(all_of.folder.parent)).open(mine.id)
    other.rename("theirs")
    other.save_draft({"seed": 2})
    assert (mine.name, mine.draft) == ("theirs", {"seed": 2})


def test_files_keep_their_bytes_and_none_is_overwritten(mine: PersonalWorkspace) -> None:
    assert mine.add_upload("words.txt", b"cat") == "uploads/words.txt"
    assert mine.add_upload("words.txt", b"cat") == "uploads/words.txt"
    assert mine.add_upload("words.txt", io.BytesIO(b"dog")) == "uploads/words (2).txt"
    assert mine.resolve("uploads/words.txt").read_bytes() == b"cat"
    assert [(u.name, u.bytes) for u in mine.uploads()] == [("words (2).txt", 3), ("words.txt", 3)]
    mine.remove_upload("words.txt")
    assert [u.name for u in mine.uploads()] == ["words (2).txt"]


def test_limits_are_kept_and_nothing_is_left_of_what_was_refused(mine: PersonalWorkspace) -> None:
    with pytest.raises(WorkspaceError, match="larger than"):
        mine.add_upload("big", b"x" * 1001)
    for i in range(2):
        mine.add_upload(f"{i}", b"%d" % i * 1000)
    with pytest.raises(WorkspaceError, match="full"):
        mine.add_upload("third", b"y" * 600)
    assert len(mine.uploads()) == 2
    assert len(list((mine.folder / "uploads").iterdir())) == 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\词表.txt", "词表.txt"),
        ("a\0b\x1b.txt", "ab.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("..", "file"),
        ("", "file"),
        (" .hidden. ", "hidden"),
        ("CON.txt", "_CON.txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("e\u0301.txt", "é.txt"),
        ("\ud800.txt", "txt"),
    ],
)
def test_names_are_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@given(st.text())
def test_every_name_becomes_one_plain_file(name: str) -> None:
    safe = safe_name(name)
    assert safe == safe_name(safe)
    assert 0 < len(safe.encode()) <= LONGEST + 1
    assert not set(safe) & set('/\\\0<>:"|?*')
    assert safe not in (".", "..")
    assert not safe.startswith(".")


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "uploads/../../x", "a\0b", "uploads/out"])
def test_no_path_leaves_the_workspace(mine: PersonalWorkspace, path: str) -> None:
    if sys.platform != "win32":
        (mine.folder / "uploads" / "out").symlink_to("/etc")
    with pytest.raises(WorkspaceError, match="leaves the workspace"):
        mine.resolve(path)


def test_a_duplicate_has_the_work_and_an_id_of_its_own(all_of: PersonalWorkspaces, mine: PersonalWorkspace) -> None:
    mine.add_upload("words.txt", b"cat")
    mine.save_draft({"seed": 3})
    mine.add_build("k1")
    mine.set_job("build", "j1")
    for name, file in (("novel", "training.json"), ("novel.training", "state.json")):
        (mine.folder / "trained" / name).mkdir(parents=True)
        (mine.folder / "trained" / name / file).write_text("{}")
    copy = all_of.duplicate(mine, "copy")
    assert [path.name for path in (copy.folder / "trained").iterdir()] == ["novel"]
    assert (copy.folder / "trained" / "novel" / "training.json").read_text() == "{}"
    assert (copy.name, copy.draft, copy.builds, copy.jobs) == ("copy", {"seed": 3}, ("k1",), {})
    assert len({mine.id, copy.id, mine.token, copy.token}) == 4
    copy.remove_upload("words.txt")
    assert mine.resolve("uploads/words.txt").read_bytes() == b"cat"
    all_of.delete(mine)
    assert copy.draft == {"seed": 3}


def test_what_is_deleted_is_gone_for_all(all_of: PersonalWorkspaces, mine: PersonalWorkspace) -> None:
    token = mine.token
    all_of.delete(mine)
    for again in (lambda: all_of.open(mine.id), lambda: all_of.open_shared(token), lambda: mine.save_draft({})):
        with pytest.raises(WorkspaceError):
            again()
    assert not mine.folder.exists()
    assert list((all_of.folder / "tokens").iterdir()) == []


def test_the_expired_and_then_the_longest_unused_are_swept(tmp_path: Path) -> None:
    all_of = PersonalWorkspaces(Workspace(tmp_path), WorkspaceLimits(total_bytes=30_000, days=2))
    kept = {name: all_of.create(name) for name in ("expired", "older", "newer")}
    for name, days in (("expired", 3.0), ("older", 1.0), ("newer", 0.1)):
        kept[name].add_upload("f", b"x" * 20_000)
        kept[name]._change(lambda card, days=days: card.update(used=time.time() - days * DAY))
    assert all_of.sweep() == [kept["expired"].id, kept["older"].id]
    assert [one.name for one in all_of.all()] == ["newer"]


def test_using_it_puts_off_its_end(mine: PersonalWorkspace) -> None:
    mine._change(lambda card: card.update(used=time.time() - 100))
    before = mine.expires
    mine.touch()
    assert mine.expires > before + 90
    again = mine.used
    mine.touch()
    assert mine.used == again


def test_threads_that_write_at_once_lose_nothing(mine: PersonalWorkspace) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: mine.set_job(f"s{i}", str(i)), range(40)))
        names = list(pool.map(lambda i: mine.add_upload("same.txt", b"%d" % i), range(12)))
    assert len(mine.jobs) == 40
    assert len(set(names)) == 12


def _add_jobs(root: str, id: str, first: int) -> None:
    found = PersonalWorkspaces(Workspace(Path(root))).open(id)
    for i in range(first, first + 10):
        found.set_job(f"s{i}", str(i))


def test_processes_that_write_at_once_lose_nothing(all_of: PersonalWorkspaces, mine: PersonalWorkspace) -> None:
    context = get_context("spawn")
    root = str(all_of.folder.parent)
    both = [context.Process(target=_add_jobs, args=(root, mine.id, 100 * i)) for i in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert len(mine.jobs) == 20


def test_a_damaged_card_is_a_workspace_that_is_not_there(mine: PersonalWorkspace) -> None:
    (mine.folder / "workspace.json").write_text("{")
    with pytest.raises(WorkspaceError):
        _ = mine.name


def test_the_card_is_plain_json(mine: PersonalWorkspace) -> None:
    mine.save_draft({"seed": 1})
    assert json.loads((mine.folder / "workspace.json").read_text())["draft"] == {"seed": 1}
