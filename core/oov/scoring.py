"""How near made rows come to the true rows of hidden words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..neighbors import unit32
from .chance import FEWEST, Chance, Interval, interval_of
from .confidence import Bin

NEAREST = 10
ROWS_AT_ONCE = 4096
# Cosines nearer than this are equal: a product in float32 tells no more.
TIE = 1e-6


@dataclass(frozen=True)
class Marks:
    """What single made rows are worth, one number a word.

    cosines   float64[h]: of the made row to the true one
    ranks     int64[h]: place of the word among the candidates, from 1 on, by cosine to the made row; ties count half
    overlaps  float64[h]: share of the true row's 10 nearest candidates that are among the made row's
    """

    cosines: NDArray[np.float64]
    ranks: NDArray[np.int64]
    overlaps: NDArray[np.float64]

    def put(self, at: NDArray[np.bool_] | NDArray[np.int64], other: Marks) -> Marks:
        """These, with the ones at `at` replaced by those of `other` there."""
        columns = (self.cosines.copy(), self.ranks.copy(), self.overlaps.copy())
        for mine, theirs in zip(columns, (other.cosines, other.ranks, other.overlaps), strict=True):
            mine[at] = theirs[at]
        return Marks(*columns)

    @property
    def values(self) -> NDArray[np.float64]:
        """float64[h]: the mean of cosine and reciprocal rank. See `recommending`."""
        return (self.cosines + 1 / self.ranks) / 2


@dataclass(frozen=True)
class Score:
    """A fill on all hidden words. A word that it could not make counts with the mean's row.

    name          kind of the fill, with a number where there are several of that kind
    kind, spec    the fill
    cosine        mean cosine of made to true row; None where the fill could not be fitted, like all that follow
    mrr, r1, r10  mean reciprocal rank of the word among the candidates, and shares with rank 1, and 10 or better
    overlap10     share of the 10 nearest neighbors kept
    norm_ratio    median length of a made row as a share of the true one's, of those it could make
    cosine_filled mean cosine of those it could make
    filled, n     how many words it could make, and of how many
    missing       how many of the words that are really missing it can make, of the sample that was asked for
    seconds       that fitting and making took
    intervals     figure -> 95 % interval, bootstrap over hidden words; none for fewer than ten
    refused       why it could not be fitted, "" otherwise
    reliability   mean confidence against mean cosine, confidences learned on other words
    cosines, ranks, done  per word (`Marks`), and bool[h] which it could make
    """

    name: str
    kind: str
    spec: Any
    cosine: float | None = None
    mrr: float | None = None
    r1: float | None = None
    r10: float | None = None
    overlap10: float | None = None
    norm_ratio: float | None = None
    cosine_filled: float | None = None
    filled: int = 0
    n: int = 0
    missing: int = 0
    seconds: float = 0.0
    intervals: dict[str, Interval] = field(default_factory=dict)
    refused: str = ""
    reliability: tuple[Bin, ...] = ()
    cosines: NDArray[np.float64] = field(default_factory=lambda: np.empty(0), repr=False)
    ranks: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64), repr=False)
    done: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, without what is known of single words."""
        names = ("cosine", "mrr", "r1", "r10", "overlap10", "norm_ratio", "cosine_filled")
        return {
            "name": self.name,
            "kind": self.kind,
            **{name: rounded(getattr(self, name)) for name in names},
            "filled": self.filled,
            "n": self.n,
            "missing": self.missing,
            "seconds": round(self.seconds, 3),
            "intervals": {name: [rounded(bound) for bound in one] for name, one in self.intervals.items()},
            "refused": self.refused,
            "reliability": [one.as_dict() for one in self.reliability],
        }


def rounded(value: float | None) -> float | None:
    """Four digits: more are noise, and differ from machine to machine."""
    return None if value is None else round(value, 4) + 0.0


class Exam:
    """What made rows are compared with: the hidden words' true rows, among those of other known words.

    truth       float32[h, d]: true rows
    candidates  float32[c, d]: the rows that ranks are among
    own         int64[h]: which of them is the word's own
    """

    def __init__(
        self,
        truth: NDArray[np.float32],
        candidates: NDArray[np.float32],
        own: NDArray[np.int64],
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self.units = unit32(truth)
        self.lengths = np.linalg.norm(truth.astype(np.float64), axis=1)
        self.candidates, self.own = unit32(candidates), own
        self._told = told
        self._nearest = min(NEAREST, len(candidates) - 1)
        _above, _ties, self._true_nearest = self._compared(self.units, np.arange(len(own)))

    def mark(self, rows: NDArray[np.float32], at: NDArray[np.int64] | None = None) -> Marks:
        """What `rows` (float32[k, d]) are worth as rows of the hidden words `at`, of all of them by default."""
        at = np.arange(len(self.own)) if at is None else at
        queries = unit32(rows)
        above, ties, near = self._compared(queries, at)
        kept = (near[:, :, None] == self._true_nearest[at][:, None, :]).any(axis=2).sum(axis=1)
        cosines = np.einsum("ij,ij->i", queries, self.units[at]).astype(np.float64)
        return Marks(cosines, 1 + above + (ties + 1) // 2, kept / max(1, self._nearest))

    def _compared(
        self, queries: NDArray[np.float32], at: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Per query: how many candidates are nearer than the word itself, how many as near, and the nearest ones."""
        from ..neighbors.kernels import take_best

        k, own = len(queries), self.own[at]
        level = np.einsum("ij,ij->i", queries, self.candidates[own])[:, None]
        above, ties = np.zeros(k, np.int64), np.zeros(k, np.int64)
        best = np.full((k, self._nearest), -np.inf, np.float32)
        ids = np.full((k, self._nearest), -1, np.int64)
        for first in range(0, len(self.candidates), ROWS_AT_ONCE):
            block = self.candidates[first : first + ROWS_AT_ONCE]
            scores = queries @ block.T
            here = np.flatnonzero((own >= first) & (own < first + len(block)))
            scores[here, own[here] - first] = -np.inf
            nearer = (scores > level + TIE).sum(axis=1)
            above += nearer
            ties += (scores >= level - TIE).sum(axis=1) - nearer
            if self._nearest:
                take_best(scores, np.zeros(len(block), np.float32), np.full(k, -1), first, best, ids)
            self._told()
        return above, ties, ids


def score_of(
    name: str,
    spec: Any,
    marks: Marks,
    done: NDArray[np.bool_],
    *,
    ratios: NDArray[np.float64],
    chance: Chance,
    seconds: float = 0.0,
    reliability: tuple[Bin, ...] = (),
) -> Score:
    """The figures of a fill, from those of its rows. `ratios` (float64[h]): made length / true length."""
    columns = columns_of(marks)
    intervals = {figure: chance.interval(values) for figure, values in columns.items()}
    intervals["cosine_filled"] = chance.interval(marks.cosines, done)
    intervals["norm_ratio"] = interval_of(chance.medians(ratios, done)) if done.sum() >= FEWEST else None
    return Score(
        name=name,
        kind=spec.kind,
        spec=spec,
        cosine=float(marks.cosines.mean()),
        mrr=float(columns["mrr"].mean()),
        r1=float(columns["r1"].mean()),
        r10=float(columns["r10"].mean()),
        overlap10=float(marks.overlaps.mean()),
        norm_ratio=float(np.median(ratios[done])) if done.any() else None,
        cosine_filled=float(marks.cosines[done].mean()) if done.any() else None,
        filled=int(done.sum()),
        n=len(done),
        seconds=seconds,
        intervals={figure: one for figure, one in intervals.items() if one is not None},
        reliability=reliability,
        cosines=marks.cosines,
        ranks=marks.ranks,
        done=done,
    )


def columns_of(marks: Marks) -> dict[str, NDArray[np.float64]]:
    """figure -> float64[h] whose mean it is."""
    return {
        "cosine": marks.cosines,
        "mrr": 1 / marks.ranks,
        "r1": (marks.ranks <= 1).astype(np.float64),
        "r10": (marks.ranks <= NEAREST).astype(np.float64),
        "overlap10": marks.overlaps,
    }
