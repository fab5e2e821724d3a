"""GloVe: vectors whose products are the logarithms of co-occurrences. Pennington, Socher & Manning 2014."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _
from ..neighbors.exact import workers as processors
from .contract import Ground, Trainer, TrainingError
from .cooccurrence import FOLDER, Cooccurrences, count_cooccurrences
from .glove_cells import Deck
from .glove_start import Anchors, Parameters, anchors_of, starting
from .spec import GloveSpec

if TYPE_CHECKING:
    from .tokens import Corpus

# Floats that a part moves, whatever the number of threads: about a second of two.
PART = 4e8
FEWEST = 50_000  # cells of a part
STRETCHES = 4  # of a part for each thread, so that none waits long for another


def make_glove(spec: GloveSpec, corpus: Corpus, ground: Ground) -> Trainer:
    """Count co-occurrences on `ground`, unless they lie there already, and what trains on them.

    Raises TrainingError where no two words stand together or the start has another width, WorkspaceError when the disk
    refuses.
    """
    table = count_cooccurrences(
        corpus,
        Path(ground.folder),
        window=spec.window,
        symmetric=spec.symmetric,
        memory=spec.memory << 20,
        workers=_threads(spec),
        seed=spec.seed,
        progress=ground.progress,
    )
    if not table.cells:
        raise TrainingError(
            _("no two words stand together in the text: nothing can be learned from it"),
            fix=_("Give more text, or a smaller minimum count (--set min_count=…)."),
        )
    work = Work.of(spec, len(corpus.words), table, ground)
    if ground.device.partition(":")[0] == "cuda":
        from .glove_torch import TorchGlove

        return TorchGlove(work, ground.device)
    return Glove(work)


def _threads(spec: GloveSpec) -> int:
    return spec.workers or processors()


@dataclass(frozen=True)
class Work:
    """A training made ready, whatever it runs on."""

    spec: GloveSpec
    folder: Path
    deck: Deck
    parameters: Parameters
    anchors: Anchors

    @classmethod
    def of(cls, spec: GloveSpec, words: int, table: Cooccurrences, ground: Ground) -> Work:
        per_part = max(FEWEST, round(PART / spec.dim))
        deck = Deck(table, x_max=spec.x_max, alpha=spec.alpha, per_part=per_part, seed=spec.seed)
        parameters = starting(spec, words, ground.start)
        degrees = deck.degrees(words) if spec.anchor and ground.start is not None else None
        anchors = anchors_of(spec, parameters.vectors.shape[2], ground.start, degrees)
        return cls(spec, Path(ground.folder), deck, parameters, anchors)


class GloveTraining:
    """What GloVe has in common on all devices; `Trainer` says what its methods do."""

    unit = "cells"
    loss_name = N_("Weighted squared error of a co-occurrence")

    def __init__(self, work: Work, device: str) -> None:
        self.device = device
        self.total, self.parts = work.deck.total, work.deck.parts
        self.notes: list[str] = []
        # Mean cost of the cells of the last whole epoch, each before its step: what the authors' program prints.
        self.cost = float("nan")
        self._work = work
        self._sample = work.deck.sample()
        self._costs, self._seen = 0.0, 0

    def part(self, epoch: int, part: int, epochs: int) -> int:
        if part == 0:
            self._costs, self._seen = 0.0, 0
        cost, seen = self._train(epoch, part)
        self._costs, self._seen = self._costs + cost, self._seen + seen
        if part == self.parts - 1 and self._seen == self.total:
            self.cost = self._costs / self._seen
        return seen

    def _train(self, epoch: int, part: int) -> tuple[float, int]:
        """The sum of costs of a part, and how many cells it had."""
        raise NotImplementedError

    def loss(self) -> float:
        from .glove_kernels import cost_of

        parameters = self._work.parameters
        return float(cost_of(self._sample.ids, self._sample.reals, parameters.vectors, parameters.biases))

    def rows(self) -> NDArray[np.float32]:
        return self._work.parameters.rows()

    def kept(self) -> dict[str, NDArray[Any]]:
        return self._work.parameters.kept()

    def state(self) -> dict[str, NDArray[Any]]:
        return self._work.parameters.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._work.parameters.restore(state)

    def close(self) -> None:
        shutil.rmtree(self._work.folder / FOLDER, ignore_errors=True)


class Glove(GloveTraining):
    """GloVe on processors: stochastic, one cell a step, threads without locks (Recht et al. 2011, arXiv 1106.5730)."""

    def __init__(self, work: Work) -> None:
        super().__init__(work, "cpu")
        self._threads = _threads(work.spec)

    def _train(self, epoch: int, part: int) -> tuple[float, int]:
        from .glove_kernels import train

        turns, parameters, anchors = self._work.deck.turns(epoch, part), self._work.parameters, self._work.anchors

        def stretch(bounds: tuple[int, int]) -> tuple[float, int]:
            return train(
                turns.cells.ids,
                turns.cells.reals,
                *bounds,
                turns.bits,
                turns.keys,
                parameters.vectors,
                parameters.biases,
                np.float32(self._work.spec.rate),
                anchors.used,
                anchors.rows,
                anchors.pulls,
            )

        if self._threads == 1:
            return stretch((turns.first, turns.last))
        with ThreadPoolExecutor(self._threads, "glove") as pool:
            done = list(pool.map(stretch, turns.split(STRETCHES * self._threads)))
        return sum(cost for cost, _seen in done), sum(seen for _cost, seen in done)
