"""Figures of a training show what live.json tells, from its first look on, and take no word for markup."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.figures import training as draw
from core.figures.training import HEIGHT, MOST_EPOCHS
from core.messages import N_, _, pack, speaking

EVIL = "<img src=x onerror=alert(1)>"


def live(**given: Any) -> dict[str, Any]:
    told = {
        "unit": "words",
        "total": 1000,
        "epochs": 4,
        "loss_name": pack(_("loss per pair")),
        "losses": [[0, 4.0], [1000, 3.0], [1800, 2.5]],
        "watched": [
            {"word": "king", "start": [], "now": [], "settled": [[500, 0.2], [1000, 0.4], [1500, 0.9]]},
            {"word": EVIL, "start": [], "now": [], "settled": [[500, 1.0]]},
            {"word": "unseen", "start": [], "now": [], "settled": []},
        ],
    }
    return {**told, **given}


def training_loss(told: dict[str, Any]) -> Any:
    return draw.training_loss(told)


def settling(told: dict[str, Any]) -> Any:
    return draw.settling(told)


def text(made: Any) -> str:
    return json.dumps(made.to_plotly_json(), default=str)


def test_loss_is_drawn_over_what_was_trained_on_and_its_last_value_is_written() -> None:
    made = training_loss(live())
    curve, last = made.data
    assert list(curve.x) == [0, 1000, 1800] and list(curve.y) == [4.0, 3.0, 2.5]
    assert (last.x[0], last.y[0], last.text[0]) == (1800, 2.5, "2.500")
    assert made.layout.xaxis.range[1] > 4000 and made.layout.height == HEIGHT
    low, high = made.layout.yaxis.range
    assert 0 < low < 2.5 and high > 4


def test_axes_say_what_they_are_and_in_which_unit() -> None:
    words, cells = (training_loss(live(unit=unit)).layout for unit in ("words", "cells"))
    assert words.yaxis.title.text == "loss per pair (nats)" and words.xaxis.title.text.startswith("words trained on")
    assert cells.yaxis.title.text == "loss per pair" and cells.xaxis.title.text.startswith("pairs trained on")


def test_epochs_end_at_faint_lines_and_not_at_hundreds_of_them() -> None:
    assert [shape.x0 for shape in training_loss(live()).layout.shapes] == [1000, 2000, 3000, 4000]
    for epochs in (41, 1000, 10_000):
        assert len(training_loss(live(epochs=epochs)).layout.shapes) <= MOST_EPOCHS


@pytest.mark.parametrize("losses", [[], [[0, 4.0]], [[0, None], [5, float("nan")]], [[0, 0.0], [5, 0.0]]])
def test_a_training_that_has_hardly_begun_has_its_figures(losses: list[Any]) -> None:
    made = training_loss(live(losses=losses, watched=[]))
    assert len(made.data) in (1, 2) and len(settling(live(watched=[])).data) == 0


def test_watched_words_settle_as_means_over_some_looks() -> None:
    made = settling(live())
    assert [trace.name for trace in made.data] == ["king", "&lt;img src=x onerror=alert(1)&gt;"]
    assert list(made.data[0].x) == [500, 1000, 1500]
    assert list(made.data[0].y) == pytest.approx([0.2, 0.3, 0.5])
    assert made.layout.yaxis.range[0] <= 0 and made.layout.yaxis.range[1] >= 1


def test_many_looks_are_drawn_calmly() -> None:
    noisy = [[n, float(n % 2)] for n in range(400)]
    made = settling(live(watched=[{"word": "a", "settled": noisy}]))
    assert all(abs(value - 0.5) < 0.1 for value in made.data[0].y[20:])


def test_words_are_never_markup() -> None:
    assert "<img" not in text(settling(live())) and "<img" not in text(training_loss(live(loss_name=EVIL)))


def test_the_name_of_the_loss_is_told_in_the_language_of_the_reader() -> None:
    with speaking("zh_CN"):
        told = str(_(N_("loss")))
        assert told in training_loss(live(loss_name={"message": "loss"})).layout.yaxis.title.text
