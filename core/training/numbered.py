"""Sentences of a text as numbers, slice by slice: cut here, or by a crew of processes; the numbers are the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .crew import Crew
from .cutting import LONGEST_SENTENCE, Runs, Sentences
from .numbering import END, GONE, Ids, Numbering

# Stands for a word that a member has told and the numbering has no number of yet.
UNKNOWN = -3
# Places of a table in front of its words', and behind them.
OWN, ROOM = 2, 1 << 10


class Here:
    """Cuts in this process."""

    def __init__(self, sentences: Sentences, numbering: Numbering) -> None:
        self._sentences, self._numbering, self._index = sentences, numbering, numbering.index
        self._runs = Runs(self._numbers)

    def _numbers(self, run: str) -> list[int]:
        index = self._index
        return [END if word is None else index[word] for word in self._sentences.cut(run)]

    @property
    def too_long(self) -> int:
        """See `Sentences.too_long`."""
        return self._sentences.too_long

    def ids(self, slices: Iterable[str]) -> Iterator[Ids]:
        """The numbers of each slice, and `END` where a sentence ends; new words are given numbers."""
        for text in slices:
            if self._numbering.index is not self._index:  # rare words went, and others have new numbers
                self._index = self._numbering.index
                self._runs.clear()
            yield np.array(self._sentences.flat(text, self._runs), np.int32)


class Apart:
    """Has a crew cut; as `Here`."""

    def __init__(self, numbering: Numbering, crew: Crew) -> None:
        self._crew = crew
        self._known = {member: _Known(numbering) for member in crew.members}
        self.too_long = 0

    def ids(self, slices: Iterable[str]) -> Iterator[Ids]:
        """See `Here.ids`."""
        for member, cut in self._crew.cut(slices):
            self.too_long += cut.too_long
            known = self._known[member]
            if cut.anew:
                known.forget()
            yield known.numbers(cut.words, cut.ids)


class _Known:
    """The numbers of the words that a member of the crew has told, by the member's own numbers."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering, self._index = numbering, numbering.index
        self.forget()

    def forget(self) -> None:
        self._words: list[str] = []
        self._table = _table([])

    def numbers(self, new: list[str], ids: Ids) -> Ids:
        """`ids` in the numbering's numbers; `new` words are the next ones of the member."""
        index = self._numbering.index
        if index is not self._index:
            self._index = index
            self._table = _table([index.get(word, UNKNOWN) for word in self._words])
        self._words += new
        if len(self._words) + OWN > len(self._table):
            self._table = np.concatenate([self._table, np.full(len(self._words), UNKNOWN, np.int32)])
        found = self._table[ids + OWN]
        if (found == UNKNOWN).any():
            lacking, first = np.unique(ids[found == UNKNOWN], return_index=True)
            # In the order of the text, as if it had been cut in one go.
            for own in lacking[np.argsort(first)].tolist():
                self._table[own + OWN] = index[self._words[own]]
            found = self._table[ids + OWN]
        return found


def _table(numbers: list[int]) -> Ids:
    """By a member's number and `OWN`: what `GONE` and `END` stand for, its words' numbers, and room for others."""
    return np.array([GONE, END, *numbers, *[UNKNOWN] * ROOM], np.int32)


def add_slices(slices: Iterable[Ids], numbering: Numbering) -> None:
    """Add sentences to `numbering`; the last slice ends one."""
    open_ = 0
    for ids in slices:
        whole, open_ = _closed(ids, open_)
        numbering.add_numbers(whole)


def _closed(ids: Ids, open_: int) -> tuple[Ids, int]:
    """Numbers without sentences in which no word is, and with long ones cut, as `Sentences.of` does.

    `open_` words stand before them in a sentence that has not ended; the second is how many stand in one behind them.
    """
    ends = np.flatnonzero(ids == END)
    starts = np.concatenate([[-open_], ends + 1])
    lengths = np.diff(starts, append=len(ids) + 1) - 1
    empty = ends[lengths[:-1] == 0]
    if empty.size:
        return _closed(np.delete(ids, empty), open_)
    left = int(lengths[-1])
    if lengths.max() > LONGEST_SENTENCE:
        ranges = zip(starts + LONGEST_SENTENCE, starts + lengths, strict=True)
        ids = np.insert(ids, np.concatenate([np.arange(*one, LONGEST_SENTENCE) for one in ranges]), END)
        left -= max(0, left - 1) // LONGEST_SENTENCE * LONGEST_SENTENCE
    return ids, left


__all__ = ["Apart", "Here", "add_slices"]
