"""What the tasks of tuning have in common: words watched on the way, and the matrix at the end."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _, number, speaking
from ..workspace.state_files import finite
from .applying import exported, tuned_matrix
from .bags import Bags
from .drift import measure_drift, measure_forgetting
from .kinds import TASKS, TITLES
from .loop import Objective, Trained
from .report import Curve, Report
from .table import RowTable
from .tune import Job, Tuned
from .watching import Watched, choose_watched

STAGE = N_("Looking at what changed")


@dataclass(frozen=True)
class Watch:
    """Words whose way is drawn.

    at       int64[n]: positions in the table
    classes  the class that each speaks for, "" for none
    """

    watched: Watched
    at: NDArray[np.int64]
    classes: list[str]

    @classmethod
    def over(
        cls, job: Job, objective: Objective, train: Bags, folder: Path, classes: Sequence[str] = ()
    ) -> tuple[Watch, dict[str, Any]]:
        """Watch the words that the spec names, and telling ones; and what is told of them beforehand."""
        import torch

        vocabulary, table = job.matrix.vocabulary, objective.table
        asked = _places([vocabulary.ids[word] for word in job.spec.watch if word in vocabulary.ids], table.used)
        at, named = choose_watched(asked, train, table.used, classes)
        folder.mkdir(parents=True, exist_ok=True)
        places = torch.from_numpy(at).to(table.device)

        def now() -> NDArray[np.float32]:
            return exported(table.values[places], objective.module, objective.plan, table.scale)

        words = [vocabulary.words[row] for row in table.used[at].tolist()]
        origins = [origin_name(job, row) for row in table.used[at].tolist()]
        return cls(Watched(folder, now, at), at, named), {
            "watched": words,
            "watched_origins": origins,
            "watched_classes": named,
        }


def origin_name(job: Job, row: int) -> str:
    """How a row came about, as reports name it."""
    from ..rows import Origin

    return Origin(int(job.matrix.rows.origin[row])).name.lower()


def _places(rows: Sequence[int], used: NDArray[np.int64]) -> list[int]:
    found = np.searchsorted(used, rows)
    return [int(at) for at, row in zip(found, rows, strict=True) if at < len(used) and used[at] == row]


def training_key(job: Job, digest: str, spec: Any, k: int, used: NDArray[np.int64]) -> str:
    """Names a training: its texts, its matrix, its seed, and its options but for those of what else is done.

    The rows `used` tell how the texts were cut.
    """
    table = spec.model_dump(mode="json", exclude={"data", "seeds", "watch", "suite_dir", "baselines"})
    rows = hashlib.sha256(used.tobytes()).hexdigest()
    told = json.dumps([1, table, digest, rows, job.matrix.id, spec.seed + k], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def live_head(job: Job, objective: Objective, k: int) -> dict[str, Any]:
    """What a watcher is told from the start."""
    spec, table = job.spec, objective.table
    return {
        "device": job.device,
        "memory": table.nbytes,
        "examples_total": objective.examples * spec.epochs,
        "unit": objective.unit,
        "seed": k,
        "seeds": spec.seeds,
    }


def told_spec(spec: Any) -> dict[str, Any]:
    """The options as a report holds them: files by their names, so that it is the same wherever they lie."""
    table = spec.model_dump(mode="json", exclude={"suite_dir"})
    names = {name: Path(table["data"][name]).name for name in ("path", "test_path") if table["data"][name]}
    return {**table, "data": {**table["data"], **names}}


def told_notes(notes: Sequence[str]) -> list[dict[str, Any]]:
    """Notes as a report holds them."""
    return [{"text": note} for note in notes]


def told_data(described: Any) -> dict[str, Any]:
    """What a file of texts is like, as a report holds it."""
    return described.as_dict() | {"name": Path(described.name).name, "notes": told_notes(described.notes)}


def report_of(job: Job, objective: Objective, trained: Trained, data: Any, notes: Sequence[str], **more: Any) -> Report:
    """The report's common part, and `more` of its fields; `data` is a task's: `Data` or `Pairs`."""
    other = getattr(objective, "other", None)
    return Report(
        task=TASKS[job.spec.kind],
        spec=told_spec(job.spec),
        device=job.device,
        memory=objective.table.nbytes + (0 if other is None else other.nbytes),
        seconds=0.0,
        per_second=trained.per_second,
        unit=objective.unit,
        changed=job.spec.plan().changes_matrix,
        digest=data.digest,
        data=told_data(data.described),
        test_data=None if data.described_test is None else told_data(data.described_test),
        parts={"train": len(data.train), "valid": len(data.valid), "test": len(data.test)},
        curve=curve_of(trained),
        notes=tuple(told_notes([*data.notes, *trained.notes, *common_notes(job), *notes])),
        **more,
    )


def curve_of(trained: Trained) -> Curve:
    """How a training went, for a report."""
    epochs = tuple(finite(asdict(one)) for one in trained.epochs)
    return Curve(epochs=epochs, steps=trained.steps, best=trained.best, stopped=trained.stopped)


def common_notes(job: Job) -> list[str]:
    """What every report notes."""
    notes: list[str] = []
    missing = [word for word in job.spec.watch if word not in job.matrix.vocabulary.ids]
    if missing:
        notes.append(_("These watched words are not in the matrix: {words}").format(words=", ".join(missing[:10])))
    if job.finish and job.spec.seeds > 1 and job.spec.kind != "skipgram":
        notes.append(_("Training was ended early, and one seed alone was trained."))
    return notes


def ended(
    job: Job, objective: Objective, trained: Trained, watch: Watch, report: Report, told: Callable[[str, str], str]
) -> Tuned:
    """The matrix with what was trained, and what became of its rows; `told` names the texts for the history."""
    spec, table = job.spec, objective.table
    used = table.used
    moves = watch.watched.moves(job.matrix, used[watch.at], watch.classes, trained.epochs[-1].number)
    changes: dict[str, Any] = {"moves": moves}
    tuned = None
    if spec.plan().changes_matrix:
        # A matrix's history is in English, whatever the language of who tuned it.
        with speaking("en"):
            history = str(told(_(TITLES[spec.kind]), number(trained.best + 1)))
        tuned = _matrix(job, table, objective.module, history)
        changes["drift"] = measure_drift(job.matrix, tuned, used, seed=spec.seed, progress=job.progress)
        job.progress(_(STAGE), 2, 3)
        forgot = measure_forgetting(job.matrix, tuned, spec.suite_dir, base=job.base, progress=job.progress)
        changes["forgetting"] = forgot
    job.progress(_(STAGE), 3, 3)
    return Tuned(tuned, report.model_copy(update={**changes, "seconds": time.perf_counter() - job.started}))


def _matrix(job: Job, table: RowTable, module: Any, history: str) -> Any:
    weights = getattr(job.spec, "weights", "equal")
    return tuned_matrix(job.matrix, table, module, job.spec.plan(), weights=weights, told=history)
