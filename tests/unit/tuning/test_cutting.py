"""Texts are cut as the vocabulary was: by its corpus' options, its tokenizer, or as its words look."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import VocabularyError
from core.tuning.cutting import cutter_of
from core.vocabulary import (
    CorpusSpec,
    GivenSpec,
    SeveralSpec,
    TokenizerSpec,
    Vocabulary,
    WordsSpec,
    read_vocabulary,
)
from core.vocabulary.segmenting import Tokenization

PLAIN = Vocabulary(["sea", "land"])
CHINESE = "我们在北京的银行工作。"


class TestCorpus:
    def test_a_corpus_is_cut_by_its_own_options(self, tmp_path: Path) -> None:
        spec = CorpusSpec(
            path="c.txt", language="en", tokenization=Tokenization(contractions="split", punctuation=True)
        )
        cutter = cutter_of(spec, tmp_path, "zh", PLAIN)
        assert cutter.cut("Don't stop!") == ["Don", "t", "stop", "!"]
        assert cutter.told == "as the corpus was: English words; punctuation marks are tokens"

    def test_the_words_of_the_users_dictionary_stay_whole(self, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("北京的银行\n", "utf-8")
        spec = CorpusSpec(path="c.txt", user_dictionary="mine.txt")
        cutter = cutter_of(spec, tmp_path, "zh", PLAIN)
        assert "北京的银行" in cutter.cut(CHINESE) and "mine.txt" in cutter.told
        assert "银行" in cutter_of(CorpusSpec(path="c.txt"), tmp_path, "zh", PLAIN).cut(CHINESE)

    def test_new_words_are_guessed_as_in_the_corpus(self) -> None:
        cut = {new: cutter_of(CorpusSpec(path="c", new_words=new), None, "zh", PLAIN).cut for new in (True, False)}
        assert "杭研" in cut[True]("他来到了网易杭研大厦") and "杭研" not in cut[False]("他来到了网易杭研大厦")

    def test_of_several_files_the_corpus_tells(self) -> None:
        corpus = CorpusSpec(path="c.txt", language="en", tokenization=Tokenization(hyphens=False))
        spec = SeveralSpec(parts=(WordsSpec(path="w.txt"), corpus))
        assert cutter_of(spec, None, "en", PLAIN).cut("well-known") == ["well", "known"]

    def test_what_is_counted_is_what_is_cut(self, tmp_path: Path) -> None:
        text = "我们在北京的银行工作。The bank's AA制 well-known 3.14!"
        (tmp_path / "c.txt").write_text(text, "utf-8")
        spec = CorpusSpec(path="c.txt", specials=())
        words = read_vocabulary(spec, base=tmp_path).vocabulary.words
        assert set(cutter_of(spec, tmp_path, "zh", PLAIN).cut(text)) == set(words)


class TestTokenizer:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        from tokenizers import Tokenizer
        from tokenizers.models import WordPiece
        from tokenizers.normalizers import Lowercase
        from tokenizers.pre_tokenizers import Whitespace

        pieces = ["[UNK]", "[SEP]", "sea", "##side", "the", "[", "]"]
        made = Tokenizer(WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
        made.normalizer, made.pre_tokenizer = Lowercase(), Whitespace()
        made.add_special_tokens(["[SEP]"])
        made.enable_truncation(2)
        made.enable_padding(length=10)
        made.save(str(tmp_path / "tokenizer.json"))
        return tmp_path

    def test_its_own_pieces_come_of_a_text(self, folder: Path) -> None:
        cutter = cutter_of(TokenizerSpec(path="tokenizer.json"), folder, "en", PLAIN)
        assert cutter.cut("The seaside the sea") == ["the", "sea", "##side", "the", "sea"]
        assert "WordPiece" in cutter.told

    def test_what_it_does_not_know_stands_as_in_the_text_and_no_text_makes_a_special_token(self, folder: Path) -> None:
        cut = cutter_of(TokenizerSpec(path="tokenizer.json"), folder, "en", PLAIN).cut
        assert cut("the Lake") == ["the", "Lake"]
        assert "[SEP]" not in cut("the [SEP] sea") and cut("the \ud800") and cut("") == []

    def test_what_is_no_tokenizer_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "t.json").write_text("{}")
        with pytest.raises(VocabularyError, match="is not a tokenizer"):
            cutter_of(TokenizerSpec(path="t.json"), tmp_path, "en", PLAIN)
        with pytest.raises(VocabularyError, match="no such file"):
            cutter_of(TokenizerSpec(path="u.json"), tmp_path, "en", PLAIN)


class TestWords:
    def test_english_is_cut_by_the_pattern_and_chinese_by_jieba(self) -> None:
        spec = GivenSpec(words=("sea",))
        assert cutter_of(spec, None, "en", PLAIN).cut("The sea, isn't it?") == ["The", "sea", "isn't", "it"]
        assert "银行" in cutter_of(None, None, "zh", PLAIN).cut(CHINESE)

    @pytest.mark.parametrize(
        ("marks", "tokens"), [(".,!", ["sea", ",", "land", "!"]), ("。，？", ["sea", ",", "land", "!"])]
    )
    def test_marks_are_tokens_where_they_are_words(self, marks: str, tokens: list[str]) -> None:
        cutter = cutter_of(None, None, "en", Vocabulary(["sea", *marks]))
        assert cutter.cut("sea, land!") == tokens and "punctuation" in cutter.told
        assert cutter_of(None, None, "en", Vocabulary(["sea", *marks[:2]])).cut("sea, land!") == ["sea", "land"]

    def test_words_that_were_cut_at_clitics_are_found(self) -> None:
        cutter = cutter_of(None, None, "en", Vocabulary(["it", "'s", "do", "n't"]))
        assert cutter.cut("it's I don't") == ["it", "'s", "I", "do", "n't"]

    @pytest.mark.parametrize("marked", [False, True])
    def test_a_vocabulary_of_characters_gets_characters(self, marked: bool) -> None:
        characters = list("我们在北京的银行工作天地人日月山水火木金土")
        words = [*characters, *(f"##{one}" for one in characters if marked), "hello"]
        cutter = cutter_of(None, None, "zh", Vocabulary(words))
        assert cutter.cut("北京的AA制 hello") == ["北", "京", "的", "AA", "制", "hello"]
        assert "characters" in cutter.told

    def test_a_few_characters_among_words_are_no_vocabulary_of_characters(self) -> None:
        words = [*"我们在北京的银行工作天地人日月山水火木金土", "银行", "工作", "北京"]
        assert "银行" in cutter_of(None, None, "zh", Vocabulary(words)).cut(CHINESE)
