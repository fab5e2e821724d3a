"""`lexiloom odd`: which of some words of a build is least like the others."""

from __future__ import annotations

from typing import Annotated

import typer

from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .files import Folder, read_matrix
from .progress import watched


def odd(
    folder: Folder,
    words: Annotated[list[str], typer.Argument(metavar="WORD…", help=_("Three words of the build or more."))],
    *,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Find the word that is least like the others."""
    from ..neighbors.odd_one import odd_one_out
    from .words_report import odd_report

    with guard(as_json=json, events=events):
        with watched(events, stop=stop) as progress:
            found = odd_one_out(read_matrix(folder, progress), words)
        if json:
            print_json(found.as_dict())
        else:
            print(odd_report(found))
