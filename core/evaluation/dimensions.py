"""How many dimensions? The similarity score with fewer of them, kept by principal component analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from ..progress import Progress, ignore
from ..transforms.pca import WIDEST, principal_directions
from .pairs import PairSet
from .resampling import FEWEST, RESAMPLES, interval_of, rho_draws, spearman
from .subjects import Subject, unit_rows

STEPS = (32, 64, 100, 128, 200, 256, 300, 384, 512, 768, 1024)
SAMPLE = 50_000  # rows that PCA is fitted on
MARGIN = 0.01


@dataclass(frozen=True)
class Point:
    """The score at one number of dimensions.

    dim         dimensions that are kept
    rho         Spearman's, with its 95 % interval, None where it is not defined
    difference  to the score of all dimensions on the same pairs, with its paired interval
    """

    dim: int
    rho: float | None
    low: float | None
    high: float | None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None


@dataclass(frozen=True)
class DimensionCurve:
    """The score of one subject on one set by PCA dimension.

    points  by growing dimension; the last is the centered rows whole
    full    the rows as they are, not centered
    pairs   pairs that count: those of which both words have a vector
    fitted  rows that PCA was fitted on
    enough  the smallest dimension whose score is with 95 % confidence not more than .01 below that of all
            dimensions, None where none is
    reason  why there are no points, "" where there are
    """

    points: tuple[Point, ...]
    full: Point | None
    pairs: int
    fitted: int
    enough: int | None
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Axes:
    """The principal axes of a subject: mean float64[d], directions float64[k, d], and how many rows they fit.

    reason  why there are none, "" where there are
    """

    mean: NDArray[np.float64]
    directions: NDArray[np.float64]
    fitted: int
    reason: str = ""


def fit_axes(subject: Subject, *, seed: int = 0, sample: int = SAMPLE, progress: Progress = ignore) -> Axes:
    """Fit PCA on all rows that count, or on `sample` of them drawn by `seed`.

    Raises InputError for a subject without an end.
    """
    nothing = np.zeros(0), np.zeros((0, 0))
    if subject.dim > WIDEST:
        reason = _("principal directions of {width:,} dimensions take too much memory").format(width=subject.dim)
        return Axes(*nothing, 0, reason)
    fitted = _rows(subject, sample, seed, progress)
    if len(fitted) < 2:
        return Axes(*nothing, len(fitted), _("there are too few rows to fit PCA on"))
    width = min(subject.dim, len(fitted) - 1)
    return Axes(*principal_directions(fitted, np.arange(len(fitted)), width, progress), len(fitted))


def score_dimensions(
    subject: Subject,
    pairs: PairSet,
    *,
    dims: Sequence[int] | None = None,
    axes: Axes | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    progress: Progress = ignore,
) -> DimensionCurve:
    """Score `subject` on the covered `pairs` with its rows reduced to each of `dims` by PCA.

    Rows of the pairs are centered and projected on `axes` (`fit_axes`, made here if not given). Without `dims`: 32, 64,
    100, … up to all; of fewer than 64 dimensions their eighth, quarter, half. All points are of the same pairs and the
    same bootstrap samples. Raises InputError for a subject without an end.
    """
    found = subject.unit(pairs.words)
    at = dict(zip(pairs.words, found.at.tolist(), strict=True))
    held = [(a, b, human) for a, b, human in pairs.pairs if at[a] >= 0 and at[b] >= 0]
    if len(held) < FEWEST:
        return DimensionCurve((), None, len(held), 0, None, _("{n} pairs are covered: too few").format(n=len(held)))
    axes = axes or fit_axes(subject, seed=seed, progress=progress)
    if axes.reason:
        return DimensionCurve((), None, len(held), axes.fitted, None, axes.reason)
    words = list(dict.fromkeys(word for a, b, _human in held for word in (a, b)))
    place = {word: row for row, word in enumerate(words)}
    rows, _sound = subject.gather(subject.find(words))
    first, second = np.array([(place[a], place[b]) for a, b, _human in held], np.int64).T
    human = np.array([score for _a, _b, score in held])
    projected = (rows.astype(np.float64) - axes.mean) @ axes.directions.T
    whole = rho_draws(_cosines(projected, first, second), human, resamples=resamples, seed=seed)
    top = spearman(_cosines(projected, first, second), human)
    points = []
    for dim in _steps(len(axes.directions), dims):
        cosines = _cosines(projected[:, :dim], first, second)
        draws = rho_draws(cosines, human, resamples=resamples, seed=seed)
        points.append(_point(dim, spearman(cosines, human), draws, top, whole))
    cosines = _cosines(rows, first, second)
    full = _point(
        subject.dim,
        spearman(cosines, human),
        rho_draws(cosines, human, resamples=resamples, seed=seed),
        top,
        whole,
    )
    enough = next((p.dim for p in points if p.difference_low is not None and p.difference_low > -MARGIN), None)
    return DimensionCurve(tuple(points), full, len(held), axes.fitted, enough)


def _steps(width: int, dims: Sequence[int] | None) -> list[int]:
    if dims is not None:
        return sorted({dim for dim in dims if 0 < dim <= width} | {width})
    some = STEPS if width >= 64 else (width // 8, width // 4, width // 2)
    return [*(dim for dim in some if 0 < dim < width), width]


def _rows(subject: Subject, sample: int, seed: int, progress: Progress) -> NDArray[np.float32]:
    """float32[m, d]: rows with a direction, all of them or a sample."""
    size = subject.size
    if size is None:
        list(zip(range(1), subject.listed(), strict=False))  # raises: there is no end to draw from
    ids = np.arange(size or 0)
    if len(ids) > sample:
        ids = np.sort(np.random.default_rng(seed).choice(len(ids), sample, replace=False))
    rows, sound = subject.gather(ids, reached=lambda done: progress(_("Reading rows"), done, len(ids), "rows"))
    return rows[sound]


def _cosines(rows: NDArray[Any], first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    unit = unit_rows(rows)
    return np.einsum("ij,ij->i", unit[first], unit[second]).round(12)


def _point(
    dim: int, rho: float | None, draws: NDArray[np.float64], top: float | None, whole: NDArray[np.float64]
) -> Point:
    if rho is None:
        return Point(dim, None, None, None)
    between = interval_of(draws)
    low, high = between or (None, None)
    if top is None:
        return Point(dim, rho, low, high)
    paired = interval_of(draws - whole)
    return Point(dim, rho, low, high, rho - top, *(paired or (None, None)))
