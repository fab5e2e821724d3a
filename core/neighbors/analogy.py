"""One analogy, worked out: a is to b as c is to which word? With the arithmetic that leads there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, one_of
from ..matrix import EmbeddingMatrix
from ..messages import Text, _
from ..progress import Progress, ignore
from ..rows import Origin
from .asking import checked_k, states_of, with_direction
from .exact import cosines_with, highest, unit32
from .search import informed, rows_apart

Method = Literal["3cosadd", "3cosmul"]
METHODS = ("3cosadd", "3cosmul")
EPSILON = 0.001  # as in Levy and Goldberg 2014; gensim's most_similar_cosmul has 0.000001
SHORTEST = 1e-5  # a shorter target is what rounding left of none
SHOWN = 5  # answers whose arithmetic is shown

Cell = str | float | int | None


@dataclass(frozen=True)
class Candidate:
    """A word as an answer: d.

    score       what the words are ranked by: the sum of 3CosAdd, the quotient of 3CosMul
    to_a, to_b, to_c  its cosines with a, b and c
    count       its count, None where it is not known
    state       how its row came about, a key of `core.listing.STATES`
    rank        its place among all words had a, b and c not been left out, from 1 on
    """

    row: int
    word: str
    score: float
    to_a: float
    to_b: float
    to_c: float
    count: int | None
    state: str
    rank: int

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Step:
    """A step of the arithmetic as a table: what is done, the columns' names, and rows of words and numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def as_dict(self) -> dict[str, Any]:
        return {"title": self.title, "heads": list(self.heads), "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True)
class Analogy:
    """What answers "a is to b as c is to ?".

    answers   the best words, best first; never a, b or c
    inputs    a, b and c (each word once), as the candidates they would have been
    target    of 3CosAdd: the length of t = b - a + c and its cosines with a, b and c; empty for 3CosMul
    searched  how many words were compared, a, b and c included
    notes     what to know of it
    steps     the arithmetic, to be shown
    """

    a: str
    b: str
    c: str
    method: Method
    answers: tuple[Candidate, ...]
    inputs: tuple[Candidate, ...]
    target: dict[str, float]
    searched: int
    notes: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def first_without_exclusion(self) -> str:
        """The word that would be first had a, b and c not been left out."""
        return next((one.word for one in (*self.inputs, *self.answers) if one.rank == 1), "")

    def as_dict(self) -> dict[str, Any]:
        return {
            "a": self.a,
            "b": self.b,
            "c": self.c,
            "method": self.method,
            "answers": [one.as_dict() for one in self.answers],
            "inputs": [one.as_dict() for one in self.inputs],
            "first_without_exclusion": self.first_without_exclusion,
            "target": dict(self.target),
            "searched": self.searched,
            "notes": list(self.notes),
            "steps": [one.as_dict() for one in self.steps],
        }


def analogy(
    matrix: EmbeddingMatrix,
    a: str,
    b: str,
    c: str,
    *,
    method: Method = "3cosadd",
    k: int = 10,
    progress: Progress = ignore,
) -> Analogy:
    """The `k` words d for which "a is to b as c is to d": of man, king and woman, queen.

    With rows of length 1:

        3CosAdd  the highest cos(d, b) - cos(d, a) + cos(d, c)            Mikolov et al. 2013
        3CosMul  the highest cos'(d, b) · cos'(d, c) / (cos'(d, a) + ε)   Levy and Goldberg 2014

    cos' = (cos + 1) / 2 and ε = 0.001, as in `core.evaluation.analogy`. 3CosAdd's sum is |t| · cos(d, t) with the
    target t = b - a + c, so it is the order of the words nearest to t; gensim's `most_similar` tells cos(d, t).

    Every row is compared. No answers are a, b and c, zero rows, rows that are no words, and invented rows, which say
    nothing about their words. Leaving out a, b and c matters: without it b or c is often first itself, which
    `inputs` tells. Equal scores come in row order.

    Raises InputError for an unknown method, words that the matrix doesn't have, zero rows, a k below 1, and for
    3CosAdd where b - a + c is zero.
    """
    if method not in METHODS:
        raise InputError(_("no method {method!r}").format(method=method), fix=_choose())
    k = checked_k(matrix, k)
    asked = (a, b, c)
    rows, units = with_direction(matrix, asked)
    target = _target(units) if method == "3cosadd" else {}
    cosines = _cosines(matrix, units, progress)
    scores = _scores(method, cosines)
    may = informed(matrix) & np.isfinite(cosines[0])
    may[rows_apart(matrix)] = False
    may[rows] = True
    scores[~may] = -np.inf
    best = scores.copy()
    best[rows] = -np.inf
    found, _values = highest(best, k)
    answers = _candidates(matrix, found, cosines, scores)
    inputs = _candidates(matrix, np.array(list(dict.fromkeys(rows.tolist())), np.int64), cosines, scores)
    steps = (*_steps(method, asked, units, target, answers), _left_out(inputs, answers))
    notes = tuple(_notes(matrix, asked, rows, answers))
    return Analogy(a, b, c, method, answers, inputs, target, int(may.sum()), notes, steps)


def _choose() -> Text:
    return _("Choose {names}.").format(names=one_of(METHODS))


def _target(units: NDArray[np.float32]) -> dict[str, float]:
    a, b, c = units.astype(np.float64)
    t = b - a + c
    if (length := float(np.linalg.norm(t))) < SHORTEST:
        raise InputError(
            _("b − a + c is zero for these words, so no word is nearest to it"), fix=_("Choose other words.")
        )
    cosines = {
        f"cos(t, {name})": float(np.clip(t @ one / length, -1, 1)) for name, one in zip("abc", (a, b, c), strict=True)
    }
    return {"|t|": length, **cosines}


def _cosines(matrix: EmbeddingMatrix, units: NDArray[np.float32], progress: Progress) -> NDArray[np.float32]:
    """float32[3, n]: of every row its cosines with a, b and c; -inf for zero rows."""
    n = len(matrix.vocabulary)
    found = np.empty((3, n), np.float32)
    progress(_("comparing"), 0, 3 * n, "rows")
    for i, unit in enumerate(unit32(units)):
        found[i] = cosines_with(matrix.vectors, unit)
        progress(_("comparing"), (i + 1) * n, 3 * n, "rows")
    return np.where(np.isfinite(found), np.clip(found, -1, 1), -np.inf).astype(np.float32)


def _scores(method: Method, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[n]: the score of every row; -inf for zero rows."""
    sound = np.isfinite(cosines[0])
    a, b, c = np.where(sound, cosines, 0)
    if method == "3cosadd":
        scores = b - a + c
    else:
        scores = (b + 1) / 2 * ((c + 1) / 2) / ((a + 1) / 2 + np.float32(EPSILON))
    return np.where(sound, scores, -np.inf).astype(np.float32)


def _candidates(
    matrix: EmbeddingMatrix, rows: NDArray[np.int64], cosines: NDArray[np.float32], scores: NDArray[np.float32]
) -> tuple[Candidate, ...]:
    words, counts = matrix.vocabulary.words, matrix.vocabulary.counts

    def ranks() -> Iterator[int]:
        for row in rows.tolist():
            yield 1 + int((scores > scores[row]).sum()) + int((scores[:row] == scores[row]).sum())

    told = zip(rows.tolist(), states_of(matrix, rows), ranks(), strict=True)
    return tuple(
        Candidate(
            row,
            words[row],
            float(scores[row]),
            float(cosines[0, row]),
            float(cosines[1, row]),
            float(cosines[2, row]),
            None if counts is None else int(counts[row]),
            state,
            rank,
        )
        for row, state, rank in told
    )


def _notes(
    matrix: EmbeddingMatrix, asked: Sequence[str], rows: NDArray[np.int64], answers: Sequence[Candidate]
) -> Iterator[Text]:
    invented = matrix.rows.origin[rows] == Origin.INVENTED
    for word in dict.fromkeys(word for word, is_so in zip(asked, invented.tolist(), strict=True) if is_so):
        yield _("The row of {word!r} was invented: it says nothing about the word.").format(word=word)
    if len(set(asked)) < len(asked):
        yield _("Two of the three words are the same, which leaves little of the analogy.")
    if not answers:
        yield _("No other row can be an answer.")


def _steps(
    method: Method,
    asked: Sequence[str],
    units: NDArray[np.float32],
    target: dict[str, float],
    answers: Sequence[Candidate],
) -> Iterator[Step]:
    shown = answers[:SHOWN]
    a, b, c = units.astype(np.float64)
    pairs = tuple((f"cos({name})", float(np.clip(x @ y, -1, 1))) for name, x, y in _pairs(a, b, c))
    yield Step(_("The question: a is to b as c is to d"), ("", ""), tuple(zip("abc", asked, strict=True)))
    yield Step(_("How near the three words are to each other"), ("", ""), pairs)
    if method == "3cosadd":
        yield Step(_("The target t = b − a + c, of rows of length 1"), ("", ""), tuple(target.items()))
        yield Step(
            _("Every word d is scored by cos(d, b) − cos(d, a) + cos(d, c), which is |t| · cos(d, t)"),
            ("d", "cos(d, b)", "− cos(d, a)", "+ cos(d, c)", "=", "cos(d, t)"),
            tuple((d.word, d.to_b, -d.to_a, d.to_c, d.score, d.score / target["|t|"]) for d in shown),
        )
        return
    yield Step(
        _("Cosines are shifted to 0…1: cos' = (cos + 1) / 2"),
        ("d", "cos'(d, b)", "cos'(d, c)", "cos'(d, a)"),
        tuple((d.word, *(_shifted(one) for one in (d.to_b, d.to_c, d.to_a))) for d in shown),
    )
    yield Step(
        _("Every word d is scored by cos'(d, b) · cos'(d, c) / (cos'(d, a) + {epsilon})").format(epsilon=EPSILON),
        ("d", "cos'(d, b) · cos'(d, c)", f"/ (cos'(d, a) + {EPSILON})", "="),
        tuple((d.word, _shifted(d.to_b) * _shifted(d.to_c), _shifted(d.to_a) + EPSILON, d.score) for d in shown),
    )


def _pairs(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]
) -> tuple[tuple[str, NDArray[np.float64], NDArray[np.float64]], ...]:
    return (("a, b", a, b), ("a, c", a, c), ("b, c", b, c))


def _shifted(cosine: float) -> float:
    return (cosine + 1) / 2


def _left_out(inputs: Sequence[Candidate], answers: Sequence[Candidate]) -> Step:
    listed = sorted((*inputs, *answers[:1]), key=lambda one: one.rank)
    return Step(
        _("a, b and c are left out of the answers; had they stayed in, the places would be"),
        ("", str(_("score")), str(_("place"))),
        tuple((one.word, one.score, one.rank) for one in listed),
    )
