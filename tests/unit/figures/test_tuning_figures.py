"""Figures of a tuning hold what its report says, and show users' names as they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.figures import tuning as draw
from core.figures import tuning_scores as scores
from core.figures import tuning_words as words
from core.messages import speaking
from core.tuning.report import Moves, Report
from core.tuning.tables import COLUMNS, score_rows, scores_csv

from .tunings import CLASSES, HOSTILE, live, moves, report


@pytest.fixture(scope="module")
def found() -> Report:
    return report()


def every(one: Report) -> list[Any]:
    """All figures of a labelled tuning."""
    run, told = one.runs[0], live(4, one.classes)
    assert one.moves is not None
    return [
        draw.class_balance(one.data["classes"]),
        draw.token_shares(one.data["by_origin"]),
        draw.loss_curve(one.curve),
        draw.measure_curves(one.curve),
        scores.confusion(run["confusion"], run["classes"]),
        scores.confusion(run["confusion"], run["classes"], dark=True),
        scores.reliability(run["bins"]),
        scores.baselines_chart(one),
        words.moving_map(one.moves),
        words.moving_map(one.moves, by="origin", dark=True),
        words.live_map(told),
        words.class_words(one.class_words[one.classes[0]]),
        words.contributions(one.mistakes[0]["words"]),
    ]


def test_bars_of_classes_are_their_texts_the_most_first() -> None:
    made = draw.class_balance({"a": 1, "b": 3, "c": 2})
    assert list(made.data[0].x) == [3, 2, 1] and list(made.layout.yaxis.ticktext) == ["b", "c", "a"]
    assert list(made.data[0].text) == ["3 (50.0%)", "2 (33.3%)", "1 (16.7%)"]


def test_of_many_classes_the_largest_are_shown() -> None:
    sizes = {f"c{i}": i + 1 for i in range(100)}
    assert len(draw.class_balance(sizes).data[0].x) == draw.MOST_CLASSES
    names = [f"c{i}" for i in range(100)]
    counts = [[i + 1 if i == j else 0 for j in range(100)] for i in range(100)]
    made = scores.confusion(counts, names)
    assert len(made.data) == 1 and len(made.data[0].z) == draw.MOST_CLASSES
    assert list(made.layout.xaxis.ticktext) == names[-draw.MOST_CLASSES :]


def test_shares_of_tokens_add_up_to_all() -> None:
    made = draw.token_shares({"exact": 60, "missing": 30, "invented": 10})
    assert sum(trace.x[0] for trace in made.data) == pytest.approx(100)
    assert [trace.name for trace in made.data] == ["as written", "invented", "missing"]


def test_loss_is_drawn_over_epochs_and_the_kept_one_is_marked(found: Report) -> None:
    made = draw.loss_curve(found.curve)
    training, validation = made.data
    assert training.x[-1] == pytest.approx(found.curve.steps[-1][0] / 4000)
    assert list(validation.x) == [1, 2, 3, 4]
    assert [shape.x0 for shape in made.layout.shapes] == [found.curve.best + 1]


def test_values_that_are_no_numbers_leave_a_gap_in_no_curve() -> None:
    told = report(epochs=2)
    epochs = [{**one, "measures": {"loss": float("nan"), "accuracy": 0.5}} for one in told.curve.epochs]
    curve = told.curve.model_copy(update={"epochs": tuple(epochs), "best": -1})
    assert len(draw.loss_curve(curve).data[1].x) == 0
    assert not draw.loss_curve(curve).layout.shapes


def test_a_curve_without_scores_or_epochs_is_none_or_empty() -> None:
    assert draw.measure_curves(report("skipgram").curve) is None
    assert draw.loss_curve(report(epochs=1).curve.model_copy(update={"epochs": (), "steps": ()})) is not None


def test_cells_of_the_confusion_are_shares_of_their_row(found: Report) -> None:
    counts = [[8, 2, 0], [0, 5, 5], [0, 0, 0]]
    made = scores.confusion(counts, CLASSES)
    assert [list(row) for row in made.data[0].z] == [[0.8, 0.2, 0], [0, 0.5, 0.5], [0, 0, 0]]
    assert sorted(made.data[1].text) == ["2", "5", "5", "8"]


def test_reliability_draws_bins_that_have_texts_and_their_gaps(found: Report) -> None:
    bins = found.runs[0]["bins"]
    there = [one for one in bins if one["texts"]]
    made = scores.reliability(bins)
    assert list(made.data[1].x) == [one["confidence"] for one in there]
    assert [(shape.y0, shape.y1) for shape in made.layout.shapes] == [
        (one["confidence"], one["accuracy"]) for one in there
    ]


def test_the_best_comes_first_and_the_tuned_one_is_marked(found: Report) -> None:
    made = scores.baselines_chart(found)
    assert made is not None
    assert list(made.data[0].x) == [0.86, 0.842, 0.803, 0.8, 0.31]
    colors = list(made.data[0].marker.color)
    assert colors[0] == scores.ACCENT and set(colors[1:]) == {draw.QUIET}
    assert made.data[0].y[0] == "<b>Tuned: Full</b>"
    assert scores.baselines_chart(report("skipgram")) is None


@pytest.mark.parametrize(("share", "n"), [(0.5, 10), (0.9, 470), (0.0, 30), (1.0, 30)])
def test_intervals_of_shares_are_those_of_scipy(share: float, n: int) -> None:
    from scipy.stats import binomtest

    low, high = scores.wilson(share, n)
    other = binomtest(round(share * n), n).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((other.low, other.high), abs=1e-6)


def test_pairs_are_shown_before_and_after() -> None:
    made = scores.before_after(report("pairs"))
    assert made is not None
    assert [trace.name for trace in made.data] == ["untouched", "tuned"]
    assert list(made.data[1].x) == [0.6, 0.5, 0.8]
    assert scores.before_after(report("skipgram")) is None


def test_the_map_moves_between_fixed_axes_and_ends_as_it_is_first_shown(found: Report) -> None:
    assert found.moves is not None
    made = words.moving_map(found.moves)
    assert len(made.frames) == len(found.moves.frames)
    assert [step.label for step in made.layout.sliders[0].steps] == ["before", "1", "2", "3", "4"]
    low, high = made.layout.xaxis.range
    for frame in made.frames:
        assert len(frame.data) == len(made.data) and list(frame.traces) == list(range(len(made.data)))
        assert all(low < x < high for trace in frame.data[1:] for x in trace.x)
    for trace, last in zip(made.data[1:], made.frames[-1].data[1:], strict=True):
        assert list(trace.x) == list(last.x)
    assert {trace.type for trace in made.data} == {"scatter"}


def test_of_long_trainings_few_frames_are_shown_the_first_and_last_with_them() -> None:
    told = live(90)
    made = words.moving_map(moves(told))
    labels = [step.label for step in made.layout.sliders[0].steps]
    assert len(labels) == words.MOST_FRAMES and labels[0] == "before" and labels[-1] == "90"


def test_at_most_two_hundred_words_move() -> None:
    n = 300
    still = tuple((float(i), float(i % 7)) for i in range(n))
    many = Moves(
        words=tuple(f"w{i}" for i in range(n)),
        origins=("exact",) * n,
        classes=("",) * n,
        frames=(-1, 0),
        points=(still, still),
        explained=(0.5, 0.2),
    )
    made = words.moving_map(many)
    assert sum(len(trace.x) for trace in made.data[1:]) == words.MOST_WORDS


def test_a_training_that_has_just_begun_has_no_map() -> None:
    assert words.live_map({}) is None
    assert words.live_map({"moves": [[]], "watched": []}) is None
    assert words.live_map(live(0)) is not None


def test_what_decided_is_added_up_by_word_and_colored_by_its_side() -> None:
    made = words.contributions([("good", 0.5), ("bad", -2.0), ("good", 0.25)])
    assert list(made.data[0].x) == [-2.0, 0.75]
    assert list(made.data[0].marker.color) == [words.AGAINST, words.FOR]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_users_names_are_never_markup(language: str) -> None:
    with speaking(language):
        for made in every(report(classes=HOSTILE[:4])):
            told = json.dumps(json.loads(made.to_json()), ensure_ascii=False)
            assert "<img" not in told and "\u202e" not in told


def test_scores_as_a_table_hold_every_subject_once(found: Report) -> None:
    rows = score_rows(found)
    assert {row["subject"] for row in rows} >= {"tuned", "untouched", "seed 0", "seed 1", "tfidf", "before", "after"}
    tuned = next(row for row in rows if row["subject"] == "tuned" and row["measure"] == "accuracy")
    assert (tuned["value"], tuned["low"], tuned["texts"]) == (0.86, 0.85, 300)
    lines = scores_csv(found).decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(COLUMNS) and len(lines) == len(rows) + 1
