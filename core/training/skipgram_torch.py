"""Skip-gram with negative sampling on a GPU: Mikolov et al. 2013, arXiv 1310.4546, as matrix products.

Negatives are shared by all places of a batch (Ji et al. 2016, arXiv 1604.04661), and all windows of a block of places
are scored at once (`skipgram_blocks`). Gradients are written out; a step adds them up by row, as word2vec's steps one
after the other would about do. What would differ is that frequent words take many steps at once: such a row's step is
shortened where its curvature says that it would overshoot (`LARGEST`).

Tried on the processor only. Never tried: CUDA, TF32, how large a batch and a part should be there, and what happens
when its memory is full (which is simulated in tests). On CUDA the sums of a step are added in no fixed order, so the
same seed gives about the same vectors; on the processor it gives the same, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..encoding.device import is_out_of_memory
from ..messages import N_, _, number
from .contract import Ground, Start, TrainingError
from .losses import Monitor
from .predictor import check, drawn_rows
from .skipgram_blocks import BLOCK, Blocks, Some, bounds_of
from .spec import Word2VecSpec
from .tables import noise_table, shares_kept

if TYPE_CHECKING:
    from torch import Tensor

    from .tokens import Corpus

Rows = NDArray[np.float32]

# Places of a batch, and negatives that they share. On novels of .9 million words 512 places came near gensim's loss
# and scores; 1024 left a higher loss.
PLACES, NEGATIVES = 512, 256
# A row's step times the trace of its curvature is at most this: both tables move at once, so that 2 would swing.
LARGEST = 1.0
# Tokens of a part: about a second's work.
PART = {"cuda": 2_000_000, "cpu": 200_000}


class SkipgramTorch:
    """word2vec's skip-gram. Implements `Trainer`.

    Memory on the device: both tables, 8 V d bytes; 28 V for what is known of words; about 80 bytes a token of a part; a
    batch's some (PLACES (4 + 3 · 2 window / BLOCK) + NEGATIVES) · 4 d bytes and its scores. On the processor one copy
    of both tables while they are kept or looked at.
    """

    unit = "words"
    loss_name = N_("loss per pair")

    def __init__(self, spec: Word2VecSpec, corpus: Corpus, ground: Ground) -> None:
        _refuse_others(spec)
        check(spec, ground.start)
        self.spec, self.corpus, self.device = spec, corpus, ground.device
        self.notes: list[str] = []
        self.total = corpus.tokens
        self.monitor = Monitor(corpus, spec)
        a_part = PART.get(self.device.partition(":")[0], PART["cpu"])
        self.parts = max(1, round(corpus.tokens / a_part))
        self._bounds = bounds_of(corpus.ids(), self.parts)
        self._blocks = max(1, PLACES // BLOCK)
        with _told(self.device):
            self._put(*_started(spec, len(corpus.words), ground.start))

    def _put(self, rows: Rows, contexts: Rows) -> None:
        """Everything that stays on the device."""
        import torch

        counts, device = self.corpus.counts, self.device
        self._rows = torch.tensor(rows, device=device)
        self._contexts = torch.tensor(contexts, device=device)
        shares = shares_kept(counts, self.spec.subsample).astype(np.float32)
        self._shares = torch.from_numpy(shares).to(device)
        self._noise = torch.from_numpy(noise_table(counts, self.spec.noise_power).astype(np.int64)).to(device)
        # Each row's curvature, and where a word is among the negatives: of a batch, cleared behind it.
        self._curves = [torch.zeros(len(counts), device=device) for _table in range(2)]
        self._column = torch.full((len(counts),), NEGATIVES, device=device)
        self._most, self._ones = int(self._noise[-1]), torch.ones(NEGATIVES, device=device)

    # What the loop asks.

    def part(self, epoch: int, part: int, epochs: int) -> int:
        """See `Trainer.part`. All that is drawn is drawn from the seed, the epoch and the part.

        A batch for which the device has no memory is halved, and so are all that follow. Raises TrainingError where
        not even one block fits.
        """
        import torch

        first, last = (int(bound) for bound in self._bounds[part : part + 2])
        ids = np.asarray(self.corpus.ids()[first:last])
        with _told(self.device), _fast_products(self.device):
            random = torch.Generator(self.device)
            seed = np.random.SeedSequence([self.spec.seed, epoch, part]).generate_state(1, np.uint64)[0]
            random.manual_seed(int(seed >> np.uint64(1)))
            there = torch.from_numpy(ids.astype(np.int64)).to(self.device)
            blocks = Blocks(there, self._shares, self.spec.window, random)
            at = 0
            while at < len(blocks):
                share = (epoch + (first + (last - first) * at / len(blocks)) / self._bounds[-1]) / epochs
                rate = self.spec.rate - (self.spec.rate - self.spec.last_rate) * share
                at += self._batch(blocks, at, float(rate), random)
        return int(np.count_nonzero(ids >= 0))

    def loss(self) -> float:
        """See `Monitor.loss`."""
        return self.monitor.loss(self.rows(), _numpy(self._contexts))

    def rows(self) -> Rows:
        """float32[V, d]; on the processor the vectors themselves, which go on moving."""
        return _numpy(self._rows)

    def kept(self) -> dict[str, NDArray[Any]]:
        return {"contexts": _numpy(self._contexts)}

    def state(self) -> dict[str, NDArray[Any]]:
        """Both tables and the size of a batch; nothing that is drawn depends on what was drawn before a part."""
        return {"rows": self.rows(), "outputs": _numpy(self._contexts), "blocks": np.array([self._blocks], np.int64)}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        import torch

        for name, table in (("rows", self._rows), ("outputs", self._contexts)):
            if name not in state or state[name].shape != tuple(table.shape) or "blocks" not in state:
                raise TrainingError(
                    _("what was kept of this training belongs to another one"),
                    fix=_("Start anew, in another folder."),
                )
            table.copy_(torch.tensor(state[name]))
        self._blocks = int(state["blocks"][0])

    def close(self) -> None:
        """Nothing lies on disk."""

    # Training.

    def _batch(self, blocks: Blocks, at: int, rate: float, random: Any) -> int:
        """A step on the next blocks; how many they were."""
        import torch

        while True:
            size = min(self._blocks, len(blocks) - at)
            try:
                self._step(blocks.take(at, at + size), rate, random)
                return size
            except RuntimeError as error:
                if not is_out_of_memory(error) or self._blocks == 1:
                    raise
            self._clear()
            if self.device.startswith("cuda"):
                torch.cuda.empty_cache()
            self._blocks = max(1, size // 2)
            self.notes.append(
                _("The memory of {device} is full: batches of {n} words from then on.").format(
                    device=self.device, n=number(self._blocks * BLOCK)
                )
            )

    def _clear(self) -> None:
        """A step that was broken off has left nothing: tables are written to last, when nothing more is asked for."""
        for curve in self._curves:
            curve.zero_()
        self._column.fill_(NEGATIVES)

    def _step(self, some: Some, rate: float, random: Any) -> None:
        """Move the rows of all places, of the words around them and of the negatives. No value leaves the device."""
        import torch

        drawn = torch.randint(self._most, (NEGATIVES,), generator=random, device=self.device)
        negative = torch.searchsorted(self._noise, drawn)
        weights = self._weights(some, negative)
        center, around = some.centers.reshape(-1), some.around.reshape(-1)
        b, c, wide = some.pairs.shape
        v = self._rows.index_select(0, center)
        u, n = self._contexts.index_select(0, around), self._contexts.index_select(0, negative)
        v3, u3 = v.view(b, c, -1), u.view(b, wide, -1)

        near, far = torch.bmm(v3, u3.mT), v @ n.T
        # What each pair pulls, and each pair with a negative pushes.
        pull, push = torch.sigmoid(-near) * some.pairs, torch.sigmoid(far) * weights
        of_v = torch.bmm(pull, u3).view(len(v), -1) - push @ n
        of_u, of_n = torch.bmm(pull.mT, v3).view(len(u), -1), -(push.T @ v)

        # The second derivatives s(x) (1 - s(x)), times the squared lengths of what a row meets. Where a score is far
        # off they vanish though the way back is long: so a factor is 1/4 at least.
        pull *= torch.sigmoid(near).clamp_(min=0.25)
        push *= torch.sigmoid(-far).clamp_(min=0.25)
        vv, uu, nn = (table.square().sum(1) for table in (v, u, n))
        curve_v = torch.bmm(pull, uu.view(b, wide, 1)).view(-1) + push @ nn
        curve_u, curve_n = torch.bmm(pull.mT, vv.view(b, c, 1)).view(-1), push.T @ vv

        moves = [
            *self._shortened(self._rows, self._curves[0], [(center, of_v, curve_v)], rate),
            *self._shortened(
                self._contexts, self._curves[1], [(around, of_u, curve_u), (negative, of_n, curve_n)], rate
            ),
        ]
        for table, at, step in moves:
            _add(table, at, step)

    def _weights(self, some: Some, negative: Tensor) -> Tensor:
        """float32[places, NEGATIVES]: how much a place's pairs weigh each negative.

        `spec.negatives` in all for each pair, but for negatives that are the word around itself, which it leaves out.
        """
        import torch

        b, c, wide = some.pairs.shape
        self._column[negative] = torch.arange(NEGATIVES, device=self.device)
        # A word that was drawn several times counts so often in one column, and not in the others.
        columns = self._column[negative]
        times = torch.zeros(NEGATIVES, device=self.device).index_add_(0, columns, self._ones)
        own = torch.zeros(b * c, NEGATIVES + 1, device=self.device)
        where = self._column[some.around][:, None, :].expand(b, c, wide)
        own.scatter_add_(1, where.reshape(b * c, wide), some.pairs.view(b * c, wide))
        self._column[negative] = NEGATIVES
        pairs = some.pairs.sum(2).view(-1, 1)
        return (pairs - own[:, :NEGATIVES]) * times * (self.spec.negatives / NEGATIVES)

    def _shortened(
        self, table: Tensor, curve: Tensor, moves: list[tuple[Tensor, Tensor, Tensor]], rate: float
    ) -> list[tuple[Tensor, Tensor, Tensor]]:
        """(table, rows, steps) out of (rows, gradients, curvatures); all steps of one row are shortened alike."""
        for at, _gradient, curved in moves:
            curve.index_add_(0, at, curved)
        found = [
            (table, at, gradient.mul_((LARGEST / curve[at]).clamp_(max=rate)[:, None]))
            for at, gradient, _curved in moves
        ]
        for at, _gradient, _curved in moves:
            curve[at] = 0
        return found


def make_skipgram(spec: Word2VecSpec, corpus: Corpus, ground: Ground) -> SkipgramTorch:
    """A trainer of skip-gram on `ground.device`.

    `ground.start` gives the rows of words that it knows, and "contexts" where it keeps them. Raises TrainingError for
    CBOW and hierarchical softmax, a start of another width, text without neighbors, and a device that is too small.
    """
    return SkipgramTorch(spec, corpus, ground)


def _refuse_others(spec: Word2VecSpec) -> None:
    if spec.kind != "word2vec" or spec.model != "skipgram" or spec.loss != "negative":
        raise TrainingError(
            _("on a GPU only skip-gram with negative sampling is trained"),
            fix=_("Train on the processor (--device cpu), or choose skipgram and negative."),
        )


def _started(spec: Word2VecSpec, size: int, start: Start | None) -> tuple[Rows, Rows]:
    rows, contexts = drawn_rows(size, spec.dim, spec.seed), np.zeros((size, spec.dim), np.float32)
    if start is not None:
        rows[start.known] = start.rows[start.known]
        if "contexts" in start.kept:
            contexts[start.known] = start.kept["contexts"][start.known]
    return rows, contexts


def _add(table: Tensor, at: Tensor, step: Tensor) -> None:
    if table.device.type == "cpu":
        table.scatter_add_(0, at[:, None].expand_as(step), step)  # there many times as fast as index_add_
    else:
        table.index_add_(0, at, step)


def _numpy(table: Tensor) -> Rows:
    found = table.cpu().numpy().view()
    found.flags.writeable = False
    return found


@contextmanager
def _told(device: str) -> Iterator[None]:
    """What the device has no memory for, and can't be made smaller, is told in words."""
    try:
        yield
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        raise TrainingError(
            _("there is not enough memory on {device} for the vectors that are trained").format(device=device),
            fix=_("Free some of it, train fewer words or dimensions, or train on the processor (--device cpu)."),
        ) from error


@contextmanager
def _fast_products(device: str) -> Iterator[None]:
    """Products of matrices in TF32 where CUDA computes them; the tables and the sums stay float32."""
    import torch

    usual = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = usual or device.startswith("cuda")
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = usual
