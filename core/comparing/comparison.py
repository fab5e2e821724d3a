"""What a comparison of two matrices found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..matrix import EmbeddingMatrix
from ..messages import N_, _
from ..rows import Origin
from .shared import REASONS

if TYPE_CHECKING:
    import pyarrow as pa

LISTED = 20
DIGITS = 4
ORIGINS = tuple(origin.name.lower() for origin in Origin)
ORIGIN_NAMES = {
    Origin.MISSING: N_("missing"),
    Origin.EXACT: N_("as written"),
    Origin.NORMALIZED: N_("other spelling"),
    Origin.COMPOSED: N_("composed"),
    Origin.MAPPED: N_("mapped"),
    Origin.INVENTED: N_("invented"),
    Origin.SPECIAL: N_("special"),
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two matrices compared on the n words that both have, in the order of the first's rows.

    first, second  the matrices; `names` is what they are called
    words          str, n of them; rows1, rows2 int64[n]: their rows in the matrices
    counts         int64[n]: the first's counts, or the second's where only that has some; None without any
    overlap        float32[n]: the share of a word's k nearest shared words that both matrices agree on; NaN: not
                   measured
    displacement   float32[n]: 1 − the cosine of a word's two rows, after the first space is turned onto the second
                   (orthogonal Procrustes on unit rows); 0 is the same direction, 1 none in common
    cosine         float32[n]: the cosine of a word's two rows as they are, where the matrices are of one space, as
                   before and after a fine-tune: of one width, and the median above .5; else None
    points1, points2  float32[n, 2]: both matrices' aligned unit rows on their common plane of most variance
    explained      the share of the variance along each of its axes
    k              neighbors of a word
    measured       int64[q]: the words whose overlap is measured; all, or a seeded sample
    ids1, ids2     int32[q, k]: their neighbors, as positions in `words`; cosines1, cosines2 float32[q, k]
    histogram      int64[k + 1]: how many words share 0 … k neighbors
    interval       95 % bootstrap interval of the mean overlap; None where it can't be told
    frequency      Spearman's rho of overlap and (log) count; None without counts
    agreement      Spearman's rho of the cosines of `pairs` pairs of words in both; None where it is undefined
    left_out       reason (a key of `REASONS`) -> number of words
    notes          what was adjusted, and what is to be known, for people
    """

    first: EmbeddingMatrix = field(repr=False)
    second: EmbeddingMatrix = field(repr=False)
    names: tuple[str, str]
    words: tuple[str, ...] = field(repr=False)
    rows1: NDArray[np.int64] = field(repr=False)
    rows2: NDArray[np.int64] = field(repr=False)
    counts: NDArray[np.int64] | None = field(repr=False)
    overlap: NDArray[np.float32] = field(repr=False)
    displacement: NDArray[np.float32] = field(repr=False)
    points1: NDArray[np.float32] = field(repr=False)
    points2: NDArray[np.float32] = field(repr=False)
    explained: tuple[float, float]
    k: int
    measured: NDArray[np.int64] = field(repr=False)
    ids1: NDArray[np.int32] = field(repr=False)
    ids2: NDArray[np.int32] = field(repr=False)
    cosines1: NDArray[np.float32] = field(repr=False)
    cosines2: NDArray[np.float32] = field(repr=False)
    histogram: NDArray[np.int64]
    interval: tuple[float, float] | None
    frequency: float | None
    agreement: float | None
    pairs: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seed: int = 0
    cosine: NDArray[np.float32] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        n, q = len(self.words), len(self.measured)
        cosine = () if self.cosine is None else (self.cosine,)
        shapes = {
            (n,): (self.rows1, self.rows2, self.overlap, self.displacement, *cosine),
            (n, 2): (self.points1, self.points2),
            (q, self.k): (self.ids1, self.ids2, self.cosines1, self.cosines2),
            (self.k + 1,): (self.histogram,),
        }
        for shape, arrays in shapes.items():
            for array in arrays:
                if array.shape != shape:
                    raise ValueError(f"an array of shape {array.shape}, expected {shape}")
                array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def ids(self) -> dict[str, int]:
        """word -> its position in `words`."""
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def jaccard(self) -> NDArray[np.float32]:
        """float32[n]: neighbors that both matrices have, as a share of those that either has; NaN: not measured."""
        return self.overlap / (2 - self.overlap)

    @property
    def mean(self) -> float:
        """The mean overlap of the measured words."""
        return float(self.histogram @ np.arange(self.k + 1) / self.k / self.histogram.sum())

    @property
    def median(self) -> float:
        """The median overlap of the measured words."""
        return float(np.median(np.repeat(np.arange(self.k + 1), self.histogram))) / self.k

    @property
    def chance(self) -> float:
        """The mean overlap that is expected if neighbors were drawn at random: k / (n − 1)."""
        return self.k / (len(self.words) - 1)

    def most_changed(self, n: int = LISTED) -> NDArray[np.int64]:
        """int64[≤ n]: the measured words with the lowest overlap; of equal ones, those that moved farthest first.

        Of those that are equal in both, the more frequent first.
        """
        return self._ordered(self.overlap, -self.displacement)[:n]

    def least_changed(self, n: int = LISTED) -> NDArray[np.int64]:
        """int64[≤ n]: the measured words with the highest overlap; of equal ones, those that moved least first.

        Of those that are equal in both, the more frequent first.
        """
        return self._ordered(-self.overlap, self.displacement)[:n]

    def _ordered(self, *by: NDArray[np.float32]) -> NDArray[np.int64]:
        at = self.measured
        frequent = () if self.counts is None else (-self.counts[at],)
        return at[np.lexsort((*frequent, *(one[at] for one in reversed(by))))]

    def moved(self, n: int = 60) -> NDArray[np.int64]:
        """int64[≤ n]: the words whose points lie farthest apart in the plane, the farthest first."""
        way = np.linalg.norm(self.points2.astype(np.float64) - self.points1, axis=1)
        return np.argsort(-way, kind="stable")[:n]

    def row(self, i: int) -> dict[str, Any]:
        """What is known of one word, as plain values; a value that is not known is None."""
        overlap = float(self.overlap[i])
        return {
            "word": self.words[i],
            "count": None if self.counts is None else int(self.counts[i]),
            "overlap": None if np.isnan(overlap) else round(overlap, DIGITS),
            "jaccard": None if np.isnan(overlap) else round(float(self.jaccard[i]), DIGITS),
            "displacement": round(float(self.displacement[i]), DIGITS),
            "cosine": None if self.cosine is None else round(float(self.cosine[i]), DIGITS),
            "origins": [ORIGINS[int(code)] for code in self.origins(i)],
        }

    def origins(self, i: int) -> tuple[int, int]:
        """How a word's rows came about in the first and in the second: codes of `Origin`."""
        return int(self.first.rows.origin[self.rows1[i]]), int(self.second.rows.origin[self.rows2[i]])

    def as_dict(self, listed: int = LISTED) -> dict[str, Any]:
        """The figures of the whole and the most and least changed words, as plain values."""
        return {
            "names": list(self.names),
            "words": len(self.words),
            "dims": [self.first.dim, self.second.dim],
            "left_out": {reason: self.left_out.get(reason, 0) for reason in REASONS},
            "k": self.k,
            "measured": len(self.measured),
            "overlap": {
                "mean": round(self.mean, DIGITS),
                "interval": None if self.interval is None else [round(bound, DIGITS) for bound in self.interval],
                "median": self.median,
                "chance": self.chance,
                "histogram": self.histogram.tolist(),
            },
            "jaccard": {"mean": round(float(self.jaccard[self.measured].mean(dtype=np.float64)), DIGITS)},
            "displacement": _middle(self.displacement),
            "cosine": None if self.cosine is None else _middle(self.cosine),
            "spearman_overlap_log_count": _rounded(self.frequency),
            "spearman_cosines": _rounded(self.agreement),
            "pairs": self.pairs,
            "explained": [round(share, DIGITS) for share in self.explained],
            "most_changed": [self.row(i) for i in self.most_changed(listed).tolist()],
            "least_changed": [self.row(i) for i in self.least_changed(listed).tolist()],
            "seed": self.seed,
            "notes": list(self.notes),
        }

    def table(self) -> pa.Table:
        """All words as an Arrow table, in order; an overlap that was not measured is null.

        The column "cosine" is there where the matrices are of one space.
        """
        import pyarrow as pa

        from .. import arrow

        n = len(self.words)
        origins = self.first.rows.origin[self.rows1], self.second.rows.origin[self.rows2]
        unknown = np.full(n, self.counts is None)
        counts = np.zeros(n, np.int64) if self.counts is None else self.counts
        unmeasured = np.isnan(self.overlap)
        cosine = {} if self.cosine is None else {"cosine": arrow.numbers(self.cosine)}
        return pa.table(
            {
                "word": arrow.strings(self.words),
                "count": arrow.numbers(counts, unknown),
                "overlap": arrow.numbers(self.overlap, unmeasured),
                "jaccard": arrow.numbers(self.jaccard, unmeasured),
                "displacement": arrow.numbers(self.displacement),
                **cosine,
                "x1": arrow.numbers(self.points1[:, 0]),
                "y1": arrow.numbers(self.points1[:, 1]),
                "x2": arrow.numbers(self.points2[:, 0]),
                "y2": arrow.numbers(self.points2[:, 1]),
                "origin1": arrow.names(origins[0], ORIGINS),
                "origin2": arrow.names(origins[1], ORIGINS),
                "row1": arrow.numbers(self.rows1),
                "row2": arrow.numbers(self.rows2),
            }
        )


def _middle(values: NDArray[np.float32]) -> dict[str, float]:
    return {
        "mean": round(float(values.mean(dtype=np.float64)), DIGITS),
        "median": round(float(np.median(values)), DIGITS),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def came_about(comparison: Comparison, i: int) -> str:
    """How a word's two rows came about, in a few words: "as written", or "as written → composed"."""
    first, second = (str(_(ORIGIN_NAMES[Origin(code)])) for code in comparison.origins(i))
    return first if first == second else f"{first} → {second}"
