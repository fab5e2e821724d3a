"""Running text: what counts as one word, and that reading it in pieces changes nothing."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import VocabularyError
from core.vocabulary import CorpusSpec, read_vocabulary
from core.vocabulary.corpus import languages
from core.vocabulary.report import Problems
from core.vocabulary.segmenting import ChineseCutter, Segmenter, Tokenization

from .written import counts_of, found, read, words_of, write


def cut(text: str, **options) -> Counter[str]:
    counts: Counter[str] = Counter()
    Segmenter("en", Tokenization(**options), None).count(text, counts)
    return counts


class TestEnglish:
    @pytest.mark.parametrize("mark", ["'", "’"])
    @pytest.mark.parametrize(
        ("word", "whole", "treebank", "split"),
        [
            ("don't", ["don't"], ["do", "n't"], ["don", "t"]),
            ("can't", ["can't"], ["ca", "n't"], ["can", "t"]),
            ("CAN'T", ["CAN'T"], ["CA", "N'T"], ["CAN", "T"]),
            ("they're", ["they're"], ["they", "'re"], ["they", "re"]),
            ("king's", ["king's"], ["king", "'s"], ["king", "s"]),
            ("wouldn't've", ["wouldn't've"], ["wouldn't", "'ve"], ["wouldn", "t", "ve"]),
            ("o'clock", ["o'clock"], ["o'clock"], ["o", "clock"]),
            ("l'eau", ["l'eau"], ["l'eau"], ["l", "eau"]),
            ("dogs'", ["dogs"], ["dogs"], ["dogs"]),
        ],
    )
    def test_contractions(self, word: str, mark: str, whole, treebank, split) -> None:
        text = f"x {word} y".replace("'", mark)
        for contractions, expected in (("whole", whole), ("treebank", treebank), ("split", split)):
            words = [w.replace(mark, "'") for w in cut(text, contractions=contractions)]
            assert words == ["x", *expected, "y"]

    @pytest.mark.parametrize(
        ("text", "options", "words"),
        [
            ("well-known, -x- and a--b", {}, ["well-known", "x", "and", "a", "b"]),
            ("well-known", {"hyphens": False}, ["well", "known"]),
            ("1,234.50 3.14. 2nd 50% 1990s", {}, ["1,234.50", "3.14", "2nd", "50", "1990s"]),
            ("1,234.50", {"numbers": False}, ["1", "234", "50"]),
            ("U.S. and e.g. this", {}, ["U.S.", "and", "e.g.", "this"]),
            ("me@x.org, http://a.b/c?d=1.", {}, ["me@x.org", "http://a.b/c?d=1"]),
            ("http://a.b/it's", {"contractions": "treebank"}, ["http://a.b/it's"]),
            ("naïve cafe\u0301 straße Ωμέγα война", {}, ["naïve", "cafe\u0301", "straße", "Ωμέγα", "война"]),
            ("Yes! (no)", {"punctuation": True}, ["Yes", "!", "(", "no", ")"]),
            ("snake_case", {}, ["snake_case"]),
        ],
    )
    def test_what_one_word_is(self, text: str, options: dict, words: list[str]) -> None:
        assert list(cut(text, **options)) == words

    @given(st.text(max_size=100), st.sampled_from(["whole", "treebank", "split"]), st.sampled_from(["en", "auto"]))
    def test_the_words_in_order_are_those_that_are_counted(self, text: str, contractions: str, language: str) -> None:
        cutter = ChineseCutter(None, name="", new_words=True, problems=Problems())
        segmenter = Segmenter(language, Tokenization(contractions=contractions), cutter)  # type: ignore[arg-type]
        counts: Counter[str] = Counter()
        segmenter.count(text, counts)
        assert Counter(segmenter.tokens(text)) == counts

    @given(
        st.text(max_size=60) | st.text(alphabet="ab.@/!?\"'1,- http中文。”", max_size=60),
        st.sampled_from(["whole", "treebank", "split"]),
        st.sampled_from(["en", "auto"]),
        st.booleans(),
    )
    def test_where_sentences_end_changes_no_word(
        self, text: str, contractions: str, language: str, marks: bool
    ) -> None:
        cutter = ChineseCutter(None, name="", new_words=True, problems=Problems())
        options = Tokenization(contractions=contractions, punctuation=marks)  # type: ignore[arg-type]
        segmenter = Segmenter(language, options, cutter)
        assert [word for word in segmenter.parted(text) if word is not None] == segmenter.tokens(text)

    @pytest.mark.parametrize(
        ("text", "sentences"),
        [
            ("Go to the U.S. or pay 3.50. Why?! Yes", ["Go to the U.S. or pay 3.50", "Why", "Yes"]),
            ("see a.b/c and www.x.org/d. End.", ["see a b c and www.x.org/d", "End"]),
            ('"No." (Yes.) …', ["No", "Yes"]),
            ("Mr. J. Smith and (Dr.) Who! So did I. Then", ["Mr J Smith and Dr Who", "So did I", "Then"]),
            ("He is a Mr.", ["He is a Mr"]),
        ],
    )
    def test_where_sentences_end(self, text: str, sentences: list[str]) -> None:
        found = Segmenter("en", Tokenization(), None).parted(text)
        told = " ".join(word or "|" for word in found).split("|")
        assert [one.strip() for one in told if one.strip()] == sentences

    @given(st.text(max_size=200))
    def test_any_text_gives_words_that_are_in_it(self, text: str) -> None:
        for contractions in ("whole", "treebank"):
            words = cut(text, contractions=contractions)
            assert all(word and word in text and not any(c.isspace() for c in word) for word in words)


class TestChinese:
    TEXT = "我们在北京的银行工作。他们穿T恤，用iPhone拍照，AA制。\n"

    def test_chinese_is_segmented_and_mixed_words_stay(self, tmp_path: Path) -> None:
        reading = read(tmp_path, self.TEXT * 3, spec=CorpusSpec)
        assert {"北京", "银行", "T恤", "iPhone", "AA制"} <= set(words_of(reading))
        assert set(counts_of(reading)) == {3} and reading.report.language == "zh"

    def test_as_english_it_is_cut_at_marks_alone(self, tmp_path: Path) -> None:
        assert "我们在北京的银行工作" in words_of(read(tmp_path, self.TEXT, spec=CorpusSpec, language="en"))

    def test_stop_words_of_its_language_go_and_negations_stay(self, tmp_path: Path) -> None:
        words = words_of(read(tmp_path, "我不在银行的时候，没有工作。\n" * 3, spec=CorpusSpec, stop_words=True))
        assert {"不", "没有", "银行"} <= set(words) and "的" not in words

    def test_a_user_dictionary_in_its_own_encoding(self, tmp_path: Path) -> None:
        text = "词向量实验室很好。\n" * 3
        assert "词向量实验室" not in words_of(read(tmp_path, text, spec=CorpusSpec))
        lines = "词向量实验室 9 n\r\n\r\n图书馆\r\n坏 行 三\r\n"
        dictionary = write(tmp_path, lines.encode("gb18030"), "user.txt")
        reading = read(tmp_path, text, spec=CorpusSpec, user_dictionary=str(dictionary))
        assert "词向量实验室" in words_of(reading)
        assert found(reading) == {("dictionary line", 4)}

    def test_a_user_dictionary_serves_its_own_corpus_alone(self, tmp_path: Path) -> None:
        text = "我们在北京的银行工作。\n" * 3
        before = read(tmp_path, text, spec=CorpusSpec).vocabulary
        dictionary = write(tmp_path, "银行工作 9\n北京 0\n京的 ²\n", "user.txt")
        reading = read(tmp_path, text, spec=CorpusSpec, user_dictionary=str(dictionary))
        assert "银行工作" in reading.vocabulary and "银行" not in reading.vocabulary
        assert [(p.kind, p.line, p.path) for p in reading.report.problems] == [
            ("dictionary line", 2, str(dictionary)),
            ("dictionary line", 3, str(dictionary)),
        ]
        assert read(tmp_path, text, spec=CorpusSpec).vocabulary == before

    def test_the_digest_is_of_the_user_dictionary_too(self, tmp_path: Path) -> None:
        digests = {read(tmp_path, self.TEXT, spec=CorpusSpec).report.digest}
        for content in ("银行工作\n", "工作\n", "工作\n"):
            dictionary = write(tmp_path, content, "user.txt")
            options = {"user_dictionary": str(dictionary)}
            digests.add(read(tmp_path, self.TEXT, spec=CorpusSpec, **options).report.digest)
        assert len(digests) == 3
        assert read(tmp_path, self.TEXT, spec=CorpusSpec, language="en", **options).report.digest in digests

    def test_a_user_dictionary_that_can_not_be_used(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match=r"none\.txt: there is no such file"):
            read(tmp_path, self.TEXT, spec=CorpusSpec, user_dictionary="none.txt")
        dictionary = write(tmp_path, "银行 9999999999999999\n", "user.txt")
        with pytest.raises(VocabularyError, match="line 1"):
            read(tmp_path, self.TEXT, spec=CorpusSpec, user_dictionary=str(dictionary))


class TestPieces:
    TEXT = ("don't seaside 1,234.5 银行和电脑 U.S. http://a.b/c " * 20 + "我们在银行工作。\r\n") * 4

    @pytest.mark.parametrize(
        ("size", "encoding"), [(1, "utf-8"), (2, "gb18030"), (3, "utf-16"), (7, "utf-8"), (64, "gb18030")]
    )
    def test_no_word_is_cut_where_a_piece_ends(self, size, encoding, tmp_path: Path, monkeypatch) -> None:
        content = self.TEXT.encode(encoding)
        whole = read(tmp_path, content, spec=CorpusSpec)
        monkeypatch.setattr("core.vocabulary.lines.CHUNK", size)
        assert read(tmp_path, content, spec=CorpusSpec).vocabulary == whole.vocabulary
        assert whole.vocabulary.ids["seaside"] < whole.vocabulary.ids["工作"]

    def test_a_run_without_an_end_is_cut_and_reported(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr("core.vocabulary.corpus.LONGEST_RUN", 100)
        monkeypatch.setattr("core.vocabulary.lines.CHUNK", 50)
        reading = read(tmp_path, "sea " + "x" * 1000, spec=CorpusSpec)
        assert reading.report.totals["long run"] > 5 and "sea" in reading.vocabulary


class TestFiles:
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "corpus"
        (folder / "deep").mkdir(parents=True)
        write(folder, "the sea and the land\n", "b.txt")
        (folder / "deep/a.TXT.gz").write_bytes(gzip.compress("the lake\n".encode("utf-16")))
        write(folder, "银行 在 北京 的 银行\n".encode("gb18030"), "c.TXT")
        return folder

    def test_a_folder_is_read_whole_each_file_in_its_encoding(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path)
        write(folder, "", "empty.txt")
        write(folder, b"\x89PNG", "picture.png")
        write(folder, "hidden sea", ".hidden.txt")
        (folder / "broken.txt").symlink_to(folder / "nowhere.txt")
        reading = read_vocabulary(CorpusSpec(path=str(folder), specials=()))
        assert words_of(reading)[:2] == ["the", "银行"] and counts_of(reading)[:2] == [3, 2]
        assert reading.report.totals == {"ignored file": 4}
        assert reading.report.language == "en+zh"
        assert "GB18030" in reading.report.encoding and "UTF-16 LE" in reading.report.encoding

    def test_the_digest_is_of_names_and_contents(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path)
        digests = [read_vocabulary(CorpusSpec(path=str(folder))).report.digest for _ in range(2)]
        (folder / "b.txt").rename(folder / "d.txt")
        digests.append(read_vocabulary(CorpusSpec(path=str(folder))).report.digest)
        write(folder, "the sea and the lane\n", "d.txt")
        digests.append(read_vocabulary(CorpusSpec(path=str(folder))).report.digest)
        assert digests[0] == digests[1] and len(set(digests)) == 3

    def test_a_folder_that_is_moved_keeps_its_digest(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path)
        before = read_vocabulary(CorpusSpec(path="corpus"), base=tmp_path).report.digest
        folder.rename(tmp_path / "elsewhere")
        assert read_vocabulary(CorpusSpec(path=str(tmp_path / "elsewhere/"))).report.digest == before

    def test_a_long_run_in_a_folder_is_named_with_its_file(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setattr("core.vocabulary.corpus.LONGEST_RUN", 100)
        monkeypatch.setattr("core.vocabulary.lines.CHUNK", 50)
        folder = self.folder(tmp_path)
        write(folder, "x" * 1000, "long.txt")
        report = read_vocabulary(CorpusSpec(path="corpus"), base=tmp_path).report
        assert {problem.path for problem in report.problems} == {"corpus/long.txt"}
        assert report.as_dict()["problems"][0]["path"] == "corpus/long.txt"

    def test_a_damaged_gz_in_a_folder_is_named(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path)
        write(folder, gzip.compress(b"sea " * 1000)[:-9], "cut.gz")
        with pytest.raises(VocabularyError, match=r"cut\.gz"):
            read_vocabulary(CorpusSpec(path=str(folder)))

    def test_several_gzip_members_are_one_text(self, tmp_path: Path) -> None:
        content = gzip.compress(b"the sea\n") + gzip.compress(b"the lake\n")
        assert counts_of(read(tmp_path, content, "a.gz", spec=CorpusSpec)) == [2, 1, 1]

    @pytest.mark.parametrize("text", ["... !!! ---", "\n \n"])
    def test_marks_alone_are_no_words(self, text: str, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="no word"):
            read(tmp_path, text, spec=CorpusSpec)


def test_equally_frequent_words_have_a_fixed_order(tmp_path: Path) -> None:
    assert words_of(read(tmp_path, "b a c b\n", spec=CorpusSpec)) == ["b", "a", "c"]
    assert words_of(read(tmp_path, "c b a b\n", spec=CorpusSpec)) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("counts", "name"),
    [({"sea": 9, "海": 1}, "en+zh"), ({"sea": 99, "海": 1}, "en"), ({"海": 3, "5": 9}, "zh"), ({"море": 3}, "")],
)
def test_the_language_is_told_from_the_shares(counts: dict[str, int], name: str) -> None:
    assert languages(Counter(counts)) == name
