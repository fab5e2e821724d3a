"""The text as the kernels read it: every word once, in its sentence, whatever words and sentences are like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Cancelled, WorkspaceError
from core.training import parts
from core.training.parts import BATCH, Batches, names

from .predicting import corpus_of, counted, trainer_of

HOSTILE = [
    "</s>",
    "~",
    "a\u00a0b",
    "x\u2003y",
    "\u0085",
    "z\x0bw",
    "\x1c",
    "\x1a",
    "词",
    "😀",
    "\ufeff",
    "é",
    "\x00",
    "'\"\\",
]


class Text:
    """A corpus of numbers alone."""

    def __init__(self, ids: list[int], size: int) -> None:
        self.words, self.tokens = ["w"] * size, sum(i >= 0 for i in ids)
        self._ids = np.array(ids, np.int32)

    def ids(self) -> np.ndarray:
        return self._ids


def read_back(batches: Batches, size: int) -> list[list[list[int]]]:
    """The sentences of each batch, as a kernel would read them: until it has more than BATCH words."""
    from gensim.models.word2vec_corpusfile import CythonLineSentence

    known = {name.encode(): row for row, name in enumerate(names(size))}
    found = []
    for offset in batches.offsets.tolist():
        lines = CythonLineSentence(batches.encoded, offset).next_batch()
        found.append([[known[word] for word in line if word in known] for line in lines])
        assert sum(map(len, lines)) == BATCH + 1
        assert sum(map(len, found[-1])) <= BATCH
    return [[line for line in batch if line] for batch in found]


@pytest.mark.parametrize("size", [1, 93, 94, 93 + 93**2, 93 + 93**2 + 1])
def test_names_are_all_different_and_short_ones_come_first(size: int) -> None:
    found = names(size)
    assert len(set(found)) == len(found) == size
    assert [len(name) for name in found] == sorted(len(name) for name in found)
    assert not any("~" in name or name.split() != [name] for name in found)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=25), st.integers(1, 200))
def test_batches_hold_all_words_in_order_and_whole_sentences(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], size: int
) -> None:
    lengths = [n * n * 9 for n in lengths]
    numbers = iter(range(sum(lengths)))
    sentences = [[next(numbers) % size for _word in range(n)] for n in lengths]
    ids = [i for sentence in sentences for i in (*sentence, -1)]
    batches = Batches.written(Text(ids, size), tmp_path_factory.mktemp("text"))  # type: ignore[arg-type]
    found = read_back(batches, size)
    assert [i for batch in found for line in batch for i in line] == [i for i in ids if i >= 0]
    assert np.diff(batches.starts).tolist() == [sum(map(len, batch)) for batch in found]
    cut = sum(map(len, found)) - len(sentences)
    assert cut <= sum(n > parts.ROOM for n in lengths) + sum(lengths) // BATCH
    if max(lengths) <= parts.ROOM:
        assert [line for batch in found for line in batch] == sentences


@pytest.mark.parametrize(
    "lengths", [[BATCH], [BATCH + 1], [3 * BATCH], [BATCH - 5, 5, 6], [1] * (BATCH + 3), [9001, 999, 1]]
)
def test_sentences_as_long_as_a_batch_lose_no_word(tmp_path: Path, lengths: list[int]) -> None:
    ids = [i for n in lengths for i in (*([0] * n), -1)]
    batches = Batches.written(Text(ids, 1), tmp_path)  # type: ignore[arg-type]
    assert sum(len(line) for batch in read_back(batches, 1) for line in batch) == sum(lengths) == batches.starts[-1]


@pytest.mark.parametrize("method", ["word2vec", "fasttext"])
@pytest.mark.parametrize("workers", [1, 3])
def test_the_kernels_train_on_every_word_once_an_epoch(tmp_path: Path, method: str, workers: int) -> None:
    rng = np.random.default_rng(0)
    sentences = [[HOSTILE[i] for i in rng.integers(0, len(HOSTILE), n)] for n in rng.integers(2, 300, 200)] + [
        ["词"] * 25_000
    ]
    corpus = corpus_of(tmp_path / "corpus", sentences)
    trainer = trainer_of(method, corpus, dim=2, subsample=0, workers=workers)
    told = counted(trainer)
    for epoch in range(2):
        assert sum(trainer.part(epoch, part, 2) for part in range(trainer.parts)) == trainer.total == corpus.tokens
    assert sum(trained for _sentences, trained, _read in told) == 2 * corpus.tokens
    assert set(corpus.words) == set(HOSTILE)


def test_a_text_that_is_gone_is_an_error_and_not_an_endless_loop(tmp_path: Path) -> None:
    trainer = trainer_of("word2vec", corpus_of(tmp_path, [["a", "b"]]))
    trainer.close()
    trainer.close()
    with pytest.raises(WorkspaceError):
        trainer.part(0, 0, 1)


def test_laying_out_can_be_cancelled(tmp_path: Path) -> None:
    def stop(*_told: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Batches.written(corpus_of(tmp_path, [["a", "b"]]), tmp_path, stop)
