"""A step of word2vec with negative sampling on one window: Mikolov et al. 2013, arXiv 1301.3781 and 1310.4546."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _, ngettext, number
from .window import Formula, Settings, Step, Term, Vector, Window, left_out, signed, vector_of

PAIR_LOSS = r"-\log \sigma(u_c \cdot v_w) - \sum_k \log \sigma(-u_{n_k} \cdot v_w)"
NOISE = r"n \sim \mathrm{unigram}^{%s}"
PAIR_GRADIENT = (
    r"\frac{\partial L}{\partial v_w} = (\sigma(u_c \cdot v_w) - 1)\, u_c + \sum_k \sigma(u_{n_k} \cdot v_w)\, u_{n_k},"
    r"\quad \frac{\partial L}{\partial u_c} = (\sigma(u_c \cdot v_w) - 1)\, v_w,"
    r"\quad \frac{\partial L}{\partial u_{n_k}} = \sigma(u_{n_k} \cdot v_w)\, v_w"
)
MEAN = r"h = \frac{1}{2m} \sum v_{\mathrm{context}}"
MEAN_LOSS = r"-\log \sigma(u_w \cdot h) - \sum_k \log \sigma(-u_{n_k} \cdot h)"
MEAN_GRADIENT = (
    r"\frac{\partial L}{\partial h} = (\sigma(u_w \cdot h) - 1)\, u_w + \sum_k \sigma(u_{n_k} \cdot h)\, u_{n_k},"
    r"\quad \frac{\partial L}{\partial v_{\mathrm{context}}} = \frac{1}{2m} \frac{\partial L}{\partial h},"
    r"\quad \frac{\partial L}{\partial u_w} = (\sigma(u_w \cdot h) - 1)\, h"
)
UPDATE = r"\theta \leftarrow \theta - \eta \frac{\partial L}{\partial \theta}"


@dataclass(frozen=True)
class _Ground:
    """What meets: `asking` words, each once, whose rows' mean is h, weighing `shares`; and what they are scored with.

    asking   words; rows float64[a, d], shares float64[a] (1 for skip-gram, occurrences / 2m for CBOW)
    asked    words, the first the one that was seen; rows float64[k, d], a word drawn twice is there twice
    """

    asking: tuple[str, ...]
    rows: NDArray[np.float64]
    shares: NDArray[np.float64]
    asked: tuple[str, ...]
    contexts: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        return self.shares @ self.rows

    @property
    def scores(self) -> NDArray[np.float64]:
        return self.contexts @ self.mean


def predicting_step(
    tokens: Sequence[str],
    seen: Window,
    sides: tuple[NDArray[Any], NDArray[Any]],
    *,
    index: Mapping[str, int],
    counts: NDArray[np.int64],
    settings: Settings,
    random: np.random.Generator,
    by: str,
) -> Step:
    """Skip-gram's step on the pair of the center and the picked word, or CBOW's on the center and all around it."""
    around = tuple(tokens[place] for place in seen.contexts)
    word = tokens[seen.center]
    asking, target = (around, word) if by == "cbow" else ((word,), tokens[seen.pick])
    negatives = _drawn(target, index, counts, settings, random)
    before = _met(asking, (target, *negatives), sides, index)
    slopes = _sigmoid(before.scores) - _wanted(before)
    # Gradients: of h, of each row that h is made of, of each context; a word that was drawn twice moves twice.
    of_mean = slopes @ before.contexts
    of_rows, of_contexts = np.outer(before.shares, of_mean), _summed(before.asked, np.outer(slopes, before.mean))
    after = _Ground(
        before.asking,
        before.rows - settings.rate * of_rows,
        before.shares,
        before.asked,
        before.contexts - settings.rate * of_contexts,
    )
    terms = _terms(before, after)
    loss = (sum(one.loss[0] for one in terms), sum(one.loss[1] for one in terms))
    return Step(
        method=by,
        tokens=tuple(tokens),
        known=tuple(one in index for one in tokens),
        center=seen.center,
        contexts=seen.contexts,
        reach=seen.reach,
        window=settings.window,
        drawn=seen.drawn,
        pick=seen.pick,
        negatives=tuple(negatives),
        dim=before.rows.shape[1],
        rate=settings.rate,
        vectors=tuple(_vectors(before, after, of_rows, of_contexts, of_mean, by)),
        terms=terms,
        loss=loss,
        formulas=_formulas(terms, loss[0], len(around), settings, by),
        notes=(*left_out(tokens, index), *_notes(settings.negatives - len(negatives), len(around), by)),
    )


def _drawn(
    target: str, index: Mapping[str, int], counts: NDArray[np.int64], settings: Settings, random: np.random.Generator
) -> list[str]:
    """Negatives by count to the noise power; one that is the target itself is left out, as word2vec does it."""
    mass = np.cumsum(np.asarray(counts, np.float64) ** settings.noise_power)
    drawn = np.searchsorted(mass, random.random(settings.negatives) * mass[-1], side="right")
    rows = np.minimum(drawn, len(mass) - 1).tolist()
    wanted = set(rows)
    # Not the inverse of the whole vocabulary for a handful of words.
    names = {row: word for word, row in index.items() if row in wanted}
    return [names[row] for row in rows if row in names and names[row] != target]


def _met(
    asking: Sequence[str],
    asked: Sequence[str],
    sides: tuple[NDArray[Any], NDArray[Any]],
    index: Mapping[str, int],
) -> _Ground:
    once = tuple(dict.fromkeys(asking))
    shares = np.array([asking.count(word) / len(asking) for word in once])
    rows, contexts = (
        np.stack([np.asarray(side[index[word]], np.float64) for word in words])
        for side, words in zip(sides, (once, asked), strict=True)
    )
    return _Ground(once, rows, shares, tuple(asked), contexts)


def _wanted(ground: _Ground) -> NDArray[np.float64]:
    return np.array([1.0] + [0.0] * (len(ground.asked) - 1))


def _summed(words: Sequence[str], gradients: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each word's gradient is the sum of those of all places where it stands."""
    same = np.array([[one == other for other in words] for one in words], np.float64)
    return same @ gradients


def _terms(before: _Ground, after: _Ground) -> tuple[Term, ...]:
    scores = (before.scores, after.scores)
    signs = 2 * _wanted(before) - 1
    losses = [np.logaddexp(0, -signs * one) for one in scores]
    sigmoids = [_sigmoid(one) for one in scores]

    def both(values: Sequence[NDArray[np.float64]], k: int) -> tuple[float, float]:
        return float(values[0][k]), float(values[1][k])

    return tuple(
        Term(word, float(signs[k] > 0), both(scores, k), both(sigmoids, k), both(losses, k))
        for k, word in enumerate(before.asked)
    )


def _vectors(
    before: _Ground,
    after: _Ground,
    of_rows: NDArray[np.float64],
    of_contexts: NDArray[np.float64],
    of_mean: NDArray[np.float64],
    by: str,
) -> list[Vector]:
    cbow = by == "cbow"
    found = []
    for k, word in enumerate(before.asking):
        symbol, role = (f"v_{{c_{{{k + 1}}}}}", "context") if cbow else ("v_w", "center")
        found.append(vector_of(symbol, word, role, "rows", before.rows[k], of_rows[k], after.rows[k]))
    if cbow:
        found.append(vector_of("h", "", "mean", "", before.mean, of_mean, after.mean))
    for k, word in enumerate(before.asked):
        if word in before.asked[:k]:
            continue
        symbol, role = (f"u_{{n_{{{k}}}}}", "negative") if k else (("u_w", "center") if cbow else ("u_c", "context"))
        met = (before.contexts[k], of_contexts[k], after.contexts[k])
        found.append(vector_of(symbol, word, role, "contexts", *met))
    return found


def _notes(lacking: int, around: int, by: str) -> list[str]:
    told: list[str] = []
    if lacking:
        text = ngettext(
            "{n} negative was the very word that is to be predicted: it is left out.",
            "{n} negatives were the very word that is to be predicted: they are left out.",
            lacking,
        )
        told.append(text.format(n=number(lacking)))
    if by == "cbow" and around > 1:
        told.append(
            _(
                "The word2vec program, and this training, give each word of the window the whole gradient of h, not its"
                " share: as if the rate of these rows were {n} times as large (Irsoy et al. 2021)."
            ).format(n=number(around))
        )
    return told


def _formulas(terms: Sequence[Term], loss: float, around: int, settings: Settings, by: str) -> tuple[Formula, ...]:
    cbow = by == "cbow"
    sums = " ".join(f"{'+' if k else ''} {signed(one.loss[0])}" for k, one in enumerate(terms)).strip()
    first = terms[0]
    sigmoid = first.sigmoid[0] if first.sigmoid else 0.0
    told = [
        Formula(_("Loss"), MEAN_LOSS if cbow else PAIR_LOSS, f"{sums} = {signed(loss)}"),
        Formula(_("Negatives"), NOISE % f"{settings.noise_power:g}"),
        Formula(
            _("Gradient"),
            MEAN_GRADIENT if cbow else PAIR_GRADIENT,
            rf"\sigma({signed(first.score[0])}) - 1 = {signed(sigmoid - 1)}",
        ),
        Formula(_("Step"), UPDATE, rf"\eta = {settings.rate:g}"),
    ]
    if cbow:
        told.insert(0, Formula(_("Mean of the window"), MEAN, rf"2m = {around}"))
    return tuple(told)


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(-np.logaddexp(0, -x))
