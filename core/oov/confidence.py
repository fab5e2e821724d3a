"""How far a made row can be trusted: the cosine to the true row that is to be expected of it.

Some known words are hidden, every fill makes them again, and what it tells of its rows (`Made.signals`) is set
against the cosine to the true row. Least squares make one score of the signals; an isotonic regression turns it into
an expected cosine, as Zadrozny and Elkan 2002 (Transforming classifier scores into accurate multiclass probability
estimates) turn scores into probabilities. What comes out is a promise that can be checked: of rows with confidence c
the mean held-out cosine is near c (`reliability`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..combining.mapping import unit
from ..errors import LexiloomError
from ..messages import N_, _
from .contract import Made
from .ground import Ground
from .hidden import SHARE, choose_hidden

HIDDEN = 500
# Of fewer held-out rows nothing is learned; and a mean over fewer would be off by more than .05.
FEWEST = 30
# A fill is judged by the words that reach it in the cascade if there are so many, by all it can make otherwise.
REACHING = 100
MOST_GROUPS = 20
FOLDS = 5
CALIBRATING = N_("Learning how far fills can be trusted")
DIGITS = 3
# Nobody would ask how far to trust these.
WITHOUT = ("zeros", "drop")


@dataclass(frozen=True)
class Calibrator:
    """Signals -> expected cosine: linear in the standardized signals and their logarithms, then monotone.

    center, scale, weights  float64[2s]
    scores, cosines         float64[k], rising: what lies between is interpolated, what lies outside gets the ends'
    """

    center: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    scores: NDArray[np.float64]
    cosines: NDArray[np.float64]

    def __call__(self, signals: NDArray[np.float64]) -> NDArray[np.float32]:
        """float32[k] in 0..1, three digits, of `signals` float64[k, s]."""
        found = np.interp(self._score(signals), self.scores, self.cosines)
        return np.round(np.clip(found, 0, 1), DIGITS).astype(np.float32)

    def _score(self, signals: NDArray[np.float64]) -> NDArray[np.float64]:
        # Not a product of matrices: a row's confidence must not depend on how many others there are.
        return (((_widened(signals) - self.center) / self.scale) * self.weights).sum(axis=1)


@dataclass(frozen=True)
class Bin:
    """Held-out rows of like confidence: their number, and means of confidence and of cosine to the true row."""

    n: int
    confidence: float
    cosine: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"n": self.n, "confidence": round(self.confidence, 4), "cosine": round(self.cosine, 4)}


def calibrate(ground: Ground, steps: Sequence[Any]) -> dict[int, Calibrator]:
    """Position of a step -> what turns its signals into confidences; none for those of too few held-out rows.

    Every step is fitted without up to 500 known words, which it makes then. A fill without signals gets its mean
    held-out cosine; zeros and words left out get no confidence. A step that can't be fitted gets none either: the
    fill itself will say why.
    """
    asked = [k for k, step in enumerate(steps) if step.kind not in WITHOUT]
    if not asked:
        return {}
    # Of a small vocabulary more than a tenth: what is learned from fewer known words is rather too careful.
    share = max(SHARE, 2 * FEWEST / max(1, len(ground.learnable)))
    hidden = choose_hidden(ground, share=share, most=HIDDEN, seed=ground.seed)
    if len(hidden) < FEWEST:
        return {}
    words = [ground.buffer.words[row] for row in hidden.tolist()]
    truth = unit(ground.buffer.vectors[hidden])
    known = ground.without(hidden)
    left = np.ones(len(words), bool)
    found: dict[int, Calibrator] = {}
    for k in asked:
        ground.context.progress(_(CALIBRATING), len(found), len(asked), _("fills"), steps[k].kind)
        made = _made(steps[k], known, words)
        if made is None:
            continue
        reaching = made.done & left
        needed = REACHING if made.signals.shape[1] else FEWEST
        at = reaching if reaching.sum() >= needed else made.done
        learned = learn(made.signals[at], cosines_of(made.vectors[at], truth[at]))
        if learned is not None:
            found[k] = learned
        left &= ~made.done
    return found


def learn(signals: NDArray[np.float64], cosines: NDArray[np.float64]) -> Calibrator | None:
    """What turns signals like these (float64[k, s]) into expected cosines; None for fewer than 30 rows.

    Rows are grouped by their score, 30 or more a group, before the monotone fit: ends of single rows would promise
    what one lucky row reached.
    """
    if len(cosines) < FEWEST:
        return None
    wide = _widened(signals)
    center, spread = wide.mean(axis=0), wide.std(axis=0)
    scale = np.where(spread > 1e-9, spread, 1.0)
    X = np.where(spread > 1e-9, (wide - center) / scale, 0)
    weights = np.linalg.lstsq(X, cosines - cosines.mean(), rcond=1e-6)[0] if X.shape[1] else np.empty(0)
    scores = (X * weights).sum(axis=1)
    from scipy.optimize import isotonic_regression

    groups = _groups(scores)
    sizes = np.array([len(one) for one in groups])
    middle = np.array([scores[one].mean() for one in groups])
    means = np.array([cosines[one].mean() for one in groups])
    fitted = np.asarray(isotonic_regression(means, weights=sizes).x, np.float64)
    return Calibrator(center, scale, weights, *_with_ends(middle, fitted, scores))


def _with_ends(
    middle: NDArray[np.float64], fitted: NDArray[np.float64], scores: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The line through the groups' means, carried on to the lowest and the highest score.

    Level ends would promise the worst rows too much: the mean of their group, and more from there on.
    """
    low, high = float(scores.min()), float(scores.max())
    if len(middle) < 2:
        return middle, fitted
    slopes = np.diff(fitted) / np.diff(middle)
    knots, values = middle.tolist(), fitted.tolist()
    # Equal scores of a whole group leave no room beyond it.
    if low < middle[0]:
        knots, values = [low, *knots], [fitted[0] - slopes[0] * (middle[0] - low), *values]
    if high > middle[-1]:
        knots, values = [*knots, high], [*values, fitted[-1] + slopes[-1] * (high - middle[-1])]
    return np.array(knots), np.array(values)


def reliability(signals: NDArray[np.float64], cosines: NDArray[np.float64], *, seed: int = 0) -> tuple[Bin, ...]:
    """Confidences against cosines, cross-fitted: no row's confidence is learned from its own cosine.

    Rows (k of them: float64[k, s], float64[k]) in groups of 30 or more by confidence, rising; none for fewer than 60,
    nor for a fill without signals: all its rows have one confidence.
    """
    k = len(cosines)
    if k < 2 * FEWEST or not signals.shape[1]:
        return ()
    folds = min(FOLDS, k // FEWEST)
    fold = np.random.default_rng([seed, k]).permutation(k) % folds
    told = np.empty(k)
    for one in range(folds):
        inside = fold == one
        learned = learn(signals[~inside], cosines[~inside])
        told[inside] = learned(signals[inside]) if learned else cosines[~inside].mean()
    return tuple(Bin(len(at), float(told[at].mean()), float(cosines[at].mean())) for at in _groups(told))


def cosines_of(rows: NDArray[np.float32], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[k]: cosines of `rows` to the unit rows `truth`; 0 for zeros."""
    return np.einsum("ij,ij->i", unit(rows), truth)


def _made(step: Any, known: Ground, words: Sequence[str]) -> Made | None:
    """What the step makes of hidden words; None where it can't be fitted."""
    from .kinds import FILLS

    try:
        return FILLS[step.kind].fit(step, known).fill(words)
    except LexiloomError:
        return None


def _groups(scores: NDArray[np.floating]) -> list[NDArray[np.int64]]:
    """Rows in groups of like score, rising: 30 or more in each, equal scores in one."""
    order = np.argsort(scores, kind="stable")
    size = max(FEWEST, -(-len(scores) // MOST_GROUPS))
    ranked = np.round(scores[order], 9)
    cuts, last = [], 0
    for cut in (np.flatnonzero(np.diff(ranked)) + 1).tolist():
        if cut - last >= size and len(ranked) - cut >= size:
            cuts.append(cut)
            last = cut
    return np.split(order, cuts)


def _widened(signals: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[k, 2s]: the signals and their logarithms: counts tell by their order of magnitude."""
    return np.concatenate([signals, np.sign(signals) * np.log1p(np.abs(signals))], axis=1)
