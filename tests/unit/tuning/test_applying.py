"""From trained rows back to a matrix: what moved is in it, and what did not is as it was to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.matrix import EmbeddingMatrix
from core.tuning.applying import exported, tuned_matrix
from core.tuning.checkpoints import Checkpoints
from core.tuning.classify import Classify
from core.tuning.compacting import compacted, table_of
from core.tuning.loop import TuningError, train
from tests.unit.tuning import made


def trained(folder: Path, matrix: EmbeddingMatrix, kind: str = "full", **changes: object) -> Classify:
    spec = made.spec(kind, **changes)
    used, (texts, valid) = compacted(len(matrix.vocabulary), [made.bags(), made.bags(20, 1)])
    table = table_of(matrix, used, spec, train=[texts], device="cpu")
    width = spec.plan().width
    transform = None if width is None else np.eye(width, made.DIM, dtype=np.float32)
    one = Classify(spec, spec.plan(), table, texts, valid, 2, transform=transform, seed=0)
    train(one, Checkpoints(folder, "key"))
    return one


def applied(one: Classify, matrix: EmbeddingMatrix, learned: bool = False) -> EmbeddingMatrix:
    return tuned_matrix(
        matrix, one.table, one.module, one.plan, weights="learned" if learned else "equal", told="tuned"
    )


def test_moved_rows_are_in_the_matrix_and_all_others_as_they_were_to_the_bit(tmp_path: Path) -> None:
    matrix = made.matrix(made.vectors() * np.float32(1 / 3))
    one = trained(tmp_path, matrix)
    after = applied(one, matrix)
    moved = np.zeros(made.WORDS, bool)
    moved[one.table.used[one.table.moved()]] = True
    assert moved[: made.USED].all() and not moved[made.USED :].any()
    assert (after.vectors[moved] != matrix.vectors[moved]).any(axis=1).all()
    assert after.vectors[~moved].tobytes() == matrix.vectors[~moved].tobytes()
    np.testing.assert_allclose(
        after.vectors[one.table.used], one.table.values.numpy() * np.float32(one.table.scale), rtol=1e-6
    )
    assert after.vocabulary is matrix.vocabulary and after.rows is matrix.rows and after.history == ("tuned",)
    assert after.weights is None and after.id != matrix.id


def test_rows_that_texts_use_but_that_are_held_stay_to_the_bit(tmp_path: Path) -> None:
    filled = tuple(range(0, made.WORDS, 3))
    matrix = made.matrix(made.vectors() * np.float32(1 / 3), filled=filled)
    guesses = np.isin(np.arange(made.WORDS), filled)
    for rows, may in (("filled", guesses), ("known", ~guesses)):
        after = applied(trained(tmp_path / rows, matrix, rows=rows), matrix)
        changed = (after.vectors != matrix.vectors).any(axis=1)
        np.testing.assert_array_equal(changed, may & (np.arange(made.WORDS) < made.USED))


def test_a_matrix_in_which_no_row_has_moved_is_refused(tmp_path: Path) -> None:
    matrix = made.matrix()  # no row is a guess
    with pytest.raises(TuningError, match=r"no row has moved: the matrix is as it was.*--set rows=all"):
        applied(trained(tmp_path, matrix, rows="filled"), matrix)


def test_learned_weights_are_around_one_and_one_for_words_of_no_text(tmp_path: Path) -> None:
    matrix = made.matrix()
    one = trained(tmp_path, matrix, weight_rate=0.5)
    after = applied(one, matrix, learned=True)
    assert after.weights is not None and after.weights.dtype == np.float32
    assert (after.weights[made.USED :] == 1).all() and len(np.unique(after.weights[: made.USED])) > 10
    assert ((after.weights > 0) & (after.weights < 2)).all()
    wanted = 2 * torch.sigmoid(one.table.logits).numpy()
    np.testing.assert_allclose(after.weights[one.table.used], wanted, rtol=1e-5)


def test_a_projection_is_that_of_every_row_and_pad_stays_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = made.matrix(made.vectors() * 5, pad=True)
    one = trained(tmp_path, matrix, "project", width=3)
    with torch.no_grad():
        one.module.get_parameter("transform.bias").fill_(0.5)
    after = applied(one, matrix)
    layer, bias = (one.module.get_parameter(f"transform.{name}").detach().numpy() for name in ("weight", "bias"))
    wanted = matrix.vectors @ layer.T + bias * one.table.scale
    assert after.vectors.shape == (made.WORDS + 1, 3) and not after.vector("<pad>").any()
    np.testing.assert_allclose(after.vectors[1:], wanted[1:], rtol=1e-4, atol=1e-4)
    monkeypatch.setattr("core.tuning.applying.BLOCK", 7 * made.DIM)
    np.testing.assert_allclose(applied(one, matrix).vectors, after.vectors, rtol=1e-5, atol=1e-6)


def test_what_is_shown_of_rows_on_the_way_is_what_the_matrix_gets(tmp_path: Path) -> None:
    matrix = made.matrix(made.vectors() * 3)
    for kind, options in (("full", {}), ("project", {"width": 3})):
        one = trained(tmp_path / kind, matrix, kind, **options)
        after = applied(one, matrix)
        shown = exported(one.table.values, one.module, one.plan, one.table.scale)
        np.testing.assert_allclose(shown, after.vectors[one.table.used], rtol=1e-4, atol=1e-5)


def test_blocks_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = made.matrix()
    one = trained(tmp_path, matrix)
    whole = applied(one, matrix).id
    monkeypatch.setattr("core.tuning.applying.BLOCK", 7 * made.DIM)
    assert applied(one, matrix).id == whole


def test_weights_of_words_that_the_texts_lack_stay_as_they_were(tmp_path: Path) -> None:
    own = np.linspace(0.1, 0.9, made.WORDS).astype(np.float32)
    matrix = made.matrix(made.vectors()).replace(weights=own)
    one = trained(tmp_path, matrix)
    after = applied(one, matrix, learned=True)
    assert after.weights is not None
    others = np.setdiff1d(np.arange(len(own)), one.table.used)
    assert len(others) and np.array_equal(after.weights[others], own[others])
