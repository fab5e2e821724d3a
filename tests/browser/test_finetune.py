"""Fine-tune in a browser: texts are given, training is watched, stopped and gone on with, and the matrix taken away."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core import Recipe, run
from core.exports import read_build
from core.workspace.personal import PersonalWorkspaces
from core.workspace.workspace import Workspace
from tests.browser import actions as do
from tests.browser.conftest import ROOT
from tests.browser.test_looks import faults, overflow

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

Visit = Callable[..., Any]
KEY = "b" * 31 + "7"
ENGLISH = (ROOT / "assets/sources/english/words.txt").read_text("utf-8").split()[200:1200]


def workspace(server: Server) -> str:
    """A workspace with a small build."""
    home = Workspace(server.home)
    here = PersonalWorkspaces(home).create()
    if not (home.builds / KEY).exists():
        run(Recipe(vocabulary=ENGLISH, sources=["builtin:english"])).save(home.builds / KEY)
    here.add_build(KEY)
    return here.id


def texts(path: Path, n: int, seed: int = 0) -> Path:
    """Texts of three classes, each with words of its own among words of all."""
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["review", "mood"])
        for _row in range(n):
            label = int(rng.integers(3))
            own = rng.integers(label * 300, label * 300 + 300, 2)
            words = [ENGLISH[at] for at in (*own, *rng.integers(0, len(ENGLISH), 6))]
            rows.writerow([" ".join(words), ("calm", "glad", "sad")[label]])
    return path


def visited(visit: Visit, server: Server, **settings: Any) -> Page:
    lang = "zh_CN" if settings.get("language") == "zh-CN" else "en"
    return visit(f"{server.address}/finetune?w={workspace(server)}&lang={lang}", **settings)


def give(page: Page, path: Path) -> None:
    """Upload the training texts and wait until they are described."""
    do.upload(page, "finetune-path", path)
    do.metric(page, "Texts", "文本").first.wait_for()
    do.settle(page)


def write(page: Page, label: str, value: str) -> None:
    """Set a number among the options."""
    box = page.get_by_role("spinbutton", name=label, exact=True)
    box.fill(value)
    box.press("Tab")
    do.settle(page)


def until(page: Page, true: Callable[[], bool], seconds: int = 60) -> None:
    """Wait until something is true of the server's files."""
    for _turn in range(10 * seconds):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not true within {seconds} s")


def vectors_of(folder: Path) -> Any:
    """A build's matrix, as a user's program reads it."""
    from safetensors.torch import load_file

    return load_file(folder / "matrix.safetensors")["vectors"]


def test_a_matrix_is_tuned_watched_and_taken_away(visit: Visit, server: Server, tmp_path: Path) -> None:
    page = visited(visit, server)
    give(page, texts(tmp_path / "moods.csv", 1500))
    assert do.metric(page, "Classes").inner_text() == "3"
    do.press(page, "job-finetune")
    do.keyed(page, "finetune-verdict").wait_for(timeout=240_000)
    do.settle(page)
    assert do.metric(page, "Rows moved").count()
    assert not faults(page)
    assert not overflow(page)

    saved = do.save(page, do.keyed(page, "finetune-tuning.json").get_by_role("button"), tmp_path)
    report = json.loads(saved.read_text("utf-8"))
    assert sum(report["parts"].values()) == 1500 and abs(report["parts"]["test"] - 300) < 5
    assert report["scores"]["accuracy"]["mean"] > 0.5
    archive = do.save(page, do.keyed(page, "zip").get_by_role("link"), tmp_path)
    shutil.unpack_archive(archive, tmp_path / "out")
    tuned = vectors_of(tmp_path / "out" / "build")
    start = vectors_of(server.home / "builds" / KEY)
    assert tuned.shape == start.shape
    moved = (tuned != start).any(dim=1)
    assert int(moved.sum()) == report["drift"]["moved"] > 500
    assert [one["name"] for one in report["baselines"]] == ["majority", "tfidf", "svm", "forest", "frozen", "random"]

    # The tuned matrix is a build like any other: Explore compares both.
    do.press(page, "finetune-compare")
    page.wait_for_url("**/explore**")
    do.settle(page)
    assert page.get_by_text("Compare", exact=True).count()


def test_a_training_is_stopped_gone_on_with_and_ended_early(visit: Visit, server: Server, tmp_path: Path) -> None:
    page = visited(visit, server)
    give(page, texts(tmp_path / "many.csv", 9000, seed=1))
    page.get_by_text("Options", exact=True).first.click()
    write(page, "Epochs", "500")
    write(page, "Patience", "500")
    write(page, "Seeds", "1")
    do.press(page, "job-finetune")
    page.get_by_text("Words on their way", exact=True).wait_for(timeout=120_000)
    builds = server.home / "builds"
    until(page, lambda: any(builds.glob("*.tuning/seed-0/state.json")))
    state = next(builds.glob("*.tuning/seed-0/state.json"))
    folder = state.parent.parent

    def trained() -> int:
        return len(json.loads(state.read_text("utf-8"))["epochs"])

    do.press(page, "stop-finetune")
    do.keyed(page, "finish-finetune").wait_for()
    do.settle(page)
    before = trained()
    assert before >= 1

    # The page is closed and opened again: it finds the training, and goes on where it was.
    page.reload()
    do.settle(page)
    do.press(page, "job-finetune")
    until(page, lambda: trained() >= before + 2)
    do.press(page, "stop-finetune")
    do.press(page, "finish-finetune")
    do.keyed(page, "finetune-verdict").wait_for(timeout=240_000)
    made = builds / folder.name.removesuffix(".tuning")
    assert (read_build(made).matrix.vectors != read_build(builds / KEY).matrix.vectors).any()
    assert json.loads((made / "tuning.json").read_text("utf-8"))["curve"]["stopped"] == "asked"


@pytest.mark.parametrize("settings", [{"language": "zh-CN"}, {"scheme": "dark", "width": 390, "height": 2400}])
def test_the_page_is_sound_in_chinese_in_the_dark_and_on_a_phone(
    visit: Visit, server: Server, tmp_path: Path, settings: dict[str, Any]
) -> None:
    page = visited(visit, server, **settings)
    give(page, texts(tmp_path / "few.csv", 200, seed=2))
    assert not overflow(page)
    assert not faults(page)


def test_files_that_cannot_be_used_are_refused_where_they_are_given(
    visit: Visit, server: Server, tmp_path: Path
) -> None:
    page = visited(visit, server)
    one = tmp_path / "one.csv"
    one.write_text("text,label\n" + "\n".join(f"{word},same" for word in ENGLISH[:40]) + "\n", encoding="utf-8")
    do.upload(page, "finetune-path", one)
    page.get_by_text("all texts have the same label").first.wait_for()
    do.settle(page)
