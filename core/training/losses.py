"""How well vectors predict: one loss for all that predict words, measured on windows and negatives that stay the same.

gensim's own running loss is a sum of float32 that threads write at once, stops growing at 2^24 of its steps, and is
not there for fastText.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from .contract import TrainingError
from .tables import Tree, noise_table, shares_kept

if TYPE_CHECKING:
    from .spec import Predicting
    from .tokens import Corpus

WINDOWS = 5_000
# So many windows are looked at, of which subsampling leaves some.
LOOKED_AT = 4 * WINDOWS
AT_ONCE = 1 << 11
# So many numbers are held at a time while a loss is computed.
HELD = 1 << 22

Rows = NDArray[np.float32]


class Monitor:
    """Up to `WINDOWS` windows spread over a corpus, and their negatives, fixed by `seed`.

    Words are left out of windows, and windows of them, by subsampling, as training does it; each window has a width of
    its own. With skip-gram one word is left of a window, with CBOW the mean of all takes its place.

    targets    int64[n]: the word to be predicted
    contexts   int64[m]: the words that predict it, one window after the other
    starts     int64[n + 1]: window i's contexts are [starts[i], starts[i + 1])
    negatives  int64[n, k]: drawn by count to the noise power; V where the target itself was drawn, which doesn't count

    Raises TrainingError where no word has another beside it.
    """

    def __init__(self, corpus: Corpus, spec: Predicting, seed: int | None = None) -> None:
        rng = np.random.default_rng(spec.seed if seed is None else seed)
        windows = _drawn(corpus, spec, rng)
        if spec.model == "skipgram":
            windows = [(target, around[[rng.integers(len(around))]]) for target, around in windows]
        self.targets = np.array([target for target, _around in windows], np.int64)
        self.contexts = np.concatenate([around for _target, around in windows]).astype(np.int64)
        lengths = [len(around) for _target, around in windows]
        self.starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        table = noise_table(corpus.counts, spec.noise_power)
        drawn = rng.integers(0, int(table[-1]), (len(windows), spec.negatives))
        self.negatives = np.searchsorted(table, drawn).astype(np.int64)
        self.negatives[self.negatives == self.targets[:, None]] = len(table)

    def loss(self, rows: Rows, contexts: Rows) -> float:
        """Mean over windows of -log s(u_t . h) - sum over negatives of log s(-u_n . h), in nats.

        h is the mean of the contexts' `rows`, u are rows of `contexts`: both float32[V, d].
        """
        total = 0.0
        with np.errstate(all="ignore"):
            for block, predicting in self._blocks(rows, self.negatives.shape[1] + 1):
                negatives = self.negatives[block]
                counted = negatives < len(contexts)
                found = np.einsum("nd,nd->n", predicting, contexts[self.targets[block]])
                wrong = np.einsum("nd,nkd->nk", predicting, contexts[np.where(counted, negatives, 0)])
                total += _softplus(-found) + _softplus(np.where(counted, wrong, -np.inf))
        return total / len(self.targets)

    def path_loss(self, rows: Rows, nodes: Rows, tree: Tree) -> float:
        """Mean over windows of -log of the target's probability under hierarchical softmax, in nats.

        `nodes` is float32[V - 1, d]: a node's sigmoid is the probability of the turn 0.
        """
        total = 0.0
        with np.errstate(all="ignore"):
            for block, predicting in self._blocks(rows, 2 * int(np.diff(tree.starts).max(initial=0)) + 1):
                targets = self.targets[block]
                lengths = tree.starts[targets + 1] - tree.starts[targets]
                at = _ranges(tree.starts[targets], lengths)
                dots = np.einsum("nd,nd->n", np.repeat(predicting, lengths, axis=0), nodes[tree.nodes[at]])
                total += _softplus(np.where(tree.codes[at] == 0, -dots, dots))
        return total / len(self.targets)

    def _blocks(self, rows: Rows, width: int) -> Iterator[tuple[slice, Rows]]:
        """Some windows at a time and what predicts in each, float32[n, d]; a window needs `width` rows more."""
        longest = int(np.diff(self.starts).max())
        step = max(1, HELD // (rows.shape[1] * (width + longest)))
        for begin in range(0, len(self.targets), step):
            block = slice(begin, min(begin + step, len(self.targets)))
            bounds = self.starts[block.start : block.stop + 1]
            found = rows[self.contexts[bounds[0] : bounds[-1]]]
            lengths = np.diff(bounds)
            if longest > 1:
                found = np.add.reduceat(found, bounds[:-1] - bounds[0], axis=0)
                found /= lengths[:, None].astype(np.float32)
            yield block, found


def _softplus(x: Rows) -> float:
    """The sum of log(1 + exp(x)), which overflows nowhere."""
    return float(np.logaddexp(np.float32(0), x.astype(np.float32, copy=False)).sum(dtype=np.float64))


def _ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """All numbers of [starts[i], starts[i] + lengths[i]), one range after the other."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths)


def _drawn(corpus: Corpus, spec: Predicting, rng: np.random.Generator) -> list[tuple[int, NDArray[np.int32]]]:
    """Windows in a random order: (target, the words around it)."""
    ids = corpus.ids().view(np.ndarray)  # slices of a memory map cost more
    n = min(len(ids), LOOKED_AT)
    places = (np.arange(n) + (rng.random(n) if n < len(ids) else 0)) * (len(ids) / max(1, n))
    kept = shares_kept(corpus.counts, spec.subsample)
    whole: list[tuple[int, NDArray[np.int32]]] = []
    found: list[tuple[int, NDArray[np.int32]]] = []
    for some in np.array_split(rng.permutation(places).astype(np.int64), max(1, n // AT_ONCE)):
        near, inside = _windows(ids, some, spec.window, rng)
        middle = near[:, spec.window]
        stays = inside & (rng.random(near.shape) < kept[near])
        meant = rng.random(len(some)) < kept[middle]
        for which, into in ((inside, whole), (stays & meant[:, None], found)):
            for row in np.flatnonzero(which.any(1))[: WINDOWS - len(into)].tolist():
                into.append((int(middle[row]), near[row, which[row]]))
        if len(found) == WINDOWS:
            break
    if not whole:
        raise TrainingError(
            _("no word of the text has another word beside it, so nothing can be learned from it"),
            fix=_("Give running text, lower the minimum count, or let windows end at lines or paragraphs."),
        )
    return found or whole


def _windows(
    ids: NDArray[np.int32], places: NDArray[np.int64], window: int, rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """int32[n, 2w + 1]: the words from `window` before each place to `window` behind it, and which of them are around.

    Around are those as near as a width that is drawn, up to where a sentence ends; none where the place is such an end.
    """
    away = np.arange(-window, window + 1)
    at = places[:, None] + away
    near = np.where((at >= 0) & (at < len(ids)), ids[np.clip(at, 0, len(ids) - 1)], -1)
    words = near >= 0
    left = np.logical_and.accumulate(words[:, window::-1], axis=1)[:, ::-1]
    right = np.logical_and.accumulate(words[:, window:], axis=1)
    inside = np.concatenate([left[:, :-1], np.zeros((len(places), 1), bool), right[:, 1:]], axis=1)
    inside &= np.abs(away) <= rng.integers(1, window + 1, (len(places), 1))
    return np.where(words, near, 0), inside
