"""A model's input table as a source: a word is what its pieces' rows make; no forward pass."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..encoding.checkpoint import Checkpoint
from ..encoding.cutter import Cutter
from ..encoding.table import INPUT_TABLES, STATIC_TABLES, PieceTable
from ..messages import N_, _
from ..progress import Reached
from ..spec import option
from .hf import cutter_of
from .pretrained import ModelSpec, PieceRows, open_checkpoint, weights_of
from .protocol import Context, SourceInfo

Compose = Literal["mean", "first", "last", "sif"]
CHUNK = 1 << 13
SIF = 1e-4


class HfInputSpec(ModelSpec):
    """The table that a model's pieces enter by: fast, and lexically the weakest of what a model knows."""

    kind: Literal["hf-input"] = "hf-input"
    compose: Compose = option(
        "mean",
        N_("Words of several pieces"),
        N_("The mean of the pieces' rows, the first, the last, or the mean weighted so that rare pieces weigh more."),
    )


class HfInputSource(PieceRows):
    """Implements `Source` and `FromPieces`: rows are read from the weights where they lie."""

    def __init__(self, spec: HfInputSpec, checkpoint: Checkpoint, context: Context) -> None:
        super().__init__(cutter_of(checkpoint))
        self._compose = spec.compose
        names = STATIC_TABLES if checkpoint.family == "static" else INPUT_TABLES
        self._table = PieceTable(checkpoint.weights, names, checkpoint.name)
        self._weights = piece_weights(self._cutter, context) if spec.compose == "sif" else None
        told = [checkpoint.digest, spec.compose]
        if self._weights is not None and context.vocabulary is not None:
            told.append(context.vocabulary.digest)
        self.info = SourceInfo(
            name=f"hf-input:{checkpoint.name}",
            kind="hf-input",
            dim=self._table.dim,
            size=None,
            digest=f"model:{hashlib.sha256(repr(told).encode()).hexdigest()}",
            format=_("{type}, input table of {n:,} pieces, {compose}").format(
                type=checkpoint.model_type, n=self._table.rows, compose=spec.compose
            ),
            licence=checkpoint.licence,
            languages=checkpoint.languages,
        )

    def _make(self, rows: NDArray[np.int64], out: NDArray[np.float32], at: NDArray[np.int64], reached: Reached) -> None:
        for first in range(0, len(rows), CHUNK):
            texts = [self._pieces[row] for row in rows[first : first + CHUNK].tolist()]
            out[at[first : first + len(texts)]] = self._composed(texts)
            reached(first + len(texts))

    def _composed(self, texts: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
        if self._compose in ("first", "last"):
            at = 0 if self._compose == "first" else -1
            known = [text[text != self._cutter.unknown] for text in texts]
            return self._table.read(np.array([text[at] for text in known], np.int64))
        return pooled_rows(self._table, texts, [self._counted(text) for text in texts])

    def _counted(self, text: NDArray[np.int32]) -> NDArray[np.float32]:
        weights = weights_of(self._cutter, text)
        return weights if self._weights is None else weights * self._weights[text]


def pooled_rows(
    table: PieceTable,
    texts: Sequence[NDArray[np.int32]],
    weights: Sequence[NDArray[np.float32]],
    factors: Sequence[NDArray[np.float32]] | None = None,
) -> NDArray[np.float32]:
    """float32[n, dim]: the weighted mean of each text's rows (piece ids int32[k], weights float32[k]).

    `factors` (float32[k] each) multiply the rows before, and have no part in the weights' sum.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    counted = np.concatenate(weights)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    sums = np.add.reduceat(counted, starts)
    rows = table.read(np.concatenate(texts).astype(np.int64))
    shares = counted / np.repeat(np.maximum(sums, 1e-12), lengths)
    shares = (shares if factors is None else shares * np.concatenate(factors)).astype(np.float32)
    return np.add.reduceat(rows * shares[:, None], starts, axis=0)


def piece_weights(cutter: Cutter, context: Context) -> NDArray[np.float32]:
    """float32[pieces]: a / (a + p), p a piece's share of all pieces in the vocabulary's text (Arora 2017).

    Where the vocabulary has no counts, pieces are taken to be as frequent as their place in the tokenizer's
    list says (Zipf), which holds for WordPiece and SentencePiece lists only roughly.
    """
    seen = np.zeros(cutter.size)
    vocabulary = context.vocabulary
    if vocabulary is not None and vocabulary.counts is not None:
        for pieces, count in zip(cutter.cut(vocabulary.words), vocabulary.counts.tolist(), strict=True):
            if pieces is not None:
                np.add.at(seen, pieces, count)
    else:
        seen = 1.0 / np.arange(2, cutter.size + 2)
    return (SIF / (SIF + seen / max(seen.sum(), 1e-12))).astype(np.float32)


def open_hf_input(spec: HfInputSpec, context: Context) -> HfInputSource:
    """Open a model's input table; only the rows that are asked for are read."""
    return HfInputSource(spec, open_checkpoint(spec, context), context)
