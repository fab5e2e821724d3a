"""Refreshes, restarts, second visitors and links: work that is begun is never lost, and never seen by others."""

from __future__ import annotations

import bz2
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest

from tests.browser import actions as do
from tests.browser.conftest import Server, find_browser, serve, stop

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ROWS, DIM = 90_000, 120


@pytest.fixture(scope="session")
def slow_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 MB of GloVe text, packed as slowly to unpack as there is: a scan of seconds."""
    rng = np.random.default_rng(0)
    tails = [f" {' '.join(f'{v:.5f}' for v in row)}\n".encode() for row in rng.standard_normal((50, DIM))]
    text = b"".join(b"w%d" % i + tails[i % len(tails)] for i in range(ROWS))
    path = tmp_path_factory.mktemp("data") / "slow.txt.bz2"
    path.write_bytes(bz2.compress(text, 1))
    return path


class Slow:
    """A server of its own whose data folder holds the slow file, and the job that reads it."""

    def __init__(self, home: Path, data: Path) -> None:
        self.data, self.home = data, home
        self.server = serve(home, LEXILOOM_DATA_FOLDER=str(data))
        self.held: psutil.Process | None = None

    def restart(self) -> None:
        """Kill the server, as a power cut would, and start it on the same home and port."""
        self.server.process.kill()
        self.server.process.wait()
        port = int(self.server.address.rpartition(":")[2])
        self.server = serve(self.home, port, LEXILOOM_DATA_FOLDER=str(self.data))

    def hold(self) -> None:
        """Wait until a job runs, and freeze its process: a job as long as a test needs it."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for path in (self.home / "jobs").glob("*/job.json"):
                told = json.loads(path.read_text("utf-8"))
                if told["state"] == "running" and told["process"]:
                    self.held = psutil.Process(told["process"]["pid"])
                    self.held.send_signal(signal.SIGSTOP)
                    return
            os.sched_yield()
        raise AssertionError("no job was started")

    def go_on(self) -> None:
        if self.held is not None and self.held.is_running():
            self.held.send_signal(signal.SIGCONT)
        self.held = None


@pytest.fixture
def slow(slow_file: Path, tmp_path: Path) -> Iterator[Slow]:
    find_browser()
    made = Slow(tmp_path / "home", slow_file.parent)
    yield made
    made.go_on()
    stop(made.server)


def start_scan(page: Page, slow: Slow) -> None:
    """Choose the slow file, ask for its scan, and freeze it on its way."""
    do.turn_to(page, "source")
    page.get_by_role("tab", name="Data folder").click()
    do.keyed(page, "data-file").get_by_role("combobox").click()
    page.get_by_role("option").first.click()
    do.settle(page)
    do.press(page, "use-data-file")
    do.press(page, "job-index")
    slow.hold()
    stop_button(page).wait_for()


def stop_button(page: Page) -> Any:
    return do.keyed(page, "stop-index").get_by_role("button")


def finished(page: Page) -> Any:
    return page.get_by_text(f"{ROWS:,} rows × {DIM} dimensions")


def test_a_refresh_in_the_middle_of_a_job_shows_it_running_and_stop_stops_it(slow: Slow, visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit(slow.server.address)
    start_scan(page, slow)
    page.reload()
    expect(stop_button(page)).to_be_visible()
    expect(page.get_by_text("Scanning slow.txt.bz2")).to_be_visible()

    stop_button(page).click()
    slow.go_on()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(stop_button(page)).to_have_count(0)
    expect(finished(page)).to_have_count(0)
    do.press(page, "job-index")
    expect(finished(page)).to_be_visible()


def test_a_killed_server_comes_back_with_the_job_going_on(slow: Slow, visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit(slow.server.address)
    start_scan(page, slow)
    before = slow.held
    slow.restart()
    page.reload()
    expect(stop_button(page)).to_be_visible()
    assert before is not None and before.is_running()
    slow.go_on()
    expect(finished(page)).to_be_visible()
    assert len(list((slow.home / "jobs").glob("*/job.json"))) == 1, "it was not begun anew"


@pytest.fixture
def lists(tmp_path: Path) -> dict[str, Path]:
    made = {}
    for name, words in (("mine", "sea\nhouse\nSea\n"), ("yours", "tree\nyoursecret\nriver\nstone\n")):
        made[name] = tmp_path / f"{name}.txt"
        made[name].write_text(words, encoding="utf-8")
    return made


def with_words(page: Page, path: Path) -> Page:
    do.give_words(page, path)
    do.turn_to(page, "source")
    do.press(page, "use-builtin-english")
    do.keyed(page, "remove-0").wait_for()
    do.turn_to(page, "coverage")
    do.metric(page, "Type coverage").wait_for()
    return page


def test_two_visitors_at_once_see_their_own_words_only(server: Server, visit: Any, lists: dict[str, Path]) -> None:
    from playwright.sync_api import expect

    mine, yours = visit(server.address), visit(server.address)
    do.give_words(mine, lists["mine"])
    do.give_words(yours, lists["yours"])
    assert do.workspace_id(mine) != do.workspace_id(yours)
    for page, types, name in ((mine, "3", "mine.txt"), (yours, "4", "yours.txt")):
        page.reload()
        do.settle(page)
        expect(do.metric(page, "Types")).to_have_text(types)
        expect(do.keyed(page, "bar")).to_contain_text(name)
    assert "yoursecret" in yours.content()
    assert "yours" not in mine.content()
    third = visit(server.address)
    expect(do.keyed(third, "bar")).to_contain_text("No vocabulary yet")


def test_the_address_alone_brings_the_work_back(server: Server, visit: Any, lists: dict[str, Path]) -> None:
    from playwright.sync_api import expect

    page = with_words(visit(server.address), lists["mine"])
    expect(do.metric(page, "Type coverage")).to_have_text("100.0%")
    do.switch(page, "ladder-lower")
    expect(do.metric(page, "Type coverage")).to_have_text("66.7%")
    tomorrow = visit(page.url)
    expect(do.metric(tomorrow, "Type coverage")).to_have_text("66.7%")
    expect(do.keyed(tomorrow, "ladder-lower").locator("input")).not_to_be_checked()
    expect(do.keyed(tomorrow, "bar")).to_contain_text("mine.txt")
    do.switch(tomorrow, "ladder-lower")
    expect(do.metric(tomorrow, "Type coverage")).to_have_text("100.0%")


def test_an_unknown_address_says_so(server: Server, visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit(f"{server.address}/vocabulary?w={'0' * 32}")
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    expect(do.keyed(page, "vocabulary-").locator("input[type='file']")).to_be_attached()


def test_a_shared_link_shows_but_changes_nothing_and_can_be_copied(
    server: Server, visit: Any, lists: dict[str, Path]
) -> None:
    from playwright.sync_api import expect

    page = with_words(visit(server.address), lists["mine"])
    page.get_by_test_id("stPopoverButton").filter(has_text="Workspace").click()
    link = do.keyed(page, "share-link").get_by_role("textbox").input_value()
    assert do.workspace_id(page) not in link and re.search(r"/\?share=[0-9a-f]{32}$", link)

    guest = visit(link)
    do.turn_to(guest, "coverage")
    expect(do.metric(guest, "Type coverage")).to_have_text("100.0%")
    for switch in guest.locator("[data-testid='stCheckbox'] input").all():
        expect(switch).to_be_disabled()
    assert do.workspace_id(page) not in guest.url and do.workspace_id(page) not in guest.content()
    do.turn_to(guest, "source")
    for key in ("remove-0", "use-builtin-chinese", "source-"):
        expect(do.keyed(guest, key)).to_have_count(0)
    do.turn_to(guest, "vocabulary")
    expect(guest.locator("input[type='file']")).to_have_count(0)

    do.press(guest, "fork")
    copied = do.workspace_id(guest)
    assert copied != do.workspace_id(page) and "share=" not in guest.url
    do.turn_to(guest, "coverage")
    do.switch(guest, "ladder-lower")
    expect(do.metric(guest, "Type coverage")).to_have_text("66.7%")
    page.reload()
    expect(do.metric(page, "Type coverage")).to_have_text("100.0%")
