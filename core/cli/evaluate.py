"""`lexiloom evaluate`: what sources and matrices reach on similarity, analogies, categories, texts; compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from ..errors import one_of
from ..evaluation.spec import METHODS, SUITES, EvaluateSpec
from ..messages import _, with_told
from .build import Events, Json, Stop
from .console import guard, print_json
from .files import check_endings
from .progress import watched

WRITTEN = ("csv", "md", "tex", "bib", "json")


def evaluate(
    subjects: Annotated[
        list[str], typer.Argument(metavar="SUBJECT…", help=_("Builds' folders and sources, any number of them."))
    ],
    *,
    suite: Annotated[
        str,
        typer.Option(
            "--suite",
            metavar="|".join(SUITES),
            help=_("Published sets of the subjects' language, of English, of Chinese, all, or none."),
        ),
    ] = "auto",
    sets: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="ID|FILE",
            help=_(
                "A further set: a published one's id, or a file, its task told by its lines or in front (similarity:, "
                "analogy:, categorization:, outliers:, bias:, probe:). Repeat it for more."
            ),
        ),
    ] = [],  # noqa: B006 - Typer makes a new one for each call
    suite_dir: Annotated[
        Path | None, typer.Option("--suite-dir", metavar="DIR", help=_("A folder that holds published sets' files."))
    ] = None,
    policy: Annotated[
        str,
        typer.Option(
            "--policy",
            metavar="covered|mean|fills",
            help=_("Leave items with missing words out, count them as average ones, or fill the words first."),
        ),
    ] = "covered",
    method: Annotated[
        list[str],
        typer.Option("--method", metavar="|".join(METHODS), help=_("How analogies are answered. Repeat it for more.")),
    ] = ["3cosadd"],  # noqa: B006
    case: Annotated[
        str,
        typer.Option("--case", metavar="exact|lower|any", help=_("How words are looked for; any: in gensim's way.")),
    ] = "lower",
    first_rows: Annotated[
        int | None, typer.Option("--first-rows", metavar="N", help=_("Only the first N rows count."))
    ] = None,
    vocab: Annotated[
        Path | None,
        typer.Option("--vocab", metavar="FILE", help=_("Only items count whose words are all in this vocabulary.")),
    ] = None,
    geometry: Annotated[bool, typer.Option("--geometry", help=_("Measure isotropy, hubness and norms too."))] = False,
    dimensions: Annotated[
        bool, typer.Option("--dimensions", help=_("Score the similarity sets at fewer dimensions too, by PCA."))
    ] = False,
    resamples: Annotated[
        int, typer.Option("--resamples", metavar="N", help=_("Bootstrap samples behind every interval."))
    ] = 2000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help=_("Of the bootstrap, of k-means, of splits."))] = 0,
    out: Annotated[
        list[Path],
        typer.Option(
            "--out",
            metavar="FILE",
            help=_("Write the table to this file too: {names}.").format(names=one_of(f".{end}" for end in WRITTEN)),
        ),
    ] = [],  # noqa: B006
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Score sources and matrices on published sets or your own, and compare them on the same items."""
    from ..evaluation.command import command_of
    from .evaluation_report import evaluation_report

    with guard(as_json=json, events=events):
        spec = _spec(
            suite=suite,
            sets=sets,
            suite_dir=str(suite_dir or ""),
            policy=policy,
            methods=tuple(method),
            case=case,
            first_rows=first_rows,
            geometry=geometry,
            dimensions=dimensions,
            resamples=resamples,
            seed=seed,
        )
        check_endings(out, WRITTEN)
        command = command_of(subjects, spec, str(vocab or ""))
        with watched(events, stop=stop) as progress:
            found = _evaluated(subjects, spec, vocab, progress)
        _write(found, out, command)
        if json:
            print_json({**with_told(found.as_dict()), "command": command})
        else:
            print(evaluation_report(found))


def _spec(*, sets: list[str], **given: Any) -> EvaluateSpec:
    from ..evaluation.sets import parse_set

    try:
        return EvaluateSpec(sets=tuple(parse_set(text) for text in sets), **given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = {"methods": "--method", "first_rows": "--first-rows"}.get(
            str(first["loc"][0]), f"--{str(first['loc'][0]).replace('_', '-')}"
        )
        raise typer.BadParameter(first["msg"], param_hint=option) from None


def _evaluated(subjects: list[str], spec: EvaluateSpec, vocab: Path | None, progress: Any) -> Any:
    from .. import pipeline
    from ..evaluation.evaluating import evaluate as score
    from ..vocabulary import sniff_vocabulary

    opened = [pipeline.open_subject(one, spec, progress=progress) for one in subjects]
    reading = None if vocab is None else pipeline.read(sniff_vocabulary(vocab), progress=progress)
    return score(
        opened,
        spec,
        vocabulary=None if reading is None else reading.vocabulary,
        vocabulary_name="" if vocab is None else vocab.name,
        progress=progress,
    )


def _write(found: Any, out: list[Path], command: str) -> None:
    from ..evaluation.tables import WRITERS
    from ..workspace.atomic import atomic_file

    for path in out:
        with atomic_file(path) as file:
            file.write(WRITERS[path.suffix[1:]](found, command))
