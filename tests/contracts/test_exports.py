"""The contract of all exports: the library that the target is named after reads back the same words and numbers."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from core.errors import ExportError, WorkspaceError
from core.exports import EXPORTS, estimate_bytes, export, writers
from core.exports.projector import metadata_path
from core.matrix import EmbeddingMatrix
from core.rows import Origin, Rows
from core.vocabulary.vocabulary import Vocabulary

FLOAT32 = np.finfo(np.float32)
PLAIN = [
    "<pad>",
    "<unk>",
    "the",
    "的",
    "東京",
    "café",
    "cafe\u0301",
    "👩‍🔬",
    "می‌خواهم",
    '"',
    "O'Hare",
    "=cmd()",
    "a,b",
    "#",
    "-1.5",
]
# Words that some target can't hold: spaces of several kinds, a tab, line ends, half a character.
SPACED = [*PLAIN, "New York", "ice cream"]
NASTY = [*SPACED, "a\tb", "a\u00a0b", "a\u3000b", "a\nb", "a\r\nb", "a\u2028b", "\x1b[31m", "half \ud83d"]


def matrix_of(words: list[str], *, dim: int = 5, counts: bool = True) -> EmbeddingMatrix:
    """Words with numbers that a careless writer loses: subnormal, huge, -0.0, nine digits, a tie in double."""
    n = len(words)
    vectors = np.random.default_rng(7).standard_normal((n, dim)).astype(np.float32)
    hard = [-0.0, FLOAT32.smallest_subnormal, -FLOAT32.max, 16777217.0, 1.00000012]
    if n > 3:
        vectors[2, : len(hard)] = hard
        vectors[3, 0] = np.uint32(0x15AE43FD).view(np.float32)
    rows = Rows.missing(n).replace_columns(origin=np.full(n, Origin.EXACT, np.uint8))
    specials = {"<pad>": "pad", "<unk>": "unk"} if "<pad>" in words else {}
    vocabulary = Vocabulary(words, list(range(n)) if counts else None, specials)
    return EmbeddingMatrix(vocabulary, vectors, rows)


Loaded = tuple[list[str], np.ndarray]


def load_npy(path: Path) -> Loaded:
    return json.loads(path.with_suffix(".words.json").read_text("utf-8")), np.load(path, allow_pickle=False)


def load_pt(path: Path) -> Loaded:
    import torch

    state = torch.load(path, weights_only=True)
    embedding = torch.nn.Embedding(*state["weight"].shape)
    embedding.load_state_dict(state)
    words = json.loads(path.with_suffix(".words.json").read_text("utf-8"))
    return words, embedding(torch.arange(len(words))).detach().numpy()


def load_gensim(path: Path) -> Loaded:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors.load_word2vec_format(str(path), binary=path.suffix == ".bin")
    return vectors.index_to_key, vectors.vectors


def load_projector(path: Path) -> Loaded:
    def table(name: Path) -> list[list[str]]:
        with open(name, encoding="utf-8", newline="") as file:
            return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

    header, *rows = table(metadata_path(path))
    assert header[0] == "word"
    assert all(len(row) == len(header) for row in rows)
    return [row[0] for row in rows], np.array([[np.float32(x) for x in row] for row in table(path)], np.float32)


@dataclass(frozen=True)
class Case:
    load: Callable[[Path], Loaded]
    words: list[str]  # the nastiest that the target keeps as they are


CASES = {
    "npy": Case(load_npy, NASTY),
    "pt": Case(load_pt, NASTY),
    "word2vec": Case(load_gensim, PLAIN),
    "word2vec-binary": Case(load_gensim, [*PLAIN, "a\tb", "a\u00a0b", "a\u3000b", "a\rb"]),
    "projector": Case(load_projector, [*SPACED, "a\u00a0b", "a\u3000b"]),
}
every_kind = pytest.mark.parametrize("kind", EXPORTS)


def assert_same(loaded: Loaded, words: list[str], vectors: np.ndarray) -> None:
    assert list(loaded[0]) == words
    assert loaded[1].dtype == np.float32
    assert loaded[1].shape == vectors.shape
    np.testing.assert_array_equal(loaded[1].view(np.uint32), vectors.view(np.uint32))


def test_every_kind_has_its_case() -> None:
    assert set(CASES) == set(EXPORTS)


@every_kind
@pytest.mark.parametrize("counts", [True, False], ids=["counts", "no counts"])
def test_the_target_reads_the_same_words_and_bits(kind: str, counts: bool, tmp_path: Path) -> None:
    case, path = CASES[kind], tmp_path / f"out{EXPORTS[kind].extension}"
    matrix = matrix_of(case.words, counts=counts)
    report = export(matrix, kind, path)
    assert_same(case.load(path), case.words, matrix.vectors)
    assert sorted(report.paths) == sorted(map(str, tmp_path.iterdir()))
    assert report.paths[0] == str(path)
    assert report.bytes == sum(f.stat().st_size for f in tmp_path.iterdir())
    assert report.sha256 == {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in tmp_path.iterdir()}
    json.dumps(report.as_dict())


@every_kind
@pytest.mark.parametrize("words", [["one"], [f"w{i}" for i in range(writers.ROWS_AT_ONCE + 3)]], ids=["one", "parts"])
def test_one_row_and_more_rows_than_are_written_at_once(kind: str, words: list[str], tmp_path: Path) -> None:
    path = tmp_path / f"out{EXPORTS[kind].extension}"
    matrix = matrix_of(words, dim=1 if len(words) == 1 else 5)
    export(matrix, kind, path)
    assert_same(CASES[kind].load(path), words, matrix.vectors)


@every_kind
def test_a_matrix_without_rows_exports(kind: str, tmp_path: Path) -> None:
    assert export(matrix_of([]), kind, tmp_path / f"out{EXPORTS[kind].extension}").verified


@every_kind
def test_the_snippet_runs_as_it_is_printed(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"it's{EXPORTS[kind].extension}"
    matrix = matrix_of(PLAIN)
    found: dict = {}
    exec(export(matrix, kind, path).snippet, found)  # our own text
    if "words" in found:
        assert found["words"] == PLAIN
    if "embedding" in found:
        np.testing.assert_array_equal(found["embedding"].weight.detach().numpy(), matrix.vectors)
    elif "vectors" in found:
        np.testing.assert_array_equal(getattr(found["vectors"], "vectors", found["vectors"]), matrix.vectors)


@pytest.mark.parametrize("kind", ["word2vec", "word2vec-binary"])
@pytest.mark.parametrize("word", ["New York", "a\nb", "half\ud83d", " ", "a\0b"])
def test_words_that_the_format_would_break_are_refused_by_name(kind: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError) as caught:
        export(matrix_of([*PLAIN, word]), kind, tmp_path / "out")
    assert repr(word) in str(caught.value)
    assert caught.value.fix
    assert ("underscore" in caught.value.fix) == ("\ud83d" not in word)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("word", ["a\tb", "a\u00a0b", "a\u3000b", "a\u2028b", "a\rb"])
def test_all_white_space_ends_a_word_in_text(word: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="end a word"):
        export(matrix_of([*PLAIN, word]), "word2vec", tmp_path / "out.vec")
    assert not list(tmp_path.iterdir())
    export(matrix_of([*PLAIN, word]), "word2vec", tmp_path / "out.vec", spaces="underscore")
    assert load_gensim(tmp_path / "out.vec")[0] == [*PLAIN, "a_b"]


@every_kind
def test_underscores_stand_for_spaces_only_where_the_target_needs_it(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{EXPORTS[kind].extension}"
    export(matrix_of(SPACED), kind, path, spaces="underscore")
    last = ["New_York", "ice_cream"] if EXPORTS[kind].ends else ["New York", "ice cream"]
    assert list(CASES[kind].load(path)[0]) == [*PLAIN, *last]


def test_the_projector_shows_control_characters_as_escapes(tmp_path: Path) -> None:
    export(matrix_of(NASTY), "projector", tmp_path / "out.tsv")
    words = load_projector(tmp_path / "out.tsv")[0]
    assert words[: len(PLAIN)] == PLAIN
    assert [words[NASTY.index(w)] for w in ("a\tb", "a\nb", "\x1b[31m")] == [r"a\tb", r"a\nb", r"\x1b[31m"]


@every_kind
@pytest.mark.parametrize("older", [True, False], ids=["over an older export", "new"])
def test_what_does_not_read_back_leaves_everything_as_it_was(
    kind: str, older: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"out{EXPORTS[kind].extension}"
    if older:
        export(matrix_of(["old"]), kind, path)
    before = {f.name: f.read_bytes() for f in tmp_path.iterdir()}

    def differs(*_: object) -> None:
        raise ExportError("what was written does not read back")

    monkeypatch.setattr("core.exports.compare", differs)
    with pytest.raises(ExportError):
        export(matrix_of(PLAIN), kind, path)
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == before


@pytest.mark.parametrize("kind", ["npy", "pt", "projector"])
def test_a_full_disk_at_the_second_file_leaves_no_first_one(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 2:  # the first file and its folder
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WorkspaceError, match="disk is full"):
        export(matrix_of(PLAIN), kind, tmp_path / f"out{EXPORTS[kind].extension}")
    assert not list(tmp_path.iterdir())


def test_unknown_kinds_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="npy, pt, word2vec, word2vec-binary or projector"):
        export(matrix_of(PLAIN), "pickle", tmp_path / "out")
    with pytest.raises(ExportError, match="folder"):
        export(matrix_of(PLAIN), "npy", tmp_path)


@every_kind
def test_the_estimate_is_of_the_right_size(kind: str, tmp_path: Path) -> None:
    matrix = matrix_of([f"word{i}" for i in range(500)], dim=50)
    real = export(matrix, kind, tmp_path / "out").bytes
    assert real / 2 < estimate_bytes(matrix, kind) < 2 * real
