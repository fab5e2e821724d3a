"""The worklist in a real browser: a cause accepted, a word decided, kept over a reload and in the build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.browser import actions as do
from tests.unit.formats import vector_files as files

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

# Counts of 100 in all.
WORDS = """\
sea\t50
house\t25
chandeliers\t10
zyzzyva\t6
harbors\t4
seahouse\t3
<img src=x onerror=alert(1)>\t1
1,234\t1
"""
HELD = ["sea", "house", "chandelier", "harbor", *(f"w{i}" for i in range(40))]


@pytest.fixture
def given(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text(WORDS, encoding="utf-8")
    vectors = np.random.default_rng(1).standard_normal((len(HELD), 20)).astype("f4")
    files.glove(tmp_path / "vectors.txt", HELD, vectors)
    return tmp_path


def opened(server: Server, visit: Any, given: Path, **options: Any) -> Page:
    page = visit(server.address, **options)
    do.give_words(page, given / "words.txt")
    do.give_vectors(page, given / "vectors.txt")
    do.turn_to(page, "coverage")
    do.keyed(page, "fixes-accept-inflection").wait_for()
    do.settle(page)
    return page


def search(page: Page, word: str) -> None:
    """Bring a word to the first place, and wait until it stands at the side."""
    do.keyed(page, "worklist-search").get_by_role("searchbox").or_(
        do.keyed(page, "worklist-search").get_by_role("textbox")
    ).first.fill(word)
    do.keyed(page, "worklist-side").get_by_text(word, exact=False).first.wait_for()
    do.settle(page)


def shows(page: Page, types: str, tokens: str, missing: str) -> None:
    from playwright.sync_api import expect

    expect(do.metric(page, "Type coverage", "词型覆盖率")).to_have_text(types)
    expect(do.metric(page, "Token coverage", "词次覆盖率")).to_have_text(tokens)
    expect(do.metric(page, "Missing words", "未找到的词")).to_have_text(missing)


def test_what_is_decided_moves_coverage_lasts_and_is_in_the_build(server: Server, visit: Any, given: Path) -> None:
    import pyarrow.parquet as pq
    from playwright.sync_api import expect

    page = opened(server, visit, given)
    shows(page, "25.0%", "75.0%", "6")
    do.switch(page, "fixes-accept-inflection")
    shows(page, "50.0%", "89.0%", "4")

    search(page, "zyz")
    field = do.keyed(page, "fix-words").get_by_role("textbox")
    field.fill("seaa")
    field.press("Enter")
    expect(page.get_by_test_id("stAlert").filter(has_text="no source holds")).to_be_visible()
    field.fill("sea, house")
    field.press("Enter")
    shows(page, "62.5%", "95.0%", "3")
    expect(field).to_have_value("sea, house")
    search(page, "1,2")
    do.press(page, "fix-out")
    expect(do.keyed(page, "worklist-side").get_by_text("left out")).to_be_visible()
    do.keyed(page, "decisions").locator("summary").click()
    expect(do.keyed(page, "decisions").get_by_text("1,234: left out")).to_be_visible()

    page.reload()
    do.settle(page)
    shows(page, "62.5%", "95.0%", "3")
    expect(do.keyed(page, "fixes-accept-inflection").get_by_role("switch")).to_be_checked()
    do.keyed(page, "decisions").locator("summary").click()
    expect(do.keyed(page, "decisions").get_by_text("zyzzyva: uses sea + house")).to_be_visible()

    do.build(page)
    path = do.save(page, do.keyed(page, "file-rows.parquet").get_by_role("link"), given / "app")
    rows = {row["word"]: row for row in pq.read_table(path).to_pylist()}
    fixed = {word: row["form"] or tuple(row["pieces"]) for word, row in rows.items() if row["rung"] == "fix"}
    assert fixed == {"chandeliers": "chandelier", "harbors": "harbor", "zyzzyva": ("sea", "house")}
    assert "1,234" not in rows


def test_all_works_by_the_keyboard(server: Server, visit: Any, given: Path) -> None:
    page = opened(server, visit, given)
    do.keyed(page, "fixes-accept-inflection").get_by_role("switch").focus()
    page.keyboard.press("Space")
    shows(page, "50.0%", "89.0%", "4")
    do.settle(page)
    search(page, "zyz")
    do.keyed(page, "fix-out").get_by_role("button").focus()
    page.keyboard.press("Enter")
    do.keyed(page, "worklist-side").get_by_text("left out").wait_for()
    do.settle(page)
    do.keyed(page, "fix-undo").get_by_role("button").focus()
    page.keyboard.press("Space")
    do.keyed(page, "worklist-side").get_by_text("filled as any other").wait_for()


def test_a_clicked_row_stays_open_when_it_is_decided(server: Server, visit: Any, given: Path) -> None:
    page = opened(server, visit, given)
    table = do.keyed(page, "worklist-table")
    table.scroll_into_view_if_needed()
    box = table.locator("canvas").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 12, box["y"] + 35 * 2.5)  # the second row, where rows are selected
    do.keyed(page, "worklist-side").get_by_text("zyzzyva").wait_for()
    do.settle(page)
    do.press(page, "fix-out")
    do.keyed(page, "worklist-side").get_by_text("left out").wait_for()
    do.settle(page)
    assert do.keyed(page, "worklist-side").get_by_text("zyzzyva").count()


@pytest.mark.parametrize(("scheme", "language", "width"), [("light", "en-US", 1440), ("dark", "zh-CN", 390)])
def test_hostile_words_are_shown_as_they_are_and_nothing_overflows(
    server: Server, visit: Any, given: Path, scheme: str, language: str, width: int
) -> None:
    page = visit(server.address, scheme=scheme, language=language)
    do.give_words(page, given / "words.txt")
    do.give_vectors(page, given / "vectors.txt")
    page.set_viewport_size({"width": width, "height": 3600 if width > 400 else 6000})
    do.go_to(page, server.address, "coverage")
    do.keyed(page, "fixes-accept-inflection").wait_for()
    page.on("dialog", lambda dialog: pytest.fail(f"a word ran: {dialog.message}"))
    search(page, "<img")
    do.press(page, "fix-out")
    do.settle(page)
    do.keyed(page, "decisions").locator("summary").click()
    do.keyed(page, "undo-fix-0").wait_for()
    do.settle(page)  # a click while the page runs would be that of the run before
    do.keyed(page, "unused").locator("summary").click()
    do.press(page, "unused-look")
    do.keyed(page, "unused-csv").or_(do.keyed(page, "unused").get_by_test_id("stAlert")).first.wait_for()
    do.settle(page)
    page.screenshot(path=given / f"worklist-{scheme}-{width}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("img[src='x']").count() == 0
