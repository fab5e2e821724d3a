"""Hidden words whose relatives stay known: of these a hold-out tells more than can be hoped for of missing words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..ladder.lemmas import lemma_of
from ..vocabulary.scripts import script_of
from .pieces import JOINED

PART = 2  # characters of Chinese that words must share to be relatives


def without_relatives(words: Sequence[str], pool: Iterable[str]) -> NDArray[np.bool_]:
    """bool[k]: the words of which no relative is in `pool`.

    Words written with letters are relatives where one of their parts has the same lemma or the same stem (Porter
    1980, An algorithm for suffix stripping): "creates" and "creating", "e-mail" and "mailed". Chinese ones are where
    they share two characters that stand side by side.
    """
    stem = _stemmer()
    known: set[str] = set()
    for word in pool:
        known |= _roots(word, stem)
    return np.array([known.isdisjoint(_roots(word, stem)) for word in words], bool)


def _roots(word: str, stem: Callable[[str], str]) -> set[str]:
    if script_of(word) in ("han", "kana"):
        return {word[i : i + PART] for i in range(len(word) - PART + 1)}
    parts = [part.lower() for part in JOINED.split(word) if len(part) > PART] or [word.lower()]
    return {root for part in parts for root in (stem(part), stem(lemma_of(part) or part))}


def _stemmer() -> Callable[[str], str]:
    from gensim.parsing.porter import PorterStemmer  # takes some seconds to import

    return PorterStemmer().stem
