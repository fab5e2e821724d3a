"""Recipes round-trip exactly, refuse typos with the valid names, and mean the same from every form."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.combining import Align
from core.errors import InputError, RecipeError
from core.oov import FILLS, Cascade, Mean, Pieces
from core.recipe import Recipe, fingerprints
from core.rows import LADDER_RUNGS

GIVEN = {"kind": "given", "words": ["a", "b"]}
DONOR = {"kind": "builtin", "name": "english"}
# What a fill needs besides its kind.
NEEDED = {
    **{kind: {"donor": DONOR} for kind in ("donor", "nearest", "omp")},
    "blend": {"parts": [{"kind": "spelling"}, {"kind": "donor", "donor": DONOR}], "weights": [0.25, 0.75]},
}
fills = st.sampled_from([{"kind": name, **NEEDED.get(name, {})} for name in FILLS])
words = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), min_size=1, max_size=6)
sources = st.lists(
    st.one_of(
        st.builds(lambda n, s: {"kind": "random", "dim": n, "seed": s}, st.integers(1, 999), st.integers(0, 9)),
        st.sampled_from(
            [{"kind": "builtin", "name": "english"}, {"kind": "file", "path": "v/ü 中.txt", "on_fault": "skip"}]
        ),
    ),
    min_size=1,
    max_size=3,
)
transforms = st.lists(
    st.one_of(
        st.sampled_from([{"kind": "center"}, {"kind": "unit"}, {"kind": "abtt"}]),
        st.builds(lambda d: {"kind": "pca", "dim": d}, st.integers(1, 300)),
    ),
    max_size=4,
)


@given(words, sources, st.one_of(fills, st.lists(fills, min_size=2, max_size=4)), transforms, st.integers(0, 2**63 - 1))
def test_a_recipe_reads_back_from_toml_as_it_was(words, sources, oov, transforms, seed) -> None:
    recipe = Recipe(
        vocabulary={"kind": "given", "words": words}, sources=sources, oov=oov, transforms=transforms, seed=seed
    )
    again = Recipe.from_toml(recipe.to_toml())
    assert again == recipe
    assert again.to_toml() == recipe.to_toml()


def test_short_forms_are_spelled_out() -> None:
    recipe = Recipe(
        vocabulary=["a", "b"],
        sources="random:5,xavier",
        ladder=["nfkc", "lower"],
        oov="pieces, mean",
        transforms="unit",
        combine="align",
    )
    assert recipe.combine == Align()
    assert recipe.vocabulary.kind == "given"
    assert (recipe.sources[0].kind, recipe.sources[0].dim) == ("random", 5)  # type: ignore[union-attr]
    assert recipe.ladder.on() == ("nfkc", "lower")
    assert recipe.oov == Cascade(steps=(Pieces(), Mean()))
    assert [t.kind for t in recipe.transforms] == ["unit"]


def test_a_path_is_sniffed_and_kept_as_given(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("a\t3\nb\t1\n")
    recipe = Recipe.from_tables({"vocabulary": "list.txt", "sources": ["random:3"]}, base=tmp_path)
    assert (recipe.vocabulary.kind, recipe.vocabulary.path) == ("words", "list.txt")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"ov": "mean"}, ["ov", "oov"]),
        ({"oov": {"kind": "maen"}}, ["maen", "mean", "pieces"]),
        ({"oov": {"kind": "pieces", "shrtest": 3}}, ["shrtest", "shortest"]),
        ({"ladder": {"lowr": False}}, ["lowr", "lower"]),
        ({"ladder": ["loewr"]}, ["loewr", "lower"]),
        ({"transforms": [{"kind": "pca"}]}, ["dim"]),
        ({"combine": "blend"}, ["blend", "chain, align, concatenate or average"]),
        ({"combine": {"kind": "align", "weights": [1]}}, ["weights", "min_overlap"]),
        ({"combine": {"kind": "concatenate", "weights": [0]}}, ["weights"]),
        ({"seed": -1}, ["seed"]),
        ({"sources": ["builtin:klingon"]}, ["builtin:klingon"]),
        ({"version": 99}, ["99", "Update"]),
    ],
)
def test_a_mistake_is_told_with_what_would_be_right(tables: dict, told: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        Recipe.from_tables({"vocabulary": GIVEN, "sources": ["random:3"], **tables})
    assert all(text in str(caught.value) for text in told), str(caught.value)


@pytest.mark.parametrize("text", ["= 3", "a = ", "\x00", "[oov\nkind"])
def test_what_is_no_toml_is_told_with_the_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(RecipeError, match=r"r\.toml"):
        Recipe.from_toml(tmp_path / "r.toml")
    with pytest.raises(RecipeError, match="no such file"):
        Recipe.from_toml(tmp_path / "none.toml")


def test_setting_changes_one_value_and_resets_a_changed_kind() -> None:
    recipe = Recipe(vocabulary=["a"], sources=["random:3"])
    assert recipe.with_set("oov.kind=mean").oov == Mean()
    assert recipe.with_set("oov.steps.1.shortest=4").oov.steps[1] == Pieces(shortest=4)  # type: ignore[union-attr]
    assert recipe.with_set("ladder.lower=false").ladder.on() == tuple(
        r for r in LADDER_RUNGS[1:] if r not in ("lower", "lemma")
    )
    assert recipe.with_set("sources.0.dim=9").sources[0].dim == 9  # type: ignore[union-attr]
    assert recipe.with_set("transforms.0.kind=center", "transforms.1.kind=unit").transforms[1].kind == "unit"
    with pytest.raises(RecipeError, match="knd"):
        recipe.with_set("oov.knd=mean")


def test_keys_follow_what_matters_and_nothing_else() -> None:
    def keys(recipe: Recipe, vocabulary: str = "v", source: str = "s") -> dict[str, str]:
        return fingerprints(recipe, vocabulary, [source])

    base = Recipe(vocabulary={"kind": "words", "path": "a.txt"}, sources=[{"kind": "file", "path": "v.txt"}])
    moved = Recipe(vocabulary={"kind": "words", "path": "b/a.txt"}, sources=[{"kind": "file", "path": "c/v.txt"}])
    assert keys(base) == keys(moved)
    assert keys(base)["vocabulary"] == keys(base, source="t")["vocabulary"]
    assert keys(base)["look up"] != keys(base, source="t")["look up"]
    other = base.with_set("oov.kind=mean")
    assert keys(base)["combine"] == keys(other)["combine"]
    assert keys(base)["oov"] != keys(other)["oov"]
    assert keys(base)["transforms"] != keys(base.with_set("seed=3"))["transforms"]


def test_relative_paths_move_with_the_recipe(tmp_path: Path) -> None:
    recipe = Recipe(
        vocabulary={"kind": "words", "path": "w.txt"}, sources=[{"kind": "file", "path": str(tmp_path / "v")}]
    )
    moved = recipe.moved(tmp_path / "project", tmp_path / "project/out")
    assert moved.vocabulary.path == "../w.txt"  # type: ignore[union-attr]
    assert moved.sources[0].path == str(tmp_path / "v")  # type: ignore[union-attr]


def test_a_path_from_home_is_not_looked_for_below_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.recipe import resolved_path

    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    recipe = Recipe(vocabulary={"kind": "words", "path": "~/words.txt"}, sources=["vectors.txt"])
    found = resolved_path(recipe, tmp_path / "base")
    assert Path(found.vocabulary.path) == tmp_path / "home" / "words.txt"  # type: ignore[union-attr]
    assert Path(found.sources[0].path) == tmp_path / "base" / "vectors.txt"  # type: ignore[union-attr]
