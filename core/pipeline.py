"""A recipe, run: vocabulary, sources, look-up, coverage, fill, transforms. Sequences and reports; no arithmetic."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .coverage import Coverage, measure_coverage
from .covering import (
    Clock,
    Cover,
    Gain,
    context_of,
    cover,
    cover_opened,
    default_workspace,
    is_quick_to_read,
    measure_gains,
    read,
    unused_words,
)
from .lock import describe_environment, describe_source, describe_vocabulary
from .matrix import EmbeddingMatrix
from .messages import _, speaking, translated, with_told
from .progress import Progress, ignore
from .recipe import Recipe, fingerprints, resolved_path
from .sources import open_source
from .sources.protocol import Context

if TYPE_CHECKING:
    from .evaluation.evaluating import Evaluation
    from .evaluation.spec import EvaluateSpec
    from .evaluation.subjects import Subject
    from .gate import Gate
    from .sources import SourceSpec
    from .tuning.report import Report
    from .workspace.workspace import Workspace


@dataclass(frozen=True)
class Build:
    """What a recipe gave: the matrix with its provenance, and the lock of what really happened.

    coverage  of the finished matrix, by origin; `cover.coverage` is what was found before the fill
    dropped   (word, count) of the words that the fill left out
    faulty    words whose row in the source is not finite: counted as missing, and filled
    lock      resolved inputs with digests, library versions, timings, coverage, warnings
    evaluation  scores of the matrix, None where the recipe asks for none
    tuning    how it was tuned and what that was worth, None likewise
    gate      its degenerate rows, before the tuning: what was to be expected, and what was accepted
    inputs    (name, digest) of donors and corpora that fills read
    mends     name -> text of the files that keep words whole, where the recipe asks for them
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
    gate: Gate | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    mends: dict[str, str] = field(default_factory=dict)

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
            mends=self.mends,
            progress=progress,
        )
        return target


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
    models run. Raises what `cover` raises, `FillError`, and `GateError` for a matrix with degenerate rows that the
    recipe does not accept.
    """
    from .gate import QUICKLY, examine_gate
    from .oov import fill
    from .transforms import transform
    from .weights import weigh

    started = time.time()
    workspace = workspace or default_workspace()
    covered = cover(recipe, workspace=workspace, progress=progress, base=base, device=device)
    clock = Clock()
    with clock("fill"):
        filled = fill(
            covered.located,
            _resolved_fill(recipe, base),
            seed=recipe.seed,
            context=context_of(covered, workspace, base=base, device=device, progress=progress),
            left_out=covered.fixed.left_out,
        )
    with clock("transform"):
        matrix = transform(filled.matrix, recipe.transforms, progress=progress)
    if recipe.weights is not None:
        weights, told = weigh(matrix.vocabulary, recipe.weights)
        matrix = matrix.replace(weights=weights, history=(*matrix.history, told))
    with clock("gate"):
        gate = examine_gate(matrix, recipe.gate, seed=recipe.seed, tested=QUICKLY, progress=progress)
    if error := gate.error():
        raise error
    report = None
    if recipe.tuning is not None:
        with clock("tuning"):
            matrix, report = _tuned(recipe, matrix, base, device, progress)
    coverage = measure_coverage(matrix.rows, matrix.vocabulary)
    with clock("seams"):
        seams = _seams(covered, matrix)
    build = Build(recipe, matrix, covered, coverage, filled.dropped, filled.faulty, {}, base, tuning=report, gate=gate)
    build = replace(build, inputs=filled.inputs, mends=_mends(covered, base, progress))
    if recipe.evaluate is not None:
        with clock("evaluate"):
            build = replace(build, evaluation=_evaluated(build, workspace, progress))
    return replace(build, lock=_lock(build, seams, {**covered.seconds, **clock.seconds}, started))


def _resolved_fill(recipe: Recipe, base: Path | None) -> Any:
    return resolved_path(recipe.oov, base)


def _mends(covered: Cover, base: Path | None, progress: Progress) -> dict[str, str]:
    """The files that keep words whole, by their names; none where none is asked for, or no word needs them."""
    from .vocabulary.mending import mends_of

    if not covered.recipe.keep_whole:
        return {}
    return mends_of(covered.reading, unused_words(covered, base=base, progress=progress), progress=progress)


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
        oov=_resolved_fill(build.recipe, build.base),
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
            [digest for _name, digest in build.inputs],
        ),
        "matrix": {"id": build.matrix.id, "words": len(build.matrix.vocabulary), "dim": build.matrix.dim},
        "coverage": {"found": covered.coverage.as_dict(), "built": build.coverage.as_dict()},
        "dropped": len(build.dropped),
        "faulty": list(build.faulty),
        "seams": seams,
        "warnings": covered.warnings,
        "gate": None if build.gate is None else with_told(build.gate.as_dict()),
        "environment": describe_environment(covered.sources),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "timings": seconds,
    }
    if build.inputs:
        lock["inputs"]["fills"] = [{"name": name, "digest": digest} for name, digest in build.inputs]
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
    context = Context(workspace=workspace or default_workspace(), progress=progress)
    return as_subject(open_source(parsed, context), name, **options)


def _named(text: str) -> tuple[str, str]:
    """("name", "source") of "name=source"; no name where there is none, or where it is a path that exists."""
    name, equals, rest = text.partition("=")
    if not equals or not name or not rest or set(name) & set("/\\:.") or Path(text).exists():
        return "", text
    return name, rest


__all__ = [
    "Build",
    "Cover",
    "Gain",
    "context_of",
    "cover",
    "cover_opened",
    "is_quick_to_read",
    "measure_gains",
    "open_subject",
    "read",
    "run",
    "unused_words",
]
