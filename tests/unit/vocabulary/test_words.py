"""Plain lists: one word a line, JSON lists, and the vocabularies that programs count."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from core.errors import VocabularyError
from core.vocabulary import CountsSpec, GivenSpec, Vocabulary, WordsSpec, read_vocabulary
from core.vocabulary.lines import TextFile

from .written import counts_of, found, read, words_of, write


class TestLines:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("last", [True, False])
    def test_line_ends_of_all_systems(self, end: str, last: bool, tmp_path: Path) -> None:
        content = end.join(["sea", "land", "lake"]) + (end if last else "")
        reading = read(tmp_path, content, spec=WordsSpec)
        assert words_of(reading) == ["sea", "land", "lake"]
        assert not reading.report.problems

    def test_an_old_macintosh_list_is_a_list_whatever_its_length(self, tmp_path: Path) -> None:
        words = [f"word{i}" for i in range(50)]
        reading = read(tmp_path, "\r".join(words))
        assert (reading.report.kind, words_of(reading)) == ("words", words)

    @pytest.mark.parametrize("odd", ["a\u2028b", "a\u2029b", "a\x0cb", "a\x85b", "a\x0bb", "a\x1cb"])
    def test_a_word_with_another_line_separator_is_one_word(self, odd: str, tmp_path: Path) -> None:
        reading = read(tmp_path, f"sea\n{odd}\nland\n")
        assert words_of(reading) == ["sea", odd, "land"]
        assert {line for _kind, line in found(reading)} == {2}

    def test_white_space_of_all_kinds_around_a_word_is_removed_and_reported(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "sea\u00a0\n\u3000land\n lake \n")
        assert words_of(reading) == ["sea", "land", "lake"]
        assert found(reading) == {("surrounding space", 1), ("surrounding space", 2), ("surrounding space", 3)}

    def test_problems_are_counted_beyond_those_that_are_kept(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "sea\n" + "\n" * 2500 + "sea\n" * 1200)
        assert reading.report.totals == {"blank line": 2500, "duplicate": 1200}
        assert len(reading.report.problems) == 2000
        assert len(reading.report.as_dict(most=3)["problems"]) == 6

    @pytest.mark.parametrize("content", ["\n", " \n\t\n\u3000\n", "[]", '[null, ""]'])
    def test_a_list_of_blanks_holds_no_word(self, content: str, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="no word in it"):
            read(tmp_path, content)

    def test_a_line_that_no_list_has_is_refused_with_its_number(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="line 2"):
            read(tmp_path, "sea\n" + "x" * 3_000_000, spec=WordsSpec)

    def test_pieces_of_reading_leave_no_trace(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        content = "\ufeffsea\r\n银行\r\n\U0001f30a\r\n" * 3
        whole = read(tmp_path, content)
        for size in (1, 2, 3, 5, 7):
            monkeypatch.setattr("core.vocabulary.lines.CHUNK", size)
            assert read(tmp_path, content).report == whole.report


class TestCounts:
    @pytest.mark.parametrize(
        ("content", "words", "counts"),
        [
            ("sea\t5\nland 3\nlake 2\n", ["sea", "land", "lake"], [5, 3, 2]),
            ("sea 5\n\nland 3\n", ["sea", "land"], [5, 3]),
            ("10 20\n30 40\n", ["10", "30"], [20, 40]),
            ("1984\n2001\n", ["1984", "2001"], None),
            (" 5\n 6\n", ["5", "6"], None),
            ("sea 0\nland 0\n", ["sea", "land"], [0, 0]),
            ("sea -5\nland -3\n", ["sea -5", "land -3"], None),
            ("sea 1.5\nland 2\n", ["sea 1.5", "land 2"], None),
            ("a\tb\t7\nc\t6\n", ["a\tb", "c"], [7, 6]),
            ("sea  5  \r\nland\u3000 3\r\n", ["sea", "land"], [5, 3]),
        ],
    )
    def test_numbers_at_the_end_are_counts_where_all_lines_have_one(self, content, words, counts, tmp_path) -> None:
        reading = read(tmp_path, content, spec=WordsSpec)
        assert (words_of(reading), counts_of(reading)) == (words, counts)

    def test_one_line_without_a_count_makes_all_numbers_words(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "catch 22\nterminal 3\ndistrict\n", spec=WordsSpec)
        assert (words_of(reading), counts_of(reading)) == (["catch 22", "terminal 3", "district"], None)

    def test_counts_that_no_64_bits_hold_are_refused(self, tmp_path: Path) -> None:
        for content in ("sea\t999999999999999999\n" * 12, json.dumps({"sea": 10**30})):
            with pytest.raises(VocabularyError, match="64 bits"):
                read(tmp_path, content)
        with pytest.raises(VocabularyError, match="64 bits"):
            read_vocabulary(GivenSpec(words=("sea",), counts=(10**30,)))

    def test_special_tokens_in_the_list_keep_their_counts_and_are_told(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "sea 5\n<unk> 900\nland 3\n", spec=WordsSpec, specials=("<pad>", "<unk>"), max_size=1)
        assert (words_of(reading), counts_of(reading)) == (["<pad>", "<unk>", "sea"], [0, 900, 5])
        assert reading.report.totals == {"special in the list": 1}

    def test_the_largest_keep_the_order_of_the_list(self, tmp_path: Path) -> None:
        assert words_of(read(tmp_path, "a\t1\nb\t9\nc\t1\nd\t5\n", max_size=3)) == ["a", "b", "d"]
        assert words_of(read(tmp_path, "d\nc\nb\na\n", max_size=2)) == ["d", "c"]

    def test_lower_casing_adds_the_counts_and_leaves_special_tokens(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "Sea\t5\nSEA\t2\n[MASK]\t1\nsea\t1\n", spec=WordsSpec, lower=True)
        assert (words_of(reading), counts_of(reading)) == (["sea", "[mask]".upper()], [8, 1])
        assert any("2 words" in note for note in reading.report.notes)

    def test_minimum_count_needs_counts(self, tmp_path: Path) -> None:
        assert words_of(read(tmp_path, "sea\nland\n", min_count=1)) == ["sea", "land"]
        with pytest.raises(VocabularyError, match="no counts"):
            read(tmp_path, "sea\nland\n", min_count=2)

    def test_negations_are_no_stop_words(self, tmp_path: Path) -> None:
        negations = ["not", "no", "never", "nor", "cannot", "nothing", "none", "without", "不", "没有", "不是", "别"]
        reading = read(
            tmp_path, "\n".join(["the", "The", "of", "的", "了", "sea", "银行", *negations]), stop_words=True
        )
        assert words_of(reading) == ["sea", "银行", *negations]


class TestJsonLists:
    def test_what_is_no_text_is_reported_by_its_place(self, tmp_path: Path) -> None:
        reading = read(tmp_path, '["a", null, 3, true, ["x"], "a", "NA", "null"]')
        assert words_of(reading) == ["a", "3", "true", '["x"]', "NA", "null"]
        assert found(reading) == {("null", 2), ("not text", 3), ("not text", 4), ("not text", 5), ("duplicate", 6)}

    def test_half_characters_are_kept_and_digested(self, tmp_path: Path) -> None:
        reading = read(tmp_path, '["sea", "\\ud800x", "\\udfff"]')
        assert words_of(reading) == ["sea", "\ud800x", "\udfff"]
        assert reading.report.totals == {"half character": 2}
        assert len(reading.vocabulary.digest) == 64

    def test_a_list_of_a_million_characters_in_one_line(self, tmp_path: Path) -> None:
        words = [f"word{i}" for i in range(150_000)]
        assert words_of(read(tmp_path, json.dumps(words))) == words

    def test_a_bracket_alone_opens_a_word(self, tmp_path: Path) -> None:
        assert words_of(read(tmp_path, "[sic\nsea\n", spec=WordsSpec)) == ["[sic", "sea"]


class TestProgramsCounts:
    @pytest.mark.parametrize(
        ("content", "words", "counts"),
        [
            ("a\tb 5\nnew york 3\n", ["a\tb", "new york"], [5, 3]),
            ('{"sea": 90, "land": 10, "sea": 20}', ["sea", "land"], [110, 10]),
            ("sea 5 n\n北京 3 ns\n", ["sea", "北京"], [5, 3]),
        ],
    )
    def test_every_form_is_read(self, content: str, words: list, counts: list, tmp_path: Path) -> None:
        reading = read(tmp_path, content, spec=CountsSpec)
        assert (words_of(reading), counts_of(reading)) == (words, counts)

    @pytest.mark.parametrize(
        "content", ["sea 5\nland\n", "sea 5 n\n" * 20 + "land 3\n", '{"sea": 1, "land": 2.5}', " 5\n"]
    )
    def test_a_word_without_a_count_is_named(self, content: str, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match=r"land|: ' 5'"):
            read(tmp_path, content, spec=CountsSpec)


def test_the_reports_digest_is_the_files(tmp_path: Path) -> None:
    content = "\ufeffsea\r\nland\r\n".encode()
    reading = read(tmp_path, content)
    assert reading.report.digest == hashlib.sha256(content).hexdigest()
    assert reading.vocabulary == read(tmp_path, "sea\nland").vocabulary


def test_words_that_are_given_are_read_like_a_list() -> None:
    reading = read_vocabulary(GivenSpec(words=("sea", " lake", "sea", "", "new york"), specials=()))
    assert words_of(reading) == ["sea", "lake", "new york"]
    assert found(reading) == {("surrounding space", 2), ("duplicate", 3), ("blank line", 4), ("space", 5)}
    with pytest.raises(VocabularyError, match="1 counts for 2 words"):
        read_vocabulary(GivenSpec(words=("a", "b"), counts=(1,)))


def test_paths_are_relative_to_the_base(tmp_path: Path) -> None:
    write(tmp_path, "sea\n")
    assert words_of(read_vocabulary(WordsSpec(path="words.txt", specials=()), base=tmp_path)) == ["sea"]


class TestVocabulary:
    @pytest.mark.parametrize(
        ("words", "counts", "specials", "told"),
        [
            (["a", "b", "a"], None, None, "'a' is there twice"),
            (["a", ""], None, None, "a word is empty"),
            (["a", "b"], [1], None, "1 counts for 2 words"),
            (["a"], [-1], None, "negative"),
            (["a"], None, {"b": "pad"}, "'b'"),
            (["a"], None, {"a": "filler"}, "'filler'"),
        ],
    )
    def test_what_is_no_vocabulary_is_refused(self, words, counts, specials, told: str) -> None:
        with pytest.raises(VocabularyError, match=told):
            Vocabulary(words, counts, specials)

    def test_equal_digests_are_equal_vocabularies(self) -> None:
        base = Vocabulary(["a", "b"], [2, 1], {"a": "pad"})
        assert base == Vocabulary(("a", "b"), [2, 1], {"a": "pad"}) and len({base, Vocabulary(["a", "b"])}) == 2
        others = [
            Vocabulary(["b", "a"], [2, 1], {"a": "pad"}),
            Vocabulary(["a", "b"], [2, 2], {"a": "pad"}),
            Vocabulary(["a", "b"], [2, 1], {"a": "unk"}),
            Vocabulary(["a", "b"], None, {"a": "pad"}),
            Vocabulary(["a\0b"]),
        ]
        assert len({base.digest, *(other.digest for other in others)}) == 6
        assert "a" in base and "c" not in base and base.tokens == 3


def test_a_packed_list_that_expands_without_end_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"sea\n" * 100_000), "w.gz")
    assert len(TextFile(path).lines()) == 100_000
    with pytest.raises(VocabularyError, match="expands to more than"):
        TextFile(path, expanded=1000).lines()
