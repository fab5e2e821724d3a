"""The rows to be drawn, made ready: of length 1 for the cosine, equal rows once, and their true neighbors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..matrix import RowDigests
from ..messages import _
from ..neighbors.exact import best_of, best_of_all, unit32, workers
from ..progress import Progress, ignore
from ..transforms.pca import principal_directions
from .spec import Metric

BLOCK = 1 << 15  # rows
# All pairs are compared up to so many rows: at 300 dimensions a minute on two cores. Beyond, neighbors are found
# by NN-descent among the principal components.
EXACT_ROWS = 100_000
REDUCED = 64


@dataclass(frozen=True)
class Space:
    """Distinct rows, and which of them each word has.

    vectors  float32[m, d]: of length 1 where the metric is the cosine, so that their Euclidean distance is
             sqrt(2 - 2 cos) and orders pairs as the cosine does
    of       int64[n]: the place in `vectors` of each word's row
    bar      float32[m]: what makes a product a score of nearness (see `neighbors.exact.best_of`)
    """

    vectors: NDArray[np.float32]
    of: NDArray[np.int64]
    bar: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def exact(self) -> bool:
        """Whether all pairs are compared."""
        return len(self) <= EXACT_ROWS

    def distances(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float32]:
        """float32[q, k]: Euclidean distances of `rows` (int64[q]) to `others` (int64[q, k])."""
        found = np.empty(others.shape, np.float32)
        step = max(1, BLOCK // max(1, others.shape[1]))
        for first in range(0, len(rows), step):
            apart = self.vectors[others[first : first + step]] - self.vectors[rows[first : first + step], None]
            found[first : first + step] = np.sqrt(np.einsum("qkd,qkd->qk", apart, apart))
        return found


def prepare(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], metric: Metric, progress: Progress = ignore
) -> Space:
    """The space of the rows `rows` (int64[n], none of them zero) of `vectors` (float32[·, d])."""
    made = np.empty((len(rows), vectors.shape[1]), np.float32)
    digests = np.empty(len(rows), np.uint64)
    digest = RowDigests(vectors.shape[1])
    for first in range(0, len(rows), BLOCK):
        block = np.asarray(vectors[rows[first : first + BLOCK]], np.float32)
        block = unit32(block) if metric == "cosine" else block
        made[first : first + BLOCK] = block
        digests[first : first + BLOCK] = digest.of(block)
        progress(_("Reading the rows"), min(len(rows), first + BLOCK), len(rows), "rows")
    first_of, of = _distinct(digests)
    if len(first_of) < len(rows):
        made = made[first_of]
    bar = np.zeros(len(made), np.float32)
    if metric == "euclidean":
        bar = (-0.5 * np.einsum("ij,ij->i", made, made, dtype=np.float64)).astype(np.float32)
    return Space(made, of, bar)


def _distinct(digests: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first place of each different digest, in order, and for every place which of them it is."""
    _values, first, inverse = np.unique(digests, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return first[order].astype(np.int64), rank[inverse]


def true_neighbors(
    space: Space, k: int, *, queries: NDArray[np.int64] | None = None, progress: Progress = ignore
) -> NDArray[np.int64]:
    """int64[q, k]: the nearest rows of each of `queries` (all, by default) in the space itself, nearest first.

    Exact. Raises ValueError for k above the number of other rows.
    """
    if k >= len(space):
        raise ValueError(f"{k} neighbors among {len(space)} rows")

    def told(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        progress(_("Finding neighbors"), done, total, unit)

    if queries is None:
        return best_of_all(space.vectors, k, bar=space.bar, progress=told)[0]
    rows, n = space.vectors, len(space)
    return best_of(lambda a, b: rows[a:b], n, rows[queries], k, own=queries, bar=space.bar, progress=told)[0]


def layout_neighbors(
    space: Space, k: int, seed: int, progress: Progress = ignore
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """What UMAP and t-SNE start from: int64[m, k] and the distances float32[m, k], without the rows themselves.

    Exact up to EXACT_ROWS rows; beyond by NN-descent (Dong, Moses and Li 2011) among REDUCED principal components.
    """
    if space.exact:
        ids = true_neighbors(space, k, progress=progress)
        return ids, space.distances(np.arange(len(space)), ids)
    return approximate_neighbors(space, k, seed, progress)


def approximate_neighbors(
    space: Space, k: int, seed: int, progress: Progress = ignore
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Neighbors by NN-descent among the first principal components: int64[m, k] and float32[m, k]."""
    from pynndescent import NNDescent

    reduced = components(space, REDUCED, progress)
    progress(_("Finding neighbors"), 0)
    index = NNDescent(reduced, n_neighbors=k + 1, random_state=seed, n_jobs=workers(), low_memory=True)
    ids, distances = index.neighbor_graph  # type: ignore[misc]
    return _without_self(np.asarray(ids, np.int64), np.asarray(distances, np.float32), k)


def _without_self(
    ids: NDArray[np.int64], distances: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """A graph without the points themselves, which usually stand first, but need not."""
    own = ids == np.arange(len(ids))[:, None]
    own[~own.any(axis=1), -1] = True
    shape = (len(ids), ids.shape[1] - 1)
    return ids[~own].reshape(shape)[:, :k], distances[~own].reshape(shape)[:, :k]


def components(space: Space, count: int, progress: Progress = ignore) -> NDArray[np.float32]:
    """float32[m, count]: the rows along their first principal directions, columns of zeros where there are fewer."""
    m, width = space.vectors.shape
    found = np.zeros((m, count), np.float32)
    held = min(count, width, m - 1)
    if held > 0:
        mean, directions = principal_directions(space.vectors, np.arange(m), held, progress)
        for first in range(0, m, BLOCK):
            rows = space.vectors[first : first + BLOCK] - mean
            found[first : first + BLOCK, :held] = rows @ directions.T
    return found
