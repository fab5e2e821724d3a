"""`lexiloom sources rank`: which source suits a vocabulary, before anything is built."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..messages import _, number, percent
from .build import Events, Json, Stop
from .console import guard, print_json
from .progress import watched
from .text import aligned, visible

if TYPE_CHECKING:
    from ..ranking import Candidate, Ranking


def rank(
    candidates: Annotated[
        list[str], typer.Argument(metavar="SOURCE…", help=_("Sources, as --source takes them; two or more."))
    ],
    *,
    vocab: Annotated[Path, typer.Option("--vocab", metavar="FILE", help=_("The words: sniffed, as for build."))],
    suite_dir: Annotated[
        Path | None, typer.Option("--suite-dir", metavar="DIR", help=_("A folder that holds published sets' files."))
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=_("Write the table to this CSV file too."))
    ] = None,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Rank sources for a vocabulary: coverage, size, licence, and similarity on the pairs they share."""
    from .. import pipeline
    from ..vocabulary import sniff_vocabulary
    from ..workspace.atomic import atomic_file

    with guard(as_json=json, events=events):
        with watched(events, stop=stop) as progress:
            reading = pipeline.read(sniff_vocabulary(vocab), progress=progress)
            found = pipeline.rank(reading.vocabulary, candidates, suite_dir=str(suite_dir or ""), progress=progress)
        if out is not None:
            with atomic_file(out) as file:
                file.write(found.csv())
        if json:
            print_json(found.as_dict())
        else:
            print(rank_report(found, vocab.name))


def rank_report(found: Ranking, name: str) -> str:
    """The ranking as text."""
    heads = [_("source"), _("words"), _("text"), _("from pieces"), _("missing"), _("dimensions"), _("rows")]
    heads += [_("similarity"), _("seconds"), _("licence")]
    rows = [heads, *map(_row, found.candidates)]
    words = _("{n} words of {name}").format(n=number(found.words), name=visible(name))
    parts = [words, aligned(rows, left=1)]
    parts += [f"{visible(one.spec)}: {one.note}" for one in found.candidates if one.note]
    if found.sets:
        told = ", ".join(f"{one.title} {one.pairs}/{one.total}" for one in found.sets)
        parts.append(_("similarity: mean of Spearman's rho on the shared pairs of {sets}").format(sets=told))
    if found.common:
        some = ", ".join(visible(word) for word in found.common_words)
        more = "…" if found.common > len(found.common_words) else ""
        parts.append(_("in none of them, {n} words: {words}").format(n=number(found.common), words=some + more))
    return "\n\n".join([*parts, found.verdict])


def _row(one: Candidate) -> list[str]:
    return [
        visible(one.name),
        "–" if one.types is None else percent(one.types),
        "–" if one.tokens is None else percent(one.tokens),
        percent(one.composed) if one.composed else "–",
        "–" if one.missing is None else number(one.missing),
        "–" if one.dim is None else str(one.dim),
        "–" if one.size is None else number(one.size),
        "–" if one.score is None else f"{one.score:.3f}",
        "–" if one.seconds is None else f"{one.seconds:.2f}",
        one.licence or "–",
    ]
