"""Word similarity: Spearman's rho between the cosines of word pairs and what people said of them.

The policy is "covered pairs only": a pair counts where both words have a vector, each looked for as
written, then in lower case. A figure is to be read with its coverage, and two figures compare only
on the same pairs (`pairs_of` gives those that a source or matrix covers).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..matrix import EmbeddingMatrix
from .pairs import PairSet, load_pairs, read_pairs

if TYPE_CHECKING:
    from ..sources.protocol import Source

FEWEST = 3  # of two pairs rho is 1 or -1, whatever they are

# The vector of a word (float[d]), None for a word that has none.
VectorOf = Callable[[str], ArrayLike | None]


@dataclass(frozen=True)
class Score:
    """How well cosines agree with people on one set of pairs.

    name     of the set
    rho      Spearman's rank correlation, average ranks for ties, -1..1; None with fewer than three
             covered pairs, and where all cosines or all human scores are equal
    covered  pairs of which both words have a vector
    total    all pairs of the set
    """

    name: str
    rho: float | None
    covered: int
    total: int


def score_similarity(pairs: PairSet, vectors: VectorOf | EmbeddingMatrix) -> Score:
    """Score `vectors` on `pairs`: a matrix, or a callable that gives a word's vector or None.

    Of a matrix the known rows count, not the filled ones. A vector that is zero or not finite has no
    direction: its pairs are not covered.
    """
    return _score(pairs, *_found(pairs, vectors))


def score_source(source: Source, pairs: PairSet) -> Score:
    """Score a source on `pairs`, reading only the rows of their words. A faulty row is not covered.

    Raises `SourceError` if the source cannot be read.
    """
    return _score(pairs, *_found(pairs, source))


def pairs_of(vectors: Source | EmbeddingMatrix | VectorOf, pairs: PairSet) -> PairSet:
    """The part of `pairs` that `vectors` covers, in the same order: for comparisons on equal pairs."""
    at, _unit = _found(pairs, vectors)
    held = tuple(pair for pair in pairs.pairs if at[pair[0]] >= 0 and at[pair[1]] >= 0)
    return replace(pairs, pairs=held)


def spearman(x: ArrayLike, y: ArrayLike) -> float | None:
    """Spearman's rank correlation of `x` and `y` (float[n] each), average ranks for ties.

    None for fewer than three values, and where all of `x` or all of `y` are equal.
    """
    from scipy.stats import rankdata

    first, second = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if len(first) < FEWEST:
        return None
    a, b = (rankdata(values) - (len(values) + 1) / 2 for values in (first, second))
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(np.clip((a @ b) / size, -1, 1)) if size else None


def _score(pairs: PairSet, at: dict[str, int], unit: NDArray[np.float64]) -> Score:
    rows = np.array([(at[a], at[b]) for a, b, _human in pairs.pairs], np.int64).reshape(-1, 2)
    covered = (rows >= 0).all(axis=1)
    first, second = rows[covered].T
    cosines = np.einsum("ij,ij->i", unit[first], unit[second])
    # A word is exactly as similar to itself as any other to itself: equal ranks, whatever the rounding.
    cosines[first == second] = 1.0
    human = np.array([human for _a, _b, human in pairs.pairs], np.float64)[covered]
    return Score(pairs.name, spearman(cosines, human), int(covered.sum()), len(pairs.pairs))


def _found(pairs: PairSet, vectors: Source | EmbeddingMatrix | VectorOf) -> tuple[dict[str, int], NDArray[np.float64]]:
    """Word -> row of unit, -1 for a word without a vector; and unit float64[k, d], rows of length 1."""
    words = list(dict.fromkeys(word for a, b, _human in pairs.pairs for word in (a, b)))
    if isinstance(vectors, EmbeddingMatrix):
        held, rows = _from_matrix(words, vectors)
    elif hasattr(vectors, "gather"):
        held, rows = _from_source(words, vectors)
    else:
        held, rows = _from_callable(words, vectors)  # type: ignore[arg-type]
    rows = rows.astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    sound = np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)
    unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=sound[:, None])
    at = {word: int(row) if row >= 0 and sound[row] else -1 for word, row in zip(words, held, strict=True)}
    return at, unit


# Each of these gives the row of every word (-1 for none), and float32 or float64[k, d], one row a spelling.
Held = tuple[NDArray[np.int64], NDArray[Any]]


def _from_matrix(words: Sequence[str], matrix: EmbeddingMatrix) -> Held:
    ids, known = matrix.vocabulary.ids, matrix.rows.known
    places = [next((i for form in (w, w.lower()) if (i := ids.get(form, -1)) >= 0 and known[i]), -1) for w in words]
    return _compact(np.array(places, np.int64), lambda wanted: matrix.vectors[wanted])


def _from_source(words: Sequence[str], source: Any) -> Held:
    exact = source.locate(list(words))
    places = np.where(exact >= 0, exact, source.locate([word.lower() for word in words]))

    def gather(wanted: NDArray[np.int64]) -> NDArray[np.float32]:
        out = np.zeros((len(wanted), source.info.dim), np.float32)
        out[~source.gather(wanted, out)] = 0  # a faulty row is as good as none
        return out

    return _compact(places, gather)


def _from_callable(words: Sequence[str], vector_of: VectorOf) -> Held:
    row_of: dict[str, int] = {}
    rows: list[NDArray[np.float64]] = []
    held = np.full(len(words), -1, np.int64)
    for i, word in enumerate(words):
        for form in (word, word.lower()):
            if form not in row_of and (vector := vector_of(form)) is not None:
                row_of[form] = len(rows)
                rows.append(np.asarray(vector, np.float64))
            if form in row_of:
                held[i] = row_of[form]
                break
    return held, np.array(rows) if rows else np.zeros((0, 0))


def _compact(places: NDArray[np.int64], gather: Callable[[NDArray[np.int64]], NDArray[np.float32]]) -> Held:
    """Each distinct place gathered once, and the words' places in what was gathered."""
    wanted, inverse = np.unique(places[places >= 0], return_inverse=True)
    held = np.full(len(places), -1, np.int64)
    held[places >= 0] = inverse
    return held, gather(wanted)


__all__ = [
    "PairSet",
    "Score",
    "load_pairs",
    "pairs_of",
    "read_pairs",
    "score_similarity",
    "score_source",
    "spearman",
]
