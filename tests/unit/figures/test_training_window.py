"""The picture of a window shows the step as it is: its words, its vectors, its loss, and no word as markup."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from core.figures import training_window
from core.figures.style import ACCENT
from core.figures.training_window import DRAWN, OTHER, window_alt
from core.messages import speaking
from core.training.window import SHOWN, Settings, Step, explain_window

EVIL = "<img src=x onerror=alert(1)>"
TOKENS = ("却说", "宝玉", "walked", "unknown", "over", EVIL, "moor", "with", "a" * 90, "while", "the", "wind", "howled")
METHODS = ("skipgram", "cbow", "glove")


def step(method: Any = "skipgram", at: int = 6, dim: int = 40, tokens: tuple[str, ...] = TOKENS, **given: Any) -> Step:
    index = {word: row for row, word in enumerate(dict.fromkeys(word for word in tokens if word != "unknown"))}
    random = np.random.default_rng(0)
    rows, contexts = (random.standard_normal((len(index), dim)) for _table in range(2))
    counts = np.arange(len(index), 0, -1)
    chosen = {"seed": 1, "pick": 1, **given}
    return explain_window(tokens, at, method=method, rows=rows, contexts=contexts, index=index, counts=counts, **chosen)


def window_picture(found: Step, *, dark: bool = False) -> Any:
    return training_window.window_picture(found, dark=dark)


def boxes(made: Any, color: str) -> int:
    return sum(shape.fillcolor == color for shape in made.layout.shapes)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dark", [False, True])
def test_no_word_is_markup(method: Any, dark: bool) -> None:
    told = json.dumps(window_picture(step(method), dark=dark).to_plotly_json(), default=str)
    assert "<img" not in told and "&lt;img" in told


def test_words_that_meet_are_filled_by_what_they_are() -> None:
    skipgram, cbow, glove = (step(method) for method in METHODS)
    for found in (skipgram, cbow, glove):
        made = window_picture(found)
        assert boxes(made, ACCENT) == 1 and boxes(made, DRAWN) == len(found.negatives)
    assert boxes(window_picture(skipgram), OTHER) == boxes(window_picture(glove), OTHER) == 1
    assert boxes(window_picture(cbow), OTHER) == len(cbow.contexts)


@pytest.mark.parametrize("method", METHODS)
def test_strips_are_the_vectors_before_and_after_and_their_gradients(method: Any) -> None:
    found = step(method)
    made = window_picture(found)
    before, gradient, after = (trace for trace in made.data if trace.type == "heatmap")
    for k, vector in enumerate(found.vectors):
        assert list(before.z[k]) == list(vector.before) and len(vector.before) == SHOWN
        assert list(gradient.z[k]) == list(vector.gradient) and list(after.z[k]) == list(vector.after)
    assert before.zmax == after.zmax == -before.zmin != gradient.zmax
    assert "32 of 40 numbers" in [one.text for one in made.layout.annotations]


def test_bars_are_the_terms_and_their_sum_before_and_after() -> None:
    found = step()
    made = window_picture(found)
    before, after = (trace for trace in made.data if trace.type == "bar")
    assert list(before.x) == [*(term.loss[0] for term in found.terms), found.loss[0]]
    assert list(after.x) == [*(term.loss[1] for term in found.terms), found.loss[1]]
    assert len(made.layout.yaxis5.ticktext) == len(found.terms) + 1
    (cost, _after) = (trace for trace in window_picture(step("glove")).data if trace.type == "bar")
    assert len(cost.x) == 1


def test_reach_is_said_to_be_drawn_where_it_is() -> None:
    found = step()
    key, full = (window_picture(one).layout.annotations[0].text for one in (found, step("glove")))
    assert f"{found.reach} words to each side, drawn from 1 to 5" in key
    assert "up to 5 words to each side" in full


def test_of_a_long_sentence_the_neighborhood_is_shown() -> None:
    long = tuple(f"w{i}" for i in range(1000))
    made = window_picture(step(at=500, tokens=long))
    texts = [one.text for one in made.layout.annotations]
    assert texts.count("…") == 2 and "w500" in texts and len(texts) < 40
    short = window_picture(step(at=0, tokens=long))
    assert [one.text for one in short.layout.annotations].count("…") == 1


def test_boxes_keep_within_the_view_and_apart() -> None:
    made = window_picture(step(at=6, settings=Settings(window=20)))
    by_line: dict[float, list[tuple[float, float]]] = {}
    for shape in made.layout.shapes:
        by_line.setdefault(shape.y0, []).append((shape.x0, shape.x1))
    assert len(by_line) > 2
    for line in by_line.values():
        assert line[0][0] >= 0 and line[-1][1] <= made.layout.xaxis.range[1]
        assert all(left[1] < right[0] for left, right in pairwise(line))


def test_areas_lie_above_each_other_within_the_figure() -> None:
    for method in METHODS:
        layout = window_picture(step(method)).layout
        domains = [layout.yaxis5.domain, layout.yaxis2.domain, layout.yaxis.domain]
        edges = [edge for domain in domains for edge in domain]
        assert edges == sorted(edges) and edges[0] == 0 and edges[-1] == pytest.approx(1)


def test_it_is_told_in_words_too_and_in_other_languages() -> None:
    found = step()
    told = window_alt(found)
    assert "moor" in told and f"{found.loss[0]:.4f}" in told and f"{found.loss[1]:.4f}" in told
    with speaking("zh_CN"):
        assert window_picture(found, dark=True).layout.annotations
