"""Texts for a training: what is read, where windows end, and that the words are those of the vocabulary."""

from __future__ import annotations

import json
import textwrap
import tracemalloc
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Cancelled, InputError, VocabularyError
from core.training.contract import TrainingError
from core.training.cutting import LONGEST_SENTENCE, Sentences, is_wrapped
from core.training.preview import preview
from core.training.texts import Texts
from core.vocabulary.report import Problems
from core.vocabulary.segmenting import ChineseCutter, Segmenter, Tokenization

from .written import PACKERS, sentences_of, spec_of, write

CONTRACTIONS = ("whole", "treebank", "split")
PROSE = "It was the best of times, it was the worst of times. It was the age of wisdom and of foolishness, too: "
WRAPPED = textwrap.fill(PROSE * 20, 60) + "\n"


def segmenter(language: str = "auto", **options) -> Segmenter:
    return Segmenter(
        language, Tokenization(**options), ChineseCutter(None, name="", new_words=True, problems=Problems())
    )


class TestWords:
    @given(
        st.lists(st.text(max_size=40), max_size=5),
        st.sampled_from(CONTRACTIONS),
        st.sampled_from(["en", "auto"]),
        st.sampled_from(["sentence", "line", "paragraph"]),
        st.booleans(),
    )
    def test_they_are_those_of_the_vocabulary(self, parts, contractions: str, language: str, unit, marks: bool) -> None:
        text = "\n".join(parts).replace("\0", " ")
        cutter = segmenter(language, contractions=contractions, punctuation=marks)
        found = Sentences(cutter, unit, wrapped=False, lower=False).of([text])
        assert list(chain.from_iterable(found)) == cutter.tokens(text)

    @given(st.text(alphabet="ab.@/!?\"'1,-:_()& \n\r\t\x1c http中文。”", max_size=60), st.booleans())
    def test_they_are_those_of_the_vocabulary_around_marks(self, text: str, marks: bool) -> None:
        cutter = segmenter(punctuation=marks)
        for unit in ("sentence", "line", "paragraph"):
            found = Sentences(cutter, unit, wrapped=True, lower=False).of([text])  # type: ignore[arg-type]
            assert list(chain.from_iterable(found)) == cutter.tokens(text)

    @given(st.text(alphabet="ab. \n\r\t", max_size=200), st.integers(1, 9))
    def test_the_size_of_pieces_changes_nothing(self, text: str, size: int) -> None:
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        for unit in ("sentence", "line", "paragraph"):
            made = Sentences(segmenter(), unit, wrapped=True, lower=False)  # type: ignore[arg-type]
            assert list(made.of(pieces)) == list(made.of([text]))

    def test_forgetting_what_was_cut_changes_nothing(self, tmp_path: Path, monkeypatch) -> None:
        path = write(tmp_path, "one two. three two one\nfour don't stop\n" * 9)
        before = sentences_of(path)
        monkeypatch.setattr("core.training.cutting.MOST_KEPT", 3)
        monkeypatch.setattr("core.training.cutting.SLICE", 5)
        assert sentences_of(path) == before

    def test_they_are_lower_cased_unless_that_is_not_wanted(self, tmp_path: Path) -> None:
        path = write(tmp_path, "The Sea ÉTÉ\n")
        assert sentences_of(path) == [["the", "sea", "été"]]
        assert sentences_of(path, lower=False) == [["The", "Sea", "ÉTÉ"]]

    def test_stop_words_go_and_negations_stay(self, tmp_path: Path) -> None:
        english = write(tmp_path, "The sea is not of the moon\n")
        assert sentences_of(english, stop_words=True) == [["sea", "not", "moon"]]
        chinese = write(tmp_path, "我不在银行的时候，没有工作。\n", "zh.txt")
        found = sentences_of(chinese, stop_words=True)[0]
        assert {"不", "银行", "没有", "工作"} <= set(found) and "的" not in found

    def test_a_user_dictionary_keeps_its_words_whole(self, tmp_path: Path) -> None:
        path = write(tmp_path, "词向量实验室很好。\n")
        dictionary = write(tmp_path, "词向量实验室\n坏 行 三\n", "user.txt")
        texts = Texts(spec_of(path, user_dictionary=str(dictionary)))
        assert next(texts.sentences())[0] == "词向量实验室" and "1 line of the user dictionary" in texts.notes[-1]


class TestUnits:
    TEXT = 'He went to the U.S. in 3.5 days. "Why?" she said… No\nend here\n\nNew one！”他说。然后走了'

    def test_sentences_end_at_marks_and_lines_but_not_in_words(self, tmp_path: Path) -> None:
        found = sentences_of(write(tmp_path, self.TEXT), unit="sentence")
        assert [" ".join(one) for one in found] == [
            "he went to the u.s. in 3.5 days",
            "why",
            "she said",
            "no",
            "end here",
            "new one",
            "他 说",
            "然后 走 了",
        ]

    def test_lines_and_paragraphs(self, tmp_path: Path) -> None:
        path = write(tmp_path, "one.\r\ntwo\r\n \t\r\nthree\r\n")
        assert sentences_of(path, unit="line") == [["one"], ["two"], ["three"]]
        assert sentences_of(path, unit="paragraph") == [["one", "two"], ["three"]]
        old = write(tmp_path, "one\rtwo\r\rthree", "old.txt")
        assert sentences_of(old, unit="paragraph") == [["one", "two"], ["three"]]

    def test_marks_that_are_words_stay_with_their_sentence(self, tmp_path: Path) -> None:
        path = write(tmp_path, 'He said: "No!" (Yes.)\n')
        found = sentences_of(path, unit="sentence", tokenization=Tokenization(punctuation=True))
        assert [" ".join(one) for one in found] == ['he said : " no ! "', "( yes . )"]

    def test_wrapped_lines_are_joined_to_paragraphs(self, tmp_path: Path) -> None:
        path = write(tmp_path, f"{WRAPPED}\n{WRAPPED}")
        texts = Texts(spec_of(path))
        assert texts.unit == "paragraph" and len(list(texts.sentences())) == 2
        first, second = sentences_of(path, unit="sentence")[:2]
        assert (len(first), len(second)) == (12, 22) and second[-1] == "times"
        assert sentences_of(path, unit="line") != sentences_of(path)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "one line\n",
            "word\n" * 100,
            "".join(f"{'word ' * (n % 13 + 3)}\n" for n in range(100)),
            "".join(f"{'word ' * (n % 130 + 300)}\n" for n in range(100)),
            "一二三四五六七八九十。\n" * 40,
        ],
    )
    def test_lines_that_are_not_wrapped(self, text: str) -> None:
        assert not is_wrapped(text)

    def test_chinese_that_is_wrapped(self) -> None:
        assert is_wrapped(("一二三四五六七八九十" * 4 + "\n") * 30)

    def test_a_sentence_has_a_thousand_words_at_most(self, tmp_path: Path) -> None:
        found = sentences_of(write(tmp_path, "word " * 2500 + "\nnext\n"))
        assert [len(one) for one in found] == [LONGEST_SENTENCE, LONGEST_SENTENCE, 500, 1]
        assert [len(one) for one in sentences_of(write(tmp_path, "word " * LONGEST_SENTENCE))] == [LONGEST_SENTENCE]


class TestFiles:
    @pytest.mark.parametrize("suffix", PACKERS)
    def test_packed_texts_are_seen_through(self, suffix: str, tmp_path: Path) -> None:
        path = write(tmp_path, "one two\nthree\n", f"text.txt{suffix}")
        assert sentences_of(path) == [["one", "two"], ["three"]]

    def test_several_files_and_folders_each_in_its_own_encoding(self, tmp_path: Path) -> None:
        one = write(tmp_path, "我们在银行工作。".encode("gb18030"), "a.txt")
        write(tmp_path, "naïve café", "folder/b.txt")
        write(tmp_path, "sea", "folder/c/d.txt.zst")
        write(tmp_path, "no", "folder/e.pdf")
        write(tmp_path, "", "folder/f.txt")
        texts = Texts(spec_of(one, tmp_path / "folder", unit="line"))
        assert list(texts.sentences())[1:] == [["naïve", "café"], ["sea"]]
        notes = " ".join(texts.notes)
        assert "1 file is not read" in notes and "1 file is empty" in notes and "GB18030 (1)" in notes
        assert texts.encoding == "GB18030, UTF-8" and [size > 0 for _name, size in texts.files] == [True] * 3

    def test_a_file_named_twice_is_read_once(self, tmp_path: Path) -> None:
        path = write(tmp_path, "one two\n")
        texts = Texts(spec_of(path, tmp_path))
        assert list(texts.sentences()) == [["one", "two"]] and "named twice" in texts.notes[0]

    def test_paths_may_be_relative_to_a_base(self, tmp_path: Path) -> None:
        write(tmp_path, "one two\n")
        write(tmp_path, "词向量实验室\n", "user.txt")
        texts = Texts(spec_of("text.txt", user_dictionary="user.txt"), tmp_path)
        assert list(texts.sentences()) == [["one", "two"]]

    def test_the_digest_is_of_the_words_and_not_of_the_names(self, tmp_path: Path) -> None:
        def digest(path: Path, **options) -> str:
            texts = Texts(spec_of(path, **options))
            assert list(texts.sentences())
            return texts.digest()

        one, same, other = (
            write(tmp_path, text, name) for text, name in (("a b\n", "1.txt"), ("a b\n", "2.txt"), ("a c\n", "3.txt"))
        )
        assert digest(one) == digest(same) != digest(other)
        options = [{}, {"lower": False}, {"unit": "sentence"}, {"stop_words": True}, {"phrases": True}]
        assert len({digest(one, **some) for some in options}) == len(options)

    def test_progress_counts_the_bytes_of_all_files(self, tmp_path: Path) -> None:
        paths = [write(tmp_path, "one two\n" * 9, f"{n}.txt") for n in range(3)]
        told: list[tuple[int, int | None, str]] = []
        texts = Texts(spec_of(*paths))
        list(texts.sentences(lambda stage, done, total=None, unit="", message="": told.append((done, total, unit))))
        assert told == sorted(told) and told[-1] == (216, 216, "bytes") and texts.size == 216


class TestTables:
    ROWS = ('He said, "no"\nand went', "", "我们在银行工作")
    WANTED = (["he", "said", "no"], ["and", "went"], ["我们", "在", "银行", "工作"])

    def _written(self, folder: Path, name: str) -> Path:
        import csv
        import io

        rows = [row.replace("\n", " ") if ".tsv" in name else row for row in self.ROWS]
        plain = name.removesuffix("".join(s for s in PACKERS if s and name.endswith(s)))
        if plain.endswith(".jsonl"):
            return write(folder, "".join(json.dumps({"id": 1, "text": row}) + "\n" for row in rows), name)
        if plain.endswith(".parquet"):
            import pyarrow as pa
            import pyarrow.parquet as pq

            pq.write_table(pa.table({"id": list(range(len(rows))), "text": rows}), folder / name)
            return folder / name
        text = io.StringIO()
        writer = csv.writer(text, delimiter="\t" if plain.endswith(".tsv") else ",")
        writer.writerows([("id", "text"), *((1, row) for row in rows)])
        return write(folder, text.getvalue(), name)

    @pytest.mark.parametrize(
        "name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.csv.gz", "a.tsv.bz2", "a.jsonl.zst", "a.csv.zst"]
    )
    def test_each_cell_of_the_column_is_a_text(self, name: str, tmp_path: Path) -> None:
        path = self._written(tmp_path, name)
        texts = Texts(spec_of(path, column="text"))
        first, second, third = self.WANTED
        wanted = [first + second, third] if ".tsv" in name else [first, second, third]
        assert list(texts.sentences()) == list(texts.sentences()) == wanted
        assert texts.unit == "line" and len(texts.digest()) == 64

    @pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet"])
    def test_a_column_that_is_not_there_or_not_named(self, name: str, tmp_path: Path) -> None:
        path = self._written(tmp_path, name)
        with pytest.raises(TrainingError, match=r"no column 'words'\. Its columns are id or text"):
            Texts(spec_of(path, column="words"))
        with pytest.raises(TrainingError, match=r"which column holds the texts\? Name the column of texts: id or text"):
            Texts(spec_of(path))

    def test_a_folder_of_tables(self, tmp_path: Path) -> None:
        self._written(tmp_path, "a.csv")
        self._written(tmp_path, "b.parquet")
        write(tmp_path, "no text\n", "c.txt")
        texts = Texts(spec_of(tmp_path, column="text"))
        assert list(texts.sentences()) == [*self.WANTED, *self.WANTED] and "1 file is not read" in texts.notes[0]
        assert sentences_of(tmp_path) == [["no", "text"]]
        (tmp_path / "empty").mkdir()
        with pytest.raises(TrainingError, match="no table in this folder"):
            Texts(spec_of(tmp_path / "empty", column="text"))

    @pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet"])
    def test_any_size_is_read_in_a_stream_and_told_in_bytes(self, name: str, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr(type(self), "ROWS", tuple(f"text {n}" for n in range(500)))
        monkeypatch.setattr("core.vocabulary.table_rows.BYTES_AT_ONCE", 200)
        monkeypatch.setattr("core.vocabulary.table_rows.HEAD", 100)
        monkeypatch.setattr("core.vocabulary.lines.CHUNK", 500)
        monkeypatch.setattr("core.training.text_files.PIECE", 100)
        told: list[int] = []
        texts = Texts(spec_of(self._written(tmp_path, name), column="text"))
        found = texts.sentences(lambda stage, done, total=None, unit="", message="": told.append(done))
        assert list(found) == [["text", str(n)] for n in range(500)]
        assert told == sorted(told) and told[-1] == texts.size and len(set(told)) > 3

    def test_what_no_text_can_hold_parts_words(self, tmp_path: Path) -> None:
        path = write(tmp_path, '{"text": "a\\u0000b \\ud800c d\\ud83d\\ude00e"}\n{"text": null}\n', "a.jsonl")
        assert sentences_of(path, column="text") == [["a", "b", "c", "d", "e"]]

    def test_lists_of_words_and_numbers_are_cells_too(self, tmp_path: Path) -> None:
        path = write(tmp_path, '{"text": ["one", "two"]}\n{"text": 3.5}\n', "a.jsonl")
        assert sentences_of(path, column="text") == [["one", "two"], ["3.5"]]

    def test_a_text_that_begins_with_a_brace_is_no_table(self, tmp_path: Path) -> None:
        assert sentences_of(write(tmp_path, "{{Infobox}} text\n", "wiki")) == [["infobox", "text"]]
        assert sentences_of(write(tmp_path, '{"text": "one two"}\n', "lines")) == [["one", "two"]]

    def test_a_json_array_and_a_cut_line_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(TrainingError, match="JSON array"):
            Texts(spec_of(write(tmp_path, '[{"text": "a"}]', "a.json"), column="text"))
        path = write(tmp_path, '{"text": "a"}\n' * 9 + '{"tex', "a.jsonl")
        with pytest.raises(InputError, match=r"a\.jsonl, line 10: this line is no JSON object"):
            sentences_of(path, column="text")

    def test_a_column_of_a_plain_text_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(TrainingError, match="a text without columns"):
            Texts(spec_of(write(tmp_path, "one two\n"), column="text"))


class TestBadTexts:
    @pytest.mark.parametrize("suffix", [".gz", ".bz2", ".zst"])
    def test_a_packed_text_that_is_cut_off(self, suffix: str, tmp_path: Path) -> None:
        content = "".join(f"{n} words that differ {n * n}\n" for n in range(90_000))
        path = write(tmp_path, content, f"a{suffix}")
        path.write_bytes(path.read_bytes()[:-9])
        with pytest.raises(VocabularyError, match=rf"a{suffix}: can't be read.*damaged or cut off"):
            sentences_of(path)

    def test_bytes_in_the_middle_that_are_no_text_are_named_with_their_line(self, tmp_path: Path) -> None:
        path = write(tmp_path, "caf\u00e9 text\n".encode() * 200_000 + b"\xff\xfe\n")
        with pytest.raises(VocabularyError, match="line 200,001"):
            sentences_of(path)

    def test_what_is_no_text(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="zero byte"):
            sentences_of(write(tmp_path, bytes(range(256)) * 40))
        with pytest.raises(VocabularyError, match="there is no such file"):
            Texts(spec_of(tmp_path / "none.txt"))
        (tmp_path / "folder").mkdir()
        with pytest.raises(VocabularyError, match=r"no text in this folder.*\.zst"):
            Texts(spec_of(tmp_path / "folder"))
        write(tmp_path, "a", "folder/a.pdf")
        with pytest.raises(VocabularyError, match=r"no text in this folder"):
            Texts(spec_of(tmp_path / "folder"))

    @pytest.mark.parametrize("path", ["", " ", "a\0b", "x" * 5000])
    def test_paths_that_are_none(self, path: str) -> None:
        with pytest.raises(InputError, match=r"path is empty|can't be read|no such file"):
            Texts(spec_of(path))

    def test_nothing_but_empty_files(self, tmp_path: Path) -> None:
        write(tmp_path, "", "a.txt")
        with pytest.raises(TrainingError, match="all files are empty"):
            Texts(spec_of(tmp_path))

    def test_being_stopped_in_the_middle(self, tmp_path: Path) -> None:
        def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            if done:
                raise Cancelled

        with pytest.raises(Cancelled):
            list(Texts(spec_of(write(tmp_path, "one two\n" * 9))).sentences(stop))


class TestMemory:
    @pytest.mark.parametrize("unit", ["line", "sentence"])
    @pytest.mark.parametrize("line", ["some words of a line without an end, ", "字" * 40 + "，", "abcdefghij", " \t "])
    def test_a_line_of_any_length_is_read_in_bounded_memory(
        self, line: str, unit: str, tmp_path: Path, monkeypatch
    ) -> None:
        monkeypatch.setattr("core.vocabulary.lines.CHUNK", 1 << 16)
        path = write(tmp_path, line * ((4 << 20) // len(line)))
        texts = Texts(spec_of(path, unit=unit, language="en"))
        next(texts.sentences(), None)  # what is loaded once does not count
        tracemalloc.start()
        try:
            assert max((len(one) for one in texts.sentences()), default=0) <= LONGEST_SENTENCE
            assert tracemalloc.get_traced_memory()[1] < 4 << 20
        finally:
            tracemalloc.stop()
        assert bool(texts.notes) == (line == "abcdefghij")


class TestPreview:
    def test_it_shows_the_first_sentences_as_they_are_trained_on(self, tmp_path: Path) -> None:
        path = write(tmp_path, "".join(f"Line {n} of it\n" for n in range(50_000)))
        write(tmp_path, "other", "z.txt")
        shown = preview(spec_of(tmp_path), most=3)
        assert shown.sentences == tuple(("line", str(n), "of", "it") for n in range(3))
        assert [name for name, _size in shown.files] == [str(path), str(tmp_path / "z.txt")]
        assert (shown.encoding, shown.language, shown.unit) == ("UTF-8", "en", "line")
        assert json.loads(json.dumps(shown.as_dict()))["files"][0]["bytes"] == path.stat().st_size

    def test_it_goes_on_with_the_next_file(self, tmp_path: Path) -> None:
        paths = [write(tmp_path, f"text {n}\n", f"{n}.txt") for n in range(9)]
        assert len(preview(spec_of(*paths)).sentences) == 3

    def test_phrases_are_not_joined_in_it(self, tmp_path: Path) -> None:
        assert "whole text only" in preview(spec_of(write(tmp_path, "one two\n"), phrases=True)).notes[-1]

    def test_of_a_table(self, tmp_path: Path) -> None:
        path = write(tmp_path, "id\ttext\n1\tone two\n2\tthree\n", "a.tsv")
        shown = preview(spec_of(path, column="text"))
        assert shown.sentences == (("one", "two"), ("three",)) and any("'text'" in note for note in shown.notes)


@pytest.mark.realdata
class TestRealTexts:
    def test_which_of_them_are_wrapped(self, data_folder: Path) -> None:
        units = {
            path.name: preview(spec_of(path, language="en")).unit for path in sorted(data_folder.glob("corpora_*/*"))
        }
        assert [name for name, unit in units.items() if unit == "paragraph"] == ["bronte.txt"]

    def test_the_words_are_those_of_the_vocabulary(self, data_folder: Path) -> None:
        path = data_folder / "corpora_en" / "bronte.txt"
        found = list(chain.from_iterable(sentences_of(path, lower=False, unit="sentence")))
        assert found == segmenter("en").tokens(path.read_text("utf-8"))
