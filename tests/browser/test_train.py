"""Train vectors in a browser: a text is given, words are watched, training is stopped and gone on with, and used."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.training.artifact import read_artifact
from core.workspace.personal import PersonalWorkspaces
from core.workspace.workspace import Workspace
from tests.browser import actions as do
from tests.browser.test_finetune import until, write
from tests.browser.test_looks import faults, overflow

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

Visit = Callable[..., Any]
HOSTILE = "<img/src=x/onerror=alert(1)>"
ANIMALS = ["dog", "cat", "horse", "sheep", "goat", "rabbit", "mouse", "cow", "pig", "hen", "fox", "wolf"]
COLORS = ["red", "green", "blue", "yellow", "brown", "black", "white", "pink", "gray", "violet", "gold", "purple"]
PLACES = ["house", "barn", "field", "forest", "river", "garden", "meadow", "hill", "village", "market", "road", "pond"]
DEEDS = ["sees", "hears", "follows", "leaves", "finds", "likes", "meets", "calls", "helps", "hunts", "feeds", "misses"]
GROUPS = {"animal": ANIMALS, "color": COLORS, "place": PLACES, "deed": DEEDS}


def tale(path: Path, lines: int, seed: int = 0) -> Path:
    """A text whose words of one kind stand in the same places."""
    rng = np.random.default_rng(seed)
    drawn = {name: np.array(words)[rng.integers(len(words), size=(lines, 2))] for name, words in GROUPS.items()}
    with path.open("w", encoding="utf-8") as file:
        for n in range(lines):
            one = {name: words[n] for name, words in drawn.items()}
            file.write(
                f"the {one['color'][0]} {one['animal'][0]} {one['deed'][0]} the {one['color'][1]} {one['animal'][1]} "
                f"near the {one['place'][0]} and {one['deed'][1]} the {one['place'][1]}\n"
            )
    return path


def asked_for(path: Path) -> Path:
    """A text of the words that a published set asks for."""
    from gensim.test.utils import datapath

    pairs = [line.split("\t")[:2] for line in Path(datapath("wordsim353.tsv")).read_text("utf-8").splitlines()[2:]]
    path.write_text("".join(f"the {first} is like the {second} .\n" for first, second in pairs) * 6, encoding="utf-8")
    return path


def workspace(server: Server) -> str:
    return PersonalWorkspaces(Workspace(server.home)).create().id


def visited(visit: Visit, server: Server, **settings: Any) -> Page:
    lang = "zh_CN" if settings.get("language") == "zh-CN" else "en"
    return visit(f"{server.address}/train?w={workspace(server)}&lang={lang}", **settings)


def folder(server: Server, page: Page) -> Path:
    """Where the visitor's trainings lie."""
    return server.home / "visitors" / do.workspace_id(page) / "trained"


def give(page: Page, *paths: Path) -> None:
    """Upload texts and wait until their first stretches are shown."""
    do.upload(page, "train-files", *paths)
    do.keyed(page, "train-preview").wait_for()
    do.settle(page)


def watch(page: Page, *words: str) -> None:
    """Type words that are to be watched."""
    box = page.locator("[class*='-watch']").locator("input").first
    for word in words:
        box.fill(word)
        box.press("Enter")
        do.settle(page)
    page.keyboard.press("Escape")
    do.settle(page)


def finished(page: Page) -> None:
    """Wait until the vectors are there."""
    do.keyed(page, "train-use").wait_for(timeout=240_000)
    do.settle(page)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    do.settle(page)


def picture(page: Page, name: str) -> None:
    """A screenshot, where some are asked for."""
    if given := os.environ.get("LEXILOOM_SCREENSHOTS"):
        page.screenshot(path=Path(given) / f"{name}.png")


def test_words_are_watched_while_they_learn_and_their_vectors_become_the_source(
    visit: Visit, server: Server, tmp_path: Path
) -> None:
    page = visited(visit, server)
    give(page, tale(tmp_path / "tale.txt", 12_000))
    watch(page, "dog", "red", HOSTILE)
    write(page, "Epochs", "2000")
    do.press(page, "job-train")
    cards = do.keyed(page, "train-cards")
    cards.get_by_role("heading", name="dog").wait_for(timeout=120_000)
    cards.get_by_text(re.compile("stayed")).first.wait_for(timeout=120_000)
    assert not faults(page)
    assert not overflow(page)
    picture(page, "train-live")

    kept = folder(server, page)
    do.press(page, "stop-train")
    do.keyed(page, "finish-train").wait_for()
    do.settle(page)
    states = list(kept.glob("*.training/state.json"))
    assert len(states) == 1
    before = json.loads(states[0].read_text("utf-8"))["parts"]

    # The page is closed and opened again: it finds the training, and goes on where it was.
    page.reload()
    do.settle(page)
    assert cards.get_by_role("heading", name="dog").count()
    do.press(page, "job-train")
    live = states[0].with_name("live.json")
    told = json.loads(states[0].read_text("utf-8"))["course"]["done"]
    until(page, lambda: json.loads(live.read_text("utf-8"))["done"] > told, seconds=120)
    do.press(page, "stop-train")
    do.keyed(page, "finish-train").wait_for()
    do.settle(page)
    assert json.loads(states[0].read_text("utf-8"))["parts"] > before
    do.press(page, "finish-train")
    finished(page)

    made = read_artifact(next(one for one in kept.iterdir() if one.is_dir() and not one.name.endswith(".training")))
    assert not made.lock["complete"]
    now = {one["word"]: [word for word, _cosine in one["now"]] for one in made.lock["watched"]}
    assert len({*now["dog"]} & {*ANIMALS}) > 6 and len({*now["red"]} & {*COLORS}) > 6, now
    do.press(page, "train-source")
    do.keyed(page, "train-next").wait_for()
    do.settle(page)
    do.turn_to(page, "source")
    assert page.get_by_text(f"1.  {made.folder.name}").count()


def test_random_vectors_stand_beside_and_a_window_is_opened(visit: Visit, server: Server, tmp_path: Path) -> None:
    page = visited(visit, server)
    give(page, asked_for(tmp_path / "short.txt"))
    write(page, "Dimensions", "20")
    write(page, "Epochs", "3")
    do.press(page, "job-train")
    finished(page)
    tab(page, "Compared with random vectors")
    do.press(page, "job-train-compare")
    do.keyed(page, "verdicts").wait_for(timeout=240_000)
    do.settle(page)
    assert not faults(page)
    tab(page, "One window at work")
    do.keyed(page, "train-window-picture").locator(".main-svg").first.wait_for()
    do.settle(page)
    assert not faults(page)
    assert not overflow(page)
    picture(page, "train-window")


@pytest.mark.parametrize("settings", [{"language": "zh-CN"}, {"scheme": "dark", "width": 390, "height": 4000}])
def test_the_page_is_sound_in_chinese_in_the_dark_and_on_a_phone(
    visit: Visit, server: Server, tmp_path: Path, settings: dict[str, Any]
) -> None:
    page = visited(visit, server, **settings)
    give(page, tale(tmp_path / "few.txt", 600, seed=2))
    assert not overflow(page)
    assert not faults(page)
    picture(page, f"train-{settings.get('scheme', 'light')}-{settings.get('width', 1440)}")
    do.press(page, "job-train")
    finished(page)
    assert not overflow(page)
    assert not faults(page)
    picture(page, f"train-done-{settings.get('scheme', 'light')}-{settings.get('width', 1440)}")


def test_a_text_with_nothing_to_learn_is_refused_where_it_was_given(
    visit: Visit, server: Server, tmp_path: Path
) -> None:
    page = visited(visit, server)
    one = tmp_path / "one.txt"
    one.write_text("same same same\nsame\n", encoding="utf-8")
    give(page, one)
    do.press(page, "job-train")
    page.get_by_test_id("stAlert").first.wait_for(timeout=120_000)
    do.settle(page)
    page.get_by_text(re.compile("word")).first.wait_for()


@pytest.mark.realdata
def test_a_novel_tells_who_belongs_together(visit: Visit, server: Server, data_folder: Path) -> None:
    novel = data_folder / "corpora_zh" / "hongloumeng.txt"
    page = visited(visit, server)
    give(page, novel)
    watch(page, "宝玉 黛玉 凤姐 贾母")
    write(page, "Epochs", "8")
    do.press(page, "job-train")
    do.keyed(page, "train-cards").get_by_role("heading", name="宝玉").wait_for(timeout=180_000)
    picture(page, "train-novel-live")
    finished(page)
    picture(page, "train-novel")
    assert not overflow(page)
    made = read_artifact(next(one for one in folder(server, page).iterdir() if (one / "training.json").is_file()))
    now = {one["word"]: {word for word, _cosine in one["now"]} for one in made.lock["watched"]}
    # jieba takes 宝钗因 and 向黛玉 for words: whose name stands in one is meant.
    people = (
        "宝钗 黛玉 袭人 紫鹃 晴雯 湘云 麝月 贾母 王夫人 凤姐 宝玉 探春 邢夫人 尤氏 平儿 鸳鸯 薛姨妈 李纨 贾政 宝琴 雪雁"
    )
    for word, found in now.items():
        assert sum(any(name in one for name in people.split()) for one in found) >= 2, (word, found)
