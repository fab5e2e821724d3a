"""`lexiloom inspect`: what a file of vectors is, and everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .progress import watched


def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("A file of vectors, also compressed."))],
    *,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Show a vector file's format, rows, dimension, first words, and every fault with its line or byte."""
    from ..formats.inspection import inspect_file
    from .report import inspect_report

    with guard(as_json=json, events=events):
        file = _place(file)
        with watched(events, stop=stop) as progress:
            inspection = inspect_file(file, progress=progress)
        if json:
            print_json(inspection.as_dict())
        else:
            print(inspect_report(inspection))


def _place(file: Path) -> Path:
    """The file itself; of a build or a built-in source its matrix."""
    from ..sources.build import MATRIX, is_build
    from ..sources.builtin import FOLDER, NAMES

    if is_build(file):
        return file / MATRIX
    prefix, _colon, name = str(file).partition(":")
    return FOLDER / name / "vectors.safetensors" if prefix == "builtin" and name in NAMES else file
