"""`lexiloom coverage`: how much of a vocabulary the sources hold, before any vector is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .options import COMBINE, LADDER, SET, SOURCES, VOCABULARY, recipe_from, with_flags
from .progress import watched


@with_flags(VOCABULARY, SOURCES, COMBINE, LADDER, SET)
def coverage(
    flags: dict[str, Any],
    *,
    oov: Annotated[
        Path | None, typer.Option("--oov", metavar="FILE", help=_("Write all missing words to this CSV file."))
    ] = None,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Show how much of a vocabulary the sources hold and which words they miss."""
    from .. import pipeline
    from .report import cover_document, cover_report

    with guard(as_json=json, events=events):
        recipe = recipe_from(flags)
        with watched(events, stop=stop) as progress:
            covered = pipeline.cover(recipe, progress=progress)
        if oov is not None:
            write_oov(oov, covered.coverage.oov)
        if json:
            print_json(cover_document(covered))
        else:
            print(cover_report(covered, oov))


def write_oov(path: Path, words: list[tuple[str, int | None]]) -> None:
    """A CSV file of the missing words and their counts."""
    from ..csv_text import csv_of
    from ..workspace.atomic import atomic_file

    with atomic_file(path) as file:
        file.write(csv_of(["word", "count"], words))
