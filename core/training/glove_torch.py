"""GloVe on a GPU: batches of cells, each with the same AdaGrad step, taken at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .glove import GloveTraining, Work
from .glove_cells import Turns

if TYPE_CHECKING:
    import torch

# Cells of a batch: as many as have the most frequent word so many times on average. Where it has many more, its steps,
# which don't see each other, add up to one that goes too far.
REPEATS = 16
FEWEST, MOST = 256, 1 << 16
CLIP = 100.0


class TorchGlove(GloveTraining):
    """`Glove` with the same cost, start, order and state, on a torch device.

    Within a batch the gradients of a word are summed, and divided by the root of all its squares, those of the batch
    included.
    """

    def __init__(self, work: Work, device: str) -> None:
        import torch

        super().__init__(work, device)
        parameters = work.parameters
        degrees = work.deck.degrees(parameters.words)
        self.batch = int(np.clip(REPEATS * work.deck.total // int(degrees.max()), FEWEST, MOST))
        self._on = torch.device(device)
        self._anchors = torch.from_numpy(work.anchors.rows[:, : parameters.dim].copy()).to(self._on)
        self._pulls = torch.from_numpy(work.anchors.pulls).to(self._on)
        self._held: tuple[int, torch.Tensor] | None = None
        self._send()

    def loss(self) -> float:
        self._fetch()
        return super().loss()

    def rows(self) -> NDArray[np.float32]:
        self._fetch()
        return super().rows()

    def kept(self) -> dict[str, NDArray[Any]]:
        self._fetch()
        return super().kept()

    def state(self) -> dict[str, NDArray[Any]]:
        self._fetch()
        return super().state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        super().restore(state)
        self._send()

    def _send(self) -> None:
        import torch

        parameters = self._work.parameters

        def sent(array: NDArray[np.float32]) -> torch.Tensor:
            return torch.from_numpy(np.ascontiguousarray(array)).to(self._on, copy=True)

        self._vectors, self._squares = (sent(parameters.vectors[:, k, : parameters.dim]) for k in (0, 1))
        self._biases, self._bias_squares = (sent(parameters.biases[:, k]) for k in (0, 1))
        self._fresh = True

    def _fetch(self) -> None:
        """Bring what was trained back to `parameters`, unless nothing was since."""
        if self._fresh:
            return
        parameters = self._work.parameters
        for k, tensor in enumerate((self._vectors, self._squares)):
            parameters.vectors[:, k, : parameters.dim] = tensor.cpu().numpy()
        for k, tensor in enumerate((self._biases, self._bias_squares)):
            parameters.biases[:, k] = tensor.cpu().numpy()
        self._fresh = True

    def _train(self, epoch: int, part: int) -> tuple[float, int]:
        import torch

        self._fresh = False
        turns = self._work.deck.turns(epoch, part)
        if self._held is None or self._held[0] != turns.shard:
            self._held = None
            self._held = turns.shard, torch.from_numpy(turns.cells.ids).to(self._on)
        cells, costs, seen = self._held[1], torch.zeros((), dtype=torch.float64, device=self._on), 0
        with torch.no_grad():
            places = _places(turns, self._on)
            for first in range(0, len(places), self.batch):
                costs += self._step(cells[places[first : first + self.batch]])
            seen = len(places)
        return float(costs), seen

    def _step(self, cells: torch.Tensor) -> torch.Tensor:
        """One step on int32[n, 4] cells: the sum of their costs before it."""
        import torch

        words, rate = self._work.parameters.words, self._work.spec.rate
        reals = cells.view(torch.float32)
        rows, columns = cells[:, 0].long(), cells[:, 1].long() + words
        both = torch.cat((rows, columns))
        w, c = self._vectors[rows], self._vectors[columns]
        diff = (w * c).sum(1) + self._biases[rows] + self._biases[columns] - reals[:, 2]
        pull = reals[:, 3] * diff
        fine = torch.isfinite(pull)
        diff, pull = torch.where(fine, diff, 0), torch.where(fine, pull, 0)
        steps = (pull[:, None].repeat(2, 1) * torch.cat((c, w))).clamp_(-CLIP, CLIP).mul_(rate)
        # No number times zero is still none.
        steps.nan_to_num_(0.0)
        self._squares.index_add_(0, both, steps * steps)
        self._vectors.index_add_(0, both, steps / (1 + self._squares[both]).sqrt_(), alpha=-1)
        pulls = pull.repeat(2)
        self._bias_squares.index_add_(0, both, pulls * pulls)
        self._biases.index_add_(0, both, pulls / (1 + self._bias_squares[both]).sqrt_(), alpha=-1)
        if self._work.anchors.used:
            self._draw(both)
        return (0.5 * pull * diff).sum(dtype=torch.float64)

    def _draw(self, both: torch.Tensor) -> None:
        """Draw each vector of the batch towards its anchor, as often as it occurs in it."""
        import torch

        words = self._work.parameters.words
        moved, times = torch.unique(both, return_counts=True)
        step = (times * self._pulls[moved] * self._work.spec.rate)[:, None] / (1 + self._squares[moved]).sqrt_()
        other = torch.where(moved < words, moved + words, moved - words)
        off = self._vectors[moved] + self._vectors[other] - self._anchors[moved % words]
        # Both halves of a word may move at once: each takes its share of the way, together never more than all of it.
        self._vectors.index_add_(0, moved, step / (1 + 2 * step) * off, alpha=-1)


def _places(turns: Turns, device: torch.device) -> torch.Tensor:
    """int64[·]: the cells that have these turns, in order; as `place_of` of the compiled loop."""
    import torch

    mask, half = (1 << turns.bits) - 1, (turns.bits + 1) // 2
    keys = turns.keys.view(np.int64).tolist()
    x = (torch.arange(turns.first, turns.last, device=device) + ((int(turns.keys[2]) >> 7) & mask)) & mask
    for key in keys:
        x = (x * key) & mask
        x ^= x >> half
    return x[x < len(turns.cells)]
