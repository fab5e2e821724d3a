"""The tutorial's steps, walked in both languages: what it sets in bold is on the page, and its code runs.

With LEXILOOM_SCREENSHOTS set to a folder the pictures go there, into en/ and zh/, else into a folder of the test's.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import actions as do
from tests.browser.conftest import ROOT, find_browser, serve, stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

TUTORIAL = ROOT / "docs" / "tutorial"
WIDTH = 1200
MOST_BYTES = 150_000
# Everything that can be read: texts, those of charts and tables too, and what stands in the fields.
READ = """() => {
    const shown = document.body.cloneNode(true);
    shown.querySelectorAll("script, noscript, style").forEach(one => one.remove());
    const texts = [];
    const walker = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode.nodeValue);
    document.querySelectorAll("input, textarea").forEach(one => texts.push(one.value));
    return texts.join("\\n") + "\\n" + document.body.innerText;
}"""
ELEMENTS = "[data-testid='stMainBlockContainer'] [data-testid='stElementContainer']"
LOWEST = """wanted => Math.max(...[...document.querySelectorAll(wanted)].map(
    one => one.getBoundingClientRect().bottom))"""


@dataclass
class Language:
    """What a visitor of this language does, where the two tutorials differ."""

    browser: str
    sample: str
    rung: str
    second_source: str  # put behind the first one, "" for none
    looked_at: tuple[str, str]  # a state, and a word of that state
    composed: str


LANGUAGES = {
    "en": Language("en-US", "reviews", "lower", "", ("found, suspect", "LED"), "touchscreen"),
    "zh": Language("zh-CN", "news_zh", "script", "builtin-english", ("found under another spelling", "發展"), "新能源"),
}


@dataclass
class Walk:
    """A visitor on the way through the tutorial: what was seen in each of its sections, and the pictures."""

    page: Page
    folder: Path
    seen: dict[int, str] = field(default_factory=dict)

    def see(self, section: int) -> None:
        """Keep what the page says."""
        do.settle(self.page)
        steady(self.page)
        self.seen[section] = self.seen.get(section, "") + "\n" + " ".join(self.page.evaluate(READ).split())

    def take(self, name: str, top: str = "", bottom: str = "", last: str = ELEMENTS) -> None:
        """A picture of the page, from the heading `top` to where the heading `bottom` begins, or `last` ends."""
        self.page.mouse.move(0, 0)
        steady(self.page)
        start = self.edge(top) - 12 if top else 0
        end = self.edge(bottom) - 12 if bottom else self.page.evaluate(LOWEST, last) + 32
        clip = {"x": 0, "y": start, "width": WIDTH, "height": end - start}
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{name}.png").write_bytes(small(self.page.screenshot(clip=clip)))  # type: ignore[arg-type]

    def edge(self, heading: str) -> float:
        box = self.page.get_by_role("heading", name=heading, exact=True).first.bounding_box()
        assert box
        return box["y"]


def steady(page: Page) -> None:
    """Wait until two pictures in a row are the same: fonts have come, charts and tables are drawn."""
    page.evaluate("() => document.fonts.ready")
    before = b""
    while (now := page.screenshot()) != before:
        before = now
        page.evaluate("() => new Promise(done => setTimeout(() => requestAnimationFrame(done), 250))")


def small(picture: bytes) -> bytes:
    """A PNG with a palette, a third of the bytes: the 256 most frequent colors, the others as the next of these."""
    import numpy as np
    from PIL import Image

    given = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(np.int64)
    numbers, places, counts = np.unique(given @ (65536, 256, 1), return_inverse=True, return_counts=True)
    colors = np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], axis=1)
    palette = colors[np.argsort(-counts)[:256]]
    nearest = np.abs(colors[:, None] - palette).sum(axis=2).argmin(axis=1).astype(np.uint8)
    packed, told = Image.fromarray(nearest[places].reshape(given.shape[:2])), io.BytesIO()
    packed.putpalette(palette.astype(np.uint8).tobytes())
    packed.save(told, "PNG", optimize=True)
    return told.getvalue()


def sections(name: str) -> list[str]:
    """The tutorial's parts between second-level headings; the first is what stands before them."""
    return (TUTORIAL / f"{name}.md").read_text("utf-8").split("\n## ")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", "\n## ".join(sections(name)), re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which nobody has built anything yet: the tutorial says what a newcomer sees."""
    find_browser()
    running = serve(tmp_path_factory.mktemp("tutorial") / "home")
    yield running
    stop(running)


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Any:
    """Texts of the app in the tutorial's language."""
    from core.messages import _, speaking

    code = {"en": "en", "zh": "zh_CN"}[request.getfixturevalue("name")]

    def tell(text: str) -> str:
        with speaking(code):
            return str(_(text))

    return tell


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_step_of_the_tutorial_works_and_shows_what_it_says(
    name: str, server: Server, visit: Any, told: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(os.environ.get("LEXILOOM_SCREENSHOTS") or tmp_path / "pictures").absolute() / name
    page = visit(server.address, width=WIDTH, height=2600, language=LANGUAGES[name].browser)
    walk = Walk(page, folder)
    begin(walk, LANGUAGES[name])
    read_coverage(walk, LANGUAGES[name], told)
    finish(walk, LANGUAGES[name], told)
    look(walk, LANGUAGES[name], told)
    take_away(walk, told, tmp_path / "away")
    tell_and_share(walk, told)

    parts = sections(name)
    assert len(parts) - 1 == max(walk.seen), "a section that nobody walked through"
    for number, text in enumerate(parts):
        for shown in re.findall(r"\*\*(.+?)\*\*", text) if number else ():
            assert holds(walk.seen.get(number, ""), shown), f"section {number}: {shown!r} is not on the page"
    for picture in re.findall(r"\]\(images/(\w+/\w+\.png)\)", "".join(parts)):
        assert (folder.parent / picture).stat().st_size <= MOST_BYTES, picture
    runs_as_it_stands(name, tmp_path / "away", monkeypatch)


def holds(seen: str, shown: str) -> bool:
    """Whether a text was on the page; a number is not part of a longer one."""
    wanted = " ".join(shown.replace("`", "").split())
    before = r"(?<![\d.,])(?<!\d )" if wanted[0].isdigit() else ""
    return re.search(rf"{before}{re.escape(wanted)}(?![\d%]|[.,]\d)", seen) is not None


def begin(walk: Walk, here: Language) -> None:
    """Sections 1 to 3: a sample, its words, its sources."""
    page = walk.page
    walk.see(1)
    walk.take("start")
    do.press(page, f"sample-{here.sample}")
    page.wait_for_url("**/coverage?**")
    walk.see(1)
    do.turn_to(page, "vocabulary")
    walk.see(2)
    walk.take("vocabulary")
    do.turn_to(page, "source")
    walk.see(3)
    if here.second_source:
        do.press(page, f"use-{here.second_source}")
        do.keyed(page, "remove-1").wait_for()
        walk.see(3)
    walk.take("source")


def read_coverage(walk: Walk, here: Language, told: Any) -> None:
    """Sections 4 to 6: the bar, a rung switched off and on, the missing words and those found otherwise."""
    page = walk.page
    do.press(page, "next-coverage")
    page.wait_for_url("**/coverage?**")
    walk.see(4)
    walk.take("coverage", bottom=told("Words"))
    rung, label = do.keyed(page, f"ladder-{here.rung}").locator("input"), told("Type coverage")
    given = do.metric(page, label).inner_text()
    for _turn in ("off", "on"):
        was_on, before = rung.is_checked(), do.metric(page, label).inner_text()
        do.switch(page, f"ladder-{here.rung}")
        page.wait_for_function(
            "([label, was]) => ![...document.querySelectorAll(\"[data-testid='stMetric']\")]"
            ".some(one => one.innerText.startsWith(label) && one.innerText.includes(was))",
            arg=[label, before],
        )
        assert rung.is_checked() is not was_on
        walk.see(5)
    assert do.metric(page, label).inner_text() == given
    walk.see(6)
    walk.take("words", top=told("Words"))
    state, word = here.looked_at
    show(page, told(state))
    search(page, word)
    walk.see(6)
    search(page, "")
    show(page, told("missing"))
    walk.see(7)


def show(page: Page, state: str) -> None:
    """Choose whose words the table lists."""
    chosen = do.keyed(page, "words-state").get_by_role("combobox")
    chosen.click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(state)}")).click()
    do.settle(page)


def search(page: Page, word: str) -> None:
    box = do.keyed(page, "words-search")
    box.get_by_role("searchbox").or_(box.get_by_role("textbox")).first.fill(word)
    if word:
        page.get_by_test_id("stText").filter(has_text=re.compile(f"^{re.escape(word)}$")).first.wait_for()
    do.settle(page)


def finish(walk: Walk, here: Language, told: Any) -> None:
    """Section 7: the matrix is built, and a word without a vector has one, with its origin."""
    page = walk.page
    do.press(page, "next-download")
    page.wait_for_url("**/download?**")
    walk.see(7)
    do.build(page)
    walk.see(7)
    walk.take("build", bottom=told("Take it away"))
    do.turn_to(page, "coverage")
    show(page, told("all words"))
    search(page, here.composed)
    page.get_by_text(told("Nearest words")).wait_for()
    walk.see(7)


def look(walk: Walk, here: Language, told: Any) -> None:
    """Section 8: the map of the words, and a word on it."""
    page = walk.page
    do.turn_to(page, "explore")
    do.metric(page, told("Trustworthiness")).wait_for()
    walk.see(8)
    page.get_by_label(told("Find a word")).fill(here.composed)
    page.keyboard.press("Enter")
    page.get_by_text(told("Nearest words")).wait_for()
    walk.see(8)
    walk.take("explore", bottom=told("Picked"))


def take_away(walk: Walk, told: Any, away: Path) -> None:
    """Section 9: what is downloaded."""
    page = walk.page
    do.turn_to(page, "download")
    for file in ("matrix.safetensors", "words.json", "rows.parquet"):
        do.save(page, do.keyed(page, f"file-{file}").get_by_role("link"), away)
    link = do.keyed(page, "export-word2vec-embedding.vec").get_by_role("link")
    if not link.count():
        page.locator("[class*='st-key-job-export-'][class*='-word2vec']").first.get_by_role("button").click()
    do.save(page, link, away)
    walk.see(9)
    walk.take("download", top=told("Take it away"))


def tell_and_share(walk: Walk, told: Any) -> None:
    """Sections 10 and 11: the recipe, and the workspace's links."""
    page = walk.page
    do.turn_to(page, "coverage")
    opened = page.get_by_test_id("stPopoverButton")
    opened.filter(has_text=told("Recipe")).click()
    for tab in ("TOML", "Python", told("Shell")):
        page.get_by_role("tab", name=tab, exact=True).click()
        walk.see(10)
    walk.take("recipe", last="[data-testid='stPopoverBody']")
    page.keyboard.press("Escape")
    opened.filter(has_text=told("Workspace")).click()
    do.keyed(page, "share-link").wait_for()
    walk.see(11)


def runs_as_it_stands(name: str, away: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block of code, in a folder with what was downloaded; shell and Python give the downloaded matrix."""
    for sample in ("reviews.txt", "news_zh.txt"):
        shutil.copy(ROOT / "assets" / "samples" / sample, away)
    monkeypatch.chdir(away)
    names: dict[str, Any] = {}
    for block in blocks(name, "python"):
        exec(block, names)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LEXILOOM_HOME": str(away / "home")}
    for block in blocks(name, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("lexiloom build"):
                command = [sys.executable, "-m", "core.cli", *shlex.split(line)[1:]]
                subprocess.run(command, env=environment, check=True, capture_output=True)
    matrix = (away / "matrix.safetensors").read_bytes()
    assert (away / "by-shell" / "matrix.safetensors").read_bytes() == matrix
    assert (away / "by-python" / "matrix.safetensors").read_bytes() == matrix
