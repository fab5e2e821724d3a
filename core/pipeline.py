"""A recipe, run: vocabulary, sources, look-up, coverage, fill, transforms. Sequences and reports; no arithmetic."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .combining import combine
from .coverage import Coverage, Part, measure_coverage
from .listing import Listing
from .lock import describe_environment, describe_source, describe_vocabulary, find_warnings
from .lookup import found_with, look_up, spellings_of
from .matrix import EmbeddingMatrix, Located
from .messages import _, speaking, translated
from .progress import Progress, ignore
from .recipe import STAGE_VERSIONS, Recipe, fingerprints, resolved_path
from .sources import open_source
from .sources.protocol import Context, Source
from .vocabulary import Reading, VocabularySpec
from .workspace.readings import is_quick, read_once

if TYPE_CHECKING:
    from .evaluation.evaluating import Evaluation
    from .evaluation.spec import EvaluateSpec
    from .evaluation.subjects import Subject
    from .sources import SourceSpec
    from .tuning.report import Report
    from .workspace.workspace import Workspace


@dataclass(frozen=True)
class Cover:
    """What a recipe's sources hold of its vocabulary, before any vector is read.

    reading   the vocabulary and the report on how it was read
    sources   the opened sources, in the order of the chain
    located   where each word stands
    coverage  its counts by origin, rung, script and frequency
    seconds   stage -> how long it took
    """

    recipe: Recipe
    reading: Reading
    sources: tuple[Source, ...]
    located: Located
    coverage: Coverage
    seconds: dict[str, float]

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
        return find_warnings(self.sources, self.located, self.recipe.combine)


@dataclass(frozen=True)
class Build:
    """What a recipe gave: the matrix with its provenance, and the lock of what really happened.

    coverage  of the finished matrix, by origin; `cover.coverage` is what was found before the fill
    dropped   (word, count) of the words that the fill left out
    faulty    words whose row in the source is not finite: counted as missing, and filled
    lock      resolved inputs with digests, library versions, timings, coverage, warnings
    evaluation  scores of the matrix, None where the recipe asks for none
    tuning    how it was tuned and what that was worth, None likewise
    """

    recipe: Recipe
    matrix: EmbeddingMatrix
    cover: Cover
    coverage: Coverage
    dropped: tuple[tuple[str, int | None], ...]
    faulty: tuple[str, ...]
    lock: dict[str, Any]
    base: Path | None = field(default=None, repr=False)
    evaluation: Evaluation | None = None
    tuning: Report | None = None

    def save(self, folder: str | Path, *, keep_paths: bool = False, progress: Progress = ignore) -> Path:
        """Write the build's folder, whole or not at all; its texts are in English. Raises `WorkspaceError`.

        The recipe's relative paths are made relative to the folder, unless `keep_paths`.
        """
        from .card import write_card
        from .evaluation.tables import as_json
        from .exports import write_build

        target = Path(folder)
        with speaking("en"):
            card = write_card(self)
        write_build(
            target,
            matrix=self.matrix,
            recipe_toml=(self.recipe if keep_paths else self.recipe.moved(self.base, target)).to_toml(),
            lock=self.lock,
            card=card,
            dropped=self.dropped,
            evaluation=None if self.evaluation is None else as_json(self.evaluation),
            tuning=None if self.tuning is None else self.tuning.as_json(),
            progress=progress,
        )
        return target


class _Clock:
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
    home = workspace or _default_workspace()
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
    workspace = workspace or _default_workspace()
    clock = _Clock()
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
    clock = _Clock()
    with clock("look up"):
        lookups = [look_up(reading.vocabulary, one, ladder=recipe.ladder, progress=progress) for one in sources]
    with clock("combine"):
        located = combine(lookups, recipe.combine)
    with clock("coverage"):
        coverage = measure_coverage(located, reading.vocabulary)
    return Cover(recipe, reading, tuple(sources), located, coverage, clock.seconds)


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


def run(
    recipe: Recipe,
    *,
    workspace: Workspace | None = None,
    progress: Progress = ignore,
    base: Path | None = None,
    device: str = "auto",
) -> Build:
    """Build the matrix that `recipe` describes. The same recipe and inputs give the same bytes.

    `base` is the folder that relative paths are relative to (default: the working directory), `device` where
    models run. Raises what `cover` raises, and `FillError`.
    """
    from .oov import fill
    from .transforms import transform
    from .weights import weigh

    started = time.time()
    workspace = workspace or _default_workspace()
    covered = cover(recipe, workspace=workspace, progress=progress, base=base, device=device)
    clock = _Clock()
    context = Context(vocabulary=covered.reading.vocabulary, workspace=workspace, progress=progress)
    with clock("fill"):
        filled = fill(covered.located, recipe.oov, seed=recipe.seed, context=context)
    with clock("transform"):
        matrix = transform(filled.matrix, recipe.transforms, progress=progress)
    if recipe.weights is not None:
        weights, told = weigh(matrix.vocabulary, recipe.weights)
        matrix = matrix.replace(weights=weights, history=(*matrix.history, told))
    report = None
    if recipe.tuning is not None:
        with clock("tuning"):
            matrix, report = _tuned(recipe, matrix, base, device, progress)
    coverage = measure_coverage(matrix.rows, matrix.vocabulary)
    with clock("seams"):
        seams = _seams(covered, matrix)
    build = Build(recipe, matrix, covered, coverage, filled.dropped, filled.faulty, {}, base, tuning=report)
    if recipe.evaluate is not None:
        with clock("evaluate"):
            build = replace(build, evaluation=_evaluated(build, workspace, progress))
    return replace(build, lock=_lock(build, seams, {**covered.seconds, **clock.seconds}, started))


def _tuned(
    recipe: Recipe, matrix: EmbeddingMatrix, base: Path | None, device: str, progress: Progress
) -> tuple[EmbeddingMatrix, Report]:
    from .tuning import finetune

    assert recipe.tuning is not None
    found = finetune(
        matrix,
        resolved_path(recipe.tuning, base),
        vocabulary=resolved_path(recipe.vocabulary, base),
        device=device,
        progress=progress,
    )
    # A probe leaves the matrix as it is.
    return matrix if found.matrix is None else found.matrix, found.report


def _evaluated(build: Build, workspace: Workspace, progress: Progress) -> Evaluation:
    """The scores of the build's matrix, of the sources it was made of, and of what it is to be compared with."""
    from .evaluation.evaluating import evaluate
    from .evaluation.subjects import as_subject

    spec = build.recipe.evaluate
    assert spec is not None
    options: dict[str, Any] = {"most": spec.first_rows, "case": spec.case}
    subjects = [as_subject(build.matrix, "matrix", fills=spec.policy == "fills", **options)]
    subjects += [as_subject(source, **options) for source in build.cover.sources]
    against = [resolved_path(one, build.base) for one in spec.against]
    subjects += [open_subject(one, spec, workspace=workspace, progress=progress) for one in against]
    return evaluate(
        subjects,
        resolved_path(spec, build.base),
        ladder=build.recipe.ladder,
        oov=build.recipe.oov,
        vocabulary=build.cover.reading.vocabulary if spec.only_vocabulary else None,
        vocabulary_name=_("the recipe's words"),
        progress=progress,
    )


def _seams(covered: Cover, matrix: EmbeddingMatrix) -> list[dict[str, Any]]:
    """What is known of the seams of `matrix`, where spaces were joined."""
    if covered.recipe.combine.kind != "align":
        return []
    from .seams import measure_seams

    return [seam.as_dict() for seam in measure_seams(covered.located, matrix)]


def _lock(build: Build, seams: list[dict[str, Any]], seconds: dict[str, float], started: float) -> dict[str, Any]:
    covered = build.cover
    infos = [source.info for source in covered.sources]
    lock = {
        "version": 1,
        "inputs": {
            "vocabulary": describe_vocabulary(covered.reading),
            "sources": [describe_source(info) for info in infos],
        },
        "keys": fingerprints(
            build.recipe,
            covered.reading.report.digest,
            [info.digest for info in infos],
            "" if build.tuning is None else build.tuning.digest,
        ),
        "matrix": {"id": build.matrix.id, "words": len(build.matrix.vocabulary), "dim": build.matrix.dim},
        "coverage": {"found": covered.coverage.as_dict(), "built": build.coverage.as_dict()},
        "dropped": len(build.dropped),
        "faulty": list(build.faulty),
        "seams": seams,
        "warnings": covered.warnings,
        "environment": describe_environment(covered.sources),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "timings": seconds,
    }
    if build.tuning is not None:
        lock["inputs"]["texts"] = build.tuning.inputs()
    return translated(lock, "en")


def open_subject(
    given: str | Path | SourceSpec,
    spec: EvaluateSpec,
    *,
    workspace: Workspace | None = None,
    base: Path | None = None,
    progress: Progress = ignore,
) -> Subject:
    """What `given` names, ready to be scored as `spec` wants it: a build's folder, or a source (`parse_source`).

    "NAME=…" gives it another name in reports. Raises `SourceError`.
    """
    from .evaluation.subjects import as_subject
    from .exports import read_build
    from .sources import BuildSpec, parse_source

    name = ""
    if isinstance(given, (str, Path)):
        name, text = _named(str(given))
        given = parse_source(text)
    parsed = resolved_path(given, base)
    options: dict[str, Any] = {"most": spec.first_rows, "case": spec.case}
    if isinstance(parsed, BuildSpec):
        progress(_("Reading the build"), 0)
        folder = Path(parsed.path).expanduser()
        matrix = read_build(folder, check=False).matrix
        return as_subject(matrix, name or folder.resolve().name, fills=spec.policy == "fills", **options)
    context = Context(workspace=workspace or _default_workspace(), progress=progress)
    return as_subject(open_source(parsed, context), name, **options)


def _named(text: str) -> tuple[str, str]:
    """("name", "source") of "name=source"; no name where there is none, or where it is a path that exists."""
    name, equals, rest = text.partition("=")
    if not equals or not name or not rest or set(name) & set("/\\:.") or Path(text).exists():
        return "", text
    return name, rest


def _default_workspace() -> Workspace:
    from .workspace.workspace import Workspace

    return Workspace()
