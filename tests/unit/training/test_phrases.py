"""Phrases: those that gensim finds in the same sentences."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, Phrases

from core.training import numbering
from core.training.tokens import Corpus, read_corpus

from .test_tokens import decoded
from .written import sentences_of, spec_of, write


def text_of(seed: int) -> str:
    """Lines of random words, among which two cities and a state of the art stand whole."""
    chance = random.Random(seed)
    words = [f"word{n}" for n in range(60)]
    lines = []
    for _line in range(400):
        line = chance.choices(words, k=8)
        line.insert(chance.randrange(8), chance.choice(["new york", "los angeles", "state of the art"]))
        lines.append(" ".join(line))
    return "\n".join(lines)


def read(path: Path, folder: Path, **options) -> Corpus:
    return read_corpus(spec_of(path, phrases=True, **options), folder, min_count=1, max_size=None)


@pytest.mark.parametrize("threshold", [1.0, 10.0, 1e5])
def test_they_are_those_of_gensim(threshold: float, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(numbering, "BLOCK", 100)
    monkeypatch.setattr(numbering, "HELD", 100)
    path = write(tmp_path, text_of(0))
    plain = sentences_of(path)
    theirs = Phrases(plain, min_count=5, threshold=threshold, connector_words=ENGLISH_CONNECTOR_WORDS).freeze()
    corpus = read(path, tmp_path / "out", phrase_threshold=threshold)
    assert decoded(corpus) == [theirs[one] for one in plain]
    assert corpus.raw_tokens == corpus.tokens == sum(len(theirs[one]) for one in plain)


def test_connectors_stand_inside_and_the_most_frequent_are_told(tmp_path: Path) -> None:
    corpus = read(write(tmp_path, text_of(1)), tmp_path / "out")
    assert {"new_york", "los_angeles", "state_of_the_art"} <= set(corpus.words)
    assert any("phrases joined" in note and "new_york" in note for note in corpus.notes)


def test_chinese_words_are_joined_by_the_same_mark(tmp_path: Path) -> None:
    lines = [line.replace("new york", "人工智能 模型") for line in text_of(2).split("\n")]
    dictionary = write(tmp_path, "人工智能\n模型\n", "user.txt")
    corpus = read(write(tmp_path, "\n".join(lines)), tmp_path / "out", user_dictionary=str(dictionary))
    assert "人工智能_模型" in corpus.words


def test_nothing_is_joined_over_a_word_that_was_dropped(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(numbering, "BLOCK", 40)
    monkeypatch.setattr(numbering, "HELD", 40)
    monkeypatch.setattr(numbering, "MOST_TYPES", 20)
    lines = [f"new once{n} york and old town" for n in range(300)]
    corpus = read(write(tmp_path, "\n".join(lines)), tmp_path / "out", phrase_threshold=1.0)
    assert "new_york" not in corpus.words and corpus.sentences == 300


def test_that_there_is_none_is_told(tmp_path: Path) -> None:
    corpus = read(write(tmp_path, "one two\nthree four\n"), tmp_path / "out")
    assert "no phrase was found" in corpus.notes[0]
