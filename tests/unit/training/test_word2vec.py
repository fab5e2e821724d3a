"""word2vec through us: what gensim would make of it, gone on with byte for byte, from a start."""

from __future__ import annotations

import _thread
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.training import predictor
from core.training.contract import Start, TrainingError
from core.training.predictor import _Drawn, threads_of

from .predicting import TOPICS, WAYS, corpus_of, counted, topical, train, trainer_of


def plain(corpus: Any, model: str, loss: str, folder: Path) -> Any:
    """gensim's own model, trained by its own loop over a file for one epoch, with what we draw."""
    from gensim.models import Word2Vec

    hs = loss == "hierarchical"
    made = Word2Vec(
        vector_size=12, min_count=1, sg=model == "skipgram", hs=hs, negative=0 if hs else 5, workers=1, sample=0.01
    )
    made.build_vocab_from_freq(dict(zip(corpus.words, corpus.counts.tolist(), strict=True)))
    made.random = _Drawn(1, 0, 0)
    text = folder / "plain.txt"
    text.write_text("".join(" ".join(line) + "\n" for line in corpus.sample(1000)))
    made.train(
        corpus_file=str(text), total_words=corpus.tokens, total_examples=corpus.sentences,
        epochs=1, start_alpha=0.025, end_alpha=0.025,
    )  # fmt: skip
    return made


@pytest.mark.parametrize(("model", "loss"), WAYS)
def test_a_batch_is_trained_as_gensim_trains_it(tmp_path: Path, model: str, loss: str) -> None:
    # Counts of which no two are equal: gensim sorts words, and equal counts in an order of its own.
    sentences = [[f"w{i}" for i in range(1 + n % 20)] for n in range(400)]
    corpus = corpus_of(tmp_path / "corpus", sentences)
    trainer = trainer_of("word2vec", corpus, model=model, loss=loss, last_rate=0.025, subsample=0.01)
    theirs = plain(corpus, model, loss, tmp_path)
    train(trainer, 1)
    assert tuple(theirs.wv.index_to_key) == corpus.words
    assert np.array_equal(theirs.wv.expandos["sample_int"], trainer._words.expandos["sample_int"])
    assert np.array_equal(trainer.rows(), theirs.wv.vectors)
    outputs = theirs.syn1[:-1] if loss == "hierarchical" else theirs.syn1neg
    assert np.array_equal(trainer.outputs, outputs)
    assert np.abs(trainer.outputs).max() > 0


@pytest.mark.parametrize("method", ["word2vec", "fasttext"])
@pytest.mark.parametrize(("model", "loss"), WAYS)
def test_going_on_from_the_state_is_as_if_training_had_not_stopped(
    tmp_path: Path, method: str, model: str, loss: str
) -> None:
    corpus = corpus_of(tmp_path, topical(500) * 4)
    settings = (
        {"model": model, "loss": loss, "buckets": 500} if method == "fasttext" else {"model": model, "loss": loss}
    )

    def made() -> Any:
        trainer = trainer_of(method, corpus, **settings)
        trainer._a_part, trainer.parts = 1, 2
        return trainer

    once, again = train(made(), 3), train(made(), 3)
    assert once.rows().tobytes() == again.rows().tobytes()
    first = train(made(), 3, slice(0, 3))
    state = {name: array.copy() for name, array in first.state().items()}
    second = made()
    second.rows()
    second.restore(state)
    train(second, 3, slice(3, None))
    assert second.rows().tobytes() == once.rows().tobytes()
    assert second.outputs.tobytes() == once.outputs.tobytes()
    assert trainer_of(method, corpus, seed=2, **settings).rows().tobytes() != made().rows().tobytes()


@pytest.mark.parametrize("method", ["word2vec", "fasttext"])
@pytest.mark.parametrize(("model", "loss"), WAYS)
@pytest.mark.parametrize("workers", [1, 4])
def test_words_of_a_topic_become_neighbors_and_the_loss_falls(
    tmp_path: Path, method: str, model: str, loss: str, workers: int
) -> None:
    corpus = corpus_of(tmp_path, topical(500) * 6)
    trainer = trainer_of(method, corpus, model=model, loss=loss, workers=workers, rate=0.1, subsample=0)
    before = trainer.loss()
    train(trainer, 5)
    assert trainer.loss() < before - 0.2
    unit = trainer.rows() / np.linalg.norm(trainer.rows(), axis=1, keepdims=True)
    place = {word: row for row, word in enumerate(corpus.words)}
    for topic in TOPICS:
        for word in topic:
            others = [place[w] for t in TOPICS for w in t if w != word]
            best = others[int(np.argmax(unit[others] @ unit[place[word]]))]
            assert corpus.words[best] in topic


def test_the_rate_falls_evenly_by_words_over_all_epochs(tmp_path: Path) -> None:
    trainer = trainer_of("word2vec", corpus_of(tmp_path, topical(500) * 8), rate=0.4, last_rate=0.1)
    before = [(epoch, words) for epoch in range(2) for words in trainer._order(epoch)[1].tolist()]
    rates = [trainer._rate(epoch, words, 2) for epoch, words in before]
    assert rates[0] == 0.4 and rates[-1] == pytest.approx(0.1)
    done = np.array([epoch * trainer.total + words for epoch, words in before])
    np.testing.assert_allclose(rates, 0.4 - 0.3 * done / (2 * trainer.total))


def test_every_epoch_takes_all_batches_in_an_order_of_its_own(tmp_path: Path) -> None:
    trainer = trainer_of("word2vec", corpus_of(tmp_path, topical(500) * 80))
    (first, words), (second, _words) = trainer._order(0), trainer._order(1)
    assert sorted(first) == sorted(second) == list(range(len(trainer._batches)))
    assert first.tolist() != second.tolist() and first.tolist() == trainer._order(0)[0].tolist()
    assert words[0] == 0 and words[-1] == trainer.total


def test_the_parts_of_an_epoch_are_all_words_whatever_threads_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = corpus_of(tmp_path, topical(500) * 60)
    monkeypatch.setattr(predictor, "threads_of", lambda workers: workers or 64)
    trainer = trainer_of("word2vec", corpus, workers=0, dim=600, subsample=0)
    assert trainer._threads == 64
    assert trainer.parts > 1
    assert trainer._a_part == trainer_of("word2vec", corpus, workers=predictor.THREADS, dim=600, subsample=0)._a_part
    words = trainer._order(0)[1][:: trainer._a_part]
    assert trainer.part(0, 0, 1) == words[1]


@pytest.mark.parametrize("sentences", [[["a", "b"]], [["a", "b", "c"]] * 3])
@pytest.mark.parametrize("method", ["word2vec", "fasttext"])
@pytest.mark.parametrize(("model", "loss"), WAYS)
def test_a_text_of_some_words_is_enough(
    tmp_path: Path, method: str, model: str, loss: str, sentences: list[list[str]]
) -> None:
    trainer = trainer_of(method, corpus_of(tmp_path, sentences), model=model, loss=loss, workers=8)
    assert train(trainer, 2).parts == 1
    assert np.isfinite(trainer.rows()).all()
    assert np.isfinite(trainer.loss())


@pytest.mark.parametrize("workers", [1, 3])
def test_an_interrupt_ends_a_part_soon_and_leaves_no_thread(tmp_path: Path, workers: int) -> None:
    trainer = trainer_of("word2vec", corpus_of(tmp_path, topical(500) * 80), workers=workers, dim=1, subsample=0)
    assert trainer.parts == 1
    calls = []

    def third() -> None:
        calls.append(None)
        if len(calls) == 3:
            _thread.interrupt_main()
        if workers > 1 and len(calls) > 3:
            threading.Event().wait(0.02)

    counted(trainer, third)
    with pytest.raises(KeyboardInterrupt):
        trainer.part(0, 0, 1)
    assert len(calls) < len(trainer._batches) // 2
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lexiloom-predicting")]


def test_an_error_of_a_thread_is_raised(tmp_path: Path) -> None:
    trainer = trainer_of("word2vec", corpus_of(tmp_path, topical(500) * 6), workers=2)

    def fail() -> None:
        raise ValueError("broken")

    counted(trainer, fail)
    with pytest.raises(ValueError, match="broken"):
        trainer.part(0, 0, 1)


def start_of(corpus: Any, dim: int = 12, **kept: Any) -> Start:
    known = np.arange(len(corpus.words)) % 2 == 0
    rows = np.where(known[:, None], np.random.default_rng(5).normal(size=(len(known), dim)), 0).astype(np.float32)
    return Start(rows, known, "theirs", "digest", kept)


@pytest.mark.parametrize("method", ["word2vec", "fasttext"])
def test_known_words_start_where_the_source_has_them_and_others_at_random(tmp_path: Path, method: str) -> None:
    corpus = corpus_of(tmp_path, topical())
    start = start_of(corpus)
    trainer, without = trainer_of(method, corpus, start), trainer_of(method, corpus)
    np.testing.assert_allclose(trainer.rows()[start.known], start.rows[start.known], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(trainer.rows()[~start.known], without.rows()[~start.known])


@pytest.mark.parametrize("method", ["word2vec", "fasttext"])
@pytest.mark.parametrize("loss", ["negative", "hierarchical"])
def test_going_on_from_what_a_training_keeps_is_going_on_from_its_vectors(
    tmp_path: Path, method: str, loss: str
) -> None:
    corpus = corpus_of(tmp_path, topical())
    first = train(trainer_of(method, corpus, loss=loss), 2)
    known = np.ones(len(corpus.words), bool)
    second = trainer_of(method, corpus, Start(first.rows(), known, "first", "", first.kept()), loss=loss, seed=3)
    np.testing.assert_allclose(second.rows(), first.rows(), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(second.outputs, first.outputs)
    assert second.notes == []


def test_the_nodes_of_another_tree_are_left_out_and_noted(tmp_path: Path) -> None:
    first = train(trainer_of("word2vec", corpus_of(tmp_path / "1", topical()), loss="hierarchical"), 1)
    other = corpus_of(tmp_path / "2", topical(seed=7))
    known = np.ones(len(other.words), bool)
    second = trainer_of("word2vec", other, Start(first.rows(), known, "first", "", first.kept()), loss="hierarchical")
    assert not second.outputs.any()
    assert [str(note) for note in second.notes] == [
        "the nodes of first are left out: its Huffman tree is of other words or counts"
    ]


@pytest.mark.parametrize("method", ["word2vec", "fasttext"])
def test_a_start_of_another_width_is_refused(tmp_path: Path, method: str) -> None:
    corpus = corpus_of(tmp_path, topical())
    with pytest.raises(TrainingError, match="theirs has 7 dimensions, but 12 are to be trained"):
        trainer_of(method, corpus, start_of(corpus, dim=7))


def test_a_rate_that_rises_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="above the first"):
        trainer_of("word2vec", corpus_of(tmp_path, topical()), rate=0.01, last_rate=0.02)


def test_the_state_of_another_training_is_refused(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, topical())
    for state in ({}, trainer_of("word2vec", corpus, dim=3).state()):
        with pytest.raises(TrainingError, match="belongs to another one"):
            trainer_of("word2vec", corpus).restore(state)


def test_rows_are_not_to_be_written_to(tmp_path: Path) -> None:
    for method in ("word2vec", "fasttext"):
        with pytest.raises(ValueError, match="read-only"):
            trainer_of(method, corpus_of(tmp_path, topical())).rows()[0] = 1


def test_no_workers_are_as_many_as_this_process_may_use() -> None:
    assert threads_of(3) == 3
    assert threads_of(0) >= 1
