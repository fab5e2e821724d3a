"""Texts as bags of a matrix's rows, packed one after the other: no padding, whatever their lengths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Bags:
    """Texts as the rows of their tokens.

    ids     int32[tokens]: rows of the matrix, text after text; tokens that the matrix does not hold are left out
    starts  int64[texts + 1]: where each text begins in `ids`; the last is their number
    labels  int32[texts]: each text's class, -1 for none
    places  int64[texts]: each text's row in its file, from 0
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    labels: NDArray[np.int32]
    places: NDArray[np.int64]

    def __post_init__(self) -> None:
        n = len(self.labels)
        if self.starts.shape != (n + 1,) or len(self.places) != n:
            raise ValueError(f"{len(self.starts)} starts and {len(self.places)} places for {n} texts")
        if int(self.starts[-1]) != len(self.ids):
            raise ValueError(f"{len(self.ids)} tokens, the last text ends at {int(self.starts[-1])}")

    @classmethod
    def of(cls, texts: Iterable[Sequence[int]], labels: ArrayLike, places: ArrayLike | None = None) -> Bags:
        """Pack lists of rows."""
        parts = [np.asarray(text, np.int32) for text in texts]
        ids = np.concatenate(parts) if parts else np.empty(0, np.int32)
        starts = np.zeros(len(parts) + 1, np.int64)
        np.cumsum([len(part) for part in parts], out=starts[1:])
        where = np.arange(len(parts)) if places is None else places
        return cls(ids, starts, np.asarray(labels, np.int32), np.asarray(where, np.int64))

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """int64[texts]: tokens that each text has."""
        return np.diff(self.starts)

    def take(self, at: NDArray[np.integer]) -> Bags:
        """The texts at positions `at`, in that order."""
        ids, starts = self.gathered(at)
        return Bags(ids, starts, self.labels[at], self.places[at])

    def gathered(self, at: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The ids of the texts at `at`, one after the other, and their starts."""
        lengths = self.starts[at + 1] - self.starts[at]
        starts = np.zeros(len(at) + 1, np.int64)
        np.cumsum(lengths, out=starts[1:])
        # Every token's place: where its text begins, plus how far it stands into it.
        places = np.arange(starts[-1]) + np.repeat(self.starts[at] - starts[:-1], lengths)
        return self.ids[places], starts
