"""The missing words while their causes are sought: columns that fill up."""

from __future__ import annotations

from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ..combining.joint import JointSource
from ..ladder.lemmas import is_english
from ..matrix import Located
from ..progress import Progress
from .causes import CODES, Cause

AT_ONCE = 1 << 15
# Files of vectors stand by frequency: words further down are no likely ones.
LISTED = 100_000
# So large a share of words that begin with a capital, and a capital says nothing.
ALL_CAPITALS = 0.9
Proposal = tuple[str, ...]
NO_PROPOSAL: Proposal = ()


class Sheet:
    """The words `rows` of a located vocabulary, each with its cause and proposal once they are known.

    words      the words, in the order of `rows`
    causes     int8[k]: position in CAUSES, -1 where none is found yet
    proposals  object[k]: tuples of spellings
    """

    def __init__(self, located: Located, rows: NDArray[np.int64], progress: Progress) -> None:
        self.located, self.progress = located, progress
        self.vocabulary = located.vocabulary
        self.rows = rows
        self.words = [self.vocabulary.words[row] for row in rows.tolist()]
        self.causes = np.full(len(rows), -1, np.int8)
        self.proposals = np.full(len(rows), None, object)
        self.proposals[:] = [NO_PROPOSAL] * len(rows)
        # What has no end holds every word, which says nothing of it.
        self.sources = tuple(source for source in located.sources if source.info.size is not None)

    def open(self) -> list[int]:
        """Positions whose cause is not found yet."""
        return np.flatnonzero(self.causes < 0).tolist()

    def settle(self, at: int, cause: Cause, proposal: Proposal = NO_PROPOSAL) -> None:
        """The cause of the word at position `at`, and what would serve it."""
        self.causes[at] = CODES[cause]
        self.proposals[at] = proposal

    def held(self, forms: list[str]) -> NDArray[np.bool_]:
        """bool[len(forms)]: which of them a source holds as they are written."""
        there = np.zeros(len(forms), bool)
        for source in self.sources:
            left = np.flatnonzero(~there)
            for first in range(0, len(left), AT_ONCE):
                part = left[first : first + AT_ONCE]
                there[part] = source.locate([forms[i] for i in part.tolist()]) >= 0
        return there

    @cached_property
    def listed(self) -> dict[str, int]:
        """The words that the sources list, the first of each, with their ranks: 0 for the most frequent.

        A word's count in the vocabulary tells as much as its place in a source: the better of both ranks counts.
        """
        found: dict[str, int] = {}
        for source in self.sources:
            for part in source.parts if isinstance(source, JointSource) else (source,):
                for rank, word in enumerate(islice(part.words() or (), LISTED)):
                    found[word] = min(rank, found.get(word, rank))
        counts = self.vocabulary.counts
        if counts is not None:
            there = np.flatnonzero((self.located.source_of >= 0) & (counts > 0))
            there = there[np.argsort(-counts[there], kind="stable")][:LISTED]
            for rank, row in enumerate(there.tolist()):
                word = self.vocabulary.words[row]
                found[word] = min(rank, found.get(word, rank))
        return found

    def rank(self, word: str) -> int:
        """The rank of `word` among the listed ones; one behind all for a word that is none of them."""
        return self.listed.get(word, LISTED)

    @cached_property
    def is_english(self) -> bool:
        """Whether the words in Latin letters are English, for all that can be told."""
        return is_english(self.vocabulary.words)

    @cached_property
    def _cased(self) -> bool:
        """Whether capitals mean something: some words begin with one, not all do."""
        plain = [word for word in self.vocabulary.words if word.isascii() and word.isalpha()]
        capital = sum(word[0].isupper() for word in plain)
        return 0 < capital < ALL_CAPITALS * len(plain)

    def is_name(self, word: str) -> bool:
        """Whether `word` may be a name: it begins with a capital, and is not there without it."""
        return self._cased and word[0].isupper() and word.lower() not in self.vocabulary.ids
