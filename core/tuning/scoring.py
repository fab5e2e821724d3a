"""How good predictions on test texts are: accuracy, macro averages, likelihood, calibration; over seeds, over texts.

Two kinds of chance are told apart. What other seeds would give is training noise: `over_seeds`, by Student's t.
What other test texts would give is sampling of texts: `over_texts`, by bootstrap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..evaluation.comparison import FEWEST_ITEMS
from ..evaluation.resampling import LEVEL, RESAMPLES, Interval, interval_of

BINS = 15  # as Guo et al. 2017 count them
MEASURES = ("accuracy", "precision", "recall", "macro_f1", "nll", "ece")
# Softmax in float32 rounds smaller probabilities away; one such text would cost infinitely much.
LEAST = float(np.finfo(np.float32).eps)
# Further from 1 than this, the numbers of a row are no probabilities.
SUM_TOLERANCE = 1e-3


@dataclass(frozen=True)
class ClassScores:
    """One class in the test.

    precision, recall, f1  None where no test text is of the class; 0 where none was found
    support                test texts of the class
    predicted              test texts taken for it
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    predicted: int


@dataclass(frozen=True)
class Bin:
    """Texts whose prediction was about equally sure: those with `low` < confidence <= `high`.

    confidence  mean probability of the predicted class; None without texts
    accuracy    share of them that was right; None without texts
    """

    low: float
    high: float
    texts: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Scores:
    """Predictions on test texts, measured.

    texts                        test texts
    classes                      k names
    accuracy                     share of them that was right
    precision, recall, macro_f1  means over the classes that occur in the test, each class counting the same
    nll                          mean negative log likelihood of the true class, in nats; None without probabilities
    ece                          expected calibration error, 0 to 1: the mean gap between confidence and accuracy
                                 over `bins`, weighted by their texts; None without probabilities
    confusion                    int64[k, k]: texts of class i (row) taken for class j (column)
    per_class                    k rows, in the order of `classes`
    bins                         what a reliability diagram draws: 15, or none without probabilities
    """

    texts: int
    classes: tuple[str, ...]
    accuracy: float
    precision: float
    recall: float
    macro_f1: float
    nll: float | None
    ece: float | None
    confusion: NDArray[np.int64]
    per_class: tuple[ClassScores, ...]
    bins: tuple[Bin, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """All figures as JSON values."""
        return {
            "texts": self.texts,
            **{name: getattr(self, name) for name in MEASURES},
            "classes": list(self.classes),
            "confusion": self.confusion.tolist(),
            "per_class": [asdict(one) for one in self.per_class],
            "bins": [asdict(one) for one in self.bins],
        }


class Spread(NamedTuple):
    """A mean over seeds and its 95 % interval; None for the bounds where there is one seed only."""

    mean: float
    low: float | None
    high: float | None


def score(probabilities: NDArray[np.floating], labels: NDArray[np.integer], classes: Sequence[str]) -> Scores:
    """Measure class probabilities (float32[n, k]) of texts with classes `labels` (int32[n], from 0).

    The predicted class is the most probable, the first of equals. A probability below 1.2e-7 counts as that much.
    Calibration error: Guo et al. 2017, On Calibration of Modern Neural Networks, 15 bins of equal width.
    Raises ValueError for no texts, for labels beyond `classes`, and for rows that are no probabilities.
    """
    given = np.asarray(probabilities, np.float32)
    wanted = _checked(labels, len(classes))
    if given.shape != (len(wanted), len(classes)):
        raise ValueError(f"probabilities of shape {given.shape}, expected ({len(wanted)}, {len(classes)})")
    # One comparison for all three: NaN compares as false.
    if not (np.abs(given.sum(axis=1, dtype=np.float64) - 1) <= SUM_TOLERANCE).all() or given.min() < 0:
        raise ValueError("rows of probabilities must be finite, not negative and add up to 1")
    predicted = given.argmax(axis=1)
    confidence = given[np.arange(len(wanted)), predicted]
    bins = _bins(confidence, predicted == wanted)
    # As sklearn.metrics.log_loss, which would lay out every label as k numbers.
    likely = np.clip(given[np.arange(len(wanted)), wanted], LEAST, 1).astype(np.float64)
    return _scores(predicted, wanted, classes, nll=float(-np.log(likely).mean()), bins=bins)


def score_predictions(predicted: NDArray[np.integer], labels: NDArray[np.integer], classes: Sequence[str]) -> Scores:
    """Measure predicted classes (int32[n]) where there are no probabilities: `nll` and `ece` are None, `bins` empty.

    Raises ValueError as `score` does.
    """
    wanted, found = _checked(labels, len(classes)), _checked(predicted, len(classes))
    if len(found) != len(wanted):
        raise ValueError(f"{len(found)} predictions for {len(wanted)} texts")
    return _scores(found, wanted, classes, nll=None, bins=())


def correct_of(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> NDArray[np.bool_]:
    """bool[n]: which texts get their most probable class right."""
    return np.asarray(probabilities).argmax(axis=1) == np.asarray(labels)


def over_seeds(scores: Sequence[Scores]) -> dict[str, Spread]:
    """The mean of each measure over runs that differ by seed, with Student's t interval of 95 %.

    It tells training noise: what other seeds would give on the same test texts. Bounds stay where a measure can be:
    0 to 1, from 0 for `nll`. Measures that a run lacks are left out; no runs give none.
    """
    found: dict[str, Spread] = {}
    for name in MEASURES:
        values = [getattr(one, name) for one in scores]
        if values and None not in values:
            found[name] = spread_of(np.array(values, np.float64), math.inf if name == "nll" else 1.0)
    return found


def over_texts(
    correct: NDArray[np.bool_] | Sequence[NDArray[np.bool_]], *, resamples: int = RESAMPLES, seed: int = 0
) -> Interval | None:
    """The 95 % interval of accuracy over test texts, by percentile bootstrap.

    It tells what other test texts would give with the same trained models. `correct` is bool[n], or one for each
    seed: then a text counts as often as seeds were right. None for fewer than ten texts: they tell nothing.
    """
    values = right_shares(correct)
    if len(values) < FEWEST_ITEMS:
        return None
    return interval_of(mean_draws(values, resamples=resamples, seed=seed))


def right_shares(correct: NDArray[np.bool_] | Sequence[NDArray[np.bool_]]) -> NDArray[np.float64]:
    """float64[n]: by text, the share of seeds that was right. Raises ValueError for seeds of different texts."""
    runs = [correct] if isinstance(correct, np.ndarray) and correct.ndim == 1 else list(correct)
    if not runs or len({np.shape(one) for one in runs}) > 1:
        raise ValueError(f"runs over texts of shapes {[np.shape(one) for one in runs]} can't be averaged")
    return np.asarray(np.mean([np.asarray(one, bool) for one in runs], axis=0, dtype=np.float64))


def mean_draws(values: ArrayLike, *, resamples: int = RESAMPLES, seed: int = 0) -> NDArray[np.float64]:
    """float64[resamples]: the mean of each bootstrap sample of `values` (float64[n], few of them different).

    How often each different value is drawn is multinomial, so a million texts cost no more than a hundred; the
    distribution is that of `resampling.accuracy_draws`, which holds resamples x n numbers. NaN for fewer than two.
    """
    given = np.asarray(values, np.float64)
    if len(given) < 2:
        return np.full(resamples, np.nan)
    levels, counts = np.unique(given, return_counts=True)
    times = np.random.default_rng([seed, len(given)]).multinomial(len(given), counts / len(given), resamples)
    return np.asarray(times @ levels / len(given), np.float64)


def _checked(labels: NDArray[np.integer], k: int) -> NDArray[np.int64]:
    wanted = np.asarray(labels, np.int64)
    if wanted.ndim != 1 or not len(wanted):
        raise ValueError(f"there are no texts to score: labels of shape {wanted.shape}")
    if wanted.min() < 0 or wanted.max() >= k:
        raise ValueError(f"labels from {wanted.min()} to {wanted.max()} for {k} classes")
    return wanted


def _scores(
    predicted: NDArray[np.int64],
    wanted: NDArray[np.int64],
    classes: Sequence[str],
    *,
    nll: float | None,
    bins: tuple[Bin, ...],
) -> Scores:
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    every = np.arange(len(classes))
    confusion = np.asarray(confusion_matrix(wanted, predicted, labels=every), np.int64)
    measured = precision_recall_fscore_support(wanted, predicted, labels=every, average=None, zero_division=0.0)  # type: ignore[arg-type]
    table = np.asarray(measured[:3], np.float64)
    support, taken = confusion.sum(axis=1), confusion.sum(axis=0)
    precision, recall, f1 = table[:, support > 0].mean(axis=1)
    per_class = tuple(
        _of_class(name, table[:, i].tolist(), int(support[i]), int(taken[i])) for i, name in enumerate(classes)
    )
    ece = sum(one.texts * abs((one.confidence or 0) - (one.accuracy or 0)) for one in bins) / len(wanted)
    return Scores(
        len(wanted),
        tuple(classes),
        float((predicted == wanted).mean()),
        float(precision),
        float(recall),
        float(f1),
        nll,
        float(ece) if bins else None,
        confusion,
        per_class,
        bins,
    )


def _of_class(name: str, measured: list[float], support: int, taken: int) -> ClassScores:
    precision, recall, f1 = measured
    return ClassScores(name, *((precision, recall, f1) if support else (None, None, None)), support, taken)


def _bins(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    # In float32, as the confidences are: .2 stands on the edge 3/15, not a rounding above it.
    edges = np.linspace(0, 1, BINS + 1).astype(np.float32)
    at = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, BINS - 1)
    texts = np.bincount(at, minlength=BINS)
    sure, hits = (np.bincount(at, values.astype(np.float64), minlength=BINS) for values in (confidence, right))
    return tuple(
        Bin(i / BINS, (i + 1) / BINS, int(n), float(sure[i] / n) if n else None, float(hits[i] / n) if n else None)
        for i, n in enumerate(texts)
    )


def spread_of(values: Sequence[float] | NDArray[np.float64], most: float = 1.0) -> Spread:
    """The mean of what several seeds gave, and its 95 % interval by Student's t, within 0 and `most`."""
    from scipy.stats import t

    values = np.asarray(values, np.float64)
    mean = float(values.mean())
    if len(values) < 2:
        return Spread(mean, None, None)
    half = float(t.ppf((1 + LEVEL) / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values)))
    return Spread(mean, max(0.0, mean - half), min(most, mean + half))
