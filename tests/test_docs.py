"""The documentation runs as it stands, and its tables are those of the specs and commands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.commands import ROOT
from tests.unit.formats import vector_files as files

DOCS = ROOT / "docs"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "words.txt").write_bytes((ROOT / "assets/samples/reviews.txt").read_bytes())
    files.glove(tmp_path / "vectors.txt", ["cat", "sea", "side", "town", "the"], files.matrix(5, 256))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_the_python_examples_run_one_after_the_other(place: Path) -> None:
    names: dict[str, object] = {}
    for block in blocks("python.md", "python"):
        exec(block, names)
    assert names["words"][2] == "cat"  # type: ignore[index]


def test_the_shell_examples_run(place: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    (lines,) = blocks("command-line.md", "sh")
    for line in lines.splitlines():
        command = [sys.executable, "-m", "core.cli", *shlex.split(line)[1:]]
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stderr)
    assert (place / "vectors.vec").is_file()


def test_the_recipe_in_the_documentation_is_one() -> None:
    from core import Recipe

    (text,) = blocks("recipe.md", "toml")
    recipe = Recipe.from_toml(text)
    assert Recipe.from_toml(recipe.to_toml()) == recipe


@pytest.mark.parametrize("page", ["recipe.md", "command-line.md"])
def test_the_tables_are_current(page: str) -> None:
    sys.path.insert(0, str(DOCS))
    try:
        from make_reference import current  # pyright: ignore[reportMissingImports]
    finally:
        sys.path.remove(str(DOCS))
    text = (DOCS / page).read_text("utf-8")
    assert current(text) == text, "run: python docs/make_reference.py"


def test_every_page_is_linked_from_the_index() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    for page in DOCS.glob("*.md"):
        assert page.name == "index.md" or f"]({page.name})" in index, page.name
