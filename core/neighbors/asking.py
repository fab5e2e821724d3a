"""What is asked of a matrix by words: their rows, the vector of a phrase, and the words nearest to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..matrix import EmbeddingMatrix
from ..messages import Text, _, ngettext
from ..progress import Progress, ignore
from ..rows import Origin
from .cutting import words_in
from .exact import unit32
from .search import nearest
from .spelling import suggestions

__all__ = ["Answer", "Neighbor", "Phrase", "neighbors_of", "phrase_vector", "rows_of", "suggestions"]

Weighting = Literal["mean", "sif"]
SIF_A = 1e-4  # as in `SifSpec`: the share of the text at which a word weighs half
SHORTEST = 1e-6  # a shorter mean is what rounding left of none
NAMED = 5  # words that an error names


@dataclass(frozen=True)
class Phrase:
    """Words as one vector.

    vector   float32[d]: the weighted mean of the words' rows, each of length 1 before; zero where they have none
    words    the words that are in it, in order, as often as they stand there
    rows     their rows in the matrix
    weights  what each weighs: 1, or its SIF weight
    missing  words of the text that the matrix doesn't have
    """

    vector: NDArray[np.float32]
    words: tuple[str, ...]
    rows: tuple[int, ...]
    weights: tuple[float, ...]
    missing: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "words": list(self.words),
            "rows": list(self.rows),
            "weights": list(self.weights),
            "missing": list(self.missing),
            "vector": [float(value) for value in self.vector],
        }


@dataclass(frozen=True)
class Neighbor:
    """A word near to another: its row, their cosine, its count (None: not known) and its state (of `Listing`)."""

    row: int
    word: str
    cosine: float
    count: int | None
    state: str

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Answer:
    """The words nearest to a text.

    words, rows, weights  what the text's vector is the mean of: see `Phrase`
    missing               words of the text that the matrix doesn't have: the vector is made without them
    neighbors             the nearest words, nearest first; none of them is a word of the text
    note                  what to know of it, "" for nothing
    """

    text: str
    words: tuple[str, ...]
    rows: tuple[int, ...]
    weights: tuple[float, ...]
    missing: tuple[str, ...]
    neighbors: tuple[Neighbor, ...]
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "query": self.text,
            "words": list(self.words),
            "rows": list(self.rows),
            "weights": list(self.weights),
            "missing": list(self.missing),
            "neighbors": [one.as_dict() for one in self.neighbors],
            "note": self.note,
        }


def rows_of(matrix: EmbeddingMatrix, words: Sequence[str]) -> NDArray[np.int64]:
    """int64[k]: the row of each word, as it is written.

    Raises InputError for words that the matrix doesn't have: it names them, and those that are spelled like them.
    """
    listed = [words] if isinstance(words, str) else list(words)
    ids = matrix.vocabulary.ids
    if missing := [word for word in dict.fromkeys(listed) if word not in ids]:
        raise _unknown(matrix, missing)
    return np.array([ids[word] for word in listed], np.int64)


def _unknown(matrix: EmbeddingMatrix, missing: Sequence[str]) -> InputError:
    named = ", ".join(map(repr, missing[:NAMED])) + (", …" if len(missing) > NAMED else "")
    what = ngettext("{words} is not a word of the matrix", "{words} are not words of the matrix", len(missing))
    near = {word: suggestions(matrix, word) for word in missing[:NAMED]}
    offered = [", ".join(map(repr, found)) for found in near.values() if found]
    if len(missing) > 1:
        offered = [f"{word!r}: {', '.join(map(repr, found))}" for word, found in near.items() if found]
    if offered:
        return InputError(what.format(words=named), fix=_("Spelled like it: {words}.").format(words="; ".join(offered)))
    return InputError(what.format(words=named), fix=_("No word is spelled like it: look into the vocabulary."))


def unit_rows(matrix: EmbeddingMatrix, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """float32[k, d]: rows of the matrix, of length 1; zero rows stay zero."""
    return unit32(np.asarray(matrix.vectors[rows], np.float32).reshape(len(rows), matrix.dim))


def with_direction(matrix: EmbeddingMatrix, words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The rows of words (int64[k]) and their vectors of length 1 (float32[k, d]).

    Raises InputError for words that the matrix doesn't have, and for rows that are zero: they have no cosine.
    """
    rows = rows_of(matrix, words)
    units = unit_rows(matrix, rows)
    if zeros := list(dict.fromkeys(word for word, one in zip(words, units, strict=True) if not one.any())):
        named = ", ".join(map(repr, zeros[:NAMED])) + (", …" if len(zeros) > NAMED else "")
        what = ngettext("the row of {words} is zero", "the rows of {words} are zero", len(zeros))
        raise InputError(what.format(words=named), fix=_("A zero row has no cosine: choose other words."))
    return rows, units


def phrase_vector(matrix: EmbeddingMatrix, words: Sequence[str] | str, weighting: Weighting = "mean") -> Phrase:
    """The vector of a text or of words: the weighted mean of their rows of length 1.

    Rows are made one long first: as a matrix joins rows of several sources, of pieces and of fills, their lengths
    say more about where a word was found than about the word. So does gensim's `get_mean_vector`. "mean" weighs
    every word alike, "sif" by a / (a + p) (Arora, Liang and Ma 2017, a = 0.0001, p the word's share of all counts,
    without their removal of a common component); the matrix's own weights are taken where it has some.

    Where a text's words begin and end `cutting.words_in` tells.

    Raises InputError where no word is left, and for "sif" on a matrix without counts and without weights.
    """
    found, missing = words_in(matrix.vocabulary, words) if isinstance(words, str) else _sorted_out(matrix, words)
    if not found:
        raise _unknown(matrix, missing) if missing else _nothing_asked()
    rows = rows_of(matrix, found)
    weights = np.ones(len(rows), np.float64) if weighting == "mean" else _sif(matrix, rows)
    total = weights.sum()
    vector = (weights / total if total > 0 else weights) @ unit_rows(matrix, rows).astype(np.float64)
    if np.linalg.norm(vector) < SHORTEST:
        vector[:] = 0
    return Phrase(
        vector.astype(np.float32),
        tuple(found),
        tuple(rows.tolist()),
        tuple(weights.tolist()),
        tuple(dict.fromkeys(missing)),
    )


def _nothing_asked() -> InputError:
    return InputError(_("no word is asked for"), fix=_("Write a word of the matrix, or several."))


def _sorted_out(matrix: EmbeddingMatrix, words: Sequence[str]) -> tuple[list[str], list[str]]:
    ids = matrix.vocabulary.ids
    return [word for word in words if word in ids], [word for word in words if word not in ids]


def _sif(matrix: EmbeddingMatrix, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """float64[k]: the SIF weights of rows."""
    if matrix.weights is not None:
        return matrix.weights[rows].astype(np.float64)
    counts = matrix.vocabulary.counts
    if counts is None or not (total := int(counts.sum())):
        raise InputError(
            _("SIF weights need the words' counts, and this matrix has none"),
            fix=_("Use the plain mean, or build the matrix from a vocabulary with counts."),
        )
    return SIF_A / (SIF_A + counts[rows] / total)


def neighbors_of(
    matrix: EmbeddingMatrix,
    text: str,
    k: int = 10,
    *,
    among: NDArray[np.bool_] | None = None,
    weighting: Weighting = "mean",
    progress: Progress = ignore,
) -> Answer:
    """The `k` words nearest to a text by cosine: to its word, or to the mean of its words (`phrase_vector`).

    The text's own words are not among them, nor are rows that are zero or no words. `among` (bool[n]) says which
    rows may be neighbors besides: `informed(matrix)` leaves out rows that say nothing about their words.

    Raises InputError where the matrix has no word of the text, and for a k below 1.
    """
    k = checked_k(matrix, k)
    phrase = phrase_vector(matrix, text, weighting)
    allowed = np.ones(len(matrix.vocabulary), bool) if among is None else among.copy()
    allowed[list(phrase.rows)] = False
    found = nearest(matrix, phrase.vector[None], k, among=allowed, progress=progress)
    kept = found.ids[0] >= 0
    listed = neighbors_at(matrix, found.ids[0][kept], found.cosines[0][kept])
    return Answer(
        text, phrase.words, phrase.rows, phrase.weights, phrase.missing, listed, _note(matrix, phrase, listed)
    )


def checked_k(matrix: EmbeddingMatrix, k: int) -> int:
    """`k`, at most the number of rows. Raises InputError for less than 1."""
    if k < 1:
        raise InputError(_("{k} words can't be listed").format(k=k), fix=_("Ask for 1 or more."))
    return min(k, max(1, len(matrix.vocabulary)))


def _note(matrix: EmbeddingMatrix, phrase: Phrase, neighbors: Sequence[Neighbor]) -> Text | str:
    if not phrase.vector.any():
        return _("Its vector is zero: it has no direction, and no word is nearest.")
    if not neighbors:
        return _("There is no other row to compare it with.")
    if not (matrix.rows.origin[list(phrase.rows)] == Origin.INVENTED).any():
        return ""
    if len(phrase.rows) == 1:
        return _("Its row was invented, so these words say nothing about it.")
    return _("It has words with invented rows, which say nothing about them.")


def neighbors_at(
    matrix: EmbeddingMatrix, rows: NDArray[np.int64], cosines: NDArray[np.float32]
) -> tuple[Neighbor, ...]:
    """Rows of the matrix and their cosines, as neighbors."""
    words, counts = matrix.vocabulary.words, matrix.vocabulary.counts
    told = zip(rows.tolist(), cosines.tolist(), states_of(matrix, rows), strict=True)
    return tuple(
        Neighbor(row, words[row], cosine, None if counts is None else int(counts[row]), state)
        for row, cosine, state in told
    )


def states_of(matrix: EmbeddingMatrix, rows: NDArray[np.int64]) -> list[str]:
    """What each row is told as: a key of `core.listing.STATES`."""
    taken = matrix.rows.take(rows)
    names = [Origin(origin).name.lower() for origin in taken.origin.tolist()]
    for kind, marked in (("ambiguous", taken.ambiguous), ("suspect", taken.suspect)):
        for i in np.flatnonzero(marked & taken.known).tolist():
            names[i] = kind
    return names
