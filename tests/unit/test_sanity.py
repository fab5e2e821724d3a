"""What a look at a matrix shows: zero rows, equal rows, lengths, examples."""

from __future__ import annotations

import json

import numpy as np

from core.pipeline import run
from core.recipe import Recipe
from core.sanity import equal_rows, examine, look_over, rows_kept
from tests.unit.neighbors.test_nearest import matrix_of


def test_zero_rows_are_named_and_padding_is_not() -> None:
    vectors = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
    vectors[[0, 4]] = 0
    seen = examine(matrix_of(vectors, {"w0": "pad"}))
    assert seen.zero_rows == ("w4",)
    assert seen.counts.sum() == 5


def test_equal_rows_are_grouped_largest_first() -> None:
    vectors = np.random.default_rng(0).standard_normal((9, 3)).astype(np.float32)
    vectors[[1, 5]] = vectors[0]
    vectors[8] = vectors[7]
    seen = examine(matrix_of(vectors))
    assert [(group.size, group.words) for group in seen.duplicates] == [(3, ("w0", "w1", "w5")), (2, ("w7", "w8"))]


def test_a_row_far_longer_than_the_others_is_named() -> None:
    vectors = np.random.default_rng(0).standard_normal((200, 8)).astype(np.float32)
    vectors[17] *= 50
    assert examine(matrix_of(vectors)).outliers == ("w17",)


def test_examples_are_of_different_origins_with_their_neighbors() -> None:
    words = ["cat", "dog", "Paris", "catlike", "qqzzxy", "house", "tree", "<b>"]
    matrix = run(Recipe(vocabulary={"kind": "given", "words": words}, sources="builtin:english")).matrix
    seen = examine(matrix)
    assert {"exact", "normalized", "composed"} <= {
        {"ambiguous": "normalized", "suspect": "normalized"}.get(one.origin, one.origin) for one in seen.examples
    }
    assert all(one.neighbors and one.word not in dict(one.neighbors) for one in seen.examples)
    assert not {"<pad>", "<unk>"} & {one.word for one in seen.examples}
    json.dumps(seen.as_dict())


def test_a_matrix_of_padding_alone_is_looked_at_too() -> None:
    seen = examine(matrix_of(np.zeros((1, 3), np.float32), {"w0": "pad"}))
    assert (seen.zero_rows, seen.duplicates, seen.examples, int(seen.counts.sum())) == ((), (), (), 0)


def test_rows_that_only_their_digests_hold_equal_are_told_apart() -> None:
    vectors = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
    vectors[[2, 4]] = vectors[0]
    vectors[5] = vectors[3]
    found = equal_rows(matrix_of(vectors), np.arange(6), np.zeros(6, np.uint64))
    assert [group.tolist() for group in found] == [[0, 2, 4], [3, 5]]


def test_one_pass_gives_lengths_and_digests_and_leaves_padding_to_the_caller() -> None:
    vectors = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    vectors[1], vectors[3] = 0, -vectors[3] * 0
    norms, digests = look_over(matrix_of(vectors, {"w1": "pad"}))
    np.testing.assert_allclose(norms, np.linalg.norm(vectors.astype(np.float64), axis=1))
    assert digests[1] == digests[3]  # -0 is 0
    assert rows_kept(matrix_of(vectors, {"w1": "pad"})).tolist() == [0, 2, 3, 4]
