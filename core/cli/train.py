"""`lexiloom train`: word vectors from the user's own text, written as a source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..messages import _
from ..training.spec import METHODS, MOST_WATCHED
from .build import Device, Events, Json, Quiet, Stop
from .console import guard, print_json
from .options import wrong_use
from .progress import watched

if TYPE_CHECKING:
    from ..training.spec import TrainingSpec


def train(
    *,
    corpus: Annotated[
        list[Path],
        typer.Option(
            "--corpus",
            metavar="FILE",
            help=_("Running text: a file, a packed one, a folder, or a table with --column. Repeat it for more."),
        ),
    ],
    column: Annotated[
        str, typer.Option("--column", metavar="NAME", help=_("Of tables: the column whose cells are the texts."))
    ] = "",
    method: Annotated[
        str, typer.Option("--method", metavar="|".join(METHODS), help=_("How vectors are learned."))
    ] = "word2vec",
    cbow: Annotated[
        bool, typer.Option("--cbow", help=_("The words around predict a word, not a word those around it."))
    ] = False,
    dim: Annotated[int | None, typer.Option("--dim", metavar="N", help=_("Numbers in each vector. [100]"))] = None,
    epochs: Annotated[
        int | None, typer.Option("--epochs", metavar="N", help=_("Passes over the text. [by its size; GloVe: 25]"))
    ] = None,
    window: Annotated[
        int | None,
        typer.Option("--window", metavar="N", help=_("Words on each side of a word, at most. [5; GloVe: 15]")),
    ] = None,
    min_count: Annotated[
        int | None, typer.Option("--min-count", metavar="N", help=_("Rarer words get no vector. [5]"))
    ] = None,
    max_size: Annotated[
        int | None, typer.Option("--max-size", metavar="N", help=_("Only the N most frequent words get vectors."))
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="auto|en|zh", help=_("Chinese is segmented, the rest cut at spaces.")),
    ] = None,
    phrases: Annotated[
        bool, typer.Option("--phrases", help=_("Join words that stand together more often than by chance."))
    ] = False,
    start: Annotated[
        str, typer.Option("--start", metavar="SOURCE", help=_("Words that this source has start with its vectors."))
    ] = "",
    watch: Annotated[
        list[str],
        typer.Option("--watch", metavar="WORD", help=_("Show this word's neighbors. Repeat it, for up to eight.")),
    ] = [],  # noqa: B006 - Typer makes a new one for each call
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help=_("Threads. [one for each core]"))
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", help=_("With one worker, the same seed gives the same vectors. [1]")),
    ] = None,
    settings: Annotated[
        list[str],
        typer.Option(
            "--set", metavar="NAME=VALUE", help=_("Set any option of the training, for example negatives=10.")
        ),
    ] = [],  # noqa: B006
    preview: Annotated[
        bool, typer.Option("--preview", help=_("Show the first sentences as they are cut, and train nothing."))
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help=_("Folder of the vectors; an older training there is replaced.")),
    ] = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            "--checkpoints",
            metavar="DIR",
            help=_("Where it is kept how far training is: the same command goes on. [DIR.training beside --out]"),
        ),
    ] = None,
    finish: Annotated[
        bool, typer.Option("--finish", help=_("Train no further: take what was reached when it was stopped."))
    ] = False,
    base: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("Folder that relative paths start from [the present one]"))
    ] = None,
    device: Device = "auto",
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
    quiet: Quiet = False,
) -> None:
    """Train word vectors on your own text; they are then a source: trained:DIR."""
    place = checkpoints or (None if out is None else out.with_name(f"{out.name}.training"))
    with guard(as_json=json, events=events, kept=lambda: _kept(place)):
        if len(watch) > MOST_WATCHED:
            text = _("at most {n} words can be watched").format(n=MOST_WATCHED)
            raise typer.BadParameter(text, param_hint="--watch")
        texts = {"paths": [str(path) for path in corpus], "column": column, "language": language, "phrases": phrases}
        own = {"dim": dim, "epochs": epochs, "window": window, "min_count": min_count, "max_size": max_size}
        own |= {"workers": workers, "seed": seed, "start": start, "watch": watch, "model": "cbow" if cbow else None}
        spec = _asked(method, texts, own, settings)
        if preview:
            _preview(spec, base, json=json)
            return
        if out is None:
            raise typer.BadParameter(_("name the folder that the vectors are to be written to"), param_hint="--out")
        with watched(events, stop=stop, quiet=quiet) as progress:
            from ..trained import train as train_vectors

            made = train_vectors(spec, out, base=base, folder=place, device=device, finish=finish, progress=progress)
        if json:
            print_json({**made.lock, "out": str(out)})
        elif not quiet:
            from .train_report import train_report

            print(train_report(made))


def _kept(place: Path | None) -> str:
    """What to say where training is stopped."""
    from ..training.keeping import has_state

    if place is None or not has_state(place):
        return ""
    return _("What is trained so far is kept: the same command goes on, with --finish it ends there.")


def _asked(method: str, texts: dict[str, Any], own: dict[str, Any], settings: list[str]) -> TrainingSpec:
    """The spec that the options describe; what is not given has its default."""
    from ..settings import Assignment
    from ..trained import training_spec

    def given(table: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in table.items() if value not in (None, "", [], False)}

    with wrong_use():
        chosen = [Assignment.parse(text) for text in settings]
        return training_spec(method, {**given(own), "texts": given(texts)}, chosen)


def _preview(spec: TrainingSpec, base: Path | None, *, json: bool) -> None:
    from ..training.preview import preview
    from .train_report import preview_report

    found = preview(spec.texts, base=base)
    if json:
        from ..messages import with_told

        print_json(with_told(found.as_dict()))
    else:
        print(preview_report(found))
