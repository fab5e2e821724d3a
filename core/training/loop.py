"""The one loop of all methods: part after part, looked at, kept, told of, and stopped between two parts."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Any

import numpy as np

from ..messages import N_, _, number, pack
from ..progress import Progress
from .contract import Trainer, TrainingError
from .keeping import Kept
from .watching import Course, Looker

STAGE = N_("Training")
TICK = 0.2


def run(
    trainer: Trainer,
    kept: Kept,
    *,
    epochs: int,
    words: tuple[str, ...],
    watch: tuple[str, ...],
    told: dict[str, Any],
    finish: bool = False,
    progress: Progress,
) -> Course:
    """Train `epochs` epochs and say how they went; goes on where `kept` holds a part of them.

    told    what live.json says besides how training stands
    finish  train no further: the trainer gets the kept state

    It keeps what is trained from time to time; where it is stopped, `kept.whatever_ends` does. Raises `TrainingError`
    where vectors are no numbers any more, and where there is nothing to finish.
    """
    course, done = kept.course, kept.parts
    if done:
        kept.restore(trainer)
    elif finish:
        raise TrainingError(
            _("nothing of this training is kept, so there is nothing to finish"),
            fix=_("Run the command without --finish; once it has trained for a while, it can be ended early."),
        )
    looker = Looker(words, watch, course)
    follow = _Follower(trainer, kept, course, epochs, told, progress)
    if not finish:
        looker.look(trainer)
        follow.tell()
        _train(trainer, kept, looker, follow, done, epochs * trainer.parts)
    looker.look(trainer)
    follow.tell()
    return course


def _train(trainer: Trainer, kept: Kept, looker: Looker, follow: _Follower, done: int, parts: int) -> None:
    pool = ThreadPoolExecutor(1, "lexiloom-training")
    try:
        for at in range(done, parts):
            _wait(pool.submit(_part, trainer, kept, at, follow.epochs), follow.tick)
            if looker.due() or at + 1 == parts:
                looker.look(trainer)
                _refuse_broken(trainer, kept.course)
                follow.tell()
            if kept.due():
                kept.save(trainer)
    finally:
        # Also where it is stopped, wherever that falls: a part is not broken off, its vectors would be neither.
        pool.shutdown()


def _part(trainer: Trainer, kept: Kept, at: int, epochs: int) -> None:
    """Train one part. That it is trained is noted in the thread that trains, which nobody can interrupt."""
    kept.whole = False
    begun = time.perf_counter()
    epoch, part = divmod(at, trainer.parts)
    kept.course.done += trainer.part(epoch, part, epochs)
    kept.course.seconds += time.perf_counter() - begun
    kept.reached, kept.whole = at + 1, True


def _wait(work: Future[None], tick: Callable[[], None]) -> None:
    while True:
        tick()
        try:
            return work.result(TICK)
        except NotYet:
            # Also an error of the part's own, which is raised again here.
            if work.done():
                return work.result()


def _refuse_broken(trainer: Trainer, course: Course) -> None:
    if not np.isfinite(course.losses[-1][1]):
        raise TrainingError(
            _("the vectors are no numbers any more: training ran away"),
            fix=_("Give a smaller rate (--set rate=…)."),
        )


class _Follower:
    """Tells of the training: to `progress` at every tick, to live.json after a look."""

    def __init__(
        self, trainer: Trainer, kept: Kept, course: Course, epochs: int, told: dict[str, Any], progress: Progress
    ) -> None:
        self.course, self.epochs = course, epochs
        self._trainer, self._kept, self._told, self._progress = trainer, kept, told, progress
        self._begun, self._before = time.perf_counter(), course.done

    @property
    def _pace(self) -> float:
        """Units a second, of this run alone: another machine may have begun it."""
        took = time.perf_counter() - self._begun
        return (self.course.done - self._before) / took if took > 0 else 0.0

    def tick(self) -> None:
        total = self.epochs * self._trainer.total
        message = ""
        if self.course.done > self._before and self.course.losses:
            text = _("{n} words/s, loss {loss}") if self._trainer.unit == "words" else _("{n} pairs/s, loss {loss}")
            message = text.format(n=number(round(self._pace)), loss=f"{self.course.losses[-1][1]:.4f}")
        unit = self._trainer.unit
        self._progress(_(STAGE), min(self.course.done, total), total, unit, message)

    def tell(self) -> None:
        trainer, pace = self._trainer, self._pace
        total, name = self.epochs * trainer.total, trainer.loss_name
        self._kept.live(
            {
                **self._told,
                **self.course.as_dict(),
                "unit": trainer.unit,
                "total": trainer.total,
                "epochs": self.epochs,
                "per_second": pace,
                "left": (total - self.course.done) / pace if pace else None,
                "loss_name": pack(_(name)),
                "device": trainer.device,
                "notes": [pack(note) for note in (*self._told.get("notes", ()), *trainer.notes)],
            }
        )
