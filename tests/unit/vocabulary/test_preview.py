"""What a page shows of a file before it is read: the same that reading finds, from its beginning alone."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LexiloomError, VocabularyError
from core.vocabulary import CorpusSpec, TableSpec, WordsSpec, read_vocabulary
from core.vocabulary.preview import LINE, TableHead, columns_of, head_of, preview_tokens
from core.vocabulary.segmenting import Tokenization

from .written import write

CHINESE = "我们在北京的银行工作。"


class TestTokens:
    def test_each_line_is_shown_with_its_words_in_order(self) -> None:
        spec = CorpusSpec(path="c.txt")
        lines = ["The sea isn't the sea.", CHINESE, ""]
        told = preview_tokens(lines, spec)
        assert [line for line, _words in told] == lines
        assert told[0][1] == ["The", "sea", "isn't", "the", "sea"]
        assert told[1][1] == ["我们", "在", "北京", "的", "银行", "工作"] and told[2][1] == []

    def test_options_change_it(self) -> None:
        spec = CorpusSpec(path="c.txt", tokenization=Tokenization(contractions="treebank", punctuation=True))
        assert preview_tokens(["It isn't."], spec)[0][1] == ["It", "is", "n't", "."]
        english = CorpusSpec(path="c.txt", language="en")
        assert preview_tokens([CHINESE], english)[0][1] == ["我们在北京的银行工作"]

    def test_a_changed_user_dictionary_shows_at_once(self, tmp_path: Path) -> None:
        spec = CorpusSpec(path="c.txt", user_dictionary="user.txt")
        write(tmp_path, "银行工作\n", "user.txt")
        assert "银行工作" in preview_tokens([CHINESE], spec, base=tmp_path)[0][1]
        write(tmp_path, "北京的\n", "user.txt")
        words = preview_tokens([CHINESE], spec, base=tmp_path)[0][1]
        assert "北京的" in words and "银行工作" not in words

    def test_a_user_dictionary_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        for name in ("none.txt", "no\0ne.txt"):
            spec = CorpusSpec(path="c.txt", user_dictionary=name)
            with pytest.raises(VocabularyError, match="no such file"):
                preview_tokens([CHINESE], spec, base=tmp_path)

    @given(lines=st.lists(st.text("ab'-. 银行,1don’t", max_size=30), min_size=1, max_size=5), whole=st.booleans())
    def test_its_words_are_those_that_a_corpus_counts(self, lines, whole: bool, tmp_path_factory) -> None:
        folder = tmp_path_factory.getbasetemp()
        write(folder, "\n".join([*lines, "end"]), "c.txt")
        spec = CorpusSpec(path="c.txt", specials=(), tokenization=Tokenization(hyphens=whole))
        counted = read_vocabulary(spec, base=folder).vocabulary
        shown = Counter(word for _line, words in preview_tokens([*lines, "end"], spec) for word in words)
        assert dict(zip(counted.words, counted.counts.tolist(), strict=True)) == shown  # type: ignore[union-attr]


class TestHead:
    @pytest.mark.parametrize(
        ("content", "lines"),
        [
            ("a\nb\nc\nd\n", ["a", "b", "c"]),
            ("a\r\n\r\nc\r\nd", ["a", "", "c"]),
            ("a\rb\rc\rd\r", ["a", "b", "c"]),
            ("a\n\n", ["a", ""]),
            ("a", ["a"]),
            ("a\u2028b\nc", ["a\u2028b", "c"]),
        ],
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_the_first_lines_as_they_are_read(self, content: str, lines: list[str], encoding, tmp_path: Path) -> None:
        path = write(tmp_path, content.encode(encoding), "w.txt")
        assert head_of(path, n=3) == lines
        packed = write(tmp_path, gzip.compress(content.encode(encoding)), "w.gz")
        assert head_of(str(packed), n=3) == lines

    def test_an_encoding_is_found_or_followed(self, tmp_path: Path) -> None:
        path = write(tmp_path, f"{CHINESE}\n时间问题国家经济\n".encode("gb18030"))
        assert head_of(path, n=1) == head_of(path, "gb18030", n=1) == [CHINESE]
        with pytest.raises(VocabularyError, match="words, line 1"):
            head_of(path, "utf-8", name="words")

    def test_of_a_folder_it_is_that_of_its_first_text(self, tmp_path: Path) -> None:
        folder = tmp_path / "corpus"
        (folder / "a").mkdir(parents=True)
        with pytest.raises(VocabularyError, match="no text in this folder"):
            head_of(folder)
        write(folder / "a", "deep\n", "a.txt")
        assert head_of(folder) == ["deep"]
        write(folder, "not read\n", "0.md")
        write(folder, "", "1.txt")
        write(folder, "first\n", "b.txt")
        assert head_of(folder) == ["first"]

    def test_only_the_beginning_of_a_large_file_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.vocabulary.preview.SEARCHED", 1 << 16)
        path = tmp_path / "large.txt"
        with path.open("wb") as file:
            file.write(b"sea\nland\n" + b"x" * (1 << 22) + b"\n")
            file.write(b"\xff\xfe\x00 this is no text")
        assert head_of(path, "utf-8", n=2) == ["sea", "land"]
        assert len(head_of(path, "utf-8", n=3)[2]) == LINE

    @pytest.mark.parametrize("content", [b"", b"\x89PNG\x00\x00\x00", b"\x1f\x8b\x08broken", None])
    def test_what_is_no_text_is_refused(self, content: bytes | None, tmp_path: Path) -> None:
        path = tmp_path / "none" if content is None else write(tmp_path, content)
        with pytest.raises(LexiloomError):
            head_of(path)


class TestColumns:
    @pytest.mark.parametrize(
        ("name", "content", "form", "delimiter", "named"),
        [
            ("t.csv", 'word,n,note\nsea,3,"a, b"\n"new\nyork",1,\n', "delimited", ",", True),
            ("t.tsv", "word\tn\tnote\nsea\t3\ta, b\nnew\u2028york\t1\t\n", "delimited", "\t", True),
            ("t.csv", "word;n;note\r\nsea;3;a, b\r\nnew york;1;\r\n", "delimited", ";", True),
            (
                "t.jsonl",
                '{"word": "sea", "n": 3, "note": "a, b"}\n{"word": "new york", "n": 1, "note": null}\n',
                "jsonl",
                "",
                None,
            ),
        ],
    )
    def test_columns_rows_and_guesses(self, name, content, form, delimiter, named, tmp_path: Path) -> None:
        head = columns_of(write(tmp_path, content, name))
        assert (head.form, head.delimiter, head.named) == (form, delimiter, named)
        assert (head.names, head.word, head.count) == (("word", "n", "note"), "word", "n")
        assert head.rows[0] == ("sea", "3", "a, b") and head.rows[1][1:] == ("1", "")

    def test_parquet(self, tmp_path: Path) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        table = pa.table({"id": range(5000), "token": [b"sea"] * 5000, "freq": [None, *range(4999)]})
        parquet.write_table(table, tmp_path / "t.parquet")
        head = columns_of(tmp_path / "t.parquet", rows=2)
        rows = (("0", "sea", ""), ("1", "sea", "0"))
        assert head == TableHead("parquet", ("id", "token", "freq"), rows, "", None, "token", "freq")
        parquet.write_table(table.slice(0, 0), tmp_path / "t.parquet")
        assert columns_of(tmp_path / "t.parquet").rows == ()
        with pytest.raises(VocabularyError, match="Parquet"):
            columns_of(write(tmp_path, b"PAR1broken", "t.parquet"))

    def test_a_header_is_as_asked(self, tmp_path: Path) -> None:
        path = write(tmp_path, "sea,3\nland,2\n", "t.csv")
        head = columns_of(path, TableSpec(path=str(path)))
        assert (head.names, head.named, head.word, head.count) == (("1", "2"), False, "1", None)
        head = columns_of(path, TableSpec(path=str(path), header="yes"))
        assert (head.names, head.named, head.rows) == (("sea", "3"), True, (("land", "2"),))

    def test_what_can_not_be_guessed_is_left_to_the_reader(self, tmp_path: Path) -> None:
        path = write(tmp_path, "noun,verb,n\nsea,swim,3\nland,walk,2\n", "t.csv")
        assert (columns_of(path).word, columns_of(path).count) == (None, "n")
        asked = columns_of(path, TableSpec(path=str(path), column="verb", count_column="n"))
        assert (asked.word, asked.count) == ("verb", "n")
        wrong = columns_of(path, TableSpec(path=str(path), column="adverb", count_column="m"))
        assert (wrong.word, wrong.count) == (None, None) and wrong.names == ("noun", "verb", "n")

    def test_what_is_guessed_is_what_is_read(self, tmp_path: Path) -> None:
        path = write(tmp_path, "id,term,freq\n1,sea,5\n2,land,4\n", "t.csv")
        head = columns_of(path)
        notes = read_vocabulary(TableSpec(path=str(path))).report.notes
        assert f"words from column {head.word!r}" in notes and f"counts from column {head.count!r}" in notes

    @pytest.mark.parametrize("line", ['"two\nlines",1\n', '{"word": "two\\nlines", "n": 1}\n'])
    def test_of_a_large_table_the_beginning_is_read_and_no_row_is_cut(self, line: str, tmp_path, monkeypatch) -> None:
        monkeypatch.setattr("core.vocabulary.preview.HEAD", 1000)
        monkeypatch.setattr("core.vocabulary.lines.CHUNK", 256)
        for spaces in range(20):
            first = "" if line.startswith("{") else "word,n" + " " * spaces + "\n"
            path = write(tmp_path, first + line * 200, "t.csv")
            head = columns_of(path, rows=1000)
            assert head.names == ("word", "n") and 10 < len(head.rows) < 200
            assert set(head.rows) == {("two\nlines", "1")}

    def test_an_open_quotation_mark_is_told_as_in_reading(self, tmp_path: Path) -> None:
        path = write(tmp_path, 'word,n\n"sea,1\nland,2\n', "t.csv")
        with pytest.raises(VocabularyError, match="never closed"):
            columns_of(path)

    def test_a_list_is_a_table_of_one_column(self, tmp_path: Path) -> None:
        path = write(tmp_path, "sea\nland\n")
        head = columns_of(path)
        assert (head.names, head.rows, head.word, head.delimiter) == (("1",), (("sea",), ("land",)), "1", "")
        assert read_vocabulary(WordsSpec(path=str(path), specials=())).vocabulary.words == ("sea", "land")

    @given(st.lists(st.fixed_dictionaries({"word": st.text(max_size=9), "n": st.integers()}), min_size=1, max_size=20))
    def test_json_lines_are_shown_as_they_stand(self, rows: list[dict]) -> None:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = write(Path(folder), "".join(json.dumps(row) + "\n" for row in rows), "t.jsonl")
            head = columns_of(path, rows=100)
        assert head.rows == tuple(tuple(str(row[name]) for name in head.names) for row in rows)
