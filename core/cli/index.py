"""`lexiloom index`: the long part of opening a file of vectors, done ahead."""

from __future__ import annotations

from typing import Annotated

import typer

from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .progress import watched


def index(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help=_("A file of vectors, also compressed, or a build's folder."))
    ],
    *,
    on_fault: Annotated[
        str,
        typer.Option("--on-fault", metavar="refuse|skip", help=_("What to do with a file that has faulty rows.")),
    ] = "refuse",
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Scan a file of vectors into the index that is kept of it."""
    from ..sources import Context, open_source, parse_source
    from .report import index_document, index_report

    with guard(as_json=json, events=events):
        if on_fault not in ("refuse", "skip"):
            raise typer.BadParameter(_("choose refuse or skip"), param_hint="--on-fault")
        spec = parse_source(source)
        if spec.kind == "file":
            spec = spec.model_copy(update={"on_fault": on_fault})
        with watched(events, stop=stop) as progress:
            opened = open_source(spec, Context(progress=progress))
        scanned = getattr(opened, "scanned", False)
        if json:
            print_json(index_document(opened.info, scanned))
        else:
            print(index_report(opened.info, scanned))
