"""Tuning on labelled texts: trainings over seeds, what they reach, and against what."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _, number
from ..transforms.pca import principal_directions
from .bags import Bags
from .baselines import Baseline, run_baselines
from .checkpoints import Checkpoints
from .classify import Classify
from .compacting import compacted, table_of
from .data import Data, read_data, texts_of, tokens_of
from .ending import STAGE, Watch, ended, live_head, report_of, told_notes, training_key
from .explaining import class_words, mistakes
from .kinds import KINDS
from .loop import Trained, train
from .options import OnLabels
from .report import Report
from .scoring import Scores, correct_of, over_seeds, over_texts, score
from .table import RowTable
from .tune import Job, Tuned, check_spec
from .verdict import verdict


@dataclass
class _Texts:
    """The texts as the trainings see them: ids are positions in `used`."""

    data: Data
    used: NDArray[np.int64]
    train: Bags
    valid: Bags
    test: Bags


@dataclass
class _First:
    """The first seed's training, of which everything is told."""

    objective: Classify
    trained: Trained
    watch: Watch


def tune_labelled(job: Job) -> Tuned:
    """Tune on labels. See `finetune`."""
    spec, progress = job.spec, job.progress
    check_spec(job.matrix, spec)
    data = read_data(spec.data, job.matrix, job.cutter, base=job.base, progress=progress)
    used, (train_bags, valid, test) = compacted(len(job.matrix.vocabulary), [data.train, data.valid, data.test])
    texts = _Texts(data, used, train_bags, valid, test)
    first, found = _trainings(job, texts)
    frozen = _same_head(job, texts) if spec.plan().changes_matrix and len(test) else []
    baselines = _baselines(job, texts, len(first.trained.epochs) if job.finish else None)
    scores = [score(one, test.labels, data.classes) for one in found] if len(test) else []
    right = [correct_of(one, test.labels) for one in found] if len(test) else []
    progress(_(STAGE), 0, 3)
    judged = None
    if frozen:
        judged = verdict(right, [correct_of(one, test.labels) for one in frozen], baselines=baselines, seed=spec.seed)
    report = _reported(job, texts, first, scores, frozen, baselines)
    if len(test):
        told_by = partial(_texts_at, job)
        wrong = mistakes(first.objective, found[0], test, data.classes, job.matrix.vocabulary, told_by)
        report = report.model_copy(update={"mistakes": wrong, "texts_interval": over_texts(right, seed=spec.seed)})
    report = report.model_copy(update={"verdict": None if judged is None else _plain_verdict(judged)})
    progress(_(STAGE), 1, 3)
    told = partial(_history, len(texts.train))
    return ended(job, first.objective, first.trained, first.watch, report, told)


# Trainings


def _trainings(job: Job, texts: _Texts) -> tuple[_First, list[NDArray[np.float32]]]:
    """The first seed's training, and float32[texts, classes] of each seed on the test."""
    first, found = None, []
    for k in range(job.spec.seeds):
        objective, trained, watched = _trained(job, texts, job.spec, k)
        found.append(objective.probabilities(texts.test))
        if first is None:
            first = _First(objective, trained, watched)
        if job.finish:  # what was reached so far is wanted, no further training
            break
    assert first is not None
    return first, found


def _trained(job: Job, texts: _Texts, spec: OnLabels, k: int) -> tuple[Classify, Trained, Any]:
    table = table_of(job.matrix, texts.used, spec, train=[texts.train], device=job.device)
    objective = _objective(job, texts, spec, table, k)
    folder = job.folder / f"seed-{k}"
    live = live_head(job, objective, k) | {"classes": list(texts.data.classes)}
    watch: Any = None
    if k == 0:
        watch, told = Watch.over(job, objective, texts.train, folder, texts.data.classes)
        live |= told

    def snapshot(epoch: int) -> dict[str, Any]:
        seen: dict[str, Any] = {} if watch is None else {"moves": watch.watched.keep(epoch)}
        if epoch >= 0 and len(texts.valid):
            seen["confusion"] = _confusion(objective, texts.valid)
        return seen

    trained = train(
        objective,
        Checkpoints(folder, training_key(job, texts.data.digest, spec, k, texts.used)),
        seed=spec.seed + k,
        snapshot=snapshot,
        progress=job.progress,
        live=live,
        finish=job.finish,
    )
    return objective, trained, watch


def _objective(job: Job, texts: _Texts, spec: Any, table: RowTable, k: int) -> Classify:
    plan, dim = spec.plan(), job.matrix.dim
    transform = None
    if plan.width is not None:
        fitted = texts.used if len(texts.used) > plan.width else np.arange(len(job.matrix.vocabulary))
        transform = principal_directions(job.matrix.vectors, fitted, plan.width, job.progress)[1].astype(np.float32)
    elif plan.transform_from is not None:
        transform = np.eye(dim, dtype=np.float32)
    classes = len(texts.data.classes)
    return Classify(spec, plan, table, texts.train, texts.valid, classes, transform=transform, seed=spec.seed + k)


def _confusion(objective: Classify, bags: Bags) -> list[list[int]]:
    k = objective.classes
    pairs = bags.labels.astype(np.int64) * k + objective.last_found
    return np.bincount(pairs, minlength=k * k).reshape(k, k).tolist()


def _same_head(job: Job, texts: _Texts) -> list[NDArray[np.float32]]:
    """What the untouched rows reach under a classifier of the same kind, trained to its own best: by seed."""
    own = job.spec.model_dump(exclude_unset=True)
    kept = {
        name: own[name]
        for name in ("batch", "patience", "clip", "dropout", "word_dropout", "l1", "l2", "class_weights")
        if name in own
    }
    if own.get("weights") == "sif":
        kept["weights"] = "sif"
    probe = KINDS["probe"](data=job.spec.data, seed=job.spec.seed, **kept)
    quiet = replace(job, folder=job.folder / "untouched", finish=False)
    found = []
    for k in range(1 if job.finish else job.spec.seeds):
        objective = _trained_quietly(quiet, texts, probe, k)
        found.append(objective.probabilities(texts.test))
    return found


def _trained_quietly(
    job: Job, texts: _Texts, spec: Any, k: int, vectors: Any = None, most: int | None = None
) -> Classify:
    table = table_of(job.matrix, texts.used, spec, train=[texts.train], device=job.device, vectors=vectors)
    objective = _objective(job, texts, spec, table, k)
    checkpoints = Checkpoints(job.folder / f"seed-{k}", training_key(job, texts.data.digest, spec, k, texts.used))
    train(objective, checkpoints, seed=spec.seed + k, progress=job.progress, most=most)
    return objective


def _random(job: Job, texts: _Texts, epochs: int | None) -> Baseline:
    """The same tuning from random rows, of as many epochs where it was ended early: what the known ones are worth."""
    began = time.perf_counter()
    rng = np.random.default_rng(job.spec.seed)
    vectors = rng.standard_normal((len(texts.used), job.matrix.dim), dtype=np.float32)
    full = job.spec if job.spec.plan().rows_from is not None else KINDS["full"](data=job.spec.data, seed=job.spec.seed)
    spec = full.model_copy(update={"rows": "all", "filled_rate": 1.0})
    quiet = replace(job, folder=job.folder / "random", finish=False)
    objective = _trained_quietly(quiet, texts, spec, 0, vectors, epochs)
    given, seconds = objective.probabilities(texts.test), time.perf_counter() - began
    return Baseline.of("random", given, texts.test.labels, texts.data.classes, seconds=seconds)


def _baselines(job: Job, texts: _Texts, epochs: int | None) -> list[Baseline]:
    if not len(texts.test):
        return []
    data, spec = texts.data, job.spec
    given = bool(spec.data.test_path)

    def tokens(bags: Bags, test: bool) -> Iterator[list[str]]:
        return tokens_of(spec.data, bags.places.tolist(), job.cutter, test=test, base=job.base)

    found = run_baselines(
        data.train,
        data.test,
        job.matrix.vectors,
        data.classes,
        train_tokens=lambda: tokens(data.train, False),
        test_tokens=lambda: tokens(data.test, given),
        kinds=[kind for kind in spec.baselines if kind != "random"],
        seed=spec.seed,
        progress=job.progress,
    )
    return [*found, *([_random(job, texts, epochs)] if "random" in spec.baselines else [])]


# What is told


def _texts_at(job: Job, places: Iterable[int]) -> Mapping[int, str]:
    return texts_of(job.spec.data, places, test=bool(job.spec.data.test_path), base=job.base)


def _plain_verdict(judged: Any) -> dict[str, Any]:
    return judged.as_dict() | {"text": judged.text}


def _reported(
    job: Job,
    texts: _Texts,
    first: _First,
    scores: list[Scores],
    frozen: list[NDArray[np.float32]],
    baselines: list[Baseline],
) -> Report:
    data = texts.data
    before = {}
    if frozen:
        each = over_seeds([score(one, texts.test.labels, data.classes) for one in frozen])
        before = {name: spread.mean for name, spread in each.items()}
    return report_of(
        job,
        first.objective,
        first.trained,
        data,
        _notes(texts),
        classes=data.classes,
        scores={name: spread._asdict() for name, spread in over_seeds(scores).items()},
        runs=tuple(one.as_dict() for one in scores),
        before=before,
        baselines=tuple(one.as_dict() | {"notes": told_notes(one.notes)} for one in baselines),
        class_words=class_words(first.objective, data.classes, job.matrix.vocabulary),
    )


def _notes(texts: _Texts) -> list[str]:
    notes: list[str] = []
    if not len(texts.valid):
        notes.append(
            _("There are too few texts for a validation part: the loss on the training texts says when to stop.")
        )
    if not len(texts.test):
        notes.append(_("No texts were kept for a test: nothing says what tuning was worth."))
    return notes


def _history(texts: int, kind: str, epochs: str) -> str:
    return _("tuned on labels ({kind}, {texts} texts, {epochs} epochs)").format(
        kind=kind, texts=number(texts), epochs=epochs
    )
