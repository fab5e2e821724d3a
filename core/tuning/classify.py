"""The task of labelled texts: what is trained, its loss, its probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _, number
from .bags import Bags
from .batches import Batch, batch_of, in_order, moved, shuffled
from .head import make_head, pooled
from .options import OnLabels
from .plan import Plan
from .table import RowTable, Taken

if TYPE_CHECKING:
    from torch import Tensor

# Texts in one batch where nothing is learned.
AT_ONCE = 1024


class Classify:
    """Labelled texts as an `Objective`; the ids of `train` and `valid` are positions in `table`."""

    unit = N_("texts")

    def __init__(
        self,
        spec: OnLabels,
        plan: Plan,
        table: RowTable,
        train: Bags,
        valid: Bags,
        classes: int,
        *,
        transform: NDArray[np.float32] | None = None,
        seed: int = 0,
    ) -> None:
        import torch

        torch.manual_seed(seed)
        self.spec, self.plan, self.table, self.device = spec, plan, table, table.device
        self.train, self.valid, self.classes, self.seed = train, valid, classes, seed
        self.module = make_head(table.dim, classes, transform=transform, dropout=spec.dropout, device=self.device)
        self.last_found: NDArray[np.int64] = np.zeros(len(valid), np.int64)
        self._class_weights: Tensor | None = None
        if spec.class_weights == "balanced":
            self._class_weights = torch.from_numpy(balanced(train.labels, classes)).to(self.device)

    @property
    def examples(self) -> int:
        return len(self.train)

    def batches(self, epoch: int, size: int) -> Iterator[Batch]:
        return shuffled((self.train,), size, seed=self.seed, epoch=epoch, device=self.device)

    def loss(self, taken: Taken, batch: Batch) -> Tensor:
        from torch.nn import functional

        logits = self.module(pooled(taken, batch.sides[0], word_dropout=self.spec.word_dropout))
        loss = functional.cross_entropy(logits.float(), batch.labels, weight=self._class_weights)
        if self.spec.l1:
            loss = loss + self.spec.l1 * self.module.classifier.weight.abs().sum()  # type: ignore[union-attr,operator]
        return loss

    def halves(self, batch: Batch) -> tuple[Batch, Batch] | None:
        if len(batch) < 2:
            return None
        middle = len(batch) // 2
        first, second = (batch_of((self.train,), at, self.device) for at in (batch.at[:middle], batch.at[middle:]))
        return moved(first, self.device), moved(second, self.device)

    def where(self, batch: Batch) -> str:
        places = ", ".join(number(int(place) + 1) for place in self.train.places[batch.at[:5]])
        return _("the batch with the texts in rows {places}, …").format(places=places)

    def probabilities(self, bags: Bags) -> NDArray[np.float32]:
        """float32[texts, classes]."""
        import torch

        found = np.empty((len(bags), self.classes), np.float32)
        self.module.eval()
        first = 0
        with torch.no_grad():
            for batch in in_order((bags,), AT_ONCE, device=self.device):
                given = moved(batch, self.device)
                taken = self.table.take(given.words, rows=False, weights=False)
                logits = self.module(pooled(taken, given.sides[0]))
                found[first : first + len(batch)] = torch.softmax(logits.float(), 1).cpu().numpy()
                first += len(batch)
        return found

    def validate(self) -> dict[str, float]:
        from .scoring import score

        if not len(self.valid):
            return {"loss": float("nan")}
        found = self.probabilities(self.valid)
        self.last_found = found.argmax(axis=1)
        scores = score(found, self.valid.labels, [str(k) for k in range(self.classes)])
        return {"loss": scores.nll or 0.0, "accuracy": scores.accuracy, "macro_f1": scores.macro_f1}


def balanced(labels: NDArray[np.int32], classes: int) -> NDArray[np.float32]:
    """float32[classes]: weights by which every class counts the same, 1 on average over texts."""
    counts = np.bincount(labels, minlength=classes)
    return (len(labels) / (np.maximum(counts, 1) * max(1, (counts > 0).sum()))).astype(np.float32)
