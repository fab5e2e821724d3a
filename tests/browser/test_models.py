"""A pretrained model in a browser: chosen by its folder, made ready, compared, distilled, built, its pieces told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import models
from tests.browser import actions as do
from tests.browser.test_looks import complete, faults, overflow

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


def build_of(server: Server) -> Path:
    (folder,) = [path for path in (server.home / "builds").iterdir() if (path / "build.json").is_file()]
    return folder


def taken(page: Page, folder: Path) -> None:
    """Give the model's folder in the tab Model."""
    page.get_by_role("tab", name="Model").click()
    do.keyed(page, "model-name").locator("input").fill(str(folder))
    page.keyboard.press("Enter")
    do.settle(page)
    do.press(page, "use-model")
    do.keyed(page, "job-index").wait_for()
    do.settle(page)


@pytest.fixture
def own(tmp_path: Path) -> Any:
    from tests.browser.conftest import serve, stop

    running = serve(tmp_path / "home")
    yield running
    stop(running)


def test_a_model_is_chosen_made_ready_compared_and_built(own: Server, visit: Any, tmp_path: Path) -> None:
    pictures = Path(os.environ.get("LEXILOOM_SCREENSHOTS") or tmp_path)
    folder = models.bert(tmp_path / "tiny-bert")
    words = tmp_path / "words.txt"
    words.write_text("".join(f"{word} {60 - i}\n" for i, word in enumerate(models.TEXT.split())), "utf-8")
    page = visit(own.address, height=2400)
    do.settle(page)
    do.give_words(page, words)
    do.turn_to(page, "source")
    taken(page, folder)
    page.screenshot(path=str(pictures / "model-before.png"))
    do.press(page, "job-index")
    page.get_by_text("any word × 16 dimensions").wait_for()
    do.settle(page)
    page.get_by_role("button", name="Options").click()
    page.get_by_text("Distill:").wait_for()
    page.screenshot(path=str(pictures / "model-options.png"))
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Catalog").click()
    do.keyed(page, "catalog-search").locator("input").fill("tencent")
    page.keyboard.press("Enter")
    do.settle(page)
    page.get_by_text("Which one suits my vocabulary?").click()
    do.press(page, "job-rank")
    page.get_by_text("gives a row to").wait_for()
    do.settle(page)
    complete(page)
    assert not faults(page) and not overflow(page)
    page.screenshot(path=str(pictures / "model-ranking.png"))
    do.turn_to(page, "coverage")
    do.settle(page)
    page.screenshot(path=str(pictures / "model-coverage.png"))
    do.turn_to(page, "download")
    do.build(page)
    lock = json.loads((build_of(own) / "build.json").read_text("utf-8"))
    assert lock["inputs"]["sources"][0]["kind"] == "hf" and lock["environment"]["device"] == "cpu, float32"
    assert lock["coverage"]["built"]["types"]["composed"] > 0
