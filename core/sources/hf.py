"""A transformer as a source: every word goes through the model by itself, and its states make the vector."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from ..encoding.checkpoint import Checkpoint
from ..encoding.cutter import LONGEST, Cutter
from ..encoding.device import Precision
from ..encoding.layers import Pooling, Reading, read_layers
from ..encoding.store import VectorStore, key_of
from ..errors import RecipeError, SourceError, one_of
from ..messages import N_, _
from ..progress import Reached
from ..spec import option
from ..workspace.workspace import Workspace
from .pretrained import ModelSpec, PieceRows, open_checkpoint, weights_of
from .protocol import Context, SourceInfo

# Where a model ran that had not to: all rows had been encoded before.
KEPT = "kept"
# So many rows are encoded, sorted by length among themselves, before they are kept.
CHUNK = 1 << 13
VERSION = 2  # of the way a vector is made: rows kept by an older one are not taken
WIDELY = "0+lower+last"
LAYERS = N_(
    "The mean of these: 0-4, last, lower (0 to two thirds), or several joined by + side by side. "
    "auto: the last layer of a sentence-transformer, else lower."
)
POOLING = N_(
    "mean of the word's own pieces, all positions, its first or last piece, cls, the special piece, or end, the last "
    "position. "
    "auto: as a sentence-transformer says, last for a decoder, else mean."
)
PRECISION = N_("auto: bfloat16 on CUDA, else float32. fast: bfloat16 wherever the hardware computes in it.")


class EncodedSpec(ModelSpec):
    """What both ways through a model have: which layers, how pooled, how exactly."""

    layers: str = option("auto", N_("Layers"), LAYERS)
    pooling: Pooling = option("auto", N_("Pooling"), POOLING)
    precision: Precision = option("auto", N_("Precision"), PRECISION)

    @field_validator("layers", mode="before")
    @classmethod
    def _one_layer(cls, given: Any) -> Any:
        """One layer may be written as the number that it is: layers = 6."""
        return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


class HfSpec(EncodedSpec):
    """A transformer, each word by itself: the model sees nothing but the word."""

    kind: Literal["hf"] = "hf"
    template: str = option(
        "", N_("Template"), N_("What the word is put into, such as “the word {word}”; by itself when empty.")
    )


class HfSource(PieceRows):
    """Implements `Source` and `FromPieces`. The model is loaded when the first row is asked for."""

    def __init__(self, spec: HfSpec, checkpoint: Checkpoint, context: Context) -> None:
        super().__init__(cutter_of(checkpoint))
        self._spec, self._checkpoint, self._context = spec, checkpoint, context
        self._reading = reading_of(spec, checkpoint)
        boundary = self._cutter.boundary
        if self._reading.pooling == "cls" and not boundary.before + boundary.after:
            raise RecipeError(
                _("the model puts no special piece beside a word, so there is none to pool"),
                fix=_("Choose pooling: {names}.").format(names=one_of(["mean", "all", "last"])),
            )
        self._around = _template(spec.template, self._cutter)
        self._fit(sum(map(len, self._around)) + len(boundary.before) + len(boundary.after))
        self.ran_on = ""
        self.info = info_of(checkpoint, self._reading, "hf", _("each word by itself"), [spec.template])

    def _fit(self, around: int) -> None:
        """Cut long words where the model, with so many pieces around them, reads no further."""
        if not self._checkpoint.positions:
            return
        room = self._checkpoint.positions - around
        if room < 1:
            raise SourceError(
                _("the template is longer than the {n} pieces that the model reads").format(
                    n=self._checkpoint.positions
                ),
                where=self._checkpoint.name,
                fix=_("Take a shorter one."),
            )
        self._cutter.longest = min(self._cutter.longest, room)

    def _make(self, rows: NDArray[np.int64], out: NDArray[np.float32], at: NDArray[np.int64], reached: Reached) -> None:
        texts = [self._pieces[row] for row in rows.tolist()]
        encoder = Runner(
            self._spec, self._checkpoint, self._reading, self._cutter, self._context, [self._spec.template]
        )
        encoder.fill(texts, self._around, out, at, reached)
        self.ran_on = encoder.ran_on or self.ran_on or f"{KEPT}, {encoder.precision}"


def _template(template: str, cutter: Cutter) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The pieces before and after the word."""
    if not template:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    before, field, after = template.partition("{word}")
    if not field:
        raise SourceError(
            _("the template {template!r} has no place for the word").format(template=template),
            fix=_("Write {example} where it stands.").format(example="{word}"),
        )
    return np.array(cutter.template(before.rstrip()), np.int32), np.array(cutter.template(after), np.int32)


class Runner:
    """Encodes texts through the store: what was encoded before is read, the rest is encoded and kept by chunks."""

    def __init__(
        self,
        spec: EncodedSpec,
        checkpoint: Checkpoint,
        reading: Reading,
        cutter: Cutter,
        context: Context,
        about: Sequence[object],
    ) -> None:
        from ..encoding.device import choose_device

        self._checkpoint, self._reading, self._cutter, self._context = checkpoint, reading, cutter, context
        self._device = choose_device(context.device, spec.precision)
        self.dim, self.precision = checkpoint.width * len(reading.groups), self._device.precision
        told = [VERSION, checkpoint.digest, reading.groups, reading.pooling, self._device.precision, *about]
        self._store = VectorStore(context.workspace or Workspace(), told, self.dim)
        self._model: Any = None
        self.ran_on = ""

    @property
    def model(self) -> Any:
        """The loaded model."""
        if self._model is None:
            from ..encoding.model import Encoder

            told = _("Loading {name} on {device}").format(name=self._checkpoint.name, device=self._device)
            self._context.progress(told, 0)
            self._model = Encoder(self._checkpoint, self._cutter.boundary, self._reading, self._device, short=True)
            self.ran_on = str(self._device)
        return self._model

    def fill(
        self,
        texts: Sequence[NDArray[np.int32]],
        around: tuple[NDArray[np.int32], NDArray[np.int32]],
        out: NDArray[np.float32],
        at: NDArray[np.int64],
        reached: Reached,
    ) -> None:
        """Vectors of `texts` (piece ids) between the pieces `around` into rows `at` of `out` (float32[n, dim])."""
        keys = [key_of(text.tobytes()) for text in texts]
        places = self._store.find(keys)
        kept = np.flatnonzero(places >= 0)
        self._store.read(places[kept], out, at[kept])
        reached(len(kept))
        new = np.flatnonzero(places < 0)
        if len(new):
            # Words of like length together, over all chunks: a chunk has few lengths, and full batches.
            lengths = np.array([len(texts[i]) for i in new.tolist()])
            new = new[np.argsort(lengths, kind="stable")]
            self.model  # noqa: B018  # loaded before the first progress
        for first in range(0, len(new), CHUNK):
            self._chunk(new[first : first + CHUNK], texts, around, keys, out, at, reached, len(kept) + first)
        self._store.tidy()

    def _chunk(
        self,
        part: NDArray[np.int64],
        texts: Sequence[NDArray[np.int32]],
        around: tuple[NDArray[np.int32], NDArray[np.int32]],
        keys: Sequence[bytes],
        out: NDArray[np.float32],
        at: NDArray[np.int64],
        reached: Reached,
        before: int,
    ) -> None:
        whole = [np.concatenate([around[0], texts[i], around[1]]) for i in part.tolist()]
        weights = self._weights(part, texts, around)
        done: list[int] = []
        try:
            for places, vectors in self.model.encode(whole, weights):
                out[at[part[places]]] = vectors[:, 0]
                done += part[places].tolist()
                reached(before + len(done))
        finally:  # stopped or not: what is done is kept
            self._store.add([keys[i] for i in done], out[at[done]])

    def _weights(
        self,
        part: NDArray[np.int64],
        texts: Sequence[NDArray[np.int32]],
        around: tuple[NDArray[np.int32], NDArray[np.int32]],
    ) -> list[NDArray[np.float32]] | None:
        """Only the word's own pieces are pooled, and of these only the known ones; None where that is all of them."""
        how, alone = self._reading.pooling, not len(around[0]) + len(around[1])
        unknown = any((texts[i] == self._cutter.unknown).any() for i in part)
        if how not in ("mean", "first", "last") or (alone and not unknown) or (how != "mean" and not alone):
            return None
        before, after = (np.zeros(len(ids), np.float32) for ids in around)
        own = [_counted(weights_of(self._cutter, texts[i]), how) for i in part.tolist()]
        return [np.concatenate([before, one, after])[None] for one in own]


def _counted(known: NDArray[np.float32], how: str) -> NDArray[np.float32]:
    """Of the pieces that are known (1, else 0) those that are pooled: all, the first, the last."""
    if how == "mean":
        return known
    kept = np.zeros_like(known)
    kept[np.flatnonzero(known)[0 if how == "first" else -1]] = 1
    return kept


def read_widely(spec: Any) -> tuple[Any, int]:
    """`spec` for a comparison of words, and of how many parts its rows are.

    A transformer that is asked for no layers of its own is read as its embeddings, its lower layers and its last one
    side by side: the first tell which word it is, the last what it means. Other sources stay as they are.
    """
    if not isinstance(spec, EncodedSpec):
        return spec, 1
    if spec.layers == "auto" and spec.pooling == "auto":
        spec = spec.model_copy(update={"layers": WIDELY, "pooling": "mean"})
    return spec, spec.layers.count("+") + 1


def cutter_of(checkpoint: Checkpoint) -> Cutter:
    """The model's tokenizer. A sentence-transformer gets its words as they are, as it was trained."""
    longest = min(LONGEST, checkpoint.positions - 4) if checkpoint.positions else LONGEST
    return Cutter(Path(checkpoint.tokenizer), spaced=checkpoint.family != "sentence", longest=max(1, longest))


def reading_of(spec: EncodedSpec, checkpoint: Checkpoint) -> Reading:
    """The layers and pooling that `spec` means for this model. Raises SourceError for a table without a model."""
    if checkpoint.family == "static":
        raise SourceError(
            _("this is a table of pieces, not a transformer"),
            where=checkpoint.name,
            fix=_("Write {example}; in the app, take “Static model”.").format(
                example=f"model2vec:{spec.path or spec.model}"
            ),
        )
    return read_layers(
        spec.layers, spec.pooling, count=checkpoint.layers, family=checkpoint.family, asked=checkpoint.pooling
    )


def info_of(checkpoint: Checkpoint, reading: Reading, kind: str, how: str, about: Sequence[object]) -> SourceInfo:
    """What a source made of the model's states says of itself; its digest holds the way of reading."""
    import hashlib

    told = repr([checkpoint.digest, reading.groups, reading.pooling, *about])
    groups = " + ".join(f"{min(g)}-{max(g)}" if len(g) > 1 else str(max(g)) for g in reading.groups)
    return SourceInfo(
        name=f"{kind}:{checkpoint.name}",
        kind=kind,
        dim=checkpoint.width * len(reading.groups),
        size=None,
        digest=f"model:{hashlib.sha256(told.encode()).hexdigest()}",
        format=_("{type}, {how}, layers {layers}, pooled by {pooling}").format(
            type=checkpoint.model_type, how=how, layers=groups, pooling=reading.pooling
        ),
        licence=checkpoint.licence,
        languages=checkpoint.languages,
    )


def open_hf(spec: HfSpec, context: Context) -> HfSource:
    """Open a transformer: it is fetched and examined; its weights are read when rows are asked for."""
    return HfSource(spec, open_checkpoint(spec, context), context)
