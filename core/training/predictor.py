"""What word2vec and fastText share: words predicted, batch after batch, by gensim's kernels.

The text is trained on in batches of 10,000 words. What is drawn for a batch is drawn from the seed, the epoch and the
batch alone, so that training goes on from its arrays as if it had not been stopped: with one thread byte for byte.
Several threads write to the same rows at once, as word2vec.c does it (Recht et al. 2011, "Hogwild!").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from threading import Event, Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _, number
from ..neighbors.exact import workers as processors
from .contract import Ground, Start, TrainingError
from .losses import Monitor
from .parts import BATCH, Batches, names
from .spec import Predicting
from .tables import huffman, noise_table, shares_kept, tree_digest

if TYPE_CHECKING:
    from .tokens import Corpus

Rows = NDArray[np.float32]

# A part is what so many threads do in about a second. Not the threads of this machine: another may go on.
THREADS, FEWEST_BATCHES = 4, 4
# How many numbers a thread multiplies and adds a second, at least: measured on two busy cores.
PACE = 1.3e9
# Tells the draw of an epoch's order from those of its batches.
ORDER = 2**31
# How often waiting looks for an interrupt, in seconds.
TICK = 0.1
NAME = "lexiloom-predicting"


def threads_of(workers: int) -> int:
    """`workers`, or as many as this process may use cores."""
    return workers or processors()


class Predictor:
    """What word2vec and fastText share. Implements `Trainer` but for `rows`.

    A method makes its arrays, hands the kernels what they ask of them to `_prepare`, and says how one is called.
    """

    unit = "words"
    device = "cpu"
    loss_name = N_("loss per pair")

    def __init__(self, spec: Predicting, corpus: Corpus, ground: Ground, *, rows_a_word: float = 1.0) -> None:
        check(spec, ground.start)
        self.spec, self.corpus, self.notes = spec, corpus, []
        self.total = corpus.tokens
        self.hierarchical = spec.loss == "hierarchical"
        self.tree = huffman(corpus.counts) if self.hierarchical else None
        self.monitor = Monitor(corpus, spec)
        size = len(corpus.words)
        self.outputs = np.zeros((size - 1 if self.hierarchical else size, spec.dim), np.float32)
        self._batches = Batches.written(corpus, ground.folder, ground.progress)
        # Parts of equal size: threads wait for each other at a part's end, the longer the smaller it is.
        self.parts = max(1, round(len(self._batches) / batches_a_part(spec, corpus.counts, rows_a_word)))
        self._a_part = -(-len(self._batches) // self.parts)
        self.parts = -(-len(self._batches) // self._a_part)
        self._threads = threads_of(spec.workers)

    # What a method fills in.

    def _train(self, model: Any, path: bytes, offset: int, work: Rows, mean: Rows) -> None:
        """Train on the batch at a byte of the file; `work` and `mean` are memory of the thread's own, float32[d]."""
        raise NotImplementedError

    def _inputs(self) -> dict[str, Rows]:
        """The arrays that are trained, beside `outputs`, by their names in the state."""
        raise NotImplementedError

    def rows(self) -> Rows:
        raise NotImplementedError

    # What the loop asks.

    def part(self, epoch: int, part: int, epochs: int) -> int:
        """See `Trainer.part`. Interrupted, it ends after the batches at hand and leaves no thread behind."""
        self._batches.check()
        order, words = self._order(epoch)
        first = part * self._a_part
        last = min(first + self._a_part, len(order))
        todo = list(zip(order[first:last].tolist(), words[first:last].tolist(), strict=True))
        _in_threads(min(self._threads, len(todo)), partial(self._thread, epoch, epochs), todo)
        return int(words[last] - words[first])

    def _order(self, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """int64[B], the batches as an epoch takes them, and int64[B + 1], how many words come before each.

        A new order each epoch: else what the text ends with would always be learned last, and best.
        """
        order = np.random.default_rng((self.spec.seed, epoch, ORDER)).permutation(len(self._batches))
        words = np.diff(self._batches.starts)[order]
        return order, np.concatenate([[0], np.cumsum(words)])

    def loss(self) -> float:
        """See `Monitor.loss` and `Monitor.path_loss`."""
        if self.tree is not None:
            return self.monitor.path_loss(self.rows(), self.outputs, self.tree)
        return self.monitor.loss(self.rows(), self.outputs)

    def kept(self) -> dict[str, NDArray[Any]]:
        """See `Trainer.kept`. Beside "nodes" there is "tree", uint8[32]: which words and counts the nodes belong to."""
        if not self.hierarchical:
            return {"contexts": self.outputs}
        return {"nodes": self.outputs, "tree": tree_digest(self.corpus.words, self.corpus.counts)}

    def state(self) -> dict[str, NDArray[Any]]:
        return {**self._inputs(), "outputs": self.outputs}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        for name, array in self.state().items():
            if name not in state or state[name].shape != array.shape:
                raise TrainingError(
                    _("what was kept of this training belongs to another one"),
                    fix=_("Start anew, in another folder."),
                )
            array[:] = state[name]

    def close(self) -> None:
        self._batches.close()

    # Training.

    def _thread(self, epoch: int, epochs: int, todo: Iterator[tuple[int, int]]) -> None:
        model = self._model()
        memory = [np.zeros(self.spec.dim, np.float32) for _both in range(2)]
        for batch, before in todo:
            model.random = _Drawn(self.spec.seed, epoch, batch)
            model.alpha = model.min_alpha = self._rate(epoch, before, epochs)
            self._train(model, self._batches.encoded, int(self._batches.offsets[batch]), *memory)

    def _rate(self, epoch: int, before: int, epochs: int) -> float:
        """The step: it falls evenly, by words, from the first of the first epoch to the last of the last."""
        done = epoch * self.total + before
        return self.spec.rate - (self.spec.rate - self.spec.last_rate) * (done / (epochs * self.total))

    def _model(self) -> SimpleNamespace:
        """What the kernels ask of a model. One for each thread: they read its rate when they begin."""
        spec = self.spec
        return SimpleNamespace(
            sg=int(spec.model == "skipgram"),
            hs=int(self.hierarchical),
            negative=0 if self.hierarchical else spec.negatives,
            sample=spec.subsample,
            cbow_mean=1,
            window=spec.window,
            shrink_windows=1,
            workers=1,
            epochs=1,
            running_training_loss=0.0,
            wv=self._words,
            syn1=self.outputs,
            syn1neg=self.outputs,
            cum_table=self._noise,
        )

    def _prepare(self, **attributes: Any) -> None:
        """Make what the kernels know of words, once the arrays are there."""
        from gensim.models.word2vec_corpusfile import CythonVocab

        corpus, tree = self.corpus, self.tree
        self._noise = noise_table(corpus.counts, self.spec.noise_power)
        shares = shares_kept(corpus.counts, self.spec.subsample)
        facts: dict[str, Any] = {"sample_int": (shares * (2**32 - 1)).astype(np.uint32)}
        if tree is not None:
            facts.update(code=_cut(tree.codes, tree.starts), point=_cut(tree.nodes, tree.starts))
        known = {name: row for row, name in enumerate(names(len(corpus.words)))}
        self._words = SimpleNamespace(
            key_to_index=known,
            get_index=known.__getitem__,
            expandos=facts,
            vector_size=self.spec.dim,
            **attributes,
        )
        self._known = CythonVocab(self._words, hs=int(self.hierarchical), fasttext=int("buckets_word" in attributes))

    def _start_outputs(self, start: Start) -> None:
        kept = start.kept
        if self.tree is None:
            if "contexts" in kept:
                self.outputs[start.known] = kept["contexts"][start.known]
            return
        if "nodes" not in kept:
            return
        own = tree_digest(self.corpus.words, self.corpus.counts)
        if "tree" in kept and np.array_equal(kept["tree"], own):
            self.outputs[:] = kept["nodes"]
        else:
            self.notes.append(
                _("the nodes of {name} are left out: its Huffman tree is of other words or counts").format(
                    name=start.name
                )
            )


class _Drawn:
    """The two numbers that a kernel begins to draw with, in place of numpy's own."""

    def __init__(self, *entropy: int) -> None:
        self._numbers = iter(np.random.SeedSequence(entropy).generate_state(2).tolist())

    def randint(self, low: int, high: int) -> int:
        return low + next(self._numbers) % (high - low)


def drawn_rows(n: int, dim: int, seed: int) -> Rows:
    """float32[n, d], even in [-1 / d, 1 / d): as gensim starts."""
    rows = np.random.default_rng(seed).random((n, dim), np.float32)
    rows *= 2
    rows -= 1
    rows /= dim
    return rows


def check(spec: Predicting, start: Start | None) -> None:
    """Raise TrainingError for what can't be trained by."""
    if spec.last_rate > spec.rate:
        raise TrainingError(
            _("the last rate, {last}, is above the first, {first}").format(last=spec.last_rate, first=spec.rate),
            fix=_("Give a last rate that is not above the first."),
        )
    if start is not None and start.rows.shape[1] != spec.dim:
        raise TrainingError(
            _("{name} has {theirs} dimensions, but {ours} are to be trained").format(
                name=start.name, theirs=number(start.rows.shape[1]), ours=number(spec.dim)
            ),
            fix=_("Train {theirs} dimensions, or start from other vectors.").format(theirs=number(start.rows.shape[1])),
        )


def batches_a_part(spec: Predicting, counts: NDArray[np.int64], rows_a_word: float = 1.0) -> int:
    """How many batches `THREADS` threads do in about a second; fixed by spec and counts, so that parts are too."""
    outputs = huffman_depth(counts) if spec.loss == "hierarchical" else spec.negatives + 1
    around = spec.window + 1
    if spec.model == "skipgram":
        multiplied = around * (3 * outputs + 2 * rows_a_word)
    else:
        multiplied = 2 * around * rows_a_word + 3 * outputs
    kept = float((shares_kept(counts, spec.subsample) * counts).sum() / counts.sum())
    a_second = (spec.workers or THREADS) * PACE / (multiplied * spec.dim * kept)
    return max(FEWEST_BATCHES * (spec.workers or THREADS), round(a_second / BATCH))


def huffman_depth(counts: NDArray[np.int64]) -> float:
    """About how long paths are, weighted by count: the entropy of the counts in bits."""
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum()) + 1


def _cut(flat: NDArray[Any], starts: NDArray[np.int64]) -> list[NDArray[Any]]:
    bounds = starts.tolist()
    return [flat[begin:end] for begin, end in pairwise(bounds)]


def _in_threads(threads: int, work: Callable[[Iterator[Any]], None], todo: Sequence[Any]) -> None:
    """Let threads take what is to do, one piece after the other; none of them outlives the call."""
    if threads < 2:
        work(iter(todo))
        return
    pieces = iter(todo)  # taking the next of a list is one step of the interpreter
    failed: list[BaseException] = []

    def taken() -> Iterator[Any]:
        for piece in pieces:
            if failed:
                return
            yield piece

    ended = [Event() for _thread in range(threads)]

    def run(end: Event) -> None:
        try:
            work(taken())
        except BaseException as error:  # raised again by whoever waits
            failed.append(error)
        finally:
            end.set()

    running = [Thread(target=run, args=(end,), name=f"{NAME}-{i}", daemon=True) for i, end in enumerate(ended)]
    try:
        for thread in running:
            thread.start()
        # Not `join`: one that is interrupted takes the thread for ended. In ticks: a signal that another thread gets
        # doesn't wake this one.
        for end in ended:
            while not end.wait(TICK):
                pass
    except BaseException as interrupt:
        failed.insert(0, interrupt)
    for thread, end in zip(running, ended, strict=True):
        if thread.ident is not None:
            end.wait()
            thread.join()
    if failed:
        raise failed[0]
