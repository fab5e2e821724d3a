"""A viewer on a page and hands to use it, and the maps that its tests show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.figures.viewer_data import Coloring, pack, standalone

if TYPE_CHECKING:
    from playwright.sync_api import Page

STEP = 3  # from one point's row to the next one's


def clustered(n: int, groups: int = 12) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Points in round groups and the group of each; the last one lies far away from all."""
    random = np.random.default_rng(n)
    group = random.integers(0, groups, n)
    points = random.normal(0, 9, (groups, 2))[group] + random.normal(0, 1, (n, 2))
    points[-1] = (400, 300)
    return points.astype(np.float32), group


def words_of(n: int) -> list[str]:
    return [f"w{i}" if i % 7 else f"中文词{i}" for i in range(n)]


def a_page(n: int, words: list[str] | None = None, **look: Any) -> str:
    points, group = clustered(n)
    colors = ["#0E8074", "#C4534A", "#4A7FCB"]
    shown = [
        Coloring.of_categories("Kind", np.where(group % 4 < 3, group % 4, -1), ["first", "second", "third"], colors),
        Coloring.of_values("Norm", np.hypot(*points.T), ["#C9E6E0", "#0E8074", "#06332E"], high=40.0, unit="u"),
    ]
    packed = pack(points, np.arange(n) * STEP, words or words_of(n), size=(np.arange(n) % 256).astype(np.uint8))
    return standalone(packed, shown, **{"title": "A map", "lead": "How it was made.", "notes": ["A note."], **look})


class Map:
    """A viewer on a page, and hands to use it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".lx")
        self.root.wait_for()
        self.until("viewer.ready()")
        self.status = page.locator(".lx-status")

    def ask(self, expression: str, given: Any = None) -> Any:
        return self.root.evaluate(f"(root, given) => {{ const viewer = root.viewer; return {expression}; }}", given)

    def until(self, expression: str) -> None:
        handle = self.root.element_handle()
        self.page.wait_for_function(f"(root) => {{ const viewer = root.viewer; return {expression}; }}", arg=handle)

    def box(self) -> dict[str, float]:
        found = self.page.locator(".lx-over").bounding_box()
        assert found
        return dict(found)

    def move(self, x: float, y: float, steps: int = 1) -> None:
        box = self.box()
        self.page.mouse.move(box["x"] + x, box["y"] + y, steps=steps)

    def place(self, i: int) -> tuple[float, float]:
        """Where point `i` is on the map, in pixels."""
        x, y = self.ask("viewer.camera().toScreen(viewer.points().xy[2*given], viewer.points().xy[2*given+1])", i)
        return x, y

    def lasso(self, corners: list[tuple[float, float]]) -> None:
        self.move(*corners[0])
        self.page.mouse.down()
        for corner in [*corners[1:], corners[0]]:
            self.move(*corner, steps=8)
        self.page.mouse.up()

    def selected(self) -> list[int]:
        return self.ask("Array.from(viewer.selection())")

    def colors(self) -> int:
        """How many pixels of the dots' canvas are not empty."""
        return self.page.locator(".lx-dots").evaluate(
            """(canvas) => { const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let n = 0; for (let i = 3; i < data.length; i += 4) if (data[i] > 8) n++; return n; }"""
        )


def inside(points: NDArray[Any], polygon: NDArray[Any]) -> NDArray[np.bool_]:
    """Which points a polygon without crossings encloses, by counting the edges to their right."""
    found = np.zeros(len(points), bool)
    x, y = points.T.astype(float)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        crosses = (ay > y) != (by > y)
        found ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay if by != ay else 1) + ax)
    return found
