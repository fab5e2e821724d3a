"""Texts are parted by class, the same way for the same seed; equal texts are never on both sides."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.tuning.splitting import Split, split

LABELS = st.lists(st.integers(0, 4), max_size=120).map(lambda values: np.array(values, np.int32))
SHARES = st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.33, 0.49])
SEEDS = st.integers(0, 5)


def parts_of(found: Split) -> tuple[NDArray[np.int64], ...]:
    return found.train, found.valid, found.test


def is_whole(found: Split, n: int) -> bool:
    return np.array_equal(np.sort(np.concatenate(parts_of(found))), np.arange(n))


@given(LABELS, SHARES, SHARES, SEEDS)
def test_each_text_is_in_one_part_and_each_class_has_its_shares(
    labels: NDArray[np.int32], valid: float, test: float, seed: int
) -> None:
    found = split(labels, valid_share=valid, test_share=test, seed=seed)
    assert is_whole(found, len(labels))
    assert all(np.all(np.diff(part) > 0) for part in parts_of(found))
    for label in np.unique(labels):
        n = int((labels == label).sum())
        train, validated, tested = (int((labels[part] == label).sum()) for part in parts_of(found))
        assert abs(validated - n * valid) <= 1 and abs(tested - n * test) <= 1
        assert train >= 1
        if n >= 3:
            assert validated >= (valid > 0) and tested >= (test > 0)


@given(LABELS, SEEDS)
def test_the_same_seed_parts_the_same_way(labels: NDArray[np.int32], seed: int) -> None:
    one, same = (split(labels, valid_share=0.1, test_share=0.2, seed=seed) for _again in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(parts_of(one), parts_of(same), strict=True))


def test_another_seed_parts_another_way() -> None:
    labels = np.zeros(100, np.int32)
    one, other = (split(labels, valid_share=0.1, test_share=0.2, seed=seed) for seed in (0, 1))
    assert not np.array_equal(one.test, other.test)


@given(LABELS, SHARES, SHARES, SEEDS, st.data())
def test_texts_of_a_group_are_in_one_part(
    labels: NDArray[np.int32], valid: float, test: float, seed: int, data: st.DataObject
) -> None:
    n = len(labels)
    groups = np.array(data.draw(st.lists(st.integers(-5, 30), min_size=n, max_size=n)), np.int64)
    found = split(labels, valid_share=valid, test_share=test, seed=seed, groups=groups)
    assert is_whole(found, n)
    sides = [set(groups[part].tolist()) for part in parts_of(found)]
    assert sum(map(len, sides)) == len(set(groups.tolist()))


@given(LABELS, SEEDS)
def test_groups_count_by_their_members_and_not_by_their_numbers(labels: NDArray[np.int32], seed: int) -> None:
    groups = np.arange(len(labels)) // 2
    one, other = (
        split(labels, valid_share=0.1, test_share=0.2, seed=seed, groups=numbers) for numbers in (groups, 7 - groups)
    )
    assert all(np.array_equal(a, b) for a, b in zip(parts_of(one), parts_of(other), strict=True))


def test_texts_without_a_double_are_parted_as_without_groups() -> None:
    labels = np.arange(50, dtype=np.int32) % 3
    bare = split(labels, valid_share=0.1, test_share=0.2, seed=3)
    grouped = split(labels, valid_share=0.1, test_share=0.2, seed=3, groups=np.arange(50)[::-1].copy())
    assert all(np.array_equal(a, b) for a, b in zip(parts_of(bare), parts_of(grouped), strict=True))


def test_a_text_that_is_there_too_often_for_a_part_trains() -> None:
    groups = np.r_[np.zeros(60, np.int64), np.arange(1, 41)]
    found = split(np.zeros(100, np.int32), valid_share=0.1, test_share=0.2, seed=0, groups=groups)
    assert (len(found.valid), len(found.test)) == (10, 20) and set(range(60)) <= set(found.train.tolist())


def test_a_single_text_of_a_class_trains_and_of_two_one_is_tested() -> None:
    found = split(np.array([0, 1, 1], np.int32), valid_share=0.1, test_share=0.2, seed=0)
    assert len(found.train) == 2 and len(found.test) == 1 and 0 in found.train
    untested = split(np.array([0, 1, 1], np.int32), valid_share=0.1, test_share=0.0, seed=0)
    assert len(untested.valid) == 1 and not len(untested.test)
