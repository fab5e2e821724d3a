"""The documentation runs as it stands, and its tables are those of the specs and commands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.cli.app import VERBS
from tests.acceptance.commands import ROOT
from tests.unit.formats import vector_files as files

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def read(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", read(page), re.DOTALL)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("words.txt", "novel.txt"):
        (tmp_path / name).write_bytes((ROOT / "assets/samples/reviews.txt").read_bytes())
    files.glove(tmp_path / "vectors.txt", ["cat", "sea", "side", "town", "the"], files.matrix(5, 256))
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What the short examples of a page take for granted; those of the other pages stand alone.
TAKEN_FOR_GRANTED = """
import json
from pathlib import Path

import numpy as np
import safetensors.numpy
import torch
from gensim.models import KeyedVectors
"""


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
# gensim divides by the length of the padding row, which is zero.
@pytest.mark.filterwarnings("ignore:invalid value encountered in divide:RuntimeWarning")
@pytest.mark.parametrize("page", [page.name for page in PAGES if blocks(page.name, "python")])
def test_the_python_examples_run_one_after_the_other(page: str, place: Path) -> None:
    names: dict[str, object] = {}
    if page == "exports.md":
        make_exports()
        exec(TAKEN_FOR_GRANTED, names)
    for block in blocks(page, "python"):
        exec(block, names)
    if page in ("exports.md", "python.md"):
        assert "cat" in names["words"]  # type: ignore[operator]


def make_exports() -> None:
    from core import Recipe, export, run

    build = run(Recipe(vocabulary=["cat", "sea", "side", "town", "the"], sources=["vectors.txt"]))
    build.save("my-build")
    for kind, path in [
        ("npy", "vectors.npy"),
        ("pt", "vectors.pt"),
        ("word2vec", "vectors.vec"),
        ("word2vec-binary", "vectors.bin"),
        ("projector", "vectors.tsv"),
    ]:
        export(build.matrix, kind, path)


# page -> how many of its examples show what is printed, at least.
PRINTED = {"command-line.md": 6, "vocabulary.md": 1}


@pytest.mark.parametrize("page", PRINTED)
def test_the_shell_examples_run_and_print_what_the_page_says(page: str, place: Path) -> None:
    for name, content in re.findall(r"`([\w.]+)`, [^\n]*:\n\n```text\n(.*?)```", read(page), re.DOTALL):
        (place / name).write_bytes(content.encode())
    examples = re.findall(r"```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?", read(page), re.DOTALL)
    assert len([lines for lines, printed in examples if printed]) >= PRINTED[page]
    for lines, printed in examples:
        told = "".join(lexiloom(line, place) for line in lines.splitlines())
        # An output that begins with an ellipsis is the end of what is printed.
        if printed.startswith("…\n"):
            assert told.rstrip().endswith(printed.removeprefix("…\n").rstrip()), (lines, told)
        elif printed:
            assert told.rstrip() == printed.rstrip(), lines
    assert page != "command-line.md" or (place / "vectors.vec").is_file()


def lexiloom(line: str, place: Path) -> str:
    """What the command in `line` prints; it ends with 0, or as its comment says."""
    expected = re.search(r"# exit code (\d+)$", line)
    command = [sys.executable, "-m", "core.cli", *shlex.split(line, comments=True)[1:]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == (int(expected[1]) if expected else 0), (line, done.stdout, done.stderr)
    return done.stdout + done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_named(verb: str) -> None:
    import typer

    from core.cli.app import app

    section = read("command-line.md").partition(f"\n## {verb}\n")[2].partition("\n## ")[0]
    command = typer.main.get_command(app).get_command(None, verb)  # type: ignore[union-attr, arg-type]
    for one in command.params:
        is_option = one.param_type_name == "option"
        for name in [*one.opts, *one.secondary_opts] if is_option else [one.metavar]:
            assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", section), name


def test_every_field_of_the_recipe_is_named() -> None:
    from core import Recipe

    page = read("recipe.md")
    missing = [name for model in specs(Recipe) for name in model.model_fields if f"`{name}`" not in page]
    assert not [name for name in missing if name != "kind"]


def specs(model: Any) -> set[Any]:
    """`model` and every spec below it."""
    from core.validation import models_in

    below = {inner for field in model.model_fields.values() for inner in models_in(field.annotation)}
    return {model}.union(*map(specs, below))


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
    for page in PAGES:
        assert page.name == "index.md" or f"]({page.name})" in index, page.name
