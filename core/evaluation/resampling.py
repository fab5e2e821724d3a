"""Bootstrap of scores: how far a score would move with other items of the same kind.

Drawing items with replacement gives every item a number of times that it was drawn. Ranks and means of such a
sample follow from these numbers and one sorting of the items, so 2,000 samples cost as much as a few dozen
evaluations, where scipy.stats.bootstrap sorts each sample anew (same figures; see the tests).

Percentile intervals: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEWEST = 3  # of two pairs rho is 1 or -1, whatever they are
RESAMPLES = 2000
LEVEL = 0.95
# A block of this size stays in the processor's cache.
NUMBERS_AT_ONCE = 1 << 17
# So many draws beyond 0 tell a significance level.
TELLING = 10


class Interval(NamedTuple):
    """The bounds of an interval."""

    low: float
    high: float


def spearman(x: ArrayLike, y: ArrayLike) -> float | None:
    """Spearman's rank correlation of `x` and `y` (float[n] each), average ranks for ties.

    None for fewer than three values, and where all of `x` or all of `y` are equal.
    """
    from scipy.stats import rankdata

    first, second = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if len(first) < FEWEST:
        return None
    a, b = (rankdata(values) - (len(values) + 1) / 2 for values in (first, second))
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(np.clip((a @ b) / size, -1, 1)) if size else None


def drawn(items: int, resamples: int, seed: int) -> NDArray[np.float32]:
    """float32[resamples, items]: how often each item is in each sample. The same for the same arguments.

    Samples of equally many items are the same samples whoever asks: that is what makes comparisons paired.
    """
    rng = np.random.default_rng([seed, items])
    counts = np.empty((resamples, items), np.float32)
    step = max(1, NUMBERS_AT_ONCE // max(items, 1))
    for first in range(0, resamples, step):
        some = min(step, resamples - first)
        places = rng.integers(0, items, (some, items)) + np.arange(some)[:, None] * items
        counts[first : first + some] = np.bincount(places.reshape(-1), minlength=some * items).reshape(some, items)
    return counts


def rho_draws(x: NDArray[np.float64], y: NDArray[np.float64], *, resamples: int, seed: int) -> NDArray[np.float64]:
    """float64[resamples]: Spearman's rho of each sample of the pairs (x, y) (float64[n]); NaN where undefined."""
    counts = drawn(len(x), resamples, seed)
    draws = np.full(resamples, np.nan)
    if len(x) < FEWEST:
        return draws
    step = max(1, NUMBERS_AT_ONCE // len(x))
    ranking = _Ranking(x), _Ranking(y)
    for first in range(0, resamples, step):
        sample = counts[first : first + step].astype(np.float64)
        a, b = (one.ranks(sample) for one in ranking)
        # Mean rank of n values is (n + 1) / 2, ties or none.
        a -= (len(x) + 1) / 2
        b -= (len(x) + 1) / 2
        heavy = sample * a
        together = np.einsum("ij,ij->i", heavy, b)
        size = np.einsum("ij,ij->i", heavy, a)
        np.multiply(sample, b, out=heavy)
        size *= np.einsum("ij,ij->i", heavy, b)
        draws[first : first + step] = together / np.sqrt(np.where(size > 0, size, np.nan))
    return draws


class _Ranking:
    """The order of n values, from which follow the average ranks in any sample of them."""

    def __init__(self, values: NDArray[np.float64]) -> None:
        _distinct, self.group = np.unique(values, return_inverse=True)
        order = np.argsort(self.group, kind="stable")
        self.order = order
        self.starts = np.flatnonzero(np.diff(self.group[order], prepend=-1))

    def ranks(self, sample: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[s, n]: the average rank of each value in each sample, given as float64[s, n] times drawn."""
        of_group = np.add.reduceat(sample[:, self.order], self.starts, axis=1)
        before = np.cumsum(of_group, axis=1) - of_group
        return (before + (of_group + 1) / 2)[:, self.group]


def accuracy_draws(
    values: NDArray[np.float64], clusters: NDArray[np.int64] | None, *, resamples: int, seed: int
) -> NDArray[np.float64]:
    """float64[resamples]: the mean of each sample of `values` (float64[n]); NaN where there are none.

    Items of one cluster are drawn together: they share words, so they are no independent evidence. A single
    cluster, or a single item, has no spread to be told.
    """
    if len(values if clusters is None else np.unique(clusters)) < 2:
        return np.full(resamples, np.nan)
    if clusters is None:
        sums, sizes = values, np.ones(len(values))
    else:
        _names, of = np.unique(clusters, return_inverse=True)
        sums, sizes = np.bincount(of, values), np.bincount(of).astype(np.float64)
    counts = drawn(len(sums), resamples, seed)
    return np.asarray((counts @ sums) / (counts @ sizes), np.float64)


def interval_of(draws: NDArray[np.float64], level: float = LEVEL) -> Interval | None:
    """The middle `level` of the draws; None where a tenth of them or more are undefined."""
    sound = draws[np.isfinite(draws)]
    if len(sound) <= 0.9 * len(draws):
        return None
    low, high = np.quantile(sound, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


def two_sided(difference: float, draws: NDArray[np.float64]) -> float:
    """How likely a `difference` this far from 0 is by chance: the bootstrap's achieved significance level.

    `draws` (float64[b]) are of the difference. Where fewer than ten of them lie beyond 0, they can't tell small
    levels apart; then the normal approximation with their standard deviation is taken.
    """
    sound = draws[np.isfinite(draws)]
    tail = min(int((sound <= 0).sum()), int((sound >= 0).sum()))
    counted = min(1.0, 2 * (tail + 1) / (len(sound) + 1))
    if tail >= TELLING or not difference:
        return counted
    spread = float(sound.std())
    return min(counted, math.erfc(abs(difference) / spread / math.sqrt(2))) if spread else counted


def detectable(items: int, *, rho: bool) -> float | None:
    """The smallest score that so many items tell from none, in four of five cases, at the level of 5 %.

    A correlation from 0 by Fisher's transformation (Cohen 1988, Statistical Power Analysis, chapter 3), or two
    accuracies around one half from each other; None for so few items that no score would be told.
    """
    if items <= FEWEST:
        return None
    together = 1.959964 + 0.841621  # quantiles of the normal distribution: two-sided 5 %, and 80 %
    least = math.tanh(together / math.sqrt(items - 3)) if rho else together * math.sqrt(0.5 / items)
    return least if least < 1 else None


def holm(p: list[float]) -> list[float]:
    """p-values adjusted for their number by Holm's step-down method (Holm 1979, Scand. J. Statistics 6(2))."""
    adjusted, largest = [0.0] * len(p), 0.0
    for k, i in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        largest = max(largest, min(1.0, (len(p) - k) * p[i]))
        adjusted[i] = largest
    return adjusted
