"""The recipe so far: round trips, what it lacks, and what it refuses."""

from __future__ import annotations

import pytest

from core.draft import Draft
from core.errors import RecipeError
from core.recipe import Recipe

WHOLE = {
    "seed": 7,
    "vocabulary": {"kind": "given", "words": ["cat", "dog"]},
    "sources": ["builtin:english", "random:256"],
    "ladder": {"title": False},
    "fixes": {"accept": ["slip"], "words": [{"word": "dog", "use": ["cat"]}]},
    "oov": [{"kind": "donor", "donor": "builtin:chinese"}, "pieces", "mean"],
    "transforms": ["center", "unit"],
    "gate": {"accept": ["zero"]},
    "keep_whole": True,
}


def test_an_empty_draft_lacks_vocabulary_and_sources() -> None:
    assert Draft().lacks == ("vocabulary", "sources")
    with pytest.raises(RecipeError, match="vocabulary"):
        Draft().recipe()
    with pytest.raises(RecipeError, match="source"):
        Draft.from_tables({"vocabulary": {"kind": "given", "words": ["cat"]}}).recipe()


def test_a_draft_and_its_recipe_are_each_others_inverse() -> None:
    recipe = Recipe(**WHOLE)
    draft = Draft.of(recipe)
    assert draft.recipe() == recipe
    assert Draft.from_tables(draft.to_tables()) == draft
    assert Draft.from_tables(recipe.to_tables()) == draft
    assert Draft.from_tables(Draft().to_tables()) == Draft()


def test_a_choice_gives_a_new_draft_and_a_wrong_one_is_refused() -> None:
    draft = Draft().with_(sources=(*Draft.from_tables({"sources": "builtin:english"}).sources,))
    assert draft.lacks == ("vocabulary",)
    assert Draft().lacks == ("vocabulary", "sources")
    with pytest.raises(RecipeError):
        draft.with_(seed=-1)
    with pytest.raises(RecipeError):
        Draft.from_tables({"sauces": []})
