"""Which source suits a vocabulary: by coverage, then by the pairs that all of them have; nothing is built."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core import Vocabulary
from core.candidates import rank
from core.cli.console import entrance
from core.errors import SourceError
from core.workspace.workspace import Workspace
from tests import models
from tests.unit.formats import vector_files as files

WORDS = ["house", "cat", "the", "of", "bank", "zzyzx"]


def source(folder: Path, name: str, words: list[str], dim: int = 4) -> str:
    return str(files.glove(folder / name, words, files.matrix(len(words), dim)))


def test_more_of_the_text_goes_first_and_the_common_gaps_are_named(tmp_path: Path) -> None:
    few, many = source(tmp_path, "few.txt", ["house", "cat"]), source(tmp_path, "many.txt", ["the", "of", "bank"])
    vocabulary = Vocabulary(WORDS, [1, 1, 50, 40, 5, 3])
    found = rank(vocabulary, [few, many], workspace=Workspace(tmp_path / "home"))
    assert [one.name for one in found.candidates] == ["many.txt", "few.txt"]
    assert found.candidates[0].tokens == pytest.approx(0.95) and found.candidates[0].types == pytest.approx(0.5)
    assert (found.common, found.common_words) == (1, ("zzyzx",))
    assert "many.txt gives a row to 95" in found.verdict and "Too few word pairs" in found.verdict
    assert found.csv().decode("utf-8-sig").splitlines()[1].startswith("many.txt,")


def test_the_pairs_that_all_have_decide_between_equals(tmp_path: Path) -> None:
    words = [f"w{i}" for i in range(40)]
    rng = np.random.default_rng(0)
    good = rng.normal(size=(40, 6)).astype(np.float32)
    unit = good / np.linalg.norm(good, axis=1, keepdims=True)
    pairs = [(a, b) for a in range(40) for b in range(a + 1, a + 2) if b < 40]
    (tmp_path / "sets").mkdir()
    lines = [f"{words[a]}\t{words[b]}\t{float(unit[a] @ unit[b]) + 2:.4f}" for a, b in pairs]
    (tmp_path / "sets" / "EN-RG-65.txt").write_text("\n".join(lines) + "\n")
    files.glove(tmp_path / "good.txt", words, good)
    files.glove(tmp_path / "bad.txt", words, rng.normal(size=(40, 6)).astype(np.float32))
    found = rank(
        Vocabulary(words),
        [str(tmp_path / "bad.txt"), str(tmp_path / "good.txt"), "random:6"],
        suite_dir=str(tmp_path / "sets"),
        workspace=Workspace(tmp_path / "home"),
    )
    assert found.candidates[0].name == "good.txt" and found.candidates[0].score > 0.99  # type: ignore[operator]
    assert found.sets[0].pairs == 39 and found.sets[0].intervals["good.txt"] is not None
    assert "good.txt agrees best with people" in found.verdict

    # One that has none of the pairs costs the others nothing.
    files.glove(tmp_path / "other.txt", ["x", "y"], files.matrix(2, 6))
    again = rank(
        Vocabulary([*words, "x"]),
        [str(tmp_path / name) for name in ("bad.txt", "other.txt", "good.txt")],
        suite_dir=str(tmp_path / "sets"),
        workspace=Workspace(tmp_path / "home"),
    )
    scores = {one.name: one.score for one in again.candidates}
    assert scores["other.txt"] is None and scores["good.txt"] == pytest.approx(found.candidates[0].score)
    assert again.sets[0].pairs == 39 and "that the scored ones have, good.txt agrees best" in again.verdict


def test_what_cannot_be_opened_comes_last_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    tiny = f"hf:{models.bert(tmp_path / 'bert')}"
    found = rank(
        Vocabulary(WORDS), [str(tmp_path / "none.txt"), "hf:someone/unknown", tiny], workspace=Workspace(tmp_path)
    )
    assert found.candidates[0].spec == tiny
    notes = {one.spec: one.note for one in found.candidates}
    assert notes["hf:someone/unknown"] == "not downloaded yet" and "No such file" in notes[str(tmp_path / "none.txt")]
    assert found.candidates[0].types == pytest.approx(5 / 6)
    with pytest.raises(SourceError):
        rank(Vocabulary(WORDS), ["random:none"], workspace=Workspace(tmp_path))


def test_a_recipes_words_and_options_are_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEXILOOM_HOME", str(tmp_path / "home"))
    (tmp_path / "words.txt").write_text("house 3\ncat 2\nzzyzx 1\n")
    folder = models.bert(tmp_path / "bert")
    (tmp_path / "draft.toml").write_text(
        '[vocabulary]\nkind = "words"\npath = "words.txt"\nmin_count = 2\n[ladder]\nlower = false\n'
        f'[[sources]]\nkind = "hf"\npath = "{folder.as_posix()}"\nlayers = "1+last"\n'
    )
    command = ["sources", "rank", source(tmp_path, "a.txt", ["House"]), "--recipe", str(tmp_path / "draft.toml")]
    assert entrance([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["words"] == 2
    assert [(one["kind"], one["dim"], one["missing"]) for one in told["candidates"]] == [("hf", 32, 0), ("file", 4, 1)]
    # What the shell names lies in the shell's folder, what the recipe names in the recipe's.
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "other.txt").write_text("house\nzzyzx\nxyz\n")
    source(tmp_path / "elsewhere", "b.txt", ["house", "xyz"])
    monkeypatch.chdir(tmp_path / "elsewhere")
    recipe = ["--recipe", str(tmp_path / "draft.toml"), "--json"]
    assert entrance(["sources", "rank", "b.txt", *recipe]) == 0
    assert {one["name"]: one["missing"] for one in json.loads(capsys.readouterr().out)["candidates"]}["b.txt"] == 1
    assert entrance(["sources", "rank", "b.txt", "--vocab", "other.txt", *recipe]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["words"] == 3
    assert {one["name"]: one["missing"] for one in told["candidates"]}["b.txt"] == 1
    assert entrance(["sources", "rank", "builtin:english"]) == 1 and "--vocab" in capsys.readouterr().err
    assert entrance(["sources", "rank", "--vocab", str(tmp_path / "words.txt")]) == 1
    assert "Name some" in capsys.readouterr().err
    (tmp_path / "draft.toml").write_text("[vocabulary")
    assert entrance(command) == 1 and "can't be read" in capsys.readouterr().err


def test_the_command_prints_the_same_ranking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEXILOOM_HOME", str(tmp_path / "home"))
    (tmp_path / "words.txt").write_text("house 3\ncat 2\nzzyzx 1\n")
    given = [source(tmp_path, "a.txt", ["house"]), "builtin:english"]
    command = ["sources", "rank", "--vocab", str(tmp_path / "words.txt"), *given]
    assert entrance([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["candidates"]] == ["builtin:english", "a.txt"]
    assert entrance([*command, "--out", str(tmp_path / "rank.csv")]) == 0
    assert "builtin:english gives a row to" in capsys.readouterr().out
    assert (tmp_path / "rank.csv").read_text("utf-8-sig").count("\n") == 3


def test_what_covers_alike_is_ordered_by_score() -> None:
    from core.ranking import Candidate, _ordered

    def one(name: str, types: float, score: float | None, dim: int = 10) -> Candidate:
        return Candidate(name, name, "file", dim, 1, "", types=types, score=score)

    given = [one("a", 0.9026, 0.10), one("b", 0.9024, 0.70), one("c", 0.89, 0.9), one("d", 0.9025, None)]
    assert [c.name for c in _ordered([*given, one("e", 0.9021, 0.0), one("f", 0.9022, -0.5)])] == list("baefdc")
    assert [c.name for c in _ordered([one("wide", 0.5, 0.1, 20), one("narrow", 0.5, 0.1, 5)])] == ["narrow", "wide"]
