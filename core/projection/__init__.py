"""Maps of a matrix: every word that has a direction gets a point in the plane or in space, or is named as left out.

    projection = project(matrix, "umap")
    projection.points, projection.quality.trustworthiness

Words of one and the same row get one point. What can't be done as asked, such as a perplexity of 30 for five words,
is adjusted and said in `notes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import RecipeError, one_of
from ..matrix import EmbeddingMatrix
from ..messages import N_, _, number
from ..progress import Progress, ignore
from . import pca, tsne, umap
from .quality import K, Quality, measure
from .selecting import REASONS, Selected, select
from .space import REDUCED, Space, prepare
from .spec import KINDS, TITLES, PcaMap, ProjectSpec, Selection, TsneMap, UmapMap

# What distances in a map mean, and what they don't.
MEANING = {
    "pca": N_(
        "PCA shows the words from the side from which they differ most. Words far apart here are different in truth; "
        "words close together may still differ in a direction that is not shown."
    ),
    "umap": N_(
        "UMAP keeps neighbors together. Words close together here are mostly close in truth; how far apart groups "
        "lie, how large they are and how dense tells little."
    ),
    "tsne": N_(
        "t-SNE keeps neighbors together. Words close together here are mostly close in truth; sizes of groups and gaps "
        "between them mean nothing: it makes all about equally dense."
    ),
}
SHOWN = 5  # words that a note names
LEAST_FOR_LAYOUT = 5  # points: fewer have no neighborhoods worth keeping


@dataclass(frozen=True)
class Projection:
    """A map.

    points     float32[n, 2 or 3], all finite
    rows       int64[n]: the matrix's row of each point, rising
    preserved  float32[n]: share of the word's true neighbors that are among its nearest here; NaN: not measured
    quality    the figures of the whole map
    spec       as asked; what was changed stands in `notes`
    matrix_id  of the matrix
    left_out   reason -> int64[·]: the rows without a point
    notes      what was adjusted, for people
    explained  for PCA the share of variance along each axis, else ()
    drawn      how it was drawn: the spec's kind, or "pca" where there are too few words for that
    """

    points: NDArray[np.float32]
    rows: NDArray[np.int64]
    preserved: NDArray[np.float32]
    quality: Quality
    spec: ProjectSpec
    selection: Selection
    matrix_id: str
    left_out: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    explained: tuple[float, ...] = ()
    drawn: str = "pca"

    def __post_init__(self) -> None:
        n = len(self.rows)
        if self.points.shape != (n, self.spec.dim) or self.preserved.shape != (n,):
            raise ValueError(f"points {self.points.shape} and shares {self.preserved.shape} for {n} rows")
        if not np.isfinite(self.points).all():
            raise ValueError("a point is not finite")
        self.points.flags.writeable = self.rows.flags.writeable = self.preserved.flags.writeable = False


def spec_of(given: ProjectSpec | str) -> ProjectSpec:
    """The spec of a map, or of its method's name. Raises RecipeError for an unknown one."""
    if not isinstance(given, str):
        return given
    if given not in KINDS:
        raise RecipeError(
            _("unknown method {name!r}").format(name=given), fix=_("Choose {names}.").format(names=one_of(KINDS))
        )
    return KINDS[given]()


def project(
    matrix: EmbeddingMatrix,
    spec: ProjectSpec | str = "umap",
    *,
    selection: Selection | None = None,
    short: bool = False,
    progress: Progress = ignore,
) -> Projection:
    """Lay the words of `matrix` out in two or three dimensions, and measure how far the map can be trusted.

    `short` measures a sample of the words only, for a page that somebody waits for. Raises InputError where no word
    is left to draw, RecipeError for an unknown method.
    """
    asked, selection = spec_of(spec), selection or Selection()
    chosen = select(matrix, selection)
    space = prepare(matrix.vectors, chosen.rows, asked.metric, progress)
    points, known, notes = _laid_out(space, asked, progress)
    if len(space) < len(chosen.rows):
        notes.append(
            _("words that share another word's row, and its point: {n}").format(n=number(len(chosen.rows) - len(space)))
        )
    if chosen.unknown:
        notes.append(
            _("words that are not in the matrix: {n} ({words})").format(
                n=number(len(chosen.unknown)),
                words=", ".join(chosen.unknown[:SHOWN]) + (", …" if len(chosen.unknown) > SHOWN else ""),
            )
        )
    drawn = asked.kind if len(space) >= LEAST_FOR_LAYOUT else "pca"
    # In the middle, so that maps of different methods lie about the same place.
    points = points - points.mean(axis=0, keepdims=True)
    quality, preserved = measure(space, points, known=known, short=short, seed=asked.seed, progress=progress)
    return Projection(
        points=np.ascontiguousarray(points[space.of], np.float32),
        rows=chosen.rows,
        preserved=preserved[space.of],
        quality=quality,
        spec=asked,
        selection=selection,
        matrix_id=matrix.id,
        left_out=chosen.left_out,
        notes=tuple(notes),
        explained=pca.explained(space, points) if drawn == "pca" else (),
        drawn=drawn,
    )


def place_of(drawn: Projection, row: int) -> int | None:
    """The point of a row of the matrix, None where it has none."""
    at = int(np.searchsorted(drawn.rows, row))
    return at if at < len(drawn.rows) and drawn.rows[at] == row else None


def _laid_out(
    space: Space, spec: ProjectSpec, progress: Progress
) -> tuple[NDArray[np.float32], NDArray[np.int64] | None, list[str]]:
    """The points, the true neighbors if they had to be found, and what was adjusted."""
    m = len(space)
    if isinstance(spec, PcaMap):
        return pca.lay_out_pca(space, spec, progress), None, []
    if m < LEAST_FOR_LAYOUT:
        told = _("{method} needs at least {least} different rows (there: {n}), so PCA drew them").format(
            method=TITLES[spec.kind], least=number(LEAST_FOR_LAYOUT), n=number(m)
        )
        return pca.lay_out_pca(space, PcaMap(dim=spec.dim, metric=spec.metric), progress), None, [told]
    notes: list[str] = []
    if not space.exact:
        notes.append(_("neighbors were found by NN-descent among {n} principal components").format(n=REDUCED))
    if isinstance(spec, UmapMap):
        neighbors = min(spec.neighbors, m)
        if neighbors < spec.neighbors:
            notes.append(_adjusted(_("neighbors"), spec.neighbors, neighbors, m))
        points, known = umap.lay_out_umap(space, spec, neighbors, progress)
    else:
        perplexity = min(spec.perplexity, (m - 1) / 3)
        if perplexity < spec.perplexity:
            notes.append(_adjusted(_("perplexity"), spec.perplexity, round(perplexity, 1), m))
        points, known = tsne.lay_out_tsne(space, spec, perplexity, progress)
    enough = known is not None and space.exact and known.shape[1] >= K
    return points, known if enough else None, notes


def _adjusted(what: str, asked: float, taken: float, m: int) -> str:
    return _("{what} {taken} instead of {asked}, for {n} different rows").format(
        what=what, taken=f"{taken:g}", asked=f"{asked:g}", n=number(m)
    )


__all__ = [
    "MEANING",
    "REASONS",
    "TITLES",
    "PcaMap",
    "ProjectSpec",
    "Projection",
    "Quality",
    "Selected",
    "Selection",
    "TsneMap",
    "UmapMap",
    "place_of",
    "project",
    "select",
    "spec_of",
]
