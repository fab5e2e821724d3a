"""The Explore page: every way of looking, at a matrix of the visitor's own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import Recipe, run
from core.exports import read_build
from core.projection import UmapMap, project
from core.projection.saved import write_parquet
from core.projection.spec import Selection
from pages._ui import cached_maps, server

from .conftest import assert_sound, texts

Open = Callable[..., AppTest]
VIEWS = ("map", "neighbors", "analogies", "axes", "similarities", "compare")
TEXT = "man woman king queen cat dog horse cow red green blue small tiny big huge bad good breakfast lunch dinner"
WORDS = TEXT.split()
HOSTILE = ["<img src=x onerror=alert(1)>", "**bold**", ":red[x]", "$x$", "[a](b)", "日本\n語", "\u202eabc", "😀"]
# A key stands for a content: another content, another key.
KEYS, ALIKE = ("0" * 31 + "1", "0" * 31 + "2"), "f" * 32


@pytest.fixture
def workspace(lexiloom_home: object) -> str:
    """A workspace with two builds."""
    here = server.workspaces().create()
    for key, words, transforms in zip(KEYS, ([*WORDS, "zzyzxq"], [*WORDS, *HOSTILE]), ("", "abtt"), strict=True):
        recipe = Recipe(vocabulary=words, sources=["builtin:english"], transforms=[transforms] if transforms else [])
        run(recipe).save(server.home().builds / key)
        here.add_build(key)
    return here.id


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_sound(opened: Open, workspace: str, view: str, lang: str) -> None:
    app = opened("explore", w=workspace, view=view, lang=lang)
    assert_sound(app)
    assert not app.error


def test_without_a_build_the_page_says_what_to_do(opened: Open) -> None:
    app = opened("explore")
    assert_sound(app)
    assert "There is no matrix yet" in texts(app)


def test_words_left_out_are_named(opened: Open, workspace: str) -> None:
    app = opened("explore", w=workspace, view="map")
    told = texts(app)
    assert "special row, not a word" in told
    assert "<pad>" in told


def test_a_drawn_map_is_shown_with_its_figures(opened: Open, workspace: str) -> None:
    spec = UmapMap()
    matrix = read_build(server.home().builds / KEYS[1]).matrix
    path = cached_maps.map_folder(KEYS[1], cached_maps.map_name(spec, Selection())) / "map.parquet"
    write_parquet(project(matrix, spec), matrix, path)
    app = opened("explore", w=workspace, view="map", method="umap")
    assert_sound(app)
    assert "UMAP keeps neighbors together" in texts(app)
    assert not [one for one in app.button if str(one.key).startswith("job-map")]


@pytest.mark.parametrize("color", ["origin", "script", "length", "place", "kmeans", "hdbscan", "column"])
def test_every_color_draws(opened: Open, workspace: str, color: str) -> None:
    app = opened("explore", w=workspace, view="map")
    app.selectbox(key="map-color").select(color).run()
    assert_sound(app)


def test_a_search_tells_what_is_spelled_like_an_unknown_word(opened: Open, workspace: str) -> None:
    app = opened("explore", w=workspace, view="map")
    app.text_input(key="map-find-text").input("quen").run()
    assert_sound(app)
    assert "queen" in [one.label for one in app.button]
    app.text_input(key="map-find-text").input("queen").run()
    assert_sound(app)
    assert "Nearest words" in texts(app)


def test_a_word_that_is_not_there_offers_others(opened: Open, workspace: str) -> None:
    app = opened("explore", w=workspace, view="neighbors")
    app.text_input(key="near-text").input("hrose").run()
    like = next(one for one in app.button if one.label == "horse")
    like.click().run()
    assert_sound(app)
    assert app.text_input(key="near-text").value == "horse"


def test_an_unknown_word_of_an_analogy_offers_others(opened: Open, workspace: str) -> None:
    app = opened("explore", w=workspace, view="analogies")
    assert "man is to king as woman is to queen" in texts(app)
    app.text_input(key="analogy-a-text").input("mann").run()
    assert_sound(app)
    assert "This is not a word of the matrix." in texts(app)
    assert "man" in [one.label for one in app.button]


@pytest.mark.parametrize("word", [word for word in HOSTILE if "\n" not in word])
def test_hostile_words_are_shown_as_they_are(opened: Open, workspace: str, word: str) -> None:
    for view, key in (("map", "map-find-text"), ("neighbors", "near-text")):
        app = opened("explore", w=workspace, view=view)
        app.text_input(key=key).input(word).run()
        assert_sound(app)


def test_two_matrices_are_compared_on_the_words_of_both(opened: Open, workspace: str) -> None:
    app = opened("explore", w=workspace, view="compare")
    assert_sound(app)
    shared = next(one for one in app.metric if one.label == "Words in common")
    assert int(shared.value) == len(WORDS)
    app.text_input(key="compare-word-text").input("zzyzxq").run()
    assert_sound(app)
    assert app.error


def test_one_matrix_alone_is_not_compared(opened: Open, lexiloom_home: object) -> None:
    here = server.workspaces().create()
    run(Recipe(vocabulary=WORDS, sources=["builtin:english"])).save(server.home().builds / KEYS[0])
    here.add_build(KEYS[0])
    app = opened("explore", w=here.id, view="compare")
    assert_sound(app)
    assert "There is one matrix only" in texts(app)


@pytest.mark.parametrize("words", [["cat"], ["cat", "dog"]])
@pytest.mark.parametrize("view", VIEWS)
def test_one_or_two_words_break_no_view(opened: Open, lexiloom_home: object, view: str, words: list[str]) -> None:
    here = server.workspaces().create()
    run(Recipe(vocabulary=words, sources=["builtin:english"])).save(
        server.home().builds / f"{len(words):032x}".replace("0", "a")
    )
    here.add_build(f"{len(words):032x}".replace("0", "a"))
    assert_sound(opened("explore", w=here.id, view=view))


def test_rows_that_are_all_the_same_are_one_point(opened: Open, lexiloom_home: object, tmp_path) -> None:  # type: ignore[no-untyped-def]
    vectors = np.ones((8, 4), np.float32)
    lines = [f"w{i} " + " ".join(map(str, row)) for i, row in enumerate(vectors.tolist())]
    (tmp_path / "same.txt").write_text("\n".join(lines))
    here = server.workspaces().create()
    recipe = Recipe(vocabulary=[f"w{i}" for i in range(8)], sources=[str(tmp_path / "same.txt")], gate="identical")
    run(recipe).save(server.home().builds / ALIKE)
    here.add_build(ALIKE)
    app = opened("explore", w=here.id, view="map")
    assert_sound(app)
    assert "share another word" in texts(app)
