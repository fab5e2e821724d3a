"""Two matrices compared: what is the same under any rotation is found the same, and what changed is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.comparing import REASONS, compare, side_by_side, write_csv, write_parquet
from core.comparing.aligning import procrustes
from core.comparing.neighborhoods import mean_interval, shared_counts
from core.errors import InputError, RecipeError
from core.evaluation.resampling import RESAMPLES, accuracy_draws, interval_of
from core.matrix import EmbeddingMatrix
from core.vocabulary.vocabulary import Vocabulary
from tests.unit.neighbors.questions import matrix_of, random_matrix


def turned(matrix: EmbeddingMatrix, width: int | None = None, seed: int = 1) -> EmbeddingMatrix:
    """The same rows, turned at random and stretched; in a wider space where `width` says so."""
    wide = width or matrix.dim
    rotation = np.linalg.qr(np.random.default_rng(seed).standard_normal((wide, wide)))[0][: matrix.dim]
    return matrix.replace(vectors=np.ascontiguousarray(3 * matrix.vectors @ rotation, np.float32))


def reordered(matrix: EmbeddingMatrix, seed: int = 2) -> EmbeddingMatrix:
    order = np.random.default_rng(seed).permutation(len(matrix.vocabulary))
    words = [matrix.vocabulary.words[i] for i in order]
    assert matrix.vocabulary.counts is not None
    return matrix_of(words, matrix.vectors[order], counts=matrix.vocabulary.counts[order].tolist())


@pytest.mark.parametrize("width", [12, 20])
def test_a_turned_and_reordered_space_is_the_same(width: int) -> None:
    matrix = random_matrix()
    for first, second in ((matrix, turned(reordered(matrix), width)), (turned(matrix, width), reordered(matrix))):
        found = compare(first, second)
        assert found.overlap.min() == found.mean == found.median == 1
        np.testing.assert_allclose(found.displacement, 0, atol=1e-6)
        np.testing.assert_allclose(found.points1, found.points2, atol=1e-6)
        assert found.agreement == pytest.approx(1, abs=1e-6)
        assert found.frequency is None, "overlap is the same for all"


def test_a_matrix_agrees_with_itself() -> None:
    matrix = random_matrix(50)
    found = compare(matrix, matrix, k=5)
    assert found.histogram.tolist() == [0, 0, 0, 0, 0, 50] and found.interval == (1, 1)
    assert found.chance == 5 / 49 and found.pairs == 50 * 49 // 2 and found.notes == ()
    assert found.jaccard.min() == 1 and found.cosine is not None
    np.testing.assert_allclose(found.points1, found.points2, atol=1e-6)
    np.testing.assert_allclose(found.cosine, 1, atol=1e-6)


def test_of_words_that_changed_alike_the_more_frequent_one_stands_first() -> None:
    matrix = matrix_of("abcd", np.eye(4)[[0, 0, 1, 1]], counts=[3, 9, 2, 5])
    found = compare(matrix, matrix, k=1)
    assert found.overlap.tolist() == [1, 1, 1, 1] and len(set(found.displacement.tolist())) == 1
    for order in (found.most_changed(), found.least_changed()):
        assert [found.words[i] for i in order] == list("bdac")


def test_rows_of_one_space_are_compared_as_they_are_too_and_those_of_two_are_not() -> None:
    matrix = random_matrix(300, 20)
    vectors = np.array(matrix.vectors)
    vectors[:100] = -vectors[:100]
    tuned = compare(matrix, matrix.replace(vectors=vectors))
    assert tuned.cosine is not None and np.all(tuned.cosine[:100] < -0.999) and np.all(tuned.cosine[100:] > 0.999)
    assert tuned.as_dict()["cosine"]["median"] == 1 and tuned.row(3)["cosine"] == -1
    for other in (turned(matrix), turned(matrix, 30)):
        apart = compare(matrix, other)
        assert apart.cosine is None and apart.as_dict()["cosine"] is None and apart.row(3)["cosine"] is None
        assert "cosine" not in apart.table().column_names


def test_the_one_word_that_was_replaced_changed_most_and_moved_most() -> None:
    matrix = random_matrix(300, 20)
    vectors = np.array(matrix.vectors)
    vectors[17] = -vectors[17]
    found = compare(matrix, turned(matrix.replace(vectors=vectors)))
    assert found.words[found.most_changed(1)[0]] == "w17" == found.words[found.moved(1)[0]]
    assert found.displacement[17] > 1.9 and np.delete(found.displacement, 17).max() < 0.1
    assert 17 not in found.least_changed(200)


def test_overlap_on_a_small_matrix_is_what_a_hand_counts() -> None:
    angles = np.deg2rad([0, 10, 25, 90, 100])
    first = matrix_of("abcde", np.stack([np.cos(angles), np.sin(angles)], 1))
    angles = np.deg2rad([0, 10, 95, 90, 20])  # c goes to d, e comes to a and b
    second = matrix_of("abcde", np.stack([np.cos(angles), np.sin(angles)], 1))
    found = compare(first, second, k=2)
    # a: bc, be · b: ac, ae · c: ba, de · d: ec, ce · e: dc, ba
    assert found.overlap.tolist() == [0.5, 0.5, 0, 1, 0]
    np.testing.assert_allclose(found.jaccard, [1 / 3, 1 / 3, 0, 1, 0], rtol=1e-6)
    assert found.histogram.tolist() == [2, 2, 1] and found.mean == pytest.approx(0.4) and found.median == 0.5
    assert found.chance == 0.5
    sides = side_by_side(found, "a")
    assert [(one.word, one.shared) for one in sides.first] == [("b", True), ("c", False)]
    assert [(one.word, one.shared) for one in sides.second] == [("b", True), ("e", False)]
    assert sides.first[1].cosine == pytest.approx(np.cos(np.deg2rad(25)), abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(2, 8), st.integers(3, 40))
def test_which_matrix_is_called_the_first_makes_no_difference(seed: int, d: int, e: int, n: int) -> None:
    first, second = random_matrix(n, d, seed), random_matrix(n, e, seed + 1)
    there, back = compare(first, second, k=4), compare(second, first, k=4)
    np.testing.assert_array_equal(there.overlap, back.overlap)
    np.testing.assert_allclose(there.displacement, back.displacement, atol=1e-5)
    assert there.interval == back.interval and there.agreement == pytest.approx(back.agreement)


def test_displacement_agrees_with_scipys_orthogonal_procrustes() -> None:
    from scipy.linalg import orthogonal_procrustes
    from scipy.spatial.distance import cosine

    first, second = random_matrix(100, 8, 1), random_matrix(100, 8, 2)
    X, Y = (m.vectors / np.linalg.norm(m.vectors.astype(float), axis=1, keepdims=True) for m in (first, second))
    theirs, _scale = orthogonal_procrustes(X, Y)
    np.testing.assert_allclose(procrustes(X.T @ Y), theirs, atol=1e-6)
    expected = [cosine(x @ theirs, y) for x, y in zip(X, Y, strict=True)]
    np.testing.assert_allclose(compare(first, second).displacement, expected, atol=1e-6)


def test_the_plane_is_that_of_sklearns_pca_of_both_aligned_matrices() -> None:
    from sklearn.decomposition import PCA

    first, second = random_matrix(80, 6, 1), random_matrix(80, 6, 2)
    found = compare(first, second)
    X, Y = (m.vectors / np.linalg.norm(m.vectors.astype(float), axis=1, keepdims=True) for m in (first, second))
    theirs = PCA(2, svd_solver="full")
    points = theirs.fit_transform(np.concatenate([X @ procrustes(X.T @ Y), Y]))
    ours = np.concatenate([found.points1, found.points2])
    np.testing.assert_allclose(np.abs(ours), np.abs(points), atol=1e-5)
    np.testing.assert_allclose(found.explained, theirs.explained_variance_ratio_, atol=1e-6)


def test_the_correlations_are_scipys() -> None:
    from scipy.stats import spearmanr

    first, second = random_matrix(60, 8, 1), random_matrix(60, 8, 2)
    mixed = second.replace(vectors=np.ascontiguousarray(first.vectors + 0.7 * second.vectors))
    found = compare(first, mixed, k=5)
    pairs = np.triu_indices(60, 1)
    cosines = [_cosines(m.vectors)[pairs] for m in (first, mixed)]
    assert found.agreement == pytest.approx(spearmanr(*cosines).statistic, abs=1e-4)
    assert found.frequency == pytest.approx(spearmanr(found.overlap, np.arange(60, 0, -1)).statistic)


def _cosines(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    units = vectors / np.linalg.norm(vectors.astype(float), axis=1, keepdims=True)
    return units @ units.T


def test_the_interval_of_a_histogram_is_that_of_its_values() -> None:
    values = np.random.default_rng(0).integers(0, 6, 400) / 5
    ours = mean_interval(np.bincount((values * 5).round().astype(int), minlength=6), 0)
    theirs = interval_of(accuracy_draws(values, None, resamples=RESAMPLES, seed=0))
    assert ours is not None and theirs is not None
    np.testing.assert_allclose(ours, theirs, atol=0.01)


def test_shared_counts_are_those_of_sets() -> None:
    rng = np.random.default_rng(0)
    ids = [np.stack([rng.permutation(20)[:7] for _row in range(50)]).astype(np.int32) for _side in range(2)]
    expected = [len(set(a) & set(b)) for a, b in zip(*(one.tolist() for one in ids), strict=True)]
    assert shared_counts(ids[0], ids[1]).tolist() == expected


def test_every_word_is_compared_or_counted_with_its_reason() -> None:
    specials = {"<pad>": "pad", "x": "token"}
    first = matrix_of(["<pad>", "x", *"abcdefg", "only1"], np.eye(10), specials=specials, invented=["g"])
    second = matrix_of(["x", *"gfedcba", "only2", "two2"], [*np.eye(10)[:7], np.zeros(10), *np.eye(10)[8:]])
    found = compare(first, second)
    assert found.words == tuple("bcdefg")
    assert found.left_out == {"only_first": 1, "only_second": 2, "special": 2, "zero": 1}
    assert len(found) + sum(found.left_out.values()) == len({*first.vocabulary.words, *second.vocabulary.words})
    assert [first.vocabulary.words[i] for i in found.rows1] == [second.vocabulary.words[i] for i in found.rows2]
    assert any("1 word has an invented row" in note for note in found.notes)
    informed = compare(first, second, informed_only=True)
    assert informed.words == tuple("bcdef") and informed.left_out["invented"] == 1
    assert set(informed.left_out) <= set(REASONS)


def test_words_that_only_one_matrix_has_are_nobodys_neighbors() -> None:
    matrix = random_matrix(60)
    vectors = np.concatenate([matrix.vectors, matrix.vectors * 1.5])
    crowded = matrix_of([*matrix.vocabulary.words, *(f"near {w}" for w in matrix.vocabulary.words)], vectors)
    assert compare(matrix, crowded).mean == 1


def test_the_neighbors_in_the_whole_of_each_matrix_are_told_if_asked() -> None:
    angles = np.deg2rad([0, 20, 40, 60, 5, 2])
    rows = np.stack([np.cos(angles), np.sin(angles)], 1)
    first = matrix_of(["a", "b", "c", "d", "one", "made"], rows, invented=["made"])
    second = matrix_of(["a", "b", "c", "d", "other"], rows[:5])
    found = compare(first, second, k=2, informed_only=True)
    assert side_by_side(found, "a").whole is None
    sides = side_by_side(found, "a", whole=True)
    assert [near.word for near in sides.first] == [near.word for near in sides.second] == ["b", "c"]
    assert sides.whole is not None
    told = [[(near.word, near.shared) for near in side] for side in sides.whole]
    assert told == [[("one", False), ("b", True)], [("other", False), ("b", True)]]
    both = first.replace(vocabulary=Vocabulary(["a", "b", "c", "d", "other", "made"]))
    every = side_by_side(compare(first, both, k=2), "a", whole=True)
    assert every.whole is not None and every.whole[0][0].word == "made", "invented rows are compared: neighbors too"


def test_fewer_than_three_shared_words_are_refused_and_counted() -> None:
    first = matrix_of(["a", "b", "c", "d"], np.eye(4), invented=["a", "b"])
    with pytest.raises(InputError, match=r"2 words in common.*only in the first: 2") as caught:
        compare(first, matrix_of(["a", "b", "x"], np.eye(3)))
    assert "same vocabulary" in str(caught.value)
    with pytest.raises(InputError, match=r"Compare all rows, invented ones too"):
        compare(first, first, informed_only=True)


def test_too_many_neighbors_are_reduced_and_said() -> None:
    matrix = random_matrix(6)
    found = compare(matrix, turned(matrix), k=50)
    assert found.k == 5 and found.chance == 1
    assert "5 neighbors instead of 50" in found.notes[0] and "tells little" in found.notes[1]
    for wrong in ({"k": 0}, {"most": 0}):
        with pytest.raises(RecipeError, match="1 or more"):
            compare(matrix, matrix, **wrong)  # type: ignore[arg-type]


def test_a_sample_is_measured_against_all_words_and_the_others_are_told_as_unknown() -> None:
    first, second = random_matrix(200, 12, 1), random_matrix(200, 12, 2)
    every, some = compare(first, second), compare(first, second, most=40, seed=3)
    assert len(some.measured) == 40 == some.histogram.sum() and np.isfinite(some.overlap).sum() == 40
    np.testing.assert_array_equal(some.overlap[some.measured], every.overlap[some.measured])
    np.testing.assert_array_equal(some.displacement, every.displacement)
    assert "40 of the 200 words" in some.notes[0]
    assert set(some.most_changed(50).tolist()) == set(some.measured.tolist())
    outside = next(word for word, value in zip(some.words, some.overlap, strict=True) if np.isnan(value))
    ours, theirs = side_by_side(some, outside), side_by_side(every, outside)
    assert ours.overlap == theirs.overlap
    for one, other in ((ours.first, theirs.first), (ours.second, theirs.second)):
        assert [(near.word, near.shared) for near in one] == [(near.word, near.shared) for near in other]
    again = compare(first, second, most=40, seed=3)
    assert (
        again.as_dict() == some.as_dict()
        and compare(first, second, most=40).measured.tolist() != some.measured.tolist()
    )


def test_a_word_that_is_not_shared_is_named_with_what_is_spelled_like_it() -> None:
    first = matrix_of(["house", "mouse", "cat", "dog", "zero"], [*np.eye(4), np.zeros(4)])
    second = matrix_of(["house", "mouse", "cat", "zero"], np.eye(4))
    found = compare(first, second, names=("before", "after"))
    for word, told in (("dog", "not a word of after"), ("zero", "left out"), ("hause", "Spelled like it: 'house'")):
        with pytest.raises(InputError, match=told):
            side_by_side(found, word)


def test_rows_without_spread_still_give_finite_figures() -> None:
    same = matrix_of("abcd", np.ones((4, 3)))
    found = compare(same, matrix_of("abcd", np.ones((4, 1))))
    assert np.isfinite(found.points1).all() and np.isfinite(found.displacement).all()
    assert found.agreement is None and found.as_dict()["spearman_cosines"] is None


def test_the_tables_hold_every_word_and_the_document_is_plain(tmp_path: Path) -> None:
    import csv
    import json

    from pyarrow import parquet

    first = random_matrix(40)
    words = ["=cmd()", "a,b\n", "lone\ud800", *first.vocabulary.words[3:]]
    first = first.replace(vocabulary=Vocabulary(words))
    found = compare(first, turned(first), most=10, k=3)
    write_parquet(found, tmp_path / "c.parquet")
    read = parquet.read_table(tmp_path / "c.parquet")
    assert read.column_names[:5] == ["word", "count", "overlap", "jaccard", "displacement"] and read.num_rows == 40
    assert read["overlap"].null_count == read["jaccard"].null_count == 30 and read["count"].null_count == 40
    assert read["origin1"].to_pylist()[0] == "exact" and read["row2"].to_pylist() == list(range(40))
    kept = json.loads(read.schema.metadata[b"lexiloom_comparison"])
    assert kept == json.loads(json.dumps(found.as_dict()))
    write_csv(found, tmp_path / "c.csv")
    with (tmp_path / "c.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 41 and rows[1][0] == "'=cmd()"
