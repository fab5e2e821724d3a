"""`lexiloom sources rank`: which source suits a vocabulary, before anything is built."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import RecipeError
from ..messages import _, number, percent, with_told
from .build import Device, Events, Json, Stop
from .console import guard, print_json
from .progress import watched
from .text import aligned, visible

if TYPE_CHECKING:
    from ..draft import Draft
    from ..ranking import Candidate, Ranking


def rank(
    candidates: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE…", help=_("Sources, as --source takes them."))
    ] = None,
    *,
    vocab: Annotated[
        Path | None, typer.Option("--vocab", metavar="FILE", help=_("The words: sniffed, as for build."))
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(
            "--recipe", metavar="FILE", help=_("Words, ladder and sources as a recipe has them, with their options.")
        ),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=_("Folder that the recipe's relative paths start from [its own folder]")),
    ] = None,
    suite_dir: Annotated[
        Path | None, typer.Option("--suite-dir", metavar="DIR", help=_("A folder that holds published sets' files."))
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help=_("Write the table to this CSV file too."))
    ] = None,
    device: Device = "auto",
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """Rank sources for a vocabulary: coverage, size, licence, and similarity on the pairs they share."""
    from .. import pipeline
    from ..candidates import rank as rank_candidates
    from ..recipe import resolved_path
    from ..workspace.atomic import atomic_file

    with guard(as_json=json, events=events):
        draft = _asked(vocab, recipe, base, candidates or ())
        # What options name is relative to the shell's folder, what the recipe names to its own.
        base = base or (recipe.resolve().parent if recipe else None)
        assert draft.vocabulary is not None
        with watched(events, stop=stop) as progress:
            found = rank_candidates(
                pipeline.read(draft.vocabulary, base=base, progress=progress).vocabulary,
                draft.sources,
                ladder=draft.ladder,
                corpus=resolved_path(draft.vocabulary, base),
                suite_dir=str(suite_dir or ""),
                base=base,
                device=device,
                progress=progress,
            )
        if out is not None:
            with atomic_file(out) as file:
                file.write(found.csv())
        if json:
            print_json(with_told(found.as_dict()))
        else:
            print(rank_report(found, Path(getattr(draft.vocabulary, "path", "")).name or _("the recipe's words")))


def _asked(vocab: Path | None, recipe: Path | None, base: Path | None, candidates: Sequence[str]) -> Draft:
    """Which words, by which ladder, and which sources: of the recipe, or of the options, which are added to it."""
    import tomllib

    from ..draft import Draft
    from ..recipe import resolved_path
    from ..sources import parse_source
    from ..vocabulary import sniff_vocabulary

    here = None if recipe is None else Path.cwd()
    draft = Draft()
    if recipe is not None:
        try:
            tables = tomllib.loads(recipe.read_text("utf-8-sig"))
        except (OSError, ValueError) as error:
            raise RecipeError(
                _("it can't be read: {reason}").format(reason=error),
                where=str(recipe),
                fix=_("Give a recipe file (TOML)."),
            ) from None
        draft = Draft.from_tables(tables, base=base or recipe.resolve().parent)
    if vocab is not None:
        draft = draft.with_(vocabulary=resolved_path(sniff_vocabulary(vocab), here))
    if draft.vocabulary is None:
        raise RecipeError(_("there is no vocabulary yet"), fix=_("Give --vocab FILE, or a recipe that has one."))
    named = (resolved_path(parse_source(one), here) for one in candidates)
    draft = draft.with_(sources=(*draft.sources, *named))
    if not draft.sources:
        raise RecipeError(_("there is no source yet"), fix=_("Name some, builtin:english for one."))
    return draft


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
