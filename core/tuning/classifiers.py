"""The classifiers that a tuned matrix is compared with, each trained on one split: scikit-learn's, fixed settings.

Those on mean vectors (linear SVM, random forest, logistic regression) have the settings of the probes
(core/evaluation/probes.py). TF-IDF sees all tokens of a text, also those that the matrix does not hold.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import _, number
from .bags import Bags

Tokens = Callable[[], Iterable[Sequence[str]]]

# Training texts that each takes at most; more change their figures little, and cost hours or gigabytes.
MOST_TEXTS = {"tfidf": 200_000, "svm": 50_000, "forest": 50_000, "frozen": 200_000}
# Training texts times classes: the cost of a linear classifier is in proportion to it.
MOST_CELLS = 20_000_000
# Words and pairs of words, and these times classes.
MOST_FEATURES, MOST_WEIGHTS = 500_000, 40_000_000
CROSS_VALIDATED, FOLDS = 20_000, 3
STRENGTHS, STRENGTH = (1.0, 10.0, 100.0), 10.0
ROUNDS = 1000
TREES, TREES_AT_ONCE = 200, 20
# Bytes that the leaves of a forest may take: each holds one number for each class.
MOST_LEAVES = 2_000_000_000
BLOCK = 20_000


def mean_vectors(
    bags: Bags, vectors: NDArray[np.float32], empty: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """float32[texts, d]: each text's mean vector; a text without a token gets `empty` (float32[d]), else zeros."""
    from scipy.sparse import csr_array

    found = np.zeros((len(bags), vectors.shape[1]), np.float32)
    rows = np.ascontiguousarray(vectors, np.float32)
    for first in range(0, len(bags), BLOCK):
        last = min(first + BLOCK, len(bags))
        starts = bags.starts[first : last + 1]
        ids = bags.ids[starts[0] : starts[-1]]
        counts = csr_array((np.ones(len(ids), np.float32), ids, starts - starts[0]), shape=(last - first, len(rows)))
        lengths = np.maximum(np.diff(starts), 1).astype(np.float32)
        found[first:last] = (counts @ rows) / lengths[:, None]
    if empty is not None:
        found[bags.lengths == 0] = empty
    return found


def sampled(labels: NDArray[np.integer], most: int, seed: int) -> NDArray[np.int64]:
    """Positions of about `most` texts, sorted: of each class its share, at least one; all where there are no more."""
    if len(labels) <= most:
        return np.arange(len(labels))
    order, rank, counts = _by_class(labels, seed)
    quota = np.maximum(1, counts * most // len(labels))
    return np.sort(order[rank < quota[labels[order]]])


def _by_class(labels: NDArray[np.integer], seed: int) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int64]]:
    """Positions class by class, shuffled within each; each one's place in its class; the classes' sizes."""
    shuffled = np.random.default_rng([seed, len(labels)]).permutation(len(labels))
    order = np.lexsort((shuffled, labels))
    counts = np.bincount(labels)
    begins = np.cumsum(counts) - counts
    return order, np.arange(len(labels)) - begins[labels[order]], counts


def nothing() -> None: ...


@dataclass(frozen=True)
class Task:
    """What every baseline is given; `step` reports progress and may raise `Cancelled`."""

    train: Bags
    test: Bags
    vectors: NDArray[np.float32]
    classes: tuple[str, ...]
    train_tokens: Tokens | None
    test_tokens: Tokens | None
    seed: int
    step: Callable[[], None]

    def training(self, kind: str) -> tuple[NDArray[np.int64], list[str]]:
        """Positions of the training texts that this baseline takes, and a note where they are not all."""
        most = min(MOST_TEXTS[kind], max(MOST_CELLS // len(self.classes), len(self.classes)))
        at = sampled(self.train.labels, most, self.seed)
        if len(at) == len(self.train):
            return at, []
        note = _("trained on {n} of {total} texts, drawn from each class by its share")
        return at, [note.format(n=number(len(at)), total=number(len(self.train)))]

    def means(self, kind: str) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32], list[str]]:
        """Mean vectors and labels to train on, the vector for texts without a token, and notes."""
        at, notes = self.training(kind)
        bags = self.train.take(at)
        vectors = mean_vectors(bags, self.vectors)
        # Their mean says nothing for or against any class, as an intercept alone.
        covered = bags.lengths > 0
        empty = vectors[covered].mean(axis=0, dtype=np.float64).astype(np.float32) if covered.any() else vectors[0]
        vectors[~covered] = empty
        return vectors, bags.labels, empty, notes

    def asked(self, empty: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        """The mean vectors of the test texts, block by block."""
        for first in range(0, len(self.test), BLOCK):
            self.step()
            block = self.test.take(np.arange(first, min(first + BLOCK, len(self.test))))
            yield mean_vectors(block, self.vectors, empty)


def _majority(task: Task) -> tuple[NDArray[Any], list[str]]:
    """The shares of the classes in training, as probabilities of every text."""
    shares = np.bincount(task.train.labels, minlength=len(task.classes)) / len(task.train)
    return np.tile(shares.astype(np.float32), (len(task.test), 1)), []


def _tfidf(task: Task) -> tuple[NDArray[Any], list[str]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    at, notes = task.training("tfidf")
    k = len(task.classes)
    most = min(MOST_FEATURES, max(1000, MOST_WEIGHTS // (1 if k == 2 else k)))
    settings: dict[str, Any] = {"analyzer": _grams, "dtype": np.float32}
    cut = TfidfVectorizer(max_features=most, sublinear_tf=True, **settings)
    known: Any = cut.fit_transform(_watched(task.train_tokens, len(task.train), task.step, at))
    labels = task.train.labels[at]
    strength, told = _strength(known, labels, task)
    model, slow = _on_words(known, labels, strength, task.seed)
    asked: Any = cut.transform(_watched(task.test_tokens, len(task.test), task.step))
    blocks = (asked[first : first + BLOCK] for first in range(0, len(task.test), BLOCK))
    return _probabilities(model, blocks, len(task.test), k), notes + told + slow


def _grams(tokens: Sequence[str]) -> Iterator[str]:
    """Words and pairs of neighbors, in lower case; a control character stands between the two of a pair."""
    lowered = [token.lower() for token in tokens]
    yield from lowered
    yield from map("\x1f".join, pairwise(lowered))


def _watched(
    tokens: Tokens | None, texts: int, step: Callable[[], None], at: NDArray[np.int64] | None = None
) -> Iterator[Sequence[str]]:
    """The token lists at the sorted positions `at`, all by default; ValueError where there are not as many as texts."""
    assert tokens is not None
    taken, seen = np.ones(texts, bool) if at is None else np.zeros(texts, bool), 0
    if at is not None:
        taken[at] = True
    for seen, text in enumerate(tokens(), 1):
        if seen > texts:
            break
        if not seen % 5000:
            step()
        if taken[seen - 1]:
            yield text
    if seen != texts:
        raise ValueError(f"{seen} token lists or more for {texts} texts")


def _strength(known: Any, labels: NDArray[np.int32], task: Task) -> tuple[float, list[str]]:
    """The inverse strength of the penalty (scikit-learn's C): the best of three by cross-validation on few texts."""
    if len(labels) > CROSS_VALIDATED:
        return STRENGTH, []
    order, _rank, _counts = _by_class(labels, task.seed)
    fold = np.empty(len(labels), np.int64)
    fold[order] = np.arange(len(labels)) % FOLDS
    right = dict.fromkeys(STRENGTHS, 0)
    for part in range(FOLDS):
        inside, outside = np.flatnonzero(fold != part), np.flatnonzero(fold == part)
        if not len(outside) or len(np.unique(labels[inside])) < 2:
            return STRENGTH, []
        for strength in STRENGTHS:
            task.step()
            model, _slow = _on_words(known[inside], labels[inside], strength, task.seed)
            right[strength] += int((model.predict(known[outside]) == labels[outside]).sum())
    best = max(STRENGTHS, key=lambda one: right[one])  # the first of equals: the strongest penalty
    return best, [_("C = {c}, the best of three by cross-validation on the training texts").format(c=number(int(best)))]


def _on_words(known: Any, labels: NDArray[np.int32], strength: float, seed: int) -> tuple[Any, list[str]]:
    """Logistic regression in its dual, each class against the others: far more words than texts."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    # As accurate as the primal with all classes at once, and twenty times faster on sparse texts.
    model = LogisticRegression(C=strength, solver="liblinear", dual=True, max_iter=ROUNDS, random_state=seed)
    return _fitted(model if len(np.unique(labels)) == 2 else OneVsRestClassifier(model), known, labels)


def _logistic(known: Any, labels: NDArray[np.int32], seed: int) -> tuple[Any, list[str]]:
    from sklearn.linear_model import LogisticRegression

    return _fitted(LogisticRegression(C=1.0, max_iter=ROUNDS, random_state=seed), known, labels)


def _fitted(model: Any, known: Any, labels: NDArray[np.int32]) -> tuple[Any, list[str]]:
    """The model, trained, and a note where it was stopped before it converged."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(known, labels)
    each = getattr(model, "estimators_", [model])
    rounds = max(int(np.max(one.n_iter_)) for one in each)
    if rounds < each[0].max_iter:
        return model, []
    return model, [_("stopped after {n} rounds, before it converged").format(n=number(rounds))]


def _probabilities(model: Any, blocks: Iterable[Any], texts: int, k: int) -> NDArray[np.float32]:
    """float32[texts, k]; classes that training did not see have 0."""
    found, first = np.zeros((texts, k), np.float32), 0
    for block in blocks:
        last = first + block.shape[0]
        found[first:last, model.classes_] = model.predict_proba(block)
        first = last
    return found


def _svm(task: Task) -> tuple[NDArray[Any], list[str]]:
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    vectors, labels, empty, notes = task.means("svm")
    scale = StandardScaler().fit(vectors)
    model, slow = _fitted(
        LinearSVC(C=0.1, dual="auto", max_iter=20_000, random_state=task.seed), scale.transform(vectors), labels
    )
    predicted = [model.predict(scale.transform(block)) for block in task.asked(empty)]
    return np.concatenate(predicted), notes + slow


def _forest(task: Task) -> tuple[NDArray[Any], list[str]]:
    from sklearn.ensemble import RandomForestClassifier

    vectors, labels, empty, notes = task.means("forest")
    k = len(task.classes)
    leaf = max(1, math.ceil(2 * len(labels) * k * 8 * TREES / MOST_LEAVES))
    if leaf > 1:
        notes.append(_("leaves of {n} texts or more, for memory").format(n=number(leaf)))
    model = RandomForestClassifier(0, min_samples_leaf=leaf, random_state=task.seed, n_jobs=-1, warm_start=True)
    # A few trees at a time give the same forest, and can be stopped in between.
    for trees in range(TREES_AT_ONCE, TREES + 1, TREES_AT_ONCE):
        task.step()
        model.set_params(n_estimators=trees).fit(vectors, labels)
    return _probabilities(model, task.asked(empty), len(task.test), k), notes


def _frozen(task: Task) -> tuple[NDArray[Any], list[str]]:
    from sklearn.preprocessing import StandardScaler

    vectors, labels, empty, notes = task.means("frozen")
    scale = StandardScaler(copy=False)
    model, slow = _logistic(scale.fit_transform(vectors), labels, task.seed)
    blocks = (scale.transform(block) for block in task.asked(empty))
    return _probabilities(model, blocks, len(task.test), len(task.classes)), notes + slow


RUNNERS: dict[str, Callable[[Task], tuple[NDArray[Any], list[str]]]] = {
    "majority": _majority,
    "tfidf": _tfidf,
    "svm": _svm,
    "forest": _forest,
    "frozen": _frozen,
}
