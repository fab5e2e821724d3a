"""What a recipe's sources hold of its vocabulary, before any vector is read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .combining import combine
from .coverage import Coverage, Part, measure_coverage
from .fixes.applying import Fixed, apply_fixes
from .listing import Listing
from .lock import find_warnings
from .lookup import found_with, look_up, spellings_of
from .matrix import Located
from .progress import Progress, ignore
from .recipe import STAGE_VERSIONS, Recipe, resolved_path
from .sources import open_source
from .sources.protocol import Context, Source
from .vocabulary import Reading, VocabularySpec
from .workspace.readings import is_quick, read_once

if TYPE_CHECKING:
    from .fixes import Worklist
    from .vocabulary.unused import Unused
    from .workspace.workspace import Workspace


@dataclass(frozen=True)
class Cover:
    """What a recipe's sources hold of its vocabulary, before any vector is read.

    reading   the vocabulary and the report on how it was read
    sources   the opened sources, in the order of the chain
    located   where each word stands, those that were fixed too
    coverage  its counts by origin, rung, script and frequency
    fixed     the fixes applied: rows that are left out, and what of them was of no use
    before    where each word stood before the fixes
    seconds   stage -> how long it took
    """

    recipe: Recipe
    reading: Reading
    sources: tuple[Source, ...]
    located: Located
    coverage: Coverage
    seconds: dict[str, float]
    fixed: Fixed
    before: Located

    @cached_property
    def worklist(self) -> Worklist:
        """The missing words with their causes and proposals, as they were before the fixes."""
        from .fixes import list_missing

        return list_missing(self.before, self.recipe.ladder)

    @cached_property
    def listing(self) -> Listing:
        """The words as a table."""
        return Listing.of(self.located)

    @cached_property
    def gains(self) -> dict[str, Gain]:
        """What each rung of the ladder finds, or would find."""
        return measure_gains(self)

    def spellings(self, word: str) -> list[str]:
        """The other spellings under which `word` is looked up, in the order in which they are tried."""
        return spellings_of(word, self.recipe.ladder, self.reading.vocabulary.words, self.sources)

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """What the reader of a report should know: {"code", "text", …} each."""
        notes = [{"code": "fixes", "text": note} for note in self.fixed.notes]
        return [*find_warnings(self.sources, self.located, self.recipe.combine), *notes]


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - start, 4)


def read(
    spec: VocabularySpec, *, workspace: Workspace | None = None, base: Path | None = None, progress: Progress = ignore
) -> Reading:
    """The vocabulary of `spec`; a corpus is counted once and then kept. Raises `VocabularyError`."""
    home = workspace or default_workspace()
    return read_once(spec, base=base, home=home, version=STAGE_VERSIONS["vocabulary"], progress=progress)


def is_quick_to_read(spec: VocabularySpec, *, workspace: Workspace, base: Path | None = None) -> bool:
    """Whether `read` takes moments: the vocabulary is small, or was read before."""
    return is_quick(spec, base=base, home=workspace, version=STAGE_VERSIONS["vocabulary"])


def cover(
    recipe: Recipe,
    *,
    workspace: Workspace | None = None,
    progress: Progress = ignore,
    base: Path | None = None,
    device: str = "auto",
) -> Cover:
    """Read the vocabulary, open the sources, locate every word; reads no vectors.

    `base` is the folder that relative paths are relative to (default: the working directory), `device` where
    models run ("auto", "cpu", "cuda", "mps"). Raises `VocabularyError`, `SourceError`, `RecipeError`.
    """
    workspace = workspace or default_workspace()
    clock = Clock()
    with clock("vocabulary"):
        reading = read(recipe.vocabulary, workspace=workspace, base=base, progress=progress)
    context = Context(
        vocabulary=reading.vocabulary,
        workspace=workspace,
        progress=progress,
        corpus=resolved_path(recipe.vocabulary, base),
        device=device,
    )
    sources = []
    for spec in recipe.sources:
        with clock("open"):
            sources.append(open_source(resolved_path(spec, base), context))
    found = cover_opened(recipe, reading, sources, progress=progress)
    return replace(found, seconds={**clock.seconds, **found.seconds})


def cover_opened(recipe: Recipe, reading: Reading, sources: Sequence[Source], *, progress: Progress = ignore) -> Cover:
    """`cover` for a vocabulary that has been read and sources that are open: those of `recipe`, in its order."""
    clock = Clock()
    with clock("look up"):
        lookups = [look_up(reading.vocabulary, one, ladder=recipe.ladder, progress=progress) for one in sources]
    with clock("combine"):
        located = combine(lookups, recipe.combine)
    with clock("fixes"):
        fixed = apply_fixes(located, recipe.fixes, recipe.ladder)
    with clock("coverage"):
        coverage = measure_coverage(fixed.located, reading.vocabulary)
    return Cover(recipe, reading, tuple(sources), fixed.located, coverage, clock.seconds, fixed, located)


@dataclass(frozen=True)
class Gain:
    """What one rung of the ladder is worth: words and tokens (None without counts) that it finds, or would find."""

    types: int
    tokens: int | None


def _found_by(part: Part) -> Gain:
    return Gain(part.types.total, part.tokens.total if part.tokens else None)


def measure_gains(covered: Cover) -> dict[str, Gain]:
    """rung -> what it finds in `covered`, or would find if it were switched on. Reads no vectors."""
    found: dict[str, Gain] = {}
    parts = {part.name: part for part in covered.coverage.rungs}
    for rung in type(covered.recipe.ladder).model_fields:
        if getattr(covered.recipe.ladder, rung):
            part = parts.get(rung)
            tokens = 0 if covered.coverage.tokens else None
            found[rung] = (
                Gain(part.types.total, part.tokens.total if part.tokens else None) if part else Gain(0, tokens)
            )
            continue
        rows, counts = found_with(covered.located, covered.recipe.ladder, rung), covered.reading.vocabulary.counts
        found[rung] = Gain(len(rows), None if counts is None else int(counts[rows].sum()))
    return found


def context_of(
    covered: Cover,
    workspace: Workspace,
    *,
    base: Path | None = None,
    device: str = "auto",
    progress: Progress = ignore,
) -> Context:
    """What fills of `covered` may need: the words, the text they were read from, the workspace, the device."""
    return Context(
        vocabulary=covered.reading.vocabulary,
        workspace=workspace,
        progress=progress,
        corpus=resolved_path(covered.recipe.vocabulary, base),
        device=device,
    )


def unused_words(covered: Cover, *, base: Path | None = None, progress: Progress = ignore) -> Unused:
    """The words that the vocabulary's tokenizer never emits. Raises `VocabularyError` for a language without one."""
    from .vocabulary.mending import find_unused_of

    return find_unused_of(covered.reading, resolved_path(covered.recipe.vocabulary, base), progress=progress)


def default_workspace() -> Workspace:
    """The user's own."""
    from .workspace.workspace import Workspace

    return Workspace()
