"""The map of landings and the bars of ingredients show what a story tells, and take no word for markup."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from core.combining import combine
from core.figures.oov_story import MOST_LABELS, ingredients, ingredients_alt, landings, landings_alt
from core.figures.style import ACCENT, COLORS
from core.lookup import look_up
from core.oov.contract import Ingredient
from core.oov.story import Point, Story, StoryMap, Telling, tell_story
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

EVIL = "<img src=x onerror=alert(1)>"


def story(word: str = "seahouse") -> Story:
    held = ["sea", "house", "seahouse", *(f"w{chr(97 + i)}" for i in range(26))]
    vectors = np.random.default_rng(1).standard_normal((len(held), 6)).astype("f4")
    vectors[2] = vectors[0] + vectors[1] * 0.7
    found = combine([look_up(Vocabulary([*held, "housesea"]), MemorySource(held, vectors))])
    return tell_story(found, word, ["pieces", "mean", "zeros", ["pieces"], "ngrams"])


def hostile(n: int = 60) -> Story:
    """A story of words that are markup, on a map with more words than can be named."""
    words = [f"{EVIL}{i}" for i in range(n)]
    points = tuple(Point(word, i % 8, i // 8, ("spelling",), (), i < 5) for i, word in enumerate(words))
    parts = tuple(Ingredient(word, (-1) ** i / (i + 1)) for i, word in enumerate(words[:30]))
    near = tuple((word, 0.5) for word in words[:5])
    telling = Telling("spelling", True, "", ("a step",), parts, near, 0.5, 3, 0.4, (3.5, 3.5), "spelling", "mapped")
    other = Telling("mean", True, neighbors=near, cosine=0.1, rank=9, at=(3.5, 3.52), name="mean", origin="invented")
    return Story(EVIL, True, "<b>", (telling, other), StoryMap(points, (3.45, 3.5), (0.3, 0.2)), n, near)


def traces(made: Any) -> dict[Any, Any]:
    return {trace.name: trace for trace in made.data}


def named(made: Any) -> list[str]:
    return [one.text for one in made.layout.annotations]


def test_every_landing_is_marked_named_and_joined_to_the_true_place() -> None:
    told = story()
    made: Any = landings(told)
    composed, invented = traces(made)["made: composed"], traces(made)["made: invented, knows nothing of the word"]
    assert list(zip(composed.x, composed.y, strict=True)) == [told.telling("pieces").at, told.telling("cascade").at]
    assert len(invented.x) == 2 and invented.marker.color == COLORS["invented"]
    assert {"seahouse", "pieces, cascade", "mean", "zeros"} <= set(named(made)) and "ngrams" not in named(made)
    line = traces(made)[None]
    truth = told.map.truth
    assert (line.x[1], line.y[1]) == truth and list(line.x[2::3]) == [None] * 4
    assert (line.x[0], line.y[0]) == told.telling("pieces").at
    assert (traces(made)["true row"].x[0], traces(made)["true row"].y[0]) == truth


def test_a_missing_word_has_no_true_place_and_no_lines() -> None:
    made: Any = landings(story("housesea"))
    assert "true row" not in traces(made) and None not in traces(made)


def test_axes_say_what_they_show_in_one_scale() -> None:
    told = story()
    made: Any = landings(told)
    assert made.layout.xaxis.title.text == f"component 1 ({100 * told.map.shown[0]:.1f}% of the variance)"
    assert made.layout.yaxis.title.text.startswith("component 2 (") and made.layout.yaxis.scaleanchor == "x"
    assert made.layout.title.text == "Where fills put seahouse"
    for trace in made.data:
        for axis, values in ((made.layout.xaxis, trace.x), (made.layout.yaxis, trace.y)):
            assert all(axis.range[0] < value < axis.range[1] for value in values if value is not None)


def test_words_around_are_parts_or_known_words() -> None:
    told = story()
    found = traces(landings(told))
    assert len(found["known word"].x) + len(found["part that a row is made of"].x) == len(told.map.points)
    assert [text.split("<br>")[0] for text in found["part that a row is made of"].text] == ["sea", "house"]
    assert found["known word"].marker.color == ACCENT


@pytest.mark.parametrize("dark", [False, True])
def test_no_word_is_markup(dark: bool) -> None:
    told = hostile()
    drawn: list[Any] = [landings(told, dark=dark), ingredients(told, "spelling", dark=dark)]
    for made in drawn:
        text = json.dumps(json.loads(made.to_json()))
        assert "<img" not in text and "&lt;img" in text
    other: Any = landings(told, dark=not dark)
    assert drawn[0].layout.font.color != other.layout.font.color


def test_as_many_words_are_named_as_have_room_and_no_more_than_forty() -> None:
    told = hostile(400)
    assert len(named(landings(told))) <= MOST_LABELS + 3
    plain = [Point(f"w{i}", i % 20, i // 20) for i in range(400)]
    many = Story("x", False, "", told.tellings, StoryMap(tuple(plain), None, (0.5, 0.5)))
    assert len(named(landings(many))) == MOST_LABELS + 2
    same = Story(
        "x", False, "", told.tellings, StoryMap((Point("a", 1, 1), *[Point(f"b{i}", 1, 1) for i in range(40)]))
    )
    assert len(named(landings(same))) < 10


def test_names_of_landings_that_lie_together_keep_apart() -> None:
    tellings = tuple(Telling(f"fill{i}", True, at=(0.001 * i, 0.0), name=f"fill{i}", origin="mapped") for i in range(8))
    made: Any = landings(Story("x", False, "", tellings, StoryMap((Point("a", -1, -1), Point("b", 1, 1)))))
    places = {
        (one.ax, one.ay) if one.showarrow else (one.xshift, one.yshift)
        for one in made.layout.annotations
        if one.text.startswith("fill")
    }
    assert len(places) == 8


def test_a_story_of_nothing_is_drawn_too() -> None:
    nothing = Story("x", False, "", (Telling("ngrams", False, "why not", name="ngrams"),), StoryMap())
    assert named(landings(nothing)) == ["No fill makes a row of it."]
    assert named(ingredients(nothing, "ngrams")) == ["why not"]
    drawn: list[Any] = [landings(nothing), ingredients(nothing, "ngrams")]
    assert all(json.loads(made.to_json()) for made in drawn)
    assert landings_alt(nothing).startswith("Where 0 fills put x")


def test_bars_are_the_weights_the_heaviest_above() -> None:
    told = hostile()
    made: Any = ingredients(told, "spelling")
    weights = list(made.data[0].x)
    assert len(weights) == 20 and weights == sorted(weights, key=lambda one: -abs(one))
    assert made.layout.xaxis.title.text == "weight (no unit)" and made.layout.xaxis.range[0] < min(weights)
    assert made.layout.yaxis.range == pytest.approx((19.6, -0.6))
    assert list(made.layout.yaxis.ticktext[:1]) == ["&lt;img src=x onerror=alert(1)&gt;0"]


def test_parts_of_one_name_are_bars_of_their_own() -> None:
    parts = (Ingredient("na", 0.5), Ingredient("na", 0.5))
    told = Story("nana", False, "", (Telling("pieces", True, ingredients=parts, name="pieces"),), StoryMap())
    made: Any = ingredients(told, "pieces")
    assert list(made.data[0].y) == [0, 1]


def test_a_fill_without_parts_says_so_and_an_unknown_one_is_refused() -> None:
    told = story()
    assert named(ingredients(told, "mean")) == ["Its row is no sum of a few parts."]
    with pytest.raises(KeyError):
        ingredients(told, "donor")


def test_alternative_texts_tell_what_is_shown() -> None:
    told = story()
    assert landings_alt(told).startswith("Where 4 fills put seahouse among known words; pieces: cosine 0.")
    assert ingredients_alt(told, "pieces") == "What pieces makes seahouse of: sea 0.50, house 0.50"
    assert "next to" in landings_alt(story("housesea"))
    assert len(ingredients_alt(Story("x" * 9999, False, "", told.tellings, told.map), "mean")) < 200
