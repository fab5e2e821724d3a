"""The app in Chinese: chosen, kept, found out from the browser; and Chinese files as they are in the wild."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.messages import _, speaking
from tests.browser import actions as do

if TYPE_CHECKING:
    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

NEWS = Path(__file__).resolve().parents[2] / "assets" / "samples" / "news_zh.txt"


def chinese(text: str) -> str:
    with speaking("zh_CN"):
        return str(_(text))


def test_a_chinese_browser_gets_chinese_at_first(server: Server, visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit(server.address, language="zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text(chinese("An embedding matrix for your vocabulary"))
    expect(page.get_by_test_id("stTopNavLink").nth(1)).to_contain_text(chinese("Vocabulary"))
    assert "lang=" not in page.url


def test_switching_the_language_keeps_the_place_the_work_and_the_address(server: Server, visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit(server.address)
    do.press(page, "sample-reviews")
    page.wait_for_url("**/coverage?**")
    do.switch(page, "ladder-lower")
    expect(do.metric(page, "Type coverage")).to_have_text("70.6%")
    workspace = do.workspace_id(page)

    do.press(page, "language")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(chinese("Coverage"))
    assert re.search(r"/coverage\?", page.url) and "lang=zh_CN" in page.url and f"w={workspace}" in page.url
    expect(do.metric(page, chinese("Type coverage"))).to_have_text("70.6%")
    expect(do.keyed(page, "ladder-lower").locator("input")).not_to_be_checked()
    shown = do.keyed(page, "words-state").get_by_role("combobox")
    expect(shown).to_have_value(re.compile(f"^{chinese('missing')}"))

    do.turn_to(page, "vocabulary")
    expect(heading).to_have_text(chinese("Vocabulary"))
    expect(do.keyed(page, "vocabulary-kind").get_by_role("combobox")).to_have_value(chinese("word list"))
    page.reload()
    do.settle(page)
    expect(heading).to_have_text(chinese("Vocabulary"))
    do.press(page, "language")
    expect(heading).to_have_text("Vocabulary")
    expect(do.keyed(page, "vocabulary-kind").get_by_role("combobox")).to_have_value("word list")
    assert f"w={workspace}" in page.url


def test_a_gb18030_list_is_read_right_built_and_downloaded(server: Server, visit: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    lines = [*NEWS.read_text("utf-8").splitlines(), "𠮷野家\t7", "㐀㐁\t3"]
    words = [line.split("\t")[0] for line in lines]
    (tmp_path / "新闻 词表.txt").write_bytes("".join(f"{line}\r\n" for line in lines).encode("gb18030"))
    page = visit(server.address, language="zh-CN")
    do.give_words(page, tmp_path / "新闻 词表.txt")
    expect(do.metric(page, chinese("Types"))).to_have_text(str(len(words)))
    expect(page.get_by_text("新闻 词表.txt · ")).to_contain_text(re.compile("GB18030", re.IGNORECASE))
    expect(page.get_by_test_id("stCode").first).to_contain_text("的\t2752")

    do.turn_to(page, "source")
    do.press(page, "use-builtin-chinese")
    do.keyed(page, "remove-0").wait_for()
    do.build(page)
    expect(do.metric(page, chinese("Rows"))).to_have_text(str(len(words) + 2))
    saved = do.save(page, do.keyed(page, "file-words-json").get_by_role("link"), tmp_path / "saved")
    assert json.loads(saved.read_text("utf-8"))[2:] == words
    card = do.save(page, do.keyed(page, "file-matrix-safetensors").get_by_role("link"), tmp_path / "saved")
    assert card.stat().st_size > (len(words) + 2) * 256 * 4
