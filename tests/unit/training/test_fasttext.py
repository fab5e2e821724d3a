"""fastText through us: gensim's vectors out of far fewer rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.training import fasttext
from core.training.contract import Start, TrainingError
from core.training.fasttext import shortest_ngram
from core.training.predictor import _Drawn
from core.training.spec import FastTextSpec, TextsSpec

from .predicting import WAYS, corpus_of, topical, train, trainer_of


def spec_of(**settings: Any) -> FastTextSpec:
    return FastTextSpec(texts=TextsSpec(paths=("text",)), **settings)


@pytest.mark.parametrize(("model", "loss"), WAYS)
def test_a_batch_is_trained_as_gensim_trains_it(tmp_path: Path, model: str, loss: str) -> None:
    from gensim.models import FastText

    corpus = corpus_of(tmp_path / "corpus", [[f"wör{i}词" for i in range(1 + n % 20)] for n in range(400)])
    trainer = trainer_of(
        "fasttext", corpus, model=model, loss=loss, last_rate=0.025, subsample=0.01, buckets=300, shortest=2, longest=4
    )
    hs = loss == "hierarchical"
    theirs = FastText(
        vector_size=12, min_count=1, sg=model == "skipgram", hs=hs, negative=0 if hs else 5, workers=1, sample=0.01,
        bucket=300, min_n=2, max_n=4,
    )  # fmt: skip
    theirs.build_vocab_from_freq(dict(zip(corpus.words, corpus.counts.tolist(), strict=True)))
    theirs.wv.vectors_ngrams[trainer.buckets] = trainer._ngrams
    theirs.wv.adjust_vectors()
    np.testing.assert_allclose(trainer.rows(), theirs.wv.vectors, rtol=1e-5, atol=1e-7)
    theirs.random = _Drawn(1, 0, 0)
    text = tmp_path / "plain.txt"
    text.write_text("".join(" ".join(line) + "\n" for line in corpus.sample(1000)), "utf-8")
    theirs.train(
        corpus_file=str(text), total_words=corpus.tokens, total_examples=corpus.sentences,
        epochs=1, start_alpha=0.025, end_alpha=0.025,
    )  # fmt: skip
    train(trainer, 1)
    assert np.array_equal(trainer._own, theirs.wv.vectors_vocab)
    assert np.array_equal(trainer._ngrams, theirs.wv.vectors_ngrams[trainer.buckets])
    assert np.array_equal(trainer.outputs, theirs.syn1[:-1] if hs else theirs.syn1neg)
    np.testing.assert_allclose(trainer.rows(), theirs.wv.vectors, rtol=1e-5, atol=1e-7)


def test_only_rows_of_buckets_in_use_are_held(tmp_path: Path) -> None:
    kept = trainer_of("fasttext", corpus_of(tmp_path, topical())).kept()
    assert kept["ngrams"].shape == (len(kept["buckets"]), 12)
    assert len(kept["buckets"]) < 300
    assert (np.diff(kept["buckets"]) > 0).all()
    assert kept["hashing"].tolist() == [2_000_000]


def test_n_grams_begin_with_three_characters_and_with_one_in_chinese() -> None:
    assert shortest_ngram(spec_of(), "en") == 3
    assert shortest_ngram(spec_of(), "en+zh") == 1
    assert shortest_ngram(spec_of(shortest=4), "zh") == 4
    assert shortest_ngram(spec_of(longest=2), "en") == 2


def test_n_grams_that_cannot_be_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is longer than the longest"):
        trainer_of("fasttext", corpus_of(tmp_path, topical()), shortest=5, longest=4)


def test_more_numbers_than_the_kernels_can_count_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fasttext, "MOST_NUMBERS", 100)
    with pytest.raises(TrainingError, match="more than fastText can train"):
        trainer_of("fasttext", corpus_of(tmp_path, topical()))


def test_words_without_n_grams_train_like_word2vec(tmp_path: Path) -> None:
    trainer = train(trainer_of("fasttext", corpus_of(tmp_path, topical(500) * 6), shortest=20, longest=20, rate=0.1), 3)
    assert len(trainer.buckets) == 0
    assert np.array_equal(trainer.rows(), trainer._own)
    assert np.isfinite(trainer.loss())


def test_n_grams_that_a_source_keeps_go_to_their_buckets(tmp_path: Path) -> None:
    first = train(trainer_of("fasttext", corpus_of(tmp_path / "1", topical())), 2)
    corpus = corpus_of(tmp_path / "2", [[*line, "cats"] for line in topical(seed=2)])
    known = np.array([word in set(first.corpus.words) for word in corpus.words])
    at = [first.corpus.words.index(word) if word in first.corpus.words else 0 for word in corpus.words]

    def placed(rows: np.ndarray) -> np.ndarray:
        return np.where(known[:, None], rows[at], np.float32(0))

    kept = {**first.kept(), "own": placed(first._own), "contexts": placed(first.outputs)}
    second = trainer_of("fasttext", corpus, Start(placed(first.rows()), known, "first", "", kept), seed=9)
    shared = np.isin(second.buckets, first.buckets)
    np.testing.assert_array_equal(second._ngrams[shared], first._ngrams)
    np.testing.assert_allclose(second._own[known], kept["own"][known], rtol=1e-3, atol=1e-5)
    np.testing.assert_array_equal(second.outputs, kept["contexts"])
    assert not known[corpus.words.index("cats")]
    assert second.notes == []


def test_n_grams_of_another_hashing_are_left_out_and_noted(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, topical())
    first = train(trainer_of("fasttext", corpus, buckets=100), 2)
    known = np.ones(len(corpus.words), bool)
    second = trainer_of("fasttext", corpus, Start(first.rows(), known, "first", "", first.kept()), buckets=200)
    assert [str(note) for note in second.notes] == [
        "the n-grams of first are left out: it hashes them into 100 buckets, not 200"
    ]
    np.testing.assert_allclose(second.rows(), first.rows(), rtol=1e-4, atol=1e-5)
