"""Tuning on pairs: what belongs together is to be found by its partner."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from ..errors import InputError
from ..messages import _, number
from .bags import Bags
from .checkpoints import Checkpoints
from .compacting import compacted, table_of
from .data import PairBags, Pairs, read_pairs
from .ending import Watch, ended, live_head, report_of, training_key
from .loop import Trained, train
from .pairing import PairUp
from .report import Report
from .scoring import Spread, spread_of
from .tune import Job, Tuned, check_spec


@dataclass
class _Texts:
    data: Pairs
    used: Any
    train: PairBags
    valid: PairBags
    test: PairBags


def tune_paired(job: Job) -> Tuned:
    """Tune on pairs. See `finetune`."""
    check_spec(job.matrix, job.spec)
    data = read_pairs(job.spec.data, job.matrix, job.cutter, base=job.base, progress=job.progress)
    parts = (data.train, data.valid, data.test)
    if len(data.train) < 2:
        raise InputError(
            _("there are fewer than two pairs to train on"), where=job.spec.data.path, fix=_("Give more pairs.")
        )
    used, sides = compacted(len(job.matrix.vocabulary), [side for part in parts for side in (part.first, part.second)])
    texts = _Texts(data, used, *(PairBags(*sides[at : at + 2]) for at in (0, 2, 4)))
    first: tuple[PairUp, Trained, Watch] | None = None
    reached: list[dict[str, float]] = []
    for k in range(1 if job.finish else job.spec.seeds):
        objective, trained, watch = _trained(job, texts, k)
        reached.append(objective.evaluate(texts.test))
        if first is None:
            assert watch is not None
            first = objective, trained, watch
    assert first is not None
    objective, trained, watch = first
    told = partial(_history, len(texts.train))
    return ended(job, objective, trained, watch, _reported(job, texts, objective, trained, reached), told)


def _trained(job: Job, texts: _Texts, k: int) -> tuple[PairUp, Trained, Watch | None]:
    spec = job.spec
    both = [texts.train.first, texts.train.second]
    table = table_of(job.matrix, texts.used, spec, train=both, device=job.device)
    objective = PairUp(spec, spec.plan(), table, texts.train, texts.valid, seed=spec.seed + k)
    folder = job.folder / f"seed-{k}"
    live, watch = live_head(job, objective, k), None
    if k == 0:
        watch, told = Watch.over(job, objective, _joined(texts.train), folder)
        live |= told
    trained = train(
        objective,
        Checkpoints(folder, training_key(job, texts.data.digest, spec, k, texts.used)),
        seed=spec.seed + k,
        snapshot=lambda epoch: {} if watch is None else {"moves": watch.watched.keep(epoch)},
        progress=job.progress,
        live=live,
        finish=job.finish,
    )
    return objective, trained, watch


def _joined(pairs: PairBags) -> Bags:
    """Both sides as one, of no class: for what counts words."""
    import numpy as np

    first, second = pairs.first, pairs.second
    starts = np.concatenate([first.starts[:-1], second.starts + first.starts[-1]])
    return Bags(
        np.concatenate([first.ids, second.ids]),
        starts,
        np.zeros(2 * len(pairs), np.int32),
        np.concatenate([first.places, second.places]),
    )


def _reported(job: Job, texts: _Texts, objective: PairUp, trained: Trained, reached: list[dict[str, float]]) -> Report:
    scores: dict[str, Spread] = {}
    note: str = _("No pairs were kept for a test: nothing says what tuning was worth.")
    if len(texts.test):
        scores = {name: spread_of([one[name] for one in reached]) for name in reached[0]}
        note = objective.told(texts.test)
    return report_of(
        job,
        objective,
        trained,
        texts.data,
        [note],
        scores={name: spread._asdict() for name, spread in scores.items()},
        runs=tuple(reached) if len(texts.test) else (),
        before=objective.before(texts.test),
    )


def _history(pairs: int, kind: str, epochs: str) -> str:
    return _("tuned on pairs ({kind}, {pairs} pairs, {epochs} epochs)").format(
        kind=kind, pairs=number(pairs), epochs=epochs
    )
