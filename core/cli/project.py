"""`lexiloom project`: a build's words as a map, in the plane or in space."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import one_of
from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .files import check_endings, read_matrix
from .progress import watched

METHODS = ("umap", "tsne", "pca")
WRITTEN = ("html", "parquet", "csv", "png", "svg")
COLORS = ("origin", "frequency", "preserved", "script", "source", "confidence", "length", "place", "kmeans", "hdbscan")


def project(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("A build's folder."))],
    *,
    method: Annotated[
        str, typer.Option("--method", metavar="|".join(METHODS), help=_("How the words are laid out."))
    ] = "umap",
    dim: Annotated[int, typer.Option("--dim", metavar="2|3", help=_("A flat map, or one in space."))] = 2,
    metric: Annotated[
        str,
        typer.Option("--metric", metavar="cosine|euclidean", help=_("Only directions count, or lengths too.")),
    ] = "cosine",
    neighbors: Annotated[
        int | None,
        typer.Option("--neighbors", metavar="N", help=_("UMAP: neighbors that hold a word in its place. [15]")),
    ] = None,
    min_dist: Annotated[
        float | None, typer.Option("--min-dist", metavar="X", help=_("UMAP: how close together points may lie. [0.1]"))
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", metavar="N", help=_("UMAP: passes over the neighbors. [500; many words: 200]")),
    ] = None,
    perplexity: Annotated[
        float | None,
        typer.Option("--perplexity", metavar="X", help=_("t-SNE: about how many neighbors a word has. [30]")),
    ] = None,
    exaggeration: Annotated[
        float | None,
        typer.Option("--exaggeration", metavar="X", help=_("t-SNE: above 1 pulls neighbors together. [1]")),
    ] = None,
    iterations: Annotated[
        int | None, typer.Option("--iterations", metavar="N", help=_("t-SNE: steps after the first 250. [500]"))
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help=_("Fixes what is random."))] = 0,
    most: Annotated[
        int, typer.Option("--most", metavar="N", help=_("Only the N most frequent words; the first, without counts."))
    ] = 0,
    origin: Annotated[
        list[str],
        typer.Option(
            "--origin",
            metavar="NAME",
            help=_("Only rows that came about so: exact, normalized, composed, mapped, invented. Repeat it for more."),
        ),
    ] = [],  # noqa: B006 - Typer makes a new one for each call
    contains: Annotated[str, typer.Option("--contains", metavar="TEXT", help=_("Only words with this in them."))] = "",
    words: Annotated[
        Path | None, typer.Option("--words", metavar="FILE", help=_("Only the words of this file, one a line."))
    ] = None,
    color: Annotated[
        list[str],
        typer.Option(
            "--color",
            metavar="NAME",
            help=_(
                "What the points of a picture are colored by: {names}. An HTML page holds all that are asked."
            ).format(names=one_of(COLORS)),
        ),
    ] = [],  # noqa: B006
    clusters: Annotated[
        int, typer.Option("--clusters", metavar="K", help=_("Clusters of the color kmeans; 0: by the number of words."))
    ] = 12,
    out: Annotated[
        list[Path],
        typer.Option(
            "--out",
            metavar="FILE",
            help=_("Write the map: {names}. Repeat it for more.").format(names=one_of(f".{end}" for end in WRITTEN)),
        ),
    ] = [],  # noqa: B006
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Lay a build's words out as a map, say how far it can be trusted, and write it."""
    with guard(as_json=json, events=events):
        check_endings(out, WRITTEN)
        _check_colors(color)
        spec = _spec(
            method,
            dim=dim,
            metric=metric,
            seed=seed,
            neighbors=neighbors,
            min_dist=min_dist,
            epochs=epochs,
            perplexity=perplexity,
            exaggeration=exaggeration,
            iterations=iterations,
        )
        with watched(events, stop=stop) as progress:
            from ..projection import project as lay_out

            matrix = read_matrix(folder, progress)
            drawn = lay_out(matrix, spec, selection=_selection(most, origin, contains, words), progress=progress)
            _write(out, drawn, matrix, color, clusters, folder, progress)
        _tell(drawn, matrix, json)


def _check_colors(color: list[str]) -> None:
    for name in color:
        if name not in COLORS:
            raise typer.BadParameter(
                _("unknown color {name!r}; choose {names}").format(name=name, names=one_of(COLORS)),
                param_hint="--color",
            )


def _spec(method: str, **given: Any) -> Any:
    from pydantic import ValidationError

    from ..projection.spec import KINDS

    if method not in KINDS:
        raise typer.BadParameter(
            _("unknown method {name!r}; choose {names}").format(name=method, names=one_of(KINDS)),
            param_hint="--method",
        )
    asked = {name: value for name, value in given.items() if value is not None}
    foreign = [name for name in asked if name not in KINDS[method].model_fields]
    if foreign:
        raise typer.BadParameter(
            _("{method} has no such option").format(method=method), param_hint=f"--{foreign[0].replace('_', '-')}"
        )
    try:
        return KINDS[method](**asked)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise typer.BadParameter(first["msg"], param_hint=f"--{str(first['loc'][0]).replace('_', '-')}") from None


def _selection(most: int, origins: list[str], contains: str, words: Path | None) -> Any:
    from ..projection.spec import Selection

    if most < 0:
        raise typer.BadParameter(_("must be 0 or more"), param_hint="--most")
    chosen: tuple[str, ...] = ()
    if words is not None:
        from .. import pipeline
        from ..vocabulary.words import WordsSpec

        read = pipeline.read(WordsSpec(path=str(words))).vocabulary
        chosen = tuple(word for word in read.words if word not in read.specials)
    return Selection(most=most, origins=tuple(origins), contains=contains, words=chosen)


def _write(
    out: list[Path], drawn: Any, matrix: Any, color: list[str], clusters: int, folder: Path, progress: Any
) -> None:
    from ..figures import map_files

    for path in out:
        progress(_("Writing"), 0, message=path.name)
        map_files.write(path, drawn, matrix, colors=color, clusters=clusters or None, title=folder.resolve().name)


def _tell(drawn: Any, matrix: Any, json: bool) -> None:
    from ..messages import with_told
    from ..projection.saved import about
    from .project_report import project_report

    if json:
        print_json(with_told({**about(drawn), "notes": list(drawn.notes)}))
    else:
        print(project_report(drawn, matrix))
