"""The Laboratory in a browser: fills are compared, the best cascade is taken over, built with, and taken away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.browser import actions as do
from tests.browser.conftest import ROOT
from tests.browser.test_looks import complete, faults, overflow

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

Visit = Callable[..., Any]
ENGLISH = (ROOT / "assets/sources/english/words.txt").read_text("utf-8").split()
WORDS = [word for word in ENGLISH if word.isalpha()][100:1300]
MISSING = WORDS[::20]  # of the source; the donor has them
HOSTILE = "**bold** <img src=x onerror=window.pwned=1>"


def vectors(path: Path, words: list[str], rows: Any) -> Path:
    """A file of vectors as GloVe writes it."""
    lines = [f"{word} {' '.join(f'{value:.4f}' for value in row)}" for word, row in zip(words, rows, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Path]:
    """Words, a source that lacks some of them, and a donor that tells the same of all in another space."""
    rng = np.random.default_rng(5)
    meaning = rng.standard_normal((len(WORDS), 12))
    source = meaning @ rng.standard_normal((12, 24)) + 0.2 * rng.standard_normal((len(WORDS), 24))
    donor = meaning @ rng.standard_normal((12, 32)) + 0.2 * rng.standard_normal((len(WORDS), 32))
    known = [i for i, word in enumerate(WORDS) if word not in set(MISSING)]
    words = tmp_path / "words.txt"
    words.write_text("\n".join([*WORDS, HOSTILE]) + "\n", encoding="utf-8")
    return {
        "words": words,
        "source": vectors(tmp_path / "source.vec", [WORDS[i] for i in known], source[known]),
        "donor": vectors(tmp_path / "donor.vec", WORDS, donor),
    }


def prepared(page: Page, given: dict[str, Path]) -> None:
    """Words, source and donor are given; the Laboratory is open."""
    do.give_words(page, given["words"])
    do.give_vectors(page, given["source"])
    do.turn_to(page, "laboratory")
    page.get_by_test_id("stPopoverButton").filter(has_text="Another donor").click()
    do.upload(page, "lab-donor-", given["donor"])
    do.keyed(page, "lab-donors").get_by_text("donor.vec").first.wait_for()
    do.settle(page)
    page.keyboard.press("Escape")


def compare(page: Page) -> None:
    """Press Compare and wait for the verdict."""
    do.press(page, "job-laboratory")
    do.keyed(page, "lab-verdict").wait_for(timeout=240_000)
    do.settle(page)
    complete(page)


def picture(page: Page, name: str) -> None:
    """A screenshot, where they are asked for."""
    if folder := os.environ.get("LEXILOOM_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_the_best_cascade_is_found_applied_built_and_taken_away(
    visit: Visit, server: Server, given: dict[str, Path], tmp_path: Path
) -> None:
    import pyarrow.parquet

    page = visit(server.address, height=3600)
    prepared(page, given)
    picture(page, "laboratory-before")
    compare(page)
    assert "donor" in do.keyed(page, "lab-verdict").inner_text()
    picture(page, "laboratory-compared")
    do.press(page, "lab-apply")
    do.keyed(page, "lab-undo").wait_for()
    do.settle(page)

    # One word, which the source lacks.
    box = do.keyed(page, "story-word").get_by_role("textbox")
    box.fill(MISSING[3])
    box.press("Enter")
    do.settle(page)
    do.press(page, "job-story")
    do.keyed(page, "story-landings").wait_for(timeout=240_000)
    do.settle(page)
    complete(page)
    picture(page, "laboratory-story")
    assert not faults(page)
    assert not overflow(page)

    do.build(page)
    archive = do.save(page, do.keyed(page, "zip").get_by_role("link"), tmp_path / "out")
    shutil.unpack_archive(archive, tmp_path / "out")
    rows = pyarrow.parquet.read_table(tmp_path / "out" / "build" / "rows.parquet").to_pylist()
    made = [row for row in rows if row["word"] in set(MISSING)]
    assert len(made) == len(MISSING)
    assert {row["method"] for row in made} <= {"donor", "blend"}
    assert all(row["confidence"] is not None and 0.5 < row["confidence"] <= 1 for row in made)
    assert (tmp_path / "out" / "recipe.toml").read_text("utf-8").count("donor") or list(
        (tmp_path / "out").rglob("donor.vec")
    )

    do.turn_to(page, "laboratory")
    page.get_by_text("Nothing is wrong with its rows").wait_for()
    picture(page, "laboratory-built")
    assert page.evaluate("window.pwned") is None


def test_a_refresh_comes_back_to_the_comparison_and_to_what_was_applied(
    visit: Visit, server: Server, given: dict[str, Path]
) -> None:
    page = visit(server.address, height=2400)
    prepared(page, given)
    compare(page)
    do.press(page, "lab-apply")
    do.keyed(page, "lab-undo").wait_for()
    do.settle(page)
    page.reload()
    do.settle(page)
    do.keyed(page, "lab-undo").wait_for()
    do.press(page, "lab-undo")
    do.keyed(page, "lab-apply").wait_for()
    do.settle(page)


def test_in_chinese_in_the_dark_on_a_phone_all_fits(visit: Visit, server: Server, given: dict[str, Path]) -> None:
    page = visit(f"{server.address}/?lang=zh_CN", width=390, height=4800, language="zh-CN", scheme="dark")
    do.go_to(page, server.address, "vocabulary")
    do.upload(page, "vocabulary-", given["words"])
    do.metric(page, "Types", "词型").wait_for()
    do.settle(page)
    do.go_to(page, server.address, "source")
    do.upload(page, "source-", given["source"])
    do.keyed(page, "remove-0").wait_for()
    do.settle(page)
    do.go_to(page, server.address, "laboratory")
    compare(page)
    picture(page, "laboratory-zh-dark-390")
    assert not overflow(page)
    assert not faults(page)
