"""What is reached without tuning, on the same split: the figures that a tuned matrix must beat.

The classifiers are scikit-learn's, with the settings of the probes (core/evaluation/probes.py). Words alone are
given their best chance: TF-IDF sees all tokens of a text, also those that the matrix does not hold.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _
from ..progress import Progress, ignore
from .bags import Bags
from .classifiers import RUNNERS, Task, Tokens, nothing
from .scoring import Scores, correct_of, score, score_predictions

STAGE = N_("Training baselines")
# "random" is trained by the tuning loop, with all its settings; it stands here for its title.
TITLES = {
    "majority": N_("Always the commonest class"),
    "tfidf": N_("TF-IDF with logistic regression"),
    "svm": N_("Linear SVM on mean vectors"),
    "forest": N_("Random forest on mean vectors"),
    "frozen": N_("Logistic regression on mean vectors"),
    "random": N_("Random vectors, tuned the same way"),
}
KINDS = ("majority", "tfidf", "svm", "forest", "frozen")


@dataclass(frozen=True)
class Baseline:
    """One classifier that did not tune the matrix, on the test texts.

    name     a key of `TITLES`
    title    what people call it, to be translated at use
    scores   on the test texts; nll and ece are None for the SVM, which gives no probabilities
    correct  bool[n]: which test texts are right
    seconds  that training and testing took
    notes    what was left out or set otherwise
    """

    name: str
    title: str
    scores: Scores
    correct: NDArray[np.bool_]
    seconds: float
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """All figures as JSON values, without `correct`."""
        scores = self.scores.as_dict()
        return {"name": self.name, "title": _(self.title), "seconds": self.seconds, "notes": list(self.notes)} | scores

    @classmethod
    def of(
        cls,
        name: str,
        given: NDArray[Any],
        labels: NDArray[np.int32],
        classes: Sequence[str],
        *,
        seconds: float,
        notes: Sequence[str] = (),
    ) -> Baseline:
        """Score what a baseline gave for texts of classes `labels`: probabilities [n, k] or predicted classes [n]."""
        if given.ndim == 2:
            scores, correct = score(given, labels, classes), correct_of(np.asarray(given, np.float32), labels)
        else:
            scores, correct = score_predictions(given, labels, classes), given == labels
        return cls(name, TITLES[name], scores, correct, seconds, tuple(notes))


def run_baselines(
    train: Bags,
    test: Bags,
    vectors: NDArray[np.float32],
    classes: Sequence[str],
    *,
    train_tokens: Tokens | None = None,
    test_tokens: Tokens | None = None,
    kinds: Sequence[str] = KINDS,
    seed: int = 0,
    progress: Progress = ignore,
) -> tuple[Baseline, ...]:
    """Train the baselines named by `kinds` on `train` and score them on `test`, in the order of `KINDS`.

    `vectors` is float32[V, d], the matrix as it is; `classes` names the k classes of the bags' labels. `train_tokens`
    and `test_tokens` give all tokens of each text of the bags, in their order, again at each call; without them
    "tfidf" is skipped. No baseline runs where there is no test text, and only "majority" where the training texts
    have one class. Deterministic for a `seed`.

    Raises ValueError for an unknown kind, and where the token lists are not as many as the texts.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"unknown baselines {unknown}; they are {list(KINDS)}")
    if not len(test) or not len(train):
        return ()
    wanted = [kind for kind in KINDS if kind in kinds]
    if len(np.unique(train.labels)) < 2:
        wanted = [kind for kind in wanted if kind == "majority"]
    if train_tokens is None or test_tokens is None:
        wanted = [kind for kind in wanted if kind != "tfidf"]
    task = Task(train, test, vectors, tuple(classes), train_tokens, test_tokens, seed, nothing)
    done: list[Baseline] = []
    for i, kind in enumerate(wanted):

        def step(i: int = i, kind: str = kind) -> None:
            progress(_(STAGE), i, len(wanted), "", _(TITLES[kind]))

        step()
        began = time.perf_counter()
        given, notes = RUNNERS[kind](replace(task, step=step))
        seconds = time.perf_counter() - began
        done.append(Baseline.of(kind, given, test.labels, classes, seconds=seconds, notes=notes))
    if wanted:
        progress(_(STAGE), len(wanted), len(wanted))
    return tuple(done)
