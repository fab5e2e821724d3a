"""Batches and what is pooled of them; and the thread that makes them ahead."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.tuning.bags import Bags
from core.tuning.batches import AHEAD, ahead, batch_of, in_order, moved, shuffled
from core.tuning.head import pooled
from core.tuning.table import Taken
from tests.unit.tuning import made

lists = st.lists(st.lists(st.integers(0, 11), max_size=5), min_size=1, max_size=8)


def bags(texts: list[list[int]]) -> Bags:
    return Bags.of(texts, np.arange(len(texts)) % 2)


def taken(words: torch.Tensor, seed: int = 0) -> Taken:
    """Rows and weights that differ."""
    random = torch.Generator().manual_seed(seed)
    rows, logits = torch.randn(12, made.DIM, generator=random), torch.randn(12, generator=random)
    return Taken(words, rows[words].requires_grad_(), logits[words].requires_grad_())


@given(lists, st.data())
def test_a_batch_names_each_word_once_and_its_texts_are_those_asked_for(
    texts: list[list[int]], data: st.DataObject
) -> None:
    at = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1))
    batch = batch_of((bags(texts),), np.array(at))
    wanted = [token for k in at for token in texts[k]]
    assert batch.words.tolist() == sorted(set(wanted))
    assert batch.words[batch.sides[0].local].tolist() == wanted
    assert batch.sides[0].starts.tolist() == np.cumsum([0, *(len(texts[k]) for k in at)])[:-1].tolist()
    assert batch.labels.tolist() == [k % 2 for k in at] and len(batch) == len(at)


@given(lists)
def test_pooled_is_the_plain_weighted_mean_and_zero_for_a_text_without_words(texts: list[list[int]]) -> None:
    batch = batch_of((bags(texts),), np.arange(len(texts)))
    given_rows = taken(batch.words)
    found = pooled(given_rows, batch.sides[0])
    assert found.shape == (len(texts), made.DIM)
    for text, mean in zip(texts, found, strict=True):
        wanted = torch.zeros(made.DIM)
        if text:
            at = [batch.words.tolist().index(token) for token in text]
            weights = torch.sigmoid(given_rows.logits[at])
            wanted = (weights[:, None] * given_rows.vectors[at]).sum(0) / weights.sum()
        torch.testing.assert_close(mean, wanted, atol=1e-6, rtol=1e-5)


def test_both_sides_of_pairs_share_the_words_of_their_batch() -> None:
    first, second = bags([[1, 2], [3]]), bags([[2], [4, 1]])
    batch = batch_of((first, second), np.array([1, 0]))
    assert batch.words.tolist() == [1, 2, 3, 4]
    assert [batch.words[side.local].tolist() for side in batch.sides] == [[3, 1, 2], [4, 1, 2]]


@pytest.mark.parametrize("texts", [[[]], [[], [1]], [[1], []]])
def test_word_dropout_of_all_tokens_and_of_none_leaves_values_and_gradients_finite(texts: list[list[int]]) -> None:
    batch = batch_of((bags(texts),), np.arange(len(texts)))
    for share in (0.0, 0.5, 1 - 1e-9):
        rows = taken(batch.words)
        torch.manual_seed(0)
        found = pooled(rows, batch.sides[0], word_dropout=share)
        found.sum().backward()
        assert torch.isfinite(found).all()
        for leaf in (rows.vectors, rows.logits):
            assert leaf.grad is None or torch.isfinite(leaf.grad).all()
    assert not found.any()


def test_word_dropout_keeps_the_mean_of_the_words_that_are_left() -> None:
    batch = batch_of((bags([[3] * 50]),), np.arange(1))
    rows = taken(batch.words)
    torch.manual_seed(0)
    torch.testing.assert_close(pooled(rows, batch.sides[0], word_dropout=0.5)[0], rows.vectors[0])


@given(lists, st.integers(1, 10), st.integers(0, 5))
def test_an_epoch_has_every_text_once_in_an_order_that_the_seed_and_the_epoch_fix(
    texts: list[list[int]], size: int, epoch: int
) -> None:
    def order(seed: int, epoch: int) -> list[int]:
        batches = shuffled((bags(texts),), size, seed=seed, epoch=epoch, device="cpu")
        return [int(at) for batch in batches for at in batch.at]

    assert sorted(order(1, epoch)) == list(range(len(texts)))
    assert order(1, epoch) == order(1, epoch)
    long = list(range(40))
    one, other = (
        [int(at) for b in shuffled((bags([[k] for k in long]),), 7, seed=1, epoch=e, device="cpu") for at in b.at]
        for e in (epoch, epoch + 1)
    )
    assert one != other


def test_a_last_single_text_is_left_out_where_it_is_to_be() -> None:
    texts = bags([[k] for k in range(5)])
    sizes = [len(one) for one in shuffled((texts,), 4, seed=0, epoch=0, device="cpu", whole=True)]
    assert sizes == [4]
    assert [one.at.tolist() for one in in_order((texts,), 2, device="cpu")] == [[0, 1], [2, 3], [4]]


def test_a_batch_is_moved_whole() -> None:
    batch = batch_of((bags([[1, 2], [3]]),), np.arange(2))
    there = moved(batch, "meta")
    assert there.words.device.type == there.sides[0].local.device.type == there.labels.device.type == "meta"
    assert there.at is batch.at and moved(batch, "cpu").words is batch.words


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "lexiloom-batches"]


def test_what_is_made_ahead_comes_in_order_and_its_thread_ends() -> None:
    assert list(ahead(range(100))) == list(range(100))
    assert not threads()


def test_an_error_of_the_maker_is_raised_where_batches_are_taken() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise MemoryError("in the maker")

    reader = ahead(broken())
    assert next(reader) == 1
    with pytest.raises(MemoryError, match="in the maker"):
        next(reader)
    assert not threads()


def test_a_reader_that_leaves_early_ends_the_thread_and_no_more_is_made() -> None:
    made_ones = []

    def endless() -> Iterator[int]:
        for k in range(10**9):
            made_ones.append(k)
            yield k

    reader = ahead(endless())
    assert isinstance(reader, Generator) and next(reader) == 0
    reader.close()
    assert not threads() and len(made_ones) <= AHEAD + 3
    count = len(made_ones)
    time.sleep(0.05)
    assert len(made_ones) == count


def test_bags_that_do_not_fit_together_are_refused() -> None:
    good = bags([[1, 2], [3]])
    with pytest.raises(ValueError, match="starts"):
        Bags(good.ids, good.starts[:-1], good.labels, good.places)
    with pytest.raises(ValueError, match="the last text ends at"):
        Bags(good.ids[:-1], good.starts, good.labels, good.places)
    assert good.take(np.array([1, 0])).ids.tolist() == [3, 1, 2]
