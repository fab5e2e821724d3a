"""Which rows of a matrix get a point, and why the others don't."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, one_of
from ..matrix import EmbeddingMatrix
from ..messages import N_, _
from ..rows import Origin
from .spec import Selection

NAMED = 5
SPECIAL, ZERO, UNCHOSEN = "special", "zero", "unchosen"
REASONS = {
    SPECIAL: N_("special row, not a word"),
    ZERO: N_("all zeros: no direction"),
    UNCHOSEN: N_("not among the words that were chosen"),
}
ORIGINS = tuple(origin.name.lower() for origin in Origin if origin not in (Origin.MISSING, Origin.SPECIAL))


@dataclass(frozen=True)
class Selected:
    """rows int64[n], in row order: they get a point. left_out: reason -> int64[·]; together all rows of the matrix.

    unknown  words that were asked for, and that the matrix has not
    """

    rows: NDArray[np.int64]
    left_out: dict[str, NDArray[np.int64]]
    unknown: tuple[str, ...] = ()


def select(matrix: EmbeddingMatrix, selection: Selection) -> Selected:
    """The rows that `selection` chooses, without special rows and rows of zeros.

    Raises InputError for an origin that there is none of this name, and where nothing is left.
    """
    n = len(matrix.vocabulary)
    special = np.array(matrix.rows.is_(Origin.SPECIAL))
    special[[matrix.vocabulary.ids[word] for word in matrix.vocabulary.specials]] = True
    zero = ~_any(matrix) & ~special
    chosen = _chosen(matrix, selection) & ~special & ~zero
    if selection.most:
        at = np.flatnonzero(chosen)
        counts = matrix.vocabulary.counts
        order = at if counts is None else at[np.argsort(-counts[at], kind="stable")]
        chosen = np.zeros(n, bool)
        chosen[order[: selection.most]] = True
    rows = np.flatnonzero(chosen)
    if not len(rows) and selection.words and not any(word in matrix.vocabulary.ids for word in selection.words):
        raise InputError(
            _("none of the words is in the matrix: {words}").format(words=", ".join(selection.words[:NAMED])),
            fix=_("Check their spelling."),
        )
    if not len(rows):
        raise InputError(
            _("no word is left to draw"),
            fix=_("Choose other words: these are special rows, or none passes all conditions."),
        )
    reasons = {SPECIAL: special, ZERO: zero, UNCHOSEN: ~(chosen | special | zero)}
    left_out = {name: np.flatnonzero(those) for name, those in reasons.items() if those.any()}
    ids = matrix.vocabulary.ids
    return Selected(rows, left_out, tuple(word for word in selection.words if word not in ids))


def _chosen(matrix: EmbeddingMatrix, selection: Selection) -> NDArray[np.bool_]:
    chosen = np.ones(len(matrix.vocabulary), bool)
    if selection.origins:
        if wrong := [name for name in selection.origins if name not in ORIGINS]:
            raise InputError(
                _("no origin is called {name!r}").format(name=wrong[0]),
                fix=_("Choose {names}.").format(names=one_of(ORIGINS)),
            )
        chosen &= np.isin(matrix.rows.origin, [Origin[name.upper()] for name in selection.origins])
    if selection.contains:
        wanted = selection.contains.casefold()
        chosen &= np.fromiter((wanted in word.casefold() for word in matrix.vocabulary.words), bool, len(chosen))
    if selection.words:
        listed = np.zeros(len(chosen), bool)
        listed[[matrix.vocabulary.ids[word] for word in selection.words if word in matrix.vocabulary.ids]] = True
        chosen &= listed
    return chosen


def _any(matrix: EmbeddingMatrix, block: int = 1 << 15) -> NDArray[np.bool_]:
    n = len(matrix.vocabulary)
    found = [matrix.vectors[first : first + block].any(axis=1) for first in range(0, n, block)]
    return np.concatenate(found) if found else np.zeros(0, bool)
