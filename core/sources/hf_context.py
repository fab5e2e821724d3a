"""A transformer as a source, in context: a word's vector is its mean over sentences of the user's own text."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..encoding.checkpoint import Checkpoint
from ..encoding.contexts import Contexts, Text, digest_of, pooled
from ..encoding.store import VectorStore, key_of
from ..errors import RecipeError
from ..messages import N_, _
from ..progress import Reached
from ..spec import option
from ..vocabulary.corpus import CorpusSpec, Sentences
from ..workspace.workspace import Workspace
from .hf import KEPT, EncodedSpec, cutter_of, info_of, reading_of
from .pretrained import PieceRows, open_checkpoint
from .protocol import Context

# Words that are averaged at once (their sums are held in memory), and texts that are encoded between two looks.
WORDS = 1 << 16
TEXTS = 1 << 13
SAVE_SECONDS = 60.0
VERSION = 2  # of the way a word's vector is made: rows kept by an older one are not taken
LONGEST = 256  # pieces of a sentence that are read
TOLD = N_("Finding sentences")


class HfContextSpec(EncodedSpec):
    """A transformer, each word in sentences of your own text; a word that has none in short made-up ones."""

    kind: Literal["hf-context"] = "hf-context"
    corpus: str = option(
        "", N_("Text"), N_("A text or a folder of texts to find sentences in; the vocabulary's own when empty.")
    )
    sentences: int = option(20, N_("Sentences"), N_("At most so many for each word."), ge=1, le=100)


class HfContextSource(PieceRows):
    """Implements `Source` and `FromPieces`. Rows are words, not their pieces: House and house stand elsewhere."""

    def __init__(self, spec: HfContextSpec, checkpoint: Checkpoint, context: Context) -> None:
        super().__init__(cutter_of(checkpoint))
        self._spec, self._checkpoint, self._context = spec, checkpoint, context
        if spec.pooling in ("all", "cls", "end"):
            raise RecipeError(
                _("in context a word is pooled from its own pieces, not by {pooling!r}").format(pooling=spec.pooling),
                fix=_("Choose mean, first or last."),
            )
        asked = spec.pooling
        if asked == "auto":
            asked = "last" if checkpoint.family == "decoder" else "mean"
        self._reading = reading_of(spec.model_copy(update={"pooling": asked}), checkpoint)
        self._names: list[str] = []
        self._longest = min(LONGEST, checkpoint.positions - 4) if checkpoint.positions else LONGEST
        self._sentences = _sentences(spec, context)
        digest = self._sentences.digest() if self._sentences else ""
        self._about = [digest, spec.sentences]
        self.ran_on = ""
        self.info = info_of(checkpoint, self._reading, "hf-context", _("in sentences"), self._about)

    def _key(self, word: str, pieces: NDArray[np.int32]) -> bytes:
        return word.encode()

    def _new(self, word: str, pieces: NDArray[np.int32]) -> None:
        self._names.append(word)

    def _make(self, rows: NDArray[np.int64], out: NDArray[np.float32], at: NDArray[np.int64], reached: Reached) -> None:
        from ..encoding.device import choose_device

        device = choose_device(self._context.device, self._spec.precision)
        told = [self._checkpoint.digest, self._reading.groups, self._reading.pooling, device.precision, *self._about]
        store = VectorStore(self._context.workspace or Workspace(), ["context", VERSION, *told], self.info.dim)
        words = [self._names[row] for row in rows.tolist()]
        keys = [key_of(word.encode()) for word in words]
        places = store.find(keys)
        kept = np.flatnonzero(places >= 0)
        store.read(places[kept], out, at[kept])
        reached(len(kept))
        new = np.flatnonzero(places < 0)
        if not len(new):
            self.ran_on = self.ran_on or f"{KEPT}, {device.precision}"
            return
        from ..encoding.model import Encoder

        told_of = _("Loading {name} on {device}").format(name=self._checkpoint.name, device=device)
        self._context.progress(told_of, 0)
        model = Encoder(self._checkpoint, self._cutter.boundary, self._reading, device)
        self.ran_on = str(device)
        for first in range(0, len(new), WORDS):
            part = new[first : first + WORDS]
            sums = self._averaged([words[i] for i in part.tolist()], model, store, reached, len(kept) + first)
            out[at[part]] = sums
            store.add([keys[i] for i in part.tolist()], sums)
        store.tidy()

    def _averaged(
        self, words: Sequence[str], model: Any, store: VectorStore, reached: Reached, before: int
    ) -> NDArray[np.float32]:
        """float32[n, dim]: the mean of each word's vectors over its texts."""
        partial = _Partial(store.folder / f"partial-{digest_of(words)}.npz", len(words), self.info.dim)
        tell = self._context.progress
        contexts = Contexts(
            words, self._sentences, self._spec.sentences, lambda n: tell(_(TOLD), n, None, "sentences", "")
        )
        total = int(np.minimum(np.maximum(contexts.seen, 3), self._spec.sentences).sum())
        texts = iter(contexts)
        for _skipped in islice(texts, partial.done):
            pass
        try:
            while batch := list(islice(texts, TEXTS)):
                self._add(batch, model, partial)
                partial.save_at_times()
                share = min(1.0, float(partial.counts.sum()) / max(1, total))
                reached(before + int(share * (len(words) - 1)))
            # In all its sentences the word was part of an unknown piece ("cat😺"): by itself it is known.
            lost = np.flatnonzero((partial.counts == 0) & (contexts.seen > 0)).tolist()
            texts = (text for word in lost for text in contexts.templates(word))
            while batch := list(islice(texts, TEXTS)):
                self._add(batch, model, partial)
        except BaseException:  # stopped: what was read so far is kept
            partial.save()
            raise
        partial.path.unlink(missing_ok=True)
        return partial.means()

    def _add(self, batch: Sequence[Text], model: Any, partial: _Partial) -> None:
        cut = self._cutter.spans([self._cutter.spelled(one.text) for one in batch])
        ids, weights, owners = [], [], []
        for one, (pieces, spans) in zip(batch, cut, strict=True):
            shift = len(self._cutter.spelled(one.text)) - len(one.text)
            for targets, lo, hi in _windows(one, spans, shift, self._longest):
                inside = [
                    pooled(
                        spans[lo:hi],
                        pieces[lo:hi],
                        start + shift,
                        end + shift,
                        self._reading.pooling,
                        self._cutter.unknown,
                    )
                    for _word, start, end in targets
                ]
                there = [k for k, mask in enumerate(inside) if mask.any()]
                if there:
                    ids.append(np.array(pieces[lo:hi], np.int32))
                    weights.append(np.stack([inside[k] for k in there]))
                    owners.append([targets[k][0] for k in there])
        found = list(model.encode(ids, weights))  # may be stopped: then nothing of the batch is counted
        partial.whole = False
        for places, vectors in found:
            for place, made in zip(places.tolist(), vectors, strict=True):
                for k, word in enumerate(owners[place]):
                    partial.sums[word] += made[k]
                    partial.counts[word] += 1
        partial.done += len(batch)
        partial.whole = True


def _windows(
    one: Text, spans: Sequence[tuple[int, int]], shift: int, longest: int
) -> list[tuple[list[tuple[int, int, int]], int, int]]:
    """The text whole where it is short, else a window of pieces around each word: (words, first piece, end)."""
    if len(spans) <= longest:
        return [(list(one.words), 0, len(spans))]
    found = []
    for target in one.words:
        at = next((k for k, (_a, b) in enumerate(spans) if b > target[1] + shift), len(spans) - 1)
        lo = max(0, min(at - longest // 2, len(spans) - longest))
        found.append(([target], lo, lo + longest))
    return found


class _Partial:
    """Sums over the texts read so far, which a later run goes on from."""

    def __init__(self, path: Path, words: int, dim: int) -> None:
        self.path, self._saved = path, time.monotonic()
        self.sums = np.zeros((words, dim), np.float32)
        self.counts = np.zeros(words, np.int64)
        self.done, self.whole = 0, True
        try:
            with np.load(path, allow_pickle=False) as kept:
                if kept["sums"].shape == self.sums.shape:
                    self.sums, self.counts, self.done = kept["sums"], kept["counts"], int(kept["done"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return

    def save_at_times(self) -> None:
        """Save once in a while, for a process that is killed."""
        if time.monotonic() - self._saved >= SAVE_SECONDS:
            self.save()

    def save(self) -> None:
        """Keep the sums; not where a signal came while a batch was being added: what was kept before is whole."""
        from ..workspace.atomic import atomic_file

        if not self.whole:
            return
        self._saved = time.monotonic()

        with atomic_file(self.path) as file:
            np.savez(file, sums=self.sums, counts=self.counts, done=np.int64(self.done))

    def means(self) -> NDArray[np.float32]:
        return self.sums / np.maximum(self.counts, 1)[:, None].astype(np.float32)


def _sentences(spec: HfContextSpec, context: Context) -> Sentences | None:
    """The text that sentences are taken from; None where there is none: then all words get made-up ones."""
    if spec.corpus:
        corpus = CorpusSpec(path=spec.corpus)
    elif isinstance(context.corpus, CorpusSpec):
        corpus = context.corpus
    else:
        return None
    return Sentences(corpus, Path(os.path.expanduser(corpus.path)))


def open_hf_context(spec: HfContextSpec, context: Context) -> HfContextSource:
    """Open a transformer that sees words in sentences of `spec.corpus`, or of the recipe's own text."""
    return HfContextSource(spec, open_checkpoint(spec, context), context)
