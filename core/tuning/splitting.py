"""Texts parted into training, validation and test: by class, by a seed, equal texts in one part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TRAIN, VALID, TEST = 0, 1, 2


@dataclass(frozen=True)
class Split:
    """Positions of texts, int64 and ascending in each part; every text is in one."""

    train: NDArray[np.int64]
    valid: NDArray[np.int64]
    test: NDArray[np.int64]


def split(
    labels: NDArray[np.int32],
    *,
    valid_share: float,
    test_share: float,
    seed: int,
    groups: NDArray[np.int64] | None = None,
) -> Split:
    """Part n texts, each class by itself, so that the parts have its shares up to one text.

    labels  int32[n]: each text's class
    groups  int64[n]: texts with the same number, such as equal ones, land in one part. It counts to the class of its
            first text, and where it does not fit into validation or test, it trains.

    Of a class with two texts or more at least one trains; of one with three or more, at least one is in each part
    whose share is not 0; of one with two, one is in the test (without a test, in validation). Shares are of all
    texts, 0 or more and below .5.
    """
    n = len(labels)
    first, group_of = _groups(n, groups)
    sizes = np.bincount(group_of, minlength=len(first))
    parts = np.zeros(len(first), np.int8)
    rng = np.random.default_rng(seed)
    of_class = labels[first]
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(of_class == label))
        room = _room(int(sizes[members].sum()), valid_share, test_share)
        parts[members] = _dealt(sizes[members], room)
    part_of = parts[group_of]
    return Split(*(np.flatnonzero(part_of == part) for part in (TRAIN, VALID, TEST)))


def _groups(n: int, groups: NDArray[np.int64] | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each group's first text, and each text's group, in the order of these: whatever numbers the groups have."""
    if groups is None:
        return np.arange(n), np.arange(n)
    _values, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return first[order], rank[inverse.reshape(-1)]


def _room(n: int, valid_share: float, test_share: float) -> tuple[int, int]:
    """How many of a class's n texts are for validation and test: at least one trains."""
    if n == 2:
        return (0, 1) if test_share else (int(valid_share > 0), 0)
    valid, test = (max(1, round(n * share)) if share and n > 2 else 0 for share in (valid_share, test_share))
    if valid + test >= n > 0:  # both halves are rounded up
        valid, test = (valid - 1, test) if valid > test else (valid, test - 1)
    return valid, test


def _dealt(sizes: NDArray[np.int64], room: tuple[int, int]) -> NDArray[np.int8]:
    """The part of each group, in their (shuffled) order: where it still fits."""
    valid, test = room
    parts = np.zeros(len(sizes), np.int8)
    for at, size in enumerate(sizes.tolist()):
        if size <= valid:
            parts[at] = VALID
            valid -= size
        elif size <= test:
            parts[at] = TEST
            test -= size
        elif not valid and not test:
            break
    return parts
