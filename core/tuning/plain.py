"""Tuning on running text: skip-gram goes on where the rows' own training ended."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..messages import _, number
from .checkpoints import Checkpoints
from .compacting import compacted, table_of
from .continuing import Continue
from .data import read_texts
from .ending import Watch, ended, live_head, report_of, training_key
from .loop import train
from .tune import Job, Tuned, check_spec


def tune_plain(job: Job) -> Tuned:
    """Tune on running text. See `finetune`. One seed: it is for the rows, and no score of a task depends on it."""
    spec = job.spec
    check_spec(job.matrix, spec)
    data = read_texts(spec.data, job.matrix, job.cutter, base=job.base, progress=job.progress)
    used, (train_bags, valid, test) = compacted(len(job.matrix.vocabulary), [data.train, data.valid, data.test])
    if not (test.lengths > 1).any():  # nothing stands beside anything there
        test = test.take(np.empty(0, np.int64))
    table = table_of(job.matrix, used, spec, train=[train_bags], device=job.device)
    objective = Continue(spec, spec.plan(), table, train_bags, valid, seed=spec.seed)
    folder = job.folder / "seed-0"
    watch, told = Watch.over(job, objective, train_bags, folder)
    trained = train(
        objective,
        Checkpoints(folder, training_key(job, data.digest, spec, 0, used)),
        seed=spec.seed,
        snapshot=lambda epoch: {"moves": watch.watched.keep(epoch)},
        progress=job.progress,
        live=live_head(job, objective, 0) | {"seeds": 1} | told,
        finish=job.finish,
    )
    scores = {}
    if len(test):
        reached = Continue(spec, spec.plan(), table, train_bags, test, seed=spec.seed, other=objective.other).validate()
        scores = {name: {"mean": value, "low": None, "high": None} for name, value in reached.items()}
    report = report_of(job, objective, trained, data, (), scores=scores)
    return ended(job, objective, trained, watch, report, partial(_history, len(train_bags.ids)))


def _history(words: int, kind: str, epochs: str) -> str:
    return _("tuned on running text ({kind}, {words} words, {epochs} epochs)").format(
        kind=kind, words=number(words), epochs=epochs
    )
