"""The words that two matrices share, and why the others are left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..matrix import EmbeddingMatrix
from ..messages import N_, _, ngettext, number
from ..neighbors import informed
from ..rows import Origin

ONLY_FIRST, ONLY_SECOND, SPECIAL, ZERO, INVENTED = "only_first", "only_second", "special", "zero", "invented"
REASONS = {
    ONLY_FIRST: N_("only in the first"),
    ONLY_SECOND: N_("only in the second"),
    SPECIAL: N_("special row, not a word"),
    ZERO: N_("all zeros in one of them: no direction"),
    INVENTED: N_("invented in one of them: the row says nothing about the word"),
}
FEWEST = 3
BLOCK = 1 << 15


@dataclass(frozen=True)
class Shared:
    """The words of two matrices that are compared, in the order of the first's rows.

    words     str, n of them
    rows1     int64[n]: their rows in the first
    rows2     int64[n]: and in the second
    left_out  reason -> number of words; with n, all different words of the two
    """

    words: tuple[str, ...]
    rows1: NDArray[np.int64]
    rows2: NDArray[np.int64]
    left_out: dict[str, int]


def shared_words(first: EmbeddingMatrix, second: EmbeddingMatrix, *, informed_only: bool = False) -> Shared:
    """The words that both matrices have a direction for; with `informed_only`, one that tells something of them.

    Raises InputError where fewer than three are left.
    """
    special = _specials(first) | _specials(second)
    ids2 = second.vocabulary.ids
    at = [(row, ids2[word]) for row, word in enumerate(first.vocabulary.words) if word in ids2 and word not in special]
    rows1, rows2 = np.array(at, np.int64).reshape(-1, 2).T
    sound = _directed(first, rows1) & _directed(second, rows2)
    known = np.ones(len(rows1), bool)
    if informed_only:
        known = informed(first)[rows1] & informed(second)[rows2]
    both = len(rows1)
    counts = {
        ONLY_FIRST: len(first.vocabulary) - len(special & first.vocabulary.ids.keys()) - both,
        ONLY_SECOND: len(second.vocabulary) - len(special & ids2.keys()) - both,
        SPECIAL: len(special),
        ZERO: int((~sound).sum()),
        INVENTED: int((sound & ~known).sum()),
    }
    kept = sound & known
    left_out = {reason: count for reason, count in counts.items() if count}
    rows1, rows2 = np.ascontiguousarray(rows1[kept]), np.ascontiguousarray(rows2[kept])
    if len(rows1) < FEWEST:
        raise _too_few(len(rows1), left_out)
    return Shared(tuple(first.vocabulary.words[row] for row in rows1.tolist()), rows1, rows2, left_out)


def _specials(matrix: EmbeddingMatrix) -> set[str]:
    words = matrix.vocabulary.words
    return {words[row] for row in np.flatnonzero(matrix.rows.is_(Origin.SPECIAL)).tolist()} | {
        *matrix.vocabulary.specials
    }


def _directed(matrix: EmbeddingMatrix, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """bool[·]: which of these rows are not all zeros."""
    found = [matrix.vectors[rows[at : at + BLOCK]].any(axis=1) for at in range(0, len(rows), BLOCK)]
    return np.concatenate([np.zeros(0, bool), *found])


def _too_few(n: int, left_out: dict[str, int]) -> InputError:
    if left_out.get(INVENTED, 0) + n >= FEWEST:
        fix = _("Compare all rows, invented ones too.")
    else:
        fix = _("Build both matrices for the same vocabulary, with the same casing, and compare them again.")
    reasons = "; ".join(f"{_(REASONS[reason])}: {number(count)}" for reason, count in left_out.items())
    what = ngettext(
        "the two matrices have {n} word in common that can be compared, and at least {least} are needed ({reasons})",
        "the two matrices have {n} words in common that can be compared, and at least {least} are needed ({reasons})",
        n,
    )
    return InputError(what.format(n=number(n), least=number(FEWEST), reasons=reasons), fix=fix)
