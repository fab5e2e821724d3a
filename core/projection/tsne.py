"""Maps by t-SNE (van der Maaten and Hinton 2008): openTSNE's, scikit-learn's exact one for few words.

openTSNE interpolates the forces on a grid (FIt-SNE, Linderman et al. 2019), those of fewer words in a tree. It
starts from PCA, so that the order of the groups is kept as far as it can be (Kobak and Berens 2019), and from exact
neighbors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from ..neighbors.exact import workers
from ..progress import Progress, ignore
from .space import Space, components, layout_neighbors
from .spec import TsneMap

FEW = 500  # rows: below, every pair is weighed
GRID_FROM = 5000  # points
EARLY, EARLY_EXAGGERATION = 250, 12.0
SLOWEST = 50.0  # learning rate
EVERY = 10  # iterations between two reports
NEIGHBORS_PER_PERPLEXITY = 3


def lay_out_tsne(
    space: Space, spec: TsneMap, perplexity: float, progress: Progress = ignore
) -> tuple[NDArray[np.float32], NDArray[np.int64] | None]:
    """float32[m, dim], and the neighbors int64[m, k] it was made from (None where every pair counts)."""
    start = components(space, spec.dim, progress)
    start = 1e-4 * start / (float(start[:, 0].std()) or 1.0)
    if len(space) <= FEW:
        return _exact(space, spec, perplexity, start, progress), None
    k = min(len(space) - 1, int(NEIGHBORS_PER_PERPLEXITY * perplexity))
    ids, distances = layout_neighbors(space, k, spec.seed, progress)
    return _interpolated(ids, distances, start, spec, perplexity, progress), ids


def _exact(
    space: Space, spec: TsneMap, perplexity: float, start: NDArray[np.float32], progress: Progress
) -> NDArray[np.float32]:
    from sklearn.manifold import TSNE

    progress(_("Laying out"), 0)
    tsne = TSNE(
        spec.dim,
        perplexity=perplexity,
        early_exaggeration=EARLY_EXAGGERATION,
        learning_rate="auto",
        max_iter=EARLY + spec.iterations,
        init=start.astype(np.float32),  # type: ignore[arg-type]
        method="exact",
        random_state=spec.seed,
    )
    return np.asarray(tsne.fit_transform(space.vectors), np.float32)


def _interpolated(
    ids: NDArray[np.int64],
    distances: NDArray[np.float32],
    start: NDArray[np.float32],
    spec: TsneMap,
    perplexity: float,
    progress: Progress,
) -> NDArray[np.float32]:
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    progress(_("Weighing neighbors"), 0)
    affinities = PerplexityBasedNN(
        perplexity=perplexity,  # type: ignore[arg-type]
        knn_index=PrecomputedNeighbors(ids, distances.astype(np.float64)),
        n_jobs=workers(),
    )
    embedding = TSNEEmbedding(
        start.astype(np.float64),
        affinities,
        # The grid is for flat maps, and pays from some thousands of points on; else they are sorted into a tree.
        negative_gradient_method="fft" if spec.dim == 2 and len(start) > GRID_FROM else "bh",
        ints_in_interval=2,  # cells twice as wide: less than half the time, and neighbors as well kept
        n_jobs=workers(),
        random_state=spec.seed,
    )
    total = EARLY + spec.iterations
    # Belkina et al. 2019, in both phases: openTSNE's own choice for the second, n, keeps neighbors less well.
    rate = max(SLOWEST, len(start) / EARLY_EXAGGERATION)

    def stage(before: int, count: int, exaggeration: float, momentum: float, embedding: Any) -> Any:
        def told(iteration: int, error: float, points: Any) -> None:
            progress(_("Laying out"), before + iteration, total, "iterations")

        return embedding.optimize(
            count,
            exaggeration=exaggeration,
            momentum=momentum,
            learning_rate=rate,
            callbacks=told,
            callbacks_every_iters=EVERY,
        )

    embedding = stage(0, EARLY, max(EARLY_EXAGGERATION, spec.exaggeration), 0.5, embedding)
    embedding = stage(EARLY, spec.iterations, spec.exaggeration, 0.8, embedding)
    return np.asarray(embedding, np.float32)
