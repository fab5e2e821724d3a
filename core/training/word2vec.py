"""word2vec by gensim's kernels: skip-gram and CBOW, with negative sampling or hierarchical softmax.

Mikolov et al. 2013, arXiv 1301.3781 and 1310.4546.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .contract import Ground
from .predictor import Predictor, Rows, drawn_rows
from .spec import Word2VecSpec

if TYPE_CHECKING:
    from .tokens import Corpus


class Word2Vec(Predictor):
    """word2vec. Implements `Trainer`."""

    def __init__(self, spec: Word2VecSpec, corpus: Corpus, ground: Ground) -> None:
        from gensim.models.word2vec_corpusfile import train_epoch_cbow, train_epoch_sg

        super().__init__(spec, corpus, ground)
        self._vectors = drawn_rows(len(corpus.words), spec.dim, spec.seed)
        if ground.start is not None:
            self._vectors[ground.start.known] = ground.start.rows[ground.start.known]
            self._start_outputs(ground.start)
        self._prepare(vectors=self._vectors, vectors_lockf=np.ones(1, np.float32))
        self._kernel = train_epoch_sg if spec.model == "skipgram" else train_epoch_cbow

    def _train(self, model: Any, path: bytes, offset: int, work: Rows, mean: Rows) -> None:
        # No epochs, examples and words: one batch, then it has read more words than 0.
        self._kernel(model, path, offset, self._known, 0, 1, 0, work, mean, False)

    def _inputs(self) -> dict[str, Rows]:
        return {"vectors": self._vectors}

    def rows(self) -> Rows:
        """float32[V, d]: the vectors themselves, which go on moving."""
        view = self._vectors.view()
        view.flags.writeable = False
        return view


def make_word2vec(spec: Word2VecSpec, corpus: Corpus, ground: Ground) -> Word2Vec:
    """A trainer of word2vec on the CPU.

    `ground.start` gives the rows of words that it knows, and "contexts" or "nodes" where it keeps them. Raises
    TrainingError for a start of another width and for text without neighbors, WorkspaceError where the disk refuses.
    """
    return Word2Vec(spec, corpus, ground)
