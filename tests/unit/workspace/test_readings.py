"""A corpus is counted once, and what is kept of it is exactly what counting gives."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages import retold, speaking
from core.vocabulary import CorpusSpec, Reading, WordsSpec, read_vocabulary
from core.workspace import readings
from core.workspace.readings import is_quick, read_once
from core.workspace.workspace import Workspace


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "QUICK", {})
    monkeypatch.setattr(readings, "QUICK_ELSE", 0)


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


def same(one: Reading, other: Reading) -> bool:
    return one.vocabulary.digest == other.vocabulary.digest and one.report == other.report


def never(*_given: object, **_options: object) -> Reading:
    raise AssertionError("it was read again")


def test_a_corpus_is_counted_once(tmp_path: Path, home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.txt").write_text("The cat sat. The dog\u200b sat, too.\n\n我喜欢猫。\n", encoding="utf-8")
    spec = CorpusSpec(path="c.txt")
    assert not is_quick(spec, base=tmp_path, home=home)
    fresh = read_once(spec, base=tmp_path, home=home)
    assert same(fresh, read_vocabulary(spec, base=tmp_path))
    assert is_quick(spec, base=tmp_path, home=home)
    monkeypatch.setattr(readings, "count_vocabulary", never)
    assert same(read_once(spec, base=tmp_path, home=home), fresh)
    lower = spec.model_copy(update={"lower": True, "min_count": 2})
    assert same(read_once(lower, base=tmp_path, home=home), read_vocabulary(lower, base=tmp_path))
    with pytest.raises(AssertionError):  # other options, another count
        read_once(spec.model_copy(update={"language": "en"}), base=tmp_path, home=home)
    with pytest.raises(AssertionError):
        read_once(spec, base=tmp_path, home=home, version=1)


def test_a_changed_file_is_read_again(tmp_path: Path, home: Workspace) -> None:
    path = tmp_path / "c.txt"
    path.write_text("one two", encoding="utf-8")
    spec = CorpusSpec(path="c.txt", language="en", specials=())
    assert read_once(spec, base=tmp_path, home=home).vocabulary.words == ("one", "two")
    path.write_text("two six", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert set(read_once(spec, base=tmp_path, home=home).vocabulary.words) == {"two", "six"}


def test_what_is_kept_is_told_in_the_readers_language(tmp_path: Path, home: Workspace) -> None:
    (tmp_path / "w.txt").write_text("cat\n\ncat\n", encoding="utf-8")
    spec = WordsSpec(path="w.txt")
    with speaking("zh_CN"):
        read_once(spec, base=tmp_path, home=home)
    english = read_vocabulary(spec, base=tmp_path)
    kept = read_once(spec, base=tmp_path, home=home)
    assert [retold(p.action) for p in kept.report.problems] == [p.action for p in english.report.problems]
    assert [retold(note) for note in kept.report.notes] == list(english.report.notes)


@pytest.mark.parametrize("name", ["words.json", "reading.json", "counts.npy"])
def test_what_is_damaged_is_read_again(name: str, tmp_path: Path, home: Workspace) -> None:
    (tmp_path / "w.txt").write_text("cat\t3\ndog\t2\n", encoding="utf-8")
    spec = WordsSpec(path="w.txt")
    fresh = read_once(spec, base=tmp_path, home=home)
    kept = next(path for path in home.readings.iterdir() if not path.name.startswith("."))
    (kept / name).write_bytes(b"{}")
    assert same(read_once(spec, base=tmp_path, home=home), fresh)


def test_that_nothing_can_be_kept_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "w.txt").write_text("cat\n", encoding="utf-8")
    (tmp_path / "home").write_text("a file is in the way")
    assert read_once(WordsSpec(path="w.txt"), base=tmp_path, home=Workspace(tmp_path / "home")).report.words == 3


@given(st.lists(st.text(), max_size=30))
def test_every_list_comes_back_as_it_was_read(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "w.json").write_text(json.dumps([*words, "cat", "cat"]), encoding="ascii")
    spec = WordsSpec(path="w.json")
    home = Workspace(folder / "home")
    fresh = read_once(spec, base=folder, home=home)
    assert same(read_once(spec, base=folder, home=home), fresh)
    assert same(fresh, read_vocabulary(spec, base=folder))
