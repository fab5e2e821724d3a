"""Did tuning help? The tuned matrix against the untouched one, text by text, and against the best baseline.

Two kinds of chance stand between a difference and a claim. Other test texts would give other figures: the paired
bootstrap draws them (Efron and Tibshirani 1993, chapter 16). Other seeds would train other models: a mean over few
seeds is uncertain by Student's t (Welch's for two unequal spreads), and so much is added to each draw. On a large
test the second is the larger one, and leaving it out would call training noise an improvement.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..evaluation.comparison import ALPHA, figure
from ..evaluation.resampling import RESAMPLES, interval_of, two_sided
from ..messages import N_, _, joined, ngettext, number
from .baselines import TITLES, Baseline
from .scoring import mean_draws, right_shares

# Of fewer test texts one more or less that is right moves accuracy by points.
FEWEST_TEXTS = 30

Kind = Literal["better", "no difference", "worse", "unknown"]
Runs = NDArray[np.bool_] | Sequence[NDArray[np.bool_]]

# What it means that a baseline is above the tuned matrix.
MEANINGS = {
    "majority": N_("{title} reaches {accuracy}, more than the tuned matrix: for this task it learned nothing."),
    "tfidf": N_("{title} reaches {accuracy}, more than the tuned matrix: for this task words alone suffice."),
    "random": N_("{title} reach {accuracy}, more than the tuned matrix: for this task known vectors do not help."),
}
OTHERWISE = N_("{title} reaches {accuracy}, more than the tuned matrix: for this task the vectors need no tuning.")


@dataclass(frozen=True)
class Difference:
    """The tuned matrix less something else, on the same test texts.

    kind        what is shown: the tuned matrix is "better", "worse", none of both, or the texts are too few
    accuracy    of the other, 0 to 1, mean over its seeds; None without texts
    gain        accuracy of the tuned matrix minus that, -1 to 1 (100 times as many points); None without texts
    low, high   95 % interval of the gain; None for fewer than 30 texts
    p           achieved significance level of the gain, two-sided; None for fewer than 30 texts
    """

    kind: Kind
    accuracy: float | None
    gain: float | None
    low: float | None
    high: float | None
    p: float | None


@dataclass(frozen=True)
class Verdict:
    """Whether tuning helped.

    kind, gain, low, high, p  against the untouched matrix with the same head: see `Difference`
    text                      one or two sentences for people
    texts                     test texts
    seeds                     seeds of the tuned matrix; with one, training noise is not known and not counted
    accuracy                  of the tuned matrix, mean over seeds; None without texts
    frozen                    the difference from the untouched matrix
    baseline                  name of the best baseline, "" for none
    against                   the difference from it
    """

    kind: Kind
    gain: float | None
    low: float | None
    high: float | None
    p: float | None
    text: str
    texts: int
    seeds: int
    accuracy: float | None
    frozen: Difference
    baseline: str = ""
    against: Difference | None = None

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON values; `text` in the language it was made in."""
        return asdict(self)


def verdict(
    tuned_correct: Sequence[NDArray[np.bool_]],
    frozen_correct: Runs,
    *,
    baselines: Sequence[Baseline] = (),
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Verdict:
    """Compare the tuned matrix with the untouched one under the same head, and with the best of `baselines`.

    `tuned_correct` holds one bool[n] for each seed: which test texts are right. `frozen_correct` is one bool[n], or
    one for each of its seeds. "better" and "worse" are said where the 95 % interval leaves out 0 and p is below
    .05. The best baseline is the one with the highest accuracy on these texts, which favors it a little.
    Raises ValueError for runs over different texts.
    """
    if isinstance(tuned_correct, np.ndarray):
        raise ValueError("tuned_correct is a list with one bool[n] for each seed")
    tuned, frozen = list(tuned_correct), _runs(frozen_correct)
    primary = _difference(tuned, frozen, resamples, seed)
    best = max(baselines, key=lambda one: one.scores.accuracy, default=None)
    against = None if best is None else _difference(tuned, [best.correct], resamples, seed)
    shares = right_shares(tuned)
    accuracy = float(shares.mean()) if len(shares) else None
    sentences = [_told(primary, len(shares))]
    if best is not None and against is not None and against.kind != "unknown":
        sentences.append(_told_against(best, against, accuracy))
    return Verdict(
        primary.kind,
        primary.gain,
        primary.low,
        primary.high,
        primary.p,
        joined(" ", sentences),
        len(shares),
        len(tuned),
        accuracy,
        primary,
        "" if best is None else best.name,
        against,
    )


def _runs(correct: Runs) -> list[NDArray[np.bool_]]:
    return [correct] if isinstance(correct, np.ndarray) and correct.ndim == 1 else list(correct)


def _difference(
    tuned: list[NDArray[np.bool_]], other: list[NDArray[np.bool_]], resamples: int, seed: int
) -> Difference:
    mine, theirs = right_shares(tuned), right_shares(other)
    if mine.shape != theirs.shape:
        raise ValueError(f"{len(mine)} and {len(theirs)} test texts can't be compared text by text")
    by_text = np.asarray(mine - theirs)
    if not len(by_text):
        return Difference("unknown", None, None, None, None, None)
    accuracy, gain = float(theirs.mean()), float(by_text.mean())
    if len(by_text) < FEWEST_TEXTS:
        return Difference("unknown", accuracy, gain, None, None, None)
    draws = mean_draws(by_text, resamples=resamples, seed=seed) + _training_noise(tuned, other, resamples, seed)
    interval, p = interval_of(draws), two_sided(gain, draws)
    if interval is None:
        return Difference("unknown", accuracy, gain, None, None, None)
    kind: Kind = "no difference"
    # The interval speaks too: with few samples, p alone is coarse.
    if p < ALPHA and not interval.low <= 0 <= interval.high:
        kind = "better" if gain > 0 else "worse"
    return Difference(kind, accuracy, gain, interval.low, interval.high, p)


def _training_noise(
    tuned: list[NDArray[np.bool_]], other: list[NDArray[np.bool_]], resamples: int, seed: int
) -> NDArray[np.float64]:
    """float64[resamples]: how far the difference of two means over seeds is off; zeros where no side has two seeds."""
    known = [np.asarray(np.mean(runs, axis=1, dtype=np.float64)) for runs in (tuned, other) if len(runs) > 1]
    variances = [float(one.var(ddof=1)) / len(one) for one in known]
    total = sum(variances)
    if not total:
        return np.zeros(resamples)
    # Welch 1947, Biometrika 34, and Satterthwaite 1946: the degrees of freedom of a sum of unequal variances.
    freedom = total**2 / sum(v**2 / (len(one) - 1) for v, one in zip(variances, known, strict=True))
    rng = np.random.default_rng([seed, len(tuned), len(other)])
    return rng.standard_t(freedom, resamples) * math.sqrt(total)


def _told(found: Difference, texts: int) -> str:
    """The primary comparison as a sentence."""
    if found.kind == "unknown" or found.gain is None or found.low is None or found.high is None:
        few = ngettext("{n} test text is too few to tell", "{n} test texts are too few to tell", texts)
        return _("{sentence}: at least {least} are needed.").format(
            sentence=few.format(n=number(texts)), least=number(FEWEST_TEXTS)
        )
    sign = -1 if found.kind == "worse" else 1
    low, high = sorted((sign * found.low, sign * found.high))
    values = {"points": _points(sign * found.gain), "texts": number(texts), "low": _points(low), "high": _points(high)}
    if found.kind == "better":
        return _(
            "Tuning helped: {points} points more accuracy on {texts} test texts (95 % interval {low} to {high}) than "
            "the same head on the untouched matrix."
        ).format(**values)
    if found.kind == "worse":
        return _(
            "Worse: {points} points less accuracy on {texts} test texts (95 % interval {low} to {high}) than the same "
            "head on the untouched matrix."
        ).format(**values)
    return _(
        "No difference beyond noise: accuracy changed by {points} points on {texts} test texts (95 % interval {low} "
        "to {high}), compared with the same head on the untouched matrix."
    ).format(**values)


def _told_against(best: Baseline, found: Difference, accuracy: float | None) -> str:
    """The comparison with the best baseline as a sentence."""
    named, meaning = TITLES.get(best.name, best.title), MEANINGS.get(best.name, OTHERWISE)
    title, reached = _(named), figure(found.accuracy)
    if found.kind == "worse":
        return _(meaning).format(title=title, accuracy=reached)
    values = {"title": title, "accuracy": reached, "tuned": figure(accuracy)}
    if found.kind == "better":
        return _("The best baseline is below it: {title}, {accuracy} against {tuned}.").format(**values)
    return _("The best baseline is as good within noise: {title}, {accuracy} against {tuned}.").format(**values)


def _points(share: float) -> str:
    return number(100 * share + 0.0, 1)
