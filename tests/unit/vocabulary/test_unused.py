"""Words that never come out of running text: they are found, and what brings them out holds where it is used."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import VocabularyError
from core.progress import Cancelled
from core.vocabulary import CorpusSpec, Vocabulary, read_vocabulary
from core.vocabulary.keeping import Cutter, Cutting, Finder, language_of
from core.vocabulary.segmenting import Tokenization
from core.vocabulary.tokenizer_text import write_tokenizer
from core.vocabulary.unused import Unused, find_unused, mended, tokenizer_snippet, user_dictionary

from .written import write

# Words that jieba parts, with and without letters.
CHINESE = ["我想", "你会", "AB制", "3D打印", "高兴", "北京"]
HOSTILE = [
    'say "hi"',
    "it''s",
    "back\\slash",
    "end\\",
    '"""',
    "'''",
    "a\nb",
    "c\r\nd",
    "{x}",
    "%s",
    "%(L)s",
    "\ud800",
    "x\ud800y z",
    "z\u2028w",
    "a\x00b",
    "#!x",
    "\\N{BELL} \\u0041",
    "\u202egnp.exe",
    "C++",
    "👩‍👩‍👧",
    "t.e.l.",
    '")\nraise SystemExit(3)\n("',
]
RUN = """\
import json, sys
from tokenizer import tokens
print(json.dumps([tokens(text) for text in json.load(sys.stdin)]))
"""


def of(unused: Unused) -> dict[str, tuple[str, ...]]:
    """word -> what comes out in its place."""
    return dict(zip(unused.words, unused.instead, strict=True))


def run(folder: Path, snippet: str, texts: list[str], dictionary: str = "") -> list[list[str]]:
    """What the snippet makes of the texts, in a process of its own that has nothing of Lexiloom."""
    (folder / "tokenizer.py").write_bytes(snippet.encode("utf-8"))
    if dictionary:
        (folder / "user_dict.txt").write_bytes(dictionary.encode("utf-8"))
    strict = [] if "import jieba" in snippet else ["-W", "error"]
    done = subprocess.run(
        [sys.executable, *strict, "-c", RUN],
        cwd=folder,
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONPATH": ""},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class TestEnglish:
    def test_entries_that_the_tokenizer_parts_are_listed_with_their_parts(self) -> None:
        vocabulary = Vocabulary(["the", "New York", "C++", "can't", "e-mail", "Mr.", "!!!", "U.S.", "3.14"])
        unused = find_unused(vocabulary, language="en")
        assert of(unused) == {"New York": ("New", "York"), "C++": ("C",), "Mr.": ("Mr",), "!!!": ()}
        assert (unused.how, unused.tokenizer, unused.checked) == ("carriers", "english", 9)

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"contractions": "treebank"}, {"can't": ("ca", "n't"), "king's": ("king", "'s")}),
            (
                {"contractions": "split"},
                {"can't": ("can", "t"), "king's": ("king", "s"), "n't": ("n", "t"), "'s": ("s",)},
            ),
            ({}, {"'s": ("s",)}),
        ],
    )
    def test_what_is_part_of_a_contraction_comes_out_where_contractions_are_parted(self, options, expected) -> None:
        vocabulary = Vocabulary(["can't", "king's", "ca", "n't", "'s", "o'clock"])
        found = of(find_unused(vocabulary, language="en", tokenization=Tokenization(**options)))
        assert {word: parts for word, parts in found.items() if word != "o'clock"} == {
            **expected,
            **({"n't": ("n't",)} if not options else {}),
        }

    def test_without_hyphens_a_word_with_one_never_comes_out(self) -> None:
        found = find_unused(Vocabulary(["e-mail"]), language="en", tokenization=Tokenization(hyphens=False))
        assert of(found) == {"e-mail": ("e", "mail")}

    def test_a_capital_never_comes_out_of_lower_cased_text(self) -> None:
        vocabulary = Vocabulary(["Paris", "paris", "NATO", "<unk>"], specials={"<unk>": "unk"})
        unused = find_unused(vocabulary, language="en", lower=True)
        assert of(unused) == {"Paris": ("paris",), "NATO": ("nato",)}
        assert of(find_unused(vocabulary, language="en")) == {}

    def test_a_phrase_is_tried_as_running_text_spells_it(self) -> None:
        vocabulary = Vocabulary(["New_York", "_private", "a__b"])
        assert of(find_unused(vocabulary, language="en")) == {"New_York": ("New", "York")}
        assert len(find_unused(vocabulary, language="en", phrases=False)) == 0


class TestResults:
    def test_special_tokens_are_never_listed_nor_tried(self) -> None:
        vocabulary = Vocabulary(["<pad>", "<unk>", "a b"], specials={"<pad>": "pad", "<unk>": "unk"})
        unused = find_unused(vocabulary, language="en")
        assert unused.words == ("a b",) and unused.checked == 1 and unused.rows.tolist() == [2]

    def test_the_most_frequent_comes_first(self) -> None:
        vocabulary = Vocabulary(["a b", "c", "d e", "f g"], [1, 9, 5, 5])
        unused = find_unused(vocabulary, language="en")
        assert unused.rows.tolist() == [2, 3, 0] and unused.rows.dtype == np.int64
        assert unused.counts is not None and unused.counts.tolist() == [5, 5, 1]
        assert unused.share == 0.75

    def test_table_csv_and_json_tell_the_same(self) -> None:
        vocabulary = Vocabulary(["New York", "=a b", "\ud800 x"], [3, 2, 1])
        unused = find_unused(vocabulary, language="en")
        table = unused.table().to_pydict()
        assert table["word"] == ["New York", "=a b", "? x"] and table["count"] == [3, 2, 1]
        assert table["instead"] == [["New", "York"], ["a", "b"], ["x"]]
        lines = unused.csv().decode("utf-8-sig").splitlines()
        assert lines[:3] == ["row,word,count,instead", "0,New York,3,New York", "1,'=a b,2,a b"]
        told = json.loads(json.dumps(unused.as_dict(1)))
        assert told["unused"] == 3 and told["tokens"] == 6
        assert told["words"] == [{"row": 0, "word": "New York", "count": 3, "instead": ["New", "York"]}]

    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("words", [[], ["<pad>"], ["word"]])
    def test_nothing_to_tell_is_told(self, language: str, words: list[str]) -> None:
        vocabulary = Vocabulary(words, specials={"<pad>": "pad"} if words == ["<pad>"] else {})
        unused = find_unused(vocabulary, language=language)
        assert len(unused) == 0 and unused.share == 0 and unused.checked == (words == ["word"])
        assert unused.table().num_rows == 0 and unused.csv().decode("utf-8-sig") == "row,word,count,instead\r\n"
        assert unused.table().schema == find_unused(Vocabulary(["a b"]), language="en").table().schema
        assert unused.as_dict()["words"] == []
        assert user_dictionary(vocabulary, unused) == "" and len(mended(vocabulary, unused)) == 0
        compile(tokenizer_snippet(vocabulary, unused, language), "tokenizer.py", "exec")

    def test_a_vocabulary_of_one_word_is_mended(self) -> None:
        vocabulary = Vocabulary(["C++"])
        unused = find_unused(vocabulary, language="en")
        assert unused.words == ("C++",) and len(mended(vocabulary, unused)) == 0

    def test_progress_is_told_and_can_stop_the_work(self) -> None:
        vocabulary, told = Vocabulary([f"a {i}" for i in range(2500)]), []

        def watch(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            told.append((done, total, unit))
            if done >= 2000:
                raise Cancelled

        with pytest.raises(Cancelled):
            find_unused(vocabulary, language="en", progress=watch)
        assert told == [(0, 2500, "words"), (1000, 2500, "words"), (2000, 2500, "words")]


class TestChinese:
    def test_words_that_jieba_parts_are_listed(self) -> None:
        unused = find_unused(Vocabulary([*CHINESE, "NBA", "New York"]), language="zh")
        assert of(unused) == {
            "我想": ("我", "想"),
            "你会": ("你", "会"),
            "AB制": ("AB", "制"),
            "3D打印": ("3D", "打印"),
            "New York": ("New", "York"),
        }
        assert unused.tokenizer == "jieba"

    def test_a_carrier_s_own_words_are_not_the_word_s(self) -> None:
        # "这个" and "时候" stand in carriers: the word has to come out at its own place.
        assert "个很" in of(find_unused(Vocabulary(["个很", "时候"]), language="zh"))

    def test_the_dictionary_loads_in_a_fresh_jieba_and_the_words_come_out(self, tmp_path: Path) -> None:
        import jieba

        vocabulary = Vocabulary(CHINESE)
        unused = find_unused(vocabulary, language="zh")
        path = write(tmp_path, user_dictionary(vocabulary, unused), "user_dict.txt")
        fresh: Any = jieba.Tokenizer()
        fresh.tmp_dir = str(tmp_path)
        jieba.setLogLevel(60)
        with path.open("rb") as file:
            fresh.load_userdict(file)
        assert all(fresh.lcut(word) == [word] for word in unused.words)
        assert len(mended(vocabulary, unused)) == 0
        assert len(find_unused(vocabulary, language="zh", user_dictionary=path)) == 0

    def test_a_word_that_the_dictionary_would_break_is_in_it_as_well(self) -> None:
        vocabulary = Vocabulary(["我想", "我想问", "我想会", "你会", "你会害"])
        unused = find_unused(vocabulary, language="zh")
        assert set(unused.words) < set(vocabulary.words) and len(mended(vocabulary, unused)) == 0

    def test_the_user_s_own_dictionary_stays_in_it(self, tmp_path: Path) -> None:
        own = write(tmp_path, "云计算大会 50 n\n小米手机壳\n", "own.txt")
        vocabulary = Vocabulary(["我想", "云计算大会"])
        unused = find_unused(vocabulary, language="zh", user_dictionary=own)
        assert unused.words == ("我想",)
        lines = user_dictionary(vocabulary, unused).splitlines()
        assert "云计算大会 50" in lines and {line.split()[0] for line in lines} == {"云计算大会", "小米手机壳", "我想"}

    def test_what_jieba_cannot_have_is_left_to_the_tokenizer(self) -> None:
        vocabulary = Vocabulary(["一、二", "\U0002a88c哰", "C++", "长" * 300 + "a"])
        unused = find_unused(vocabulary, language="zh")
        assert set(unused.words) >= {"一、二", "\U0002a88c哰", "C++"}
        assert user_dictionary(vocabulary, unused) == "" and len(mended(vocabulary, unused)) == 0

    def test_lower_cased_words_with_letters_may_be_capital_in_the_text(self) -> None:
        assert len(find_unused(Vocabulary(["aa制", "t恤"]), language="zh", lower=True)) == 0
        assert of(find_unused(Vocabulary(["T恤"]), language="zh", lower=True)) == {"T恤": ("t恤",)}

    def test_making_the_dictionary_can_be_stopped(self) -> None:
        vocabulary = Vocabulary(CHINESE)
        unused = find_unused(vocabulary, language="zh")

        def stop(*_told: Any, **_more: Any) -> None:
            raise Cancelled

        for work in (user_dictionary, mended):
            with pytest.raises(Cancelled):
                work(vocabulary, unused, progress=stop)

    def test_jieba_itself_is_as_it_was(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import jieba
        import jieba.finalseg

        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        before = dict(jieba.dt.FREQ), jieba.dt.total, jieba.dt.cache_file, set(jieba.finalseg.Force_Split_Words)
        vocabulary = Vocabulary(CHINESE)
        unused = find_unused(vocabulary, language="zh")
        mended(vocabulary, unused)
        assert before == (jieba.dt.FREQ, jieba.dt.total, jieba.dt.cache_file, jieba.finalseg.Force_Split_Words)
        assert not list(tmp_path.iterdir())
        assert of(find_unused(vocabulary, language="zh")) == of(unused)  # nor is the dictionary that all share


class TestCorpus:
    def corpus(self, folder: Path, text: str, **options: Any) -> CorpusSpec:
        return CorpusSpec(path=str(write(folder, text, "text.txt")), specials=(), **options)

    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("en", "It's a well-known fact, isn't it? C++ at http://a.b/c?d=1. U.S. snake_case 3.14"),
            ("zh", "我来到北京清华大学。3D打印和卡拉OK，时候很好。"),
            ("auto", "我在New York学C++，it's 高兴。"),
        ],
    )
    def test_words_read_from_a_corpus_come_out_of_it(self, language: str, text: str, tmp_path: Path) -> None:
        corpus = self.corpus(tmp_path, text, language=language)
        vocabulary = read_vocabulary(corpus).vocabulary
        unused = find_unused(vocabulary, language=language, corpus=corpus)
        assert len(unused) == 0 and unused.checked == len(vocabulary) and unused.how == "corpus"

    @settings(max_examples=30)
    @given(st.text("ab'-. 1,\n我们时候的北京", max_size=40).filter(str.strip))
    def test_so_do_words_of_any_text(self, tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
        corpus = self.corpus(tmp_path_factory.mktemp("text"), f"{text} a")
        assert len(find_unused(read_vocabulary(corpus).vocabulary, language="auto", corpus=corpus)) == 0

    def test_words_whose_characters_occur_are_listed_and_others_are_not_tried(self, tmp_path: Path) -> None:
        corpus = self.corpus(tmp_path, "We saw New York. New York, a carpet can't.\nMr. Smith", language="en")
        vocabulary = Vocabulary(["saw", "New York", "car", "can", "Mr.", "Los Angeles", "smith"])
        unused = find_unused(vocabulary, language="en", corpus=corpus)
        assert of(unused) == {"New York": ("New", "York"), "Mr.": ("Mr",)}
        assert unused.occurs is not None and unused.occurs.tolist() == [2, 1] and unused.checked == 3
        assert unused.table().to_pydict()["occurs"] == [2, 1] and unused.as_dict()["words"][0]["occurs"] == 2

    def test_chinese_words_have_no_borders_but_those_of_the_tokens(self, tmp_path: Path) -> None:
        corpus = self.corpus(tmp_path, "中国人民很高兴。\n我想你，我想他。", language="zh")
        unused = find_unused(Vocabulary(["国人", "高兴", "我想", "北京"]), language="zh", corpus=corpus)
        assert of(unused) == {"我想": ("我", "想"), "国人": ("中国", "人民")}
        vocabulary = Vocabulary(["国人", "高兴", "我想", "北京"])
        left = mended(vocabulary, unused)
        assert left.words == ("国人",) and "国人" not in user_dictionary(vocabulary, unused)

    def test_lower_cased_words_are_looked_for_in_lower_cased_text(self, tmp_path: Path) -> None:
        corpus = self.corpus(tmp_path, "İ NEW YORK and Paris", language="en")
        vocabulary = Vocabulary(["new york", "Paris", "and"])
        unused = find_unused(vocabulary, language="en", lower=True, corpus=corpus)
        assert of(unused) == {"new york": ("new", "york"), "Paris": ("paris",)}
        assert len(mended(vocabulary, unused)) == 0

    def test_a_phrase_is_found_where_it_has_a_space(self, tmp_path: Path) -> None:
        corpus = self.corpus(tmp_path, "New York New York los_angeles", language="en")
        unused = find_unused(Vocabulary(["New_York", "los_angeles"]), language="en", corpus=corpus)
        assert of(unused) == {"New_York": ("New", "York")}

    def test_the_corpus_says_how_it_is_cut(self, tmp_path: Path) -> None:
        own = write(tmp_path, "我想\n", "own.txt")
        corpus = self.corpus(
            tmp_path, "我想 don't", user_dictionary=str(own), tokenization={"contractions": "treebank"}
        )
        unused = find_unused(Vocabulary(["我想", "don't"]), language="auto", corpus=corpus)
        assert of(unused) == {"don't": ("do", "n't")}

    def test_a_folder_of_packed_texts_is_read(self, tmp_path: Path) -> None:
        folder = tmp_path / "texts"
        folder.mkdir()
        (folder / "a.txt").write_text("New York", "utf-8")
        (folder / "b.gz").write_bytes(gzip.compress(b"C++ code"))
        corpus = CorpusSpec(path=str(folder), language="en")
        assert set(find_unused(Vocabulary(["New York", "C++"]), language="en", corpus=corpus).words) == {
            "New York",
            "C++",
        }

    def test_a_phrase_is_found_wherever_the_text_is_read_in_pieces(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.vocabulary.lines.CHUNK", 7)
        corpus = self.corpus(tmp_path, "in New York\nor New York a New York", language="en")
        vocabulary = Vocabulary(["New York", "or", "a"])
        unused = find_unused(vocabulary, language="en", corpus=corpus)
        assert of(unused) == {"New York": ("New", "York")} and unused.occurs is not None
        assert unused.occurs.tolist() == [3] and len(mended(vocabulary, unused)) == 0

    def test_progress_covers_both_readings(self, tmp_path: Path) -> None:
        told: list[tuple[int, int | None]] = []
        corpus = self.corpus(tmp_path, "New York", language="en")

        def watch(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            told.append((done, total))

        find_unused(Vocabulary(["New York"]), language="en", corpus=corpus, progress=watch)
        assert told == sorted(told) and told[-1] == (16, 16)


class TestErrors:
    def test_a_language_without_tokenizer_is_refused(self) -> None:
        with pytest.raises(VocabularyError, match="no tokenizer for the language 'de'"):
            find_unused(Vocabulary(["a"]), language="de")

    @pytest.mark.parametrize(
        ("language", "expected"),
        [("en", "en"), ("zh", "auto"), ("en+zh", "auto"), ("zh_CN", "auto"), ("en-US", "en"), ("", "auto")],
    )
    def test_languages_are_understood_as_reports_name_them(self, language: str, expected: str) -> None:
        assert language_of(language) == expected

    def test_a_dictionary_or_text_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(VocabularyError, match="no such file"):
            find_unused(Vocabulary(["我想"]), language="zh", user_dictionary=tmp_path / "absent.txt")
        with pytest.raises(VocabularyError, match="no such file"):
            find_unused(Vocabulary(["a"]), language="en", corpus=CorpusSpec(path=str(tmp_path / "absent.txt")))


class TestSnippet:
    def test_english_words_are_kept_whole_where_they_stand(self, tmp_path: Path) -> None:
        vocabulary = Vocabulary(["New York", "New York City", "C++", "Mr.", "Los_Angeles", "use"])
        snippet = tokenizer_snippet(vocabulary, find_unused(vocabulary, language="en"), "en")
        texts = ["I use C++ in New York City, New York.", "Mr. New Yorker saw Los Angeles's New York-based C++x"]
        assert run(tmp_path, snippet, texts) == [
            ["I", "use", "C++", "in", "New York City", "New York"],
            ["Mr.", "New", "Yorker", "saw", "Los", "Angeles's", "New", "York-based", "C++", "x"],
        ]

    def test_lower_cased_text_gives_the_word_as_the_vocabulary_has_it(self, tmp_path: Path) -> None:
        vocabulary = Vocabulary(["New York", "NATO", "Us", "us", "the"])
        unused = find_unused(vocabulary, language="en", lower=True)
        assert set(unused.words) == {"New York", "NATO", "Us"}
        snippet = tokenizer_snippet(vocabulary, unused, "en")
        assert run(tmp_path, snippet, ["The NATO in NEW YORK, Us"]) == [["the", "NATO", "in", "New York", "us"]]
        assert mended(vocabulary, unused).words == ("Us",)  # what the text has goes to "us"

    def test_hostile_words_come_out_and_break_out_of_nothing(self, tmp_path: Path) -> None:
        vocabulary = Vocabulary([*HOSTILE, "x" * 10_000 + " y", " lead", "\t"])
        unused = find_unused(vocabulary, language="en")
        snippet = tokenizer_snippet(vocabulary, unused, "en")
        left = mended(vocabulary, unused)
        assert set(left.words) == {" lead", "\t"}  # white space around a word would take the word's place
        whole = [word for word in unused.words if word not in left.words]
        assert len(whole) > 15
        assert run(tmp_path, snippet, whole) == [[word] for word in whole]

    def test_hostile_words_in_chinese_too(self, tmp_path: Path) -> None:
        vocabulary = Vocabulary([*HOSTILE, *CHINESE, "我想\n你", "词'\\", "长" * 10_000, "字 1 n", "㐖毒"])
        unused = find_unused(vocabulary, language="zh")
        dictionary = user_dictionary(vocabulary, unused)
        snippet = tokenizer_snippet(vocabulary, unused, "zh", dictionary=dictionary)
        assert len(mended(vocabulary, unused, dictionary=dictionary)) == 0
        assert run(tmp_path, snippet, list(unused.words), dictionary) == [[word] for word in unused.words]
        assert {line.split(" ")[0] for line in dictionary.splitlines()} >= {"我想", "AB制"}
        assert all(len(line.split(" ")) == 2 for line in dictionary.splitlines())

    def test_a_chinese_one_without_dictionary_needs_no_file(self, tmp_path: Path) -> None:
        vocabulary = Vocabulary(["C++", "北京"])
        snippet = tokenizer_snippet(vocabulary, find_unused(vocabulary, language="zh"))
        assert "user_dict" not in snippet
        assert run(tmp_path, snippet, ["我在北京写C++代码"]) == [["我", "在", "北京", "写", "C++", "代码"]]

    @pytest.mark.parametrize("contractions", ["whole", "treebank", "split"])
    @pytest.mark.parametrize("lower", [False, True])
    @pytest.mark.parametrize("plain", [True, False])
    @settings(max_examples=60)
    @given(text=st.text(st.one_of(st.sampled_from("ab.C+'’- ,1@_/:İ中\u0301\x1cnt\"<"), st.characters()), max_size=30))
    def test_it_cuts_any_text_as_the_vocabulary_stage_does(
        self, contractions: Any, lower: bool, plain: bool, text: str
    ) -> None:
        options = Tokenization(contractions=contractions, hyphens=plain, numbers=plain, punctuation=not plain)
        cutting = Cutting("en", lower=lower, tokenization=options)
        kept = {"c++" if lower else "C++": "C++", "a b": "a b", "'": "'", "b.": "b."}
        theirs = _tokens(write_tokenizer(cutting, kept, with_dictionary=False))(text)
        assert theirs == [word for word, _first, _last in Cutter(cutting, kept=kept).spans(text)]

    @pytest.mark.parametrize("lower", [False, True])
    def test_so_does_the_chinese_one(self, lower: bool, tmp_path: Path) -> None:
        cutting = Cutting("auto", lower=lower)
        kept = {"一、二": "一、二"}
        texts = [
            "他说一、二，T恤和AA制 don't，々〇㐖3D",
            "我来到北京清华大学 http://a.b/中?x",
            "、一、二三",
            "\u2e80𠀀a中1",
        ]
        theirs = run(tmp_path, write_tokenizer(cutting, kept, with_dictionary=False), texts)
        cutter = Cutter(cutting, kept=kept)
        assert theirs == [[word for word, _first, _last in cutter.spans(text)] for text in texts]


_made: dict[str, Any] = {}


def _tokens(snippet: str) -> Any:
    """`tokens` of a snippet, which is run once."""
    if snippet not in _made:
        space: dict[str, Any] = {"__name__": "tokenizer"}
        exec(compile(snippet, "tokenizer.py", "exec"), space)
        _made[snippet] = space["tokens"]
    return _made[snippet]


class TestFinder:
    @given(st.sets(st.text("ab\0", min_size=1, max_size=4)), st.text("ab\0", max_size=12))
    def test_all_places_are_found_from_left_to_right_the_longest_first(self, texts: set[str], text: str) -> None:
        expected = [
            (at, text[at : at + n]) for at in range(len(text)) for n in (4, 3, 2, 1) if text[at : at + n] in texts
        ]
        assert list(Finder(texts).places(text)) == list(dict.fromkeys(expected))


@pytest.mark.realdata
def test_every_word_of_a_dictionary_comes_out_once_mended(data_folder: Path) -> None:
    with gzip.open(data_folder / "lists" / "cedict_1_0_ts_utf-8_mdbg.txt.gz", "rt", encoding="utf-8") as file:
        words = list(dict.fromkeys(line.split(" ")[1] for line in file if line[0] != "#"))[::12]
    vocabulary = Vocabulary(words)
    unused = find_unused(vocabulary, language="zh")
    assert 0.1 < unused.share < 0.3
    assert len(mended(vocabulary, unused)) == 0
