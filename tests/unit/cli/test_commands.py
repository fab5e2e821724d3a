"""What the commands print, in one process: texts that line up, documents that add up, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cli import main
from core.cli.text import aligned, visible, width
from core.csv_text import tame
from tests.unit.formats import vector_files as files


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("the\t9\nParis\t5\nUS\t4\n银行\t3\nzzz zz\t2\n=cmd()\t1\nthe\t1\n\n", encoding="utf-8")
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    vectors = files.matrix(6, 5)
    return files.glove(tmp_path / "vectors.txt", ["the", "paris", "us", "of", "银行", "a"], vectors)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    def called(*arguments: object, code: int = 0) -> str:
        assert main([str(a) for a in arguments]) == code
        out, errors = capsys.readouterr()
        assert "Traceback" not in errors
        return out if code == 0 else errors

    return called


def parts_add_up(figures: dict[str, Any]) -> bool:
    origins = ("missing", "exact", "normalized", "composed", "mapped", "invented")
    return sum(figures[name] for name in origins) == figures["total"]


def test_coverage_tells_found_and_missing_with_lines_and_ids(call, words: Path, source: Path) -> None:
    text = call("coverage", "--vocab", words, "--source", source)
    for told in ("7: the", "8: ", "<pad>", "银行", "lower", "suspect", "zzz zz (2)", "=cmd() (1)", "5 dim"):
        assert told in text or told == "5 dim", told
    assert "2 words are missing" in text


def test_the_document_of_coverage_adds_up(call, words: Path, source: Path) -> None:
    document = json.loads(call("coverage", "--vocab", words, "--source", source, "--json"))
    coverage = document["coverage"]
    assert parts_add_up(coverage["types"]) and parts_add_up(coverage["tokens"])
    assert coverage["types"]["total"] == 6 and coverage["tokens"]["total"] == 25
    assert (coverage["types"]["exact"], coverage["types"]["suspect"], coverage["special"]) == (2, 1, 2)
    for part in ("scripts", "bands"):
        assert sum(p["types"]["total"] for p in coverage[part]) == 6
        assert sum(p["tokens"]["total"] for p in coverage[part]) == 25
    assert document["oov"] == [["zzz zz", 2], ["=cmd()", 1]]
    report = document["vocabulary"]
    assert report["problem_totals"] == {"duplicate": 1, "blank line": 1, "space": 1}
    assert report["head"][0] == [0, "<pad>", 0] and report["tail"][-1] == [7, "=cmd()", 1]


def test_missing_words_go_to_a_csv_that_no_spreadsheet_runs(call, words: Path, source: Path, tmp_path: Path) -> None:
    call("coverage", "--vocab", words, "--source", source, "--oov", tmp_path / "oov.csv")
    assert (tmp_path / "oov.csv").read_text("utf-8-sig").splitlines() == ["word,count", "zzz zz,2", "'=cmd(),1"]
    assert [tame(w) for w in ("-1", "@a", "'x", "a=b", "＝1")] == ["'-1", "'@a", "''x", "a=b", "'＝1"]


def test_a_build_says_what_it_did_and_its_document_too(call, words: Path, source: Path, tmp_path: Path) -> None:
    arguments = ["build", "--vocab", words, "--source", source, "--fill", "drop", "--out", tmp_path / "out"]
    assert "2 words left out" in call(*arguments)
    document = json.loads(call(*arguments, "--json"))
    assert document["dropped"] == [["zzz zz", 2], ["=cmd()", 1]]
    assert document["matrix"]["words"] == 6 and document["matrix"]["dim"] == 5
    assert call(*arguments, "--quiet") == ""


def test_events_are_json_lines(call, words: Path, source: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    call("build", "--vocab", words, "--source", source, "--out", tmp_path / "out", "--events", events)
    lines = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    assert lines and all(set(line) >= {"t", "stage", "done", "total", "unit", "message"} for line in lines)
    times = [line["t"] for line in lines]
    assert times == sorted(times)


def test_inspect_tells_faults_with_their_lines(call, tmp_path: Path) -> None:
    vectors = files.matrix(4, 5)
    vectors[2, 1] = np.nan
    path = files.glove(tmp_path / "v.txt", ["a", "b", "c", "a"], vectors)
    text = call("inspect", path)
    assert "line 3: c" in text and "line 4: a" in text
    document = json.loads(call("inspect", path, "--json"))
    assert (document["dim"], document["rows"]) == (5, 4)


def test_sources_lists_what_there_is(call, words: Path, source: Path) -> None:
    call("coverage", "--vocab", words, "--source", source)
    text = call("sources")
    assert "builtin:chinese" in text and "vectors.txt" in text
    document = json.loads(call("sources", "--json"))
    assert [one["name"] for one in document["indexes"]] == ["vectors.txt"]
    assert document["indexes"][0]["bytes"] > 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--fill", "magic"], "pieces"),
        (["--set", "seed=x"], "seed"),
        (["--set", "nonsense"], "nonsense"),
        (["--ladder", "exact,upwards"], "upwards"),
        (["--no-rung", "sideways"], "sideways"),
        (["--dim", "0"], "dim"),
        (["--lower", "--vocab-kind", "ids"], "lower"),
    ],
)
def test_wrong_use_is_exit_code_two(
    call, words: Path, source: Path, tmp_path: Path, arguments: list, told: str
) -> None:
    error = call("build", "--vocab", words, "--source", source, "--out", tmp_path / "out", *arguments, code=2)
    assert told in error
    assert not (tmp_path / "out").exists()


def test_failures_are_exit_code_one_and_json_has_the_error(call, capsys, words: Path, tmp_path: Path) -> None:
    arguments = ["coverage", "--vocab", words, "--source", tmp_path / "none.txt"]
    assert "none.txt" in call(*arguments, code=1)
    assert main([str(a) for a in [*arguments, "--json"]]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "SourceError" and error["fix"]


def test_export_writes_reads_back_and_says_how_to_load(call, words: Path, source: Path, tmp_path: Path) -> None:
    call("build", "--vocab", words, "--source", source, "--out", tmp_path / "out")
    error = call("export", tmp_path / "out", "--format", "word2vec", "--out", tmp_path / "v.vec", code=1)
    assert "zzz zz" in error and "underscore" in error
    options = ["--out", tmp_path / "v.vec", "--spaces", "underscore"]
    assert "load_word2vec_format" in call("export", tmp_path / "out", "--format", "word2vec", *options)
    assert "npy" in call("export", tmp_path / "out", "--format", "magic", "--out", tmp_path / "x", code=2)


def test_a_word_can_not_steer_the_terminal() -> None:
    assert visible("a\x1b[31mb\u202e") == "a\\x1b[31mb\\u202e"
    assert width("银行") == 4 and width("e\u0301") == 1
    assert aligned([["银", "1"], ["abc", "22"]]).splitlines() == ["  银    1", "  abc  22"]
