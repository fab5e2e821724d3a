"""Explore in a browser: a map is drawn, words are lassoed and clicked, two matrices compared, all taken away."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pyarrow import parquet

from core import Recipe, project, run
from core.exports import read_build
from core.projection import UmapMap
from core.workspace.personal import PersonalWorkspaces
from core.workspace.workspace import Workspace
from tests.browser import actions as do
from tests.browser.conftest import ROOT
from tests.browser.test_looks import faults, overflow

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
ENGLISH = (ROOT / "assets/sources/english/words.txt").read_text("utf-8").split()
KEYS = {"small": "a" * 31 + "1", "turned": "a" * 31 + "2", "large": "a" * 31 + "3", "hostile": "a" * 31 + "4"}
HOSTILE = ["<img src=x onerror=window.hacked=1>", "</script><script>window.hacked=1</script>", "<b>bold</b>", "**b**"]


def make(server: Server, *names: str) -> str:
    """A workspace with these builds, the last one the newest."""
    workspace = Workspace(server.home)
    here = PersonalWorkspaces(workspace).create()
    for name in names:
        words = {"large": ENGLISH[:21_000], "hostile": [*HOSTILE, *ENGLISH[300:330]]}.get(name, ENGLISH[200:700])
        if not (workspace.builds / KEYS[name]).exists():
            transforms = ["abtt"] if name == "turned" else []
            run(Recipe(vocabulary=words, sources=["builtin:english"], transforms=transforms)).save(
                workspace.builds / KEYS[name]
            )
        here.add_build(KEYS[name])
    return here.id


def explore(visit: Visit, server: Server, workspace: str, view: str = "map", **settings: Any) -> Page:
    lang = "zh_CN" if settings.get("language") == "zh-CN" else "en"
    return visit(f"{server.address}/explore?w={workspace}&lang={lang}&view={view}", **settings)


def chart(page: Page) -> dict[str, float]:
    """Where the map's plotting area lies."""
    area = page.locator(".js-plotly-plot .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box
    return box  # type: ignore[return-value]


def on_screen(page: Page) -> list[tuple[str, float, float]]:
    """The words of the map's points with their places on the screen, as Plotly has them."""
    return page.evaluate(
        """() => {
            const plot = document.querySelector('.js-plotly-plot');
            const box = plot.querySelector('.nsewdrag').getBoundingClientRect();
            const {xaxis, yaxis} = plot._fullLayout;
            const curves = plot._fullData.filter(one => one.mode === 'markers' && Array.isArray(one.text));
            return curves.flatMap(curve => Array.from(curve.x, (x, i) => [
                curve.text[i], box.x + xaxis.d2p(x), box.y + yaxis.d2p(curve.y[i])]));
        }"""
    )


def lasso(page: Page, x: float, y: float, radius: float) -> None:
    """Draw a circle with the lasso."""
    page.locator(".modebar-btn[data-title*='asso'], .modebar-btn[data-title*='套索']").first.click()
    page.mouse.move(x + radius, y)
    page.mouse.down()
    for i in range(1, 41):
        page.mouse.move(x + radius * math.cos(i * math.tau / 40), y + radius * math.sin(i * math.tau / 40))
    page.mouse.up()


def test_a_map_is_drawn_lassoed_clicked_searched_and_taken_away(visit: Visit, server: Server, tmp_path: Path) -> None:
    page = explore(visit, server, make(server, "small"))
    do.metric(page, "Trustworthiness").wait_for()
    page.get_by_test_id("stButtonGroup").get_by_text("UMAP", exact=True).click()
    do.press(page, "job-map")
    page.get_by_text("UMAP keeps neighbors together").wait_for()
    do.settle(page)
    drawn = project(read_build(server.home / "builds" / KEYS["small"]).matrix, UmapMap())
    shown = do.metric(page, "Trustworthiness").inner_text()
    assert float(shown) == pytest.approx(drawn.quality.trustworthiness or 0, abs=6e-4)

    # The lasso takes the points that lie in it, and no other.
    box = chart(page)
    x, y, radius = box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, 90.0
    places = on_screen(page)
    lasso(page, x, y, radius)
    page.get_by_text("words picked").wait_for()
    do.settle(page)
    table = do.save(page, do.keyed(page, "map-picked-csv").get_by_role("button"), tmp_path)
    with table.open(encoding="utf-8-sig") as file:
        taken = {row["word"] for row in csv.DictReader(file)}
    apart = {word: math.hypot(at - x, up - y) for word, at, up in places}
    assert {word for word, away in apart.items() if away < radius - 4} <= taken
    assert taken <= {word for word, away in apart.items() if away < radius + 2}
    assert len(taken) > 3

    # A click shows the word's own neighbors, in the space.
    page.locator(".modebar-btn[data-title='Pan']").click()
    lonely = max(
        (one for one in places if box["x"] < one[1] < box["x"] + box["width"] - 80),
        key=lambda one: min(math.hypot(one[1] - other[1], one[2] - other[2]) for other in places if other != one),
    )
    box = chart(page)
    page.mouse.dblclick(box["x"] + 5, box["y"] + 5)
    page.get_by_text("words picked").wait_for(state="detached")
    do.settle(page)
    _word, at, up = next(one for one in on_screen(page) if one[0] == lonely[0])
    page.mouse.click(at, up)
    page.get_by_role("heading", name="Picked", exact=True).wait_for()
    do.settle(page)
    assert do.keyed(page, "map-near-csv").is_visible()

    # The search flies to a word.
    page.get_by_label("Find a word").fill(drawn_word(drawn, server))
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.js-plotly-plot').data.some(one => one.mode === 'lines')")

    saved = do.save(page, do.keyed(page, "map-parquet").get_by_role("button"), tmp_path)
    points = parquet.read_table(saved)
    np.testing.assert_array_equal(points["x"].to_numpy()[: len(drawn.rows)], drawn.points[:, 0])
    html = do.save(page, do.keyed(page, "map-html").get_by_role("button"), tmp_path)
    assert html.stat().st_size > 200_000


def drawn_word(drawn: Any, server: Server) -> str:
    return read_build(server.home / "builds" / KEYS["small"]).matrix.vocabulary.words[int(drawn.rows[5])]


def test_a_large_map_is_drawn_by_the_viewer_and_its_words_are_picked(visit: Visit, server: Server) -> None:
    page = explore(visit, server, make(server, "large"))
    status = page.get_by_text("21,000 words", exact=False).last
    status.wait_for()
    canvas = page.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.get_by_role("button", name="asso").click()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + 40, y)
    page.mouse.down()
    for i in range(1, 21):
        page.mouse.move(x + 40 * math.cos(i * math.tau / 20), y + 40 * math.sin(i * math.tau / 20))
    page.mouse.up()
    page.get_by_text("words picked").wait_for()
    do.settle(page)
    page.get_by_label("Find a word").fill("water")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Picked", exact=True).wait_for()


def test_two_matrices_are_compared_and_the_comparison_taken_away(visit: Visit, server: Server, tmp_path: Path) -> None:
    page = explore(visit, server, make(server, "turned", "small"), "compare")
    do.metric(page, "Words in common").wait_for()
    assert do.metric(page, "Words in common").inner_text() == "500"
    page.get_by_label("Or a word of your own").fill(ENGLISH[300])
    page.keyboard.press("Enter")
    do.settle(page)
    page.get_by_text(ENGLISH[300], exact=True).first.wait_for()
    saved = do.save(page, do.keyed(page, "compare-csv").get_by_role("button"), tmp_path)
    with saved.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 500
    assert all(0 <= float(row["overlap"]) <= 1 for row in rows)
    html = do.save(page, do.keyed(page, "compare-html").get_by_role("button"), tmp_path)
    assert html.stat().st_size > 1_000_000


@pytest.mark.parametrize("view", ["map", "neighbors", "analogies", "axes", "similarities", "compare"])
@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en-US", "light", 1440), ("zh-CN", "dark", 1440), ("en-US", "dark", 390)]
)
def test_every_view_is_well_made(
    visit: Visit, server: Server, view: str, language: str, scheme: str, width: int
) -> None:
    page = explore(visit, server, make(server, "turned", "small"), view, language=language, scheme=scheme, width=width)
    assert not faults(page)
    assert not overflow(page)


@pytest.mark.parametrize("view", ["map", "neighbors", "similarities", "axes"])
def test_words_are_never_markup(visit: Visit, server: Server, view: str) -> None:
    page = explore(visit, server, make(server, "hostile"), view)
    if view == "map":
        page.get_by_label("Find a word").fill(HOSTILE[0])
    elif view == "neighbors":
        page.get_by_label("Word or phrase").fill(HOSTILE[0])
    elif view == "similarities":
        page.get_by_role("textbox", name="Words", exact=True).fill("\n".join(HOSTILE))
    else:
        page.get_by_role("textbox", name="Words to place").fill("\n".join(HOSTILE))
    page.keyboard.press("Control+Enter" if view in ("similarities", "axes") else "Enter")
    do.settle(page)
    if view == "map":
        page.wait_for_function("() => document.querySelector('.js-plotly-plot').data.some(one => one.mode === 'lines')")
        do.settle(page)
        chart(page)
        _word, x, y = next(one for one in on_screen(page) if "onerror" in one[0])
        page.mouse.move(x - 40, y)
        page.mouse.move(x, y, steps=5)
        page.locator(".hoverlayer .hovertext").first.wait_for()
    assert page.evaluate("() => window.hacked") is None
    # The watch sees what it is to see: markup that is taken for markup would have been noticed.
    page.evaluate("() => { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.hacked=1>') }")
    page.wait_for_function("() => window.hacked === 1")
