"""The cache stays within its bounds: what was not used for longest goes, what is in use stays."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import WorkspaceError
from core.formats import open_vectors
from core.formats.hashing import hashes_of
from core.formats.streams import open_bytes
from core.progress import ignore
from core.workspace.eviction import evict, size_of
from core.workspace.indexes import LIMIT, SourceIndex, SourceIndexes, index_limit
from core.workspace.locks import locked
from core.workspace.workspace import Workspace


def add(folder: Path, name: str, size: int, *, used: int) -> Path:
    """An entry of `size` bytes, last used at second `used`."""
    entry = folder / name
    (entry / "below").mkdir(parents=True)
    (entry / "below" / "data").write_bytes(b"x" * size)
    os.utime(entry, (used, used))
    return entry


def left(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_nothing_goes_while_there_is_room(tmp_path: Path) -> None:
    add(tmp_path, "a", 10, used=1)
    add(tmp_path, "b", 10, used=2)
    assert evict(tmp_path, 20) == []
    assert left(tmp_path) == ["a", "b"]


def test_the_least_recently_used_go_first_and_no_more_than_needed(tmp_path: Path) -> None:
    for name, used in (("a", 3), ("b", 1), ("c", 2), ("d", 4)):
        add(tmp_path, name, 10, used=used)
    assert evict(tmp_path, 25) == ["b", "c"]
    assert left(tmp_path) == ["a", "d"]


def test_a_use_saves_an_entry(tmp_path: Path) -> None:
    old = add(tmp_path, "old", 10, used=1)
    add(tmp_path, "new", 10, used=2)
    os.utime(old)
    assert evict(tmp_path, 10) == ["new"]


def test_what_is_kept_locked_hidden_or_no_folder_stays(tmp_path: Path) -> None:
    kept, held = add(tmp_path, "kept", 10, used=1), add(tmp_path, "held", 10, used=2)
    add(tmp_path, ".making-1-x", 10, used=3)
    add(tmp_path, "free", 10, used=4)
    (tmp_path / "file").write_bytes(b"x" * 10)
    with locked(held):
        assert evict(tmp_path, 0, keep=frozenset([kept.name])) == ["free"]
    assert left(tmp_path) == [".making-1-x", "file", "held", "kept"]


def test_what_cannot_be_removed_counts_on_and_the_next_one_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(tmp_path, "stuck", 10, used=1)
    add(tmp_path, "free", 10, used=2)
    rmtree = shutil.rmtree
    monkeypatch.setattr("shutil.rmtree", lambda path, **kw: None if path.name == "stuck" else rmtree(path, **kw))
    assert evict(tmp_path, 10) == ["free"]
    assert left(tmp_path) == ["stuck"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert evict(tmp_path / "absent", 0) == []
    assert size_of(tmp_path / "absent") == 0


@given(sizes=st.lists(st.integers(0, 50), max_size=6), limit=st.integers(0, 200))
def test_what_is_left_fits_and_is_the_most_recent(
    sizes: list[int], limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    for used, size in enumerate(sizes):
        add(folder, f"{used:02}", size, used=used + 1)
    removed = evict(folder, limit)
    assert size_of(folder) <= limit
    assert [*removed, *left(folder)] == [f"{used:02}" for used in range(len(sizes))]
    if removed:  # one fewer would not have fitted
        assert sum(sizes[len(removed) - 1 :]) > limit


def open_index(path: Path, first: str) -> tuple[SourceIndex, bool]:
    """The index of a file of ten words that begin with `first`."""
    if not path.exists():
        path.write_text("".join(f"{first}{i} 0.5 {i}.25\n" for i in range(10)))
    indexes = SourceIndexes(Workspace().indexes, Workspace().known)
    return indexes.open(open_bytes(path), policy="refuse", vectors=lambda: open_vectors(path), progress=ignore)


def test_indexes_stay_within_the_limit_and_an_open_one_stays_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, made = open_index(tmp_path / "a.txt", "a")
    assert made
    assert open_index(tmp_path / "a.txt", "a")[1] is False
    monkeypatch.setenv("LEXILOOM_INDEX_LIMIT", str(size_of(first.folder) + 100))
    second, _ = open_index(tmp_path / "b.txt", "b")
    assert left(Workspace().indexes) == [second.folder.name]
    if os.name != "nt":
        assert first.find(hashes_of(["a3", "b3", "a0"])).tolist() == [3, -1, 0]
    assert open_index(tmp_path / "a.txt", "a")[1], "an evicted index is made again"


def test_one_index_larger_than_the_limit_is_kept_while_it_is_in_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEXILOOM_INDEX_LIMIT", "0")
    index, _ = open_index(tmp_path / "a.txt", "a")
    assert left(Workspace().indexes) == [index.folder.name]


def test_the_limit_is_a_setting_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEXILOOM_INDEX_LIMIT", raising=False)
    assert index_limit() == LIMIT
    monkeypatch.setenv("LEXILOOM_INDEX_LIMIT", " 1000 ")
    assert index_limit() == 1000


@pytest.mark.parametrize("given_", ["4GB", "-1", "1.5", "٣"])
def test_a_limit_that_is_no_number_is_an_error_in_words(given_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXILOOM_INDEX_LIMIT", given_)
    with pytest.raises(WorkspaceError, match="LEXILOOM_INDEX_LIMIT") as caught:
        index_limit()
    assert caught.value.fix


def test_the_workspace_is_where_the_environment_says(
    lexiloom_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Workspace().root == lexiloom_home
    assert Workspace(tmp_path).indexes == tmp_path / "indexes"
    monkeypatch.delenv("LEXILOOM_HOME")
    assert Workspace().root.name == "lexiloom"
    folders = [Workspace().indexes, Workspace().known, Workspace().builds, Workspace().locks]
    assert len(set(folders)) == 4 and all(f.parent == Workspace().root for f in folders)
