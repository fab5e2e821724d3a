"""`lexiloom build` (from options) and `lexiloom run` (from a recipe): make a matrix, save it, report."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..messages import _
from ..progress import Progress
from .console import guard, print_json
from .options import COMBINE, FILL, LADDER, SET, SOURCES, VOCABULARY, recipe_from, with_flags, wrong_use
from .progress import watched

if TYPE_CHECKING:
    from ..pipeline import Build

Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", help=_("Folder to write; an older build there is replaced."))
]
Json = Annotated[bool, typer.Option("--json", help=_("Print one JSON document instead of the report."))]
Events = Annotated[Path | None, typer.Option("--events", metavar="FILE", help=_("Append progress as JSON lines."))]
Stop = Annotated[
    Path | None, typer.Option("--stop", metavar="FILE", help=_("Stop, as Ctrl-C would, once this file is there."))
]
Device = Annotated[
    str, typer.Option("--device", metavar="NAME", help=_("Where models run: auto, cpu, cuda, cuda:1 or mps."))
]
Quiet = Annotated[bool, typer.Option("--quiet", help=_("Show no progress and no report."))]


@with_flags(VOCABULARY, SOURCES, COMBINE, LADDER, FILL, SET)
def build(
    flags: dict[str, Any],
    *,
    out: Out,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
    device: Device = "auto",
    quiet: Quiet = False,
) -> None:
    """Build a matrix for a vocabulary out of sources and write it to a folder."""
    with guard(as_json=json, events=events):
        _check_target(out)
        with watched(events, stop=stop, quiet=quiet) as progress:
            made = _build(recipe_from(flags), out, base=None, keep_paths=False, device=device, progress=progress)
        _report(made, out, json=json, quiet=quiet)


@with_flags(SET)
def run(
    flags: dict[str, Any],
    *,
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help=_("A recipe file (TOML)."))],
    out: Out,
    base: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=_("Folder that the recipe's relative paths start from [its own folder]")),
    ] = None,
    keep_paths: Annotated[
        bool, typer.Option("--keep-paths", help=_("Save the recipe's relative paths as they are given."))
    ] = False,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
    device: Device = "auto",
    quiet: Quiet = False,
) -> None:
    """Build the matrix that a recipe file describes."""
    from ..recipe import Recipe

    with guard(as_json=json, events=events):
        _check_target(out)
        base = base or recipe.resolve().parent
        read = Recipe.from_toml(recipe)
        with wrong_use():
            read = read.with_set(*flags.get("--set", ()), base=base)
        with watched(events, stop=stop, quiet=quiet) as progress:
            made = _build(read, out, base=base, keep_paths=keep_paths, device=device, progress=progress)
        _report(made, out, json=json, quiet=quiet)


def _load_ahead() -> None:
    import pyarrow.parquet

    from .. import card, exports

    del card, exports, pyarrow


def _check_target(out: Path) -> None:
    """Refuse a folder that is somebody else's before the long work, not after it."""
    from ..workspace.atomic import check_folder

    check_folder(out)


def _build(recipe: Any, out: Path, *, base: Path | None, keep_paths: bool, device: str, progress: Progress) -> Build:
    from .. import pipeline

    # While a source is scanned in compiled code, another thread loads what the end of the build needs.
    threading.Thread(target=_load_ahead, daemon=True).start()
    made = pipeline.run(recipe, progress=progress, base=base, device=device)
    made.save(out, keep_paths=keep_paths, progress=progress)
    return made


def _report(made: Build, out: Path, *, json: bool, quiet: bool) -> None:
    from .report import build_document, build_report

    if json:
        print_json(build_document(made, out))
    elif not quiet:
        print(build_report(made, out))
