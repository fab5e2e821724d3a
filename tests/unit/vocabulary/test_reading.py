"""Vocabularies, read: what is kept, in which order, under which id, and what the report says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import VocabularyError
from core.vocabulary import read_vocabulary, sniff_vocabulary
from core.vocabulary.ids import IdsSpec
from core.vocabulary.table import TableSpec
from core.vocabulary.words import WordsSpec


def write(folder: Path, content: str | bytes, name: str = "words.txt") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, content: str | bytes, name: str = "words.txt", **options):
    path = write(folder, content, name)
    spec = sniff_vocabulary(path)
    return read_vocabulary(spec.model_copy(update=options))


def words_of(reading) -> list[str]:
    return list(reading.vocabulary.words)


class TestLists:
    def test_special_tokens_come_in_front_of_a_plain_list(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "sea\nland\n")
        assert words_of(reading) == ["<pad>", "<unk>", "sea", "land"]
        assert dict(reading.vocabulary.specials) == {"<pad>": "pad", "<unk>": "unk"}
        assert reading.vocabulary.counts is None

    def test_everything_odd_is_reported_with_its_line(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "sea\n\nsea\n new  york\na\x07b\nz\u200bw\n" + "x" * 200 + "\n", specials=())
        found = {(p.kind, p.line) for p in reading.report.problems}
        assert found == {
            *(("blank line", 2), ("duplicate", 3), ("surrounding space", 4), ("space", 4), ("control character", 5)),
            *(("invisible character", 6), ("long word", 7)),
        }
        assert words_of(reading)[:3] == ["sea", "new  york", "a\x07b"]

    @pytest.mark.parametrize(
        ("content", "words", "counts"),
        [
            ("sea\t3\nland\t1\n", ["sea", "land"], [3, 1]),
            ("new york 7\nsea 3\n", ["new york", "sea"], [7, 3]),
            ("new york 7\nsea\n", ["new york 7", "sea"], None),
            ("catch 22\ncatch\n", ["catch 22", "catch"], None),
            ("sea\t3\nland\nsea\t4\n", ["sea", "land"], [7, 0]),
        ],
    )
    def test_counts_follow_a_tab_or_every_last_space(self, content, words, counts, tmp_path: Path) -> None:
        vocabulary = read_vocabulary(WordsSpec(path=str(write(tmp_path, content)), specials=())).vocabulary
        assert list(vocabulary.words) == words
        assert (None if vocabulary.counts is None else vocabulary.counts.tolist()) == counts

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030", "big5"])
    def test_encodings_are_found(self, encoding: str, tmp_path: Path) -> None:
        words = {"big5": ["銀行", "電腦", "頭髮", "國家", "我們", "時間", "問題"]}.get(
            encoding,
            ["银行", "电脑", "头发", "国家", "我们", "时间", "问题", "經濟"][: 7 if encoding == "gb18030" else 8],
        )
        reading = read(tmp_path, ("\r\n".join(words) + "\r\n").encode(encoding), specials=())
        assert words_of(reading) == words
        assert reading.report.encoding

    def test_a_given_encoding_is_followed_and_a_wrong_one_names_the_line(self, tmp_path: Path) -> None:
        assert words_of(read(tmp_path, "caf\xe9\nok\n".encode("latin-1"), encoding="latin-1"))[2:] == ["café", "ok"]
        with pytest.raises(VocabularyError, match="line 2"):
            read(tmp_path, b"ok\ncaf\xe9\nbar\n", encoding="utf-8")

    def test_lines_end_at_line_feeds_alone(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "a\u2028b\nc\x0cd\ne\x85f\n", specials=())
        assert words_of(reading) == ["a\u2028b", "c\x0cd", "e\x85f"]

    def test_choices(self, tmp_path: Path) -> None:
        content = "The\t9\nthe\t5\nnot\t4\nsea\t3\nIs\t2\nrare\t1\n"
        assert words_of(read(tmp_path, content, lower=True, specials=())) == ["the", "not", "sea", "is", "rare"]
        assert words_of(read(tmp_path, content, stop_words=True, specials=())) == ["not", "sea", "rare"]
        assert words_of(read(tmp_path, content, min_count=3, specials=())) == ["The", "the", "not", "sea"]
        assert words_of(read(tmp_path, content, max_size=2, specials=())) == ["The", "the"]
        assert words_of(read(tmp_path, content, specials=("[PAD]", "[CLS]")))[:2] == ["[PAD]", "[CLS]"]

    def test_choices_that_can_not_be_followed_say_so(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="no counts"):
            read(tmp_path, "a\nb\n", min_count=2)
        with pytest.raises(VocabularyError, match="no word is left"):
            read(tmp_path, "a\t1\nb\t1\n", min_count=9)
        with pytest.raises(VocabularyError, match="twice"):
            read(tmp_path, "a\nb\n", specials=("<pad>", "<pad>"))

    def test_the_first_and_last_five_rows_are_told(self, tmp_path: Path) -> None:
        report = read(tmp_path, "".join(f"w{i}\n" for i in range(30))).report
        assert [row[0] for row in report.head] == [0, 1, 2, 3, 4]
        assert [row[1] for row in report.tail] == ["w25", "w26", "w27", "w28", "w29"]
        short = read(tmp_path, "a\nb\n").report
        assert [row[1] for row in short.head + short.tail] == ["<pad>", "<unk>", "a", "b"]


class TestIds:
    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("vocab.txt", "[PAD]\n[UNK]\nsea\n##s\n", ["[PAD]", "[UNK]", "sea", "##s"]),
            ("vocab.txt", "sea\nland\n", ["sea", "land"]),
            ("list.txt", "<pad>\n<unk>\nsea\n", ["<pad>", "<unk>", "sea"]),
            ("ids.json", '{"sea": 2, "land": 0}', ["land", "<reserved:1>", "sea"]),
            ("ids.txt", "land\t0\nsea\t1\nlake\t4\n", ["land", "sea", "<reserved:2>", "<reserved:3>", "lake"]),
            ("words.json", '["<pad>", "sea"]', ["<pad>", "sea"]),
        ],
    )
    def test_every_id_is_kept_and_nothing_comes_in_front(self, name, content, words, tmp_path: Path) -> None:
        reading = read(tmp_path, content, name)
        assert words_of(reading) == words
        for word, role in reading.vocabulary.specials.items():
            assert role == ("reserved" if word.startswith("<reserved") else role)

    def test_of_a_word_with_two_ids_the_last_keeps_it(self, tmp_path: Path) -> None:
        reading = read_vocabulary(IdsSpec(path=str(write(tmp_path, "sea\nland\nsea\n\nlake\n"))))
        assert words_of(reading) == ["<reserved:0>", "land", "sea", "<reserved:3>", "lake"]
        assert reading.report.totals == {"duplicate id": 1, "empty word": 1}

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ('{"a": 0, "b": 0}', "'a' and to 'b'"),
            ('{"a": -1}', "-1"),
            ('{"a": 1.5}', "1.5"),
            ('{"a": true}', "True"),
            ('{"a": 0, "b": 99000000}', "99,000,000"),
        ],
    )
    def test_what_can_be_no_ids_is_refused(self, content: str, told: str, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match=told):
            read_vocabulary(IdsSpec(path=str(write(tmp_path, content))))

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            ("the\t3\nof\t2\nto\t1\n", "words"),
            ("the\t0\nof\t1\nto\t2\n", "ids"),
            ("the\t1\nof\t2\nto\t3\n", "ids"),
            ("the\t900\nof\t20\nto\t20\n", "words"),
            ("to\t2\nthe\t0\nof\t1\n", "ids"),
            ('{"the": 900, "of": 20}', "counts"),
            ('{"the": 1, "of": 0}', "ids"),
        ],
    )
    def test_ids_are_told_from_counts(self, content: str, kind: str, tmp_path: Path) -> None:
        assert sniff_vocabulary(write(tmp_path, content)).kind == kind


class TestTables:
    @pytest.mark.parametrize("name", ["t.csv", "t.tsv"])
    def test_words_that_look_like_nothing_are_words(self, name: str, tmp_path: Path) -> None:
        delimiter = "," if name.endswith("csv") else "\t"
        rows = [["word", "count"], ["NA", "3"], ["null", "2"], ["true", "2"], ["001", "1"], ['"a""b"', "1"]]
        reading = read(tmp_path, "".join(delimiter.join(row) + "\n" for row in rows), name, specials=())
        assert words_of(reading) == ["NA", "null", "true", "001", 'a"b']
        assert reading.vocabulary.tokens == 9

    def test_columns_are_named_or_found_and_a_wrong_name_lists_them(self, tmp_path: Path) -> None:
        content = "id,term,freq\n1,sea,5\n2,land,4\n"
        assert words_of(read(tmp_path, content, "t.csv", specials=())) == ["sea", "land"]
        assert words_of(read(tmp_path, content, "t.csv", specials=(), column="id")) == ["1", "2"]
        with pytest.raises(VocabularyError, match="id, term, freq"):
            read(tmp_path, content, "t.csv", column="wrod")
        with pytest.raises(VocabularyError, match="which column"):
            read(tmp_path, "a,b\nx,y\n", "t.csv", header="yes")

    def test_json_lines_and_parquet(self, tmp_path: Path) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        lines = "".join(json.dumps({"word": w, "n": n}) + "\n" for w, n in (("sea", 2), ("lake", 1)))
        assert words_of(read(tmp_path, lines, "t.jsonl", specials=())) == ["sea", "lake"]
        parquet.write_table(pa.table({"word": ["sea", None, "lake"], "count": [3, 1, None]}), tmp_path / "t.parquet")
        reading = read_vocabulary(TableSpec(path=str(tmp_path / "t.parquet"), specials=()))
        assert words_of(reading) == ["sea", "lake"]
        assert reading.report.totals == {"null": 1, "no count": 1}
        with pytest.raises(VocabularyError, match="line 2"):
            read(tmp_path, '{"word": "sea"}\n[1]\n', "t.jsonl")

    def test_bad_counts_and_ragged_rows(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match=r"line 3.*|1\.5"):
            read(tmp_path, "word,count\nsea,1\nland,1.5\n", "t.csv")
        reading = read(tmp_path, "word,count\nsea,1,9\nland\n", "t.csv", specials=())
        assert reading.report.totals == {"row width": 2, "no count": 1}
