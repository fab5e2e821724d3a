"""Every kind of vocabulary keeps the same promises. One more kind is one more line in the table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import VocabularyError
from core.vocabulary import READERS, Reading, VocabularySpec, read_vocabulary
from core.vocabulary.specials import role_of
from core.vocabulary.vocabulary import SPECIAL_ROLES

WORDS = ["sea", "银行", "new york", "don't", "\u2028x", "land", "lake", "NA", "-", "12", "Straße", "é"]
COUNTS = list(range(len(WORDS), 0, -1))
Maker = Callable[[Path], dict[str, Any]]


def written(folder: Path, name: str, content: str) -> dict[str, Any]:
    (folder / name).write_bytes(content.encode("utf-8"))
    return {"path": str(folder / name)}


def a_tokenizer(folder: Path) -> dict[str, Any]:
    from tokenizers import Tokenizer, models

    ids = {word: row for row, word in enumerate(["[UNK]", *WORDS])}
    Tokenizer(models.WordLevel(ids, unk_token="[UNK]")).save(str(folder / "tokenizer.json"))
    return {"path": str(folder / "tokenizer.json")}


def counted(folder: Path, name: str, form: str) -> dict[str, Any]:
    return written(folder, name, "".join(form.format(w=w, n=n) for w, n in zip(WORDS, COUNTS, strict=True)))


def several(folder: Path) -> dict[str, Any]:
    """The first half of the words in a list, the other in a table."""
    written(folder, "a.txt", "\n".join(WORDS[:7]))
    table = "".join(f"{w}\t{n}\n" for w, n in zip(WORDS[5:], COUNTS[5:], strict=True))
    written(folder, "b.tsv", table)
    parts = [
        {"kind": "words", "path": str(folder / "a.txt")},
        {"kind": "table", "path": str(folder / "b.tsv"), "header": "no", "count_column": "2"},
    ]
    return {"parts": parts}


# name -> its kind, what makes its options, whether it knows counts.
KINDS: dict[str, tuple[str, Maker, bool]] = {
    "list": ("words", lambda f: written(f, "w.txt", "\n".join(WORDS)), False),
    "list with counts": ("words", lambda f: counted(f, "w.txt", "{w}\t{n}\r\n"), True),
    "csv": ("table", lambda f: counted(f, "w.csv", "{w},{n}\n") | {"header": "no", "count_column": "2"}, True),
    "corpus": ("corpus", lambda f: written(f, "c.txt", "the sea and the land, 银行和电脑\n" * 9), True),
    "tokenizer": ("tokenizer", a_tokenizer, False),
    "vocab.txt": ("ids", lambda f: written(f, "vocab.txt", "\n".join(["[PAD]", *WORDS])), False),
    "ids": ("ids", lambda f: written(f, "i.json", json.dumps({w: 2 * i for i, w in enumerate(WORDS)})), False),
    "counts": ("counts", lambda f: counted(f, "fvocab", "{w} {n}\n"), True),
    "several": ("several", several, True),
    "given": ("given", lambda _f: {"words": WORDS, "counts": COUNTS}, True),
}
each_kind = pytest.mark.parametrize("name", KINDS)


def spec_class(kind: str) -> Any:
    union = get_args(VocabularySpec)[0]
    return next(one for one in get_args(union) if one.model_fields["kind"].default == kind)


def read(name: str, folder: Path) -> Reading:
    kind, make, _counted = KINDS[name]
    return read_vocabulary(spec_class(kind).model_validate(make(folder)))


def test_every_kind_is_in_the_table() -> None:
    kinds = {one.model_fields["kind"].default for one in get_args(get_args(VocabularySpec)[0])}
    assert kinds == set(READERS) == {kind for kind, _make, _counted in KINDS.values()}


@each_kind
def test_the_same_file_gives_the_same_vocabulary_and_report(name: str, tmp_path: Path) -> None:
    first, again = read(name, tmp_path), read(name, tmp_path)
    assert first.vocabulary.digest == again.vocabulary.digest
    assert first.report == again.report and len(first.report.digest) == 64


@each_kind
def test_the_report_shows_the_first_and_last_five_rows(name: str, tmp_path: Path) -> None:
    vocabulary, report = (reading := read(name, tmp_path)).vocabulary, reading.report
    n = report.words
    rows = [*report.head, *report.tail]
    assert [row for row, _word, _count in rows] == [*range(min(5, n)), *range(max(5, n - 5), n)]
    for row, word, count in rows:
        assert vocabulary.words[row] == word and vocabulary.ids[word] == row
        assert count == (None if vocabulary.counts is None else int(vocabulary.counts[row]))


@each_kind
def test_words_are_distinct_and_counts_none_or_complete(name: str, tmp_path: Path) -> None:
    vocabulary = read(name, tmp_path).vocabulary
    assert len(set(vocabulary.words)) == len(vocabulary) and all(vocabulary.words)
    assert (vocabulary.counts is not None) == KINDS[name][2]
    if vocabulary.counts is not None:
        assert vocabulary.counts.shape == (len(vocabulary),) and vocabulary.counts.dtype == np.int64
        assert (vocabulary.counts >= 0).all() and not vocabulary.counts.flags.writeable
        assert vocabulary.tokens == int(vocabulary.counts.sum())


@each_kind
def test_only_plain_lists_get_tokens_in_front(name: str, tmp_path: Path) -> None:
    vocabulary = read(name, tmp_path).vocabulary
    in_front = vocabulary.words[:2] == ("<pad>", "<unk>")
    assert in_front == (KINDS[name][0] not in ("ids", "tokenizer"))
    assert set(vocabulary.specials) <= set(vocabulary.words)
    assert set(vocabulary.specials.values()) <= set(SPECIAL_ROLES)


@each_kind
def test_the_report_is_plain_json(name: str, tmp_path: Path) -> None:
    report = read(name, tmp_path).report
    told = json.loads(json.dumps(report.as_dict()))
    assert told["words"] == report.words and told["kind"] == KINDS[name][0]
    assert all(problem.title and problem.action for problem in report.problems)


@each_kind
def test_a_file_that_is_not_there_is_a_vocabulary_error(name: str, tmp_path: Path) -> None:
    kind, make, _counted = KINDS[name]
    if kind != "given":
        gone = {"path": str(tmp_path / "none")}
        options = {"parts": [{"kind": "words", **gone}]} if kind == "several" else {**make(tmp_path), **gone}
        with pytest.raises(VocabularyError, match="no such file") as caught:
            read_vocabulary(spec_class(kind).model_validate(options))
        assert caught.value.where and caught.value.fix


# What a reader takes for a word as it stands: no white space at its ends, no line end, no name of a special token.
plain_words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12).filter(
    lambda word: word == word.strip() and not role_of(word) and word[0] not in "[{\ufeff"
)
lists = st.lists(plain_words, unique=True, min_size=1, max_size=30)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])


@given(words=lists, encoding=encodings, end=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_any_words_one_a_line_are_read_back_in_their_order(words, encoding, end, last, tmp_path_factory) -> None:
    path = tmp_path_factory.getbasetemp() / "words.txt"
    # A word without a digit at its end, so that none of these lists seems to have counts.
    path.write_bytes((end.join([*words, "the end"]) + (end if last else "")).encode(encoding))
    reading = read_vocabulary(spec_class("words")(path=str(path), specials=()))
    assert list(reading.vocabulary.words) == list(dict.fromkeys([*words, "the end"]))
    assert set(reading.report.totals) <= {"space", "invisible character", "duplicate"}


@given(words=lists, encoding=encodings, data=st.data())
def test_words_with_counts_are_read_back_with_them(words, encoding, data, tmp_path_factory) -> None:
    counts = data.draw(st.lists(st.integers(0, 10**15), min_size=len(words), max_size=len(words)))
    path = tmp_path_factory.getbasetemp() / "counts.txt"
    path.write_bytes("".join(f"{w}\t{n}\n" for w, n in zip(words, counts, strict=True)).encode(encoding))
    vocabulary = read_vocabulary(spec_class("words")(path=str(path), specials=())).vocabulary
    assert dict(zip(vocabulary.words, vocabulary.counts.tolist(), strict=True)) == dict(zip(words, counts, strict=True))


@given(words=st.lists(st.text(min_size=1, max_size=12), unique=True, min_size=1, max_size=20), data=st.data())
def test_ids_with_gaps_are_all_kept(words: list[str], data: st.DataObject, tmp_path_factory) -> None:
    ids = data.draw(st.lists(st.integers(0, 200), unique=True, min_size=len(words), max_size=len(words)))
    if not any(word.strip() for word in words):
        return
    table = dict(zip(words, ids, strict=True))
    path = tmp_path_factory.getbasetemp() / "ids.json"
    path.write_text(json.dumps(table), encoding="utf-8")
    reading = read_vocabulary(spec_class("ids")(path=str(path)))
    vocabulary = reading.vocabulary
    assert {word: vocabulary.ids[word] for word in words} == table
    assert len(vocabulary) == max(ids) + 1
    gaps = [word for row, word in enumerate(vocabulary.words) if row not in ids]
    assert all(vocabulary.specials[word] == "reserved" for word in gaps)
    assert reading.report.totals.get("gap", 0) == len(gaps)
