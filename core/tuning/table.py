"""The rows under training: a compact copy of those that the texts use, moved by row-wise AdaGrad.

A step reads and writes the rows of its batch's words and no others, so it costs what they cost, however large the
vocabulary is; and what no text uses is not even copied. Row-wise AdaGrad keeps one number a row (Duchi et al. 2011,
JMLR 12; the mean over a row's squared gradients as in Naumov et al. 2019, arXiv 1906.00091, section 4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .files import gathered

if TYPE_CHECKING:
    from torch import Tensor

TINY = 1e-10
# So many rows tell a matrix's root mean square.
SAMPLED = 50_000


@dataclass
class Taken:
    """The rows of a batch, as leaves that gradients arrive at.

    at       int64[u]: positions in the table
    vectors  float32[u, d]
    logits   float32[u]: of the words' weights
    other    the rows of a second table, where the objective has one
    """

    at: Tensor
    vectors: Tensor
    logits: Tensor
    other: Taken | None = None


class RowTable:
    """values   float32[m, d]: the rows in training, divided by `scale`
    logits   float32[m]: a word counts sigmoid(logit) in its text
    used     int64[m]: their rows in the matrix, rising
    scale    the root mean square of the matrix's values
    """

    def __init__(
        self, vectors: NDArray[np.float32], used: NDArray[np.int64], *, scale: float, device: str = "cpu"
    ) -> None:
        import torch

        self.used, self.scale, self._vectors = used, scale, vectors
        self.values = torch.from_numpy(gathered(vectors, used, 1 / scale)).to(device)
        self.sums = torch.zeros(len(used), device=device)
        self.logits = torch.zeros(len(used), device=device)
        self.logit_sums = torch.zeros(len(used), device=device)
        self.factors: Tensor | None = None
        self.device = device

    def __len__(self) -> int:
        return len(self.used)

    @property
    def dim(self) -> int:
        return self.values.shape[1]

    def hold(self, factors: NDArray[np.float32]) -> None:
        """Let each row move at so many times the rate: float32[m], 0 for one that stays."""
        import torch

        self.factors = None if (factors == 1).all() else torch.from_numpy(factors).to(self.device)

    def set_weights(self, weights: NDArray[np.floating]) -> None:
        """Let words count these weights (float[m] in 0..1, ends excluded) at the start."""
        import torch

        self.logits.copy_(torch.from_numpy(np.log(weights / (1 - weights)).astype(np.float32)))

    def start_of(self, at: Tensor) -> Tensor:
        """float32[u, d]: where the rows at `at` started."""
        import torch

        rows = self.used[at.cpu().numpy()]
        return torch.from_numpy(self._vectors[rows] / np.float32(self.scale)).to(self.device)

    def take(self, at: Tensor, *, rows: bool, weights: bool) -> Taken:
        """The rows at `at`; gradients are wanted of vectors if `rows`, of their weights if `weights`."""
        vectors = self.values.index_select(0, at).requires_grad_(rows)
        return Taken(at, vectors, self.logits.index_select(0, at).requires_grad_(weights))

    def step(self, taken: Taken, rate: float, weight_rate: float) -> None:
        """Move the rows of a batch against their gradients."""
        factor = 1.0 if self.factors is None else self.factors.index_select(0, taken.at)
        for gradient, moved, sums, speed in (
            (taken.vectors.grad, self.values, self.sums, rate),
            (taken.logits.grad, self.logits, self.logit_sums, weight_rate),
        ):
            if gradient is None:
                continue
            squared = gradient.square() if gradient.dim() == 1 else gradient.square().mean(1)
            total = sums.index_select(0, taken.at).add_(squared)
            sums.index_copy_(0, taken.at, total)
            step = total.sqrt_().add_(TINY).reciprocal_().mul_(-speed).mul_(factor)
            # A batch names each row once, so nothing is added twice.
            moved.index_add_(0, taken.at, gradient.mul_(step if gradient.dim() == 1 else step[:, None]))

    def moved(self) -> NDArray[np.bool_]:
        """bool[m]: rows that have had a gradient and may move."""
        had = self.sums > 0
        return (had if self.factors is None else had & (self.factors > 0)).cpu().numpy()

    def state(self) -> dict[str, Tensor]:
        """What a checkpoint keeps."""
        return {"values": self.values, "sums": self.sums, "logits": self.logits, "logit_sums": self.logit_sums}

    @property
    def nbytes(self) -> int:
        """Bytes of parameters and optimizer state."""
        return sum(tensor.numel() * tensor.element_size() for tensor in self.state().values())


def scale_of(vectors: NDArray[np.float32], rows: NDArray[np.int64]) -> float:
    """The root mean square of the values of `rows` (a sample where there are many); 1 where all are zero."""
    if len(rows) > SAMPLED:
        rows = rows[np.linspace(0, len(rows) - 1, SAMPLED).astype(np.int64)]
    squared = float(np.square(vectors[rows], dtype=np.float64).mean()) if len(rows) else 0.0
    return math.sqrt(squared) or 1.0
