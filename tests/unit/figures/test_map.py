"""The Plotly map: labels of frequent words, sizes, points that were picked, words that are never markup."""

from __future__ import annotations

import numpy as np

from core.figures.coloring import Names, Values, by_column, of_codes
from core.figures.map import draw_map, picked_points, spaced
from core.projection import project
from tests.contracts.test_maps import groups, matrix_of

DRAWN = project(matrix_of(groups(200)), "pca")
WORDS = [f"word{i}" for i in range(200)]
PLAIN = of_codes("group", np.arange(200) % 3, ["a", "b", "c"])


def labels(**more) -> list[str]:  # type: ignore[no-untyped-def]
    made = draw_map(WORDS, DRAWN, PLAIN, **more).to_dict()
    return [one["text"] for one in made["layout"].get("annotations", ())]


def test_frequent_words_get_their_labels_first_whether_or_not_sizes_show_counts() -> None:
    counts = np.arange(1, 201)
    for sizes in (False, True):
        shown = labels(counts=counts, sizes=sizes)
        assert "word199" in shown
        assert shown.index("word199") == 0
    assert labels()[0] == "word0"
    assert labels(labels=False) == []


def test_sizes_follow_counts_only_where_asked() -> None:
    counts = np.arange(1, 201)
    plain = draw_map(WORDS, DRAWN, PLAIN, counts=counts).data
    sized = draw_map(WORDS, DRAWN, PLAIN, counts=counts, sizes=True).data
    assert len({trace.marker.size for trace in plain}) == 1
    assert all(np.ptp(np.asarray(trace.marker.size)) > 0 for trace in sized)


def test_every_point_is_on_exactly_one_trace() -> None:
    codes = np.where(np.arange(200) % 5 == 0, -1, np.arange(200) % 3)
    made = draw_map(WORDS, DRAWN, of_codes("group", codes, ["a", "b", "c"]))
    texts = [word for trace in made.to_dict()["data"] for word in trace["text"]]
    assert sorted(texts) == sorted(WORDS)


def test_what_a_browser_says_was_picked_is_checked() -> None:
    told = [
        {"curve_number": 1, "point_index": 0},
        {"curve_number": 9, "point_index": 0},
        {"curve_number": 0, "point_index": 10_000},
        {"curve_number": "0", "point_index": 1},
        {},
    ]
    first = int(np.flatnonzero(PLAIN.codes == 1)[0])
    assert picked_points(told, PLAIN).tolist() == [first]


def test_labels_never_lie_on_each_other() -> None:
    places = np.zeros((5, 2))
    assert spaced(places, ["a"] * 5, list(range(5))) == [0]
    apart = np.arange(5)[:, None] * np.array([[200.0, 0.0]])
    assert spaced(apart, ["中文", "b", "c", "d", "e"], list(range(5))) == [0, 1, 2, 3, 4]


def test_words_are_escaped_wherever_they_stand() -> None:
    words = ["<b>x</b>", *WORDS[1:]]
    made = draw_map(words, DRAWN, PLAIN, focus=0, near=[1, 2]).to_dict()
    assert "<b>x</b>" not in str(made)
    assert "&lt;b&gt;x" in str(made)


def test_a_column_of_numbers_is_a_scale_and_anything_else_is_names() -> None:
    assert isinstance(by_column("year", [str(i) for i in range(50)]), Values)
    assert isinstance(by_column("class", ["1", "2", "", None, "2"]), Names)
    assert by_column("class", ["x", "", "y"]).codes.tolist() == [0, -1, 1]  # type: ignore[union-attr]
