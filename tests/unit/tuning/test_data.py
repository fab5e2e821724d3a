"""Files of texts become bags of a matrix's rows, parted; what can't be tuned on is told with what to do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import Cancelled, InputError
from core.matrix import EmbeddingMatrix
from core.rows import Origin, Rows
from core.tuning import packing
from core.tuning.bags import Bags
from core.tuning.cutting import Cutter, cutter_of
from core.tuning.data import (
    Data,
    DataSpec,
    language_in,
    read_data,
    read_pairs,
    read_texts,
    texts_of,
    tokens_of,
)
from core.vocabulary import Vocabulary

SPACES = Cutter(str.split, "at spaces")
WORDS = ("<pad>", "the", "sea", "land", "Paris", "good", "bad", "海")


def matrix_of(words: Sequence[str] = WORDS, composed: Sequence[str] = ()) -> EmbeddingMatrix:
    specials = {"<pad>": "pad"} if "<pad>" in words else {}
    origin = [
        Origin.SPECIAL if word in specials else Origin.COMPOSED if word in composed else Origin.EXACT for word in words
    ]
    rows = Rows.missing(len(words)).replace_columns(origin=np.array(origin, np.uint8))
    return EmbeddingMatrix(Vocabulary(words, specials=specials), np.zeros((len(words), 2), np.float32), rows)


MATRIX = matrix_of(composed=["bad"])


def spec_of(tmp_path: Path, content: str, name: str = "a.csv", **options: Any) -> DataSpec:
    (tmp_path / name).write_text(content, "utf-8")
    return DataSpec(path=name, **options)


def table(texts: Sequence[str], labels: Sequence[str]) -> str:
    lines = [json.dumps({"label": label, "text": text}) for text, label in zip(texts, labels, strict=True)]
    return "\n".join(lines)


def many(n: int = 40) -> str:
    """n different texts of two classes, in turn."""
    return table([f"the sea number {i}" for i in range(n)], [("wet", "dry")[i % 2] for i in range(n)])


def of(tmp_path: Path, content: str, name: str = "a.csv", **options: Any) -> Data:
    return read_data(spec_of(tmp_path, content, name, **options), MATRIX, SPACES, base=tmp_path)


def rows_of(bags: Bags, place: int) -> list[int]:
    at = bags.places.tolist().index(place)
    return bags.ids[bags.starts[at] : bags.starts[at + 1]].tolist()


def everything(data: Data) -> dict[int, tuple[list[int], str]]:
    """place -> rows and class, of all parts."""
    return {
        place: (rows_of(bags, place), data.classes[label])
        for bags in (data.train, data.valid, data.test)
        for place, label in zip(bags.places.tolist(), bags.labels.tolist(), strict=True)
    }


class TestTokens:
    def test_a_token_has_the_row_of_its_word_or_of_the_word_in_lower_case(self, tmp_path: Path) -> None:
        data = of(tmp_path, table(["The SEA Paris", "land paris the", "good", "bad"], "abab"), "a.jsonl")
        assert everything(data) == {0: ([1, 2, 4], "a"), 1: ([3, 1], "b"), 2: ([5], "a"), 3: ([6], "b")}
        assert data.described.missing == (("paris", 1),)

    def test_no_text_finds_the_row_of_a_special_token(self, tmp_path: Path) -> None:
        data = of(tmp_path, table(["<pad> sea", "<PAD> land", "good", "bad"], "abab"), "a.jsonl")
        assert everything(data)[0] == ([2], "a") and everything(data)[1] == ([3], "b")
        assert dict(data.described.missing) == {"<pad>": 1, "<PAD>": 1}

    def test_what_the_texts_are_like_is_told(self, tmp_path: Path) -> None:
        texts = ["the sea bad", "good x x y", "   ", "z", "land"]
        described = of(tmp_path, table([*texts, ""], "abaaab"), "a.jsonl", test_share=0.0).described
        assert (described.texts, described.classes) == (4, {"a": 3, "b": 1})
        assert (described.tokens, described.covered, described.empty, described.uncovered) == (9, 5, 0, 1)
        assert described.by_origin == {"missing": 4, "exact": 4, "composed": 1}
        assert described.lengths == {"min": 1, "median": 2, "p95": pytest.approx(3.85), "max": 4}
        assert described.missing[0] == ("x", 2)
        assert "2 lines without a text or a label are left out" in described.notes
        told = json.loads(json.dumps(described.as_dict()))
        assert told["missing"][0] == {"token": "x", "count": 2} and told["classes"] == {"a": 3, "b": 1}

    def test_texts_without_a_token_are_left_out(self, tmp_path: Path) -> None:
        cutter = Cutter(lambda text: text.replace("!", "").split(), "")
        spec = spec_of(tmp_path, table(["sea", "!!", "land", "good"], "abab"), "a.jsonl")
        data = read_data(spec, MATRIX, cutter, base=tmp_path)
        assert set(everything(data)) == {0, 2, 3} and data.described.empty == 1

    def test_texts_without_a_row_are_tested_but_not_trained_on(self, tmp_path: Path) -> None:
        labels = ["ab"[i % 2] for i in range(40)]
        data = of(tmp_path, table([f"x{i}" if i % 4 < 2 else f"sea y{i}" for i in range(40)], labels), "a.jsonl")
        assert data.train.lengths.min() == 1
        assert 0 in data.test.lengths and data.described.uncovered == 20
        assert any("not trained on" in note for note in data.notes)

    def test_rare_tokens_without_a_row_are_forgotten_before_they_fill_the_memory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(packing, "COUNTED", 5)
        monkeypatch.setattr(packing, "REMEMBERED", 2)
        data = of(tmp_path, table([f"sea often x{i}" for i in range(40)], ["a", "b"] * 20), "a.jsonl")
        assert data.described.missing[0] == ("often", 40) and data.described.by_origin["missing"] == 80


class TestSplit:
    def test_classes_are_in_the_order_of_numbers_and_then_of_letters(self, tmp_path: Path) -> None:
        labels = ["10", "b", "9", "-1", "a", "1.5"]
        assert of(tmp_path, table(["sea"] * 18, labels * 3), "a.jsonl").classes == ("-1", "1.5", "9", "10", "a", "b")

    def test_parts_have_their_shares_and_the_seed_decides(self, tmp_path: Path) -> None:
        one, same = (of(tmp_path, many(), "a.jsonl") for _again in range(2))
        other = of(tmp_path, many(), "a.jsonl", split_seed=1)
        assert (len(one.train), len(one.valid), len(one.test)) == (28, 4, 8)
        assert np.array_equal(one.test.places, same.test.places) and one.digest == same.digest
        assert not np.array_equal(one.test.places, other.test.places) and one.digest != other.digest

    def test_equal_texts_are_in_one_part(self, tmp_path: Path) -> None:
        data = of(tmp_path, table([f"sea {i // 2}" for i in range(60)], ["a", "a", "b", "b"] * 15), "a.jsonl")
        sides = [{place // 2 for place in bags.places.tolist()} for bags in (data.train, data.valid, data.test)]
        assert sum(map(len, sides)) == 30
        assert any("equal texts stay in one part" in note for note in data.notes)

    def test_without_a_share_there_is_no_test(self, tmp_path: Path) -> None:
        data = of(tmp_path, many(), "a.jsonl", test_share=0.0)
        assert (len(data.train), len(data.valid), len(data.test)) == (36, 4, 0) and data.described_test is None

    def test_a_class_with_one_text_is_noted_and_trained_on(self, tmp_path: Path) -> None:
        data = of(tmp_path, table([f"sea {i}" for i in range(11)], ["a"] * 5 + ["b"] * 5 + ["c"]), "a.jsonl")
        assert 10 in data.train.places and any(note.startswith("1 class has one text") for note in data.notes)

    def test_a_test_file_is_kept_apart(self, tmp_path: Path) -> None:
        pq.write_table(pa.table({"label": [1.0, 2.0], "text": ["sea number 1", "land"]}), tmp_path / "t.parquet")
        content = table(["sea number 1", "land x", "good sea", "bad land"] * 5, ["2", "1"] * 10)
        data = of(tmp_path, content, "a.jsonl", test_path="t.parquet")
        assert [data.classes[label] for label in data.test.labels] == ["1", "2"]
        assert len(data.train) + len(data.valid) == 20
        assert data.described_test is not None and data.described_test.texts == 2
        assert any(note.startswith("1 of 2 test texts stands in the training file too") for note in data.notes)


class TestPairs:
    CONTENT = "query,passage\n" + "".join(f"the sea {i},good land {i}\n" for i in range(20)) + "x,good\nsea,\n"

    def test_both_sides_are_parted_alike(self, tmp_path: Path) -> None:
        pairs = read_pairs(spec_of(tmp_path, self.CONTENT), MATRIX, SPACES, base=tmp_path)
        for part in (pairs.train, pairs.valid, pairs.test):
            assert np.array_equal(part.first.places, part.second.places) and len(part)
            assert set(part.second.ids.tolist()) == {5, 3} and set(part.first.labels.tolist()) == {-1}
        assert len(pairs.train) + len(pairs.valid) + len(pairs.test) >= 20
        assert pairs.described.texts == 21 and pairs.described.uncovered == 1
        assert "1 line without two texts is left out" in pairs.described.notes

    def test_pairs_of_one_first_text_are_in_one_part(self, tmp_path: Path) -> None:
        content = "query,passage\n" + "".join(f"sea {i // 2},land {i}\n" for i in range(60))
        pairs = read_pairs(spec_of(tmp_path, content), MATRIX, SPACES, base=tmp_path)
        sides = [{p // 2 for p in part.first.places.tolist()} for part in (pairs.train, pairs.valid, pairs.test)]
        assert sum(map(len, sides)) == 30

    def test_a_test_file_has_pairs_too(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_text("query,passage\nsea,land\n")
        spec = spec_of(tmp_path, self.CONTENT, test_path="t.csv")
        pairs = read_pairs(spec, MATRIX, SPACES, base=tmp_path)
        assert pairs.test.first.ids.tolist() == [2] and pairs.test.second.ids.tolist() == [3]
        assert texts_of(spec, [3], base=tmp_path, role="pairs") == {3: "the sea 3"}

    @pytest.mark.parametrize(
        ("content", "message"),
        [("query,passage\nsea,\n", "no pair of texts"), ("query,passage\nsea,x\nx,sea\n", "of both texts of any pair")],
    )
    def test_what_is_no_pair_is_told(self, content: str, message: str, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=message):
            read_pairs(spec_of(tmp_path, content), MATRIX, SPACES, base=tmp_path)


def _parts(data: Any) -> tuple[Any, ...]:
    return data.train, data.valid, data.test


class TestTexts:
    def test_each_line_of_a_plain_text_is_a_text(self, tmp_path: Path) -> None:
        spec = spec_of(tmp_path, "the sea\n\nx\n海 the land\n", "a.txt")
        data = read_texts(spec, MATRIX, SPACES, base=tmp_path)
        found = {int(at): part.take(np.array([k])) for part in _parts(data) for k, at in enumerate(part.places)}
        assert data.classes == () and sorted(found) == [0, 2]
        assert found[0].ids.tolist() == [1, 2] and found[2].ids.tolist() == [7, 1, 3]
        assert all(one.labels.tolist() == [-1] for one in found.values())
        assert texts_of(spec, sorted(found), base=tmp_path, role="texts") == {0: "the sea", 2: "海 the land"}

    def test_texts_are_found_again_by_their_places(self, tmp_path: Path) -> None:
        (tmp_path / "t.jsonl").write_text(many(6))
        spec = spec_of(tmp_path, many(), "a.jsonl", test_path="t.jsonl")
        assert texts_of(spec, [7, 3], base=tmp_path) == {3: "the sea number 3", 7: "the sea number 7"}
        assert texts_of(spec, [5, 39], test=True, base=tmp_path) == {5: "the sea number 5"}
        assert list(tokens_of(spec, [1], SPACES, base=tmp_path)) == [["the", "sea", "number", "1"]]
        assert language_in(spec, base=tmp_path) == "en"


class TestErrors:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (table(["sea", "land"], "aa"), "all texts have the same label"),
            (table(["", "land"], ["a", ""]), "there is no labelled text"),
            (table(["x y", "z x"], "ab"), "the matrix holds no token"),
            (table(["x", "sea"], "ab"), "fewer than two classes"),
            (table(["sea"] * 30, [str(i) for i in range(30)]), "30 different labels for 30 texts are no classes"),
        ],
    )
    def test_what_can_not_be_tuned_on_is_told(self, content: str, message: str, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=message) as caught:
            of(tmp_path, content, "a.jsonl")
        assert caught.value.fix and "a.jsonl" in (caught.value.where or "")

    def test_tokens_and_words_are_shown_side_by_side_where_none_agree(self, tmp_path: Path) -> None:
        with pytest.raises(InputError) as caught:
            of(tmp_path, table(["大海 大海", "陆地"], "ab"), "a.jsonl")
        assert "'大海', '陆地'" in str(caught.value) and "'the', 'sea'" in str(caught.value)
        assert "<pad>" not in str(caught.value)

    def test_too_many_labels_end_the_reading_early(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.vocabulary.lines.CHUNK", 1000)
        monkeypatch.setattr("core.vocabulary.table_rows.HEAD", 1000)
        content = "".join(json.dumps({"label": f"l{i}", "text": "sea"}) + "\n" for i in range(1500)) + "no json\n"
        with pytest.raises(InputError, match="1,001 different labels for 1,001 texts"):
            of(tmp_path, content, "a.jsonl", label="label")

    def test_test_labels_that_no_training_text_has_are_named(self, tmp_path: Path) -> None:
        (tmp_path / "t.jsonl").write_text(table(["sea", "land", "sea", "x"], ["wet", "odd", "odd", "odder"]))
        with pytest.raises(InputError, match="3 test texts have labels that no training text has: 'odd', 'odder'") as e:
            of(tmp_path, many(), "a.jsonl", test_path="t.jsonl")
        assert e.value.where == "t.jsonl, line 2" and "'wet', 'dry'" in (e.value.fix or "")

    def test_a_test_file_without_a_labelled_text_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "t.jsonl").write_text(table([""], ["wet"]))
        with pytest.raises(InputError, match="no labelled text") as caught:
            of(tmp_path, many(), "a.jsonl", test_path="t.jsonl")
        assert caught.value.where == "t.jsonl"

    def test_reading_can_be_stopped_within_a_piece_of_a_file(self, tmp_path: Path) -> None:
        told = 0

        def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            nonlocal told
            told += 1
            if told == 4:
                raise Cancelled

        spec = spec_of(tmp_path, many(30_000), "a.jsonl")
        with pytest.raises(Cancelled):
            read_data(spec, MATRIX, SPACES, base=tmp_path, progress=stop)


def test_some_texts_at_a_time_are_taken_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "TAKEN_AT_ONCE", 3)
    bags = Bags.of([[1, 2], [], [3], [4, 5, 6], [7]], [0, 1, 0, 1, 0])
    for at in ([4, 0, 1, 3, 2, 0], [], [1]):
        one, other = packing.taken(bags, np.array(at, np.int64)), bags.take(np.array(at, np.int64))
        for name in ("ids", "starts", "labels", "places"):
            assert np.array_equal(getattr(one, name), getattr(other, name))


REAL = {
    "clf_en/TREC.train.all": (6, "lists/en_50k_freq.txt", 0.9),
    "clf_en/ag_news_test.csv": (4, "lists/en_50k_freq.txt", 0.9),
    "clf_zh/ChnSentiCorp_htl_all.csv": (2, "lists/zh_cn_50k_freq.txt", 0.85),
}


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL)
def test_real_files_are_read_and_parted(name: str, data_folder: Path) -> None:
    classes, words, least = REAL[name]
    lines = (data_folder / words).read_text("utf-8").splitlines()
    matrix = matrix_of(list(dict.fromkeys(line.split()[0] for line in lines)))
    spec = DataSpec(path=str(data_folder / name))
    data = read_data(spec, matrix, cutter_of(None, None, language_in(spec), matrix.vocabulary))
    assert len(data.classes) == classes and data.described.covered > least * data.described.tokens
    assert abs(len(data.test) - 0.2 * data.described.texts) <= classes
