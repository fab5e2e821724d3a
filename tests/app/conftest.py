"""The app without a browser: Streamlit's own test runner, the whole router, a home of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.messages import set_language
from core.workspace.personal import PersonalWorkspace
from pages._ui import server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def opened(lexiloom_home: Path) -> Iterator[Callable[..., AppTest]]:
    """Open a page as a visitor: opened("coverage", w=…, lang=…)."""

    def visit(page: str = "start", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "pages" / "_ui" / "router.py"), default_timeout=120)
        for name, value in {"lang": "en", **query}.items():
            app.query_params[name] = value
        app.run()
        if page != "start":
            app.switch_page(f"../{page}.py").run()
        return app

    yield visit
    set_language(None)
    server.jobs().close()


def workspace_of(app: AppTest) -> PersonalWorkspace:
    """The workspace that the visitor's address names."""
    given: Any = app.query_params["w"]
    return server.workspaces().open(given if isinstance(given, str) else given[0])


def texts(app: AppTest) -> str:
    """All that is told on the page."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "info", "warning", "error", "metric")
    found = [getattr(element, "value", "") for kind in kinds for element in getattr(app, kind)]
    return "\n".join(str(value) for value in found)


def assert_sound(app: AppTest) -> None:
    """No page broke off."""
    assert not app.exception, [one.value for one in app.exception]
