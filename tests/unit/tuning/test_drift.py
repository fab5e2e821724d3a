"""What tuning did to the rows, counted plainly: how many moved, how far, whose neighbors changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.matrix import EmbeddingMatrix
from core.tuning.drift import LISTED, K, measure_drift, measure_forgetting
from tests.unit.tuning import made

USED = np.arange(0, made.WORDS, 2)
MOVED = USED[:10]


def pair(filled: tuple[int, ...] = ()) -> tuple[EmbeddingMatrix, EmbeddingMatrix]:
    before = made.matrix(filled=filled)
    rows = before.vectors.copy()
    rows[MOVED] += np.random.default_rng(1).standard_normal((len(MOVED), made.DIM)).astype(np.float32)
    return before, before.replace(vectors=rows)


def cosines(rows: np.ndarray) -> np.ndarray:
    unit = rows.astype(np.float64) / np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    return unit @ unit.T


def near(matrix: EmbeddingMatrix, row: int) -> list[int]:
    found = cosines(matrix.vectors)[row]
    found[row] = -2
    return np.argsort(-found)[:K].tolist()


def test_displacement_and_length_are_means_over_the_rows_that_moved() -> None:
    before, after = pair()
    drift = measure_drift(before, after, USED)
    a, b = before.vectors[MOVED].astype(np.float64), after.vectors[MOVED].astype(np.float64)
    turned = 1 - (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert (drift.rows, drift.moved, drift.measured) == (made.WORDS, 10, 10)
    assert drift.displacement == pytest.approx(turned.mean())
    assert drift.length == pytest.approx((np.linalg.norm(b - a, axis=1) / np.linalg.norm(a, axis=1)).mean())


def test_neighbors_are_those_of_a_sort_by_cosine_and_their_overlap_their_shared_share() -> None:
    before, after = pair()
    drift = measure_drift(before, after, USED)
    shares = [len(set(near(before, row)) & set(near(after, row))) / K for row in MOVED.tolist()]
    assert drift.overlap == pytest.approx(np.mean(shares))
    words = [made.word(row) for row in range(made.WORDS)]
    for entry in drift.most:
        row = words.index(entry["word"])
        assert set(entry["before"]) == {words[one] for one in near(before, row)}
        assert entry["before"][0] == words[near(before, row)[0]] and entry["after"][0] == words[near(after, row)[0]]
        assert entry["count"] == row


def test_the_most_moved_words_are_listed_first() -> None:
    drift = measure_drift(*pair(), USED)
    far = [entry["displacement"] for entry in drift.most]
    assert len(far) == 10 <= LISTED and far == sorted(far, reverse=True)
    assert {entry["word"] for entry in drift.most} == {made.word(row) for row in MOVED.tolist()}


def test_rows_are_counted_by_how_they_came_about() -> None:
    filled = (0, 1, 2, 40)
    drift = measure_drift(*pair(filled), USED)
    assert {name: (one["rows"], one["moved"]) for name, one in drift.by_origin.items()} == {
        "exact": (46, 8),
        "invented": (4, 2),
    }
    parts = [(one["moved"], one["displacement"]) for one in drift.by_origin.values()]
    assert sum(n * mean for n, mean in parts) / 10 == pytest.approx(drift.displacement)


def test_where_nothing_moved_there_is_nothing_to_measure() -> None:
    before = made.matrix()
    drift = measure_drift(before, before.replace(vectors=before.vectors.copy()), USED)
    assert (drift.moved, drift.displacement, drift.length, drift.overlap, drift.measured, drift.most) == (
        0, None, None, None, 0, (),
    )  # fmt: skip
    assert drift.by_origin["exact"] == {"rows": made.WORDS, "moved": 0, "displacement": None}


def test_a_row_that_was_zero_moved_but_has_no_share_of_its_length() -> None:
    rows = made.vectors()
    rows[[0, 2]] = 0
    before = made.matrix(rows, filled=(0, 2))
    after = rows.copy()
    after[0], after[4] = 1, 2 * rows[4]
    drift = measure_drift(before, before.replace(vectors=after), USED)
    assert drift.moved == 2 and drift.length == pytest.approx(1.0) and drift.displacement == pytest.approx(0.5)


def test_of_another_width_neighbors_alone_can_be_compared() -> None:
    before = made.matrix(pad=True)
    drift = measure_drift(before, before.replace(vectors=np.ascontiguousarray(before.vectors[:, :5])), USED)
    assert drift.moved == made.WORDS and drift.displacement is None and drift.length is None
    assert drift.overlap is not None and 0 < drift.overlap < 1
    assert all(entry["displacement"] is None for entry in drift.most) and len(drift.most) == LISTED
    same = measure_drift(before, before.replace(vectors=np.hstack([before.vectors, 0 * before.vectors])), USED)
    assert same.overlap == 1


def test_of_many_rows_a_sample_is_drawn_by_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tuning.drift.SAMPLED", 4)
    before, after = pair()
    found = [measure_drift(before, after, USED, seed=seed).overlap for seed in (0, 0, 1, 2, 3)]
    assert measure_drift(before, after, USED).measured == 4
    assert found[0] == found[1] and len(set(found)) > 1


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = measure_drift(*pair(), USED)
    monkeypatch.setattr("core.tuning.drift.BLOCK", 3 * made.DIM)
    assert measure_drift(*pair(), USED) == whole


def test_what_was_forgotten_is_told_on_the_sets_at_hand_and_nothing_without_any(tmp_path: Path) -> None:
    before, after = pair()
    assert measure_forgetting(before, after, "", base=tmp_path) == ()
    rows, similar = range(made.WORDS - 1), cosines(before.vectors)
    lines = [f"{made.word(k)}\t{made.word(k + 1)}\t{5 + 5 * similar[k, k + 1]:.4f}" for k in rows]
    (tmp_path / "wordsim353.tsv").write_text("\n".join(lines) + "\n")
    (found,) = measure_forgetting(before, after, str(tmp_path), base=tmp_path)
    assert found["items"] == made.WORDS - 1 and found["before"] == pytest.approx(1, abs=1e-3)
    assert found["after"] < found["before"] and found["verdict"] == "better"  # what it was before
