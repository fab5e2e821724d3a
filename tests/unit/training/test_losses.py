"""The loss that is watched is the one that is trained, and counts decide what is drawn as gensim has it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training import losses
from core.training.contract import TrainingError
from core.training.losses import Monitor
from core.training.spec import TextsSpec, Word2VecSpec
from core.training.tables import huffman, noise_table, shares_kept, tree_digest

from .predicting import corpus_of, topical

COUNTS = st.lists(st.integers(1, 50), min_size=1, max_size=60).map(
    lambda n: np.array(sorted(n, reverse=True), np.int64)
)


def spec_of(**settings: Any) -> Word2VecSpec:
    return Word2VecSpec(**{"texts": TextsSpec(paths=("text",)), "dim": 6, "subsample": 0, **settings})


def drawn(shape: tuple[int, int], scale: float = 1.0) -> np.ndarray:
    return (np.random.default_rng(1).normal(size=shape) * scale).astype(np.float32)


def log_sigmoid(x: float) -> float:
    return -math.log1p(math.exp(-x))


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
@pytest.mark.parametrize("held", [1, 1 << 22])
def test_the_loss_is_the_mean_of_negative_sampling(
    tmp_path: Path, model: str, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(losses, "HELD", held)
    corpus = corpus_of(tmp_path, topical(40))
    monitor = Monitor(corpus, spec_of(model=model))
    size = len(corpus.words)
    rows, contexts = drawn((size, 6)), drawn((size, 6), 0.5)
    expected = 0.0
    for i, target in enumerate(monitor.targets):
        h = rows[monitor.contexts[monitor.starts[i] : monitor.starts[i + 1]]].mean(0)
        expected -= log_sigmoid(float(contexts[target] @ h))
        expected -= sum(log_sigmoid(-float(contexts[n] @ h)) for n in monitor.negatives[i] if n < size)
    assert monitor.loss(rows, contexts) == pytest.approx(expected / len(monitor.targets), rel=1e-5)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_the_loss_of_paths_is_the_word_s_own_among_probabilities_that_sum_to_one(tmp_path: Path, model: str) -> None:
    corpus = corpus_of(tmp_path, topical(40))
    monitor, tree = Monitor(corpus, spec_of(model=model)), huffman(corpus.counts)
    size = len(corpus.words)
    rows, nodes = drawn((size, 6)), drawn((size - 1, 6))
    expected = 0.0
    for i, target in enumerate(monitor.targets):
        h = rows[monitor.contexts[monitor.starts[i] : monitor.starts[i + 1]]].mean(0)
        logs = [
            sum(
                log_sigmoid(float(nodes[tree.nodes[k]] @ h) * (1 - 2 * int(tree.codes[k])))
                for k in range(tree.starts[word], tree.starts[word + 1])
            )
            for word in range(size)
        ]
        assert math.fsum(map(math.exp, logs)) == pytest.approx(1)
        expected -= logs[target]
    assert monitor.path_loss(rows, nodes, tree) == pytest.approx(expected / len(monitor.targets), rel=1e-5)


def test_untrained_vectors_lose_log_two_for_each_of_a_pair_s_words(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, topical(200))
    monitor, size = Monitor(corpus, spec_of(negatives=3)), len(corpus.words)
    counted = 1 + (monitor.negatives < size).sum(1).mean()
    assert monitor.loss(drawn((size, 6)), np.zeros((size, 6), np.float32)) == pytest.approx(counted * math.log(2))


def test_a_window_holds_the_words_beside_its_target_and_none_of_another_sentence(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [["a", "b", "c"], ["d", "e"]] * 50)
    monitor = Monitor(corpus, spec_of(model="cbow", window=4))
    company = {"a": "bc", "b": "ac", "c": "ab", "d": "e", "e": "d"}
    for i, target in enumerate(monitor.targets):
        around = {corpus.words[k] for k in monitor.contexts[monitor.starts[i] : monitor.starts[i + 1]]}
        assert around
        assert around <= set(company[corpus.words[target]])
    assert {corpus.words[k] for k in monitor.targets} == set(company)


def test_windows_are_the_same_for_a_seed_and_spread_over_a_long_text(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [[f"w{n // 300}", "x"] for n in range(30_000)])
    one, same, other = (Monitor(corpus, spec_of(), seed) for seed in (1, 1, 2))
    assert len(one.targets) == losses.WINDOWS
    assert np.array_equal(one.negatives, same.negatives)
    assert np.array_equal(one.targets, same.targets)
    assert not np.array_equal(one.negatives, other.negatives)
    assert len(np.unique(one.targets)) == len(corpus.words)


def test_subsampling_leaves_frequent_words_out_of_windows(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [["the", f"w{n}", "the", f"w{n}", "the"] for n in range(2000)])
    assert (Monitor(corpus, spec_of()).targets == 0).mean() > 0.5
    assert (Monitor(corpus, spec_of(subsample=1e-4)).targets == 0).mean() < 0.1


def test_vectors_without_bounds_have_a_loss_without_warnings(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, topical(40))
    monitor, size, tree = Monitor(corpus, spec_of()), len(corpus.words), huffman(corpus.counts)
    far = drawn((size, 6), 1e15)
    assert np.isfinite(monitor.loss(far, far))
    assert np.isfinite(monitor.path_loss(far, far[:-1], tree))
    assert not np.isfinite(monitor.loss(far * np.float32(np.nan), far))


def test_words_that_stand_alone_cannot_be_learned_from(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [["a", "b"]])
    lonely = np.array([0, -1, 1, -1], np.int32)
    object.__setattr__(corpus, "ids", lambda: lonely)
    with pytest.raises(TrainingError, match="no word of the text has another word beside it"):
        Monitor(corpus, spec_of())


@given(COUNTS)
def test_the_tree_is_gensim_s(counts: np.ndarray) -> None:
    from gensim.models.keyedvectors import KeyedVectors
    from gensim.models.word2vec import _assign_binary_codes

    tree, size = huffman(counts), len(counts)
    theirs = KeyedVectors(1)
    theirs.add_vectors([str(i) for i in range(size)], np.zeros((size, 1)))
    for i, n in enumerate(counts.tolist()):
        theirs.set_vecattr(str(i), "count", n)
    _assign_binary_codes(theirs)
    for i in range(size):
        path = slice(tree.starts[i], tree.starts[i + 1])
        assert tree.codes[path].tolist() == list(theirs.get_vecattr(i, "code"))
        assert tree.nodes[path].tolist() == list(theirs.get_vecattr(i, "point"))
    assert tree.starts[-1] == len(tree.codes) == len(tree.nodes)


def test_noise_and_subsampling_are_gensim_s(tmp_path: Path) -> None:
    from gensim.models import Word2Vec

    counts = np.array([900, 400, 80, 80, 3, 1], np.int64)
    for power, subsample in ((0.75, 1e-3), (0.0, 0.0), (1.0, 0.1)):
        theirs = Word2Vec(min_count=1, sorted_vocab=0, ns_exponent=power, sample=subsample)
        theirs.build_vocab_from_freq({str(i): n for i, n in enumerate(counts.tolist())})
        assert np.array_equal(noise_table(counts, power), theirs.cum_table)
        shares = (shares_kept(counts, subsample) * (2**32 - 1)).astype(np.uint32)
        assert np.array_equal(shares, theirs.wv.expandos["sample_int"])
    # gensim takes 1 for a count; the share 1 leaves nothing out.
    assert (shares_kept(counts, 1.0) == 1).all()


def test_a_tree_is_told_from_others_by_words_and_counts() -> None:
    counts = np.array([3, 2], np.int64)
    one = tree_digest(["a", "b"], counts)
    assert np.array_equal(one, tree_digest(("a", "b"), counts))
    for other in (
        tree_digest(["ab", ""], counts),
        tree_digest(["b", "a"], counts),
        tree_digest(["a", "b"], counts + 1),
    ):
        assert not np.array_equal(one, other)
