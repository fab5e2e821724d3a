"""Figures of a comparison hold what it found; pictures are written whole, or it is said why not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.comparing import Comparison, compare
from core.errors import ExportError
from core.figures import comparing as draw
from core.figures.comparing_page import comparing_page
from core.figures.pictures import on_white, write_picture
from core.messages import number, speaking
from core.vocabulary.vocabulary import Vocabulary
from tests.browser.conftest import find_browser
from tests.unit.neighbors.questions import random_matrix

IMAGE = "<img src=x onerror=window.pwned=1>"


@pytest.fixture(scope="module")
def found() -> Comparison:
    first, second = random_matrix(150, 8, 1), random_matrix(150, 8, 2)
    words = [IMAGE, "<b>bold</b>", *first.vocabulary.words[2:]]
    vocabulary = Vocabulary(words, first.vocabulary.counts)
    mixed = np.ascontiguousarray(first.vectors + 0.4 * second.vectors)
    return compare(first.replace(vocabulary=vocabulary), second.replace(vectors=mixed, vocabulary=vocabulary))


def test_the_bars_are_the_histogram_and_the_lines_the_mean_and_chance(found: Comparison) -> None:
    made = draw.overlaps(found)
    assert np.array_equal(made.data[0].y, found.histogram) and list(made.data[0].x) == list(range(11))
    assert [line.x0 for line in made.layout.shapes] == pytest.approx([10 * found.mean, 10 * found.chance])
    assert [one.text.split()[0] for one in made.layout.annotations] == ["mean", "at"]


def test_means_by_count_average_to_the_mean_and_need_counts(found: Comparison) -> None:
    made = draw.overlap_by_count(found)
    assert made is not None
    line = made.data[1]
    sizes = [int(size) for _mean, size in line.customdata]
    assert sum(sizes) == 150 and np.average(line.y, weights=sizes) == pytest.approx(found.mean, abs=1e-6)
    assert list(line.x) == sorted(line.x)
    bare = random_matrix(10).replace(vocabulary=Vocabulary([f"w{i}" for i in range(10)]))
    assert draw.overlap_by_count(compare(bare, bare)) is None


def test_an_arrow_leads_from_the_first_place_to_the_second_on_one_scale(found: Comparison) -> None:
    made = draw.aligned_map(found, most=30)
    heads = next(trace for trace in made.data if trace.marker.symbol == "arrow")
    assert heads.marker.angleref == "previous" and made.layout.yaxis.scaleanchor == "x"
    at = found.moved(30)
    np.testing.assert_allclose(np.asarray(heads.x)[0::3], found.points1[at, 0], rtol=1e-6)
    np.testing.assert_allclose(np.asarray(heads.y)[1::3], found.points2[at, 1], rtol=1e-6)
    np.testing.assert_allclose(heads.marker.color[1::3], found.displacement[at], rtol=1e-6)
    assert "of the variance" in made.layout.xaxis.title.text
    background = made.data[0]
    assert len(background.x) == 120, "all other words are faint points"
    for trace in made.data:
        assert not any("<img" in text or "<b>" in text for text in trace.text or ())


def test_only_the_words_that_are_asked_get_arrows_and_none_is_a_map_too(found: Comparison) -> None:
    made = draw.aligned_map(found, words=["w5", "absent", "w5", IMAGE], dark=True)
    heads = next(trace for trace in made.data if trace.marker.symbol == "arrow")
    assert list(heads.text) == ["w5"] * 3 + ["&lt;img src=x onerror=window.pwned=1&gt;"] * 3
    json.loads(draw.aligned_map(found, words=[]).to_json())


def test_a_comparison_of_three_words_and_of_equal_rows_is_drawn_too() -> None:
    matrix = random_matrix(3)
    same = compare(matrix, matrix)
    for made in (draw.overlaps(same), draw.overlap_by_count(same), draw.aligned_map(same, dark=None)):
        assert made is not None
        json.loads(made.to_json())
    assert "3 shared words" in comparing_page(same)


def test_the_page_tells_the_same_of_a_word_in_its_table_and_beside_its_neighbors(found: Comparison) -> None:
    page = comparing_page(found)
    for i in found.most_changed(20).tolist():
        assert page.count(number(float(found.displacement[i]), 3)) >= 2


def test_the_page_holds_one_script_of_plotlys_and_no_word_as_markup(found: Comparison) -> None:
    page = comparing_page(found, words=["w7"])
    assert page.count("plotly.js v") == 1 and page.count('class="plotly-graph-div"') == 3
    assert "<img" not in page.split("</style>", 1)[1].replace("<image", "").split("<main>")[1].split("<script")[0]
    assert "<bdi>w7</bdi>" in page and "<details open>" in page
    with speaking("zh_CN"):
        assert '<html lang="zh-CN">' in comparing_page(found)


def test_a_picture_is_on_white_whatever_the_page_is(found: Comparison) -> None:
    made = draw.overlaps(found)
    copy = on_white(made)
    assert copy.layout.paper_bgcolor == copy.layout.plot_bgcolor == "#FFFFFF"
    assert made.layout.paper_bgcolor == "rgba(0,0,0,0)", "the figure itself stays as it was"


@pytest.mark.browser
def test_pictures_have_the_size_that_was_asked(found: Comparison, tmp_path: Path) -> None:
    find_browser()
    made = draw.overlaps(found)
    write_picture(made, tmp_path / "p.png", width=500, height=300)
    written = (tmp_path / "p.png").read_bytes()
    assert written[:8] == b"\x89PNG\r\n\x1a\n"
    assert [int.from_bytes(written[at : at + 4], "big") for at in (16, 20)] == [1000, 600]
    write_picture(made, tmp_path / "p.svg", width=500, height=300)
    drawn = (tmp_path / "p.svg").read_text("utf-8")
    assert drawn.startswith("<svg") and "shared neighbors of 10" in drawn


@pytest.mark.parametrize("name", ["ChromeNotFoundError", "BrowserFailedError", "JavascriptError"])
def test_without_a_browser_that_draws_the_page_is_offered_instead_and_no_file_is_left(
    name: str, found: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import kaleido
    from kaleido import errors

    def fail(*given: object, **more: object) -> bytes:
        raise getattr(errors, name)("no\nluck")

    monkeypatch.setattr(kaleido, "calc_fig_sync", fail)
    with pytest.raises(ExportError, match=r"(?s)browser.*\.html instead.*camera button"):
        write_picture(draw.overlaps(found), tmp_path / "p.png", width=500, height=300)
    assert not list(tmp_path.iterdir())
