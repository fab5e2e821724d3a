"""Maps by UMAP (McInnes, Healy and Melville 2018): umap-learn's graph and its steps, on exact neighbors.

umap-learn finds neighbors by NN-descent; here they are exact (see `space.layout_neighbors`), and the start is PCA,
as good as the spectral one for the order of the groups (Kobak and Linderman 2021) and fixed. The epochs are run one
by one, so that they can be watched and stopped, and in one thread: in several, umap-learn's steps are not repeatable.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from ..progress import Progress, ignore
from .space import Space, components, layout_neighbors
from .spec import UmapMap

LARGE = 10_000  # points from which on umap-learn takes fewer epochs
NEGATIVES = 5


def lay_out_umap(
    space: Space, spec: UmapMap, neighbors: int, progress: Progress = ignore
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """float32[m, dim], and the neighbors int64[m, neighbors - 1] it was made from.

    `neighbors` counts the word itself, as umap-learn does.
    """
    ids, distances = layout_neighbors(space, neighbors - 1, spec.seed, progress)
    progress(_("Weighing neighbors"), 0)
    if spec.metric == "cosine":
        distances = distances * distances * np.float32(0.5)  # of unit rows: 1 - cos, as umap-learn measures
    graph = _graph(ids, distances, neighbors, spec.seed)
    start = components(space, spec.dim, progress)
    return _steps(graph, start, spec, progress), ids


def _graph(ids: NDArray[np.int64], distances: NDArray[np.float32], neighbors: int, seed: int) -> Any:
    """The fuzzy graph of the neighbors: a symmetric sparse matrix of weights in 0..1."""
    m = len(ids)
    graph, _sigmas, _rhos = library().umap_.fuzzy_simplicial_set(
        np.empty((m, 1), np.float32),
        neighbors,
        np.random.RandomState(seed),
        "euclidean",
        knn_indices=np.concatenate([np.arange(m)[:, None], ids], axis=1),
        knn_dists=np.concatenate([np.zeros((m, 1), np.float32), distances], axis=1),
    )
    return graph


def _steps(graph: Any, start: NDArray[np.float32], spec: UmapMap, progress: Progress) -> NDArray[np.float32]:
    """Move the points from `start` by the epochs of umap-learn's `optimize_layout_euclidean`."""
    umap_ = library().umap_
    graph = graph.tocoo()
    graph.sum_duplicates()
    m, dim = start.shape
    epochs = spec.epochs or (500 if m <= LARGE else 200)
    graph.data[graph.data < graph.data.max() / epochs] = 0.0
    graph.eliminate_zeros()
    # In single precision: the powers of distances are most of the work, and cost half.
    a, b = (np.float32(one) for one in umap_.find_ab_params(1.0, spec.min_dist))
    random = np.random.RandomState(spec.seed)
    points = _spread(start, random)
    per_sample = umap_.make_epochs_per_sample(graph.data, epochs)
    per_negative = per_sample / NEGATIVES
    next_sample, next_negative = per_sample.copy(), per_negative.copy()
    state = random.randint(-(1 << 31) + 1, (1 << 31) - 1, 3).astype(np.int64)
    states = np.full((m, 3), state) + points[:, 0].astype(np.float64).view(np.int64).reshape(-1, 1)
    step, unused = library().layouts._nb_optimize_layout_euclidean_single_epoch, np.zeros(1, np.float32)
    progress(_("Laying out"), 0, epochs, "epochs")
    for n in range(epochs):
        alpha = np.float32(1.0 if n == 0 else 1.0 - (n - 1) / epochs)
        step(
            *(points, points, graph.row, graph.col, m, per_sample, a, b, states, np.float32(1), dim, True, alpha),
            *(per_negative, next_negative, next_sample, n),
            # What only densMAP uses.
            *(False, unused, unused, 0, 0, 0, 0, unused, unused, 0),
        )
        progress(_("Laying out"), n + 1, epochs, "epochs")
    return points


def _spread(start: NDArray[np.float32], random: np.random.RandomState) -> NDArray[np.float32]:
    """`start` scaled to 0..10 in every direction, a little shaken so that no two points lie on each other."""
    largest = float(np.abs(start).max(initial=0)) or 1.0
    shaken = start * (10 / largest) + random.normal(scale=1e-4, size=start.shape)
    low, high = shaken.min(axis=0), shaken.max(axis=0)
    return (10 * (shaken - low) / np.where(high > low, high - low, 1)).astype(np.float32, order="C")


@cache
def library() -> Any:
    """umap-learn, its machine code kept on disk: it compiles three functions anew in every process, for seconds.

    Without its warning that TensorFlow is not there, which nothing here needs.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)
        import umap
        import umap.layouts
        import umap.umap_
    for function in (
        umap.umap_.smooth_knn_dist,
        umap.umap_.compute_membership_strengths,
        umap.layouts._nb_optimize_layout_euclidean_single_epoch,
    ):
        function.enable_caching()
    return umap
