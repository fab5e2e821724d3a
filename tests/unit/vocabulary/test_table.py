"""Tables: which cells are words, which are counts, and which lines they stand on."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from core.errors import VocabularyError
from core.vocabulary import Reading, TableSpec, read_vocabulary

from .written import counts_of, found, read, words_of

PLAIN = ["NA", "null", "None", "true", "NaN", "nan", "inf", "007", "1e5", "-"]


def of_parquet(folder: Path, table: pa.Table, **options: str) -> Reading:
    parquet.write_table(table, folder / "t.parquet")
    return read_vocabulary(TableSpec(path=str(folder / "t.parquet"), specials=(), **options))  # type: ignore[arg-type]


class TestWordsThatLookLikeValues:
    @pytest.mark.parametrize(("name", "delimiter"), [("t.csv", ","), ("t.csv", ";"), ("t.tsv", "\t"), ("t.csv", "|")])
    def test_in_delimited_text(self, name: str, delimiter: str, tmp_path: Path) -> None:
        rows = [("word", "count"), *((word, str(i + 1)) for i, word in enumerate(PLAIN))]
        reading = read(tmp_path, "".join(delimiter.join(row) + "\r\n" for row in rows), name)
        assert words_of(reading) == PLAIN
        assert counts_of(reading) == list(range(1, len(PLAIN) + 1))
        assert not reading.report.problems

    def test_in_a_single_column_without_a_name(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "\n".join(PLAIN), "t.csv")
        assert words_of(reading) == PLAIN

    def test_in_parquet(self, tmp_path: Path) -> None:
        for column in (pa.array(PLAIN), pa.array(PLAIN).dictionary_encode(), pa.array(PLAIN, pa.large_string())):
            assert words_of(of_parquet(tmp_path, pa.table({"word": column}))) == PLAIN


class TestCells:
    def test_quoted_cells_hold_commas_quotes_and_line_ends(self, tmp_path: Path) -> None:
        content = 'word,count\n"new, york",3\n"say ""hi""",2\n"a\nb",1\nsea,1\n'
        reading = read(tmp_path, content, "t.csv")
        assert words_of(reading) == ["new, york", 'say "hi"', "a\nb", "sea"]
        assert found(reading) == {("space", 2), ("space", 3), ("control character", 4)}

    def test_lines_are_counted_past_a_cell_of_several_lines(self, tmp_path: Path) -> None:
        assert ("duplicate", 5) in found(read(tmp_path, 'word,n\n"a\nb",1\nsea,1\nsea,2\n', "t.csv"))

    def test_marks_are_words_of_a_list_with_tabs(self, tmp_path: Path) -> None:
        words = [",", ".", '"', "the", ";", "|", "a,b,c", "''", '""', '"']
        content = "".join(f"{word}\t{10 - i}\n" for i, word in enumerate(words))
        reading = read(tmp_path, content, "t.tsv", count_column="2")
        assert words_of(reading) == words[:-1]
        assert counts_of(reading) == [10, 9, 8 + 1, 7, 6, 5, 4, 3, 2]

    def test_a_quotation_mark_that_is_never_closed_names_its_line(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match=r"line 3.*never closed"):
            read(tmp_path, 'word,count\nsea,3\n"land,2\nlake,1\n', "t.csv")

    def test_ragged_rows_are_read_as_far_as_they_go(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "word,count\nsea,1,9\nland\nlake,3\n", "t.csv")
        assert (words_of(reading), counts_of(reading)) == (["sea", "land", "lake"], [1, 0, 3])
        assert found(reading) == {("row width", 2), ("row width", 3), ("no count", 3)}

    @pytest.mark.parametrize(
        ("name", "content", "line"),
        [
            ("t.csv", "word,count\nsea,3\n\nland,2\n", 3),
            ("t.csv", "word,count\nsea,3\n,2\n", 3),
            ("t.jsonl", '{"word": "sea"}\n \n{"word": "land"}\n', 2),
            ("t.jsonl", '{"word": "sea"}\n{"word": ""}\n', 2),
        ],
    )
    def test_blank_lines_and_cells_are_reported(self, name: str, content: str, line: int, tmp_path: Path) -> None:
        reading = read(tmp_path, content, name)
        assert found(reading) == {("blank line", line)}

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "gb18030"])
    def test_tables_in_other_encodings(self, encoding: str, tmp_path: Path) -> None:
        content = "词,词频\n银行,3\n头发,2\n我们,1\n".encode(encoding)
        reading = read(tmp_path, content, "t.csv")
        assert (words_of(reading), counts_of(reading)) == (["银行", "头发", "我们"], [3, 2, 1])


class TestColumns:
    @pytest.mark.parametrize(
        ("content", "options", "words"),
        [
            ("id,Word,pos\n1,sea,n\n", {}, ["sea"]),
            ("rank,lemma\n1,sea\n2,land\n", {}, ["sea", "land"]),
            ("sea,3\nland,2\n", {}, ["sea", "land"]),
            ("word,3\nland,2\n", {"header": "no", "column": "1"}, ["word", "land"]),
            ("sea,land\nlake,pond\n", {"column": "land"}, ["pond"]),
            ("sea,land\nlake,pond\n", {"header": "no", "column": "2"}, ["land", "pond"]),
        ],
    )
    def test_the_column_of_words(self, content: str, options: dict, words: list[str], tmp_path: Path) -> None:
        assert words_of(read(tmp_path, content, "t.csv", **options)) == words

    def test_one_that_is_not_there_or_not_clear_lists_them(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="Its columns are id, word"):
            read(tmp_path, "id,word\n1,sea\n", "t.csv", count_column="freq")
        with pytest.raises(VocabularyError, match="front or back"):
            read(tmp_path, "front,back\nsea,Meer\n", "t.csv", header="yes")

    def test_no_row_but_the_header_is_no_word(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="no word in it"):
            read(tmp_path, "word,count\n", "t.csv")


class TestCounts:
    @pytest.mark.parametrize(
        ("cell", "count"),
        [("3", 3), ("3.0", 3), ('"1,234"', 1234), ("9007199254740993", 9007199254740993), ("2e3", 2000)],
    )
    def test_whole_numbers_however_written(self, cell: str, count: int, tmp_path: Path) -> None:
        assert counts_of(read(tmp_path, f"word,count\nsea,{cell}\n", "t.csv")) == [count]

    @pytest.mark.parametrize("cell", ["1.5", "-1", "many", "inf", "nan", "1e300"])
    def test_what_is_no_count_is_refused_with_its_word(self, cell: str, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match=r"'sea'|64 bits"):
            read(tmp_path, f"word,count\nsea,{cell}\n", "t.csv")

    def test_missing_counts_of_parquet_are_zero(self, tmp_path: Path) -> None:
        counts = pa.array([2.0, float("nan"), None])
        reading = of_parquet(tmp_path, pa.table({"word": ["sea", "land", "lake"], "freq": counts}))
        assert counts_of(reading) == [2, 0, 0]
        assert reading.report.totals == {"no count": 2}


class TestParquet:
    def test_values_that_are_not_text_are_written_out(self, tmp_path: Path) -> None:
        reading = of_parquet(tmp_path, pa.table({"word": [1, None, 2, 1]}))
        assert words_of(reading) == ["1", "2"]
        assert reading.report.totals == {"not text": 3, "null": 1, "duplicate": 1}

    def test_bytes_that_are_text_are_text(self, tmp_path: Path) -> None:
        reading = of_parquet(tmp_path, pa.table({"word": pa.array([b"sea", "银行".encode()], pa.binary())}))
        assert words_of(reading) == ["sea", "银行"]
        assert not reading.report.problems

    @pytest.mark.parametrize("table", [pa.table({}), pa.table({"word": pa.array([], pa.string())})])
    def test_a_table_without_rows_is_an_error(self, table: pa.Table, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="no word in it"):
            of_parquet(tmp_path, table)

    def test_a_damaged_file_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="Parquet"):
            read(tmp_path, b"PAR1 and no more", "t.parquet")


class TestJsonLines:
    def test_rows_may_lack_what_others_have(self, tmp_path: Path) -> None:
        reading = read(tmp_path, '{"word": "sea", "count": 2}\n{"count": 3}\n{"word": "null"}\n', "t.jsonl")
        assert (words_of(reading), counts_of(reading)) == (["sea", "null"], [2, 0])
        assert found(reading) == {("null", 2), ("no count", 3)}

    def test_half_characters_and_line_separators_are_kept(self, tmp_path: Path) -> None:
        reading = read(tmp_path, '{"word": "\\ud800x"}\n{"word": "a\u2028b"}\r\n', "t.jsonl")
        assert words_of(reading) == ["\ud800x", "a\u2028b"]
        assert found(reading) == {("half character", 1), ("space", 2)}

    @pytest.mark.parametrize("bad", ["[1]", '{"word": "la', "3", "{" * 3000])
    def test_a_line_that_is_no_object_is_named(self, bad: str, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="line 2"):
            read(tmp_path, '{"word": "sea"}\n' + bad + "\n", "t.jsonl")
