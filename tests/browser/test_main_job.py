"""The main job in a real browser: words in, coverage read, matrix built and taken away, the same to the byte."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core import Recipe, run
from tests.acceptance.commands import lexiloom
from tests.browser import actions as do
from tests.unit.formats import vector_files as files

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

# Counts of 114 in all. "sea" comes twice and a line is blank: two oddities.
WORDS = """\
sea\t50
Sea\t10
house\t30
tree-house\t7
發\t3
naïve\t5
１９８４\t2
zyzzyva\t4

=cmd()\t1
sea\t2
"""
HELD = ["sea", "house", "tree_house", "发", "naïve", "1984", *(f"w{i}" for i in range(40))]
SAME = ("matrix.safetensors", "words.json", "rows.parquet")


@dataclass
class Job:
    """The visitor's page with a finished build, and what was saved from it."""

    page: Page
    saved: Path
    base: Path
    recipe: Recipe


@pytest.fixture
def given(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text(WORDS, encoding="utf-8")
    vectors = np.random.default_rng(1).standard_normal((len(HELD), 20)).astype("f4")
    files.glove(tmp_path / "vectors.txt", HELD, vectors)
    return tmp_path


def ready(server: Server, visit: Any, given: Path) -> Page:
    page = visit(server.address)
    do.give_words(page, given / "words.txt")
    do.give_vectors(page, given / "vectors.txt")
    return page


def test_coverage_tells_the_right_numbers_and_a_rung_moves_them(server: Server, visit: Any, given: Path) -> None:
    from playwright.sync_api import expect

    page = visit(server.address)
    do.give_words(page, given / "words.txt")
    for label, wanted in (("Types", "9"), ("Tokens", "114"), ("Special tokens", "2"), ("Oddities", "2")):
        expect(do.metric(page, label)).to_have_text(wanted)
    do.give_vectors(page, given / "vectors.txt")
    do.press(page, "next-coverage")
    page.wait_for_url("**/coverage?**")

    def shows(types: str, tokens: str, missing: str) -> None:
        expect(do.metric(page, "Type coverage")).to_have_text(types)
        expect(do.metric(page, "Token coverage")).to_have_text(tokens)
        expect(do.metric(page, "Missing words")).to_have_text(missing)
        expect(do.keyed(page, "words-state").get_by_role("combobox")).to_have_value(f"missing ({missing})")

    shows("77.8%", "95.6%", "2")  # 7 of 9, 109 of 114
    do.switch(page, "ladder-lower")
    shows("66.7%", "86.8%", "3")  # "Sea" is not found any more: 6 of 9, 99 of 114
    expect(page.get_by_text("would find 1 · 10 tokens")).to_be_visible()
    do.switch(page, "ladder-lower")
    shows("77.8%", "95.6%", "2")
    do.switch(page, "ladder-nfkc")
    shows("66.7%", "93.9%", "3")  # １９８４: 107 of 114


def test_app_shell_and_python_write_the_same_bytes(server: Server, visit: Any, given: Path) -> None:
    page = ready(server, visit, given)
    do.build(page)
    app = given / "app"
    for name in (*SAME, "recipe.toml"):
        do.save(page, do.keyed(page, f"file-{name}").get_by_role("link"), app)
    shown = do.saved_recipe(page, given / "shown")
    base = server.home / "visitors" / do.workspace_id(page)

    run(Recipe.from_toml(shown), base=base).save(given / "python")
    lexiloom("run", shown, "--base", base, "--out", given / "shell", home=given / "home")
    for name in SAME:
        wanted = (app / name).read_bytes()
        assert (given / "python" / name).read_bytes() == wanted, name
        assert (given / "shell" / name).read_bytes() == wanted, name
    assert (app / "recipe.toml").read_bytes() == shown.read_bytes()


def test_torch_and_gensim_load_what_was_downloaded(server: Server, visit: Any, given: Path) -> None:
    import torch
    from gensim.models import KeyedVectors
    from safetensors.numpy import load_file

    page = ready(server, visit, given)
    do.build(page)
    folder = given / "app"
    matrix = load_file(do.save(page, do.keyed(page, "file-matrix-safetensors").get_by_role("link"), folder))["vectors"]
    path = do.save(page, do.keyed(page, "file-words-json").get_by_role("link"), folder)
    words = json.loads(path.read_text("utf-8"))
    assert words[2:] == ["sea", "Sea", "house", "tree-house", "發", "naïve", "１９８４", "zyzzyva", "=cmd()"]

    def exported(kind: str, name: str) -> Path:
        here = page.locator(f"[class*='st-key-job-export-'][class*='-{kind}']").first
        here.get_by_role("button").click()
        link = do.keyed(page, f"export-{kind}-{name}").get_by_role("link")
        return do.save(page, link, folder / kind)

    state = torch.load(exported("pt", "embedding.pt"), weights_only=True)
    np.testing.assert_array_equal(state["weight"].numpy(), matrix)
    loaded = KeyedVectors.load_word2vec_format(str(exported("word2vec", "embedding.vec")), binary=False)
    assert loaded.index_to_key == words
    np.testing.assert_array_equal(loaded.vectors, matrix)
    np.testing.assert_array_equal(loaded["Sea"], loaded["sea"])


def test_everything_as_a_zip_builds_again(server: Server, visit: Any, given: Path) -> None:
    page = ready(server, visit, given)
    do.build(page)
    packed = do.save(page, do.keyed(page, "zip").get_by_role("link"), given / "zip")
    there = given / "elsewhere"
    with zipfile.ZipFile(packed) as opened:
        assert opened.testzip() is None
        opened.extractall(there)
    lexiloom("run", there / "recipe.toml", "--out", there / "again", home=given / "home")
    assert do.lock(there / "again")["matrix_id"] == do.lock(there / "build")["matrix_id"]
    for name in SAME:
        assert (there / "again" / name).read_bytes() == (there / "build" / name).read_bytes()
