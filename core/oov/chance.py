"""How far a score would move with other words of the same kind: a paired bootstrap over hidden words.

Percentile intervals: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapters 13 and 16. Every fill is
scored on the same samples of words, so a difference of two fills is drawn as one: that is what makes it paired.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Of fewer words an interval says nothing.
FEWEST = 10
RESAMPLES = 2000
LEVEL = 0.95
AT_ONCE = 1 << 20


class Interval(NamedTuple):
    """The bounds of an interval."""

    low: float
    high: float


class Chance:
    """Samples of n words, drawn with replacement: the same for the same n and seed.

    counts  float32[resamples, n]: how often each word is in each sample
    """

    def __init__(self, words: int, seed: int = 0, resamples: int = RESAMPLES) -> None:
        rng = np.random.default_rng([seed, words])
        self.counts = np.empty((resamples, words), np.float32)
        for first in range(0, resamples, step := max(1, AT_ONCE // max(words, 1))):
            some = min(step, resamples - first)
            places = rng.integers(0, max(words, 1), (some, words)) + np.arange(some)[:, None] * words
            drawn = np.bincount(places.reshape(-1), minlength=some * words)
            self.counts[first : first + some] = drawn.reshape(some, words)

    def means(self, values: NDArray[np.float64], among: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """float64[resamples]: the mean of `values` (float64[n]) over the words `among` in each sample.

        NaN for samples that have none of them.
        """
        kept = np.ones(len(values)) if among is None else among.astype(np.float64)
        sizes = self.counts @ kept
        sums = self.counts @ (values * kept)
        return np.asarray(np.divide(sums, sizes, out=np.full(len(sums), np.nan), where=sizes > 0), np.float64)

    def medians(self, values: NDArray[np.float64], among: NDArray[np.bool_]) -> NDArray[np.float64]:
        """float64[resamples]: the lower median of `values` over the words `among` in each sample."""
        order = np.flatnonzero(among)[np.argsort(values[among], kind="stable")]
        if not len(order):
            return np.full(len(self.counts), np.nan)
        summed = np.cumsum(self.counts[:, order], axis=1)
        half = np.argmax(summed >= summed[:, -1:] / 2, axis=1)
        return np.where(summed[:, -1] > 0, values[order][half], np.nan)

    def interval(self, values: NDArray[np.float64], among: NDArray[np.bool_] | None = None) -> Interval | None:
        """The middle 95 % of the means; None for fewer than ten words."""
        words = len(values) if among is None else int(among.sum())
        return interval_of(self.means(values, among)) if words >= FEWEST else None

    def beats(self, gain: NDArray[np.float64], among: NDArray[np.bool_] | None = None) -> bool:
        """Whether `gain` (float64[n], word by word) is above 0 beyond noise: so is the lower bound of its mean."""
        found = self.interval(gain, among)
        return found is not None and found.low > 0


def interval_of(draws: NDArray[np.float64]) -> Interval | None:
    """The middle 95 % of the draws that are defined; None where a tenth or more are not."""
    sound = draws[np.isfinite(draws)]
    if len(sound) <= 0.9 * len(draws):
        return None
    low, high = np.quantile(sound, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
