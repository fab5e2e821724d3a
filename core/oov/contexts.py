"""What stands around words in a corpus, in one pass: sums of known rows, frequent words counted less."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..combining.mapping import unit
from ..errors import FillError
from ..ladder.scripts import has_han
from ..messages import N_, _
from ..vocabulary.corpus import CorpusSpec, Sentences
from .ground import Ground

READING = N_("Reading the corpus")
# SIF's a (Arora, Liang and Ma 2017): a word of this share of the tokens counts half.
A = 1e-3
# Tokens that are read: 400 MB of them; a word has contexts enough by then.
MOST_TOKENS = 100_000_000
AT_ONCE = 1 << 20
SENTENCES = 20_000


@dataclass(frozen=True)
class Contexts:
    """Sums over the contexts of words: those of the pool first, then all others of the vocabulary.

    names   word -> its place
    ids     int32[n]: the word of each token of the corpus, -1 for none
    sums    float32[m, d]: of the weighted rows around each word's tokens
    counts  int64[m]: its tokens
    """

    names: dict[str, int]
    ids: NDArray[np.int32]
    weights: NDArray[np.float64]
    window: int
    sums: NDArray[np.float32]
    counts: NDArray[np.int64]

    def places(self, words: Sequence[str]) -> NDArray[np.int64]:
        """int64[k]: the places of `words`, -1 for words that were not looked for."""
        return np.array([self.names.get(word, -1) for word in words], np.int64)

    def seen(self, words: Sequence[str]) -> NDArray[np.int64]:
        """int64[k]: how often each stands in the corpus."""
        places = self.places(words)
        return np.where(places >= 0, self.counts[places], 0)

    def means(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """float64[k, d]: the contexts' directions, at unit length; zeros where nothing known stands around."""
        return unit(self.sums[places])

    def heaviest(self, word: str, ground: Ground, most: int) -> list[tuple[str, float]]:
        """The known words around `word` that weigh most in its mean, and their shares."""
        place, pool = self.names[word], ground.pool
        found: Counter[int] = Counter()
        for at in np.flatnonzero(self.ids == place).tolist():
            around = self.ids[max(0, at - self.window) : at + self.window + 1]
            found.update(int(i) for i in around.tolist() if 0 <= i < len(pool) and i != place)
        weighed = {i: n * float(self.weights[i]) for i, n in found.items()}
        total = sum(weighed.values()) or 1.0
        ordered = sorted(weighed.items(), key=lambda item: (-item[1], item[0]))[:most]
        return [(pool.words[i], weight / total) for i, weight in ordered]


def corpus_of(path: str, ground: Ground) -> CorpusSpec:
    """The corpus at `path`, else the recipe's own text. Raises FillError where there is none."""
    if path:
        return CorpusSpec(path=path)
    if isinstance(ground.context.corpus, CorpusSpec):
        return ground.context.corpus
    raise FillError(
        _("the fill “alacarte” reads words in running text, and there is none"),
        fix=_("Name a corpus (--corpus FILE), or read the vocabulary from one."),
    )


def read_contexts(path: str, window: int, ground: Ground) -> Contexts:
    """What stands around the words of `ground`'s pool and vocabulary in the corpus.

    Raises FillError where there is no corpus, VocabularyError for one that can't be read.
    """
    from .contexts_kernel import add_contexts

    spec = corpus_of(path, ground)
    pool = ground.pool
    names = {word: place for place, word in enumerate(pool.words)}
    for word in ground.buffer.words:
        names.setdefault(word, len(names))
    ids, tokens = _tokens(spec, names, ground)
    counts = np.bincount(ids[ids >= 0], minlength=len(names)).astype(np.float64)
    weights = A / (A + counts[: len(pool)] / max(1, tokens))
    units = pool.units.astype(np.float32)
    sums = np.zeros((len(names), ground.dim), np.float32)
    totals, seen = np.zeros(len(names)), np.zeros(len(names), np.int64)
    for first in range(0, len(ids), AT_ONCE):
        part = ids[first : first + AT_ONCE]
        add_contexts(part, units, weights, window, sums, totals, seen)
        ground.context.progress(_(READING), first + len(part), len(ids), "words")
    return Contexts(names, ids, weights, window, sums, seen)


def _tokens(spec: CorpusSpec, names: dict[str, int], ground: Ground) -> tuple[NDArray[np.int32], int]:
    """int32[n]: the place in `names` of each token, exactly or in lower case, -1 for none; and n."""
    kept: dict[Any, Any] = ground.buffer.kept
    key = ("tokens", spec.model_dump_json())
    if key not in kept:
        kept[key] = _read(spec, ground)
    words, codes = kept[key]
    table = np.array([_place(word, names) for word in words], np.int32).reshape(-1)
    ids = table[codes] if len(codes) else np.empty(0, np.int32)
    return ids, len(codes)


def _place(word: str, names: dict[str, int]) -> int:
    found = names.get(word, -1)
    return found if found >= 0 else names.get(word.lower(), -1)


def _read(spec: CorpusSpec, ground: Ground) -> tuple[list[str], NDArray[np.int32]]:
    """The corpus as numbers: its different tokens, and which of them each token is."""
    sentences = Sentences(spec, Path(os.path.expanduser(spec.path)))
    by_character = _characters_alone(ground.buffer.words)
    codes: dict[str, int] = {}
    parts: list[NDArray[np.int32]] = []
    total = 0
    texts = iter(sentences)
    while total < MOST_TOKENS and (batch := list(islice(texts, SENTENCES))):
        found: list[int] = []
        for sentence in batch:
            for token, _start, _end in sentences.segmenter.spans(sentence):
                parts_of = token if by_character and has_han(token) else (token,)
                found += [codes.setdefault(part, len(codes)) for part in parts_of]
        parts.append(np.array(found, np.int32))
        total += len(found)
        ground.context.progress(_(READING), total, None, "words")
    ground.buffer.inputs[Path(spec.path).name] = sentences.digest()
    return list(codes), np.concatenate(parts) if parts else np.empty(0, np.int32)


def _characters_alone(words: Sequence[str]) -> bool:
    """Whether the vocabulary's Chinese is single characters: then the text is read character by character."""
    chinese = list(islice((word for word in words if has_han(word)), 5000))
    return bool(chinese) and sum(len(word) == 1 for word in chinese) > len(chinese) / 2
