"""The task of running text: rows go on learning to foretell the words around each word (skip-gram).

Skip-gram with negative sampling (Mikolov et al. 2013, arXiv 1310.4546), subsampled and windowed as word2vec does it.
Negatives are shared by the pairs of a batch, as in Ji et al. 2016, arXiv 1604.04661: a step is one matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _, number
from .bags import Bags
from .batches import moved
from .kinds.skipgram import Skipgram
from .loop import TuningError
from .plan import Plan
from .table import RowTable, Taken

if TYPE_CHECKING:
    from torch import Tensor, nn

# What a pair's negatives weigh together, however many are drawn: as word2vec's five.
NEGATIVES = 5
# Words of the text whose windows are drawn at once.
CHUNK = 1 << 18
# Longer texts are cut into such pieces, as word2vec does it.
LONGEST = 10_000
# The validation reads so many words of its texts, evenly spread.
VALID_WORDS = 200_000


@dataclass(frozen=True)
class Windows:
    """Pairs of a center and a word around it, and the negatives that they share.

    words        int64[u]: rows of the centers, each once
    other_words  int64[v]: rows of the words around them and of negatives in the second table, each once
    center, around  int64[p]: each pair's positions in `words` and `other_words`
    negative     int64[k]: positions in `other_words`, each once
    weights      float32[u, k]: how often a center's pairs have this negative; a pair's own word around is none of its
    pairs        int64[p, 2], drawn int64[n]: the same in rows, and all negatives
    size         words of the text that these stand for, those included that subsampling left out
    text         position of the text of the first pair
    """

    words: Tensor
    other_words: Tensor
    center: Tensor
    around: Tensor
    negative: Tensor
    weights: Tensor
    pairs: NDArray[np.int64]
    drawn: NDArray[np.int64]
    size: int
    text: int

    def __len__(self) -> int:
        return self.size


class Continue:
    """Running text as an `Objective`; the ids of `train` and `valid` are positions in `table`.

    An epoch has as many examples as its texts have words; subsampling leaves some of them out, a share that varies
    little. `other` is the table of contexts, zero at first: what they are is learned anew, at `spec.context_rate`.
    Raises `TuningError` for texts in which no word stands beside another.
    """

    unit = N_("words")

    def __init__(
        self,
        spec: Skipgram,
        plan: Plan,
        table: RowTable,
        train: Bags,
        valid: Bags,
        *,
        seed: int = 0,
        other: RowTable | None = None,
    ) -> None:
        from torch import nn

        self.spec, self.plan, self.table, self.device = spec, plan, table, table.device
        self.train, self.valid, self.seed = _cut(train), _spread(_cut(valid)), seed
        for part in (self.train, self.valid):
            _refuse_single(part)
        self.module: nn.Module = nn.Module()
        m = len(table)
        self.other = other or RowTable(
            np.zeros((m, table.dim), np.float32), np.arange(m), scale=1.0, device=self.device
        )
        counts = np.bincount(train.ids, minlength=m)
        self._kept = kept_shares(counts, spec.subsample)
        self._cumulative = np.cumsum(counts**0.75)

    @property
    def examples(self) -> int:
        return len(self.train.ids)

    def batches(self, epoch: int, size: int) -> Iterator[Windows]:
        return self._made(self.train, np.random.default_rng([self.seed, epoch]), size)

    def _made(self, bags: Bags, random: np.random.Generator, size: int) -> Iterator[Windows]:
        order = random.permutation(len(bags))
        for at in _chunks(order, bags.lengths[order], CHUNK):
            ids, starts = bags.gathered(at)
            texts = np.repeat(np.arange(len(at)), np.diff(starts))
            kept = np.flatnonzero(random.random(len(ids)) < self._kept[ids])
            first, second = windows(texts[kept], self.spec.window, random)
            # Each word with its windows into a batch by chance, the same number of words into each.
            count = -(-len(ids) // size)
            batch_of = random.permutation(len(kept)) * count // max(1, len(kept))
            by_batch = np.argsort(batch_of[first], kind="stable")
            bounds = np.searchsorted(batch_of[first][by_batch], np.arange(count + 1))
            sizes = np.diff(np.arange(count + 1) * len(ids) // count)
            for k in range(count):
                inside = by_batch[bounds[k] : bounds[k + 1]]
                if len(inside):
                    pairs = np.stack([ids[kept[first[inside]]], ids[kept[second[inside]]]], 1).astype(np.int64)
                    yield windows_of(pairs, self._drawn(random), int(sizes[k]), int(at[texts[kept[first[inside[0]]]]]))

    def _drawn(self, random: np.random.Generator) -> NDArray[np.int64]:
        """Rows of negatives, by their counts to the power of .75."""
        drawn = random.random(self.spec.negatives) * self._cumulative[-1]
        return np.minimum(np.searchsorted(self._cumulative, drawn, side="right"), len(self._cumulative) - 1)

    def loss(self, taken: Taken, batch: Windows) -> Tensor:
        """The mean over pairs of -log s(u·e) - 5 · the mean over their negatives of log s(-u·e)."""
        from torch.nn.functional import softplus

        assert taken.other is not None
        # Rows have a root mean square of 1: so divided they are as long as word2vec's, whatever their dimensions.
        centers, contexts = taken.vectors / taken.vectors.shape[1] ** 0.5, taken.other.vectors
        near = (centers.index_select(0, batch.center) * contexts.index_select(0, batch.around)).sum(1)
        far = centers @ contexts.index_select(0, batch.negative).T
        apart = (softplus(far.float()) * batch.weights).sum() * (NEGATIVES / len(batch.drawn))
        return (softplus(-near.float()).sum() + apart) / len(batch.center)

    def halves(self, batch: Windows) -> tuple[Windows, Windows] | None:
        if len(batch.pairs) < 2 or batch.size < 2:
            return None
        middle, size = len(batch.pairs) // 2, batch.size // 2
        first = windows_of(batch.pairs[:middle], batch.drawn, size, batch.text)
        second = windows_of(batch.pairs[middle:], batch.drawn, batch.size - size, batch.text)
        return moved(first, self.device), moved(second, self.device)

    def where(self, batch: Windows) -> str:
        return _("the batch with the texts in rows {places}, …").format(
            places=number(int(self.train.places[batch.text]) + 1)
        )

    def validate(self) -> dict[str, float]:
        """The same loss on the validation texts, with windows and negatives that are always the same."""
        import torch

        total = pairs = 0
        with torch.no_grad():
            for batch in self._made(self.valid, np.random.default_rng(0), self.spec.batch):
                given = moved(batch, self.device)
                taken = self.table.take(given.words, rows=False, weights=False)
                taken.other = self.other.take(given.other_words, rows=False, weights=False)
                total += self.loss(taken, given).item() * len(batch.pairs)
                pairs += len(batch.pairs)
        return {"loss": total / max(1, pairs)}


def kept_shares(counts: NDArray[np.int64], threshold: float) -> NDArray[np.float32]:
    """float32[m]: the probability that a word is kept, as word2vec has it; 1 for all where `threshold` is 0."""
    if not threshold:
        return np.ones(len(counts), np.float32)
    rarity = threshold * max(1, counts.sum()) / np.maximum(counts, 1)
    return np.minimum(1.0, np.sqrt(rarity) + rarity).astype(np.float32)


def windows(
    texts: NDArray[np.int64], window: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """int64[p] each: the positions of a word and of one around it, of the same text, at most 1..`window` away.

    How far is drawn for each word. `texts` int64[n] names the text of each word, rising.
    """
    reach = random.integers(1, window + 1, len(texts))
    first, second = [], []
    for away in range(1, min(window, len(texts) - 1) + 1):
        left = np.flatnonzero(texts[away:] == texts[:-away])
        right = left + away
        forward, backward = reach[left] >= away, reach[right] >= away
        first += [left[forward], right[backward]]
        second += [right[forward], left[backward]]
    nothing = np.empty(0, np.int64)
    return np.concatenate([nothing, *first]), np.concatenate([nothing, *second])


def windows_of(pairs: NDArray[np.int64], drawn: NDArray[np.int64], size: int, text: int) -> Windows:
    """Name each row once, and weigh negatives."""
    import torch

    words, center = np.unique(pairs[:, 0], return_inverse=True)
    other_words, around = np.unique(np.concatenate([pairs[:, 1], drawn]), return_inverse=True)
    around, negative = around[: len(pairs)], around[len(pairs) :]
    times = np.bincount(negative, minlength=len(other_words))
    negative = np.flatnonzero(times)
    weights = np.outer(np.bincount(center), times[negative]).astype(np.float32)
    # A pair whose own word around was drawn doesn't have it as a negative.
    column = np.full(len(other_words), -1)
    column[negative] = np.arange(len(negative))
    own = np.flatnonzero(column[around] >= 0)
    np.subtract.at(weights, (center[own], column[around[own]]), times[around[own]].astype(np.float32))
    tensors = [torch.from_numpy(array) for array in (words, other_words, center, around, negative, weights)]
    return Windows(*tensors, pairs=pairs, drawn=drawn, size=size, text=text)


def _chunks(order: NDArray[np.int64], lengths: NDArray[np.int64], words: int) -> Iterator[NDArray[np.int64]]:
    """`order` in parts of about so many words, a whole text at least."""
    part = (np.cumsum(lengths) - lengths) // words
    yield from np.split(order, np.flatnonzero(np.diff(part)) + 1)


def _cut(bags: Bags) -> Bags:
    """The same words in texts of at most LONGEST."""
    pieces = np.maximum(1, -(-bags.lengths // LONGEST))
    text = np.repeat(np.arange(len(bags)), pieces)
    before = np.arange(len(text)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    starts = np.append(bags.starts[text] + before * LONGEST, len(bags.ids))
    return Bags(bags.ids, starts, bags.labels[text], bags.places[text])


def _spread(bags: Bags) -> Bags:
    """Texts of about VALID_WORDS words, evenly spread over all."""
    share = VALID_WORDS / max(1, len(bags.ids))
    if share >= 1:
        return bags
    return bags.take(np.unique(np.linspace(0, len(bags) - 1, max(1, int(len(bags) * share))).astype(np.int64)))


def _refuse_single(bags: Bags) -> None:
    if not (bags.lengths > 1).any():
        raise TuningError(
            _("no word of the training or the validation texts stands beside another that the matrix holds"),
            fix=_("Give running text, one sentence or paragraph a line, or a larger share for validation."),
        )
