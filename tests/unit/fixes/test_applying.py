"""Fixes applied: whose rows the words get, how that is told, and what can't be done."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.combining import combine
from core.coverage import measure_coverage
from core.errors import InputError
from core.fixes import Fixed, Fixes, WordFix, apply_fixes, list_missing
from core.ladder import DEFAULT_LADDER
from core.lookup import look_up
from core.matrix import Located
from core.oov import fill
from core.rows import RUNGS, Origin
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource

WORDS = ("the", "seaside", "running", "covfefe", "house", "<pad>")
VOCABULARY = Vocabulary(WORDS, specials={"<pad>": "pad"})
FIRST = ("the", "sea", "house")
SECOND = ("side", "run", "word")


def vectors(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 5)).astype(np.float32)


def located(
    combination: str = "chain", vocabulary: Vocabulary = VOCABULARY, second: np.ndarray | None = None
) -> Located:
    one = MemorySource(FIRST, vectors(3, 1), name="one")
    two = MemorySource(SECOND, vectors(3, 2) if second is None else second, name="two")
    return combine([look_up(vocabulary, one), look_up(vocabulary, two)], combination)


def fixed(fixes: Fixes, found: Located | None = None) -> Fixed:
    return apply_fixes(found or located(), fixes, DEFAULT_LADDER)


def matrix(found: Fixed) -> np.ndarray:
    return fill(found.located, "zeros").matrix.vectors


class TestRows:
    def test_one_word_gives_its_row_and_several_the_mean_of_theirs(self) -> None:
        found = fixed(Fixes(accept=("inflection", "compound")))
        made = matrix(found)
        one, two = vectors(3, 1), vectors(3, 2)
        np.testing.assert_array_equal(made[2], two[1])
        np.testing.assert_allclose(made[1], (one[1] + two[0]) / 2, rtol=1e-6)

    def test_the_rows_say_where_they_are_from(self) -> None:
        rows = fixed(Fixes(accept=("inflection", "compound"))).located.rows
        assert [Origin(code) for code in rows.origin[[1, 2, 3]]] == [
            Origin.COMPOSED,
            Origin.NORMALIZED,
            Origin.MISSING,
        ]
        assert RUNGS[rows.rung[1]] == RUNGS[rows.rung[2]] == "fix"
        assert rows.form[2] == "run" and rows.form[1] is None
        assert rows.pieces[1] == ("sea", "side") and rows.pieces[2] is None
        assert [rows.sources[rows.source[i]] for i in (1, 2)] == ["one", "two"]

    def test_coverage_counts_them_as_found_by_the_rung_fix(self) -> None:
        before, after = located(), fixed(Fixes(accept=("inflection", "compound"))).located
        assert measure_coverage(after).types.found == measure_coverage(before).types.found + 2
        assert {part.name: part.types.total for part in measure_coverage(after).rungs}["fix"] == 2

    def test_words_found_are_as_they_were(self) -> None:
        before, after = located(), fixed(Fixes(accept=("inflection",))).located
        for name in ("origin", "rung", "form"):
            np.testing.assert_array_equal(
                getattr(after.rows, name)[[0, 3, 4, 5]], getattr(before.rows, name)[[0, 3, 4, 5]]
            )
        np.testing.assert_array_equal(fill(after, "zeros").matrix.vectors[[0, 4]], vectors(3, 1)[[0, 2]])

    def test_without_fixes_nothing_changes(self) -> None:
        before = located()
        assert fixed(Fixes(), before) == Fixed(before, (), ())

    @pytest.mark.parametrize("combination", ["chain", "average", "concatenate"])
    def test_in_every_combination_the_row_is_what_the_source_has_for_the_used_word(self, combination: str) -> None:
        vocabulary = Vocabulary([*WORDS, "run", "sea"], specials={"<pad>": "pad"})
        found = located(combination, vocabulary)
        made = matrix(fixed(Fixes(words=(WordFix(word="covfefe", use=("run",)),)), found))
        np.testing.assert_array_equal(made[3], made[6])
        made = matrix(fixed(Fixes(words=(WordFix(word="covfefe", use=("run", "sea")),)), found))
        np.testing.assert_allclose(made[3], (made[6] + made[7]) / 2, rtol=1e-5)

    def test_in_a_joint_source_the_name_is_that_of_the_part_that_holds_the_word(self) -> None:
        rows = fixed(Fixes(words=(WordFix(word="covfefe", use=("Word",)),)), located("average")).located.rows
        assert rows.sources[rows.source[3]] == "two" and rows.form[3] == "Word"


class TestWords:
    def test_a_word_by_itself_comes_before_its_cause(self) -> None:
        fixes = Fixes(accept=("inflection",), words=(WordFix(word="running", use=("house",)),))
        assert fixed(fixes).located.rows.form[2] == "house"

    def test_a_word_with_neither_is_filled_as_any_other(self) -> None:
        fixes = Fixes(accept=("inflection",), words=(WordFix(word="running"),))
        assert fixed(fixes).located.rows.origin[2] == Origin.MISSING

    def test_words_left_out_are_named_by_their_rows(self) -> None:
        fixes = Fixes(
            accept=("inflection",),
            words=(WordFix(word="running", leave_out=True), WordFix(word="the", leave_out=True)),
        )
        found = fixed(fixes)
        assert found.left_out == (0, 2) and len(found.notes) == 1
        assert found.located.source_of[2] < 0

    def test_the_used_word_is_looked_up_as_any_word(self) -> None:
        found = fixed(Fixes(words=(WordFix(word="covfefe", use=("WORD",)),)))
        np.testing.assert_array_equal(matrix(found)[3], vectors(3, 2)[2])

    def test_a_found_word_can_be_fixed_and_a_note_says_so(self) -> None:
        found = fixed(Fixes(words=(WordFix(word="house", use=("the",)),)))
        np.testing.assert_array_equal(matrix(found)[4], vectors(3, 1)[0])
        assert "house" in found.notes[0]

    @pytest.mark.parametrize("word", ["nowhere", "<pad>"])
    def test_a_fix_of_no_use_is_noted(self, word: str) -> None:
        found = fixed(Fixes(words=(WordFix(word=word, use=("the",)),)))
        assert word in found.notes[0] and not (found.located.source_of == 2).any()

    def test_a_used_word_that_no_source_holds_is_an_error_that_names_both(self) -> None:
        with pytest.raises(InputError, match="'covfefe' is to use 'zzz'"):
            fixed(Fixes(words=(WordFix(word="covfefe", use=("the", "zzz")),)))

    def test_a_used_word_is_taken_as_it_was_found_not_as_it_is_fixed(self) -> None:
        swapped = Fixes(words=(WordFix(word="the", use=("house",)), WordFix(word="house", use=("the",))))
        made = matrix(fixed(swapped))
        np.testing.assert_array_equal(made[[0, 4]], vectors(3, 1)[[2, 0]])
        with pytest.raises(InputError, match="seaside"):
            fixed(
                Fixes(words=(WordFix(word="covfefe", use=("seaside",)), WordFix(word="seaside", use=("sea", "side"))))
            )


class TestFaults:
    def test_a_used_row_that_is_faulty_leaves_the_word_missing(self) -> None:
        rows = vectors(3, 2)
        rows[0] = np.nan
        found = fixed(Fixes(accept=("inflection", "compound")), located(second=rows))
        made = fill(found.located, "zeros")
        assert made.faulty == ("seaside",) and made.matrix.rows.origin[1] == Origin.INVENTED
        np.testing.assert_array_equal(made.matrix.vectors[2], rows[1])

    @pytest.mark.parametrize("combination", ["chain", "average"])
    def test_a_fixed_word_stands_nowhere_else(self, combination: str) -> None:
        found = fixed(Fixes(words=(WordFix(word="the", use=("run",)),)), located(combination)).located
        assert list(found.elsewhere(np.array([0]))) == []
        assert [other.at.tolist() for other in located(combination).elsewhere(np.array([0]))] in ([], [[0]])

    def test_a_found_word_whose_row_is_faulty_is_still_sought_elsewhere(self) -> None:
        broken = np.full((1, 5), np.nan, np.float32)
        sources = [MemorySource(["the"], broken, name="one"), MemorySource(["the", "run"], vectors(2, 3), name="two")]
        vocabulary = Vocabulary(["the", "running"])
        found = fixed(
            Fixes(accept=("inflection",)), combine([look_up(vocabulary, source) for source in sources], "chain")
        )
        np.testing.assert_array_equal(matrix(found), vectors(2, 3))


class TestSpec:
    def test_a_word_can_be_decided_once(self) -> None:
        with pytest.raises(ValidationError, match="'a' is decided twice"):
            Fixes(words=(WordFix(word="a"), WordFix(word="a", leave_out=True)))

    def test_a_word_is_left_out_or_uses_others(self) -> None:
        with pytest.raises(ValidationError, match="'a' can't be left out"):
            WordFix(word="a", use=("b",), leave_out=True)

    def test_causes_and_words_must_be_there(self) -> None:
        for wrong in ({"accept": ("none",)}, {"words": ({"word": ""},)}, {"words": ({"word": "a", "use": ("",)},)}):
            with pytest.raises(ValidationError):
                Fixes.model_validate(wrong)


@given(st.permutations(["covfefe", "running", "seaside", "house"]), st.permutations(["compound", "inflection"]))
def test_the_order_of_fixes_does_not_matter(words: list[str], causes: list) -> None:
    uses = {"covfefe": ("sea", "word"), "running": ("the",), "house": ("run",), "seaside": ()}
    fixes = Fixes(accept=tuple(causes), words=tuple(WordFix(word=word, use=uses[word]) for word in words))
    found = located("average")
    once = apply_fixes(found, fixes, DEFAULT_LADDER, list_missing(found, DEFAULT_LADDER))
    usual = Fixes(
        accept=("inflection", "compound"), words=tuple(WordFix(word=word, use=uses[word]) for word in sorted(uses))
    )
    again = fixed(usual, located("average"))
    assert once.notes == again.notes
    assert once.located.sources[-1].info.digest.split(":")[0] == "fixes"
    np.testing.assert_array_equal(matrix(once), matrix(again))
    assert once.located.rows.to_arrow(WORDS).equals(again.located.rows.to_arrow(WORDS))
