"""A source that does as if it did not hold some words: what a hold-out lets fills see."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..progress import Reached, unwatched
from ..sources.protocol import Source


class Hiding:
    """`source` without `words`, and without what is spelled like one of them but for case, width and marks.

    Implements `Source`. `compose` is the source's own: n-grams of fastText were trained with the word in sight, so
    their hold-out is optimistic.
    """

    def __init__(self, source: Source, words: Iterable[str]) -> None:
        self._source = source
        self._hidden = frozenset(map(bare, words))
        self.info = source.info

    def hides(self, word: str) -> bool:
        """Whether `word` is spelled like one that is hidden."""
        return bare(word) in self._hidden

    def locate(self, candidates: Sequence[str]) -> NDArray[np.int64]:
        """See `Source.locate`."""
        ids = self._source.locate(candidates).copy()
        held = np.flatnonzero(ids >= 0)
        ids[held[[self.hides(candidates[i]) for i in held.tolist()]]] = -1
        return ids

    def gather(
        self, ids: NDArray[np.int64], out: NDArray[np.float32], *, reached: Reached = unwatched
    ) -> NDArray[np.bool_]:
        """See `Source.gather`."""
        return self._source.gather(ids, out, reached=reached)

    def words(self) -> Iterator[str] | None:
        """See `Source.words`."""
        listed = self._source.words()
        return None if listed is None else (word for word in listed if not self.hides(word))

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        """See `Source.compose`."""
        return self._source.compose(words, out)


def bare(word: str) -> str:
    """`word` without case, width and marks; a word of marks alone stays."""
    if word.isascii() and word.isalpha():
        return word.lower()
    plain = unicodedata.normalize("NFKC", word).casefold()
    return "".join(letter for letter in plain if letter.isalnum()) or plain
