"""`lexiloom export`: a build in the form that another program reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import one_of
from ..exports import EXPORTS
from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .progress import watched


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("A build's folder."))],
    *,
    format: Annotated[
        str,
        typer.Option("--format", metavar="KIND", help=_("The target's format: {names}.").format(names=one_of(EXPORTS))),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="PATH", help=_("File to write."))],
    spaces: Annotated[
        str,
        typer.Option(
            "--spaces",
            metavar="refuse|underscore",
            help=_("Words with spaces, where the format has no place for them."),
        ),
    ] = "refuse",
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Write a build in another format, read it back, and compare."""
    from ..exports import export as write
    from ..exports import read_build
    from .report import export_report

    with guard(as_json=json, events=events):
        if format not in EXPORTS:
            raise typer.BadParameter(unknown_format(format), param_hint="--format")
        if spaces not in ("refuse", "underscore"):
            raise typer.BadParameter(_("choose refuse or underscore"), param_hint="--spaces")
        with watched(events, stop=stop) as progress:
            progress(_("Reading the build"), 0)
            matrix = read_build(folder).matrix
            progress(_("Writing"), 0, message=out.name)
            report = write(matrix, format, out, spaces=spaces)  # type: ignore[arg-type]
        if json:
            print_json(report.as_dict())
        else:
            print(export_report(report))


def unknown_format(given: str) -> str:
    return _("unknown format {given!r}; choose {names}").format(given=given, names=one_of(EXPORTS))
