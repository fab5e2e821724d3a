"""Bad input, through the command line: a short error that names the place, exit code 1, nothing written."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest

from core.exports import read_build
from tests.acceptance.commands import lexiloom, lexiloom_json
from tests.unit.formats import vector_files as files

WORDS = ["alpha", "beta", "gamma", "delta"]


def truncated_binary(path: Path) -> Path:
    files.word2vec_binary(path, WORDS, files.matrix(4, 5))
    path.write_bytes(path.read_bytes()[:-7])
    return path


def written(data: bytes):
    def write(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return write


TEXT = files.text_rows(WORDS, files.matrix(4, 5))
SOURCES = {
    "truncated text": (written(b"9 5\n" + TEXT), "promises 9 rows"),
    "truncated binary": (truncated_binary, "promises 4 rows, the file holds 3"),
    "wrong width": (written(TEXT + b"wide 1.5 2.5 3.5 4.5 5.5 6.5\n"), "line 5: 6 values, expected 5"),
    "wrong header": (written(b"3 5\n" + TEXT), "promises 3 rows, the file has 4"),
    "empty": (written(b""), "empty"),
    "pickle": (written(pickle.dumps({"alpha": [1.0]})), "pickle"),
    "pickle in gz": (written(gzip.compress(pickle.dumps({"alpha": [1.0]}))), "pickle"),
    "UTF-16": (written(TEXT.decode().encode("utf-16")), "UTF-16"),
    "cut gz": (written(gzip.compress(TEXT * 500)[:-40]), "cut off"),
    "a bomb": (written(gzip.compress(b"word 0 0 0 0 0\n" * 6_000_000, 9)), "expands to more than"),
}


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("alpha\nbeta\nomega\n")
    return path


@pytest.mark.parametrize("fault", SOURCES)
def test_a_bad_source_is_a_clear_error(fault: str, words: Path, tmp_path: Path) -> None:
    write, reason = SOURCES[fault]
    path = write(tmp_path / "source")
    text = lexiloom("build", "--vocab", words, "--source", path, "--out", tmp_path / "out", home=tmp_path, code=1)
    assert text.startswith("Error:") and reason in text and "source" in text
    assert not (tmp_path / "out").exists()


def test_a_folder_is_no_source(words: Path, tmp_path: Path) -> None:
    text = lexiloom("build", "--vocab", words, "--source", tmp_path, "--out", tmp_path / "out", home=tmp_path, code=1)
    assert "folder" in text


@pytest.mark.parametrize(
    "content, reason",
    [(b"", "empty"), (b"\n\n", "word"), (bytes(range(256)) * 4, ""), (b"\x00\x01\x02\x03", "")],
    ids=["empty", "blank", "binary", "zeros"],
)
def test_a_vocabulary_without_words_is_a_clear_error(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_bytes(content)
    arguments = ["--vocab", tmp_path / "words.txt", "--source", "random:3", "--out", tmp_path / "out"]
    text = lexiloom("build", *arguments, home=tmp_path, code=1)
    assert text.startswith("Error:") and reason in text
    assert not (tmp_path / "out").exists()


def test_faulty_rows_are_missing_and_filled(tmp_path: Path, words: Path) -> None:
    vectors = files.matrix(4, 5)
    vectors[1, 2] = np.nan
    path = files.word2vec_text(tmp_path / "v.vec", WORDS, vectors)
    lexiloom("build", "--vocab", words, "--source", path, "--fill", "mean", "--out", tmp_path / "out", home=tmp_path)
    build = read_build(tmp_path / "out")
    beta = build.matrix.vector("beta")
    np.testing.assert_allclose(beta, build.matrix.vector("omega"))
    assert np.isfinite(build.matrix.vectors).all()


def test_a_formula_in_a_word_is_escaped_in_csv(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("=cmd()\n+1\n@x\nalpha\n")
    path = files.glove(tmp_path / "v.txt", WORDS, files.matrix(4, 5))
    oov = tmp_path / "oov.csv"
    lexiloom("coverage", "--vocab", tmp_path / "words.txt", "--source", path, "--oov", oov, home=tmp_path)
    cells = [line.split(",")[0].strip('"') for line in oov.read_text("utf-8-sig").splitlines()]
    assert not any(cell[:1] in "=+@-" for cell in cells if cell)


@pytest.mark.slow
def test_two_million_words_are_built_in_bounded_memory(tmp_path: Path) -> None:
    import os

    from tests.acceptance.commands import start

    (tmp_path / "words.txt").write_text("".join(f"w{i}\n" for i in range(2_000_000)))
    path = files.glove(tmp_path / "v.txt", [f"w{i}" for i in range(0, 40_000, 2)], files.matrix(20_000, 8))
    arguments = ["--vocab", tmp_path / "words.txt", "--source", path, "--fill", "diagonal", "--out", tmp_path / "out"]
    process = start("build", *arguments, home=tmp_path / "home")
    _out, errors = process.stdout.read(), process.stderr.read()  # type: ignore[union-attr]
    _pid, status, usage = os.wait4(process.pid, 0)
    process.stdout.close(), process.stderr.close()  # type: ignore[union-attr]
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, errors
    assert usage.ru_maxrss < 3_000_000  # kilobytes
    found = read_build(tmp_path / "out")
    assert len(found.matrix.vocabulary) >= 2_000_000


def test_wrong_use_is_exit_code_2_and_lists_what_is_valid(words: Path, tmp_path: Path) -> None:
    arguments = ["--vocab", words, "--source", "random:3", "--out", tmp_path / "out"]
    text = lexiloom("build", *arguments, "--fill", "magic", home=tmp_path, code=2)
    assert "magic" in text and "mean" in text
    assert "--vocab" in lexiloom("build", "--source", "random:3", home=tmp_path, code=2)
    text = lexiloom("build", *arguments, "--set", "oov.knd=mean", home=tmp_path, code=2)
    assert "knd" in text


def test_json_is_one_document(words: Path, tmp_path: Path) -> None:
    arguments = ["--vocab", words, "--source", "random:3", "--out", tmp_path / "out"]
    assert lexiloom_json("build", *arguments, home=tmp_path)
    assert lexiloom_json("coverage", *arguments[:4], home=tmp_path)
    assert lexiloom_json("sources", home=tmp_path)
    path = files.glove(tmp_path / "v.txt", WORDS, files.matrix(4, 5))
    assert lexiloom_json("inspect", path, home=tmp_path)["dim"] == 5
