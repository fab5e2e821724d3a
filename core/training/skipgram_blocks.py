"""Skip-gram's windows on a device: a stretch of text as blocks of places, and which of the places around each it sees.

A block is `BLOCK` places that follow each other and `window` more on each side, so that all pairs of its windows are
cells of one small matrix. Words are left out (subsampled) before windows are made, as in word2vec.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Generator, Tensor

BLOCK = 16
# A part of the text ends behind a sentence's end that lies at most so far off.
SEARCHED = 1 << 14


@dataclass(frozen=True)
class Some:
    """Some blocks of places.

    centers  int64[b, c]: rows of the words at the places
    around   int64[b, c + 2 w]: those, and the words on both sides
    pairs    float32[b, c, c + 2 w]: 1 where a place's window holds the other
    """

    centers: Tensor
    around: Tensor
    pairs: Tensor


class Blocks:
    """A stretch of text as blocks.

    ids       int64[n] on the device: rows of words, -1 behind each sentence
    shares    float32[V]: how likely each occurrence is kept
    window    a window's reach is drawn between 1 and this
    """

    def __init__(self, ids: Tensor, shares: Tensor, window: int, random: Generator) -> None:
        import torch

        device = ids.device
        sentences = torch.cumsum(ids < 0, 0)
        drawn = torch.rand(len(ids), generator=random, device=device)
        kept = (ids >= 0) & (drawn < shares[ids.clamp(min=0)])
        ids, sentences = ids[kept], sentences[kept]
        self.window, self.places = window, len(ids)
        count = -(-len(ids) // BLOCK)
        # Places beyond the text are of no sentence.
        self._ids = torch.zeros(count * BLOCK + 2 * window, dtype=torch.int64, device=device)
        self._sentences = torch.full_like(self._ids, -1)
        self._ids[window : window + len(ids)] = ids
        self._sentences[window : window + len(ids)] = sentences
        self._reach = torch.randint(1, window + 1, (count, BLOCK), generator=random, device=device)
        self.order = torch.randperm(count, generator=random, device=device)
        away = torch.arange(BLOCK + 2 * window, device=device) - window - torch.arange(BLOCK, device=device)[:, None]
        self._away = away.abs()

    def __len__(self) -> int:
        return len(self.order)

    def take(self, first: int, last: int) -> Some:
        """The blocks of these places in a drawn order: neighbors in the text don't come together."""
        which, wide, middle = self.order[first:last], BLOCK + 2 * self.window, slice(self.window, -self.window)
        around = self._ids.unfold(0, wide, BLOCK)[which]
        sentences = self._sentences.unfold(0, wide, BLOCK)[which]
        own = sentences[:, middle]
        seen = (own[:, :, None] == sentences[:, None, :]) & (own >= 0)[:, :, None]
        seen &= (self._away <= self._reach[which][:, :, None]) & (self._away > 0)
        return Some(around[:, middle], around, seen.float())


def bounds_of(ids: NDArray[np.int32], parts: int) -> NDArray[np.int64]:
    """int64[parts + 1]: where parts of about equal length begin, and the last one ends; behind a sentence's end each,
    unless none is near."""
    even = (np.arange(parts + 1) * len(ids)) // parts
    found = [0]
    for place in even[1:-1].tolist():
        ends = np.flatnonzero(np.asarray(ids[place : place + SEARCHED]) < 0)
        found.append(max(found[-1], place + int(ends[0]) + 1 if len(ends) else place))
    return np.array([*found, len(ids)], np.int64)
