"""Tuning from beginning to end: read the texts, train, score, compare, apply, report."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RecipeError
from ..matrix import EmbeddingMatrix
from ..messages import _
from ..progress import Progress, ignore
from .cutting import Cutter, cutter_of
from .data import language_in
from .failures import no_room_for_rows
from .kinds import TASKS, TuningSpec
from .report import Report

if TYPE_CHECKING:
    from ..vocabulary import VocabularySpec


@dataclass(frozen=True)
class Tuned:
    """What a tuning gave.

    matrix  the tuned matrix; None for a linear probe, which leaves it as it is
    report  everything else
    """

    matrix: EmbeddingMatrix | None
    report: Report


@dataclass(frozen=True)
class Job:
    """A tuning as it was asked for: what the tasks have in common.

    vocabulary  how the matrix's words were read, so that texts are cut alike; None where nobody knows
    base        folder that relative paths are relative to
    folder      of the checkpoints
    finish      take what training has reached so far
    """

    matrix: EmbeddingMatrix
    spec: Any
    base: Path | None
    folder: Path
    device: str
    finish: bool
    cutter: Cutter
    progress: Progress
    started: float


def finetune(
    matrix: EmbeddingMatrix,
    spec: TuningSpec,
    *,
    vocabulary: VocabularySpec | None = None,
    base: Path | None = None,
    folder: Path | None = None,
    device: str = "auto",
    finish: bool = False,
    progress: Progress = ignore,
) -> Tuned:
    """Tune `matrix` on the texts of `spec`, score it on texts kept apart, and say what it was worth.

    `vocabulary` is how the matrix's words were read: texts are cut alike. In `folder` a checkpoint of every epoch is
    kept, and a training that was broken off goes on from there, with the same result; with `finish` the best epoch so
    far is taken instead. Without `folder` nothing is kept. `device` is "auto", "cpu", "cuda" or "mps". On one
    processor and PyTorch version, the same spec and texts give the same matrix on "cpu".

    Raises InputError for texts that can't be used, RecipeError for a device or an option that can't be had,
    `TuningError` where training fails or changes nothing.
    """
    from ..encoding.device import choose_device, is_out_of_memory

    started = time.perf_counter()
    role = TASKS[spec.kind]
    with _kept(folder) as place:
        chosen = choose_device(device)
        language = language_in(spec.data, base=base, role=role)  # type: ignore[arg-type]
        cutter = cutter_of(vocabulary, base, language, matrix.vocabulary)
        job = Job(matrix, spec, base, place, chosen.name, finish, cutter, progress, started)
        try:
            return _TASKS[role](job)
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise no_room_for_rows(chosen.name) from error
            raise


@contextmanager
def _kept(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield Path(folder)
        return
    with tempfile.TemporaryDirectory(prefix="lexiloom-tuning-") as made:
        yield Path(made)


def _labelled(job: Job) -> Tuned:
    from .labelled import tune_labelled

    return tune_labelled(job)


def _paired(job: Job) -> Tuned:
    from .paired import tune_paired

    return tune_paired(job)


def _plain(job: Job) -> Tuned:
    from .plain import tune_plain

    return tune_plain(job)


_TASKS = {"labelled": _labelled, "pairs": _paired, "texts": _plain}


def check_spec(matrix: EmbeddingMatrix, spec: Any) -> None:
    """Raise RecipeError for options that this matrix can't be tuned with."""
    plan = spec.plan()
    if plan.width is not None and plan.width > matrix.dim:
        raise RecipeError(
            _("the projection has {width} dimensions, and the matrix {dim}").format(width=plan.width, dim=matrix.dim),
            fix=_("Give a width of {dim} or less.").format(dim=matrix.dim),
        )
    if plan.settled >= spec.epochs:
        raise RecipeError(
            _("the rows join at epoch {n}, and there are {epochs} epochs").format(n=plan.settled, epochs=spec.epochs),
            fix=_("Give more epochs, or let the rows join earlier."),
        )


__all__ = ["Job", "Tuned", "check_spec", "finetune"]
