"""The map viewer as a file of its own, without a network, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.figures.viewer_data import Coloring, pack, standalone
from tests.browser.conftest import PATIENCE
from tests.browser.viewer_map import Map, a_page, clustered, inside, words_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

IMAGE = "<img src=x onerror=window.pwned=1>"
HOSTILE = [
    IMAGE,
    "</script><script>window.pwned=1</script>",
    "<b id=boldmark>boldmark</b>",
    "quote\"'&amp;<!--",
    "line\u2028separator",
    "lone\ud800surrogate",
    "right\u202eleft",
    "שלום",
    "میخواهم",
    "中文词",
    "x" * 5000,
]
DETECTOR = "() => Boolean(window.pwned || document.querySelector('img, iframe, #boldmark, script:not([type=module])'))"


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Open HTML from disk, without a network: opened(html, scheme=…, before=script)."""
    contexts = []

    def new(html: str, *, scheme: Any = "light", before: str = "", width: int = 1000) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 760}, color_scheme=scheme, offline=True)
        contexts.append(context)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        path = tmp_path / f"map{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        page.goto(path.as_uri())
        return page

    asked: list[str] = []
    failed: list[str] = []
    yield new
    for context in contexts:
        context.close()
    assert not failed
    assert all(url.startswith(("file:", "blob:")) for url in asked), asked


@pytest.mark.parametrize("n", [1, 100, 20_000, 100_000])
def test_maps_of_all_sizes_are_drawn_and_every_word_is_accounted_for(n: int, opened: Any) -> None:
    view = Map(opened(a_page(n)))
    view.page.wait_for_function("() => document.querySelector('.lx-status').textContent")
    assert view.colors() > min(n, 2000)
    told = view.status.text_content() or ""
    assert f"{n:,} word" in told
    seen = view.ask(
        """(() => { const c = viewer.camera(), p = viewer.points(); const [l, b, r, t] = c.box; let n = 0;
        for (let i = 0; i < p.n; i++) { const x = p.xy[2*i], y = p.xy[2*i+1];
        if (x >= l && x <= r && y >= b && y <= t) n++; } return n; })()"""
    )
    outside = re.search(r"([\d,]+) outside", told)
    assert seen + (int(outside[1].replace(",", "")) if outside else 0) == n
    if n > 1:
        a, b = (view.ask("viewer.toScreen(...given)", place) for place in ((0, 0), (1, 1)))
        assert b[0] - a[0] == pytest.approx(a[1] - b[1]), "one scale for both axes"


def test_a_word_far_out_does_not_shrink_the_others_and_is_reached_by_zooming_out(opened: Any) -> None:
    view = Map(opened(a_page(3000)))
    assert "outside this view" in (view.status.text_content() or "")
    assert not 0 < view.place(2999)[0] < view.box()["width"]
    for _turn in range(30):
        view.page.get_by_role("button", name="Zoom out").click()
    view.page.wait_for_function("() => !document.querySelector('.lx-status').textContent.includes('outside')")
    view.page.get_by_role("button", name="Back to the first view").click()
    view.until("viewer.camera().untouched")
    view.page.wait_for_function("() => document.querySelector('.lx-status').textContent.includes('outside')")


def test_hovering_and_clicking_find_the_word_under_the_mouse(opened: Any) -> None:
    from playwright.sync_api import expect

    view = Map(opened(a_page(400)))
    tip = view.page.locator(".lx-tip")
    for i in (3, 77, 140):
        view.move(*view.place(i))
        expect(tip).to_be_visible()
        near = view.ask(
            """(() => { const p = viewer.points(), [x, y] = [p.xy[2*given], p.xy[2*given+1]]; let best = 0, d = 9e9;
            for (let i = 0; i < p.n; i++) { const e = (p.xy[2*i]-x)**2 + (p.xy[2*i+1]-y)**2;
            if (e < d) [best, d] = [i, e]; } return best; })()""",
            i,
        )
        assert near == i
        expect(tip).to_contain_text(words_of(400)[i])
        expect(tip).to_contain_text("Kind: ")
        frame, label = view.page.locator(".lx-stage").bounding_box(), tip.bounding_box()
        assert frame and label
        assert frame["x"] <= label["x"] and label["x"] + label["width"] <= frame["x"] + frame["width"]
        view.page.mouse.down()
        view.page.mouse.up()
        assert view.selected() == [i]
    expect(view.page.locator(".lp-words li")).to_have_text(words_of(400)[140])
    view.page.keyboard.down("Control")
    view.move(*view.place(3))
    view.page.mouse.down()
    view.page.mouse.up()
    view.page.keyboard.up("Control")
    assert view.selected() == [3, 140]
    view.page.keyboard.press("Escape")
    assert view.selected() == []


def test_the_lasso_selects_exactly_the_words_inside(opened: Any) -> None:
    n = 20_000
    points, _group = clustered(n)
    view = Map(opened(a_page(n)))
    corners = [(250.0, 60.0), (650.0, 100.0), (700.0, 400.0), (470.0, 300.0), (280.0, 450.0)]
    polygon = np.array([view.ask("viewer.toData(...given)", list(corner)) for corner in corners])
    expected = np.flatnonzero(inside(points, polygon))
    assert 1000 < len(expected) < n
    view.page.keyboard.down("Shift")
    view.lasso(corners)
    view.page.keyboard.up("Shift")
    assert view.selected() == expected.tolist()
    assert f"{len(expected):,} selected" in (view.status.text_content() or "")

    button = view.page.get_by_role("button", name="Lasso")
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    view.lasso([(x + 20, y) for x, y in corners])
    moved = np.array([view.ask("viewer.toData(...given)", [x + 20, y]) for x, y in corners])
    assert view.selected() == np.flatnonzero(inside(points, moved)).tolist()
    with view.page.expect_download() as coming:
        view.page.get_by_role("button", name="Save as .txt").click()
    text = Path(coming.value.path()).read_text("utf-8")
    words = words_of(n)
    assert text.splitlines() == [words[i] for i in view.selected()]
    view.page.get_by_role("button", name="Clear").click()
    assert view.selected() == []


def test_searching_flies_to_the_word(opened: Any) -> None:
    view = Map(opened(a_page(3000)))
    field = view.page.get_by_role("combobox", name="Find a word")
    field.fill("W12")
    options = view.page.locator(".lp-found li")
    view.page.get_by_role("option", name="w12", exact=True).wait_for()
    told = options.all_text_contents()
    assert told[0] == "w12" and len(told) == 20 and all(word.startswith("w12") for word in told)
    field.press("ArrowDown")
    field.press("ArrowUp")
    field.press("Enter")
    view.until("Math.abs(viewer.camera().x - viewer.points().xy[24]) < 1e-6 && viewer.camera().zoom > 1.5")
    width, height = view.box()["width"], view.box()["height"]
    assert view.place(12) == pytest.approx((width / 2, height / 2), abs=1)
    field.fill("no such word")
    view.page.get_by_text("No word on this map matches.").wait_for()


def test_the_legend_hides_and_shows_categories_and_colors_can_be_changed(opened: Any) -> None:
    from playwright.sync_api import expect

    view = Map(opened(a_page(2000)))
    before = view.colors()
    second = view.page.locator(".lx-entry").filter(has_text="second")
    expect(second).to_have_attribute("aria-pressed", "true")
    count = int((second.locator(".lx-number").text_content() or "0").replace(",", ""))
    second.click()
    expect(second).to_have_attribute("aria-pressed", "false")
    expect(view.status).to_contain_text(f"{count} hidden")
    expect(view.page.locator(".lx-legend-count")).to_have_text(f"{2000 - count:,} of 2,000 shown")
    view.page.wait_for_timeout(300)
    assert view.colors() < before * 0.95
    hidden = int(np.flatnonzero(clustered(2000)[1] % 4 == 1)[0])
    view.move(*view.place(hidden))
    view.page.mouse.down()
    view.page.mouse.up()
    assert hidden not in view.selected()
    second.click()
    expect(view.status).not_to_contain_text("hidden")

    view.page.get_by_label("Color").select_option("Norm")
    expect(view.page.locator(".lx-ends")).to_have_text(re.compile(r"^0.* u40 u$"))
    view.move(*view.place(5))
    expect(view.page.locator(".lx-tip")).to_contain_text("Norm: about ")
    view.page.get_by_label("Color").select_option("one color")
    expect(view.page.locator(".lx-legend")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_is_saved_at_twice_the_size_in_the_colors_of_the_page(scheme: str, opened: Any) -> None:
    from PIL import Image

    view = Map(opened(a_page(2000), scheme=scheme))
    with view.page.expect_download() as coming:
        view.page.get_by_role("button", name="Save picture").click()
    image = np.asarray(Image.open(coming.value.path()).convert("RGB")).astype(int)
    box = view.box()
    assert image.shape[:2] == pytest.approx((2 * box["height"], 2 * box["width"]), abs=2)
    ground = (0x10, 0x15, 0x13) if scheme == "dark" else (0xFC, 0xFC, 0xFA)
    assert tuple(image[-3, 3]) == ground
    assert 0.01 < (np.abs(image - ground).max(axis=2) > 40).mean() < 0.6
    assert coming.value.suggested_filename == "map.png"
    text = (0xE8, 0xED, 0xEA) if scheme == "dark" else (0x0D, 0x14, 0x11)
    assert (np.abs(image - text).max(axis=2) < 12).sum() > 500, "the labels are in it"


def test_the_colors_of_the_page_are_followed_while_it_is_open(opened: Any) -> None:
    view = Map(opened(a_page(100)))
    ground = "() => getComputedStyle(document.querySelector('.lx')).backgroundColor === 'rgb({})'"
    view.page.wait_for_function(ground.format("252, 252, 250"))
    view.page.emulate_media(color_scheme="dark")
    view.page.wait_for_function(ground.format("16, 21, 19"))


def test_the_detector_can_fail(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(f"<main>{HOSTILE[2]}</main>")
    assert page.evaluate(DETECTOR)
    page.set_content(f"<main>{IMAGE}</main>")
    page.wait_for_function("window.pwned === 1")
    assert page.evaluate(DETECTOR)
    page.close()


def test_hostile_words_are_text_in_labels_lists_and_legends(opened: Any) -> None:
    from playwright.sync_api import expect

    n = len(HOSTILE)
    points = np.column_stack([np.arange(n), np.arange(n) % 3]).astype(np.float32)
    codes = np.arange(n) % 3
    coloring = Coloring.of_categories(IMAGE, codes, HOSTILE[:3], ["#0E8074", "#C4534A", "#4A7FCB"])
    packed = pack(points, np.arange(n), HOSTILE, title=IMAGE)
    view = Map(opened(standalone(packed, [coloring], title=IMAGE, lead=HOSTILE[1], notes=HOSTILE), width=1280))
    tip = view.page.locator(".lx-tip b")
    shown = {4: "line\\u2028separator", 5: "lone\\ud800surrogate", 6: "right\\u202eleft", 10: "x" * 160 + "…"}
    for i, word in enumerate(HOSTILE):
        view.page.mouse.move(1, 1)
        view.move(*view.place(i))
        expect(tip).to_have_text(shown.get(i, word), use_inner_text=False)
    view.page.keyboard.down("Shift")
    box = view.box()
    view.lasso([(2, 2), (box["width"] - 2, 2), (box["width"] - 2, box["height"] - 2), (2, box["height"] - 2)])
    view.page.keyboard.up("Shift")
    expect(view.page.locator(".lp-words li")).to_have_count(n)
    expect(view.page.locator(".lp-words li").first).to_have_text(IMAGE)
    view.page.get_by_role("combobox", name="Find a word").fill("<")
    expect(view.page.locator(".lp-found li").first).to_have_text(IMAGE)
    expect(view.page.locator(".lx-legend summary")).to_have_text(IMAGE)
    expect(view.page.get_by_role("heading", level=1)).to_have_text(IMAGE)
    assert not view.page.evaluate(DETECTOR)
    page = view.page
    page.evaluate("(word) => document.body.insertAdjacentHTML('beforeend', word)", IMAGE)
    page.wait_for_timeout(200)
    assert page.evaluate("window.pwned") is None, "the policy would stop it even then"


def test_without_webgl_the_page_says_so(opened: Any) -> None:
    deaf = """const given = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext =
        function (kind, ...rest) { return /webgl/.test(kind) ? null : given.call(this, kind, ...rest); };"""
    opened(a_page(50), before=deaf).get_by_role("alert").get_by_text("offers no WebGL").wait_for()


def test_telephones_that_blend_no_32_bit_colors_draw_in_16(opened: Any) -> None:
    poor = """const given = WebGLRenderingContext.prototype.getExtension; WebGLRenderingContext.prototype.getExtension =
        function (name) { return /color_buffer_float|float_blend/i.test(name) ? null : given.call(this, name); };"""
    rich, phone = (Map(opened(a_page(2000), before=script)) for script in ("", poor))
    assert phone.colors() == pytest.approx(rich.colors(), rel=0.02)


def test_a_drawing_that_was_lost_comes_back_with_its_view_and_selection(opened: Any) -> None:
    watch = """window.drawn = []; const given = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        const made = given.call(this, kind, ...rest); if (/webgl/.test(kind) && made) window.drawn.push(made);
        return made; };"""
    lose = "window.drawn.at(-1).getExtension('WEBGL_lose_context').loseContext()"
    view = Map(opened(a_page(500), before=watch))
    view.page.get_by_role("button", name="Zoom in").click()
    view.ask("viewer.select(Uint32Array.of(7), 'click')")
    zoom, colors = view.ask("viewer.camera().zoom"), view.colors()
    view.page.evaluate(lose)
    view.until("!viewer.ready()")
    view.until("viewer.ready()")
    assert view.ask("viewer.camera().zoom") == pytest.approx(zoom) and view.selected() == [7]
    view.page.wait_for_timeout(300)
    assert view.colors() == pytest.approx(colors, rel=0.1)
    view.page.evaluate(lose)
    view.page.get_by_role("button", name="Draw it again").click()
    view.until("viewer.ready()")


def test_keys_move_the_map_and_every_tool_has_a_name(opened: Any) -> None:
    view = Map(opened(a_page(500)))
    names = [button.get_attribute("aria-label") for button in view.page.locator(".lx-tools button").all()]
    assert len(names) == 5 and all(names)
    view.page.locator(".lx-over").focus()
    x = view.ask("viewer.camera().x")
    view.page.keyboard.press("ArrowRight")
    assert view.ask("viewer.camera().x") > x
    view.page.keyboard.press("+")
    assert view.ask("viewer.camera().zoom") == pytest.approx(1.5)
    view.move(300, 300)
    view.page.mouse.wheel(0, -300)
    view.until("viewer.camera().zoom > 2")
    before = view.place(9)
    view.page.mouse.down()
    view.move(360, 340, steps=5)
    view.page.mouse.up()
    after = view.place(9)
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((60, 40), abs=1)
    assert view.selected() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_serious_fault_and_fits_a_telephone(scheme: str, opened: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    view = Map(opened(a_page(300), scheme=scheme))
    view.ask("viewer.select(Uint32Array.of(7, 8), 'click')")
    violations = Axe().run(view.page).response["violations"]
    assert not [one for one in violations if one["impact"] in ("serious", "critical")]
    narrow = Map(opened(a_page(300), scheme=scheme, width=360))
    assert narrow.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not narrow.page.locator(".lx-legend").evaluate("(legend) => legend.open")


@pytest.mark.slow
def test_a_million_words_are_drawn_searched_and_selected(opened: Any) -> None:
    n = 1_000_000
    points, _group = clustered(n)
    view = Map(opened(a_page(n)))
    assert view.colors() > 20_000
    corners = [(250.0, 60.0), (650.0, 100.0), (700.0, 400.0), (470.0, 300.0), (280.0, 450.0)]
    polygon = np.array([view.ask("viewer.toData(...given)", list(corner)) for corner in corners])
    view.page.keyboard.down("Shift")
    view.lasso(corners)
    view.page.keyboard.up("Shift")
    expected = inside(points, polygon)
    found = np.zeros(n, bool)
    found[view.selected()] = True
    assert expected.sum() > 10_000
    assert (found != expected).sum() <= 3, "points on the line itself may fall to either side in float32"
    view.page.get_by_role("combobox", name="Find a word").fill("w123456")
    view.page.get_by_role("option", name="w123456", exact=True).click()
    view.until("viewer.camera().zoom > 20")
