"""From a lookup to a matrix: found rows are read, missing ones made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..combining import combine
from ..matrix import EmbeddingMatrix, Located, Lookup
from ..messages import N_, _
from ..rows import Origin
from ..sources.protocol import Context
from .buffer import BLOCK, Buffer
from .cascade import Cascade
from .contract import Fitted
from .diagonal import drawn
from .drop import DROPPED, leave_out
from .ground import Ground
from .kinds import DEFAULT_FILL, FILLS, as_fill
from .mean import Mean

FILLING = N_("Filling")


@dataclass(frozen=True)
class Filled:
    """A finished matrix, and what became of words on the way.

    dropped  (word, count) of what was left out
    faulty   words whose row in the source holds NaN or infinite values: counted as missing, and filled
    inputs   (name, digest) of donors and corpora that fills read
    """

    matrix: EmbeddingMatrix
    dropped: tuple[tuple[str, int | None], ...]
    faulty: tuple[str, ...]
    inputs: tuple[tuple[str, str], ...] = ()


def fill(
    located: Located | Lookup,
    spec: Any = DEFAULT_FILL,
    *,
    seed: int = 0,
    context: Context | None = None,
    left_out: Sequence[int] = (),
    confidences: bool = True,
) -> Filled:
    """Read the found rows and make the missing ones; every row of the result is finite.

    `spec` is a fill, the name of one ("mean"), or a list of either: a cascade. What all steps leave gets
    the mean; the rows `left_out` get none. Filled rows get a confidence, the cosine to the true row that is to be
    expected, unless `confidences` is False: it takes every fill once more, without some of the known words. Random
    rows depend on `seed` and the word alone. `<pad>` is zeros, `<unk>` and reserved rows are the mean, other special
    tokens that no source holds are drawn from N(μ, σ). Raises FillError when there is nothing to fit a fill on,
    RecipeError for an unknown name.
    """
    if isinstance(located, Lookup):
        located = combine([located])
    spec = as_fill(spec)
    steps = spec.steps if isinstance(spec, Cascade) else (spec,)
    buffer = Buffer(located, seed, context or Context())
    if len(left_out):
        at = np.array(left_out, np.int64)
        buffer.write(at, np.zeros(buffer.dim, np.float32), method=DROPPED, origin=Origin.INVENTED)
    ground = Ground(buffer)
    cascade = steps if steps[-1] == Mean() else (*steps, Mean())
    sure = _sureness(ground, cascade) if confidences else {}
    for k, step in enumerate(cascade):
        if len(rows := buffer.missing()):
            fitted = fit(step, ground)
            fill_rows(buffer, rows, fitted, step.kind, sure.get(k))
    _fill_special(ground)
    matrix, dropped = leave_out(buffer.finish(f"fill {' + '.join(step.kind for step in steps)}"))
    return Filled(matrix, dropped, buffer.faulty, tuple(sorted(buffer.inputs.items())))


def fit(step: Any, ground: Ground) -> Fitted:
    """The fill `step`, fitted on `ground`. Raises FillError."""
    return FILLS[step.kind].fit(step, ground)


def fill_rows(buffer: Buffer, rows: NDArray[np.int64], fitted: Fitted, method: str, sure: Any = None) -> None:
    """Fill those of `rows` that `fitted` can make; `sure` turns its signals into a confidence."""
    for first in range(0, len(rows), BLOCK):
        part = rows[first : first + BLOCK]
        made = fitted.fill([buffer.words[row] for row in part.tolist()])
        done = made.done
        at = part[done]
        buffer.write(
            at,
            made.vectors[done],
            method=method,
            origin=fitted.origin,
            source=-1 if made.source is None else made.source[done],
            confidence=np.nan if sure is None else sure(made.signals[done]),
            pieces=None if made.pieces is None else [made.pieces[i] for i in np.flatnonzero(done).tolist()],
        )
        buffer.context.progress(_(FILLING), first + len(part), len(rows), "words", method)


def _sureness(ground: Ground, steps: Sequence[Any]) -> dict[int, Any]:
    """Position of a step -> what turns the signals of its rows into confidences; none where too few words are known."""
    if not len(ground.buffer.missing()):
        return {}
    from .confidence import calibrate

    return calibrate(ground, steps)


def _fill_special(ground: Ground) -> None:
    """Padding is zeros, unknown and reserved rows the mean, other special tokens drawn."""
    buffer = ground.buffer
    vocabulary = buffer.located.vocabulary
    rows: dict[str, list[int]] = {}
    for word, role in vocabulary.specials.items():
        if buffer.columns["origin"][row := vocabulary.ids[word]] == Origin.SPECIAL:
            rows.setdefault(role, []).append(row)
    for role, listed in rows.items():
        at = np.array(sorted(listed), np.int64)
        if role == "pad" or not ground.fitted:
            buffer.write(at, np.zeros(buffer.dim, np.float32), method="zeros", origin=Origin.SPECIAL)
        elif role == "token" and ground.fitted > 1:
            words = [buffer.words[row] for row in at.tolist()]
            buffer.write(at, drawn(ground, words), method="diagonal", origin=Origin.SPECIAL)
        else:
            buffer.write(at, ground.mean.astype(np.float32), method="mean", origin=Origin.SPECIAL)


__all__ = ["Filled", "fill", "fill_rows", "fit"]
