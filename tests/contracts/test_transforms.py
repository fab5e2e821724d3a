"""Every kind of transform keeps the same promises."""

from __future__ import annotations

import typing
from typing import Any

import numpy as np
import pytest

from core.errors import RecipeError
from core.matrix import EmbeddingMatrix
from core.messages import Text
from core.rows import Origin, Rows
from core.transforms import AbttSpec, CenterSpec, PcaSpec, TransformSpec, UnitSpec, transform
from core.vocabulary.vocabulary import Vocabulary

# kind -> its spec, the history text, the width of twelve columns afterwards
KINDS: dict[str, tuple[Any, str, int]] = {
    "center": (CenterSpec(), "center", 12),
    "unit": (UnitSpec(), "unit", 12),
    "abtt": (AbttSpec(components=2), "abtt 2", 12),
    "pca": (PcaSpec(dim=4), "pca 4", 4),
}
SPECIALS = {"<pad>": "pad", "<unk>": "unk"}

every_kind = pytest.mark.parametrize("kind", KINDS)
fitted_kinds = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "unit"])


def matrix_of(vectors: np.ndarray, known: int) -> EmbeddingMatrix:
    """<pad>, <unk>, `known` known rows, and invented rows; `vectors` are those of all words but <pad>."""
    n = len(vectors) + 1
    origin = np.full(n, Origin.INVENTED, np.uint8)
    origin[:2] = Origin.SPECIAL
    origin[2 : 2 + known] = Origin.EXACT
    origin[3 : 2 + known : 7] = Origin.NORMALIZED
    words = [*SPECIALS, *(f"word{i}" for i in range(n - 2))]
    return EmbeddingMatrix(
        Vocabulary(words, counts=range(n), specials=SPECIALS),
        np.vstack([np.zeros_like(vectors[:1]), vectors]).astype(np.float32),
        Rows.missing(n).replace_columns(origin=origin),
        weights=np.linspace(0, 1, n, dtype=np.float32),
        history=("fill mean",),
    )


def sample(invented: int = 10, seed: int = 0) -> EmbeddingMatrix:
    draw = np.random.default_rng(seed)
    vectors = draw.standard_normal((51 + invented, 12)) * np.linspace(0.1, 2, 12) + 0.7
    return matrix_of(vectors, known=50)


def test_every_kind_of_the_union_is_in_this_table() -> None:
    union, _field = typing.get_args(TransformSpec)
    assert {spec.model_fields["kind"].default for spec in typing.get_args(union)} == set(KINDS)
    assert {type(spec) for spec, _text, _dim in KINDS.values()} == set(typing.get_args(union))


@every_kind
def test_the_result_is_finite_float32_of_the_width_that_was_asked_for(kind: str) -> None:
    spec, _text, dim = KINDS[kind]
    after = transform(sample(), spec)
    assert after.vectors.dtype == np.float32 and after.vectors.shape == (62, dim)
    assert np.isfinite(after.vectors).all() and after.vectors.any()


@every_kind
def test_the_same_matrix_gives_the_same_bytes(kind: str) -> None:
    spec = KINDS[kind][0]
    assert transform(sample(), spec).id == transform(sample(), [spec]).id


@every_kind
def test_pad_stays_exactly_zero(kind: str) -> None:
    assert not transform(sample(), KINDS[kind][0]).vector("<pad>").any()


@every_kind
def test_words_provenance_weights_and_the_given_matrix_stay_as_they_are(kind: str) -> None:
    before = sample()
    untouched = before.vectors.copy()
    after = transform(before, KINDS[kind][0])
    np.testing.assert_array_equal(before.vectors, untouched)
    assert after.vocabulary is before.vocabulary and after.rows is before.rows and after.weights is before.weights


@every_kind
def test_the_history_says_what_was_done(kind: str) -> None:
    spec, text, _dim = KINDS[kind]
    assert transform(sample(), spec).history == ("fill mean", text)


@every_kind
def test_rows_follow_their_words(kind: str) -> None:
    before, spec = sample(), KINDS[kind][0]
    swap = np.array([0, 1, *range(51, 1, -1), *range(52, 62)])  # the known rows in reverse
    swapped = before.replace(vectors=before.vectors[swap])
    np.testing.assert_allclose(transform(swapped, spec).vectors, transform(before, spec).vectors[swap], atol=1e-5)


@every_kind
def test_rows_that_are_not_known_have_no_part_in_the_fit(kind: str) -> None:
    spec = KINDS[kind][0]
    few, many = transform(sample(invented=1), spec), transform(sample(invented=500), spec)
    np.testing.assert_array_equal(few.vectors[2:52], many.vectors[2:52])


@fitted_kinds
def test_without_known_rows_all_rows_that_are_not_special_are_fitted_on(kind: str) -> None:
    before, spec = sample(), KINDS[kind][0]
    origin = np.where(before.rows.origin == Origin.SPECIAL, Origin.SPECIAL, Origin.INVENTED).astype(np.uint8)
    invented = before.replace(rows=before.rows.replace_columns(origin=origin))
    known = before.replace(rows=before.rows.replace_columns(origin=np.where(origin == 5, 1, origin).astype(np.uint8)))
    np.testing.assert_array_equal(transform(invented, spec).vectors, transform(known, spec).vectors)


@fitted_kinds
def test_too_few_rows_to_fit_on_are_an_error_that_gives_the_numbers(kind: str) -> None:
    with pytest.raises(RecipeError, match=r"at least \d known rows, and there are 1") as caught:
        transform(matrix_of(np.ones((2, 12)), known=1), KINDS[kind][0])
    assert caught.value.fix


@every_kind
def test_the_blocks_make_no_difference(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = KINDS[kind][0]
    whole = transform(sample(), ["center", spec]).vectors
    monkeypatch.setattr("core.transforms.NUMBERS_AT_ONCE", 7 * 12)
    monkeypatch.setattr("core.transforms.center.NUMBERS_AT_ONCE", 7 * 12)
    np.testing.assert_allclose(transform(sample(), ["center", spec]).vectors, whole, atol=1e-6)


@every_kind
def test_a_row_that_is_the_mean_is_zero_once_the_mean_is_gone(kind: str) -> None:
    """Rows that "fill mean" makes: rounding errors must not become a direction of theirs."""
    vectors = sample().vectors.copy()
    vectors[55] = vectors[2:52].astype(np.float64).mean(axis=0)
    matrix = sample().replace(vectors=vectors)
    assert not transform(matrix, ["center", KINDS[kind][0], "unit"]).vectors[55].any()
    assert transform(matrix, ["center", KINDS[kind][0], "unit"]).vectors[54].any()


@every_kind
def test_values_out_of_range_are_an_error_that_names_the_word_or_stay_finite(kind: str) -> None:
    vectors = np.random.default_rng(0).standard_normal((51, 12)).astype(np.float32)
    vectors[5:20] = np.finfo(np.float32).max
    vectors[20:23] = -np.finfo(np.float32).max
    try:
        after = transform(matrix_of(vectors, known=40), KINDS[kind][0])
    except RecipeError as error:
        assert "the row of '" in str(error) and kind in str(error)
    else:
        assert np.isfinite(after.vectors).all()


@every_kind
def test_progress_is_told_and_may_stop_it(kind: str) -> None:
    class Stop(Exception):
        pass

    def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        assert stage == "Transforming"
        raise Stop

    with pytest.raises(Stop):
        transform(sample(), KINDS[kind][0], progress=stop)


@every_kind
def test_progress_is_told_to_its_end_in_texts_that_are_translated(kind: str) -> None:
    told: list[tuple[int, int | None]] = []

    def progress(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        assert isinstance(stage, Text) and isinstance(message, Text)
        assert message in ("fitting", "applying") and unit == "rows"
        told.append((done, total))

    matrix = transform(sample(), KINDS[kind][0], progress=progress)
    assert told[-1] == (len(matrix.vocabulary),) * 2


def test_no_kind_loads_a_heavy_package() -> None:
    import subprocess
    import sys
    from pathlib import Path

    code = "import core.transforms, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert not {"torch", "sklearn", "scipy", "numba"} & set(done.stdout.split())
