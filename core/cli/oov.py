"""`lexiloom oov`: why words are missing, which fill would serve them best, and how each makes a word's row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import RecipeError, one_of
from ..messages import N_, _, with_told
from .build import Device, Events, Json, Stop
from .console import guard, print_json
from .options import COMBINE, LADDER, SET, SOURCES, VOCABULARY, Flag, recipe_from, with_flags, wrong_use
from .progress import watched

if TYPE_CHECKING:
    from ..recipe import Recipe

# The words and the sources are a recipe's, where one is given.
WORDS = tuple(replace(flag, required=False) for flag in VOCABULARY)
HELD = tuple(replace(flag, required=False) for flag in SOURCES)
RECIPE = (
    Flag("--recipe", type=Path, metavar="FILE", help=N_("Words, sources and ladder as a recipe has them.")),
    Flag("--base", type=Path, metavar="DIR", help=N_("Folder that its relative paths start from [its own folder]")),
)
FILLS_ASKED = (
    Flag(
        "--donor",
        many=True,
        metavar="SPEC",
        help=N_("A source that has words which the others lack, written as --source is. Repeat it for more."),
    ),
    Flag(
        "--fill",
        many=True,
        metavar="KIND",
        help=N_("Only these fills. [all that can be had: split, ngrams, spelling, pieces, donor, alacarte]"),
    ),
    Flag("--thorough", type=bool, help=N_("Try the donor's neighbors (nearest) and matching pursuit (omp) too.")),
)
COMPARED = ("--donor", "--fill")
Most = Annotated[int, typer.Option("--most", metavar="N", min=0, help=_("Show so many words at most; 0: all."))]
Table = Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_("Write the whole table to this CSV file."))]


def oov(context: typer.Context) -> None:
    """Missing words: their causes, the fills that suit them, and words that would never be used."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@with_flags(WORDS, HELD, COMBINE, LADDER, RECIPE, SET)
def list_(
    flags: dict[str, Any],
    *,
    cause: Annotated[
        str, typer.Option("--cause", metavar="CAUSE", help=_("Only words that are missing for this cause."))
    ] = "",
    most: Most = 50,
    out: Table = None,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """List the missing words by what mending them would gain: why each is missing, and what would serve it."""
    from ..fixes import CAUSES
    from ..pipeline import cover
    from .oov_report import list_document, list_report

    with guard(as_json=json, events=events):
        recipe, base = _asked(flags)
        if cause and cause not in CAUSES:
            with wrong_use():
                raise RecipeError(
                    _("there is no cause {name!r}").format(name=cause),
                    fix=_("Valid causes: {names}.").format(names=one_of(CAUSES)),
                )
        with watched(events, stop=stop) as progress:
            worklist = cover(recipe, base=base, progress=progress).worklist
        at = worklist.pick(cause)
        if out is not None:
            _write(out, worklist.csv(at))
        shown = at if not most else at[:most]
        if json:
            print_json(with_told(list_document(worklist, shown)))
        else:
            print(list_report(worklist, at, shown, out))


@with_flags(WORDS, HELD, COMBINE, LADDER, FILLS_ASKED, RECIPE, SET)
def score(
    flags: dict[str, Any],
    *,
    hidden: Annotated[
        int, typer.Option("--hidden", metavar="N", min=10, help=_("Hide so many known words, a tenth of them at most."))
    ] = 1000,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
    device: Device = "auto",
) -> None:
    """Hide known words, let every fill make them again, and say which cascade suits this vocabulary."""
    from ..laboratory import score_fills
    from .oov_report import score_document, score_report

    with guard(as_json=json, events=events):
        recipe, base = _asked(flags)
        with watched(events, stop=stop) as progress:
            found = score_fills(recipe, _fills(flags, recipe), most=hidden, base=base, device=device, progress=progress)
        if json:
            print_json(with_told(score_document(found)))
        else:
            print(score_report(found))


@with_flags(WORDS, HELD, COMBINE, LADDER, FILLS_ASKED, RECIPE, SET)
def explain(
    flags: dict[str, Any],
    *,
    word: Annotated[str, typer.Argument(metavar="WORD", help=_("A word of the vocabulary, missing or known."))],
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
    device: Device = "auto",
) -> None:
    """Show how each fill makes the row of one word, and which words it lands among."""
    from ..laboratory import explain_word
    from .oov_report import story_report

    with guard(as_json=json, events=events):
        recipe, base = _asked(flags)
        with watched(events, stop=stop) as progress:
            story = explain_word(recipe, word, _fills(flags, recipe), base=base, device=device, progress=progress)
        if json:
            print_json(with_told(story.as_dict()))
        else:
            print(story_report(story))


@with_flags(WORDS, SET)
def unused(
    flags: dict[str, Any],
    *,
    corpus: Annotated[
        Path | None,
        typer.Option("--corpus", metavar="FILE", help=_("Running text to look in [the vocabulary's own, or made-up]")),
    ] = None,
    most: Most = 50,
    out: Table = None,
    json: Json = False,
    events: Events = None,
    stop: Stop = None,
) -> None:
    """List the words that the tokenizer never emits, and what comes out in their place."""
    from ..pipeline import read
    from ..vocabulary import CorpusSpec
    from ..vocabulary.mending import find_unused_of
    from .oov_report import unused_document, unused_report

    with guard(as_json=json, events=events):
        recipe = _recipe_of({**flags, "--source": ["random:1"]})
        with watched(events, stop=stop) as progress:
            reading = read(recipe.vocabulary, progress=progress)
            text = None if corpus is None else CorpusSpec(path=str(corpus))
            found = find_unused_of(reading, recipe.vocabulary, corpus=text, progress=progress)
        if out is not None:
            _write(out, found.csv())
        if json:
            print_json(with_told(unused_document(found, most)))
        else:
            print(unused_report(found, most, out))


def _asked(flags: Mapping[str, Any]) -> tuple[Recipe, Path | None]:
    """The recipe, and the folder that its paths start from."""
    from ..recipe import Recipe

    if (path := flags.get("--recipe")) is None:
        return _recipe_of(flags), None
    with wrong_use():
        base = flags.get("--base") or path.resolve().parent
        return Recipe.from_toml(path).with_set(*flags.get("--set", ()), base=base), base


def _recipe_of(flags: Mapping[str, Any]) -> Recipe:
    with wrong_use():
        lacking = [name for name in ("--vocab", "--source") if name not in flags]
        if lacking:
            raise RecipeError(
                _("{name} is missing").format(name=" ".join(lacking)), fix=_("Give it, or a recipe: --recipe FILE.")
            )
    # Fills and donors that are compared are no part of the recipe.
    return recipe_from({name: value for name, value in flags.items() if name not in COMPARED})


def _fills(flags: Mapping[str, Any], recipe: Recipe) -> Sequence[Any]:
    """The fills that are to be tried, with their donors and corpus."""
    from ..laboratory import candidates, chosen_fills
    from ..sources import parse_source

    # What options name is relative to the shell's folder, what the recipe names to its own.
    here = Path.cwd() if "--recipe" in flags else None
    from ..recipe import resolved_path

    donors = [resolved_path(parse_source(one), here) for one in flags.get("--donor", ())]
    corpus = str(flags.get("--corpus", ""))
    if corpus and here is not None:
        corpus = str(here / corpus)
    with wrong_use():
        if "--fill" in flags:
            kinds = [kind.strip() for given in flags["--fill"] for kind in given.split(",") if kind.strip()]
            return chosen_fills(recipe, kinds, donors=donors, corpus=corpus)
        return candidates(recipe, donors=donors, corpus=corpus, thorough=bool(flags.get("--thorough")))


def _write(path: Path, content: bytes) -> None:
    from ..workspace.atomic import atomic_file

    with atomic_file(path) as file:
        file.write(content)


VERBS = {
    "list": (list_, N_("List missing words: cause, what would serve, what mending them gains.")),
    "score": (score, N_("Hide known words, let every fill make them again, and recommend a cascade.")),
    "explain": (explain, N_("Show how each fill makes one word's row.")),
    "unused": (unused, N_("List words that the tokenizer never emits.")),
}
