"""The build folder: everything comes back, damage is noticed, and a failure changes nothing."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from core.errors import Cancelled, ExportError, LexiloomError, SourceError, WorkspaceError
from core.exports import SavedBuild, read_build, write_build
from core.exports.build_folder import fits_on_lines
from core.matrix import EmbeddingMatrix
from core.progress import Progress
from core.rows import COLUMNS, RUNGS, Origin, Rows
from core.vocabulary.vocabulary import Vocabulary

WORDS = ["<pad>", "<unk>", "The", "東京", "New York", "unlocated", "👩‍🔬", '"']
FILES = ["build.json", "card.md", "matrix.safetensors", "recipe.toml", "rows.parquet", "words.json", "words.txt"]


def a_matrix(words: list[str] | None = None, *, counts: bool = True, seed: int = 0) -> EmbeddingMatrix:
    """Rows of every origin, with every column of provenance filled somewhere."""
    words = WORDS if words is None else words
    n = len(words)
    columns = Rows.missing(n).writable()
    columns["origin"][:] = Origin.EXACT
    if n >= len(WORDS):
        kinds = [Origin.SPECIAL, Origin.SPECIAL, Origin.NORMALIZED, Origin.EXACT, Origin.COMPOSED, Origin.COMPOSED]
        columns["origin"][:6] = kinds
        columns["origin"][6:8] = [Origin.INVENTED, Origin.MAPPED]
        columns["rung"][2:4] = [RUNGS.index("lower"), 0]
        columns["source"][2:4] = [1, 0]
        columns["method"][4:7] = [0, 0, 1]
        columns["form"][2:4] = ["the", "東京"]
        columns["pieces"][4], columns["pieces"][5] = ("New", "York"), ("un", "located")
        columns["suspect"][2] = columns["ambiguous"][3] = True
        columns["confidence"][2:4] = [0.25, 1.0]
    rows = Rows(**columns, sources=("first.txt", "second.vec"), methods=("pieces", "mean"))
    vectors = np.random.default_rng(seed).standard_normal((n, 4)).astype(np.float32)
    specials = {"<pad>": "pad", "<unk>": "unk"} if "<pad>" in words else {}
    vocabulary = Vocabulary(words, list(range(n)) if counts else None, specials)
    return EmbeddingMatrix(vocabulary, vectors, rows, history=("fill pieces", "center"))


def write(folder: Path, matrix: EmbeddingMatrix, dropped: tuple[tuple[str, int | None], ...] = ()) -> SavedBuild:
    lock = {"seed": 7, "sources": [{"path": "first.txt"}]}
    write_build(folder, matrix=matrix, recipe_toml="seed = 7\n", lock=lock, card="# Card\n", dropped=dropped)
    return read_build(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_everything_comes_back(tmp_path: Path) -> None:
    matrix = a_matrix()
    saved = write(tmp_path / "build", matrix, (("gone", 3), ("lost\nword", None), ("half \ud83d", 1)))
    again = saved.matrix
    assert again.id == matrix.id
    assert again.vocabulary == matrix.vocabulary
    assert dict(again.vocabulary.specials) == dict(matrix.vocabulary.specials)
    np.testing.assert_array_equal(again.vocabulary.counts, matrix.vocabulary.counts)
    assert again.history == matrix.history
    assert saved.recipe_toml == "seed = 7\n"
    assert saved.lock["seed"] == 7
    assert saved.dropped == (("gone", 3), ("lost\nword", None), ("half \ud83d", 1))
    assert sorted(p.name for p in (tmp_path / "build").iterdir()) == sorted([*FILES, "dropped.json"])


def test_every_column_of_provenance_comes_back(tmp_path: Path) -> None:
    rows = a_matrix().rows
    again = write(tmp_path / "build", a_matrix()).matrix.rows
    for name in set(COLUMNS) - {"source", "method"}:
        np.testing.assert_array_equal(getattr(again, name), getattr(rows, name), err_msg=name)
        assert getattr(again, name).dtype == getattr(rows, name).dtype
    for codes, names in (("source", "sources"), ("method", "methods")):
        before, after = (
            [None if c < 0 else getattr(r, names)[c] for c in getattr(r, codes).tolist()] for r in (rows, again)
        )
        assert after == before


def test_the_safetensors_library_reads_the_matrix(tmp_path: Path) -> None:
    matrix = a_matrix()
    write(tmp_path / "build", matrix)
    tensors = load_file(tmp_path / "build" / "matrix.safetensors")
    assert list(tensors) == ["vectors"]
    np.testing.assert_array_equal(tensors["vectors"].view(np.uint32), matrix.vectors.view(np.uint32))


def test_the_parquet_table_speaks_in_names(tmp_path: Path) -> None:
    from pyarrow import parquet

    write(tmp_path / "build", a_matrix())
    table = parquet.read_table(tmp_path / "build" / "rows.parquet").to_pylist()
    assert [row["word"] for row in table] == WORDS
    assert table[2]["origin"] == "normalized" and table[2]["rung"] == "lower" and table[2]["source"] == "second.vec"
    assert table[4]["pieces"] == ["New", "York"] and table[4]["method"] == "pieces" and table[4]["rung"] is None


def test_a_path_that_is_no_utf8_does_not_stop_the_build(tmp_path: Path) -> None:
    text = "path = 'caf\udce9.txt'\n"
    write_build(tmp_path / "build", matrix=a_matrix(), recipe_toml=text, lock={"path": "caf\udce9.txt"}, card=text)
    saved = read_build(tmp_path / "build")
    assert saved.recipe_toml == "path = 'caf?.txt'\n"
    assert saved.lock["path"] == "caf\udce9.txt"


def test_no_counts_stay_no_counts_and_no_words_stay_none(tmp_path: Path) -> None:
    assert write(tmp_path / "plain", a_matrix(counts=False)).matrix.vocabulary.counts is None
    empty = write(tmp_path / "empty", a_matrix([])).matrix
    assert empty.vectors.shape == (0, 4)


def test_words_stand_one_a_line_where_every_word_fits(tmp_path: Path) -> None:
    write(tmp_path / "build", a_matrix())
    assert (tmp_path / "build" / "words.txt").read_text("utf-8").splitlines() == WORDS


@pytest.mark.parametrize(
    "word", ["a\nb", "a\rb", "a\u2028b", "a\x85b", " a", "a\t", "\u3000", "\ufeffa", "half \ud83d"]
)
def test_words_txt_is_left_out_when_a_word_does_not_fit_a_line(word: str, tmp_path: Path) -> None:
    saved = write(tmp_path / "build", a_matrix([*WORDS, word]))
    assert saved.matrix.vocabulary.words[-1] == word
    assert saved.lock["words_txt"] is False
    assert not (tmp_path / "build" / "words.txt").exists()
    assert json.loads((tmp_path / "build" / "words.json").read_text("utf-8"))[-1] == word


@given(st.lists(st.text(min_size=1), min_size=1))
def test_words_that_fit_read_back_from_lines(words: list[str]) -> None:
    if fits_on_lines(words):
        assert "".join(f"{w}\n" for w in words).splitlines() == words


@pytest.mark.parametrize("name", [name for name in FILES if name != "build.json"])
def test_a_changed_or_missing_file_is_named(name: str, tmp_path: Path) -> None:
    write(tmp_path / "build", a_matrix())
    file = tmp_path / "build" / name
    file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    with pytest.raises(SourceError, match=name):
        read_build(tmp_path / "build")
    file.unlink()
    with pytest.raises(SourceError, match=name):
        read_build(tmp_path / "build")


@pytest.mark.parametrize(
    "lock", ["", "[]", "{}", '{"lexiloom_build": 1}', '{"lexiloom_build": 1, "files": {}}', "\xff"]
)
@pytest.mark.parametrize("check", [True, False])
def test_a_damaged_lock_is_an_error_in_words(lock: str, check: bool, tmp_path: Path) -> None:
    write(tmp_path / "build", a_matrix())
    (tmp_path / "build" / "build.json").write_bytes(lock.encode("latin-1"))
    with pytest.raises(SourceError) as caught:
        read_build(tmp_path / "build", check=check)
    assert caught.value.fix and caught.value.where == str(tmp_path / "build")


@pytest.mark.parametrize("name", ["matrix.safetensors", "rows.parquet", "words.json", "recipe.toml"])
@pytest.mark.parametrize("bytes_", [b"", b"\xff" * 64, b"[]", b'["<pad>"]'])
def test_damage_is_an_error_in_words_even_unchecked(name: str, bytes_: bytes, tmp_path: Path) -> None:
    write(tmp_path / "build", a_matrix())
    (tmp_path / "build" / name).write_bytes(bytes_)
    if name == "recipe.toml" and bytes_ != b"\xff" * 64:
        return  # any text is a recipe here
    with pytest.raises(LexiloomError):
        read_build(tmp_path / "build", check=False)


def test_a_matrix_of_other_numbers_is_refused_and_not_taken_for_float32(tmp_path: Path) -> None:
    write(tmp_path / "build", a_matrix())
    save_file({"vectors": np.zeros((len(WORDS), 4))}, tmp_path / "build" / "matrix.safetensors")
    with pytest.raises(SourceError, match="F64"):
        read_build(tmp_path / "build", check=False)


def test_a_build_that_does_not_read_back_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def writes_another(path: Path, vectors: np.ndarray, **_options: object) -> None:
        save_file({"vectors": vectors + np.float32(1)}, path)

    monkeypatch.setattr("core.exports.build_folder.write_matrix", writes_another)
    with pytest.raises(ExportError, match="does not read back"):
        write(tmp_path / "build", a_matrix())
    assert not list(tmp_path.iterdir())


def test_what_is_no_folder_is_an_error_in_words(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(SourceError, match=r"build\.json"):
            read_build(path)


def test_a_newer_build_replaces_an_older_one_with_all_its_files(tmp_path: Path) -> None:
    write(tmp_path / "build", a_matrix(), (("gone", 1),))
    saved = write(tmp_path / "build", a_matrix(["a\nb", "c"], seed=1))
    assert saved.matrix.vocabulary.words == ("a\nb", "c") and saved.dropped == ()
    assert not {"words.txt", "dropped.json"} & {p.name for p in (tmp_path / "build").iterdir()}
    assert [p.name for p in tmp_path.iterdir()] == ["build"]


@pytest.mark.parametrize("name", ["thesis.tex", "build.json"])
def test_somebody_elses_folder_is_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text('{"name": "another program", "files": ["thesis.tex"]}')
    before = contents(tmp_path)
    with pytest.raises(WorkspaceError, match=name):
        write(tmp_path / "mine", a_matrix())
    assert contents(tmp_path) == before


def test_a_file_that_was_put_beside_a_build_is_not_deleted_with_it(tmp_path: Path) -> None:
    write(tmp_path / "build", a_matrix())
    (tmp_path / "build" / "notes.txt").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(WorkspaceError, match=r"notes\.txt"):
        write(tmp_path / "build", a_matrix(seed=1))
    assert contents(tmp_path) == before


@pytest.mark.parametrize("older", [True, False], ids=["an older build", "nothing there"])
@pytest.mark.parametrize("step", ["write_matrix", "_write_rows", "_digest", "_read_rows"])
@pytest.mark.parametrize(
    "stop", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=["full", "^C"]
)
def test_a_failure_in_the_middle_changes_nothing(
    older: bool, step: str, stop: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "build"
    if older:
        write(folder, a_matrix())
    before = contents(tmp_path)

    def fails(*_args: object, **_options: object) -> None:
        raise stop

    monkeypatch.setattr(f"core.exports.build_folder.{step}", fails)
    with pytest.raises(WorkspaceError if isinstance(stop, OSError) else KeyboardInterrupt) as caught:
        write(folder, a_matrix(seed=1))
    if isinstance(stop, OSError):
        assert "disk is full" in str(caught.value)
    assert contents(tmp_path) == before
    assert folder.exists() == older


def test_writing_and_checking_are_told_to_their_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.exports.build_folder.BLOCK", 40)
    matrix, told = a_matrix(), {}
    write_build(tmp_path / "build", matrix=matrix, recipe_toml="", lock={}, card="", progress=recorded(told))
    size = matrix.vectors.nbytes
    assert told == {
        "Writing": ([40, 80, 120, 128], size),
        "Checking what was written": ([40, 80, 120, 128, 128, 128, 168, 208, 248, 256], 2 * size),
    }


def recorded(told: dict[str, tuple[list[int], int | None]]) -> Progress:
    def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        assert unit == "bytes" and message == "matrix.safetensors"
        told.setdefault(stage, ([], total))[0].append(done)

    return progress


@pytest.mark.parametrize("during", ["Writing", "Checking what was written"])
def test_stopping_it_leaves_the_older_build(during: str, tmp_path: Path) -> None:
    write(tmp_path / "build", a_matrix())
    before = contents(tmp_path)

    def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        if stage == during:
            raise Cancelled

    newer = a_matrix(seed=1)
    with pytest.raises(Cancelled):
        write_build(tmp_path / "build", matrix=newer, recipe_toml="", lock={}, card="", progress=stop)
    assert contents(tmp_path) == before
