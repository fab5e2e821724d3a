"""`lexiloom neighbors`: the words nearest to words and phrases, in a build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError, one_of
from ..messages import _
from .build import Events, Json, Stop
from .console import guard, print_json
from .files import Folder, check_endings, read_matrix
from .progress import watched

if TYPE_CHECKING:
    from ..matrix import EmbeddingMatrix
    from ..neighbors.asking import Answer
    from ..progress import Progress

Listed = Annotated[int, typer.Option("--k", metavar="N", help=_("How many words are listed."))]
WRITTEN = ("csv", "json")


def neighbors(
    folder: Folder,
    words: Annotated[
        list[str],
        typer.Argument(metavar="WORD…", help=_("Words of the build, each a question; one with spaces is a phrase.")),
    ],
    *,
    k: Listed = 10,
    sif: Annotated[
        bool, typer.Option("--sif", help=_("In a phrase, frequent words count less (SIF); the build needs counts."))
    ] = False,
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help=_("List words with invented rows too, which say nothing about them."))
    ] = False,
    out: Annotated[
        list[Path],
        typer.Option(
            "--out",
            metavar="FILE",
            help=_("Write the list to this file too: {names}.").format(names=one_of(f".{end}" for end in WRITTEN)),
        ),
    ] = [],  # noqa: B006 - Typer makes a new one for each call
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """List the words that are nearest to words and phrases of a build."""
    from .words_report import neighbors_document, neighbors_report

    with guard(as_json=json, events=events):
        check_endings(out, WRITTEN)
        with watched(events, stop=stop) as progress:
            matrix = read_matrix(folder, progress)
            answers, failed = _answered(matrix, words, k, sif=sif, all_rows=all_rows, progress=progress)
        document = neighbors_document(matrix, answers, failed)
        _write(document, out)
        if json:
            print_json(document)
        else:
            print(neighbors_report(matrix, answers, failed))


def _answered(
    matrix: EmbeddingMatrix, words: list[str], k: int, *, sif: bool, all_rows: bool, progress: Progress
) -> tuple[list[Answer], list[tuple[str, InputError]]]:
    """The answers, and the texts without one with the reason. Raises it where there is no answer at all."""
    from ..neighbors import informed
    from ..neighbors.asking import neighbors_of

    among = None if all_rows else informed(matrix)
    answers: list[Answer] = []
    failed: list[tuple[str, InputError]] = []
    for text in dict.fromkeys(words):
        try:
            weighting = "sif" if sif else "mean"
            answers.append(neighbors_of(matrix, text, k, among=among, weighting=weighting, progress=progress))
        except InputError as error:
            failed.append((text, error))
    if failed and not answers:
        raise failed[0][1]
    return answers, failed


def _write(document: dict[str, Any], out: list[Path]) -> None:
    from ..workspace.atomic import atomic_file
    from .words_report import neighbors_csv, neighbors_json

    writers = {"csv": neighbors_csv, "json": neighbors_json}
    for path in out:
        with atomic_file(path) as file:
            file.write(writers[path.suffix[1:]](document))
