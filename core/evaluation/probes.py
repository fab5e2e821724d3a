"""Classification probes: a plain classifier on the mean vectors of texts shows what the vectors tell of their labels.

A text's vector is the mean of its tokens' vectors, each as often as it occurs and as long as it is. The classifiers
are scikit-learn's, with fixed settings: the point is to compare vectors, not to reach the best figure.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _
from ..progress import Progress, ignore
from .labelled import LabelledTexts, tokens_of
from .outcome import Outcome, Policy
from .spec import Classifier
from .subjects import Subject

STAGE = N_("Training a classifier")
TEST_SHARE = 0.2
TREES = 200


def score_probe(
    subject: Subject,
    labelled: LabelledTexts,
    *,
    test: LabelledTexts | None = None,
    classifier: Classifier = "logistic",
    policy: Policy = "covered",
    seed: int = 0,
    language: str | None = None,
    progress: Progress = ignore,
) -> Outcome:
    """Train on the mean vectors of texts, and classify others: one item for each text of the test.

    Without `test`, a fifth of the texts, stratified by label and drawn by `seed`, is kept for it: the same texts for
    every subject. A text is covered where one of its tokens has a vector that no fill made. Under "covered" the
    others are left out; under "mean" they get the mean of the training texts' vectors; under "fills" those count
    that have any vector. Raises `SourceError` if the subject can't be read.
    """
    language = language or labelled.language
    if test is None:
        train_at, test_at = _split(labelled.labels, seed)
        texts, labels = labelled.texts, labelled.labels
    else:
        texts, labels = (*labelled.texts, *test.texts), (*labelled.labels, *test.labels)
        train_at, test_at = np.arange(len(labelled)), np.arange(len(labelled), len(texts))
    progress(_(STAGE), 0, 3, "", subject.name)
    vectors, held, covered, share = _mean_vectors(subject, tokens_of(texts, language))
    progress(_(STAGE), 1, 3, "", subject.name)
    wanted = np.array(labels)
    train = train_at[held[train_at]]
    counted = (held if policy == "fills" else covered)[test_at]
    details: dict[str, Any] = {
        "classifier": classifier,
        "classes": dict(Counter(labels).most_common()),
        "train": len(train_at),
        "test": len(test_at),
        "tokens_covered": share,
        "language": language,
    }
    values = np.full(len(test_at), np.nan)
    if len(np.unique(wanted[train])) < 2:
        counted = np.zeros(len(test_at), bool)
        details["reason"] = _("fewer than two classes have a text with a vector")
        return _outcome(labelled, classifier, values, counted, covered[test_at], details)
    if policy == "mean":
        vectors[~held] = vectors[train].mean(axis=0)
        counted = np.ones(len(test_at), bool)
    asked = test_at[counted]
    guessed = _fitted(classifier, vectors[train], wanted[train], seed).predict(vectors[asked])
    values[counted] = guessed == wanted[asked]
    details |= _told(wanted[train], wanted[asked], guessed)
    progress(_(STAGE), 3, 3, "", subject.name)
    return _outcome(labelled, classifier, values, counted, covered[test_at], details)


def _outcome(
    labelled: LabelledTexts,
    classifier: str,
    values: NDArray[np.float64],
    counted: NDArray[np.bool_],
    covered: NDArray[np.bool_],
    details: dict[str, Any],
) -> Outcome:
    return Outcome("probe", labelled.name, "accuracy", values, counted, covered, details=details)


def _split(labels: tuple[str, ...], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the training and the test texts."""
    from sklearn.model_selection import train_test_split

    counts = Counter(labels)
    stratified = min(counts.values()) > 1 and TEST_SHARE * len(labels) >= len(counts)
    train, test = train_test_split(
        np.arange(len(labels)), test_size=TEST_SHARE, random_state=seed, stratify=labels if stratified else None
    )
    return np.sort(train), np.sort(test)


def _mean_vectors(
    subject: Subject, cut: list[list[str]]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], float]:
    """float64[texts, d]: each text's mean vector; which texts have one; which without fills; the tokens' share."""
    from scipy.sparse import csr_array

    words = {word: k for k, word in enumerate(dict.fromkeys(word for tokens in cut for word in tokens))}
    found = subject.find(list(words))
    rows = np.zeros((len(words), subject.dim), np.float32)
    known = np.flatnonzero(found >= 0)
    rows[known], sound = subject.gather(found[known])
    has = np.zeros(len(words), bool)
    has[known] = sound
    made = subject.made(np.where(has, found, -1))
    places = np.array([words[word] for tokens in cut for word in tokens], np.int64)
    starts = np.cumsum([0, *map(len, cut)])
    counts = csr_array((np.ones(len(places)), places, starts), shape=(len(cut), len(words)))
    number = np.asarray(counts @ has.astype(np.float64))
    own = np.asarray(counts @ (has & ~made).astype(np.float64))
    vectors = np.asarray(counts @ rows.astype(np.float64)) / np.maximum(number, 1)[:, None]
    return vectors, number > 0, own > 0, float(own.sum() / max(1, len(places)))


def _fitted(classifier: str, vectors: NDArray[np.float64], labels: NDArray[Any], seed: int) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if classifier == "forest":
        from sklearn.ensemble import RandomForestClassifier

        return RandomForestClassifier(TREES, random_state=seed, n_jobs=-1).fit(vectors, labels)
    if classifier == "svm":
        from sklearn.svm import LinearSVC

        # Far fewer dimensions than texts, mostly: the primal converges where the dual creeps.
        model: Any = LinearSVC(C=0.1, dual="auto", max_iter=20_000, random_state=seed)
    else:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=1.0, max_iter=2000, random_state=seed)
    return make_pipeline(StandardScaler(), model).fit(vectors, labels)


def _told(trained: NDArray[Any], wanted: NDArray[Any], guessed: NDArray[Any]) -> dict[str, Any]:
    """Macro F1, the accuracy of always guessing the commonest class, the confusion matrix."""
    from sklearn.metrics import confusion_matrix, f1_score

    if not len(wanted):
        return {}
    classes = sorted(set(trained.tolist()) | set(wanted.tolist()))
    commonest = Counter(trained.tolist()).most_common(1)[0][0]
    return {
        "macro_f1": float(f1_score(wanted, guessed, average="macro", zero_division=0.0)),  # type: ignore[arg-type]
        "majority": float((wanted == commonest).mean()),
        "labels": classes,
        "confusion": confusion_matrix(wanted, guessed, labels=classes).tolist(),
    }
