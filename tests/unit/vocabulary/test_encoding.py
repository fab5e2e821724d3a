"""Encodings: found from the bytes, or followed as given; bytes that do not fit are named by their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import VocabularyError
from core.vocabulary import WordsSpec

from .written import read, words_of

SIMPLIFIED = ["银行", "电脑", "头发", "国家", "我们", "时间", "问题", "经济", "软件", "发展"]
TRADITIONAL = ["銀行", "電腦", "頭髮", "國家", "我們", "時間", "問題", "經濟", "軟體", "發展"]


class TestFound:
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    @pytest.mark.parametrize(
        ("codec", "label"),
        [
            *(("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16 LE"), ("utf-16-le", "UTF-16 LE")),
            *(("utf-16-be", "UTF-16 BE"), ("utf-32", "UTF-32 LE"), ("gb18030", "GB18030"), ("gbk", "GB18030")),
        ],
    )
    def test_of_simplified_words(self, codec: str, label: str, end: str, tmp_path: Path) -> None:
        for n in (2, 3, 10):
            reading = read(tmp_path, end.join([*SIMPLIFIED[:n], ""]).encode(codec), spec=WordsSpec)
            assert (words_of(reading), reading.report.encoding) == (SIMPLIFIED[:n], label)

    @pytest.mark.parametrize("codec", ["big5", "cp950", "big5hkscs", "utf-16-be"])
    def test_of_traditional_words(self, codec: str, tmp_path: Path) -> None:
        for n in (2, 3, 10):
            reading = read(tmp_path, "\n".join([*TRADITIONAL[:n], ""]).encode(codec), spec=WordsSpec)
            assert words_of(reading) == TRADITIONAL[:n]
            if codec != "utf-16-be":
                assert any("check the preview" in note for note in reading.report.notes)

    @pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
    def test_of_latin_words_without_a_mark(self, codec: str, tmp_path: Path) -> None:
        assert words_of(read(tmp_path, "sea\nland\n".encode(codec))) == ["sea", "land"]

    @pytest.mark.parametrize("words", [["café", "naïve", "ok"], ["señor", "niño", "año"], ["“sea”", "don’t", "café"]])
    def test_of_western_accents(self, words: list[str], tmp_path: Path) -> None:
        assert words_of(read(tmp_path, "\n".join(words).encode("cp1252"), spec=WordsSpec)) == words

    def test_of_cyrillic(self, tmp_path: Path) -> None:
        words = ["море", "земля", "озеро", "река", "берег", "волна"]
        assert words_of(read(tmp_path, "\n".join(words).encode("cp1251"), spec=WordsSpec)) == words

    def test_far_down_in_the_file(self, tmp_path: Path) -> None:
        content = b"sea\n" * 60_000 + "银行\n电脑\n我们\n".encode("gb18030")
        assert words_of(read(tmp_path, content)) == ["sea", "银行", "电脑", "我们"]

    def test_it_is_told_how(self, tmp_path: Path) -> None:
        told = {
            codec: read(tmp_path, "银行\n电脑\n".encode(codec), spec=WordsSpec).report.notes[0]
            for codec in ("utf-8", "utf-16", "gb18030")
        }
        assert told == {
            "utf-8": "encoding UTF-8: it is valid UTF-8",
            "utf-16": "encoding UTF-16 LE: by its byte-order mark",
            "gb18030": "encoding GB18030: guessed from its bytes: check the preview",
        }

    def test_four_byte_characters_of_gb18030(self, tmp_path: Path) -> None:
        words = [*SIMPLIFIED, "𠮷野家", "é"]
        assert words_of(read(tmp_path, "\n".join(words).encode("gb18030"), spec=WordsSpec)) == words


class TestGiven:
    @pytest.mark.parametrize(
        ("codec", "asked"),
        [
            ("latin-1", "latin-1"),
            ("utf-16-le", "utf-16"),
            ("utf-16", "UTF-16"),
            ("utf-8-sig", "utf8"),
            ("cp850", "850"),
        ],
    )
    def test_it_is_followed(self, codec: str, asked: str, tmp_path: Path) -> None:
        reading = read(tmp_path, "café\nsea\n".encode(codec), spec=WordsSpec, encoding=asked)
        assert words_of(reading) == ["café", "sea"]
        assert "as given" in reading.report.notes[0]

    @pytest.mark.parametrize("asked", ["klingon", "base64", "utf-8\x00", "rot13"])
    def test_one_that_there_is_not_is_refused(self, asked: str, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="there is no encoding named"):
            read(tmp_path, "sea\n", spec=WordsSpec, encoding=asked)

    @pytest.mark.parametrize(
        ("content", "asked", "line"),
        [
            (b"ok\ncaf\xe9\nbar\n", "utf-8", "line 2.*E9"),
            ("银行\n".encode("gb18030") * 3 + b"ok\n\xff\n", "gb18030", "line 5.*FF"),
            ("sea\nland\n".encode("utf-16-le") + b"x", "utf-16-le", "line 3"),
            (b"x\n" * 700_000 + b"\xff\n", "utf-8", "line 700,001"),
        ],
    )
    def test_bytes_that_do_not_fit_are_named_by_their_line(self, content, asked, line, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match=line):
            read(tmp_path, content, spec=WordsSpec, encoding=asked)


class TestNoText:
    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"sea\x00\nland\n", "line 1: this is not a text"),
            (b"sea\nla\x00nd\nlake\n", "line 2: this is not a text"),
            (b"sea\n" * 40_000 + b"x\x00\n", "line 40,001"),
            (b"\x00\x01\x02\x03" * 50, "zero byte"),
            (b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)), "zero byte"),
            ("sea\nland\n".encode("utf-32-le"), "zero byte"),
            ("\ufeffsea\x00\n".encode("utf-16"), "line 1"),
        ],
    )
    def test_zero_bytes_are_refused(self, content: bytes, told: str, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match=told):
            read(tmp_path, content, spec=WordsSpec)

    def test_damaged_utf8_is_not_guessed_to_be_something_else(self, tmp_path: Path) -> None:
        content = "银行和电脑\n".encode() * 20 + b"\xff\n"
        with pytest.raises(VocabularyError, match=r"line 21.*not UTF-8"):
            read(tmp_path, content, spec=WordsSpec)

    def test_an_empty_file_a_folder_and_a_mark_alone(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="the file is empty"):
            read(tmp_path, b"", spec=WordsSpec)
        with pytest.raises(VocabularyError, match="no word"):
            read(tmp_path, b"\xef\xbb\xbf", spec=WordsSpec)
        (tmp_path / "folder").mkdir()
        from core.vocabulary import read_vocabulary

        with pytest.raises(VocabularyError, match="this is a folder"):
            read_vocabulary(WordsSpec(path=str(tmp_path / "folder")))
