"""The map viewer as a component of a Streamlit page: what is picked, what is fetched, and what stays as it is."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.figures.viewer_data import VIEWER, Coloring, pack, picked_rows
from tests.browser.conftest import ROOT, await_server, free_port
from tests.browser.viewer_map import STEP, Map, clustered, inside, words_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ENTRY = """
import sys
sys.path.insert(0, {root!r})
import numpy as np
import streamlit as st
from pathlib import Path
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
async def serve(request):
    return FileResponse(Path({folder!r}) / request.path_params["name"], headers={{"Content-Encoding": "identity"}})
app = st.App("script.py", routes=[
    Route("/maps/{{name}}", serve), Mount("/viewer", StaticFiles(directory={viewer!r}))])
"""
SCRIPT = """
import streamlit as st
from pages._ui.big_map import big_map
st.title("Map")
st.session_state.setdefault("nonce", 0)
coloring = st.radio("coloring", ["maps/kinds", "maps/norms", "maps/missing"], horizontal=True)
focus = st.number_input("focus", value=None, step=1)
if st.button("clear"):
    st.session_state["nonce"] += 1
st.button("rerun")
st.text(f"runs {st.session_state.setdefault('runs', 0)}")
st.session_state["runs"] += 1
if st.checkbox("shown", value=True):
    picked = big_map(points_url="maps/points", coloring_url=coloring, key="map", height=500, focus=focus,
        lines=[(focus, 3), (focus, 6)] if focus is not None else (), nonce=st.session_state["nonce"])
    rows = picked.rows.hex() if isinstance(picked.rows, bytes) else picked.rows
    st.text(f"picked {picked.kind or 'nothing'} {type(picked.rows).__name__} {rows}")
"""
MANY = 3000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with the component, served with its points and colorings."""
    folder, port = tmp_path_factory.mktemp("component"), free_port()
    points, group = clustered(MANY)
    (folder / "points").write_bytes(pack(points, np.arange(MANY) * STEP, words_of(MANY)))
    names, colors = ["first", "second"], ["#0E8074", "#C4534A"]
    (folder / "kinds").write_bytes(Coloring.of_categories("Kind", group % 2, names, colors).packed())
    (folder / "norms").write_bytes(Coloring.of_values("Norm", np.hypot(*points.T), colors).packed())
    (folder / "script.py").write_text(textwrap.dedent(SCRIPT), encoding="utf-8")
    entry = ENTRY.format(root=str(ROOT), folder=str(folder), viewer=str(VIEWER))
    (folder / "entry.py").write_text(entry, encoding="utf-8")
    command = [sys.executable, "-m", "streamlit", "run", "entry.py", "--server.port", str(port)]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        yield await_server(process, port, folder / "log")
    finally:
        process.kill()
        process.wait()


def told(page: Page) -> list[int]:
    """The rows that the script was told, as it would take them."""
    text = page.get_by_text(re.compile(r"^picked ")).text_content() or ""
    _picked, _kind, form, rows = text.split(" ", 3)
    state = bytes.fromhex(rows) if form == "bytes" else [int(row) for row in re.findall(r"\d+", rows)]
    return picked_rows(state, np.arange(MANY) * STEP).tolist()


def test_a_pick_reaches_the_script_survives_its_runs_and_is_cleared_by_it(app: str, visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit(app)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    view = Map(page)
    view.root.evaluate("(root) => { root.kept = true; }")
    view.move(*view.place(42))
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_text(f"picked click list [{42 * STEP}]")).to_be_visible()
    page.get_by_role("button", name="Zoom in").click()
    zoom = view.ask("viewer.camera().zoom")
    page.get_by_role("button", name="rerun").click()
    expect(page.get_by_text("runs 2")).to_be_visible()
    assert told(page) == [42 * STEP] and view.selected() == [42]
    page.get_by_text("maps/norms").click()
    expect(page.locator(".lx-legend")).to_contain_text("Norm")
    assert view.ask("viewer.camera().zoom") == zoom and view.root.evaluate("(root) => root.kept")
    page.get_by_role("button", name="clear").click()
    expect(page.get_by_text("picked nothing")).to_be_visible()
    view.until("viewer.selection().length === 0")
    expect(view.status).not_to_contain_text("selected")
    fetched = [url.rpartition("/")[2] for url in asked if "/maps/" in url]
    assert fetched == ["points", "kinds", "norms"], (
        "points and code are fetched once, and each coloring when it is chosen"
    )


def test_many_rows_come_as_bits_and_mean_the_points_inside(app: str, visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit(app)
    view = Map(page)
    corners = [(300.0, 60.0), (800.0, 60.0), (800.0, 400.0), (300.0, 400.0)]
    polygon = np.array([view.ask("viewer.toData(...given)", list(corner)) for corner in corners])
    page.get_by_role("button", name="Lasso").click()
    view.lasso(corners)
    expect(page.get_by_text("picked lasso bytes")).to_be_visible()
    expected = np.flatnonzero(inside(clustered(MANY)[0], polygon))
    assert len(expected) > MANY / 32
    assert told(page) == (expected * STEP).tolist()
    page.keyboard.press("Escape")
    expect(page.get_by_text("picked clear list []")).to_be_visible()


def test_a_map_that_left_the_page_comes_back_as_it_was_looked_at(app: str, visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit(app)
    view = Map(page)
    page.get_by_label("focus").fill("60")
    page.get_by_label("focus").press("Enter")
    view.until("viewer.camera().zoom !== 1 && !viewer.camera().frame")
    before = view.ask("[viewer.camera().x, viewer.camera().zoom]")
    view.move(*view.place(20))
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_text("picked click")).to_be_visible()
    shown = page.locator("label").filter(has=page.get_by_role("checkbox", name="shown"))
    shown.click()
    expect(page.locator(".lx")).to_have_count(0)
    shown.click()
    view = Map(page)
    assert view.ask("[viewer.camera().x, viewer.camera().zoom]") == pytest.approx(before)
    assert len(told(page)) == len(view.selected())


def test_the_component_follows_the_theme_and_says_what_could_not_be_loaded(app: str, visit: Any) -> None:
    page = visit(app)
    view = Map(page)
    ground = view.root.evaluate("(root) => getComputedStyle(root).backgroundColor")
    page.emulate_media(color_scheme="dark")
    view.until(f"getComputedStyle(root).backgroundColor !== '{ground}'")
    page.get_by_text("maps/missing").click()
    page.get_by_role("alert").get_by_text(re.compile(r"could not be loaded \(HTTP (404|500)\)")).wait_for()
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("maps/norms").click()
    page.get_by_role("alert").wait_for(state="hidden")
