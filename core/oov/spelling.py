"""Spelling: a regression from a word's character n-grams to its row, learned on all words whose row is known.

Kernel ridge regression (Saunders, Gammerman and Vovk 1998, Ridge regression learning algorithm in dual variables) on
the tf-idf cosine of n-grams. Of up to DENSE words the kernel grows faster than the cosine, so that the most alike
tell most; more words than that tell more than a better kernel of some, and a linear one of all is solved in steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from ..combining.mapping import unit
from ..errors import FillError
from ..messages import N_, _, number
from ..rows import Origin
from ..spec import Spec, option
from .conjugate import solve_block
from .contract import Explanation, Ingredient, Made
from .ground import Ground, Pool
from .letters import Letters

DENSE = 8192  # words: a kernel of them takes half a gigabyte
BLOCK = 1024
AT_ONCE = 256  # rows: always a product of the same shape, so that a row does not depend on how many others there are
SHARPNESS = 1.0
LEAST = 20
# Of the right sides: less is left then than the penalty leaves anyway.
TOLERANCE = 0.05
STEPS = 30
SHOWN = 8
LEARNING = N_("Learning from spelling")


class Spelling(Spec):
    """What words that are spelled alike have for rows tells what a word's row is like: its endings, stems, names."""

    kind: Literal["spelling"] = "spelling"
    ridge: float = option(
        0.3, N_("Penalty"), N_("How little single words are trusted: more is nearer to the mean."), ge=0.001, le=100
    )
    shortest: int = option(
        3, N_("Shortest n-gram"), N_("Letters, the mark of a word's beginning or end among them."), ge=2, le=10
    )
    longest: int = option(
        6, N_("Longest n-gram"), N_("Letters. Chinese, Japanese and Korean always have 1 and 2."), ge=2, le=10
    )

    @model_validator(mode="after")
    def _in_order(self) -> Spelling:
        if self.shortest > self.longest:
            raise ValueError(str(_("the shortest n-gram is longer than the longest")))
        return self


class FromSpelling:
    """Rows told by spelling. Implements `Fitted`."""

    origin = Origin.MAPPED
    signals: tuple[str, ...] = ("likeness to the nearest word", "reach", "known n-grams")

    def __init__(self, spec: Spelling, ground: Ground) -> None:
        pool = ground.pool
        if len(pool) < LEAST:
            raise _too_few(len(pool))
        self._dim, self._ground, self._names, self._length = ground.dim, ground, pool.words, pool.length
        self._letters = Letters(pool.words, spec.shortest, spec.longest)
        self._across = self._letters.rows.T.tocsr()
        self._mean = pool.units.mean(axis=0)
        self._dense = len(pool) <= DENSE
        self._dual = (self._solved if self._dense else self._solved_in_steps)(pool, spec.ridge)
        # Of a linear kernel the weight of every n-gram is known.
        self._primal: Any = None if self._dense else self._across @ self._dual.astype(np.float32)

    def _solved(self, pool: Pool, ridge: float) -> NDArray[np.float64]:
        """float64[k, d], by Cholesky."""
        from scipy.linalg import cho_factor, cho_solve

        k = len(pool)
        kernel = np.empty((k, k))
        for first in range(0, k, BLOCK):
            kernel[first : first + BLOCK] = _sharpened(
                (self._letters.rows[first : first + BLOCK] @ self._across).toarray()
            )
            self._ground.context.progress(_(LEARNING), min(k, first + BLOCK), k, "words")
        kernel[np.diag_indices(k)] += ridge
        factor = cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
        return cho_solve(factor, pool.units - self._mean, check_finite=False)

    def _solved_in_steps(self, pool: Pool, ridge: float) -> NDArray[np.float64]:
        """float64[k, d], of the linear kernel, which is never made: only its product with the right sides is."""
        from scipy.sparse import csr_array

        rows = self._letters.rows
        # What only one word has makes it like no other: of the product it is a number on the diagonal.
        shared = np.bincount(rows.indices, minlength=rows.shape[1]) > 1
        columns = csr_array(rows[:, np.flatnonzero(shared)])
        alone = np.ones(len(pool)) - np.asarray((columns.multiply(columns)).sum(axis=1), np.float64).ravel()
        across = csr_array(columns.T)

        def product(given: NDArray[np.float64]) -> NDArray[np.float64]:
            return columns @ (across @ given.astype(np.float32)) + (alone + ridge)[:, None] * given

        def reached(step: int) -> None:
            self._ground.context.progress(_(LEARNING), step, None, "steps")

        right = pool.units - self._mean
        return solve_block(product, right, tolerance=TOLERANCE, most=STEPS, reached=reached)

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`: what has an n-gram that is known."""
        return self._letters.knows(words)

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`."""
        n = len(words)
        done, vectors = np.zeros(n, bool), np.zeros((n, self._dim), np.float32)
        signals = np.zeros((n, len(self.signals)))
        for first in range(0, n, AT_ONCE):
            part = slice(first, min(n, first + AT_ONCE))
            # Filled up with words of no letters: products are of one shape.
            spelled = self._letters.of([*words[part], *[""] * (AT_ONCE - (part.stop - first))])
            likeness, made = self._told(spelled.rows)
            k = part.stop - first
            done[part] = spelled.known[:k] > 0
            vectors[part] = unit(made[:k] + self._mean) * self._length
            reach = np.sqrt(np.einsum("ij,ij->i", made[:k], made[:k]))
            signals[part] = np.stack([likeness[:k], reach, spelled.share[:k]], axis=1)
        vectors[~done] = 0
        signals[~done] = 0
        return Made(done, vectors, signals)

    def _told(self, rows: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """float64[n], the largest cosine to a word of the pool; float64[n, d], how far from the mean it points."""
        cosines = rows @ self._across
        if self._primal is not None:
            return cosines.toarray().max(axis=1).astype(np.float64), (rows @ self._primal).astype(np.float64)
        wide = cosines.toarray()
        return wide.max(axis=1).astype(np.float64), _sharpened(wide) @ self._dual

    def explain(self, word: str) -> Explanation:
        """See `Fitted`: the words that the row follows most, each with its share of the way from the mean."""
        spelled = self._letters.of([word])
        if not spelled.known[0]:
            return Explanation()
        cosines = (spelled.rows @ self._across).toarray()
        kernel = _sharpened(cosines)[0] if self._dense else cosines[0].astype(np.float64)
        made = kernel @ self._dual
        shares = kernel * (self._dual @ made) / max(float(made @ made), 1e-12)
        heavy = np.argsort(-shares, kind="stable")[:SHOWN].tolist()
        told = (
            _("its n-grams are compared with those of {n} words whose rows are known").format(
                n=number(len(self._names))
            ),
            _("a kernel ridge regression tells from them how far its row lies from the mean, and where"),
        )
        return Explanation(tuple(Ingredient(self._names[i], float(shares[i])) for i in heavy if shares[i] > 0), told)


def fit_spelling(spec: Spelling, ground: Ground) -> FromSpelling:
    """The regression from n-grams to the known rows. Raises FillError where too few words are known."""
    return FromSpelling(spec, ground)


def _sharpened(cosines: NDArray[np.float32]) -> NDArray[np.float64]:
    """(exp(γ c) − 1) / (exp(γ) − 1): a sum of powers of the cosine, so a kernel; 0 stays 0 and 1 stays 1."""
    wide = cosines.astype(np.float64)
    wide *= SHARPNESS
    np.expm1(wide, out=wide)
    wide /= np.expm1(SHARPNESS)
    return wide


def _too_few(found: int) -> FillError:
    return FillError(
        _("the fill “spelling” learns from words whose row is known: there are {n}, and {needed} are needed").format(
            n=number(found), needed=number(LEAST)
        ),
        fix=_("Take a source that holds more of the words, or another fill."),
    )
