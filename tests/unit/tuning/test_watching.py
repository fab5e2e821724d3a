"""Which words are watched, and their way through training in a plane that stays the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tuning.bags import Bags
from core.tuning.watching import FRAMES, MOST, Watched, choose_watched, speaking_for
from tests.unit.tuning import made

CLASSES = ("bad", "good")


def test_a_word_speaks_for_the_class_in_whose_texts_it_is_more_frequent_than_by_chance() -> None:
    best, beyond = speaking_for(made.bags(300), made.WORDS, 2)
    assert (best[:20] == 0).all() and (best[20:40] == 1).all()
    assert (beyond[:40] > 2).all() and (beyond[40 : made.USED] < 2).all()
    assert not beyond[made.USED :].any()


@given(st.lists(st.tuples(st.lists(st.integers(0, 5), max_size=6), st.integers(0, 2)), min_size=1, max_size=10))
def test_deviations_from_chance_are_those_of_a_plain_count(texts: list[tuple[list[int], int]]) -> None:
    best, beyond = speaking_for(Bags.of([text for text, _k in texts], [k for _text, k in texts]), 6, 3)
    counts = np.zeros((6, 3))
    for text, k in texts:
        for row in text:
            counts[row, k] += 1
    for row in range(6):
        expected = counts[row].sum() * counts.sum(axis=0) / max(1, counts.sum())
        deviations = (counts[row] - expected) / np.sqrt(np.maximum(expected, 1e-9))
        wanted = deviations.max() if counts[row].sum() >= 5 else 0
        assert beyond[row] == pytest.approx(wanted) and deviations[best[row]] == pytest.approx(deviations.max())


def test_words_that_were_asked_for_come_first_then_telling_ones_of_each_class_then_frequent_ones() -> None:
    used = np.arange(made.WORDS)
    at, named = choose_watched([44, 3, 44], made.bags(300), used, CLASSES, most=24)
    assert at[:2].tolist() == [44, 3] and named[:2] == ["", "bad"]
    assert len(at) == len(set(at.tolist())) == len(named) == 24
    assert named.count("bad") >= 9 and named.count("good") >= 9
    for row, name in zip(at.tolist(), named, strict=True):
        assert name == ("bad" if row < 20 else "good" if row < 40 else "")


def test_no_more_words_are_watched_than_there_are_or_than_may_be() -> None:
    at, named = choose_watched([], made.bags(), np.arange(made.WORDS), CLASSES)
    assert sorted(at.tolist()) == list(range(made.WORDS)) and len(named) == made.WORDS <= MOST
    at, named = choose_watched(list(range(30)), made.bags(), np.arange(made.WORDS), CLASSES, most=7)
    assert at.tolist() == list(range(7)) and len(named) == 7


def test_texts_without_labels_have_no_words_that_speak_for_a_class() -> None:
    texts, _labels = made.texts()
    plain = Bags.of(texts, [-1] * len(texts))
    at, named = choose_watched([7], plain, np.arange(made.WORDS), (), most=20)
    assert at[0] == 7 and len(at) == 20 and set(named) == {""}
    counts = np.bincount(plain.ids, minlength=made.WORDS)
    assert counts[at[1:]].min() >= np.sort(counts)[-20]


class Moving:
    """Three words that move along one line, by the same step each epoch."""

    def __init__(self) -> None:
        self.epoch = -1
        self.start = made.vectors(words=3)
        self.step = np.ones(made.DIM, np.float32)

    def __call__(self) -> np.ndarray:
        return self.start + self.step * (self.epoch + 1)


def watched(folder: Path, moving: Moving, epochs: range, at: tuple[int, ...] = (4, 5, 6)) -> Watched:
    one = Watched(folder, moving, np.array(at))
    for epoch in epochs:
        moving.epoch = epoch
        places = one.keep(epoch)
        assert np.shape(places) == (3, 2) and np.isfinite(places).all()
    return one


def test_the_way_of_words_is_told_frame_by_frame(tmp_path: Path) -> None:
    one = watched(tmp_path, Moving(), range(-1, 4))
    matrix = made.matrix(filled=(5,))
    found = one.moves(matrix, np.array([4, 5, 6]), ["bad", "", "good"], 3)
    assert found is not None
    assert found.words == (made.word(4), made.word(5), made.word(6)) and found.frames == (-1, 0, 1, 2, 3)
    assert found.origins == ("exact", "invented", "exact") and found.classes == ("bad", "", "good")
    points = np.array(found.points)
    assert points.shape == (5, 3, 2) and 0 < found.explained[1] <= found.explained[0] <= 1
    # All move alike, along a line: so do their points.
    steps = np.diff(points, axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[0, 0], steps.shape), atol=1e-4)


def test_the_plane_in_which_live_places_are_told_stays_that_of_the_start(tmp_path: Path) -> None:
    moving = Moving()
    one = Watched(tmp_path, moving, np.array([4, 5, 6]))
    before = np.array(one.keep(-1))
    moving.epoch = 3
    after = np.array(one.keep(3))
    # Broken off and gone on with: another object, the same plane.
    moving.epoch = 4
    resumed = np.array(watched(tmp_path, moving, range(4, 5)).keep(4))
    np.testing.assert_allclose((after - before) / 4, (resumed - after), atol=1e-4)


def test_epochs_beyond_the_last_and_too_few_words_are_not_told(tmp_path: Path) -> None:
    one = watched(tmp_path, Moving(), range(-1, 4))
    found = one.moves(made.matrix(), np.array([4, 5, 6]), ["", "", ""], 1)
    assert found is not None and found.frames == (-1, 0, 1)
    assert one.moves(made.matrix(), np.array([4, 5]), ["", ""], 3) is None
    assert Watched(tmp_path / "none", Moving(), np.array([4])).moves(made.matrix(), np.arange(3), [""] * 3, 3) is None


def test_many_epochs_are_thinned_to_some_with_the_first_and_the_last(tmp_path: Path) -> None:
    one = watched(tmp_path, Moving(), range(-1, 50))
    found = one.moves(made.matrix(), np.array([4, 5, 6]), [""] * 3, 49)
    assert found is not None and len(found.frames) == FRAMES and (found.frames[0], found.frames[-1]) == (-1, 49)


def test_words_that_are_watched_from_later_on_are_not_taken_for_those_before(tmp_path: Path) -> None:
    watched(tmp_path, Moving(), range(-1, 3), at=(1, 2, 3))
    later = watched(tmp_path, Moving(), range(3, 5), at=(4, 5, 6))
    found = later.moves(made.matrix(), np.array([4, 5, 6]), [""] * 3, 4)
    assert found is not None and found.frames == (3, 4)


def test_words_that_do_not_move_have_places_too(tmp_path: Path) -> None:
    still = Moving()
    still.start, still.step = np.zeros((3, made.DIM), np.float32), np.zeros(made.DIM, np.float32)
    found = watched(tmp_path, still, range(-1, 2)).moves(made.matrix(), np.array([4, 5, 6]), [""] * 3, 1)
    assert found is not None and not np.array(found.points).any() and found.explained == (0.0, 0.0)
