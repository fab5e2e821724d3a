"""`lexiloom vocabulary`: a vocabulary alone, read as a recipe would read it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .options import SET, VOCABULARY, recipe_from, with_flags
from .progress import watched

# A recipe needs a source; none is opened here.
ANY_SOURCE = "random:1"


@with_flags(VOCABULARY[1:], SET)
def vocabulary(
    flags: dict[str, Any],
    *,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help=_("The words, as the --vocab of other commands takes them.")),
    ],
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Read a vocabulary and show how it was read; needs no source."""
    from .. import pipeline
    from ..lock import describe_vocabulary
    from .report import vocabulary_report

    with guard(as_json=json, events=events):
        for setting in flags.get("--set", ()):
            if not setting.startswith("vocabulary."):
                text = _("only values of the vocabulary can be set here, for example {example}")
                raise typer.BadParameter(text.format(example="vocabulary.min_count=2"), param_hint="--set")
        recipe = recipe_from({**flags, "--vocab": files, "--source": [ANY_SOURCE]})
        with watched(events, stop=stop) as progress:
            reading = pipeline.read(recipe.vocabulary, progress=progress)
        if json:
            print_json(describe_vocabulary(reading))
        else:
            print(vocabulary_report(reading))
