"""The shell line and the Python program of a recipe say the same as the recipe."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.errors import LexiloomError
from core.recipe import Recipe
from core.settings import plain
from core.snippets import as_python, as_shell, settings_of

RECIPES: dict[str, dict[str, Any]] = {
    "plain": {"vocabulary": {"kind": "words", "path": "my words.txt"}, "sources": ["builtin:english"]},
    "chain": {
        "vocabulary": {"kind": "words", "path": "w.txt", "min_count": 2, "specials": ["<pad>", "a b", "'x'"]},
        "sources": ["builtin:chinese", "random:256,xavier", {"kind": "file", "path": "v.txt", "on_fault": "skip"}],
        "ladder": {"title": False, "trim": False},
        "oov": "pieces",
        "transforms": ["center", {"kind": "pca", "dim": 50}],
        "seed": 3,
    },
    "steps": {
        "vocabulary": {"kind": "corpus", "path": "c", "language": "zh", "tokenization": {"numbers": False}},
        "sources": [{"kind": "file", "path": "a.zip", "member": "b.vec"}, {"kind": "build", "path": "older"}],
        "oov": "ngrams,pieces,mean",
    },
    "defaults": {
        "vocabulary": {"kind": "ids", "path": "vocab.txt"},
        "sources": [{"kind": "random"}, "builtin:english"],
    },
    "given": {"vocabulary": {"kind": "given", "words": ["EOF", "it's", "词"]}, "sources": ["random:8"]},
    "several": {
        "vocabulary": {
            "kind": "several",
            "parts": [
                {"kind": "words", "path": "w.txt", "add": ["it's", "a\nb", "词"]},
                {
                    "kind": "corpus",
                    "path": "a rather long name of a folder/with a text in it.txt",
                    "user_dictionary": "d.txt",
                    "tokenization": {"contractions": "treebank", "hyphens": False},
                },
            ],
            "max_size": 9,
        },
        "sources": ["random:8"],
    },
    "align": {
        "vocabulary": {"kind": "words", "path": "w.txt"},
        "sources": ["builtin:english", "random:8"],
        "combine": {"kind": "align", "map": "ridge"},
    },
    "concatenate": {
        "vocabulary": {"kind": "words", "path": "w.txt"},
        "sources": ["builtin:english", "random:8"],
        "combine": {"kind": "concatenate", "weights": [1.0, 0.5], "partial": "zeros"},
    },
    "fixes": {
        "vocabulary": {"kind": "words", "path": "w.txt"},
        "sources": ["random:8"],
        "fixes": {
            "accept": ["slip", "inflection"],
            "words": [{"word": "it's", "use": ["it", "is"]}, {"word": "词", "leave_out": True}, {"word": "x"}],
        },
        "gate": "zero,noise",
        "keep_whole": True,
    },
    "accepted": {
        "vocabulary": {"kind": "words", "path": "w.txt"},
        "sources": ["random:8"],
        "fixes": {"accept": ["case"]},
        "gate": "identical",
    },
    "fills": {
        "vocabulary": {"kind": "words", "path": "w.txt"},
        "sources": ["builtin:english"],
        "oov": [
            {
                "kind": "blend",
                "parts": [
                    {"kind": "donor", "donor": "d v.txt", "sharpness": 2.0},
                    {"kind": "alacarte", "corpus": "c.txt"},
                ],
                "weights": [0.75, 0.25],
            },
            {"kind": "nearest", "donor": "hf:owner/model", "k": 5},
            "spelling",
            "mean",
        ],
    },
    "options": {
        "vocabulary": {"kind": "table", "path": "t.csv", "column": "wort"},
        "sources": ["random:8"],
        "transforms": [{"kind": "pca", "dim": 4}, "unit"],
    },
}


@pytest.mark.parametrize("name", RECIPES)
def test_the_program_is_the_recipe(name: str) -> None:
    recipe = Recipe(**RECIPES[name])
    program = as_python(recipe).replace("run(recipe).save('build')", "")
    told: dict[str, Any] = {}
    exec(program, told)
    assert told["recipe"] == recipe


@pytest.mark.parametrize("name", RECIPES)
def test_the_shell_line_is_the_recipe(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from core import pipeline
    from core.cli.app import app

    recipe = Recipe(**RECIPES[name])
    line = as_shell(recipe)
    asked: list[Recipe] = []
    monkeypatch.chdir(tmp_path)

    def build(recipe: Recipe, **_options: Any) -> None:
        asked.append(recipe)
        raise LexiloomError("that is enough")

    monkeypatch.setattr(pipeline, "run", build)
    if line.startswith("cat"):
        first, rest = line.split("\n", 1)
        end = shlex.split(first)[-1].removeprefix("<<")
        toml, command = rest.split(f"\n{end}\n")
        Path("recipe.toml").write_text(toml, encoding="utf-8")
    else:
        command = line
    arguments = shlex.split(command.replace("\\\n", " "))
    result = CliRunner().invoke(app, arguments[1:])
    assert result.exit_code == 1, result.output
    assert asked == [recipe]


@pytest.mark.parametrize("name", RECIPES)
def test_what_is_set_is_the_vocabulary(name: str) -> None:
    recipe = Recipe(**RECIPES[name])
    settings = settings_of("vocabulary", plain(recipe.vocabulary))
    assert not [one for one in settings if "\n" in one]
    other = Recipe(vocabulary={"kind": "words", "path": "other.txt"}, sources=recipe.sources)
    assert other.with_set(*settings).vocabulary == recipe.vocabulary
