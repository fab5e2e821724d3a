"""fastText by gensim's kernels: word2vec whose words are the means of a row of their own and those of their n-grams.

Bojanowski et al. 2017, arXiv 1607.04606. gensim holds a row for every bucket, 800 MB at the usual two million of 100
dimensions; here only those are held into which an n-gram of the text's words falls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..formats.ngrams import buckets_of
from ..messages import _, number
from .contract import Ground, Start, TrainingError
from .predictor import Predictor, Rows, drawn_rows
from .spec import FastTextSpec

if TYPE_CHECKING:
    from .tokens import Corpus

# gensim's kernels count a row's numbers in 32 bits.
MOST_NUMBERS = 2**32


def shortest_ngram(spec: FastTextSpec, language: str) -> int:
    """The length of the shortest n-grams: as given, else 3, of Chinese 1. Raises TrainingError if there are none."""
    if not spec.shortest:
        return min(spec.longest, 1 if "zh" in language else 3)
    if spec.shortest > spec.longest:
        raise TrainingError(
            _("the shortest n-gram, {shortest} characters, is longer than the longest, {longest}").format(
                shortest=spec.shortest, longest=spec.longest
            ),
            fix=_("Give a longest n-gram that is not shorter."),
        )
    return spec.shortest


class FastText(Predictor):
    """fastText. Implements `Trainer`. `shortest` is the length of the shortest n-grams."""

    def __init__(self, spec: FastTextSpec, corpus: Corpus, ground: Ground) -> None:
        from gensim.models.fasttext_corpusfile import train_epoch_cbow, train_epoch_sg
        from scipy.sparse import csr_matrix

        self.shortest, self._hashed = shortest_ngram(spec, corpus.language), spec.buckets
        found, ends = buckets_of(corpus.words, self.shortest, spec.longest, spec.buckets)
        self.buckets, at = np.unique(found, return_inverse=True)
        size, in_use = len(corpus.words), len(self.buckets)
        _check_size(max(size, in_use), spec.dim)
        starts = np.concatenate([[0], ends])
        self._lengths = np.diff(starts)
        weighted = float((self._lengths * corpus.counts).sum() / corpus.counts.sum())
        super().__init__(spec, corpus, ground, rows_a_word=1 + weighted)
        self._own = drawn_rows(size, spec.dim, spec.seed)
        self._ngrams = drawn_rows(in_use, spec.dim, spec.seed + 1)
        self._table = csr_matrix((np.ones(len(at), np.float32), at, starts), (size, in_use))
        self._rows: Rows | None = None
        if ground.start is not None:
            self._start(ground.start)
        self._prepare(
            buckets_word=np.split(at.astype(np.uint32), starts[1:-1]),
            vectors_vocab=self._own,
            vectors_ngrams=self._ngrams,
            vectors_vocab_lockf=np.ones(1, np.float32),
            vectors_ngrams_lockf=np.ones(1, np.float32),
        )
        self._kernel = train_epoch_sg if spec.model == "skipgram" else train_epoch_cbow

    def _train(self, model: Any, path: bytes, offset: int, work: Rows, mean: Rows) -> None:
        # See Word2Vec.
        self._kernel(model, path, offset, self._known, 0, 1, 0, work, mean)

    def part(self, epoch: int, part: int, epochs: int) -> int:
        """See `Trainer.part`."""
        self._rows = None
        return super().part(epoch, part, epochs)

    def rows(self) -> Rows:
        """float32[V, d]: the mean of each word's own row and those of its n-grams. Made anew after a part."""
        if self._rows is None:
            rows = self._table @ self._ngrams
            rows += self._own
            rows /= (self._lengths + 1)[:, None].astype(np.float32)
            rows.flags.writeable = False
            self._rows = rows
        return self._rows

    def kept(self) -> dict[str, NDArray[Any]]:
        """See `Trainer.kept`. Besides "hashing", int64[1]: how many buckets n-grams are hashed into."""
        ngrams = {"buckets": self.buckets, "ngrams": self._ngrams, "hashing": np.array([self._hashed], np.int64)}
        return {**super().kept(), **ngrams, "own": self._own}

    def restore(self, state: Any) -> None:
        super().restore(state)
        self._rows = None

    def _inputs(self) -> dict[str, Rows]:
        return {"own": self._own, "ngrams": self._ngrams}

    def _start(self, start: Start) -> None:
        """Put known words where the source has them: by the n-grams it keeps, and for the rest by rows of their own."""
        self._start_outputs(start)
        if {"ngrams", "buckets"} <= start.kept.keys():
            self._start_ngrams(start)
        known = start.known
        parts = (self._lengths[known] + 1)[:, None].astype(np.float32)
        self._own[known] = start.rows[known] * parts - self._table[known] @ self._ngrams

    def _start_ngrams(self, start: Start) -> None:
        theirs, rows = start.kept["buckets"], start.kept["ngrams"]
        hashed = int(start.kept["hashing"][0]) if "hashing" in start.kept else self._hashed
        if hashed != self._hashed:
            self.notes.append(
                _("the n-grams of {name} are left out: it hashes them into {theirs} buckets, not {ours}").format(
                    name=start.name, theirs=number(hashed), ours=number(self._hashed)
                )
            )
            return
        _both, mine, at = np.intersect1d(self.buckets, theirs, assume_unique=True, return_indices=True)
        self._ngrams[mine] = rows[at]


def _check_size(rows: int, dim: int) -> None:
    if rows * dim >= MOST_NUMBERS:
        raise TrainingError(
            _("{rows} rows of {dim} dimensions are more than fastText can train").format(
                rows=number(rows), dim=number(dim)
            ),
            fix=_("Give fewer dimensions or buckets, or a higher minimum count."),
        )


def make_fasttext(spec: FastTextSpec, corpus: Corpus, ground: Ground) -> FastText:
    """A trainer of fastText.

    `ground.start` gives the rows of words that it knows, and "ngrams" and "contexts" or "nodes" where it keeps them;
    a known word's own row is then what makes the mean with its n-grams the source's row. Raises TrainingError for a
    start of another width, text without neighbors and n-grams that can't be; WorkspaceError where the disk refuses.
    """
    return FastText(spec, corpus, ground)
