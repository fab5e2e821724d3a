"""What stands on the rows: the weighted mean of a text's rows, a linear layer where one is asked for, the classifier.

logits = C · A · (Σ α_w E[w] / Σ α_w) + b. It is linear in the rows, so a word's part in a decision can be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .batches import Packed
from .table import Taken

if TYPE_CHECKING:
    from torch import Tensor, nn


def pooled(taken: Taken, packed: Packed, *, word_dropout: float = 0.0) -> Tensor:
    """float32[n, d]: the mean of each text's rows, weighted by the words' weights; zeros for a text without words."""
    import torch
    from torch.nn import functional

    weights = torch.sigmoid(taken.logits).index_select(0, packed.local)
    if word_dropout:
        weights = weights * (torch.rand_like(weights) >= word_dropout)

    def summed(rows: Tensor) -> Tensor:
        return functional.embedding_bag(packed.local, rows, packed.starts, mode="sum", per_sample_weights=weights)

    total = summed(torch.ones(len(taken.at), 1, device=weights.device))
    return summed(taken.vectors) / total.clamp(min=1e-9)


def make_head(
    dim: int, classes: int, *, transform: NDArray[np.float32] | None, dropout: float, device: str
) -> nn.Module:
    """`transform` float32[k, dim] is where the linear layer starts; None: there is none. The classifier starts at 0."""
    import torch
    from torch import nn

    class Head(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transform = None
            width = dim
            if transform is not None:
                width = len(transform)
                self.transform = nn.Linear(dim, width)
                with torch.no_grad():
                    self.transform.weight.copy_(torch.from_numpy(transform))
                    self.transform.bias.zero_()
            self.dropout = nn.Dropout(dropout)
            self.classifier = nn.Linear(width, classes)
            nn.init.zeros_(self.classifier.weight)
            nn.init.zeros_(self.classifier.bias)

        def forward(self, x: Tensor) -> Tensor:
            return self.classifier(self.dropout(self.hidden(x)))

        def hidden(self, x: Tensor) -> Tensor:
            return x if self.transform is None else self.transform(x)

    return Head().to(device)


def contributions(head: Any, vectors: Tensor) -> Tensor:
    """float32[m, classes]: what each row adds to each class's logit, were it a text by itself, biases left out."""
    x = vectors
    if head.transform is not None:
        x = x @ head.transform.weight.T
    return x @ head.classifier.weight.T
