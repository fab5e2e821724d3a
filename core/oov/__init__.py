"""Fills: vectors for the words that no source holds. The only door from a `Lookup` to an `EmbeddingMatrix`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from ..combining import combine
from ..errors import RecipeError, one_of
from ..matrix import EmbeddingMatrix, Located, Lookup
from ..messages import _
from ..rows import Origin
from ..sources.protocol import Context
from .buffer import Buffer
from .cascade import Cascade
from .diagonal import Diagonal, drawn, fill_diagonal
from .drop import Drop, fill_drop, leave_out
from .mean import Mean, fill_mean
from .ngrams import Ngrams, fill_ngrams
from .normal import Normal, fill_normal
from .pieces import Pieces, fill_pieces
from .zeros import Zeros, fill_zeros

FillSpec = Annotated[Mean | Normal | Diagonal | Zeros | Drop | Pieces | Ngrams | Cascade, Field(discriminator="kind")]

# kind -> its spec and its function (spec, buffer, rows to fill). One more fill is one more line.
FILLS: dict[str, tuple[type, Any]] = {
    "mean": (Mean, fill_mean),
    "normal": (Normal, fill_normal),
    "diagonal": (Diagonal, fill_diagonal),
    "zeros": (Zeros, fill_zeros),
    "drop": (Drop, fill_drop),
    "pieces": (Pieces, fill_pieces),
    "ngrams": (Ngrams, fill_ngrams),
}
DEFAULT_FILL = Cascade(steps=(Ngrams(), Pieces(), Mean()))


@dataclass(frozen=True)
class Filled:
    """A finished matrix, and what became of words on the way.

    dropped  (word, count) of what the fill "drop" left out
    faulty   words whose row in the source holds NaN or infinite values: counted as missing, and filled
    """

    matrix: EmbeddingMatrix
    dropped: tuple[tuple[str, int | None], ...]
    faulty: tuple[str, ...]


def fill(
    located: Located | Lookup,
    spec: Any = DEFAULT_FILL,
    *,
    seed: int = 0,
    context: Context | None = None,
) -> Filled:
    """Read the found rows and make the missing ones; every row of the result is finite.

    `spec` is a fill, the name of one ("mean"), or a list of either: a cascade. What all steps leave gets
    the mean. Random rows depend on `seed` and the word alone. `<pad>` is zeros, `<unk>` and reserved rows
    are the mean, other special tokens that no source holds are drawn from N(μ, σ). Raises FillError when
    there is nothing to fit a fill on, RecipeError for an unknown name.
    """
    if isinstance(located, Lookup):
        located = combine([located])
    spec = as_fill(spec)
    buffer = Buffer(located, seed, context or Context())
    for step in spec.steps if isinstance(spec, Cascade) else (spec,):
        rows = buffer.missing()
        if len(rows):
            FILLS[step.kind][1](step, buffer, rows)
    if len(rest := buffer.missing()):
        fill_mean(Mean(), buffer, rest)
    _fill_special(buffer)
    told = " + ".join(step.kind for step in spec.steps) if isinstance(spec, Cascade) else spec.kind
    matrix, dropped = leave_out(buffer.finish(f"fill {told}"))
    return Filled(matrix, dropped, buffer.faulty)


def as_fill(given: Any) -> Any:
    """A fill's spec from a spec, a name, or a list of either. Raises RecipeError that lists the names."""
    if isinstance(given, str):
        if given not in FILLS:
            raise RecipeError(
                _("there is no fill {name!r}").format(name=given),
                fix=_("Valid fills: {names}.").format(names=one_of(FILLS)),
            )
        return FILLS[given][0]()
    if isinstance(given, Sequence):
        return Cascade(steps=tuple(as_fill(one) for one in given))
    return given


def _fill_special(buffer: Buffer) -> None:
    """Padding is zeros, unknown and reserved rows the mean, other special tokens drawn."""
    vocabulary = buffer.located.vocabulary
    rows: dict[str, list[int]] = {}
    for word, role in vocabulary.specials.items():
        if buffer.columns["origin"][row := vocabulary.ids[word]] == Origin.SPECIAL:
            rows.setdefault(role, []).append(row)
    for role, listed in rows.items():
        at = np.array(sorted(listed), np.int64)
        if role == "pad" or not buffer.fitted:
            buffer.write(at, np.zeros(buffer.dim, np.float32), method="zeros", origin=Origin.SPECIAL)
        elif role == "token" and buffer.fitted > 1:
            buffer.write(at, drawn(buffer, at), method="diagonal", origin=Origin.SPECIAL)
        else:
            buffer.write(at, buffer.mean.astype(np.float32), method="mean", origin=Origin.SPECIAL)


__all__ = [
    "DEFAULT_FILL",
    "Cascade",
    "Diagonal",
    "Drop",
    "FillSpec",
    "Filled",
    "Mean",
    "Ngrams",
    "Normal",
    "Pieces",
    "Zeros",
    "as_fill",
    "fill",
]
