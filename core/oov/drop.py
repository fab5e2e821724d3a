"""Leave missing words out: a smaller vocabulary, and a list of what went."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..errors import FillError
from ..matrix import EmbeddingMatrix
from ..messages import _
from ..spec import Spec
from ..vocabulary.vocabulary import Vocabulary
from .ground import Ground
from .mean import Constant

# Rows that wait to be left out: no fill touches them, and none is left when the matrix is made.
DROPPED = "drop"


class Drop(Spec):
    """Missing words are left out. The ids of all words after them change."""

    kind: Literal["drop"] = "drop"


def fit_drop(spec: Drop, ground: Ground) -> Constant:
    """Rows that wait to be left out."""
    return Constant(np.zeros(ground.dim, np.float32), _("left out: it gets no row"))


def leave_out(matrix: EmbeddingMatrix) -> tuple[EmbeddingMatrix, tuple[tuple[str, int | None], ...]]:
    """The matrix without its dropped rows, and (word, count) of those."""
    if DROPPED not in matrix.rows.methods:
        return matrix, ()
    gone = matrix.rows.method == matrix.rows.methods.index(DROPPED)
    kept = np.flatnonzero(~gone)
    words, counts, specials = matrix.vocabulary.words, matrix.vocabulary.counts, matrix.vocabulary.specials
    if not any(words[i] not in specials for i in kept.tolist()):
        raise FillError(
            _("no source holds any of the words, and missing words are to be dropped: nothing is left"),
            fix=_("Take another source, or another fill."),
        )
    left = [words[i] for i in kept.tolist()]
    vocabulary = Vocabulary(
        left, None if counts is None else counts[kept], {w: specials[w] for w in left if w in specials}
    )
    dropped = tuple((words[i], None if counts is None else int(counts[i])) for i in np.flatnonzero(gone).tolist())
    rows = matrix.rows.take(kept)
    return EmbeddingMatrix(vocabulary, matrix.vectors[kept], rows, history=matrix.history), dropped
