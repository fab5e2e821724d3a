"""How the pages look and read: no serious accessibility fault, nothing wider than the screen, pictures of all."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import actions as do
from tests.browser.conftest import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

# Faults inside Streamlit's own widgets, out of our reach: (rule, part of the element's HTML) -> why.
STREAMLITS: dict[tuple[str, str], str] = {}

WIDE, NARROW = (1440, 2400), (390, 4800)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for screenshots: LEXILOOM_SCREENSHOTS, or a temporary one."""
    folder = Path(os.environ.get("LEXILOOM_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def work(server: Server, browser: Browser) -> str:
    """The query of a workspace with a finished build of the English sample."""
    context = browser.new_context(viewport={"width": 1440, "height": 1600}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(server.address)
    do.settle(page)
    do.press(page, "sample-reviews")
    page.wait_for_url("**/coverage?**")
    do.build(page)
    workspace = do.workspace_id(page)
    context.close()
    return f"w={workspace}"


def faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical on this page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:240]} {node.get('failureSummary', '')[:300]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
        if not any(one["id"] == rule and part in node["html"] for rule, part in STREAMLITS)
    ]


def overflow(page: Page) -> list[str]:
    """What reaches beyond the right edge of the screen, and does not scroll in a box of its own."""
    return page.evaluate(
        """() => {
            const edge = document.documentElement.clientWidth + 1;
            const main = document.querySelector("[data-testid='stMainBlockContainer']");
            return [...main.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().width
                && e.getBoundingClientRect().right > edge
                && ![main, document.querySelector("[data-testid='stMain']")].includes(e)
                && !within(e)).map((e) => `${e.tagName} ${e.className} ${e.textContent.slice(0, 60)}`);
            function within(e) {
                for (let up = e.parentElement; up && up !== main; up = up.parentElement)
                    if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)
                        && up.getBoundingClientRect().right <= edge) return true;
                return false;
            }
        }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_empty_pages_have_no_serious_fault(scheme: str, server: Server, visit: Any, pictures: Path) -> None:
    page = visit(server.address, scheme=scheme)
    found = {}
    for name in do.PAGES:
        do.turn_to(page, name)
        page.screenshot(path=pictures / f"{name}-empty-{scheme}.png")
        found[name] = faults(page)
    assert not any(found.values()), report(found)


@pytest.mark.parametrize("scheme, language", [("light", "en"), ("dark", "zh_CN")])
def test_pages_with_content_fit_every_screen_and_have_no_serious_fault(
    scheme: str, language: str, server: Server, visit: Any, work: str, pictures: Path
) -> None:
    page = visit(f"{server.address}/?{work}&lang={language}", scheme=scheme, width=WIDE[0], height=WIDE[1])
    found = {}
    for name in do.PAGES:
        do.turn_to(page, name)
        complete(page)
        page.screenshot(path=pictures / f"{name}-{language}-{scheme}-{WIDE[0]}.png")
        found[f"{name} wide"] = overflow(page)
        found[name] = faults(page)
    for box in ("Recipe|配方", "Workspace|工作区"):
        page.get_by_test_id("stPopoverButton").filter(has_text=re.compile(box)).click()
        page.get_by_test_id("stPopoverBody").wait_for()
        do.settle(page)
        page.screenshot(path=pictures / f"{box.partition('|')[0].lower()}-{scheme}.png")
        found[box] = faults(page)
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    for name in do.PAGES:
        do.go_to(page, server.address, name)
        complete(page)
        page.screenshot(path=pictures / f"{name}-{language}-{scheme}-{NARROW[0]}.png")
        found[f"{name} narrow"] = overflow(page)
    assert not any(found.values()), report(found)


def complete(page: Page) -> None:
    """Wait until every chart is drawn."""
    page.wait_for_function(
        """() => [...document.querySelectorAll("[data-testid='stPlotlyChart']")].every(
            (chart) => !chart.offsetParent || chart.querySelector(".main-svg"))"""
    )


def report(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{place}: {fault}" for place, faults in found.items() for fault in faults)
