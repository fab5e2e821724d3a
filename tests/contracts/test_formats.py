"""Every on-disk format keeps the same promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.formats import open_vectors
from core.progress import ignore
from core.sources import Context, FileSpec, open_source
from core.workspace.workspace import Workspace
from tests.unit.formats.vector_files import WORDS, WRITERS, matrix

pytestmark = pytest.mark.parametrize("kind", WRITERS)


def source_of(kind: str, folder: Path, words: list[str] = WORDS, vectors: np.ndarray | None = None):
    vectors = matrix(len(words)) if vectors is None else vectors
    path = WRITERS[kind](folder / "vectors.x", words, vectors)
    return open_source(FileSpec(path=str(path)), Context(workspace=Workspace(folder / "home")))


def test_every_word_is_located_at_its_row_and_a_missing_one_at_minus_one(kind: str, tmp_path: Path) -> None:
    source = source_of(kind, tmp_path)
    assert source.locate([*WORDS, "absent", ""]).tolist() == [*range(len(WORDS)), -1, -1]
    assert source.info.size == len(WORDS) and source.info.dim == 5


def test_rows_come_in_the_order_asked_for_duplicates_included(kind: str, tmp_path: Path) -> None:
    source = source_of(kind, tmp_path)
    ids = np.array([3, 0, 3, 7, 1, 0])
    out = np.full((6, 5), np.nan, np.float32)
    assert source.gather(ids, out).all()
    np.testing.assert_array_equal(out, matrix()[ids])


def test_the_words_are_listed_in_row_order(kind: str, tmp_path: Path) -> None:
    assert list(source_of(kind, tmp_path).words() or ()) == WORDS


def test_rows_with_nan_or_infinite_values_are_faulty_and_zeroed(kind: str, tmp_path: Path) -> None:
    vectors = matrix()
    vectors[2, 1], vectors[5, 0] = np.nan, np.inf
    source = source_of(kind, tmp_path, vectors=vectors)
    out = np.ones((len(WORDS), 5), np.float32)
    sound = source.gather(np.arange(len(WORDS)), out)
    assert np.flatnonzero(~sound).tolist() == [2, 5]
    assert not out[[2, 5]].any() and out[[0, 1, 3, 4, 6, 7]].all()


def test_the_first_of_duplicate_words_wins_and_they_are_counted(kind: str, tmp_path: Path) -> None:
    source = source_of(kind, tmp_path, ["a", "b", "a", "c", "a"])
    assert source.locate(["a", "b", "c"]).tolist() == [0, 1, 3]
    assert source.info.faults == {"duplicate words": 2}


def test_a_second_opening_does_not_scan(kind: str, tmp_path: Path) -> None:
    first, second = source_of(kind, tmp_path), None
    path = next(p for p in tmp_path.glob("vectors.*") if ".words" not in p.name)
    second = open_source(FileSpec(path=str(path)), Context(workspace=Workspace(tmp_path / "home")))
    assert first.scanned and not second.scanned
    assert second.info.digest == first.info.digest


def test_a_file_cut_off_anywhere_is_an_error_or_lacks_only_whole_rows(kind: str, tmp_path: Path) -> None:
    from core.errors import LexiloomError

    path = WRITERS[kind](tmp_path / "vectors.x", WORDS, matrix())
    data = path.read_bytes()
    accepted = 0
    for size in range(1, len(data), max(1, len(data) // 97)):
        path.write_bytes(data[:size])
        try:
            vectors = open_vectors(path)
            rows = sum(len(block.hashes) for block in vectors.scan(ignore))
        except LexiloomError as error:
            assert str(error)
        else:
            accepted += 1
            assert rows <= len(WORDS)
    if kind != "GloVe text":  # nothing in a headerless text file says how long it should be
        assert accepted <= 2
