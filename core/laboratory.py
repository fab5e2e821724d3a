"""Which fill suits: the candidates of a recipe, hidden words made again by each, and the story of one word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .covering import Cover, context_of, cover, default_workspace
from .errors import RecipeError
from .messages import _
from .progress import Progress, ignore
from .recipe import Recipe, resolved_path
from .vocabulary import CorpusSpec
from .workspace.workspace import Workspace

if TYPE_CHECKING:
    from .oov.holdout import HoldOut
    from .oov.story import Story

# Hidden words are few in a small vocabulary and never more than these.
MOST_HIDDEN = 1000


def candidates(recipe: Recipe, *, donors: Sequence[Any] = (), corpus: str = "", thorough: bool = False) -> list[Any]:
    """The fills that are worth trying for `recipe`: those that need nothing, and those of each donor and the corpus.

    donors    specs of sources
    corpus    running text; the vocabulary's own where it was counted
    thorough  the donor's neighbors and OMP too, which other tools use
    """
    from .oov.kinds import FILLS

    found: list[Any] = [FILLS[kind].spec() for kind in ("split", "ngrams", "spelling", "pieces")]
    for donor in donors:
        kinds = ("donor", "nearest", "omp") if thorough else ("donor",)
        found += [FILLS[kind].spec(donor=donor) for kind in kinds]
    if corpus or isinstance(recipe.vocabulary, CorpusSpec):
        found.append(FILLS["alacarte"].spec(corpus=corpus))
    return found


def score_fills(
    recipe: Recipe,
    fills: Sequence[Any],
    *,
    most: int = MOST_HIDDEN,
    workspace: Workspace | None = None,
    base: Path | None = None,
    device: str = "auto",
    progress: Progress = ignore,
) -> HoldOut:
    """Hide known words of `recipe`'s vocabulary and let each of `fills` make them again: see `oov.holdout.hold_out`.

    Raises what `cover` raises, and FillError where too few words are known.
    """
    from .oov.holdout import hold_out

    workspace = workspace or default_workspace()
    covered = cover(recipe, workspace=workspace, progress=progress, base=base, device=device)
    return hold_out(
        covered.before,
        [resolved_path(fill, base) for fill in fills],
        seed=recipe.seed,
        most=most,
        context=context_of(covered, workspace, base=base, device=device, progress=progress),
        progress=progress,
    )


def explain_word(
    recipe: Recipe,
    word: str,
    fills: Sequence[Any],
    *,
    workspace: Workspace | None = None,
    base: Path | None = None,
    device: str = "auto",
    progress: Progress = ignore,
) -> Story:
    """How each of `fills` makes the row of `word`, and where it lands.

    Raises InputError for a word that the vocabulary does not have.
    """
    from .oov.story import tell_story

    workspace = workspace or default_workspace()
    covered: Cover = cover(recipe, workspace=workspace, progress=progress, base=base, device=device)
    return tell_story(
        covered.before,
        word,
        [resolved_path(fill, base) for fill in fills],
        seed=recipe.seed,
        context=context_of(covered, workspace, base=base, device=device, progress=progress),
        confidences=False,
        progress=progress,
    )


def chosen_fills(recipe: Recipe, kinds: Sequence[str], *, donors: Sequence[Any] = (), corpus: str = "") -> list[Any]:
    """The fills of these kinds, each with what it needs. Raises RecipeError where that is not given."""
    from .oov.kinds import FILLS, as_fill

    found: list[Any] = []
    for kind in kinds:
        fields = FILLS[kind].spec.model_fields if kind in FILLS else {}
        if "donor" in fields and not donors:
            raise RecipeError(
                _("the fill {name!r} takes rows from a donor, and none is named").format(name=kind),
                fix=_("Give --donor SPEC, written as --source is."),
            )
        if "donor" in fields:
            found += [FILLS[kind].spec(donor=donor) for donor in donors]
        else:
            found.append(FILLS[kind].spec(corpus=corpus) if "corpus" in fields else as_fill(kind))
    return found
