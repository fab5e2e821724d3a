"""The task of pairs: a text is to be nearer to its partner than to the partners of others.

Multiple negatives ranking: of a batch's pairs, each has all others as negatives, in both directions (Henderson et al.
2017, arXiv 1705.00652; the cosine times a scale as in Sentence-BERT, Reimers and Gurevych 2019, arXiv 1908.10084).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _, number
from .bags import Bags
from .batches import Batch, batch_of, in_order, moved, shuffled
from .data import PairBags
from .head import pooled
from .kinds.pairs import PairsTuning
from .plan import Plan
from .table import RowTable, Taken

if TYPE_CHECKING:
    from torch import Tensor

# Texts in one batch where nothing is learned.
AT_ONCE = 1024
# A partner is sought among at most so many: ranks cost their square.
CANDIDATES = 10_000
# Of the length of a row. Shorter texts than this (of zero rows only) count by their length: the gradient of a cosine
# has no bound there, and one such text would outweigh all others of its batch.
SHORTEST = 0.01


class PairUp:
    """Pairs of texts as an `Objective`; the ids of `train` and `valid` are positions in `table`.

    Two pairs that have a text in common (the same words, in whatever order) are no negatives of each other.
    """

    unit = N_("pairs")

    def __init__(
        self, spec: PairsTuning, plan: Plan, table: RowTable, train: PairBags, valid: PairBags, *, seed: int = 0
    ) -> None:
        from torch import nn

        self.spec, self.plan, self.table, self.device = spec, plan, table, table.device
        self.train, self.valid, self.seed = train, valid, seed
        self.module = nn.Module()
        self._keys = keys_of(train)
        self._first_logits = table.logits.clone()

    @property
    def examples(self) -> int:
        return len(self.train)

    def batches(self, epoch: int, size: int) -> Iterator[Batch]:
        # A single pair has no negatives, and nothing to learn from.
        return shuffled(_sides(self.train), size, seed=self.seed, epoch=epoch, device=self.device, whole=True)

    def loss(self, taken: Taken, batch: Batch) -> Tensor:
        first, second = (_direction(pooled(taken, side)) for side in batch.sides)
        return self._ranking(first, second, self._keys[batch.at])

    def _ranking(self, first: Tensor, second: Tensor, keys: NDArray[np.int64]) -> Tensor:
        """The mean over both directions of -log softmax of the partner; float[n, d] each, keys int64[n, 2]."""
        import torch
        from torch.nn.functional import cross_entropy

        # In bfloat16 cosines would have two digits.
        with torch.autocast(self.device.partition(":")[0], enabled=False):
            scores = self.spec.scale * (first.float() @ second.float().T)
        known = torch.from_numpy(keys).to(self.device)
        scores = scores.masked_fill(_related(known, known).fill_diagonal_(False), float("-inf"))
        partner = torch.arange(len(scores), device=self.device)
        return (cross_entropy(scores, partner) + cross_entropy(scores.T, partner)) / 2

    def halves(self, batch: Batch) -> tuple[Batch, Batch] | None:
        if len(batch) < 4:
            return None
        middle = len(batch) // 2
        first, second = (batch_of(_sides(self.train), at, self.device) for at in (batch.at[:middle], batch.at[middle:]))
        return moved(first, self.device), moved(second, self.device)

    def where(self, batch: Batch) -> str:
        places = ", ".join(number(int(place) + 1) for place in self.train.first.places[batch.at[:5]])
        return _("the batch with the pairs in rows {places}, …").format(places=places)

    def validate(self) -> dict[str, float]:
        """ "loss" as in training, in batches of the same size; "mrr" and "recall_1" as `evaluate` has them."""
        if len(self.valid) < 2:  # a single pair has no rival
            return {"loss": float("nan")}
        pairs = _sample(self.valid)
        encoded = self._encoded(pairs, self._now)
        keys = keys_of(pairs)
        scores = _scores(*encoded, keys)
        return {"loss": self._mean_loss(*encoded, keys), "mrr": scores["mrr"], "recall_1": scores["recall_1"]}

    def _mean_loss(self, first: Tensor, second: Tensor, keys: NDArray[np.int64]) -> float:
        # In an order of their own, always the same: pairs that stand together in a file may be alike.
        order, total = np.random.default_rng(0).permutation(len(keys)), 0.0
        for start in range(0, len(order), self.spec.batch):
            at = order[start : start + self.spec.batch]
            total += self._ranking(first[at], second[at], keys[at]).item() * len(at)
        return total / len(order)

    def evaluate(self, pairs: PairBags) -> dict[str, float]:
        """How well the rows as they are find partners: {"mrr", "recall_1", "recall_10"}; empty without pairs.

        A partner's rank is 1 more than the number of second texts that are as near to the first text or nearer, by
        cosine; second texts that are partners of the same text don't count. All second texts of `pairs` are
        candidates, of more than CANDIDATES pairs those of a sample: see `told`.
        """
        return self._evaluated(pairs, self._now)

    def before(self, pairs: PairBags) -> dict[str, float]:
        """The same with the rows and weights as they were before training."""
        return self._evaluated(pairs, self._at_start)

    def told(self, pairs: PairBags) -> str:
        """Among how many texts a partner is sought, for people."""
        if len(pairs) > CANDIDATES:
            return _("A partner is sought among {n} texts: a sample of {all} pairs is scored.").format(
                n=number(CANDIDATES), all=number(len(pairs))
            )
        return _("A partner is sought among {n} texts.").format(n=number(len(pairs)))

    def _evaluated(self, pairs: PairBags, take: Callable[[Tensor], Taken]) -> dict[str, float]:
        if not len(pairs):
            return {}
        pairs = _sample(pairs)
        return _scores(*self._encoded(pairs, take), keys_of(pairs))

    def _now(self, at: Tensor) -> Taken:
        return self.table.take(at, rows=False, weights=False)

    def _at_start(self, at: Tensor) -> Taken:
        return Taken(at, self.table.start_of(at), self._first_logits.index_select(0, at))

    def _encoded(self, pairs: PairBags, take: Callable[[Tensor], Taken]) -> tuple[Tensor, Tensor]:
        """float32[n, d] each: the directions of first and second texts."""
        import torch

        found: list[list[Tensor]] = [[], []]
        with torch.no_grad():
            for batch in in_order(_sides(pairs), AT_ONCE, device=self.device):
                given = moved(batch, self.device)
                taken = take(given.words)
                for side, parts in zip(given.sides, found, strict=True):
                    parts.append(_direction(pooled(taken, side)))
        return torch.cat(found[0]), torch.cat(found[1])


def keys_of(pairs: PairBags) -> NDArray[np.int64]:
    """int64[n, 2]: a number for each text of both sides, equal for texts of the same words in whatever order."""
    return np.stack([_keys(pairs.first), _keys(pairs.second)], 1)


def _keys(bags: Bags) -> NDArray[np.int64]:
    # A sum of well mixed numbers doesn't depend on the order (splitmix64, Steele et al. 2014, OOPSLA).
    mixed = bags.ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    sums = np.zeros(len(bags.ids) + 1, np.uint64)
    np.cumsum(mixed ^ (mixed >> np.uint64(31)), out=sums[1:])
    return (sums[bags.starts[1:]] - sums[bags.starts[:-1]]).view(np.int64)


def _sides(pairs: PairBags) -> tuple[Bags, Bags]:
    return pairs.first, pairs.second


def _sample(pairs: PairBags) -> PairBags:
    if len(pairs) <= CANDIDATES:
        return pairs
    at = np.sort(np.random.default_rng(0).choice(len(pairs), CANDIDATES, replace=False))
    return PairBags(pairs.first.take(at), pairs.second.take(at))


def _direction(x: Tensor) -> Tensor:
    from torch.nn.functional import normalize

    return normalize(x, eps=SHORTEST * x.shape[1] ** 0.5)


def _related(some: Tensor, all_: Tensor) -> Tensor:
    """bool[m, n]: which of the pairs have a text in common; keys int64[m, 2], int64[n, 2]."""
    return (some[:, None, 0] == all_[None, :, 0]) | (some[:, None, 1] == all_[None, :, 1])


def _scores(first: Tensor, second: Tensor, keys: NDArray[np.int64]) -> dict[str, float]:
    import torch

    known: Any = torch.from_numpy(keys).to(first.device)
    ranks = torch.empty(len(first), device=first.device)
    for start in range(0, len(first), AT_ONCE):
        block = slice(start, start + AT_ONCE)
        cosines = first[block] @ second.T
        at = torch.arange(start, start + len(cosines), device=first.device)
        nearer = cosines >= cosines.gather(1, at[:, None])
        ranks[block] = 1 + (nearer & ~_related(known[block], known)).sum(1)
    return {
        "mrr": float(ranks.reciprocal().mean()),
        "recall_1": float((ranks <= 1).float().mean()),
        "recall_10": float((ranks <= 10).float().mean()),
    }
