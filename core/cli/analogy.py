"""`lexiloom analogy`: a is to b as c is to which word, worked out in a build."""

from __future__ import annotations

from typing import Annotated

import typer

from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .files import Folder, read_matrix
from .neighbors import Listed
from .progress import watched


def analogy(
    folder: Folder,
    a: Annotated[str, typer.Argument(metavar="A", help=_("A is to B …"))],
    b: Annotated[str, typer.Argument(metavar="B", help=_("… for example man and king."))],
    c: Annotated[str, typer.Argument(metavar="C", help=_("… as C is to which word? Woman: queen."))],
    *,
    method: Annotated[
        str, typer.Option("--method", metavar="3cosadd|3cosmul", help=_("How the words are scored."))
    ] = "3cosadd",
    k: Listed = 10,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Answer “a is to b as c is to ?” in a build, and show the arithmetic."""
    from ..neighbors.analogy import METHODS
    from ..neighbors.analogy import analogy as answer
    from .words_report import analogy_report

    with guard(as_json=json, events=events):
        if method not in METHODS:
            raise typer.BadParameter(_("choose 3cosadd or 3cosmul"), param_hint="--method")
        with watched(events, stop=stop) as progress:
            matrix = read_matrix(folder, progress)
            found = answer(matrix, a, b, c, method=method, k=k, progress=progress)  # type: ignore[arg-type]
        if json:
            print_json(found.as_dict())
        else:
            print(analogy_report(found))
