"""Vocabularies with ids: every id stands, whatever is odd about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tokenizers import AddedToken, Tokenizer, models, trainers

from core.errors import VocabularyError
from core.vocabulary import IdsSpec, read_vocabulary

from .written import found, read, words_of, write


class TestVocabTxt:
    def test_the_line_is_the_id_whatever_stands_on_it(self, tmp_path: Path) -> None:
        lines = ["[PAD]", "[UNK]", "\u2028", " ", "a b", "", "##s", "é", "\x85", "-", "5"]
        reading = read(tmp_path, "\r\n".join(lines) + "\r\n", "vocab.txt")
        ids = reading.vocabulary.ids
        assert [ids.get(line) for line in lines] == [0, 1, 2, 3, 4, None, 6, 7, 8, 9, 10]
        assert reading.vocabulary.words[5] == "<reserved:5>"
        assert {("empty word", 6), ("kept space", 4), ("space", 5)} <= found(reading)
        assert dict(reading.vocabulary.specials) == {"[PAD]": "pad", "[UNK]": "unk", "<reserved:5>": "reserved"}

    def test_of_a_word_on_several_lines_the_last_has_it_as_in_berts_own_reader(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "sea\nland\nsea\nsea\n", "vocab.txt")
        assert words_of(reading) == ["<reserved:0>", "land", "<reserved:2>", "sea"]
        assert found(reading) == {("duplicate id", 1), ("duplicate id", 3)}

    def test_a_word_that_is_named_like_a_reserved_row_is_no_trouble(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "<reserved:2>\nsea\n\nland\n", "vocab.txt")
        assert len(set(words_of(reading))) == 4 and reading.vocabulary.ids["land"] == 3

    def test_placeholders_are_reserved_rows(self, tmp_path: Path) -> None:
        reading = read(tmp_path, "[PAD]\n[unused0]\n[unused1]\n[CLS]\nsea\n")
        assert list(reading.vocabulary.specials.values()) == ["pad", "reserved", "reserved", "token"]


class TestNumbered:
    @pytest.mark.parametrize("form", ["tab", "json"])
    def test_gaps_are_reserved_rows(self, form: str, tmp_path: Path) -> None:
        ids = {"land": 0, "sea": 3, "new york": 1}
        content = json.dumps(ids) if form == "json" else "".join(f"{word}\t{row}\n" for word, row in ids.items())
        reading = read(tmp_path, content, spec=IdsSpec)
        assert words_of(reading) == ["land", "new york", "<reserved:2>", "sea"]
        assert reading.report.totals == {"gap": 1, "space": 1}
        assert reading.vocabulary.counts is None

    def test_ids_from_one_leave_row_zero_reserved(self, tmp_path: Path) -> None:
        assert words_of(read(tmp_path, "sea\t1\nland\t2\n", spec=IdsSpec)) == ["<reserved:0>", "sea", "land"]

    def test_two_ids_of_one_word_and_two_words_of_one_id(self, tmp_path: Path) -> None:
        for content in ('{"sea": 0, "land": 1, "sea": 2}', "sea\t0\nland\t1\nsea\t2\n"):
            reading = read(tmp_path, content)
            assert words_of(reading) == ["<reserved:0>", "land", "sea"]
            assert reading.report.totals == {"duplicate id": 1}
        with pytest.raises(VocabularyError, match=r"line 3: id 1 is given to 'land' and to 'lake'"):
            read(tmp_path, "sea\t0\nland\t1\nlake\t1\n", spec=IdsSpec)

    def test_a_list_of_json_keeps_the_places_of_its_nulls(self, tmp_path: Path) -> None:
        reading = read(tmp_path, '["<pad>", "a", null, 7, ""]')
        assert words_of(reading) == ["<pad>", "a", "<reserved:2>", "7", "<reserved:4>"]
        assert found(reading) == {("empty word", 3), ("not text", 4), ("empty word", 5)}

    def test_half_characters_are_words(self, tmp_path: Path) -> None:
        reading = read(tmp_path, '{"a": 0, "\\ud800": 1}')
        assert words_of(reading) == ["a", "\ud800"] and len(reading.vocabulary.digest) == 64

    def test_an_object_of_a_million_characters_in_one_line(self, tmp_path: Path) -> None:
        ids = {f"word{i}": i for i in range(100_000)}
        assert read(tmp_path, json.dumps(ids), "vocab.json").vocabulary.ids == ids

    @pytest.mark.parametrize("content", ["\n\n", "{}", "[]", '{"": 0}'])
    def test_without_a_word_it_is_no_vocabulary(self, content: str, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="no word in it"):
            read(tmp_path, content, spec=IdsSpec)


class TestTokenizers:
    TEXT = ["the sea and the land", "the lake by the sea", "a landscape of lakes"] * 4

    def trained(self, kind: str) -> Tokenizer:
        special = ["[UNK]", "[PAD]", "[MASK]"]
        if kind == "WordLevel":
            tokenizer, trainer = Tokenizer(models.WordLevel(unk_token="[UNK]")), trainers.WordLevelTrainer
        elif kind == "WordPiece":
            tokenizer, trainer = Tokenizer(models.WordPiece(unk_token="[UNK]")), trainers.WordPieceTrainer
        elif kind == "BPE":
            tokenizer, trainer = Tokenizer(models.BPE(unk_token="[UNK]")), trainers.BpeTrainer
        else:
            tokenizer, trainer = Tokenizer(models.Unigram()), trainers.UnigramTrainer
        options = {"unk_token": "[UNK]"} if kind == "Unigram" else {}
        tokenizer.train_from_iterator(
            self.TEXT, trainer(vocab_size=60, special_tokens=special, show_progress=False, **options)
        )
        return tokenizer

    @pytest.mark.parametrize("kind", ["WordLevel", "WordPiece", "BPE", "Unigram"])
    @pytest.mark.parametrize("pretty", [True, False])
    def test_a_trained_one_keeps_every_id_and_knows_its_special_tokens(self, kind, pretty, tmp_path: Path) -> None:
        tokenizer = self.trained(kind)
        tokenizer.add_tokens([AddedToken("seaside"), AddedToken("new york")])
        tokenizer.enable_padding(pad_id=1, pad_token="[PAD]")
        tokenizer.save(str(tmp_path / "any name"), pretty=pretty)
        reading = read_vocabulary(tmp_path / "any name")
        assert reading.vocabulary.ids == tokenizer.get_vocab()
        assert dict(reading.vocabulary.specials) == {"[UNK]": "unk", "[PAD]": "pad", "[MASK]": "token"}
        assert any(kind in note for note in reading.report.notes)

    def test_gaps_are_reserved_rows(self, tmp_path: Path) -> None:
        Tokenizer(models.WordLevel({"a": 0, "[UNK]": 2, "b": 5}, unk_token="[UNK]")).save(str(tmp_path / "t.json"))
        reading = read_vocabulary(tmp_path / "t.json")
        assert [word.startswith("<reserved") for word in words_of(reading)] == [0, 1, 0, 1, 1, 0]
        assert reading.report.totals == {"gap": 3}

    def test_a_padding_token_with_a_meaning_of_its_own_is_no_padding_row(self, tmp_path: Path) -> None:
        tokenizer = Tokenizer(models.WordLevel({"a": 0, "<|endoftext|>": 1}, unk_token="a"))
        tokenizer.add_special_tokens(["<|endoftext|>"])
        tokenizer.enable_padding(pad_id=1, pad_token="<|endoftext|>")
        tokenizer.save(str(tmp_path / "t.json"))
        assert read_vocabulary(tmp_path / "t.json").vocabulary.specials["<|endoftext|>"] == "token"

    @pytest.mark.parametrize("content", ['{"model": {"vocab": 3}}', '{"model": {"type": "BPE", "vocab": {}}}'])
    def test_what_only_looks_like_one_is_an_error(self, content: str, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match=r"tokenizer\.json|no word"):
            read_vocabulary(write(tmp_path, content, "tokenizer.json"))
