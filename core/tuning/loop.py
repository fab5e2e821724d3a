"""The one loop: batches, loss, gradients, a step; after each epoch validation, a checkpoint, and whether to stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ..encoding.device import is_out_of_memory
from ..messages import N_, _, number, pack, unpack
from ..progress import Progress, ignore
from .batches import Batch, ahead, moved
from .checkpoints import Checkpoints
from .failures import TuningError, no_room, not_a_number, nothing_moved, nothing_to_finish
from .options import Tuning
from .plan import Plan
from .running import autocast, threads
from .table import RowTable, Taken

if TYPE_CHECKING:
    from torch import Tensor, nn

STAGE = N_("Training")
LIVE_SECONDS = 0.5
# A curve of the loss within epochs has about so many points.
POINTS = 400
# … and of more epochs than this in proportion.
LONG = 40


@dataclass(frozen=True)
class Epoch:
    """One pass over the training texts.

    loss      mean over its batches
    measures  on the validation texts: "loss", and what the task has ("accuracy", "macro_f1", "mrr")
    seconds   of its training; `examples` were trained on in them
    rate      of rows at its end, relative to where it began
    """

    number: int
    loss: float
    measures: dict[str, float]
    seconds: float
    examples: int
    rate: float


class Objective(Protocol):
    """What is trained, and how it is told whether that helps.

    One that has a second table (`other`: RowTable) gets its rows at `batch.other_words` as `taken.other`; they are
    moved and kept alike, at `spec.context_rate`, from the first epoch on.
    """

    plan: Plan
    spec: Any
    table: RowTable
    module: nn.Module
    device: str
    unit: str

    @property
    def examples(self) -> int:
        """How many an epoch has."""
        ...

    def batches(self, epoch: int, size: int) -> Iterator[Any]: ...

    def loss(self, taken: Taken, batch: Any) -> Tensor: ...

    def validate(self) -> dict[str, float]: ...

    def halves(self, batch: Any) -> tuple[Any, Any] | None:
        """A batch in two, where one is too large for the device; None for one that can't be parted."""
        ...

    def where(self, batch: Any) -> str:
        """Which of the data a batch is, for people."""
        ...


@dataclass(frozen=True)
class Trained:
    """epochs   all that ran; the table and the head hold the state after `best`
    steps    (examples so far, loss) within epochs
    stopped  "patience" or "epochs"
    notes    what was adjusted, for people
    """

    epochs: tuple[Epoch, ...]
    best: int
    steps: tuple[tuple[int, float], ...]
    stopped: str
    notes: tuple[str, ...] = ()

    @property
    def per_second(self) -> float:
        """Examples trained on per second."""
        return sum(e.examples for e in self.epochs) / max(1e-9, sum(e.seconds for e in self.epochs))


def train(
    objective: Objective,
    checkpoints: Checkpoints,
    *,
    seed: int = 0,
    snapshot: Callable[[int], dict[str, Any]] = lambda epoch: {},
    progress: Progress = ignore,
    live: dict[str, Any] | None = None,
    finish: bool = False,
    most: int | None = None,
) -> Trained:
    """Train until patience or epochs end; then the objective holds the best state.

    Goes on from the last checkpoint where there is one; (seed, epoch) fixes all that is random in an epoch, so the
    result is the same as without the break. `snapshot` is asked after each epoch (and before the first, as -1) for what
    the checkpoints' watchers see besides. With `finish` the best epoch so far is taken, and no further one trained;
    with `most` it ends after so many, as if it had been asked to then. Raises `TuningError` for a loss that is not a
    number, where there is nothing to finish, and where epochs end before all that is to move has begun to.
    """
    run = _Run(objective, checkpoints, seed, snapshot, progress, live or {})
    if checkpoints.last is not None:
        run.resume()
    elif not finish:
        run.tell(-1)
    if finish:
        if run.best < 0:
            raise nothing_to_finish()
        run.take_best()
        return Trained(
            tuple(run.epochs), run.best, tuple(run.steps), run.over() or "asked", tuple(dict.fromkeys(run.notes))
        )
    with threads(objective):
        while (stopped := run.over()) is None and (most is None or len(run.epochs) < most):
            run.epoch()
    if run.best < 0:
        raise nothing_moved(objective.plan.settled, len(run.epochs))
    run.take_best()
    return Trained(tuple(run.epochs), run.best, tuple(run.steps), stopped or "asked", tuple(dict.fromkeys(run.notes)))


class _Run:
    """A training under way."""

    def __init__(
        self,
        objective: Objective,
        checkpoints: Checkpoints,
        seed: int,
        snapshot: Callable[[int], dict[str, Any]],
        progress: Progress,
        live: dict[str, Any],
    ) -> None:
        self.objective, self.checkpoints, self.seed, self.progress = objective, checkpoints, seed, progress
        self.snapshot = snapshot
        self.spec: Tuning = objective.spec
        self._other: RowTable | None = getattr(objective, "other", None)
        self.epochs: list[Epoch] = []
        self.steps: list[tuple[int, float]] = []
        self.notes: list[str] = []
        self.best, self._lowest = -1, float("inf")
        self._largest = self.spec.batch
        self._live, self._told_at, self._told = live, 0.0, {}
        self._optimizer = self._made_optimizer()
        self._total = self.spec.epochs * max(1, objective.examples)

    # What is kept

    def resume(self) -> None:
        last = self.checkpoints.last
        assert last is not None
        kept = self.checkpoints.state
        self.epochs = [Epoch(**one) for one in kept["epochs"]]
        self.steps = [tuple(one) for one in kept["steps"]]
        # Before all moves, no epoch is the best.
        self.best = -1 if kept["best"] is None else kept["best"]
        self._lowest = kept["lowest"]
        # What was seen of other words has no place among what is seen of these.
        self._told = kept["told"] if kept["watched"] == self._live.get("watched") else {}
        self._largest, self.notes = kept["largest"], [unpack(note) for note in kept["notes"]]
        self._load(last)

    def take_best(self) -> None:
        if self.best != self.epochs[-1].number:
            self._load(self.best)

    def _load(self, epoch: int) -> None:
        import torch

        tensors = self.checkpoints.load(epoch, self._tables())
        head = {n.partition(".")[2]: t for n, t in tensors.items() if n.startswith("head.")}
        self.objective.module.load_state_dict(head)
        if self._optimizer is not None:
            named = list(self.objective.module.parameters())
            for k, parameter in enumerate(named):
                found = {n.split(".")[2]: t for n, t in tensors.items() if n.startswith(f"adam.{k}.")}
                if found:
                    self._optimizer.state[parameter] = {
                        n: t.to(parameter.device) if n != "step" else torch.as_tensor(t) for n, t in found.items()
                    }

    def _tables(self) -> dict[str, Tensor]:
        tables = dict(self.objective.table.state())
        if self._other is not None:
            tables |= {f"other.{name}": t for name, t in self._other.state().items()}
        return tables

    def _tensors(self) -> dict[str, Tensor]:
        tensors = self._tables()
        tensors |= {f"head.{name}": t for name, t in self.objective.module.state_dict().items()}
        if self._optimizer is not None:
            for k, parameter in enumerate(self.objective.module.parameters()):
                tensors |= {f"adam.{k}.{name}": t for name, t in self._optimizer.state.get(parameter, {}).items()}
        return tensors

    # An epoch

    def over(self) -> str | None:
        if not self.epochs:
            return None
        settled = max(self.objective.plan.settled, self.best)
        if self.epochs[-1].number - settled >= self.spec.patience:
            return "patience"
        return "epochs" if len(self.epochs) >= self.spec.epochs else None

    def epoch(self) -> None:
        import torch

        n, plan, objective = len(self.epochs), self.objective.plan, self.objective
        torch.manual_seed((self.seed << 20) + n)
        moves_rows = plan.rows_from is not None and n >= plan.rows_from
        objective.module.train()
        self._hold_transform(n)
        began, done, total, recent = time.perf_counter(), 0, 0.0, []
        # Some points in each epoch, however many epochs there are.
        every = max(1, objective.examples * min(self.spec.epochs, LONG) // POINTS)
        points = 0
        for batch in ahead(objective.batches(n, self._largest)):
            loss = self._step_parts(moved(batch, objective.device), moves_rows, n * objective.examples + done)
            done += len(batch)
            total += loss * len(batch)
            recent.append(loss)
            if done // every > points:
                points = done // every
                self.steps.append((n * objective.examples + done, sum(recent) / len(recent)))
                recent = []
            self.progress(_(STAGE), n * objective.examples + done, self._total, objective.unit, self._message(n))
            self._tell_running(n, done)
        seconds = time.perf_counter() - began
        measures = objective.validate()
        self.epochs.append(Epoch(n, total / max(1, done), measures, seconds, done, self._fade((n + 1) * done)))
        self._see(n)
        self._keep(n, measures["loss"])
        self._write_live()

    def _keep(self, n: int, loss: float) -> None:
        if loss != loss:  # there are no validation texts
            loss = self.epochs[-1].loss
        # An epoch before all has begun to move is no result: the matrix would be as it was.
        better = n >= self.objective.plan.settled and (loss < self._lowest or self.best < 0)
        if better:
            self.best, self._lowest = n, loss
        told = {"epochs": [asdict(e) for e in self.epochs], "steps": self.steps, "lowest": self._lowest}
        told |= {"told": self._told, "watched": self._live.get("watched")}
        told |= {"largest": self._largest, "notes": [pack(note) for note in self.notes]}
        self.checkpoints.save(n, self._tensors(), best=better, **told)

    def _step_parts(self, batch: Any, moves_rows: bool, done: int) -> float:
        """A step; where the device has no room for it, in halves, and so for all that follow."""
        import torch

        if len(batch) > self._largest and (parts := self.objective.halves(batch)):
            return sum(self._step_parts(part, moves_rows, done) * len(part) for part in parts) / len(batch)
        try:
            return self._step(batch, moves_rows, done)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
        if self._optimizer is not None:
            self._optimizer.zero_grad()
        torch.cuda.empty_cache()
        parts = self.objective.halves(batch)
        if parts is None:
            raise no_room(self.objective.device)
        self._largest = max(1, (len(batch) + 1) // 2)
        self.notes.append(
            _("The batch of {asked} does not fit into the memory of {device}: batches of {n} from then on.").format(
                asked=number(self.spec.batch), device=self.objective.device, n=number(self._largest)
            )
        )
        return sum(self._step_parts(part, moves_rows, done) * len(part) for part in parts) / len(batch)

    def _step(self, batch: Any, moves_rows: bool, done: int) -> float:
        objective, table = self.objective, self.objective.table
        fade = self._fade(done)
        learns_weights = moves_rows and getattr(self.spec, "weights", "equal") == "learned"
        taken = table.take(batch.words, rows=moves_rows, weights=learns_weights)
        if self._other is not None:
            taken.other = self._other.take(batch.other_words, rows=True, weights=False)
        with autocast(objective.device):
            loss = objective.loss(taken, batch)
        if objective.plan.anchor and moves_rows:
            distance = (taken.vectors - table.start_of(taken.at)).square().sum()
            loss = loss + objective.plan.anchor / len(batch) * distance
        value = loss.item()
        if value != value or value in (float("inf"), float("-inf")):
            raise not_a_number(objective.where(batch), len(self.epochs))
        loss.backward()
        others = () if taken.other is None else (taken.other.vectors,)
        moving = (*objective.module.parameters(), taken.vectors, taken.logits, *others)
        self._clip([p for p in moving if p.grad is not None])
        if self._optimizer is not None:
            for group in self._optimizer.param_groups:
                group["lr"] = group["asked"] * fade
            self._optimizer.step()
            self._optimizer.zero_grad()
        table.step(taken, self.spec.rate * fade, getattr(self.spec, "weight_rate", 0.0) * fade)
        if self._other is not None and taken.other is not None:
            self._other.step(taken.other, self.spec.context_rate * fade, 0.0)  # type: ignore[attr-defined]  # as above
        return value

    def _clip(self, parameters: list[Tensor]) -> None:
        from torch.nn.utils import clip_grad_norm_

        if self.spec.clip and parameters:
            clip_grad_norm_(parameters, self.spec.clip)

    def _fade(self, done: int) -> float:
        """Rates fall evenly to nothing over all epochs that were asked for."""
        return max(0.0, 1 - done / self._total)

    def _made_optimizer(self) -> Any:
        import torch

        parameters = list(self.objective.module.parameters())
        if not parameters:
            return None
        rate, decay = self.spec.head_rate, self.spec.l2  # type: ignore[attr-defined]  # kinds with a head have them
        groups = [
            {"params": [p for p in parameters if p.dim() > 1], "weight_decay": decay, "asked": rate},
            {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0, "asked": rate},
        ]
        return torch.optim.AdamW(groups, lr=rate)

    def _hold_transform(self, epoch: int) -> None:
        transform, begins = getattr(self.objective.module, "transform", None), self.objective.plan.transform_from
        if transform is not None and begins is not None:
            transform.requires_grad_(epoch >= begins)

    # What is told

    def _message(self, epoch: int) -> str:
        return _("epoch {n} of at most {all}").format(n=number(epoch + 1), all=number(self.spec.epochs))

    def tell(self, epoch: int) -> None:
        """Let whoever watches see how it stands after an epoch (-1: before the first)."""
        self._see(epoch)
        self._write_live()

    def _see(self, epoch: int) -> None:
        # A checkpoint holds what was seen up to its own epoch: going on from it, nothing is missing in between.
        for name, value in self.snapshot(epoch).items():
            self._told.setdefault(name, []).append(value)

    def _tell_running(self, epoch: int, done: int) -> None:
        now = time.monotonic()
        if now - self._told_at >= LIVE_SECONDS:
            self._told_at = now
            self._write_live()

    def _write_live(self) -> None:
        self.checkpoints.live(
            {
                **self._live,
                "epochs": [asdict(e) for e in self.epochs],
                "steps": self.steps,
                "best": self.best,
                **self._told,
            }
        )


__all__ = ["Batch", "Epoch", "Objective", "Trained", "TuningError", "train"]
