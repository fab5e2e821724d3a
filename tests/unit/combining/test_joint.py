"""Concatenation and average: what a cosine is of, what stands for a part that is lacking, what is said of a row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.combining import Average, Concatenate, combine
from core.combining.mapping import unit
from core.errors import RecipeError
from core.lookup import look_up
from core.oov import fill
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

WORDS = ["sea", "lake", "hill", "town"]


def source(words: list[str], dim: int, *, name: str = "a", seed: int = 0) -> MemorySource:
    return MemorySource(
        words, np.random.default_rng([seed, dim]).standard_normal((len(words), dim)).astype("f4"), name=name
    )


def joined(sources: list[MemorySource], spec: Concatenate | Average, words: list[str] = WORDS) -> np.ndarray:
    return fill(combine([look_up(Vocabulary(words), one) for one in sources], spec), "mean").matrix.vectors


def cosines(vectors: np.ndarray) -> np.ndarray:
    rows = unit(vectors)
    return rows @ rows.T


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(0, 1000))
def test_a_cosine_of_the_concatenation_is_the_mean_of_the_cosines(dims: list[int], seed: int) -> None:
    sources = [source(WORDS, dim, name=str(k), seed=seed + k) for k, dim in enumerate(dims)]
    found = joined(sources, Concatenate())
    assert found.shape == (4, sum(dims))
    np.testing.assert_allclose(cosines(found), np.mean([cosines(one.vectors) for one in sources], axis=0), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_weights_weigh_the_cosines() -> None:
    sources = [source(WORDS, 5), source(WORDS, 3, name="b", seed=1)]
    found = cosines(joined(sources, Concatenate(weights=(3.0, 1.0))))
    np.testing.assert_allclose(
        found, 0.75 * cosines(sources[0].vectors) + 0.25 * cosines(sources[1].vectors), atol=1e-5
    )
    with pytest.raises(RecipeError, match="1 weight is given, and there are 2 sources"):
        joined(sources, Concatenate(weights=(1.0,)))


def test_what_stands_for_a_part_that_is_lacking() -> None:
    sources = [source(WORDS, 5), source(WORDS[1:], 3, name="b", seed=1)]
    mean = unit(sources[1].vectors).mean(0) / np.sqrt(2)
    np.testing.assert_allclose(joined(sources, Concatenate())[0, 5:], mean, atol=1e-6)
    assert not joined(sources, Concatenate(partial="zeros"))[0, 5:].any()
    found = combine([look_up(Vocabulary(WORDS), one) for one in sources], Concatenate(partial="missing"))
    assert found.row_ids[0] == -1 and (found.row_ids[1:] >= 0).all()


def test_an_average_is_of_unit_rows_padded_with_zeros() -> None:
    sources = [source(WORDS, 5), source(WORDS[1:], 3, name="b", seed=1)]
    found = joined(sources, Average())
    padded = np.hstack([unit(sources[1].vectors), np.zeros((3, 2))])
    np.testing.assert_allclose(found[1:], unit(unit(sources[0].vectors)[1:] + padded), atol=1e-6)
    np.testing.assert_allclose(found[0], unit(sources[0].vectors)[0], atol=1e-6)


def test_a_row_is_as_far_from_its_word_as_its_furthest_part() -> None:
    words = ["Sea", "lake"]
    sources = [source(["Sea", "lake"], 4), source(["sea", "lake"], 4, name="b")]
    rows = combine([look_up(Vocabulary(words), one) for one in sources], Average()).rows
    assert rows.form.tolist() == ["sea", "lake"] and rows.rung.tolist() == [2, 0]
    assert rows.sources == ("a + b",)


def test_zeros_and_extreme_values_give_finite_rows() -> None:
    sources = [source(WORDS, 5), source(WORDS, 3, name="b", seed=1)]
    sources[0].vectors[:3] = np.array([0, 3e38, 1e-42], np.float32)[:, None]
    for spec in (Concatenate(), Average()):
        found = joined(sources, spec)
        assert np.isfinite(found).all()
        np.testing.assert_allclose(np.linalg.norm(found[1:3], axis=1), 1, atol=1e-5)


def test_row_ids_below_the_sizes_are_the_rows_of_one_part() -> None:
    sources = [source(WORDS, 5), source(["wood", "field"], 5, name="b", seed=1)]
    found = combine([look_up(Vocabulary(WORDS), one) for one in sources], Average()).sources[0]
    out = np.empty((6, 5), np.float32)
    assert found.info.size == 6 and found.gather(np.arange(6), out).all()
    np.testing.assert_allclose(out, unit(np.vstack([one.vectors for one in sources])), atol=1e-6)


def test_a_faulty_part_is_left_out_and_the_row_says_so() -> None:
    sources = [source(WORDS, 5), source(WORDS, 3, name="b", seed=1), source(WORDS, 4, name="c", seed=2)]
    sources[1].vectors[2] = np.nan
    sources[0].vectors[3] = sources[1].vectors[3] = np.inf
    found = combine([look_up(Vocabulary(WORDS), one) for one in sources], Concatenate(partial="zeros"))
    assert found.rows.sources == ("a + b + c",)
    filled = fill(found, "mean")
    rows, vectors = filled.matrix.rows, filled.matrix.vectors
    assert filled.faulty == ("hill", "town") and rows.known.all()
    assert [rows.sources[k] for k in rows.source] == ["a + b + c", "a + b + c", "a + c", "c"]
    np.testing.assert_allclose(vectors[2, 8:], unit(sources[2].vectors)[2] / np.sqrt(3), atol=1e-6)
    assert not vectors[2, 5:8].any() and not vectors[3, :8].any() and vectors[3, 8:].any()
