"""Evaluate in a browser: the built-in source is compared with a file, the verdict read, the table taken away."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.evaluation.evaluating import Evaluation
from core.sources import open_source
from tests.browser import actions as do
from tests.browser.conftest import ROOT, serve, stop
from tests.browser.test_looks import complete, faults, overflow
from tests.unit.formats import vector_files as files

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the server's data: a real file of vectors where one is at hand, else a noisy half of our own."""
    folder = tmp_path_factory.mktemp("data")
    real = Path(os.environ.get("LEXILOOM_DATA") or ROOT.parent / "shared" / "data") / "vectors_en"
    if real.is_dir():
        shutil.copy(real / "googlenews_8k_300d.bin", folder / "other.bin")
        return folder
    source = open_source("builtin:english")
    words = list(source.words() or ())[:8000:2]
    rows = np.zeros((len(words), source.info.dim), np.float32)
    source.gather(source.locate(words), rows)
    noise = np.random.default_rng(0).standard_normal(rows.shape).astype(np.float32) * rows.std()
    files.word2vec_binary(folder / "other.bin", words, rows + noise)
    return folder


@pytest.fixture(scope="module")
def server(vectors: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = serve(tmp_path_factory.mktemp("evaluate") / "home", LEXILOOM_DATA_FOLDER=str(vectors))
    yield running
    stop(running)


def choose(page: Page, key: str, text: str) -> None:
    """Pick an option of the select box with this key."""
    do.keyed(page, key).locator("input").click()
    page.get_by_role("option", name=text, exact=True).click()
    page.keyboard.press("Escape")
    do.settle(page)


def evaluated(page: Page) -> None:
    """Press Evaluate and wait for the table."""
    do.press(page, "job-evaluate")
    do.keyed(page, "evaluation-csv").wait_for()
    do.settle(page)
    complete(page)


def test_a_source_is_compared_with_a_file_and_the_table_taken_away(server: Server, visit: Any, tmp_path: Path) -> None:
    pictures = Path(os.environ.get("LEXILOOM_SCREENSHOTS") or tmp_path)
    page = visit(server.address, height=2600)
    do.settle(page)
    do.turn_to(page, "source")
    do.press(page, "use-builtin:english")
    do.keyed(page, "remove-0").wait_for()
    do.settle(page)
    do.turn_to(page, "evaluate")
    choose(page, "evaluate-against", "other.bin")
    choose(page, "evaluate-against", "random:300")
    evaluated(page)
    page.screenshot(path=pictures / "evaluate-covered.png")
    verdicts = do.keyed(page, "verdicts").inner_text()
    assert "builtin:english and other.bin are not comparable on WordSim-353" in verdicts

    do.keyed(page, "evaluate-policy").get_by_text("count them as average").click()
    do.settle(page)
    evaluated(page)
    verdicts = do.keyed(page, "verdicts").inner_text()
    assert re.search(
        r"builtin:english is better than random:300 on WordSim-353 by \.\d+ ± \.\d+ \(same 353 pairs\)", verdicts
    )
    page.screenshot(path=pictures / "evaluate-mean.png")
    assert not faults(page) and not overflow(page)

    saved = {
        kind: do.save(page, do.keyed(page, f"evaluation-{kind}").get_by_role("button"), tmp_path)
        for kind in ("csv", "md", "tex", "bib", "json")
    }
    rows = list(csv.DictReader(saved["csv"].read_text("utf-8-sig").splitlines()))
    assert {row["subject"] for row in rows} == {"builtin:english", "other.bin", "random:300"}
    assert "\\begin{tabular}" in saved["tex"].read_text("utf-8") and "@article" in saved["bib"].read_text("utf-8")
    document = json.loads(saved["json"].read_text("utf-8"))
    found = Evaluation.from_dict({name: value for name, value in document.items() if name != "command"})

    # The command that stands under the table gives the same table.
    command = document["command"].split()
    assert command[:2] == ["lexiloom", "evaluate"]
    again = tmp_path / "again.json"
    subprocess.run(
        [sys.executable, "-m", "core.cli", *command[1:], "--out", str(again)],
        cwd=ROOT,
        env={**os.environ, "LEXILOOM_HOME": str(tmp_path / "home")},
        check=True,
        capture_output=True,
    )
    repeated = Evaluation.from_dict({k: v for k, v in json.loads(again.read_text("utf-8")).items() if k != "command"})
    assert repeated.lines == found.lines

    # The work is where it was after a refresh.
    page.reload()
    do.settle(page)
    do.keyed(page, "evaluation-csv").wait_for()
    page.set_viewport_size({"width": 390, "height": 5200})
    page.reload()
    do.settle(page)
    complete(page)
    page.screenshot(path=pictures / "evaluate-narrow.png")
    assert not overflow(page)


def test_a_pasted_set_is_read_or_refused_with_its_line(server: Server, visit: Any, tmp_path: Path) -> None:
    pictures = Path(os.environ.get("LEXILOOM_SCREENSHOTS") or tmp_path)
    page = visit(f"{server.address}/?lang=zh_CN", scheme="dark", height=2200)
    do.settle(page)
    do.turn_to(page, "source")
    do.press(page, "use-builtin:english")
    do.keyed(page, "remove-0").wait_for()
    do.settle(page)
    do.turn_to(page, "evaluate")
    page.get_by_test_id("stPopoverButton").filter(has_text=re.compile("Add your own|添加自己的")).click()
    box = do.keyed(page, "evaluate-pasted").locator("textarea")
    box.fill("cat\tdog\t7\ncat\tcar\tx\n")
    box.press("Control+Enter")
    do.settle(page)
    do.press(page, "evaluate-add")
    page.get_by_test_id("stAlert").filter(has_text="'x'").wait_for()
    box.fill("cat\tdog\t7\ncat\tcar\t1\ntea\tcoffee\t6\nking\tstone\t0.5\n")
    box.press("Control+Enter")
    do.settle(page)
    do.press(page, "evaluate-add")
    do.keyed(page, "drop-set-0").wait_for()
    do.settle(page)
    page.keyboard.press("Escape")
    evaluated(page)
    assert "pasted" in (do.keyed(page, "scores").text_content() or "")
    page.screenshot(path=pictures / "evaluate-zh-dark.png")
    assert not overflow(page) and not faults(page)
