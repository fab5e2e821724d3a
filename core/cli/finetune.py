"""`lexiloom finetune`: tune a build's matrix on texts, score it on texts kept apart, write it as another build."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..messages import _
from .build import Device, Events, Json, Quiet, Stop
from .console import guard, print_json
from .files import Folder
from .options import wrong_use
from .progress import watched

if TYPE_CHECKING:
    from ..recipe import Recipe
    from ..tuned import TunedBuild

RECIPES = ("full", "anchored", "gradual", "project", "probe", "pairs", "skipgram")


def finetune(
    folder: Folder,
    *,
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            metavar="FILE",
            help=_("Texts with labels (.csv, .tsv, .jsonl, .parquet, or a label and a text a line), pairs, or a text."),
        ),
    ],
    test: Annotated[
        Path | None,
        typer.Option(
            "--test", metavar="FILE", help=_("Texts for the test, read once at the end. [a fifth of the data]")
        ),
    ] = None,
    text: Annotated[
        str, typer.Option("--text", metavar="COLUMN", help=_("The column of texts; several are joined: title+text."))
    ] = "",
    label: Annotated[str, typer.Option("--label", metavar="COLUMN", help=_("The column of labels."))] = "",
    second: Annotated[
        str, typer.Option("--second", metavar="COLUMN", help=_("Of pairs: the column of second texts."))
    ] = "",
    recipe: Annotated[
        str,
        typer.Option("--recipe", metavar="|".join(RECIPES), help=_("What is trained, and on what.")),
    ] = "full",
    epochs: Annotated[
        int | None, typer.Option("--epochs", metavar="N", help=_("At most so many passes over the training texts."))
    ] = None,
    rate: Annotated[
        float | None, typer.Option("--rate", metavar="X", help=_("How far a row moves in its first step."))
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option("--seeds", metavar="N", help=_("Trainings that tell its noise; the first is kept. [3]")),
    ] = None,
    watch: Annotated[
        list[str], typer.Option("--watch", metavar="WORD", help=_("Draw this word's way. Repeat it for more."))
    ] = [],  # noqa: B006 - Typer makes a new one for each call
    settings: Annotated[
        list[str],
        typer.Option("--set", metavar="NAME=VALUE", help=_("Set any option of the tuning, for example dropout=.3.")),
    ] = [],  # noqa: B006
    suite_dir: Annotated[
        Path | None,
        typer.Option("--suite-dir", metavar="DIR", help=_("Published sets that tell what tuning made forget.")),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help=_("Folder of the tuned build; an older build there is replaced.")),
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help=_("Write the report as JSON to this file too."))
    ] = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            "--checkpoints",
            metavar="DIR",
            help=_("Where every epoch is kept: what was broken off goes on from there. [DIR.tuning beside --out]"),
        ),
    ] = None,
    finish: Annotated[
        bool, typer.Option("--finish", help=_("Train no further: take the best epoch of what was broken off."))
    ] = False,
    base: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=_("Folder that the recipe's relative paths start from [its own folder]")),
    ] = None,
    keep_paths: Annotated[
        bool, typer.Option("--keep-paths", help=_("Save the recipe's relative paths as they are given."))
    ] = False,
    device: Device = "auto",
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
    quiet: Quiet = False,
) -> None:
    """Tune a build's matrix on labelled texts, pairs or running text, and say whether that helped."""
    place = checkpoints or (None if out is None else out.with_name(f"{out.name}.tuning"))
    with guard(as_json=json, events=events, kept=_kept(place)):
        _check(recipe, out)
        given = {"path": data, "test_path": test, "text": text, "label": label, "second": second}
        own = {"epochs": epochs, "rate": rate, "seeds": seeds, "watch": watch or None, "suite_dir": suite_dir}
        with watched(events, stop=stop, quiet=quiet) as progress:
            from ..tuned import read_for_tuning, tune_build
            from ..tuning.checkpoints import clear

            progress(_("Reading the build"), 0)
            saved, old = read_for_tuning(folder)
            home = base or folder.resolve()
            asked = _asked(old, home, recipe, given, own, settings, keep_paths)
            made = tune_build(
                folder, saved, asked, base=home, checkpoints=place, device=device, finish=finish, progress=progress
            )
            _write(made, out, report, home, keep_paths, progress)
            if place is not None and (out is not None or report is not None):
                clear(place)
        _tell(made, out, json=json, quiet=quiet)


def _check(kind: str, out: Path | None) -> None:
    from ..workspace.atomic import check_folder

    if kind not in RECIPES:
        raise typer.BadParameter(
            _("unknown recipe {name!r}; choose {names}").format(name=kind, names=", ".join(RECIPES)),
            param_hint="--recipe",
        )
    if out is None:
        return
    if kind == "probe":
        raise typer.BadParameter(
            _("a linear probe leaves the matrix as it is: there is no new one to write"), param_hint="--out"
        )
    check_folder(out)


def _asked(
    old: Recipe,
    home: Path,
    kind: str,
    given: dict[str, Any],
    own: dict[str, Any],
    settings: list[str],
    keep_paths: bool,
) -> Recipe:
    """The build's recipe with the tuning that the options describe; relative paths start from `home`."""
    from ..recipe import assigned
    from ..settings import Assignment

    def stands(path: Any) -> Any:
        if not isinstance(path, Path):
            return path
        return str(path) if keep_paths or path.is_absolute() else _relative(path, home)

    table = {name: stands(value) for name, value in own.items() if value is not None}
    named = {name: stands(value) for name, value in given.items() if value}
    with wrong_use():
        chosen = [Assignment.parse(f"tuning.{text}") for text in settings]
        return assigned({**old.to_tables(), "tuning": {**table, "kind": kind, "data": named}}, chosen, base=home)


def _kept(place: Path | None) -> str:
    """What to say where training is stopped."""
    if place is None:
        return ""
    return _("Finished epochs are kept: the same command goes on, with --finish it takes the best.")


def _relative(path: Path, home: Path) -> str:
    try:
        return Path(os.path.relpath(path.absolute(), home)).as_posix()
    except ValueError:  # another drive
        return str(path.absolute())


def _write(
    made: TunedBuild, out: Path | None, report: Path | None, base: Path, keep_paths: bool, progress: Any
) -> None:
    if out is not None:
        made.save(out, base=base, keep_paths=keep_paths, progress=progress)
    if report is not None:
        made.report.save(report)


def _tell(made: TunedBuild, out: Path | None, *, json: bool, quiet: bool) -> None:
    from .finetune_report import finetune_report

    if json:
        print_json({**made.report.as_dict(), "out": None if out is None else str(out)})
    elif not quiet:
        print(finetune_report(made.report, out))
