"""Maps as files: a page that opens with no server, a picture, a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from ..messages import _, current_language, number, percent
from ..projection import MEANING, REASONS, TITLES, Projection
from ..projection.saved import write_csv, write_parquet
from ..workspace.atomic import atomic_file
from .coloring import VIRIDIS, Coloring, Names, by_cluster, color_by, colors_of
from .map import draw_map
from .viewer_data import Coloring as Tint
from .viewer_data import pack, standalone

if TYPE_CHECKING:
    from ..matrix import EmbeddingMatrix

PICTURE = {"width": 1400, "height": 900}


def write(
    path: Path,
    drawn: Projection,
    matrix: EmbeddingMatrix,
    *,
    colors: Sequence[str] = (),
    clusters: int | None = 12,
    title: str = "",
) -> None:
    """Write the map to `path`, in the form that its ending says: .parquet, .csv, .html, .png or .svg.

    `colors` are names of `COLORINGS`, "kmeans" (into `clusters` groups, None: by the number of words) and "hdbscan";
    a picture takes the first, a page all of them. Raises InputError for one that the matrix has nothing for.
    """
    ending = path.suffix[1:]
    if ending == "parquet":
        write_parquet(drawn, matrix, path)
        return
    if ending == "csv":
        write_csv(drawn, matrix, path)
        return
    found = colorings(drawn, matrix, colors, clusters)
    if ending == "html":
        with atomic_file(path) as file:
            file.write(page(drawn, matrix, found, title=title).encode("utf-8", "replace"))
        return
    from .pictures import write_picture

    counts = matrix.vocabulary.counts
    words = [matrix.vocabulary.words[row] for row in drawn.rows.tolist()]
    figure = draw_map(words, drawn, found[0], counts=None if counts is None else counts[drawn.rows])
    write_picture(figure, path, **PICTURE)


def colorings(
    drawn: Projection, matrix: EmbeddingMatrix, names: Sequence[str], clusters: int | None = 12
) -> list[Coloring]:
    """The colorings of these names; of those that say something, where none is named."""
    asked = dict.fromkeys(names) or colors_of(matrix, drawn)
    return [_coloring(drawn, matrix, name, clusters) for name in asked]


def _coloring(drawn: Projection, matrix: EmbeddingMatrix, name: str, clusters: int | None) -> Coloring:
    if name in ("kmeans", "hdbscan"):
        from ..clustering import cluster

        return by_cluster(
            cluster(matrix, drawn.rows, method=name, k=clusters, points=drawn.points, seed=drawn.spec.seed)
        )
    if name not in colors_of(matrix, drawn):
        raise InputError(
            _("there is nothing to color by {name!r}").format(name=name),
            fix=_("Choose another color: this matrix has no counts, no confidence, or a single source."),
        )
    return color_by(name, matrix, drawn)


def page(drawn: Projection, matrix: EmbeddingMatrix, found: Sequence[Coloring], *, title: str = "") -> str:
    """One HTML page that holds everything it needs: the viewer for a flat map, Plotly for one in space."""
    heading = _("{title}: {method} of {n} words").format(
        title=title or _("Word map"), method=_(TITLES[drawn.drawn]), n=number(len(drawn.rows))
    )
    lead = str(_(MEANING[drawn.drawn]))
    if drawn.spec.dim == 3:
        from .page import figure_page

        words = [matrix.vocabulary.words[row] for row in drawn.rows.tolist()]
        counts = matrix.vocabulary.counts
        made = draw_map(words, drawn, found[0], counts=None if counts is None else counts[drawn.rows])
        return figure_page(made, title=heading, lead=lead, notes=notes(drawn, matrix))
    return standalone(
        packed_map(drawn, matrix, heading),
        [packed_coloring(one) for one in found],
        title=heading,
        lead=lead,
        notes=notes(drawn, matrix),
        language=current_language(),
    )


def packed_map(drawn: Projection, matrix: EmbeddingMatrix, title: str = "") -> bytes:
    """The points and words as the viewer reads them: frequent words are labelled first, and larger."""
    words = [matrix.vocabulary.words[row] for row in drawn.rows.tolist()]
    counts = matrix.vocabulary.counts
    if counts is None:
        return pack(drawn.points, drawn.rows, words, title=title, rank=np.arange(len(words)))
    here = counts[drawn.rows]
    logs = np.log1p(np.maximum(here, 0))
    size = np.rint(255 * logs / max(float(logs.max()), 1e-9)).astype(np.uint8)
    return pack(drawn.points, drawn.rows, words, title=title, rank=np.argsort(-here, kind="stable"), size=size)


def packed_coloring(given: Coloring) -> Tint:
    """A coloring as the viewer reads it."""
    if isinstance(given, Names):
        return Tint.of_categories(given.title, given.codes, given.names, given.colors)
    low, high = given.bounds
    values = given.values.astype(np.float64)
    if given.log:
        values = np.log10(np.where(values > 0, values, np.nan))
        low, high = float(np.log10(max(low, 1e-9))), float(np.log10(max(high, 1e-9)))
        return Tint.of_values(given.title, values, VIRIDIS, low=low, high=high, unit=given.unit, format="power")
    written = "percent" if (low, high) == (0, 1) else ""
    return Tint.of_values(given.title, values, VIRIDIS, low=low, high=high, unit=given.unit, format=written)


def notes(drawn: Projection, matrix: EmbeddingMatrix) -> list[str]:
    """What is to be known of a map, in sentences: how it was drawn, its quality, what has no point."""
    told = [str(note) for note in drawn.notes]
    quality = drawn.quality
    if quality.trustworthiness is not None:
        told.append(
            _("Trustworthiness {trust} (1 is perfect); {share} of the {k} true neighbors are near on the map.").format(
                trust=number(quality.trustworthiness, 3), share=percent(quality.preservation), k=quality.k
            )
        )
    for reason, rows in drawn.left_out.items():
        told.append(_("Without a point: {n} rows ({reason}).").format(n=number(len(rows)), reason=_(REASONS[reason])))
    return [str(one) for one in told]
