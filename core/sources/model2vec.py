"""Static tables of pieces: model2vec models and sentence-transformers' StaticEmbedding."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..encoding.checkpoint import Checkpoint
from ..encoding.cutter import Cutter
from ..encoding.table import STATIC_TABLES, PieceTable, read_column
from ..errors import SourceError
from ..messages import N_, _
from ..progress import Reached
from .hf_input import CHUNK, pooled_rows
from .pretrained import ModelSpec, PieceRows, open_checkpoint, weights_of
from .protocol import Context, SourceInfo

UNSCALED = N_("int8 without scales: the rows' directions hold, their lengths do not")


class Model2vecSpec(ModelSpec):
    """A static model: model2vec's (potion and others), or a StaticEmbedding of sentence-transformers."""

    kind: Literal["model2vec"] = "model2vec"


class Model2vecSource(PieceRows):
    """Implements `Source` and `FromPieces`: a word is the mean of its pieces' rows, times the model's weights.

    As `StaticModel.encode` computes it, before it makes the vectors' lengths 1: the length tells how much a
    word counts in a text.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(Cutter(Path(checkpoint.tokenizer), spaced=False))
        self._table = PieceTable(checkpoint.weights, STATIC_TABLES, checkpoint.name)
        self._mapping = read_column(checkpoint.weights, "mapping")
        self._weights = read_column(checkpoint.weights, "weights")
        pieces = self._table.rows if self._mapping is None else len(self._mapping)
        if pieces < self._cutter.size:
            raise SourceError(
                _("a table of {rows:,} rows for {pieces:,} pieces").format(rows=pieces, pieces=self._cutter.size),
                where=checkpoint.name,
                fix=_("Fetch the model again: tokenizer.json and model.safetensors belong together."),
            )
        if self._weights is not None and (self._weights.ndim != 1 or len(self._weights) < self._cutter.size):
            raise SourceError(
                _("its weights are not one for each of {pieces:,} pieces").format(pieces=self._cutter.size),
                where=checkpoint.name,
                fix=_("Fetch the model again: tokenizer.json and model.safetensors belong together."),
            )
        unscaled = self._table.dtype == "I8" and not self._table.is_scaled
        self.info = SourceInfo(
            name=f"model2vec:{checkpoint.name}",
            kind="model2vec",
            dim=self._table.dim,
            size=None,
            digest=checkpoint.digest,
            format=_("static table of {n:,} pieces").format(n=pieces),
            licence=checkpoint.licence,
            languages=checkpoint.languages,
            faults={UNSCALED: self._table.rows} if unscaled else {},
        )

    def _make(self, rows: NDArray[np.int64], out: NDArray[np.float32], at: NDArray[np.int64], reached: Reached) -> None:
        for first in range(0, len(rows), CHUNK):
            texts = [self._pieces[row] for row in rows[first : first + CHUNK].tolist()]
            counted = [weights_of(self._cutter, text) for text in texts]
            factors = None if self._weights is None else [self._weights[text] for text in texts]
            if self._mapping is not None:
                texts = [self._mapping[text].astype(np.int32) for text in texts]
            out[at[first : first + len(texts)]] = pooled_rows(self._table, texts, counted, factors)
            reached(first + len(texts))


def open_model2vec(spec: Model2vecSpec, context: Context) -> Model2vecSource:
    """Open a static model's folder. Raises SourceError where it is a whole transformer."""
    checkpoint = open_checkpoint(spec, context)
    if checkpoint.family != "static":
        raise SourceError(
            _("this is a whole model, not a static table"),
            where=checkpoint.name,
            fix=_("Write {example}; in the app, take “Each word by itself”.").format(
                example=f"hf:{spec.path or spec.model}"
            ),
        )
    return Model2vecSource(checkpoint)
