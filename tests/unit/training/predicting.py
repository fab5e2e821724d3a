"""A text in which words have company, and trainings by it, for the tests of word2vec and fastText."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.training.contract import Ground, Start
from core.training.fasttext import make_fasttext
from core.training.spec import FastTextSpec, TextsSpec, Word2VecSpec
from core.training.tokens import Corpus
from core.training.word2vec import make_word2vec

METHODS = {"word2vec": (Word2VecSpec, make_word2vec), "fasttext": (FastTextSpec, make_fasttext)}
WAYS = [(model, loss) for model in ("skipgram", "cbow") for loss in ("negative", "hierarchical")]
TOPICS = (
    ["cat", "dog", "bird", "horse", "mouse"],
    ["red", "green", "blue", "yellow", "black"],
    ["one", "two", "three", "four", "five"],
)


def topical(n: int = 300, seed: int = 0) -> list[list[str]]:
    """Sentences of words of one topic each, and some of which all have."""
    rng = np.random.default_rng(seed)
    return [
        [str(word) for word in rng.permutation([*rng.choice(TOPICS[i % 3], 6), *rng.choice(["the", "a", "of"], 3)])]
        for i in range(n)
    ]


def corpus_of(folder: Path, sentences: Any) -> Corpus:
    folder.mkdir(parents=True, exist_ok=True)
    return Corpus.made(folder, sentences)


def trainer_of(method: str, corpus: Corpus, start: Start | None = None, **settings: Any) -> Any:
    spec_class, make = METHODS[method]
    spec: Any = spec_class(**{"texts": TextsSpec(paths=("text",)), "dim": 12, "workers": 1, **settings})
    return make(spec, corpus, Ground(corpus.folder, start))


def train(trainer: Any, epochs: int, parts: slice = slice(None)) -> Any:
    every = [(epoch, part) for epoch in range(epochs) for part in range(trainer.parts)]
    for epoch, part in every[parts]:
        trainer.part(epoch, part, epochs)
    return trainer


def counted(trainer: Any, before: Callable[[], None] = lambda: None) -> list[tuple[int, int, int]]:
    """What the kernel says of each batch from now on: sentences, words trained on, words read."""
    told, kernel = [], trainer._kernel

    def telling(*arguments: Any) -> None:
        before()
        told.append(kernel(*arguments))

    trainer._kernel = telling
    return told
