"""The page of a comparison in a real browser: as a file, without a network, with hostile words and names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.comparing import Comparison, compare
from core.figures.comparing_page import comparing_page, write_page
from core.vocabulary.vocabulary import Vocabulary
from tests.unit.neighbors.questions import random_matrix

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

IMAGE = "<img src=x onerror=window.pwned=1>"
HOSTILE = [
    IMAGE,
    "</script><script>window.pwned=1</script>",
    "<b id=boldmark>boldmark</b>",
    "quote\"'&amp;<!--",
    '" onmouseover="window.pwned=1',
    "{parts}{0}",
    "$x^2+mathmark$",
    "line\u2028separator",
    "lone\ud800surrogate",
    "right\u202eleft",
    "中文词",
    "x" * 5000,
]
DETECTOR = """() => [
    window.pwned !== undefined && "script", document.querySelector("img") && "image",
    document.querySelector("#boldmark") && "bold", document.querySelector(".MathJax, mjx-container") && "math",
    [...document.querySelectorAll("svg tspan, svg text")].some((text) => /boldmark/.test(text.textContent)
        && /bold|[6-9]00/.test(text.getAttribute("style") || "") && !/</.test(text.textContent)) && "chart",
].filter(Boolean)"""


def found(names: tuple[str, str] = (f"{IMAGE}one", "<b id=boldmark>boldmark</b>")) -> Comparison:
    first, second = random_matrix(60, 8, 1), random_matrix(60, 8, 2)
    vocabulary = Vocabulary([*HOSTILE, *first.vocabulary.words[len(HOSTILE) :]], first.vocabulary.counts)
    mixed = np.ascontiguousarray(first.vectors + 0.4 * second.vectors)
    return compare(
        first.replace(vocabulary=vocabulary), second.replace(vectors=mixed, vocabulary=vocabulary), names=names
    )


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Open a file in a browser without a network; fails where the page asked for anything or an error was logged."""
    contexts, faults = [], []

    def new(text: str | None = None, *, scheme: Any = "light", width: int = 1280) -> Page:
        path = tmp_path / "page.html"
        if text is None:
            write_page(found(), path, words=HOSTILE[:3])
        else:
            path.write_text(text, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        contexts.append(context)
        page = context.new_page()
        if text is None:
            page.on(
                "request",
                lambda one: None if one.url.startswith(("file:", "data:", "blob:")) else faults.append(one.url),
            )
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda one: faults.append(one.text) if one.type == "error" else None)
        page.goto(path.as_uri())
        return page

    yield new
    for context in contexts:
        context.close()
    assert not faults, faults


def test_the_detector_can_fail(opened: Any) -> None:
    page = opened(comparing_page(found()).replace("<bdi>&lt;img", f"{IMAGE}<bdi>&lt;img", 1))
    page.locator("img").first.wait_for(state="attached")
    # The page's policy lets foreign scripts run no more than foreign files in: here it is taken away.
    assert "image" in page.evaluate(DETECTOR)
    unsafe = "".join(f"<p>{word}</p>" for word in HOSTILE[:3])
    page = opened(f"<!doctype html><body><script>{'var a = 1;'}</script>{unsafe}")
    page.wait_for_function("window.pwned === 1")
    assert {"script", "image", "bold"} <= set(page.evaluate(DETECTOR))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hostile_words_and_names_are_text_on_the_page_in_its_figures_and_their_labels(scheme: str, opened: Any) -> None:
    page = opened(scheme=scheme)
    page.locator(".js-plotly-plot .xtick text").first.wait_for()
    assert page.locator(".js-plotly-plot").count() == 3
    assert page.locator("h1").text_content() == f"{IMAGE}one and <b id=boldmark>boldmark</b> compared"
    assert page.locator("details[open]").count() == 3
    assert page.evaluate(DETECTOR) == []
    told = set()
    for place in page.locator(".js-plotly-plot").nth(2).locator(".points path").all()[:40]:
        box = place.bounding_box()
        if box is None or box["width"] < 2:
            continue
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2 - 1, box["y"] + box["height"] / 2)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(60)
        told |= {text.text_content() for text in page.locator(".hoverlayer .hovertext").all()}
        assert page.evaluate(DETECTOR) == []
    assert any("1 − cosine after alignment" in (text or "") for text in told)


def test_texts_of_the_figures_take_the_colors_of_the_page(opened: Any) -> None:
    page = opened(scheme="dark")
    page.locator(".js-plotly-plot .xtick text").first.wait_for()
    fill = page.locator(".js-plotly-plot .xtick text").first.evaluate("(text) => getComputedStyle(text).fill")
    assert fill == page.evaluate("getComputedStyle(document.body).color") == "rgb(230, 234, 236)"


def test_the_camera_button_gives_a_picture_under_the_pages_policy(opened: Any) -> None:
    page = opened()
    chart = page.locator(".js-plotly-plot").first
    chart.locator(".xtick text").first.wait_for()
    chart.hover()
    with page.expect_download() as waiting:
        chart.locator(".modebar-btn").first.click()
    assert waiting.value.suggested_filename == "lexiloom.png"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_serious_fault_and_fits_a_telephone(scheme: str, opened: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(scheme=scheme)
    page.locator(".js-plotly-plot .xtick text").first.wait_for()
    violations = Axe().run(page).response["violations"]
    assert not [one for one in violations if one["impact"] in ("serious", "critical")], violations
    narrow = opened(scheme=scheme, width=360)
    narrow.locator(".js-plotly-plot .xtick text").first.wait_for()
    assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")
