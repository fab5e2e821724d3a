"""The way of some words through training: their rows after each epoch, kept beside the checkpoints."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..matrix import EmbeddingMatrix
from ..rows import Origin
from ..workspace.atomic import atomic_file
from .bags import Bags
from .report import Moves

MOST = 200
FRAMES = 30
# Texts that tell which words speak for a class, and counts that are held of these.
SAMPLED, FREQUENT = 200_000, 5_000_000
# A word speaks for a class if it occurs so often, and so much more often than by chance (standard deviations).
LEAST_COUNT, TELLING = 5, 3.0


def speaking_for(train: Bags, rows: int, classes: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """int64[rows]: the class in whose texts each row is more frequent than by chance, and float64[rows]: by how many
    standard deviations (Poisson); 0 for rows too rare to tell.
    """
    # The frequent rows alone, of some texts where there are many: each takes a count for every class.
    if len(train) > SAMPLED:
        train = train.take(np.linspace(0, len(train) - 1, SAMPLED).astype(np.int64))
    frequent = np.sort(
        np.argsort(-np.bincount(train.ids, minlength=rows), kind="stable")[: FREQUENT // max(1, classes)]
    )
    place = np.full(rows, -1)
    place[frequent] = np.arange(len(frequent))
    labels, ids = np.repeat(train.labels, train.lengths), place[train.ids]
    labels, ids = labels[ids >= 0], ids[ids >= 0]
    counts = np.bincount(ids.astype(np.int64) * classes + labels, minlength=len(frequent) * classes)
    counts = counts.reshape(len(frequent), classes).astype(np.float64)
    total = counts.sum(axis=1)
    expected = np.outer(total, counts.sum(axis=0) / max(1.0, total.sum()))
    beyond = (counts - expected) / np.sqrt(np.maximum(expected, 1e-9))
    best, most = np.zeros(rows, np.int64), np.zeros(rows)
    best[frequent] = beyond.argmax(axis=1)
    most[frequent] = np.where(total >= LEAST_COUNT, beyond.max(axis=1), 0.0)
    return best, most


def choose_watched(
    asked: Sequence[int], train: Bags, used: NDArray[np.int64], classes: Sequence[str], most: int = MOST
) -> tuple[NDArray[np.int64], list[str]]:
    """int64[n]: positions in the table to be watched, and the class that each speaks for, "" for none.

    Those `asked` (positions), then for each class the words that speak for it most, then frequent ones.
    """
    chosen: dict[int, str] = {}
    if classes:
        best, beyond = speaking_for(train, len(used), len(classes))
    else:  # running text has no labels
        best, beyond = np.zeros(len(used), np.int64), np.zeros(len(used))
    named = [classes[k] if beyond[at] >= TELLING else "" for at, k in enumerate(best.tolist())]
    for at in asked:
        chosen[int(at)] = named[at]
    share = max(1, (3 * most // 4) // max(1, len(classes)))
    for k in range(len(classes)):
        mine = np.flatnonzero((best == k) & (beyond >= TELLING))
        for at in mine[np.argsort(-beyond[mine], kind="stable")][:share].tolist():
            chosen.setdefault(at, named[at])
    frequent = np.argsort(-np.bincount(train.ids, minlength=len(used)), kind="stable")
    for at in frequent.tolist():
        if len(chosen) >= most:
            break
        chosen.setdefault(at, named[at])
    kept = list(chosen)[:most]
    return np.array(kept, np.int64), [chosen[at] for at in kept]


class Watched:
    """The rows of watched words after each epoch; `now()` gives float32[n, d], those of the words at `at`.

    Files name which words these are: whoever goes on with a training may watch others than before.
    """

    def __init__(self, folder: Path, now: Callable[[], NDArray[np.float32]], at: NDArray[np.int64]) -> None:
        self._folder, self._now = folder, now
        self._name = f"watched-{hashlib.blake2b(at.tobytes(), digest_size=4).hexdigest()}"
        self._plane: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    def keep(self, epoch: int) -> list[list[float]]:
        """Keep the rows as they are after `epoch` (-1: before the first), and tell their places in a fixed plane."""
        rows = self._now()
        with atomic_file(self._path(epoch)) as file:
            np.save(file, rows, allow_pickle=False)
        if self._plane is None:
            first = self._path(-1)
            start = np.load(first, allow_pickle=False) if first.is_file() else rows
            mean = start.mean(axis=0, dtype=np.float64)
            self._plane = mean, _axes(start - mean)[0]
        mean, axes = self._plane
        return np.round((rows - mean) @ axes.T, 5).tolist()

    def moves(
        self, matrix: EmbeddingMatrix, rows: NDArray[np.int64], classes: Sequence[str], last: int
    ) -> Moves | None:
        """The way up to epoch `last`; None where nothing was watched, or there are too few words for a plane."""
        frames = [epoch for epoch in range(-1, last + 1) if self._path(epoch).is_file()]
        if len(frames) > FRAMES:
            frames = [frames[at] for at in np.unique(np.linspace(0, len(frames) - 1, FRAMES).astype(int))]
        if len(rows) < 3 or not frames:
            return None
        seen = np.stack([np.load(self._path(epoch), allow_pickle=False) for epoch in frames]).astype(np.float64)
        flat = seen.reshape(-1, seen.shape[2])
        flat -= flat.mean(axis=0)
        axes, explained = _axes(flat)
        points = (flat @ axes.T).reshape(len(frames), len(rows), 2)
        words = matrix.vocabulary.words
        return Moves(
            words=tuple(words[row] for row in rows.tolist()),
            origins=tuple(Origin(int(code)).name.lower() for code in matrix.rows.origin[rows]),
            classes=tuple(classes),
            frames=tuple(frames),
            points=tuple(tuple((float(x), float(y)) for x, y in frame) for frame in np.round(points, 5)),
            explained=explained,
        )

    def _path(self, epoch: int) -> Path:
        return self._folder / f"{self._name}-{epoch + 1}.npy"


def _axes(rows: NDArray[Any]) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """float64[2, d]: the two directions of most variance of centered rows, and their shares of it."""
    _left, sizes, directions = np.linalg.svd(np.asarray(rows, np.float64), full_matrices=False)
    axes = np.zeros((2, rows.shape[1]))
    axes[: min(2, len(directions))] = directions[:2]
    # The entry of largest size is positive, so that equal input gives equal signs.
    largest = np.abs(axes).argmax(axis=1)
    signs = np.sign(axes[np.arange(2), largest])
    axes *= np.where(signs == 0, 1, signs)[:, None]
    total = float((sizes**2).sum()) or 1.0
    shares = [float(size**2) / total for size in sizes[:2]] + [0.0, 0.0]
    return axes, (shares[0], shares[1])
