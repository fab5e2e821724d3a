"""Words out of pieces: which pieces, how they weigh, and which words are left to the next fill."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.combining import combine
from core.lookup import look_up
from core.oov import Pieces, fill
from core.rows import Origin
from core.sources import open_source
from core.vocabulary import Vocabulary
from tests.unit.lookup.memory_source import MemorySource


def matrix_of(words: list[str], *sources: MemorySource, shortest: int = 2):
    vocabulary = Vocabulary(["known", *words])
    located = combine([look_up(vocabulary, source) for source in sources])
    return fill(located, [Pieces(shortest=shortest), "mean"]).matrix


def pieces_of(word: str, *held: str, shortest: int = 2) -> tuple[str, ...] | None:
    return matrix_of([word], MemorySource(["known", *held]), shortest=shortest).rows.pieces[1]


class TestLetters:
    @pytest.mark.parametrize("letters", [("s", "e", "a"), ("се", "с"), ("é",), ("ह",), ("a", "##s", "▁s")])
    def test_a_single_letter_is_never_a_piece(self, letters: tuple[str, ...]) -> None:
        for word in ("sea", "seas", "ся", "és", "हह"):
            if word not in letters:
                assert pieces_of(word, *letters) is None

    @pytest.mark.parametrize(("shortest", "pieces"), [(2, ("sea", "si", "de")), (3, None), (4, None)])
    def test_the_shortest_piece_is_chosen(self, shortest: int, pieces: tuple[str, ...] | None) -> None:
        assert pieces_of("seaside", "sea", "si", "de", shortest=shortest) == pieces
        assert pieces_of("a1", "1", shortest=shortest) is None

    def test_all_letters_are_covered_to_the_end(self) -> None:
        assert pieces_of("unputdownable", "un", "put", "down", "able") == ("un", "put", "down", "able")
        assert pieces_of("unputdownables", "un", "put", "down", "able", "ables") == ("un", "put", "down", "ables")
        assert pieces_of("unputdownableq", "un", "put", "down", "able") is None
        assert pieces_of("qunput", "un", "put") is None

    def test_the_fewest_pieces_win_and_then_the_longest_in_front(self) -> None:
        assert pieces_of("seaside", "se", "as", "ide", "sea", "side", "seas") == ("seas", "ide")
        assert pieces_of("abcdef", "ab", "cdef", "abcd", "ef") == ("abcd", "ef")

    def test_marks_need_no_piece_and_make_none(self) -> None:
        assert pieces_of("(sea)side!", "sea", "side") == ("sea", "side")
        assert pieces_of("...", ".", "..") in (None, ("..", "."))
        assert pieces_of("!?", "x") is None


class TestWordPieces:
    def test_a_suffix_is_asked_for_as_the_source_writes_it(self) -> None:
        assert pieces_of("walking", "walk", "##ing", "##s", "ing") == ("walk", "##ing")
        assert pieces_of("Walking", "walk", "##ing", "##s") == ("walk", "##ing")
        assert pieces_of("walking", "walk", "ing", "##s") == ("walk", "ing")  # better than none

    @pytest.mark.parametrize(("mark", "the"), [("▁", "▁the"), ("Ġ", "Ġthe")])
    def test_the_beginning_of_a_word_is_asked_for_as_the_source_writes_it(self, mark: str, the: str) -> None:
        assert pieces_of("seaside", the, f"{mark}sea", "side", "sea") == (f"{mark}sea", "side")
        assert pieces_of("sea sides", the, f"{mark}sea", f"{mark}side", "s", "sides") == (f"{mark}sea", "sides")
        assert pieces_of("seaside", the, f"{mark}sea", f"{mark}side") == (f"{mark}sea", f"{mark}side")

    @pytest.mark.parametrize("word", ["##seaside", "▁seaside", "Ġseaside", "seaside@@", "seaside</w>"])
    def test_the_marks_of_the_vocabularys_own_pieces_are_taken_off(self, word: str) -> None:
        assert pieces_of(word, "sea", "side") == ("sea", "side")


class TestChinese:
    @pytest.mark.parametrize(
        ("word", "held", "pieces"),
        [
            ("银行家", ("银行", "家"), ("银行", "家")),
            ("银行", ("银", "行"), ("银", "行")),
            ("银行", ("银",), None),
            ("𠮷野家", ("𠮷", "野家"), ("𠮷", "野家")),
            ("iPhone手机", ("iphone", "手机"), ("iphone", "手机")),
            ("第3章", ("第", "3", "章"), ("第", "3", "章")),
            ("北京·银行", ("北京", "银行"), ("北京", "银行")),
        ],
    )
    def test_words_then_characters(self, word: str, held: tuple[str, ...], pieces: tuple[str, ...] | None) -> None:
        assert pieces_of(word, *held) == pieces


class TestVectors:
    def test_a_phrase_is_the_mean_of_its_words_and_a_word_of_its_pieces(self) -> None:
        matrix = matrix_of(
            ["seaside", "sea side", "seaside town", "a sea"], MemorySource(["known", "sea", "side", "town", "known2"])
        )
        np.testing.assert_allclose(matrix.vector("seaside"), 1.5)
        np.testing.assert_allclose(matrix.vector("sea side"), 1.5)
        np.testing.assert_allclose(matrix.vector("seaside town"), (1.5 + 3) / 2)
        assert Origin(matrix.rows.origin[matrix.vocabulary.ids["a sea"]]) is Origin.INVENTED

    def test_the_first_source_that_makes_the_whole_word_makes_it(self) -> None:
        one, two = MemorySource(["known", "sea"], name="one"), MemorySource(["sea", "side", "known"], name="two")
        rows = matrix_of(["seaside", "seasea"], one, two).rows
        assert [rows.sources[k] for k in rows.source.tolist()] == ["one", "two", "one"]
        assert rows.pieces.tolist() == [None, ("sea", "side"), ("sea", "sea")]
        assert rows.is_(Origin.COMPOSED).tolist() == [False, True, True]

    def test_a_source_that_has_every_word_makes_none_of_pieces(self) -> None:
        vocabulary = Vocabulary(["<pad>", "sea"], None, {"<pad>": "pad"})
        matrix = fill(look_up(vocabulary, open_source("random:8")), "pieces").matrix
        assert matrix.rows.known.tolist() == [False, True]


def test_a_very_long_word_is_left_alone_and_costs_nothing() -> None:
    assert pieces_of("sea" * 1000, "sea") is None
    assert pieces_of("sea" * 60, "sea") == ("sea",) * 60


def test_words_of_the_built_in_source_are_read_in_english_and_chinese() -> None:
    words = ["seaside resort town", "unputdownable"]
    rows = fill(look_up(Vocabulary(words), open_source("builtin:english")), "pieces").matrix.rows
    assert rows.is_(Origin.COMPOSED, Origin.EXACT).all()
    rows = fill(look_up(Vocabulary(["量子计算机房", "银行"]), open_source("builtin:chinese")), "pieces").matrix.rows
    assert rows.is_(Origin.COMPOSED, Origin.EXACT).all()


@given(st.text("seaid 银行-1.", min_size=1, max_size=12))
def test_pieces_spell_the_word(word: str) -> None:
    held = ["sea", "side", "se", "as", "银行", "银", "1", "id"]
    pieces = pieces_of(word, *held) if word != "known" else None
    if pieces:
        rest = word
        for piece in pieces:
            before, found, rest = rest.partition(piece)
            assert found and not any(c.isalnum() for c in before)
        assert not any(c.isalnum() for c in rest)
