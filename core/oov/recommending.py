"""Which fills, in which order, suit the missing words best: chosen by what they make of hidden ones.

What counts is the mean of two figures of each word: the cosine of its made row to the true one, and the reciprocal
rank of the word among all others by nearness to the made row. The cosine alone prefers rows that are safe: means of
many neighbors, which lie near to everything and tell words apart badly. The rank alone says nothing of how far the
row is off. In their mean a gain of .02 in cosine never makes up for a loss of more than .02 in reciprocal rank.

Words are the units of the bootstrap, and differences are paired: word by word, on the same words. What was chosen
because it scored best scores too well where it was chosen; so the score of the recommended cascade is cross-fitted:
each fifth of the hidden words is filled by the cascade that the other four fifths chose.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _, joined, ngettext, number
from .chance import Chance
from .choosing import Chooser, Step, Trial
from .mean import Mean
from .scoring import Exam, Score, score_of

FOLDS = 5


@dataclass(frozen=True)
class Recommendation:
    """A cascade for the missing words.

    steps       specs of the fills in order; the last one is the mean
    score       of the cascade on words that it was not chosen by; `filled`: made by a step before the mean
    beats_mean  whether it is better than the mean beyond noise; otherwise the mean alone is recommended
    text        the verdict in a sentence or two
    """

    steps: tuple[Any, ...]
    score: Score
    beats_mean: bool
    text: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values: the score, and the steps as tables of a recipe."""
        steps = [step.model_dump(mode="json", exclude_none=True) for step in self.steps]
        return {**self.score.as_dict(), "steps": steps, "beats_mean": self.beats_mean}


def recommend(
    trials: Sequence[Trial], mean: Trial, exam: Exam, *, seed: int = 0, told: Callable[[], None] = lambda: None
) -> Recommendation:
    """The cascade that suits the hidden words best, and its cross-fitted score. Deterministic.

    trials  all fills that could be fitted; what says nothing of single words is passed over
    mean    the mean's rows, which every other must beat
    told    called now and then; what it raises ends the work
    """
    chooser = Chooser(trials, mean, exam, seed=seed, told=told)
    h = len(mean.done)
    chosen = chooser.choose(np.arange(h))
    made = _cross_fitted(chooser, seed) if chosen else mean
    if not Chance(h, seed).beats(made.marks.values - mean.marks.values):
        chosen, made = (), mean
    used = {part for step in chosen for part in step.parts}
    seconds = mean.seconds + sum(trials[part].seconds for part in sorted(used))
    lengths = np.linalg.norm(made.rows.astype(np.float64), axis=1)
    score = score_of(
        "recommended",
        mean.spec,
        made.marks,
        made.done,
        ratios=lengths / np.maximum(exam.lengths, 1e-30),
        chance=Chance(h, seed),
        seconds=seconds,
    )
    steps = (*[_spec_of(trials, step) for step in chosen], Mean())
    taken = [chooser.trial_of(step) for step in chosen]
    missing = int(np.any([trial.missing for trial in taken or [mean]], axis=0).sum())
    score = replace(score, kind="cascade", spec=steps, missing=missing)
    names = [trial.name for trial in taken]
    return Recommendation(steps, score, bool(chosen), _verdict(names, score, mean, tried=len(chooser.candidates)))


def _cross_fitted(chooser: Chooser, seed: int) -> Trial:
    """Every fold of the hidden words, filled by the cascade that was chosen on all others."""
    mean = chooser.mean
    h = len(mean.done)
    rows, marks, done = mean.rows.copy(), mean.marks, np.zeros(h, bool)
    fold = np.random.default_rng([seed, h, FOLDS]).permutation(h) % FOLDS
    for one in range(FOLDS):
        left = fold == one
        for step in chooser.choose(np.flatnonzero(~left)):
            made = chooser.trial_of(step)
            now: NDArray[np.bool_] = left & made.done
            rows[now], done[now], marks = made.rows[now], True, marks.put(now, made.marks)
            left = left & ~now
    return replace(mean, name="recommended", rows=rows, done=done, marks=marks)


def _spec_of(trials: Sequence[Trial], step: Step) -> Any:
    if len(step.parts) == 1:
        return trials[step.parts[0]].spec
    from .blend import Blend

    return Blend(parts=tuple(trials[part].spec for part in step.parts), weights=step.weights)


def _verdict(names: Sequence[str], score: Score, mean: Trial, tried: int) -> str:
    """What is recommended and why, in words."""
    if not tried:
        return _("No fill was tried that tells words apart; of the others none is better than the mean.")
    values = {"n": number(score.n), "mean": number(float(mean.marks.cosines.mean()), 3)}
    if not names:
        return _(
            "Nothing beats the mean beyond noise on {n} hidden words: its row has a mean cosine of {mean} to the "
            "true ones. Take the mean, or leave the words out."
        ).format(**values)
    first = _("Best for these words: {steps}, then the mean.").format(steps=" → ".join(names))
    low, high = score.intervals.get("cosine", (None, None))
    figures = _(
        "Rows made so have a mean cosine of {cosine} to the true rows of {n} hidden words (95 % interval {low} to "
        "{high}), those of the mean {mean}; chosen and scored on different words."
    ).format(**values, cosine=number(score.cosine, 3), low=number(low, 3), high=number(high, 3))
    if not (asked := len(mean.missing)):
        return joined(" ", [first, figures])
    reach = ngettext(
        "Of {asked} missing word it can make {made}.", "Of {asked} missing words it can make {made}.", asked
    ).format(asked=number(asked), made=number(score.missing))
    return joined(" ", [first, figures, reach])
