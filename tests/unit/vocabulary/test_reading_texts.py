"""Vocabularies of programs and running text, and the kind told from the content."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from core.errors import VocabularyError
from core.vocabulary import read_vocabulary, sniff_vocabulary
from core.vocabulary.corpus import CorpusSpec
from core.vocabulary.segmenting import Segmenter, Tokenization
from core.vocabulary.words import CountsSpec


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


class TestPrograms:
    def test_fasttexts_dump_and_gensims_vocabulary(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "3\nsea 9 word\n</s> 4 word\n__label__x 2 label\n", "dump.txt", specials=())
        assert (reading.report.kind, words_of(reading)) == ("counts", ["sea", "</s>"])
        assert reading.report.totals == {"label": 1}
        path = write(tmp_path, "sea 9\nnew york 4\n", "fvocab")
        reading = read_vocabulary(CountsSpec(path=str(path), specials=()))
        assert (words_of(reading), reading.vocabulary.tokens) == (["sea", "new york"], 13)
        with pytest.raises(VocabularyError, match="line 2"):
            read_vocabulary(CountsSpec(path=str(write(tmp_path, "sea 9\nland\n"))))

    def test_gensim_writes_what_is_read(self, tmp_path: Path) -> None:
        from gensim.models import Word2Vec

        model = Word2Vec([["sea", "land", "sea"], ["lake", "sea"]], vector_size=4, min_count=1, seed=1, workers=1)
        model.wv.save_word2vec_format(str(tmp_path / "v.txt"), fvocab=str(tmp_path / "fvocab.txt"))
        reading = read_vocabulary(tmp_path / "fvocab.txt")
        assert words_of(reading)[2:] == model.wv.index_to_key
        assert reading.vocabulary.tokens == 5

    @pytest.mark.parametrize("kind", ["WordLevel", "WordPiece", "BPE", "Unigram"])
    def test_a_tokenizer_keeps_every_id(self, kind: str, tmp_path: Path) -> None:
        from tokenizers import Tokenizer, models

        words = ["[UNK]", "[PAD]", "a", "b", "##c", "ab"]
        vocabulary = {word: row for row, word in enumerate(words)}
        made = {
            "WordLevel": lambda: models.WordLevel(vocabulary, unk_token="[UNK]"),
            "WordPiece": lambda: models.WordPiece(vocabulary, unk_token="[UNK]"),
            "BPE": lambda: models.BPE(vocabulary, [("a", "b")], unk_token="[UNK]"),
            "Unigram": lambda: models.Unigram([(word, -1.0) for word in words], unk_id=0),
        }[kind]()
        tokenizer = Tokenizer(made)
        tokenizer.add_special_tokens(["<mask>"])
        tokenizer.save(str(tmp_path / "tokenizer.json"))
        reading = read_vocabulary(tmp_path / "tokenizer.json")
        assert reading.report.kind == "tokenizer"
        assert words_of(reading) == [*words, "<mask>"]
        assert reading.vocabulary.specials["<mask>"] == "token"
        assert reading.vocabulary.specials["[UNK]"] == "unk"


class TestCorpora:
    TEXT = "Don't stop! The well-known U.S. paid 1,234.50 for e-mail (see http://a.b/c?d=1, me@x.org). 2nd 3D don't\n"

    def test_english_words_stay_whole(self) -> None:
        from collections import Counter

        def cut(**options) -> list[str]:
            found: Counter[str] = Counter()
            Segmenter("en", Tokenization(**options), None).count(self.TEXT, found)
            return list(found)

        whole = cut()
        for word in ("Don't", "well-known", "U.S.", "1,234.50", "e-mail", "http://a.b/c?d=1", "me@x.org", "2nd", "3D"):
            assert word in whole, word
        assert {"Do", "n't"} <= set(cut(contractions="treebank")) and "Don't" not in cut(contractions="treebank")
        assert {"Don", "t"} <= set(cut(contractions="split"))
        assert {"well", "known", "e", "mail"} <= set(cut(hyphens=False))
        assert {"1", "234", "50"} <= set(cut(numbers=False))
        assert {"!", "(", ")"} <= set(cut(punctuation=True))

    @pytest.mark.parametrize("form", ["txt", "gz", "folder"])
    def test_a_text_a_gz_and_a_folder_count_the_same(self, form: str, tmp_path: Path) -> None:
        text = "the sea and the land.\nThe sea again, and again the sea shines over the land.\n" * 20
        path = tmp_path / "corpus"
        if form == "folder":
            (path / "deep").mkdir(parents=True)
            (path / "a.txt").write_text(text[: len(text) // 2])
            (path / "deep/b.gz").write_bytes(gzip.compress(text[len(text) // 2 :].encode()))
            (path / "picture.png").write_bytes(b"\x89PNG")
        else:
            path = path.with_suffix(f".{form}")
            path.write_bytes(gzip.compress(text.encode()) if form == "gz" else text.encode())
        reading = read_vocabulary(path)
        assert reading.report.kind == "corpus" and reading.report.language == "en"
        assert words_of(reading)[:5] == ["<pad>", "<unk>", "the", "sea", "again"]
        assert reading.vocabulary.tokens == 320
        assert reading.report.totals == ({"ignored file": 1} if form == "folder" else {})

    def test_pieces_never_cut_a_word(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        text = ("seaside 银行和电脑 landscape, " * 50) + "\n我们在银行工作。" * 40
        whole = read_vocabulary(CorpusSpec(path=str(write(tmp_path, text))))
        monkeypatch.setattr("core.vocabulary.lines.CHUNK", 7)
        pieces = read_vocabulary(CorpusSpec(path=str(write(tmp_path, text))))
        assert pieces.vocabulary == whole.vocabulary
        assert whole.report.language == "en+zh" and "银行" in whole.vocabulary

    def test_a_user_dictionary_is_followed(self, tmp_path: Path) -> None:
        path = write(tmp_path, "我爱词向量实验室。词向量实验室很好。\n" * 5, "zh.txt")
        plain = read_vocabulary(CorpusSpec(path=str(path)))
        assert "词向量实验室" not in plain.vocabulary
        dictionary = write(tmp_path, "词向量实验室\n坏 行 三\n", "user.txt")
        with_dictionary = read_vocabulary(CorpusSpec(path=str(path), user_dictionary=str(dictionary)))
        assert "词向量实验室" in with_dictionary.vocabulary
        assert with_dictionary.report.totals["dictionary line"] == 1

    def test_mixed_words_stay_together(self, tmp_path: Path) -> None:
        reading = read_vocabulary(CorpusSpec(path=str(write(tmp_path, "我们穿T恤唱歌，用iPhone拍照，AA制。\n" * 3))))
        assert {"T恤", "iPhone", "AA制"} <= set(reading.vocabulary.words)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", "sea\nland\n", "words"),
        ("a.txt", "It was a bright cold day in April.\nThe clocks were striking thirteen, and more.\n", "corpus"),
        ("a.txt", "我们在北京的银行工作了很多年。\n他们都说这里的天气很好。\n", "corpus"),
        ("a.csv", "word,count\nsea,1\n", "table"),
        ("a.txt", '{"word": "sea"}\n{"word": "land"}\n', "table"),
        ("a.json", '["sea", "land"]', "words"),
        ("a.txt", "[PAD]\n[UNK]\nsea\n", "ids"),
    ],
)
def test_the_kind_is_told_from_the_content(name: str, content: str, kind: str, tmp_path: Path) -> None:
    assert sniff_vocabulary(write(tmp_path, content, name)).kind == kind


@pytest.mark.parametrize("content", [b"", b"\n \n\n", b"\x00\x01\x02" * 9, b"\x80\x04\x95" + bytes(40)])
def test_what_holds_no_words_is_an_error(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(VocabularyError) as caught:
        read(tmp_path, content)
    assert caught.value.where and caught.value.fix


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="no such file"):
        read_vocabulary(tmp_path / "none.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(VocabularyError, match="no text in this folder"):
        read_vocabulary(tmp_path / "empty")
