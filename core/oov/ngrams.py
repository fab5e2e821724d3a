"""Character n-grams: fastText's own way to make a vector for a word that it has not seen."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..messages import _
from ..rows import Origin
from ..spec import Spec
from .buffer import BLOCK, Buffer
from .diagonal import FILLING


class Ngrams(Spec):
    """The source makes the vector out of the word's letters, where it can (fastText .bin)."""

    kind: Literal["ngrams"] = "ngrams"


def fill_ngrams(spec: Ngrams, buffer: Buffer, rows: NDArray[np.int64]) -> None:
    """Fill those of `rows` that the first source which composes vectors can make."""
    for k, source in enumerate(buffer.sources):
        if not source.info.composes:
            continue
        for first in range(0, len(rows), BLOCK):
            part = rows[first : first + BLOCK]
            made = np.empty((len(part), buffer.dim), np.float32)
            done = source.compose([buffer.words[row] for row in part.tolist()], made)
            done &= np.isfinite(made).all(1)
            buffer.write(part[done], made[done], method="ngrams", origin=Origin.COMPOSED, source=k)
            buffer.context.progress(_(FILLING), first + len(part), len(rows), "words")
        rows = np.intersect1d(rows, buffer.missing())
