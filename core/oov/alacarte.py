"""The words that stand around it: a word's contexts in a corpus, carried over to where its row would lie.

Khodak, Saunshi, Liang, Ma, Stewart and Arora 2018, A la carte embedding: cheap but effective induction of semantic
feature vectors. The mean of the known rows around a word, frequent ones counted less (SIF, a / (a + p)), is mapped by
a regression that is learned on known words in the same corpus. Theirs is linear; a kernel finds the word among words of
like contexts as well, and was nearer to the truth on every corpus tried (docs/oov.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..combining.mapping import unit
from ..errors import FillError
from ..messages import N_, _, number
from ..rows import Origin
from ..spec import Spec, option
from .contexts import corpus_of, read_contexts
from .contract import Explanation, Ingredient, Made
from .ground import Ground
from .kernel import KernelRidge

SHOWN = 8
# Of fewer words nothing is learned that holds; of more a kernel takes more than half a gigabyte.
LEAST, LEARNED = 100, 8192


class ALaCarte(Spec):
    """The words that stand around it in a corpus: their mean, mapped as known words are from theirs."""

    kind: Literal["alacarte"] = "alacarte"
    corpus: str = option("", N_("Corpus"), N_("Running text; the vocabulary's own when empty."))
    window: int = option(5, N_("Window"), N_("So many words to each side are context."), ge=1, le=100)
    min_count: int = option(
        3, N_("Least occurrences"), N_("A word with fewer contexts is left to the next fill."), ge=1
    )
    sharpness: float = option(
        2.0,
        N_("Sharpness"),
        N_("How much more words of like contexts tell than others; near 0 the map is linear."),
        gt=0,
        le=16,
    )
    ridge: float = option(0.3, N_("Penalty"), N_("How little single words are trusted."), gt=0, le=100)


class FromContexts:
    """Means of contexts, mapped. Implements `Fitted`."""

    origin = Origin.MAPPED
    signals: tuple[str, ...] = ("contexts", "nearest contexts of a known word", "reach")

    def __init__(self, spec: ALaCarte, ground: Ground) -> None:
        self._spec, self._ground, self._length = spec, ground, ground.pool.length
        self._contexts = read_contexts(spec.corpus, spec.window, ground)
        counts = self._contexts.counts[: len(ground.pool)]
        known = np.flatnonzero(counts >= spec.min_count)[:LEARNED]
        if len(known) < LEAST:
            raise _too_few(len(known), LEAST, spec.min_count)
        self._learned = len(known)
        means = self._contexts.means(known)
        self._middle: NDArray[np.float64] = means.mean(axis=0)
        weights = np.log1p(counts[known].astype(np.float64))
        self._regression = KernelRidge(
            unit(means - self._middle),
            ground.pool.units[known],
            sharpness=spec.sharpness,
            ridge=spec.ridge,
            weights=weights / weights.mean(),
        )

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`: what the corpus has often enough."""
        return self._contexts.seen(words) >= self._spec.min_count

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`."""
        seen = self._contexts.seen(words)
        at = np.flatnonzero(seen >= self._spec.min_count)
        means = self._contexts.means(self._contexts.places([words[i] for i in at.tolist()]))
        at, means = at[means.any(axis=1)], means[means.any(axis=1)]
        done, signals = np.zeros(len(words), bool), np.zeros((len(words), 3))
        vectors = np.zeros((len(words), self._ground.dim), np.float32)
        made = self._regression(unit(means - self._middle))
        done[at] = True
        vectors[at] = made.rows * self._length
        signals[at] = np.stack([np.log1p(seen[at]), made.nearest, made.reach], axis=1)
        return Made(done, vectors, signals)

    def explain(self, word: str) -> Explanation:
        """See `Fitted`: the words that weigh most in its context."""
        n = int(self._contexts.seen([word])[0])
        if n < self._spec.min_count:
            return Explanation()
        told = (
            _("{word} stands {n} times in the corpus; the rows of the words around it are averaged").format(
                word=word, n=number(n)
            ),
            _(
                "a kernel ridge regression, learned on {n} known words and their contexts, maps the mean to a row"
            ).format(n=number(self._learned)),
        )
        heavy = self._contexts.heaviest(word, self._ground, SHOWN)
        return Explanation(tuple(Ingredient(name, weight) for name, weight in heavy), told)


def fit_alacarte(spec: ALaCarte, ground: Ground) -> FromContexts:
    """The map from contexts to rows. Raises FillError without a corpus, or where it has too few of the known words."""
    corpus_of(spec.corpus, ground)
    return FromContexts(spec, ground)


def _too_few(found: int, needed: int, least: int) -> FillError:
    return FillError(
        _("the corpus has {n} of the known words {least} times or more, and {needed} are needed").format(
            n=number(found), least=number(least), needed=number(needed)
        ),
        fix=_("Take more text, or text in the vocabulary's language."),
    )
