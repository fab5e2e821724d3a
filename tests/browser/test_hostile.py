"""Hostile words, file names and column names are shown as the text that they are, wherever they come up."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.browser import actions as do
from tests.browser.conftest import PATIENCE, await_server, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

IMAGE = "<img src=x onerror=window.pwned=1>"
WORDS = [
    IMAGE,
    "<script>window.pwned=1</script>",
    "<b>boldmark</b>",
    "**boldmark**",
    ":red[redmark]",
    "$x^2+mathmark$",
    "[linkmark](javascript:alert(1))",
    '<a href="https://linkmark.example">linkmark</a>',
    ":material/skull:",
    "right\u202eleft",
    "zero\u200bwidth\u200d\ufeffmark",
    "=cmd()|'/C calc'!A0",
    "x" * 10_000,
]
# As a file name: no slash.
NAME = f"{IMAGE}**boldmark** <b>boldmark :red[redmark] $mathmark$"

# What of the words became more than text. Nothing is marked so by the app itself.
DETECTOR = r"""() => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    const holds = (mark) => (element) => element.textContent.includes(mark);
    const found = {
        script: window.pwned !== undefined,
        image: all("img").some((image) => image.getAttribute("src") === "x"),
        bold: all("strong, b, em").some((text) => /boldmark|^US$/.test(text.textContent)),
        link: all("a").some((a) => (a.getAttribute("href") || a.getAttribute("xlink:href") || "").match(
            /^javascript:|linkmark/)),
        color: all(".stMarkdownColoredText").some(holds("redmark"))
            || all("span[class*='colored' i]").some(holds("redmark")),
        math: all(".katex").some(holds("mathmark")),
        icon: all("span").some((icon) => icon.textContent.trim() === "skull"),
        chart: all("svg tspan, svg text").some((text) => holds("boldmark")(text)
            && /bold|[6-9]00/.test(text.getAttribute("style") || "") && !/</.test(text.textContent)),
    };
    return Object.keys(found).filter((name) => found[name]).sort();
}"""
UNSAFE = f"""
import plotly.graph_objects as go
import streamlit as st
st.title("unsafe")
for word in {WORDS!r}:
    st.markdown(word, unsafe_allow_html=True)
st.html("<script>window.pwned=1</script>", unsafe_allow_javascript=True)
st.plotly_chart(go.Figure(go.Bar(x=["<b>boldmark</b>", "b"], y=[1, 2])))
"""


def is_text(page: Page) -> None:
    assert page.evaluate(DETECTOR) == [], page.url


def hovered(page: Page) -> str:
    """Put the mouse on every bar and point of every chart that can be seen; what the labels say."""
    told = []
    for place in page.locator(".js-plotly-plot .bars path, .js-plotly-plot .scatterlayer .points path").all():
        if not place.is_visible():
            continue
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        if box is None or box["width"] < 2 or box["height"] < 2:
            continue
        page.mouse.move(box["x"] + box["width"] / 2 - 1, box["y"] + box["height"] / 2)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        label = page.locator(".hoverlayer .hovertext").first
        label.wait_for()
        told.append(label.text_content() or "")
        is_text(page)
    return "\n".join(told)


@pytest.fixture
def unsafe(tmp_path: Path) -> Iterator[str]:
    """A page that shows the words as one must not."""
    script, port = tmp_path / "unsafe.py", free_port()
    script.write_text(UNSAFE, encoding="utf-8")
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    with (tmp_path / "unsafe.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log)
    try:
        yield await_server(process, port, tmp_path / "unsafe.log")
    finally:
        process.kill()
        process.wait()


def test_the_detector_can_fail(unsafe: str, visit: Any) -> None:
    page = visit(unsafe)
    page.locator(".js-plotly-plot .bars path").first.wait_for()
    page.wait_for_function("window.pwned === 1")
    found = page.evaluate(DETECTOR)
    assert found == ["bold", "chart", "color", "icon", "image", "link", "math", "script"]


@pytest.fixture(scope="module")
def hostile(server: Server, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A visitor whose words, file and column names are hostile, with a finished build."""
    folder = tmp_path_factory.mktemp("hostile")
    context = browser.new_context(viewport={"width": 1440, "height": 1800}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(server.address)
    do.settle(page)
    give(page, folder)
    yield page
    context.close()


def table() -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([NAME, "count"])
    writer.writerows((word, 900 - i) for i, word in enumerate([*WORDS, "US", "**US**", "house", "sea"]))
    return out.getvalue().encode()


def vectors(first: str) -> bytes:
    words = [
        first,
        "us",
        "**us**",
        "**boldmark**",
        IMAGE.replace(" ", "_"),
        ":red[redmark]",
        *(f"w{i}" for i in range(50)),
    ]
    rows = np.random.default_rng(len(first)).standard_normal((len(words), 12))
    return "".join(
        f"{word} {' '.join(f'{v:.4f}' for v in row)}\n" for word, row in zip(words, rows, strict=True)
    ).encode()


def give(page: Page, folder: Path) -> None:
    (folder / f"{NAME}.csv").write_bytes(table())
    do.give_words(page, folder / f"{NAME}.csv")
    do.turn_to(page, "source")
    for place, word in enumerate(("sea", "house")):
        # By its path: an upload's name loses the worst of it.
        path = folder / f"{place} {NAME}.txt"
        path.write_bytes(vectors(word))
        page.get_by_role("tab", name="Path", exact=True).click()
        field = do.keyed(page, "source-path").get_by_role("textbox")
        field.fill(str(path))
        field.press("Enter")
        do.press(page, "use-path")
        do.keyed(page, f"remove-{place}").wait_for()
        do.settle(page)
    do.build(page)


def test_the_vocabulary_page_shows_them_as_text(hostile: Page) -> None:
    from playwright.sync_api import expect

    do.turn_to(hostile, "vocabulary")
    expect(do.keyed(hostile, "bar")).to_contain_text(NAME)
    expect(do.keyed(hostile, "bar")).to_contain_text("__boldmark__")
    expect(do.keyed(hostile, "vocabulary-column").get_by_role("combobox")).to_have_value(NAME)
    is_text(hostile)
    hovered(hostile)
    for key, word in (("vocabulary-add", "**boldmark**+"), ("vocabulary-add", IMAGE + "+"), ("vocabulary-remove", "w")):
        field = do.keyed(hostile, key).locator("input").first
        field.fill(word)
        field.press("Enter")
        expect(do.keyed(hostile, key)).to_contain_text(word)
        do.settle(hostile)
        is_text(hostile)


def test_the_source_and_start_pages_show_them_as_text(hostile: Page) -> None:
    from playwright.sync_api import expect

    do.turn_to(hostile, "source")
    expect(hostile.get_by_text(f"1.  0 {NAME}.txt")).to_be_visible()
    is_text(hostile)
    do.turn_to(hostile, "start")
    expect(do.keyed(hostile, "go-on")).to_be_visible()
    expect(hostile.get_by_text(f"0 {NAME[:30]}").first).to_be_visible()
    is_text(hostile)


def test_coverage_shows_them_as_text_in_tables_warnings_panels_and_hover_labels(hostile: Page) -> None:
    from playwright.sync_api import expect

    do.turn_to(hostile, "coverage")
    expect(hostile.get_by_test_id("stAlert").first).to_contain_text("**US**")
    is_text(hostile)
    told = []
    for tab in hostile.get_by_test_id("stTab").all():
        tab.click()
        do.settle(hostile)
        told.append(hovered(hostile))
    assert IMAGE in "\n".join(told), "the sources' names are in their labels"

    box = do.keyed(hostile, "words-state").get_by_role("combobox")
    # The list of options closes when the page scrolls below it.
    box.scroll_into_view_if_needed()
    do.settle(hostile)
    box.click()
    hostile.get_by_role("option", name=re.compile("^all words")).click()
    search = (
        do.keyed(hostile, "words-search")
        .get_by_role("searchbox")
        .or_(do.keyed(hostile, "words-search").get_by_role("textbox"))
    )
    for word in WORDS[:-1]:
        search.fill(word.strip("\ufeff"))
        panel = hostile.get_by_test_id("stText").filter(has_text=word)
        expect(panel.first).to_be_visible()
        is_text(hostile)
    search.fill("x" * 300)
    expect(hostile.get_by_test_id("stText").filter(has_text="x" * 200 + "…").first).to_be_visible()


def test_the_build_its_neighbors_and_its_card_show_them_as_text(hostile: Page) -> None:
    do.build(hostile)
    is_text(hostile)
    hovered(hostile)
    for opened in hostile.get_by_test_id("stExpander").locator("summary").all():
        opened.click()
        do.settle(hostile)
        is_text(hostile)


def test_the_recipe_the_workspace_and_an_error_show_them_as_text(hostile: Page, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    do.turn_to(hostile, "source")
    opened = hostile.get_by_test_id("stPopoverButton")
    opened.filter(has_text="Recipe").click()
    for tab in ("TOML", "Shell", "Python"):
        hostile.get_by_role("tab", name=tab).click()
        expect(hostile.get_by_test_id("stCode").locator("visible=true").first).to_contain_text("boldmark")
        is_text(hostile)
    (tmp_path / "bad.toml").write_text(f"[vocabulary]\nkind = '{NAME}'\n'{NAME}' = 1\n", encoding="utf-8")
    do.upload(hostile, "recipe-", tmp_path / "bad.toml")
    expect(hostile.get_by_test_id("stAlert").filter(has_text="boldmark").first).to_be_visible()
    is_text(hostile)
    hostile.reload()
    do.settle(hostile)
    opened.filter(has_text="Workspace").click()
    name = do.keyed(hostile, "workspace-name").get_by_role("textbox")
    name.fill(NAME[:80])
    name.press("Enter")
    do.settle(hostile)
    do.turn_to(hostile, "start")
    expect(hostile.get_by_text(NAME[:40]).first).to_be_visible()
    is_text(hostile)
