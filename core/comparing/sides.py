"""One word's neighbors in both matrices, side by side."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..messages import _
from ..neighbors import informed, nearest
from ..neighbors.spelling import suggestions
from .comparison import Comparison
from .neighborhoods import near


@dataclass(frozen=True)
class Near:
    """A neighbor, its cosine, and whether the other matrix has it among the nearest too."""

    word: str
    cosine: float
    shared: bool


@dataclass(frozen=True)
class SideBySide:
    """The k nearest shared words of `word` in the first and in the second matrix, nearest first.

    whole  the same among all words of each matrix, those included that the other lacks; None: not asked
    """

    word: str
    overlap: float
    displacement: float
    first: tuple[Near, ...]
    second: tuple[Near, ...]
    whole: tuple[tuple[Near, ...], tuple[Near, ...]] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def side_by_side(comparison: Comparison, word: str, *, whole: bool = False) -> SideBySide:
    """The neighbors of `word` in both matrices, the ones in common marked.

    For a word outside the sample whose overlap was measured they are searched now, and so are, if asked, those in the
    `whole` of each matrix. Raises InputError for a word that the matrices don't share.
    """
    if word not in comparison.ids:
        raise _unknown(comparison, word)
    i = comparison.ids[word]
    at = int(np.searchsorted(comparison.measured, i))
    if at < len(comparison.measured) and comparison.measured[at] == i:
        found = [(comparison.ids1[at], comparison.cosines1[at]), (comparison.ids2[at], comparison.cosines2[at])]
    else:
        sides = ((comparison.first, comparison.rows1), (comparison.second, comparison.rows2))
        query = np.array([i], np.int64)
        searched = [near(matrix, rows, query, comparison.k, lambda done, total: None) for matrix, rows in sides]
        found = [(ids[0], cosines[0]) for ids, cosines in searched]
    both = set(found[0][0].tolist()) & set(found[1][0].tolist())
    first, second = (
        tuple(
            Near(comparison.words[one], float(cosine), one in both)
            for one, cosine in zip(ids.tolist(), cosines.tolist(), strict=True)
        )
        for ids, cosines in found
    )
    everywhere = _everywhere(comparison, word) if whole else None
    return SideBySide(word, len(both) / comparison.k, float(comparison.displacement[i]), first, second, everywhere)


def _everywhere(comparison: Comparison, word: str) -> tuple[tuple[Near, ...], tuple[Near, ...]]:
    """The k nearest of all words in each matrix. Invented rows only where some are compared."""
    sides = ((comparison.first, comparison.rows1), (comparison.second, comparison.rows2))
    every = not all(informed(matrix)[rows].all() for matrix, rows in sides)
    found = []
    for matrix, _rows in sides:
        near_by = nearest(matrix, [word], comparison.k, among=None if every else informed(matrix))
        pairs = zip(near_by.ids[0].tolist(), near_by.cosines[0].tolist(), strict=True)
        found.append([(matrix.vocabulary.words[row], cosine) for row, cosine in pairs if row >= 0])
    both = {one for one, _cosine in found[0]} & {one for one, _cosine in found[1]}
    first, second = (tuple(Near(one, cosine, one in both) for one, cosine in side) for side in found)
    return first, second


def _unknown(comparison: Comparison, word: str) -> InputError:
    held = [word in matrix.vocabulary for matrix in (comparison.first, comparison.second)]
    if all(held):
        what = _("{word!r} was left out of the comparison").format(word=word)
        return InputError(what, fix=_("Its row is special, zero or invented in one of the two."))
    if any(held):
        name = comparison.names[held.index(False)]
        return InputError(_("{word!r} is not a word of {name}").format(word=word, name=name))
    near_by = [one for one in suggestions(comparison.first, word) if one in comparison.ids]
    fix = _("Spelled like it: {words}.").format(words=", ".join(map(repr, near_by))) if near_by else None
    return InputError(_("{word!r} is a word of neither matrix").format(word=word), fix=fix)
