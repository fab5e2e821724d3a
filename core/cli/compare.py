"""`lexiloom compare`: two builds of overlapping vocabulary, word by word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import one_of
from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .files import check_endings, read_matrix
from .progress import watched

if TYPE_CHECKING:
    from ..comparing import Comparison, SideBySide

WRITTEN = ("html", "json", "csv", "parquet", "png", "svg")


def compare(
    first: Annotated[Path, typer.Argument(metavar="DIR1", help=_("A build's folder."))],
    second: Annotated[Path, typer.Argument(metavar="DIR2", help=_("Another build's folder."))],
    *,
    k: Annotated[int, typer.Option("--k", metavar="N", min=1, help=_("Nearest words of each word."))] = 10,
    word: Annotated[
        list[str],
        typer.Option("--word", metavar="WORD", help=_("Show this word's neighbors side by side. Repeat it for more.")),
    ] = [],  # noqa: B006 - Typer makes a new one for each call
    most_changed: Annotated[
        int,
        typer.Option("--most-changed", metavar="N", min=0, help=_("How many of the most changed words are listed.")),
    ] = 20,
    most: Annotated[
        int | None,
        typer.Option(
            "--most",
            metavar="N",
            min=1,
            help=_("Measure a random sample of N words only, each against all shared words. [up to 60,000: all]"),
        ),
    ] = None,
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help=_("Compare words with invented rows too, which say nothing about them."))
    ] = False,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help=_("Fixes what is random."))] = 0,
    out: Annotated[
        list[Path],
        typer.Option(
            "--out",
            metavar="FILE",
            help=_("Write the comparison: {names}. Repeat it for more.").format(
                names=one_of(f".{end}" for end in WRITTEN)
            ),
        ),
    ] = [],  # noqa: B006
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Compare two builds: which neighbors they share, which words moved, and how far."""
    with guard(as_json=json, events=events):
        check_endings(out, WRITTEN)
        with watched(events, stop=stop) as progress:
            from ..comparing import compare as measure
            from ..comparing import side_by_side

            found = measure(
                read_matrix(first, progress),
                read_matrix(second, progress),
                k=k,
                names=names_of(first, second),
                seed=seed,
                most=most,
                informed_only=not all_rows,
                progress=progress,
            )
            sides = [side_by_side(found, one, whole=True) for one in dict.fromkeys(word)]
            for path in out:
                progress(_("Writing"), 0, message=path.name)
                _write(found, path, sides, most_changed)
        _tell(found, sides, most_changed, json=json)


def names_of(first: Path, second: Path) -> tuple[str, str]:
    """What two folders are called: by their names; where these are equal, with as many parents as tell them apart."""
    one, other = first.resolve().parts, second.resolve().parts
    for taken in range(1, max(len(one), len(other)) + 1):
        names = "/".join(one[-taken:]), "/".join(other[-taken:])
        if names[0] != names[1]:
            return names
    return f"{one[-1]} (1)", f"{other[-1]} (2)"


def _write(found: Comparison, path: Path, sides: list[SideBySide], listed: int) -> None:
    from ..comparing import write_csv, write_parquet

    ending, words = path.suffix[1:], [one.word for one in sides]
    if ending == "csv":
        write_csv(found, path)
    elif ending == "parquet":
        write_parquet(found, path)
    elif ending == "json":
        from ..workspace.atomic import atomic_file
        from .words_report import neighbors_json

        with atomic_file(path) as file:
            file.write(neighbors_json(_document(found, sides, listed)))
    elif ending == "html":
        from ..figures.comparing_page import write_page

        write_page(found, path, words=words)
    else:
        from ..figures.comparing import aligned_map
        from ..figures.comparing_page import PICTURE
        from ..figures.pictures import write_picture

        write_picture(aligned_map(found, words=words or None), path, **PICTURE)


def _document(found: Comparison, sides: list[SideBySide], listed: int) -> dict[str, Any]:
    """The one document of `--json` and of a .json file."""
    from ..messages import with_told

    return with_told({**found.as_dict(listed), "words_asked": [one.as_dict() for one in sides]})


def _tell(found: Comparison, sides: list[SideBySide], listed: int, *, json: bool) -> None:
    from .compare_report import compare_report

    if json:
        print_json(_document(found, sides, listed))
    else:
        print(compare_report(found, sides, listed))
