"""The same recipe gives the same matrix, words and provenance, to the byte, from every way in."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import Recipe, run
from core.exports import read_build
from tests.acceptance.commands import ROOT, lexiloom
from tests.unit.formats import vector_files as files

# What a build is; build.json beside them tells times, card.md is for people.
ARTIFACT = ("matrix.safetensors", "words.json", "words.txt", "rows.parquet", "recipe.toml", "card.md")
FILLS = {
    "mean": {"kind": "mean"},
    "normal": {"kind": "normal"},
    "diagonal": {"kind": "diagonal"},
    "pieces": {"kind": "cascade", "steps": [{"kind": "pieces"}, {"kind": "normal"}]},
    "drop": {"kind": "drop"},
}
WORDS = ["sea", "Sea", "seaside", "house", "tree-house", "US", "zyzzyva", "seahouse", "发", "naïve", "1984", "=cmd()"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    names = ["sea", "house", "tree", "side", "us", "發", "髮", "####", "naïve", *(f"w{i}" for i in range(60))]
    files.glove(tmp_path / "vectors.txt", names, rng.standard_normal((len(names), 16)).astype("f4"))
    (tmp_path / "words.txt").write_text("".join(f"{w}\t{i}\n" for i, w in enumerate(WORDS, 3)), encoding="utf-8")
    return tmp_path


def recipe_text(fill: dict[str, object], transforms: str = "center,unit") -> str:
    recipe = Recipe(
        vocabulary={"kind": "words", "path": "words.txt"},
        sources=[{"kind": "file", "path": "vectors.txt"}],
        oov=fill,
        transforms=transforms,
        seed=11,
    )
    return recipe.to_toml()


def artifact(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in ARTIFACT}


@pytest.mark.parametrize("kind", FILLS)
def test_python_and_the_command_line_write_the_same_bytes(kind: str, folder: Path) -> None:
    (folder / "recipe.toml").write_text(recipe_text(FILLS[kind]), encoding="utf-8")
    lexiloom("run", folder / "recipe.toml", "--out", folder / "shell", home=folder / "home")
    made = run(Recipe.from_toml(folder / "recipe.toml"), base=folder)
    made.save(folder / "python")
    assert artifact(folder / "shell") == artifact(folder / "python")


def test_options_and_the_recipe_they_leave_build_the_same(folder: Path) -> None:
    options = ["--vocab", folder / "words.txt", "--source", folder / "vectors.txt", "--fill", "normal", "--seed", 4]
    lexiloom("build", *options, "--transform", "abtt", "--dim", 5, "--out", folder / "first", home=folder / "home")
    lexiloom("run", folder / "first/recipe.toml", "--out", folder / "again", home=folder / "home2")
    assert artifact(folder / "first") == artifact(folder / "again")


def test_threads_hash_seeds_and_working_directories_change_nothing(folder: Path) -> None:
    (folder / "recipe.toml").write_text(recipe_text(FILLS["pieces"], "center,abtt,unit"), encoding="utf-8")
    found = []
    for threads, seed, where in (("1", "1", folder), ("2", "77", ROOT)):
        environment = {
            **os.environ,
            "LEXILOOM_HOME": str(folder / f"home{threads}"),
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": str(ROOT),
        }
        command = [
            sys.executable,
            "-m",
            "core.cli",
            "run",
            str(folder / "recipe.toml"),
            "--out",
            str(folder / f"o{seed}"),
        ]
        subprocess.run(command, cwd=where, env=environment, check=True, capture_output=True)
        found.append(artifact(folder / f"o{seed}"))
    assert found[0] == found[1]


@pytest.mark.parametrize("fill", ["normal", "diagonal"])
def test_a_random_row_depends_on_the_seed_and_the_word_alone(fill: str, folder: Path) -> None:
    missing = [f"missing{i}" for i in range(300)]
    known = [f"w{i}" for i in range(60)]

    def rows(words: list[str], seed: int = 0) -> dict[str, bytes]:
        spec = {"kind": "given", "words": words}
        source = {"kind": "file", "path": str(folder / "vectors.txt")}
        matrix = run(Recipe(vocabulary=spec, sources=[source], oov=fill, seed=seed)).matrix
        return {word: matrix.vector(word).tobytes() for word in words if word in missing}

    first = rows(known + missing)
    shuffled = missing.copy()
    random.Random(3).shuffle(shuffled)
    assert rows(known + shuffled) == first
    some = rows(known + missing[:7])
    assert some == {word: first[word] for word in missing[:7]}
    assert rows(known + missing, seed=1) != first


def test_a_moved_project_keeps_its_keys_and_bytes(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "recipe.toml").write_text(recipe_text(FILLS["mean"]), encoding="utf-8")
    there = tmp_path_factory.mktemp("moved")
    for name in ("recipe.toml", "words.txt", "vectors.txt"):
        (there / name).write_bytes((folder / name).read_bytes())
    keys = []
    for place in (folder, there):
        lexiloom("run", place / "recipe.toml", "--out", place / "out", home=place / "home")
        keys.append(json.loads((place / "out/build.json").read_text("utf-8"))["keys"])
    assert keys[0] == keys[1]
    assert artifact(folder / "out") == artifact(there / "out")


def test_a_build_is_a_source_of_the_same_rows(folder: Path) -> None:
    made = run(Recipe.from_toml(recipe_text(FILLS["diagonal"], "")), base=folder)
    made.save(folder / "out")
    words = list(made.matrix.vocabulary.words)
    again = run(Recipe(vocabulary={"kind": "given", "words": words[2:]}, sources=[str(folder / "out")])).matrix
    np.testing.assert_array_equal(again.vectors[2:], made.matrix.vectors[2:])


def test_what_is_written_is_what_was_made(folder: Path) -> None:
    made = run(Recipe.from_toml(recipe_text(FILLS["pieces"])), base=folder)
    made.save(folder / "out")
    saved = read_build(folder / "out")
    assert saved.matrix.id == made.matrix.id
    assert saved.matrix.vocabulary == made.matrix.vocabulary
    for one, two in _columns(saved.matrix.rows, made.matrix.rows):
        assert one == two


def _columns(one: object, two: object) -> Iterator[tuple[list, list]]:
    for name in ("origin", "rung", "form", "pieces", "suspect", "ambiguous"):
        yield getattr(one, name).tolist(), getattr(two, name).tolist()
