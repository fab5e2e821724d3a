"""Groups of words: k-means in the original space, or HDBSCAN on a map of it; and words that name each group."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .matrix import EmbeddingMatrix
from .messages import Text, _, joined, ngettext
from .progress import Progress, ignore

Method = Literal["kmeans", "hdbscan"]
METHODS = ("kmeans", "hdbscan")
DIMS = 50  # of more, k-means sees the 50 principal ones
MANY = 20_000  # rows: above, k-means goes by samples
MOST_POINTS = 100_000  # HDBSCAN's time grows with their square
MOST_CLUSTERS = 500
FEWEST_CHOSEN, MOST_CHOSEN = 2, 30
NAMING = 3
ROWS_AT_ONCE = 8192

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Clusters:
    """Rows of a matrix in groups.

    labels  int32[m]: the cluster of each row, the largest is 0; -1 for a row that is in none
    names   per cluster up to three of its words, which are near its center and frequent
    sizes   per cluster its number of rows
    method  "kmeans" or "hdbscan"
    note    what to know of it, "" for nothing
    """

    labels: NDArray[np.int32]
    names: tuple[tuple[str, ...], ...]
    sizes: tuple[int, ...]
    method: Method
    note: str = ""

    def __len__(self) -> int:
        return len(self.sizes)

    def as_dict(self) -> dict[str, Any]:
        told = [{"words": list(words), "size": size} for words, size in zip(self.names, self.sizes, strict=True)]
        return {
            "method": self.method,
            "clusters": told,
            "in_none": int((self.labels < 0).sum()),
            "labels": self.labels.tolist(),
            "note": self.note,
        }


def cluster(
    matrix: EmbeddingMatrix,
    rows: NDArray[np.int64],
    *,
    method: Method = "kmeans",
    k: int | None = 12,
    points: NDArray[np.floating[Any]] | None = None,
    seed: int = 0,
    progress: Progress = ignore,
) -> Clusters:
    """Put `rows` (int64[m]) of the matrix into groups; zero rows are in none.

    "kmeans" goes by the rows made of length 1, so by their cosines, in the 50 principal components where there are
    more dimensions; above 20,000 rows by samples (mini-batches). `k` None is round(sqrt(m / 2)), 2 at least and 30 at
    most (Mardia, Kent and Bibby 1979). Where fewer rows differ than clusters are asked for, there are as many
    clusters as different rows, and `note` says so.

    "hdbscan" (Campello, Moulavi and Sander 2013) goes by `points` (float32[m, 2 or 3]), the places of the rows on a
    map: it finds the groups that one sees, not those of the space, and leaves out what stands alone. `k` is not
    asked; the smallest group has max(5, round(sqrt(m) / 2)) rows.

    A cluster is named by the up to three of its words with the highest cos(word, center) · log(1 + count) / log(1 +
    the cluster's highest count), the center being the mean of its rows of length 1; without counts by the cosine
    alone. Words that differ in nothing but case name it once; special rows never do. The same seed gives the same
    groups.

    Raises InputError for no rows, an unknown method, a k that is not 1 to 500, points that are missing or are not of
    these rows, and HDBSCAN on more than 100,000 points.
    """
    rows = np.asarray(rows, np.int64)
    _check(rows, method, k)
    if method == "hdbscan":
        points = _checked_points(points, len(rows))
    progress(_("clustering"), 0, len(rows), "rows")
    sound = np.concatenate([units.any(axis=1) for _first, units in _unit_blocks(matrix, rows)])
    notes: list[str] = []
    labels = np.full(len(rows), -1, np.int64)
    if points is not None and method == "hdbscan":
        sound &= np.isfinite(points).all(axis=1)
        labels[sound] = _hdbscan(points[sound])
    elif sound.any():
        labels[sound] = _kmeans(matrix, rows[sound], k, seed, progress, notes)
    labels = _by_size(labels)
    notes += _left_over(labels, sound)
    sizes = np.bincount(labels[labels >= 0]).tolist()
    names = _names(matrix, rows, labels, len(sizes))
    progress(_("clustering"), len(rows), len(rows), "rows")
    return Clusters(labels.astype(np.int32), names, tuple(sizes), method, joined(" ", notes) if notes else "")


def _check(rows: NDArray[np.int64], method: str, k: int | None) -> None:
    if method not in METHODS:
        raise InputError(_("no method {method!r}").format(method=method), fix=_("Choose kmeans or hdbscan."))
    if not len(rows):
        raise InputError(_("no row is given to be clustered"), fix=_("Choose some words."))
    if method == "kmeans" and k is not None and not 1 <= k <= MOST_CLUSTERS:
        raise InputError(
            _("{k} clusters can't be made").format(k=k), fix=_("Ask for 1 to {most}.").format(most=MOST_CLUSTERS)
        )


def _checked_points(points: NDArray[np.floating[Any]] | None, m: int) -> Floats:
    if points is None:
        raise InputError(_("HDBSCAN goes by the points of a map, and there are none"), fix=_("Map the words first."))
    if points.ndim != 2 or len(points) != m:
        raise InputError(_("there is not one point for each of the rows"), fix=_("Map the words anew."))
    if m > MOST_POINTS:
        raise InputError(
            _("HDBSCAN takes too long for {n:,} points").format(n=m),
            fix=_("Choose at most {most:,} words, or k-means, which takes any number.").format(most=MOST_POINTS),
        )
    return np.asarray(points, np.float32)


def _unit_blocks(matrix: EmbeddingMatrix, rows: NDArray[np.int64]) -> Iterator[tuple[int, Floats]]:
    """Rows of length 1 (zero rows stay zero), a block at a time: its first place in `rows`, float32[·, d]."""
    for first in range(0, len(rows), ROWS_AT_ONCE):
        # In float64 no square of a float32 vanishes or overflows.
        block = matrix.vectors[rows[first : first + ROWS_AT_ONCE]].astype(np.float64)
        lengths = np.linalg.norm(block, axis=1, keepdims=True)
        yield first, (block / np.where(lengths > 0, lengths, 1)).astype(np.float32)


# k-means


def _kmeans(
    matrix: EmbeddingMatrix, rows: NDArray[np.int64], k: int | None, seed: int, progress: Progress, notes: list[str]
) -> NDArray[np.int64]:
    wanted = chosen_k(len(rows)) if k is None else k
    distinct = _distinct(matrix, rows, wanted)
    if distinct < wanted:
        text = ngettext(
            "All rows have the same direction: there is {n} cluster instead of {k}.",
            "The rows have only {n} different directions: there are as many clusters instead of {k}.",
            distinct,
        )
        notes.append(text.format(n=distinct, k=wanted))
    if matrix.dim > DIMS:
        reduced = _principal(matrix, rows, progress)
    else:
        reduced = np.concatenate([units for _first, units in _unit_blocks(matrix, rows)])
    progress(_("clustering"), len(rows) // 2, len(rows), "rows")
    return _fit(reduced, min(wanted, distinct), seed)


def chosen_k(m: int) -> int:
    """How many clusters m rows are put into where nobody says: round(sqrt(m / 2)), from 2 to 30, at most m."""
    return max(1, min(m, MOST_CHOSEN, max(FEWEST_CHOSEN, round(math.sqrt(m / 2)))))


def _distinct(matrix: EmbeddingMatrix, rows: NDArray[np.int64], enough: int) -> int:
    """How many directions the rows have, counted up to `enough`; those that differ by rounding are one."""
    seen: set[bytes] = set()
    for _first, units in _unit_blocks(matrix, rows):
        for unit in (units.round(4) + np.float32(0)).astype(np.float32):  # + 0: a negative zero is a zero
            seen.add(unit.tobytes())
            if len(seen) >= enough:
                return enough
    return len(seen)


def _principal(matrix: EmbeddingMatrix, rows: NDArray[np.int64], progress: Progress) -> Floats:
    """float32[m, 50]: the rows of length 1 in their principal components, exact; a block is in memory at a time."""
    total, products = np.zeros(matrix.dim), np.zeros((matrix.dim, matrix.dim))
    for first, units in _unit_blocks(matrix, rows):
        block = units.astype(np.float64)
        total += block.sum(axis=0)
        products += block.T @ block
        progress(_("clustering"), first // 4, len(rows), "rows")
    mean = total / len(rows)
    _values, vectors = np.linalg.eigh(products / len(rows) - np.outer(mean, mean))
    axes = vectors[:, ::-1][:, :DIMS]
    reduced = np.empty((len(rows), DIMS), np.float32)
    for first, units in _unit_blocks(matrix, rows):
        reduced[first : first + len(units)] = (units - mean) @ axes
        progress(_("clustering"), (len(rows) + first) // 4, len(rows), "rows")
    return reduced


def _fit(reduced: Floats, k: int, seed: int) -> NDArray[np.int64]:
    from sklearn.cluster import KMeans, MiniBatchKMeans

    model: Any
    if len(reduced) > MANY:
        model = MiniBatchKMeans(k, n_init=3, batch_size=4096, random_state=seed)  # type: ignore[arg-type]
    else:
        model = KMeans(k, n_init=4, random_state=seed)  # type: ignore[arg-type]
    with _repeatable():
        return model.fit_predict(reduced).astype(np.int64)


@contextmanager
def _repeatable() -> Iterator[None]:
    """One thread: sums that several make are added up in any order, and differ in their last bits."""
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1), warnings.catch_warnings():
        # Rows that are nearly equal may make fewer clusters: `_by_size` numbers those that are there.
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


# HDBSCAN


def _hdbscan(points: Floats) -> NDArray[np.int64]:
    from sklearn.cluster import HDBSCAN

    smallest = max(5, round(math.sqrt(len(points)) / 2))
    if len(points) <= smallest:
        return np.full(len(points), -1, np.int64)
    model = HDBSCAN(min_cluster_size=smallest, copy=True)  # type: ignore[arg-type]
    with _repeatable():
        return model.fit_predict(points.astype(np.float64)).astype(np.int64)


# Numbers and names


def _by_size(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same clusters numbered by size, the largest 0; of equal ones that of the earlier row first."""
    found, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = sorted(range(len(found)), key=lambda i: (-sizes[i], first[i]))
    number = {int(found[i]): place for place, i in enumerate(i for i in order if found[i] >= 0)}
    return np.array([number.get(label, -1) for label in labels.tolist()], np.int64)


def _left_over(labels: NDArray[np.int64], sound: NDArray[np.bool_]) -> list[Text]:
    notes = []
    if zeros := int((~sound).sum()):
        text = ngettext("{n:,} row is zero and in no cluster.", "{n:,} rows are zero and in no cluster.", zeros)
        notes.append(text.format(n=zeros))
    if alone := int((sound & (labels < 0)).sum()):
        text = ngettext("{n:,} row stands alone and is in no cluster.", "{n:,} rows stand alone, in no cluster.", alone)
        notes.append(text.format(n=alone))
    return notes


def _names(
    matrix: EmbeddingMatrix, rows: NDArray[np.int64], labels: NDArray[np.int64], k: int
) -> tuple[tuple[str, ...], ...]:
    """Per cluster its naming words."""
    if not k:
        return ()
    centers = _centers(matrix, rows, labels, k)
    near = np.empty(len(rows))
    for first, units in _unit_blocks(matrix, rows):
        near[first : first + len(units)] = np.einsum("ij,ij->i", units, centers[labels[first : first + len(units)]])
    # Where each cluster's rows are, in order; what comes before those of cluster 0 is in none.
    order = np.argsort(labels, kind="stable")
    members = np.split(order, np.searchsorted(labels[order], np.arange(k)))[1:]
    return tuple(_name(matrix, rows[at], near[at] * _frequency(matrix, rows[at])) for at in members)


def _centers(
    matrix: EmbeddingMatrix, rows: NDArray[np.int64], labels: NDArray[np.int64], k: int
) -> NDArray[np.float64]:
    """float64[k, d]: of each cluster the mean of its rows of length 1, of length 1."""
    centers = np.zeros((k + 1, matrix.dim))  # the last is of the rows in none
    for first, units in _unit_blocks(matrix, rows):
        part = labels[first : first + len(units)]
        order = np.argsort(part, kind="stable")
        present, starts = np.unique(part[order], return_index=True)
        centers[present] += np.add.reduceat(units[order], starts, axis=0)
    lengths = np.linalg.norm(centers[:k], axis=1, keepdims=True)
    return centers[:k] / np.where(lengths > 0, lengths, 1)


def _frequency(matrix: EmbeddingMatrix, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """float64[m]: how much the frequency of one cluster's rows counts, 0 to 1; 1 for all where it isn't known."""
    counts = matrix.vocabulary.counts
    logs = np.zeros(len(rows)) if counts is None else np.log1p(counts[rows])
    return logs / logs.max() if logs.any() else np.ones(len(rows))


def _name(matrix: EmbeddingMatrix, rows: NDArray[np.int64], scores: NDArray[np.float64]) -> tuple[str, ...]:
    vocabulary = matrix.vocabulary
    found: dict[str, str] = {}
    for row in rows[np.argsort(-scores.round(9), kind="stable")].tolist():
        word = vocabulary.words[row]
        if word not in vocabulary.specials:
            found.setdefault(word.casefold(), word)
        if len(found) == NAMING:
            break
    return tuple(found.values())
