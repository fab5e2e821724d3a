"""What a method of training can do, whatever runs inside: trained part by part, watched, kept, gone on with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..progress import Progress, ignore


class TrainingError(InputError):
    """A text that nothing can be learned from, or settings that don't fit it or each other."""


@dataclass(frozen=True)
class Start:
    """Where training starts from other vectors.

    rows      float32[V, d] in the corpus's order of words; rows of words that the source lacks are zeros
    known     bool[V]: the words that it has
    name      of the source, for people; `digest` its identity
    kept      what an artifact of the same method and width keeps beside its rows (see `Trainer.kept`), in the
              corpus's order of words where it has a row a word; empty for other sources
    """

    rows: NDArray[np.float32]
    known: NDArray[np.bool_]
    name: str
    digest: str
    kept: Mapping[str, NDArray[Any]] = field(default_factory=dict)


class Trainer(Protocol):
    """One training. An epoch has `parts` parts, each a second or so of work, after which it may be kept or stopped.

    unit   what `total` counts: "words" of text, or "cells" of a table of co-occurrences
    total  how many an epoch has
    loss_name  what `loss()` is, marked with N_: the unit of its axis
    notes  what was adjusted, for people
    """

    unit: str
    total: int
    parts: int
    loss_name: str
    device: str
    notes: list[str]

    def part(self, epoch: int, part: int, epochs: int) -> int:
        """Train on one part of epoch `epoch` (from 0) of `epochs`; how many of `total` that were."""
        ...

    def loss(self) -> float:
        """How well the present vectors do; the same measure at all times of a training, lower is better."""
        ...

    def rows(self) -> NDArray[np.float32]:
        """float32[V, d]: the present vectors, as they would be kept. Not to be written to."""
        ...

    def kept(self) -> dict[str, NDArray[Any]]:
        """What an artifact keeps beside the rows: what shows a window at work, and what goes on with it.

        word2vec, fastText: "contexts" float32[V, d] (negative sampling) or "nodes" float32[V - 1, d] (hierarchical).
        fastText besides: "buckets" int64[m], rising, and "ngrams" float32[m, d], the rows of buckets in use, and
        "own" float32[V, d], the words' own rows.
        GloVe: "words" and "contexts" float32[V, d], "word_biases" and "context_biases" float32[V].
        """
        ...

    def state(self) -> dict[str, NDArray[Any]]:
        """All that going on needs, as arrays; `restore` takes it."""
        ...

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None: ...

    def close(self) -> None:
        """Remove what lies on disk for the training."""
        ...


@dataclass
class Ground:
    """What a trainer is made on.

    folder    of its own, for what it must put on disk; it is emptied when the training ends or is broken off for good
    device    "cpu", "cuda", "cuda:0", "mps"
    """

    folder: Any
    start: Start | None = None
    device: str = "cpu"
    progress: Progress = ignore


Maker = Callable[..., Trainer]
