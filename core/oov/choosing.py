"""Fills that have made hidden words, compared word by word: which goes before which, and which are better blended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..combining.mapping import unit
from .chance import FEWEST, Chance
from .scoring import Exam, Marks

# Blends are tried of so many of the best fills.
BLENDED = 4
# Weights are multiples of 1 / 20: finer ones are noise.
PARTS_OF_ONE = 20
# These say nothing of single words: the mean is the end of every cascade, and what others must beat.
NO_STEPS = ("mean", "normal", "diagonal", "zeros", "drop", "cascade")


@dataclass(frozen=True)
class Trial:
    """A fill that has made the hidden words.

    done       bool[h]: which it could make
    rows       float32[h, d]: what it made, the mean's row elsewhere
    marks      of these rows
    blendable  whether it may be a part of a blend
    missing    bool[m]: which of the words that are really missing (some of them) it can make
    """

    name: str
    spec: Any
    done: NDArray[np.bool_]
    rows: NDArray[np.float32]
    marks: Marks
    seconds: float = 0.0
    blendable: bool = False
    missing: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))


@dataclass(frozen=True)
class Step:
    """One trial (by position), or a blend of several with weights that add up to 1."""

    parts: tuple[int, ...]
    weights: tuple[float, ...] = (1.0,)


@dataclass(frozen=True)
class _Entrant:
    """A step on some of the hidden words: what its rows are worth there, which it can make, and which missing ones."""

    step: Step
    values: NDArray[np.float64]
    done: NDArray[np.bool_]
    missing: NDArray[np.bool_]


class Chooser:
    """Chooses cascades from trials. Blends that were tried are kept: other words mostly ask for the same ones."""

    def __init__(
        self,
        trials: Sequence[Trial],
        mean: Trial,
        exam: Exam,
        *,
        seed: int = 0,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self.trials, self.mean, self.exam, self.seed = trials, mean, exam, seed
        self._told = told
        self._blends: dict[Step, Trial] = {}
        self.candidates = [Step((k,)) for k, trial in enumerate(trials) if trial.spec.kind not in NO_STEPS]

    def trial_of(self, step: Step) -> Trial:
        """What a step makes of all hidden words."""
        if len(step.parts) == 1:
            return self.trials[step.parts[0]]
        if step not in self._blends:
            self._told()
            self._blends[step] = self._blended(step)
        return self._blends[step]

    def choose(self, at: NDArray[np.int64]) -> tuple[Step, ...]:
        """The steps before the mean, chosen on the hidden words `at` (int64[k], positions).

        Again and again the step that wins most comparisons, on the words that are left and that both can make, out of
        those that beat the mean beyond noise on what is left to them; then the next, on the words that it leaves.
        Where hardly any hidden word is left, but missing ones are (they are not the words that the sources hold), a
        step is judged by all that it has made.
        """
        chance, base = Chance(len(at), self.seed), self.mean.marks.values[at]
        entrants = [self._entrant(step, at) for step in self.candidates]
        informed = [one for one in entrants if chance.beats(one.values - base, one.done)]
        entrants += self._worthy_blends(at, informed, chance)
        left, missing = np.ones(len(at), bool), np.ones(len(self.mean.missing), bool)
        steps: list[Step] = []
        while True:
            adding = [one for one in entrants if (one.done & left).any() or (one.missing & missing).any()]
            able = [one for one in adding if chance.beats(one.values - base, _evidence(one.done, left))]
            if not able:
                return tuple(steps)
            best = max(able, key=lambda one: (_wins(one, able, left), _total(one, base, left)))
            steps.append(best.step)
            left, missing = left & ~best.done, missing & ~best.missing

    def _entrant(self, step: Step, at: NDArray[np.int64]) -> _Entrant:
        trial = self.trial_of(step)
        return _Entrant(step, trial.marks.values[at], trial.done[at], trial.missing)

    def _worthy_blends(self, at: NDArray[np.int64], informed: Sequence[_Entrant], chance: Chance) -> list[_Entrant]:
        """Blends of the best fills that beat each of their parts beyond noise on the words that all can make."""
        base, every = self.mean.marks.values[at], np.ones(len(at), bool)
        able = [one for one in informed if self.trials[one.step.parts[0]].blendable]
        able = sorted(able, key=lambda one: -_total(one, base, every))[:BLENDED]
        groups = [list(pair) for pair in combinations(able, 2)]
        groups += [able] if len(able) > 2 else []
        found: dict[Step, _Entrant] = {}
        for group in groups:
            shared = np.logical_and.reduce([one.done for one in group])
            if shared.sum() < FEWEST:
                continue
            step = self._weighed(at[shared], [one.step.parts[0] for one in group])
            if len(step.parts) < 2 or step in found:
                continue
            made = self._entrant(step, at)
            parts = [one for one in group if one.step.parts[0] in step.parts]
            if all(chance.beats(made.values - one.values, shared) for one in parts):
                found[step] = made
        return list(found.values())

    def _weighed(self, at: NDArray[np.int64], parts: Sequence[int]) -> Step:
        """The blend of `parts` nearest to the true unit rows of the words `at`: non-negative least squares.

        Parts without weight are left out.
        """
        from scipy.optimize import nnls

        units = [unit(self.trials[part].rows[at]) for part in parts]
        truth = self.exam.units[at].astype(np.float64)
        gram = np.array([[np.einsum("ij,ij->", a, b) for b in units] for a in units]) / len(at)
        onto = np.array([np.einsum("ij,ij->", a, truth) for a in units]) / len(at)
        # With the Gram matrix G = RᵀR the squares are those of Rw - R⁻ᵀb. The jitter is for parts that agree.
        root = np.linalg.cholesky(gram + 1e-9 * np.eye(len(parts))).T
        weights = nnls(root, np.linalg.solve(root.T, onto))[0]
        if not weights.sum():
            return Step(())
        shares = _in_parts(weights / weights.sum())
        kept = [k for k, share in enumerate(shares) if share]
        return Step(tuple(parts[k] for k in kept), tuple(shares[k] / PARTS_OF_ONE for k in kept))

    def _blended(self, step: Step) -> Trial:
        """What the fill "blend" makes out of the parts' rows: their weighted mean at unit length, where any can.

        Its length is the median of the parts' rows, which aim at the length of known ones.
        """
        parts = [self.trials[part] for part in step.parts]
        total = np.zeros(self.mean.rows.shape)
        for part, weight in zip(parts, step.weights, strict=True):
            total[part.done] += weight * unit(part.rows[part.done])
        done = np.logical_or.reduce([part.done for part in parts]) & total.any(axis=1)
        lengths = np.concatenate([np.linalg.norm(part.rows[part.done], axis=1) for part in parts])
        rows = (unit(total) * np.median(lengths)).astype(np.float32)
        rows[~done] = self.mean.rows[~done]
        # Nothing is fitted beside the parts.
        seconds = sum(part.seconds for part in parts)
        name = " + ".join(part.name for part in parts)
        missing = np.logical_or.reduce([part.missing for part in parts])
        return Trial(name, None, done, rows, self.exam.mark(rows), seconds, missing=missing)


def _evidence(able: NDArray[np.bool_], left: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The words to judge by, of those that can be made: the ones that are left, or all where too few of them are."""
    return able & left if (able & left).sum() >= FEWEST else able


def _wins(one: _Entrant, others: Sequence[_Entrant], left: NDArray[np.bool_]) -> int:
    """Comparisons won less those lost, each on words that both can make."""
    won = 0
    for other in others:
        shared = _evidence(one.done & other.done, left)
        if shared.sum() >= FEWEST:
            won += int(np.sign((one.values - other.values)[shared].sum()))
    return won


def _total(one: _Entrant, base: NDArray[np.float64], left: NDArray[np.bool_]) -> float:
    """What the step adds to the mean in all: of steps that share no words the one that adds more goes first."""
    return float((one.values - base)[one.done & left].sum())


def _in_parts(weights: NDArray[np.float64]) -> list[int]:
    """Weights that add up to 1 as twentieths that add up to 20: the largest remainders are rounded up."""
    scaled = np.round(weights * PARTS_OF_ONE, 6)
    whole = np.floor(scaled).astype(int)
    for k in np.argsort(whole - scaled, kind="stable")[: PARTS_OF_ONE - whole.sum()]:
        whole[k] += 1
    return whole.tolist()
