"""`lexiloom vocabulary` and `lexiloom index`: one step of the work alone, kept for those that follow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core import pipeline
from core.cli import main
from core.vocabulary import CorpusSpec
from core.workspace.workspace import Workspace
from tests.unit.formats import vector_files as files


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.txt").write_text("the\t9\ncat\t2\n", encoding="utf-8")
    (tmp_path / "text.txt").write_text("the cat sat on the mat\n" * 3, encoding="utf-8")
    files.glove(tmp_path / "vectors.txt", ["the", "cat"], files.matrix(2, 5))
    return tmp_path


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_vocabulary_is_read_without_any_source(capsys: Any) -> None:
    assert document(capsys, "vocabulary", "words.txt")["words"] == 4
    assert document(capsys, "vocabulary", "words.txt", "--min-count", "3")["words"] == 3
    assert document(capsys, "vocabulary", "words.txt", "--set", "vocabulary.min_count=3")["words"] == 3
    assert document(capsys, "vocabulary", "text.txt", "--vocab-kind", "corpus")["kind"] == "corpus"
    assert main(["vocabulary", "words.txt"]) == 0
    assert "Vocabulary: words.txt, 4 rows" in capsys.readouterr().out


def test_several_files_are_one_vocabulary_each_of_its_own_kind(capsys: Any) -> None:
    parts = 'vocabulary.parts=[{kind="words", path="words.txt"}, {kind="corpus", path="text.txt"}]'
    arguments = ["vocabulary", "words.txt", "text.txt", "--vocab-kind", "words", "--set", parts]
    found = document(capsys, *arguments)
    assert found["kind"] == "several" and found["words"] == 7


def test_only_values_of_the_vocabulary_can_be_set_there(capsys: Any) -> None:
    assert main(["vocabulary", "words.txt", "--set", "seed=3"]) == 2
    assert "only values of the vocabulary" in " ".join(capsys.readouterr().err.split())


def test_a_corpus_that_was_counted_is_quick_to_read_from_then_on(
    capsys: Any, here: Path, lexiloom_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.workspace.readings.QUICK", {"corpus": 10})
    spec = CorpusSpec(path="text.txt")
    home = Workspace(lexiloom_home)
    assert not pipeline.is_quick_to_read(spec, workspace=home, base=here)
    document(capsys, "vocabulary", "text.txt", "--vocab-kind", "corpus")
    assert pipeline.is_quick_to_read(spec, workspace=home, base=here)


def test_a_file_is_scanned_into_its_index_once(capsys: Any) -> None:
    first = document(capsys, "index", "vectors.txt")
    assert first["scanned"] and first["source"]["size"] == 2
    assert not document(capsys, "index", "vectors.txt")["scanned"]
    assert document(capsys, "index", "vectors.txt", "--on-fault", "skip")["scanned"]
    assert not document(capsys, "index", "random:5")["scanned"]


def test_a_faulty_file_is_refused_or_its_rows_are_skipped(capsys: Any, here: Path) -> None:
    (here / "bad.txt").write_text("a 1 2\nb 1\nc 3 4\n")
    assert main(["index", "bad.txt"]) == 1
    assert "bad.txt" in capsys.readouterr().err
    found = document(capsys, "index", "bad.txt", "--on-fault", "skip")
    assert found["source"]["faults"] == {"rows of the wrong width": 1}
