"""What a visitor does: clicks, uploads, reads a number, saves a file. All wait for conditions; nothing sleeps."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PAGES = {
    "start": "An embedding matrix for your vocabulary",
    "vocabulary": "Vocabulary",
    "source": "Source",
    "train": "Train vectors",
    "coverage": "Coverage",
    "laboratory": "Laboratory",
    "download": "Build and download",
    "explore": "Explore",
    "finetune": "Fine-tune",
    "evaluate": "Evaluate",
}


def settle(page: Page) -> None:
    """Wait until the page stands still: its script has run, nothing is stale and nothing is still to come."""
    page.wait_for_selector("[data-testid='stApp']")
    page.wait_for_function(
        """() => {
            const app = document.querySelector("[data-testid='stApp']");
            const state = app && app.getAttribute("data-test-script-state");
            return app && app.getAttribute("data-test-connection-state") === "CONNECTED"
                && !["running", "initial", "rerunRequested"].includes(state)
                && document.querySelector("[data-testid='stHeading']")
                && !document.querySelector("[data-stale='true']")
                && !document.querySelector("[data-testid='stSkeleton']");
        }"""
    )
    assert not page.get_by_test_id("stException").count(), page.get_by_test_id("stException").first.text_content()


def keyed(page: Page, key: str) -> Locator:
    """The element of a widget by its key, whatever the language; a key's changing number ("…#3") is left out."""
    named = re.sub(r"[^A-Za-z0-9_-]", "-", key)
    return page.locator(f"[class*='st-key-{named}']").first


def turn_to(page: Page, name: str) -> None:
    """Go to another page by the navigation at the top."""
    page.locator(f"[data-testid='stTopNavLink'][href*='/{'' if name == 'start' else name}']").first.click()
    page.wait_for_url(re.compile(f"/{'' if name == 'start' else name}([?]|$)"))
    settle(page)


def go_to(page: Page, address: str, name: str) -> None:
    """Open a page of the same workspace by its address, as a bookmark does."""
    query = page.url.partition("?")[2]
    page.goto(f"{address}/{'' if name == 'start' else name}?{query}")
    settle(page)


def press(page: Page, key: str) -> None:
    """Click the button with this key."""
    keyed(page, key).get_by_role("button").first.click()


def upload(page: Page, key: str, *paths: Path) -> None:
    """Give files to the uploader with this key."""
    keyed(page, key).locator("input[type='file']").set_input_files([str(path) for path in paths])


def give_words(page: Page, *paths: Path) -> None:
    """Upload a vocabulary and wait until it is read."""
    turn_to(page, "vocabulary")
    upload(page, "vocabulary-", *paths)
    metric(page, "Types", "词型").wait_for()
    settle(page)


def give_vectors(page: Page, path: Path) -> None:
    """Upload a file of vectors and wait until it is in the chain."""
    turn_to(page, "source")
    upload(page, "source-", path)
    keyed(page, "remove-0").wait_for()
    settle(page)


def metric(page: Page, *labels: str) -> Locator:
    """The value of the figure with this label, in one of the languages."""
    named = page.locator("[data-testid='stMetricLabel']").filter(has_text=re.compile(f"^({'|'.join(labels)})"))
    return page.locator("[data-testid='stMetric']").filter(has=named).locator("[data-testid='stMetricValue']")


def switch(page: Page, key: str) -> None:
    """Flip the toggle with this key."""
    keyed(page, key).locator("label").first.click()


def save(page: Page, link: Locator, folder: Path) -> Path:
    """Click a download and keep what comes, under the name it comes with."""
    folder.mkdir(parents=True, exist_ok=True)
    with page.expect_download() as coming:
        link.click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def saved_recipe(page: Page, folder: Path) -> Path:
    """What Recipe > Save recipe.toml gives."""
    opened = page.get_by_test_id("stPopoverButton").filter(has_text=re.compile("Recipe|配方")).first
    opened.click()
    path = save(page, keyed(page, "save-recipe").get_by_role("button"), folder)
    page.keyboard.press("Escape")
    tomllib.loads(path.read_text("utf-8"))
    return path


def build(page: Page) -> None:
    """Press Build and wait until the matrix is there; somebody may have built the very same before."""
    turn_to(page, "download")
    keyed(page, "zip").or_(keyed(page, "job-build")).wait_for()
    if not keyed(page, "zip").count():
        press(page, "job-build")
    keyed(page, "zip").or_(page.get_by_test_id("stException").first).wait_for()
    settle(page)


def workspace_id(page: Page) -> str:
    """The visitor's workspace, from the URL."""
    page.wait_for_url(re.compile(r"[?&]w=[0-9a-f]{32}"))
    found = re.search(r"[?&]w=([0-9a-f]{32})", page.url)
    assert found
    return found[1]


def lock(folder: Path) -> dict[str, Any]:
    """A build's build.json."""
    return json.loads((folder / "build.json").read_text("utf-8"))
