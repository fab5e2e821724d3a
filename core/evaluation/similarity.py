"""Word similarity: Spearman's rho between the cosines of word pairs and what people said of them."""

from __future__ import annotations

import numpy as np

from .outcome import Outcome, Policy
from .pairs import PairSet
from .subjects import Subject


def score_similarity(subject: Subject, pairs: PairSet, policy: Policy = "covered") -> Outcome:
    """Score `subject` on `pairs`; only the rows of their words are read.

    A pair is covered where both words have a vector that no fill made; a zero or faulty row is none. Under the
    policy "covered" the covered pairs count. Under "mean" all do, and one that is not covered gets the mean
    cosine of those that are. Under "fills" the pairs count whose words have a vector: `subject` is then one
    with fills (`with_fills`, or a matrix with its filled rows). Raises `SourceError` if it can't be read.
    """
    found = subject.unit([word for a, b, _human in pairs.pairs for word in (a, b)])
    rows = found.at.reshape(-1, 2)
    held = np.asarray((rows >= 0).all(axis=1), bool)
    covered = held & ~np.asarray(found.made.reshape(-1, 2).any(axis=1), bool)
    counted = held if policy == "fills" else covered
    cosines = np.full(len(rows), np.nan)
    first, second = rows[counted].T
    # Rounded, so that pairs of equal vectors tie: a word is as similar to itself as any other is to itself.
    cosines[counted] = np.einsum("ij,ij->i", found.unit[first], found.unit[second]).round(12)
    if policy == "mean" and covered.any():
        cosines[~covered] = cosines[covered].mean()
        counted = np.ones(len(rows), bool)
    human = np.array([human for _a, _b, human in pairs.pairs], np.float64)
    return Outcome("similarity", pairs.name, "rho", cosines, counted, covered, gold=human)
