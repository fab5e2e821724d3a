"""The kind of a vocabulary, told from its content."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import VocabularyError
from core.vocabulary import read_vocabulary, sniff_vocabulary

from .written import write

SENTENCES = "It was a bright cold day in April.\nThe clocks were striking thirteen, and more.\n"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", "sea\nland\n", "words"),
        ("a.txt", "sea", "words"),
        ("a.txt", "new york\nsan francisco bay\nsea\n", "words"),
        ("a.txt", "Yes!\nNo.\nwhat?\n", "words"),
        ("a.txt", "北京\n银行\n中华人民共和国\n", "words"),
        ("a.txt", "sea 5\nland 3\n", "words"),
        ("a.txt", "1984\n2001\n", "words"),
        ("a.txt", SENTENCES, "corpus"),
        ("a.txt", SENTENCES.replace("\n", "\r"), "corpus"),
        ("a.txt", SENTENCES + "\n\n\n" * 20, "corpus"),
        ("vocab.txt", SENTENCES, "corpus"),
        ("a.txt", "我们在北京的银行工作了很多年。\n他们都说这里的天气很好。\n", "corpus"),
        ("a.txt", "one sentence of running text without a full stop at its end " * 3, "corpus"),
        ("vocab.txt", "sea\nland\n", "ids"),
        ("bert-base-vocab.txt", "sea\nland\n", "ids"),
        ("a.txt", "[PAD]\n[UNK]\nsea\n", "ids"),
        ("a.txt", "<unk>\nsea\n", "ids"),
        ("a.txt", "sea 9 word\nland 4 word\n", "counts"),
        ("a.txt", "12\nsea 9 word\n</s> 4 word\n", "counts"),
        ("dict.txt", "银行 9 n\n北京 4 ns\n", "counts"),
        ("a.csv", "sea\n", "table"),
        ("A.TSV", "sea\t1\n", "table"),
        ("a.txt", '{"word": "sea"}\n{"word": "land"}\n', "table"),
        ("a.ndjson", '{"word": "sea"}\n', "table"),
        ("a.json", '["sea", "land"]', "words"),
        ("a.json", '\n [\n "<pad>",\n "sea"]', "ids"),
        ("a", b"PAR1....", "table"),
    ],
)
def test_the_kind_is_told_from_the_content(name: str, content: str | bytes, kind: str, tmp_path: Path) -> None:
    assert sniff_vocabulary(write(tmp_path, content, name)).kind == kind
    if not name.lower().endswith(("csv", "tsv", "ndjson")) and kind != "table":
        packed = content if isinstance(content, bytes) else content.encode("utf-16")
        assert sniff_vocabulary(write(tmp_path, gzip.compress(packed), name)).kind == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 1, 2], "ids"),
        ([2, 0, 1], "ids"),
        ([1, 2, 3], "ids"),
        ([0, 5, 9], "ids"),
        ([1, 2, 4], "ids"),
        ([3, 2, 1], "words"),
        ([900, 20, 20], "words"),
        ([0, 0, 0], "words"),
        ([1, 1], "words"),
        ([5, 6, 7], "words"),
        ([1, 50, 900], "words"),
        ([0], "ids"),
        ([1], "words"),
    ],
)
def test_numbers_beside_words_are_ids_or_counts(values: list[int], kind: str, tmp_path: Path) -> None:
    words = [f"w{i}" for i in range(len(values))]
    tabs = "".join(f"{word}\t{n}\n" for word, n in zip(words, values, strict=True))
    assert sniff_vocabulary(write(tmp_path, tabs)).kind == kind
    table = json.dumps(dict(zip(words, values, strict=True)))
    assert sniff_vocabulary(write(tmp_path, table)).kind == {"words": "counts"}.get(kind, kind)


def test_special_tokens_beside_numbers_do_not_make_them_ids(tmp_path: Path) -> None:
    assert sniff_vocabulary(write(tmp_path, "the\t900\n<unk>\t800\nof\t20\n")).kind == "words"


def test_an_object_sorted_by_word_still_has_ids(tmp_path: Path) -> None:
    ids = {f"w{i * 7 % 50}": i * 7 % 50 for i in range(50)}
    assert sniff_vocabulary(write(tmp_path, json.dumps(ids))).kind == "ids"


def test_a_folder_is_a_corpus(tmp_path: Path) -> None:
    assert sniff_vocabulary(tmp_path).kind == "corpus"


@pytest.mark.parametrize("content", ['{"a": 1.5}', '{"a": "b"}', '{"a": true}', "{}", '{"a": null}', '{"a": {}}'])
def test_an_object_without_whole_numbers_is_no_vocabulary(content: str, tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="not all whole numbers"):
        sniff_vocabulary(write(tmp_path, content))


def test_numbers_are_looked_at_to_the_end(tmp_path: Path) -> None:
    content = "".join(f"w{i}\t{i}\n" for i in range(3000))
    assert sniff_vocabulary(write(tmp_path, content)).kind == "ids"
    assert sniff_vocabulary(write(tmp_path, content + "x\t7\n")).kind == "words"


def test_a_path_that_leads_nowhere_says_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", "a\0b", "x" * 5000):
        with pytest.raises(VocabularyError) as caught:
            sniff_vocabulary(path)
        assert caught.value.fix


PARTS = [
    *(b"sea", b"\n", b"\r\n", b"\r", b"\t", b" ", b",", b'"', b"{", b"}", b"[", b"]", b":", b"1", b"9" * 20, b"\x00"),
    *(b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1f\x8b", b"PAR1", b"null", b'{"word": "a"}', b"<pad>", b"5 word"),
    *(
        "银行".encode(),
        "银行".encode("gb18030"),
        "銀行".encode("big5"),
        "sea\n".encode("utf-16"),
        b'"\\ud800"',
        b"\xed\xa0\x80",
    ),
]


@given(
    name=st.sampled_from(["a.txt", "a.csv", "a.tsv", "a.jsonl", "vocab.txt", "a.gz"]),
    content=st.lists(st.sampled_from(PARTS) | st.binary(max_size=3), max_size=25).map(b"".join),
)
@example(name="a.csv", content=b"\rsea")
@example(name="a.txt", content=b"\n\xff\xfe")
def test_any_bytes_are_a_vocabulary_or_an_error_that_helps(name: str, content: bytes, tmp_path: Path) -> None:
    try:
        reading = read_vocabulary(write(tmp_path, content, name))
    except VocabularyError as error:
        assert error.where and error.fix
    else:
        assert len(reading.vocabulary.digest) == 64
        json.dumps(reading.report.as_dict())


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("vocab.json", '{"a": 0,\n"b": 1', 2),
        ("words.json", '["a", "b"', 1),
        ("words.json", '["a" "b"]', 1),
        ("deep.json", "[" * 200_000, None),
    ],
)
def test_json_that_is_cut_off_is_no_list_of_words(name: str, text: str, line: int | None, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(VocabularyError, match="not valid JSON") as told:
        sniff_vocabulary(tmp_path / name)
    assert line is None or told.value.where.endswith(f"line {line}")


def test_json_lines_and_a_list_in_brackets_are_read_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "lines.json").write_text('{"word": "a"}\n{"word": "b"}\n')
    assert sniff_vocabulary(tmp_path / "lines.json").kind == "table"
    (tmp_path / "tokens.txt").write_text("[PAD]\n[UNK]\na\n")
    assert sniff_vocabulary(tmp_path / "tokens.txt").kind == "ids"
