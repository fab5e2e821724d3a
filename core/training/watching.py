"""How a training stands, for whoever looks on: its loss, its pace, and the neighbors of some words as they settle."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from .contract import Trainer
from .spec import MOST_WATCHED

NEIGHBORS = 10
# A curve of the loss has at most so many points.
POINTS = 400
# A look takes at most so large a share of the time, and comes at most so often.
SHARE, LOOK_SECONDS = 0.01, 1.0
# So many of the most frequent words are looked through for some to watch.
FREQUENT = 500
CHOSEN = 5


@dataclass
class WatchedWord:
    """The neighbors of one word: (word, cosine) at the start and now.

    settled  (how much was trained, the share of the neighbors that were there at the look before), rising
    """

    word: str
    start: list[tuple[str, float]] = field(default_factory=list)
    now: list[tuple[str, float]] = field(default_factory=list)
    settled: list[tuple[int, float]] = field(default_factory=list)


@dataclass
class Course:
    """How a training went so far.

    done     how many of the trainer's units, over all epochs; `seconds` of training they took
    losses   (done, loss), rising
    """

    done: int = 0
    seconds: float = 0.0
    losses: list[tuple[int, float]] = field(default_factory=list)
    watched: list[WatchedWord] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "per_second": self.per_second}

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Course:
        watched = [
            WatchedWord(one["word"], _pairs(one["start"]), _pairs(one["now"]), _pairs(one["settled"]))
            for one in told["watched"]
        ]
        return cls(told["done"], told["seconds"], _pairs(told["losses"]), watched)


def _pairs(told: list[Any]) -> list[Any]:
    """JSON's lists of two as tuples."""
    return [(first, second) for first, second in told]


class Looker:
    """Looks at a trainer now and then, as often as that costs little.

    words    all words, in row order; `asked` those that are to be watched
    """

    def __init__(self, words: Sequence[str], asked: Sequence[str], course: Course) -> None:
        self._words = words
        self._course = course
        wanted = set(asked)
        # Not an index of all words: there may be a million, and eight are asked for.
        self._rows = {word: row for row, word in enumerate(words) if word in wanted}
        known = {one.word for one in course.watched}
        course.watched = [one for one in course.watched if one.word in self._rows]
        course.watched += [WatchedWord(word) for word in asked if word in self._rows and word not in known]
        self._next = 0.0

    def due(self) -> bool:
        return time.monotonic() >= self._next

    def look(self, trainer: Trainer) -> None:
        """Measure the loss and find the neighbors anew."""
        begun, course = time.monotonic(), self._course
        if not course.losses or course.losses[-1][0] < course.done:
            course.losses.append((course.done, float(trainer.loss())))
            course.losses = _thinned(course.losses)
        if course.watched:
            found = nearest_words(trainer.rows(), [self._rows[one.word] for one in course.watched], self._words)
            for one, now in zip(course.watched, found, strict=True):
                _settle(one, now, course.done)
        took = time.monotonic() - begun
        self._next = time.monotonic() + max(LOOK_SECONDS, took / SHARE)


def _settle(one: WatchedWord, now: list[tuple[str, float]], done: int) -> None:
    if not one.now:
        one.start = now
    elif not one.settled or one.settled[-1][0] < done:
        before = {word for word, _cosine in one.now}
        one.settled.append((done, len(before & {word for word, _cosine in now}) / max(1, len(now))))
        one.settled = _thinned(one.settled)
    one.now = now


def _thinned(curve: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Every second point where there are too many; the first and the last stay."""
    return curve if len(curve) <= POINTS else [*curve[:-1:2], curve[-1]]


def nearest_words(
    rows: NDArray[np.float32], at: Sequence[int], words: Sequence[str], most: int = NEIGHBORS
) -> list[list[tuple[str, float]]]:
    """For each of the rows `at` the words of the largest cosine, itself left out."""
    asked = rows[list(at)]
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    lengths[lengths == 0] = 1
    cosines = (rows @ asked.T) / lengths[:, None] / lengths[list(at)]
    found = []
    for k, row in enumerate(at):
        column = cosines[:, k]
        column[row] = -2
        few = min(most, len(words) - 1)
        best = np.argpartition(-column, few - 1)[:few] if few else np.empty(0, np.int64)
        best = best[np.lexsort((best, -column[best]))]
        found.append([(words[i], round(float(column[i]), 4)) for i in best.tolist()])
    return found


def choose_watched(asked: Sequence[str], words: Sequence[str], language: str, notes: list[str]) -> tuple[str, ...]:
    """The words to watch: those `asked` that there are, else some frequent ones that carry meaning."""
    if asked:
        there = set(words)
        kept = tuple(dict.fromkeys(word for word in asked if word in there))
        lacking = [word for word in dict.fromkeys(asked) if word not in there]
        if lacking:
            notes.append(_("not in the vocabulary, so not watched: {words}").format(words=", ".join(lacking)))
        return kept[:MOST_WATCHED]
    from stopwordsiso import stopwords

    spoken = language.split("+") if language else ["en", "zh"]
    left_out = frozenset().union(*(stopwords(one) for one in spoken))
    shortest = 2 if "zh" in spoken else 4
    telling = (word for word in words[:FREQUENT] if word.lower() not in left_out and len(word) >= shortest)
    return tuple(word for word, _n in zip(filter(str.isalpha, telling), range(CHOSEN), strict=False))
