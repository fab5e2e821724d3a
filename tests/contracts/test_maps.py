"""The contract of every kind of map: all words accounted for, finite, repeatable, honest where it can't do as asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Cancelled, InputError
from core.matrix import EmbeddingMatrix
from core.projection import PcaMap, ProjectSpec, Selection, TsneMap, UmapMap, place_of, project
from core.projection.saved import read_parquet, write_csv, write_parquet
from core.rows import Origin, Rows
from core.vocabulary.vocabulary import Vocabulary

MAPS: dict[str, Callable[..., ProjectSpec]] = {
    "pca": PcaMap,
    "umap": lambda **more: UmapMap(epochs=20, **more),
    "tsne": lambda **more: TsneMap(iterations=50, perplexity=5, **more),
}
KINDS = pytest.mark.parametrize("kind", MAPS)


def matrix_of(vectors: np.ndarray, specials: dict[str, str] | None = None) -> EmbeddingMatrix:
    words = [f"w{i}" for i in range(len(vectors))]
    rows = Rows.missing(len(words)).replace_columns(origin=np.full(len(words), Origin.EXACT, np.uint8))
    return EmbeddingMatrix(Vocabulary(words, None, specials), np.ascontiguousarray(vectors, np.float32), rows)


def groups(n: int, dim: int = 12, seed: int = 0) -> np.ndarray:
    """Rows in four groups."""
    random = np.random.default_rng(seed)
    centers = random.standard_normal((4, dim)) * 3
    return (centers[np.arange(n) % 4] + random.standard_normal((n, dim))).astype(np.float32)


@KINDS
@pytest.mark.parametrize("dim", [2, 3])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 40, 600])
def test_every_word_has_a_finite_point(kind: str, dim: int, n: int) -> None:
    drawn = project(matrix_of(groups(n)), MAPS[kind](dim=dim))
    assert drawn.points.shape == (n, dim)
    assert drawn.points.dtype == np.float32
    assert np.isfinite(drawn.points).all()
    assert drawn.rows.tolist() == list(range(n))
    assert not drawn.left_out


@KINDS
def test_the_same_seed_gives_the_same_map(kind: str) -> None:
    matrix = matrix_of(groups(600))
    first, again = project(matrix, MAPS[kind](seed=3)), project(matrix, MAPS[kind](seed=3))
    assert np.array_equal(first.points, again.points)


@KINDS
def test_special_and_zero_rows_are_named_as_left_out(kind: str) -> None:
    vectors = groups(30)
    vectors[[0, 7, 8]] = 0
    drawn = project(matrix_of(vectors, {"w0": "pad", "w1": "unk"}), MAPS[kind]())
    assert drawn.left_out["special"].tolist() == [0, 1]
    assert drawn.left_out["zero"].tolist() == [7, 8]
    assert sorted([*drawn.rows.tolist(), 0, 1, 7, 8]) == list(range(30))


@KINDS
def test_groups_lie_together(kind: str) -> None:
    drawn = project(matrix_of(groups(400)), MAPS[kind]())
    group = np.arange(400) % 4
    centers = np.stack([drawn.points[group == g].mean(axis=0) for g in range(4)])
    nearest = np.linalg.norm(drawn.points[:, None] - centers, axis=2).argmin(axis=1)
    assert (nearest == group).mean() > 0.8
    assert drawn.quality.trustworthiness is not None
    assert drawn.quality.trustworthiness > 0.7
    assert drawn.quality.preservation is not None
    assert drawn.quality.preservation > 2 * (drawn.quality.chance or 0)


@KINDS
def test_words_of_one_row_share_a_point_and_it_is_said(kind: str) -> None:
    vectors = np.concatenate([groups(20)] * 3)
    drawn = project(matrix_of(vectors), MAPS[kind]())
    assert np.array_equal(drawn.points[:20], drawn.points[20:40])
    assert drawn.quality.points == 20
    assert any("40" in note for note in drawn.notes)


@KINDS
def test_identical_rows_are_one_point(kind: str) -> None:
    drawn = project(matrix_of(np.ones((9, 4), np.float32)), MAPS[kind]())
    assert np.array_equal(drawn.points, np.zeros((9, 2), np.float32))
    assert drawn.quality.trustworthiness is None


@KINDS
def test_lengths_count_by_euclidean_distance_only(kind: str) -> None:
    vectors = groups(60)
    # Powers of two: rows of length 1 are the same to the bit.
    longer = vectors * (2.0 ** (np.arange(60) % 7)).astype(np.float32)[:, None]
    for metric, same in (("cosine", True), ("euclidean", False)):
        first, second = (project(matrix_of(rows), MAPS[kind](metric=metric)).points for rows in (vectors, longer))
        assert np.array_equal(first, second) is same


@KINDS
def test_a_map_reads_back_as_it_was_written(kind: str, tmp_path: Path) -> None:
    vectors = groups(40)
    vectors[5] = 0
    matrix = matrix_of(vectors, {"w0": "pad"})
    drawn = project(matrix, MAPS[kind](dim=3), selection=Selection(most=25))
    write_parquet(drawn, matrix, tmp_path / "map.parquet")
    again = read_parquet(tmp_path / "map.parquet", matrix)
    assert np.array_equal(again.points, drawn.points)
    assert np.array_equal(again.rows, drawn.rows)
    np.testing.assert_array_equal(again.preserved, drawn.preserved)
    assert (again.spec, again.selection, again.quality, again.drawn) == (
        drawn.spec,
        drawn.selection,
        drawn.quality,
        drawn.drawn,
    )
    assert {name: rows.tolist() for name, rows in again.left_out.items()} == {
        name: rows.tolist() for name, rows in drawn.left_out.items()
    }
    assert list(again.notes) == list(drawn.notes)


@KINDS
def test_it_can_be_stopped(kind: str) -> None:
    def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        if done > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        project(matrix_of(groups(600)), MAPS[kind](), progress=stop)


def test_a_table_lists_the_words_without_a_point_too(tmp_path: Path) -> None:
    from pyarrow import parquet

    matrix = matrix_of(groups(6), {"w0": "pad"})
    drawn = project(matrix, "pca")
    write_parquet(drawn, matrix, tmp_path / "map.parquet")
    found = parquet.read_table(tmp_path / "map.parquet").to_pylist()
    assert [(one["word"], one["left_out"]) for one in found] == [
        *((f"w{i}", None) for i in range(1, 6)),
        ("w0", "special"),
    ]
    assert found[-1]["x"] is None
    write_csv(drawn, matrix, tmp_path / "map.csv")
    lines = (tmp_path / "map.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "row,word,x,y,preserved,left_out"
    assert lines[-1] == "0,w0,,,,special"


def test_a_perplexity_that_is_too_large_is_adjusted_and_said() -> None:
    drawn = project(matrix_of(groups(5)), TsneMap(perplexity=30))
    assert any("perplexity 1.3 instead of 30" in note for note in drawn.notes)


def test_more_neighbors_than_words_are_adjusted_and_said() -> None:
    drawn = project(matrix_of(groups(7)), UmapMap(epochs=5))
    assert any("neighbors 7 instead of 15" in note for note in drawn.notes)


def test_a_single_neighbor_beside_the_word_is_enough() -> None:
    drawn = project(matrix_of(groups(60)), UmapMap(neighbors=2, epochs=5))
    assert np.isfinite(drawn.points).all()


def test_a_row_is_found_at_its_point_and_no_other_is() -> None:
    vectors = groups(6)
    vectors[2] = 0
    drawn = project(matrix_of(vectors, {"w0": "pad"}), "pca")
    assert [place_of(drawn, row) for row in range(7)] == [None, 0, None, 1, 2, 3, None]


def test_too_few_words_for_a_layout_are_drawn_by_pca_and_it_is_said() -> None:
    drawn = project(matrix_of(groups(2)), "umap")
    assert drawn.drawn == "pca"
    assert any("PCA" in note for note in drawn.notes)


def test_no_word_left_is_an_error() -> None:
    with pytest.raises(InputError, match="no word is left"):
        project(matrix_of(groups(5)), "pca", selection=Selection(contains="xyz"))


def test_words_that_are_not_there_are_named() -> None:
    drawn = project(matrix_of(groups(5)), "pca", selection=Selection(words=("w1", "w3", "nowhere")))
    assert drawn.rows.tolist() == [1, 3]
    assert any("nowhere" in note for note in drawn.notes)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(0, 50),
    st.lists(st.integers(0, 39), max_size=5),
    st.sampled_from(["", "w1", "3"]),
)
def test_points_and_left_out_rows_are_all_rows(n: int, most: int, zeros: list[int], contains: str) -> None:
    vectors = groups(n)
    vectors[[i for i in zeros if i < n]] = 0
    try:
        drawn = project(matrix_of(vectors, {"w0": "pad"}), "pca", selection=Selection(most=most, contains=contains))
    except InputError:
        return
    everything = [*drawn.rows.tolist(), *(row for rows in drawn.left_out.values() for row in rows.tolist())]
    assert sorted(everything) == list(range(n))
    assert not most or len(drawn.rows) <= most
