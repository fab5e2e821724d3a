"""What one subject did on each item of one set, and the score that this makes: value, interval, coverage.

An *item* is a word pair, an analogy question, a word to be put into a category, a text to be classified: what
a set is made of, what a bootstrap draws, and what two subjects must share for their scores to be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .resampling import LEVEL, RESAMPLES, Interval, accuracy_draws, interval_of, rho_draws, spearman

# How items are treated of which a word has no vector.
#   covered  they are left out
#   mean     all items count; without a vector, an item gets what an average one gets (a pair the mean cosine,
#            a question no answer)
#   fills    words without a vector get one by our fills first; what even they leave out is left out
Policy = Literal["covered", "mean", "fills"]
POLICIES: tuple[Policy, ...] = ("covered", "mean", "fills")
Statistic = Literal["rho", "accuracy"]


@dataclass(frozen=True)
class Outcome:
    """One subject on the items of one set, in the set's order.

    task       "similarity", "analogy", "categorization", "outliers", "probe"
    name       of the set
    statistic  "rho": Spearman's of `values` and `gold`; "accuracy": the mean of `values`
    values     float64[n]: a cosine, or how right the item is (0 to 1); NaN where `counted` is False
    counted    bool[n]: items that count under the policy
    covered    bool[n]: items all of whose words the subject has, before any fill
    gold       float64[n]: what people said (statistic "rho"), else None
    clusters   int64[n]: items that are drawn together, as they share words (questions of one pair), else None
    details    what else is to be told: figures by section, the vocabulary searched, …
    """

    task: str
    name: str
    statistic: Statistic
    values: NDArray[np.float64]
    counted: NDArray[np.bool_]
    covered: NDArray[np.bool_]
    gold: NDArray[np.float64] | None = None
    clusters: NDArray[np.int64] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.values)
        if len(self.counted) != n or len(self.covered) != n or (self.statistic == "rho") != (self.gold is not None):
            raise ValueError(f"{self.name}: {n} values, {len(self.counted)} counted, {len(self.covered)} covered")
        if not np.isfinite(self.values[self.counted]).all():
            raise ValueError(f"{self.name}: an item that counts has no finite value")

    def __len__(self) -> int:
        return len(self.values)

    def among(self, items: NDArray[np.bool_]) -> Outcome:
        """The outcome with only `items` (bool[n]) counting, of those that counted."""
        return replace(self, counted=self.counted & items)

    def value(self) -> float | None:
        """The score on the items that count; None where it is not defined (too few items, all equal)."""
        at = self.counted
        if self.gold is not None:
            return spearman(self.values[at], self.gold[at])
        return float(self.values[at].mean()) if at.any() else None

    def draws(self, resamples: int = RESAMPLES, seed: int = 0) -> NDArray[np.float64]:
        """float64[resamples]: the score of each bootstrap sample of the items that count; NaN where undefined."""
        at = self.counted
        if self.gold is not None:
            return rho_draws(self.values[at], self.gold[at], resamples=resamples, seed=seed)
        clusters = None if self.clusters is None else self.clusters[at]
        return accuracy_draws(self.values[at], clusters, resamples=resamples, seed=seed)

    def interval(self, resamples: int = RESAMPLES, seed: int = 0, level: float = LEVEL) -> Interval | None:
        """The percentile bootstrap interval of the score; None where the score is not defined."""
        return None if self.value() is None else interval_of(self.draws(resamples, seed), level)
