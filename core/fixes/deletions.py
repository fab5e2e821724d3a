"""Words few edits apart, found among many: the symmetric deletion of SymSpell (Garbe 2012), on arrays.

Two words at most k edits apart become one when at most k characters are deleted from each. So the hashes of all that
deletion makes of the words are sorted once, and those of the asked words looked up there; what is found is measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

LONGEST = 40
# Asked words of a block: deletion makes some dozens of each.
AT_ONCE = 1 << 14
_FACTORS = np.random.default_rng(0).integers(0, 1 << 63, LONGEST + 1, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


class Deletions:
    """An index of `words`: which of them are at most `edits` edits (optimal string alignment) from an asked one.

    Words of more than LONGEST characters are near none.
    """

    def __init__(self, words: Sequence[str], edits: int) -> None:
        self._words, self._edits = list(words), edits
        hashes, owners = _hashed(words, edits)
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._owners = hashes[order], owners[order]

    def near(self, asked: Sequence[str]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
        """Block by block: positions in `asked`, positions in the words, edits between them (1 to the most)."""
        for first in range(0, len(asked), AT_ONCE):
            block = list(asked[first : first + AT_ONCE])
            at, among = self._pairs(block)
            edits = self._measured([block[i] for i in at.tolist()], [self._words[i] for i in among.tolist()])
            close = (edits > 0) & (edits <= self._edits)
            yield at[close] + first, among[close], edits[close]

    def _pairs(self, block: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        hashes, owners = _hashed(block, self._edits)
        order = np.argsort(hashes)
        hashes, owners = hashes[order], owners[order]
        low = np.searchsorted(self._hashes, hashes, side="left")
        counts = np.searchsorted(self._hashes, hashes, side="right") - low
        starts = np.cumsum(counts) - counts
        places = np.repeat(low - starts, counts) + np.arange(int(counts.sum()))
        both = np.repeat(owners, counts).astype(np.int64) * len(self._words) + self._owners[places]
        pairs = np.unique(both)
        return pairs // max(1, len(self._words)), pairs % max(1, len(self._words))

    def _measured(self, left: Sequence[str], right: Sequence[str]) -> NDArray[np.int64]:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import cpdist

        if not left:
            return np.empty(0, np.int64)
        # What is further than the most is told as one more.
        return cpdist(left, right, scorer=OSA.distance, score_cutoff=self._edits, dtype=np.int32).astype(np.int64)


def _hashed(words: Sequence[str], edits: int) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Hashes of all that at most `edits` deletions make of each word, and the word's position."""
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    hashes: list[NDArray[np.uint64]] = []
    owners: list[NDArray[np.int32]] = []
    for length in np.unique(lengths[lengths <= LONGEST]).tolist():
        at = np.flatnonzero(lengths == length)
        codes = np.array([[ord(c) for c in words[i]] for i in at.tolist()], np.uint64).reshape(len(at), length)
        codes = codes + np.uint64(1)
        for gone in range(min(edits, length) + 1):
            for kept in combinations(range(length), length - gone):
                hashes.append(codes[:, kept] @ _FACTORS[: length - gone] + _FACTORS[length - gone])
                owners.append(at.astype(np.int32))
    if not hashes:
        return np.empty(0, np.uint64), np.empty(0, np.int32)
    return np.concatenate(hashes), np.concatenate(owners)
