"""Words added and removed by hand: where they come, what outweighs what, and what is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RecipeError, VocabularyError
from core.recipe import Recipe
from core.vocabulary import CorpusSpec, CountsSpec, GivenSpec, TableSpec, WordsSpec, read_vocabulary

from .written import counts_of, found, read, words_of

COUNTED = "The\t9\nthe\t5\nnot\t4\nsea\t3\nIs\t2\nrare\t1\n"


class TestAdded:
    def test_added_words_come_last_as_they_are_written_and_count_nothing(self, tmp_path: Path) -> None:
        reading = read(tmp_path, COUNTED, add=("New York", "Sea", "海"), lower=True)
        assert words_of(reading) == ["the", "not", "sea", "is", "rare", "New York", "Sea", "海"]
        assert counts_of(reading)[-3:] == [0, 0, 0]
        assert "3 words added: New York, Sea, 海" in reading.report.notes
        assert ("space", None) in found(reading)

    def test_a_list_without_counts_stays_without(self, tmp_path: Path) -> None:
        assert counts_of(read(tmp_path, "sea\nland\n", add=("lake",))) is None

    def test_a_word_that_is_there_already_is_reported_and_not_doubled(self, tmp_path: Path) -> None:
        reading = read(tmp_path, COUNTED, specials=("<pad>",), add=("sea", "<pad>", "lake", " lake", ""))
        assert words_of(reading) == ["<pad>", "The", "the", "not", "sea", "Is", "rare", "lake"]
        totals = {"added twice": 2, "duplicate": 1, "surrounding space": 1, "blank line": 1}
        assert reading.report.totals == totals
        assert "1 word added: lake" in reading.report.notes

    @pytest.mark.parametrize(
        ("choice", "words"),
        [
            ({"min_count": 4}, ["The", "the", "not", "rare", "new"]),
            ({"max_size": 1}, ["The", "rare", "new"]),
            ({"max_size": 1, "add": ("new", "the")}, ["The", "the", "new"]),
            ({"stop_words": True, "add": ("Is",)}, ["not", "sea", "Is", "rare"]),
        ],
    )
    def test_added_words_stay_at_their_places_whatever_else_is_chosen(self, choice, words, tmp_path: Path) -> None:
        reading = read(tmp_path, COUNTED, **{"add": ("new", "rare"), **choice})
        assert words_of(reading) == words
        assert any("because it is added" in note for note in reading.report.notes)
        known = dict(line.split("\t") for line in COUNTED.splitlines())
        assert counts_of(reading) == [int(known.get(word, 0)) for word in words]

    def test_an_added_special_token_has_its_role(self, tmp_path: Path) -> None:
        assert read(tmp_path, "sea\n", add=("[MASK]",)).vocabulary.specials == {"[MASK]": "token"}

    def test_added_words_alone_make_no_vocabulary_of_an_empty_list(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="no word in it"):
            read(tmp_path, "\n\n", spec=WordsSpec, add=("sea",))
        assert words_of(read(tmp_path, "sea\n", remove=("sea",), add=("lake",))) == ["lake"]


class TestRemoved:
    def test_removed_words_are_compared_before_lower_casing_and_after_it(self, tmp_path: Path) -> None:
        assert words_of(read(tmp_path, COUNTED, remove=("The", "sea"))) == ["the", "not", "Is", "rare"]
        before = read(tmp_path, COUNTED, remove=("The",), lower=True)
        assert (words_of(before)[0], counts_of(before)[0]) == ("the", 5)
        assert words_of(read(tmp_path, COUNTED, remove=("is", "the"), lower=True)) == ["not", "sea", "rare"]

    def test_what_was_removed_and_what_was_not_there_is_noted(self, tmp_path: Path) -> None:
        notes = read(tmp_path, COUNTED, remove=("sea", " Is ", "lake", "", "sea")).report.notes
        assert {"2 words removed: sea, Is", "1 word to be removed is not there: lake"} <= set(notes)
        many = read(tmp_path, COUNTED, remove=tuple("abcdefg")).report.notes
        assert "7 words to be removed are not there: a, b, c, d, e…" in many

    def test_special_tokens_and_added_words_stay(self, tmp_path: Path) -> None:
        asked = {"specials": ("<pad>",), "add": ("sea", "lake"), "remove": ("<pad>", "sea", "lake", "[MASK]")}
        reading = read(tmp_path, "sea\nland\n[MASK]\n", spec=WordsSpec, **asked)
        assert words_of(reading) == ["<pad>", "sea", "land", "lake"]
        assert "not removed, since special tokens and added words stay: <pad>, sea, lake" in reading.report.notes

    def test_removing_comes_before_the_cut_to_a_size(self, tmp_path: Path) -> None:
        assert words_of(read(tmp_path, COUNTED, remove=("The",), max_size=2)) == ["the", "not"]

    def test_a_list_of_which_nothing_is_left_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="no word is left of 1"):
            read(tmp_path, "sea\n", remove=("sea",))


@pytest.mark.parametrize(
    ("name", "content", "spec"),
    [
        ("w.txt", "sea\nland\n", WordsSpec),
        ("t.csv", "word,count\nsea,2\nland,1\n", TableSpec),
        ("c.txt", "sea land sea\n", CorpusSpec),
        ("fvocab", "sea 2\nland 1\n", CountsSpec),
    ],
)
def test_every_kind_without_ids_adds_and_removes(name: str, content: str, spec, tmp_path: Path) -> None:
    assert words_of(read(tmp_path, content, name, spec, add=("lake",), remove=("sea",))) == ["land", "lake"]


def test_words_in_a_recipe_are_added_and_removed_too() -> None:
    spec = GivenSpec(words=("sea", "land"), counts=(2, 1), specials=(), add=("lake",), remove=("sea",))
    assert counts_of(read_vocabulary(spec)) == [1, 0]


def test_ids_are_kept_so_nothing_is_added_to_them() -> None:
    for kind in ("ids", "tokenizer"):
        with pytest.raises(RecipeError, match="add"):
            Recipe(vocabulary={"kind": kind, "path": "vocab.txt", "add": ["sea"]}, sources=["random:3"])


def test_a_recipe_holds_them_and_they_can_be_set() -> None:
    recipe = Recipe(vocabulary={"kind": "words", "path": "w.txt"}, sources=["random:3"])
    changed = recipe.with_set('vocabulary.add=["sea", "海", "a b"]', 'vocabulary.remove=["Is"]')
    assert changed.vocabulary.add == ("sea", "海", "a b") and changed.vocabulary.remove == ("Is",)  # type: ignore[union-attr]
    assert Recipe.from_toml(changed.to_toml()) == changed


some = st.lists(st.sampled_from(["a", "A", "b", "B", "the", "The", "c", "<pad>", "[MASK]"]), max_size=6)


@given(words=some, added=some, removed=some, lower=st.booleans(), stops=st.booleans(), size=st.integers(1, 5))
def test_added_words_are_in_once_and_removed_ones_are_not(words, added, removed, lower, stops, size) -> None:
    made = GivenSpec(
        words=("x", *words),
        add=added,
        remove=removed,
        lower=lower,
        stop_words=stops,
        max_size=size,
        specials=("<pad>",),
    )
    vocabulary = read_vocabulary(made).vocabulary
    assert set(added) <= set(vocabulary.words)
    assert not (set(removed) - {*added, "<pad>"}) & set(vocabulary.words)
    assert len(vocabulary) <= 1 + size + len(set(added))
    assert vocabulary.words[0] == "<pad>"
