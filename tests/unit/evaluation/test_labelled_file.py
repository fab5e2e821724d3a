"""A file of texts is read in a stream, the same way each time, whatever its layout; what is wrong has its line."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Cancelled, InputError
from core.evaluation.labelled_file import LabelledFile, label_of
from core.evaluation.labelled_lines import Role
from core.progress import ignore
from core.vocabulary import table_rows

ROWS = [(0, "a good film", "1"), (1, "a bad film", "0"), (2, "good", "1")]
LAST = '{"label": "1", "text": "good"}\n'


def written(tmp_path: Path, content: str, name: str = "a.csv", **options: Any) -> LabelledFile:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8", newline="")
    return LabelledFile(path, **options)


@pytest.fixture
def small_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are long for their heads: two lines or so tell the shape."""
    monkeypatch.setattr(table_rows, "HEAD", 20)
    monkeypatch.setattr("core.vocabulary.lines.CHUNK", 16)


class TestLayouts:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.csv", "label,text\n1,a good film\n0,a bad film\n1,good\n"),
            ("a.csv", "label,text\r\n1,a good film\r\n\r\n0,a bad film\r\n1,good"),
            ("a.csv", "label,text\r1,a good film\r0,a bad film\r1,good\r"),
            ("a.tsv", "1\ta good film\n0\ta bad film\n1\tgood\n"),
            ("a.txt", "1 a good film\n0 a bad film\n\n1 good\n"),
            ("a.txt", "1 a good film\r0 a bad film\r1 good\r"),
            ("a.txt", "a good film\t1\na bad film\t0\ngood\t1\n"),
            ("a.txt", "__label__1 a good film\n__label__0 a bad film\n__label__1 __label__2 good\n"),
            ("a.jsonl", '{"text": "a good film", "label": 1}\n{"text": "a bad film", "label": 0.0}\n\n' + LAST),
        ],
    )
    def test_every_layout_gives_the_same_rows_each_time(
        self, name: str, content: str, tmp_path: Path, small_head: None
    ) -> None:
        file = written(tmp_path, content, name)
        assert list(file.rows()) == list(file.rows()) == ROWS
        assert list(file.texts()) == [(row, text) for row, text, _label in ROWS]
        assert file.digest() == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()

    def test_parquet_is_read_in_batches(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(table_rows, "AT_ONCE", 2)
        monkeypatch.setattr(table_rows, "HEAD_ROWS", 1)
        table = pa.table({"label": [1.0, 0.0, 1.0], "n": [1, 2, 3], "text": ["a good film", "a bad film", "good"]})
        pq.write_table(table, tmp_path / "a.parquet")
        file = LabelledFile(tmp_path / "a.parquet")
        assert list(file.rows()) == list(file.rows()) == ROWS
        assert file.names == ["label", "n", "text"] and file.line == 3
        assert file.digest() == hashlib.sha256((tmp_path / "a.parquet").read_bytes()).hexdigest()

    def test_a_packed_file_is_seen_through(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv.gz"
        path.write_bytes(gzip.compress(b"label,text\n1,a good film\n0,a bad film\n1,good\n"))
        file = LabelledFile(path)
        assert list(file.rows()) == ROWS and file.pick([0]) == {0: "a good film"}
        assert file.digest() == hashlib.sha256(path.read_bytes()).hexdigest()

    def test_a_further_label_of_a_line_is_none_of_its_words(self, tmp_path: Path) -> None:
        file = written(tmp_path, "__label__a __label__b sea\n__label__c land\n", "a.txt")
        assert list(file.rows()) == [(0, "sea", "a"), (1, "land", "c")]
        assert "of lines with several labels the first counts" in file.notes

    @settings(max_examples=60, deadline=None)
    @given(
        rows=st.lists(
            st.tuples(st.sampled_from(["x", "y"]), st.text(st.characters(codec="utf-8", exclude_characters="\0"))),
            min_size=2,
            max_size=12,
        ),
        delimiter=st.sampled_from(",;"),
    )
    def test_what_the_csv_module_writes_is_read_as_it_was(
        self, rows: list[tuple[str, str]], delimiter: str, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([("label", "text"), *rows])
        file = written(tmp_path_factory.mktemp("csv"), text.getvalue())
        assert [(text, label) for _row, text, label in file.rows()] == [(text, label) for label, text in rows]

    def test_a_quoted_cell_goes_on_over_the_pieces_of_a_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.vocabulary.lines.CHUNK", 7)
        texts = ['first\nline, "quoted"', "second\r\nline", "海\n洋"]
        text = io.StringIO(newline="")
        csv.writer(text).writerows([("label", "text"), *zip("aba", texts, strict=True)])
        assert [text for _row, text in written(tmp_path, text.getvalue()).texts()] == texts

    def test_a_mark_alone_beyond_the_head_of_a_tab_file_quotes_nothing(self, tmp_path: Path, small_head: None) -> None:
        lines = ["1\tone film of many\n", "0\ttwo films\n", '1\t"three and no end\n', "0\tfour\n"]
        file = written(tmp_path, "".join(lines), "a.tsv")
        assert [text for _row, text in file.texts()] == ["one film of many", "two films", '"three and no end', "four"]

    def test_a_table_of_one_column_is_not_cut_at_its_commas(self, tmp_path: Path) -> None:
        file = written(tmp_path, "text\nsea\nsea, land and sky\n", role="texts")
        assert [text for _row, text in file.texts()] == ["sea", "sea, land and sky"]

    def test_rows_of_another_width_are_counted(self, tmp_path: Path) -> None:
        file = written(tmp_path, "label,text\n1,a good film\n0\n1,one,two\n")
        assert [text for _row, text in file.texts()] == ["a good film", "", "one"] and file.uneven == 2


class TestLabels:
    @pytest.mark.parametrize(
        ("value", "label"),
        [(1, "1"), (1.0, "1"), ("1.0", "1"), (" 1 ", "1"), (1.5, "1.5"), (True, "true"), (False, "false")]
        + [(None, ""), (float("nan"), ""), ("1.00", "1.00"), (b"good", "good"), (-1.0, "-1")],
    )  # fmt: skip
    def test_numbers_and_truth_values_are_told_alike(self, value: Any, label: str) -> None:
        assert label_of(value) == label

    def test_a_parquet_of_numbers_and_a_csv_agree(self, tmp_path: Path) -> None:
        pq.write_table(pa.table({"text": ["a", "b"], "label": [1.0, 2.0]}), tmp_path / "train.parquet")
        train, test = LabelledFile(tmp_path / "train.parquet"), written(tmp_path, "text,label\na,1\nb,2\n")
        assert list(train.rows()) == list(test.rows())


class TestColumns:
    def test_several_columns_make_one_text(self, tmp_path: Path) -> None:
        file = written(tmp_path, "class,title,body\na,Goal,He scored\nb,,They voted\n", text="title+body")
        assert [text for _row, text in file.texts()] == ["Goal He scored", "They voted"]
        assert (file.text_name, file.label_name) == ("title+body", "class")

    def test_a_column_with_a_plus_in_its_name_is_one(self, tmp_path: Path) -> None:
        file = written(tmp_path, "class,a+b\nx,one\ny,two\n", text="a+b")
        assert [text for _row, text in file.texts()] == ["one", "two"]

    def test_labels_are_found_in_a_file_that_is_sorted_by_them(self, tmp_path: Path, small_head: None) -> None:
        content = "".join(f"{label},film number {n}\n" for label in "01" for n in range(30))
        assert {label for _row, _text, label in written(tmp_path, content).rows()} == {"0", "1"}

    def test_a_test_file_is_read_like_its_training_file(self, tmp_path: Path) -> None:
        train = written(tmp_path, "x,y2,z\nq,a good film,1\nq,a bad film,0\n", text="y2", label="z")
        test = written(tmp_path, "y2,x,z\nno,a much longer text,1\n", "test.csv", like=train)
        assert list(test.rows()) == [(0, "no", "1")]
        lines = written(tmp_path, "sea\ta\nland\ta\nsky\tb\n", "a.txt")
        assert list(written(tmp_path, "one\ta\n", "b.txt", like=lines).rows()) == [(0, "one", "a")]

    @pytest.mark.parametrize(
        ("content", "options", "columns"),
        [
            ("id,query,passage\n1,sea,blue water\n", {}, ("query", "passage")),
            ("score,left,right\n1,the sea,blue water\n2,a land,green hills\n", {}, ("left", "right")),
            ("score,left,right\n1,the sea,blue water\n", {"text": "right"}, ("right", "left")),
            ("a,b,c\nthe sea,blue water,x\n", {"text": "c", "second": "a"}, ("c", "a")),
            ("the sea\tblue water\na land\tgreen hills\n", {}, ("1", "2")),
        ],
    )
    def test_the_columns_of_pairs_are_found(
        self, content: str, options: dict[str, str], columns: tuple[str, str], tmp_path: Path
    ) -> None:
        file = written(tmp_path, content, "a.txt" if "\t" in content else "a.csv", role="pairs", **options)
        assert (file.text_name, file.second_name) == columns
        row, text, second = next(file.pairs())
        assert row == 0 and text and second

    def test_a_plain_text_has_a_text_a_line(self, tmp_path: Path) -> None:
        file = written(tmp_path, "The sea, again.\n\n  The land.\nSky\t1", "a.txt", role="texts")
        assert list(file.texts()) == [(0, "The sea, again."), (1, "The land."), (2, "Sky\t1")]

    def test_chinese_is_told(self, tmp_path: Path) -> None:
        assert written(tmp_path, "label,text\n1,酒店很好\n0,房间太小\n").language() == "zh"
        assert written(tmp_path, "label,text\n1,good\n0,bad\n").language() == "en"


class TestErrors:
    @pytest.mark.parametrize(
        ("name", "content", "options", "message", "where"),
        [
            ("a.csv", "label,text\n1,a\n0,b\n", {"text": "txt"}, "no column 'txt'", "a.csv"),
            ("a.csv", "words\na\nb\n", {}, "one column only", "a.csv"),
            ("a.csv", "a,n\nx,1\ny,2\n", {"role": "pairs"}, "one column of texts only", "a.csv"),
            ("a.csv", "a\nx\n", {"role": "pairs"}, "one column only", "a.csv"),
            ("a.txt", " \n\n", {}, "there is no text in it", "a.txt"),
            ("a.txt", "one text\n", {}, "no label stands before the text", "a.txt, line 1"),
        ],
    )
    def test_what_is_wrong_with_a_head_is_told(
        self, name: str, content: str, options: dict[str, Any], message: str, where: str, tmp_path: Path
    ) -> None:
        with pytest.raises(InputError, match=message) as caught:
            written(tmp_path, content, name, **options)
        assert caught.value.where == where and caught.value.fix

    @pytest.mark.parametrize(
        ("name", "content", "message", "line"),
        [
            ("a.jsonl", '{"text": "a", "label": 1}\n{"text": "b", "label": 2}\n\n[1]\n', "no JSON object", 4),
            ("a.csv", 'label,text\n1,a film\n0,b\n1,"never\nclosed\n', "never closed", 4),
            ("a.txt", "__label__1 a film\n__label__0 b\nc d\n", "no label stands before the text", 3),
            ("a.csv", "label,text\n1,a film of many\n0,another film\n1,c\0d\n", "zero byte", 4),
        ],
    )
    def test_what_is_wrong_further_on_has_its_line_at_every_pass(
        self, name: str, content: str, message: str, line: int, tmp_path: Path, small_head: None
    ) -> None:
        file = written(tmp_path, content, name)
        for _again in range(2):
            with pytest.raises(InputError, match=message) as caught:
                list(file.rows())
            assert caught.value.where == f"{name}, line {line}" and caught.value.fix

    def test_a_row_of_no_end_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_head: None
    ) -> None:
        monkeypatch.setattr(table_rows, "LONGEST_ROW", 1000)
        with pytest.raises(InputError, match="more than 1,000 characters"):
            written(tmp_path, "1 " + "a" * 2000, "a.txt")
        with pytest.raises(InputError, match="larger than field limit") as caught:
            list(written(tmp_path, 'label,text\n1,a\n0,"' + "b\n" * 2000, "b.csv").rows())
        csv.field_size_limit(1 << 17)  # Python's own, for the tests after this one
        assert "line 3" in (caught.value.where or "")

    @pytest.mark.parametrize("role", ["labelled", "pairs", "texts"])
    def test_damaged_parquet_is_told(self, role: Role, tmp_path: Path) -> None:
        (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
        with pytest.raises(InputError, match="can't be read as Parquet"):
            LabelledFile(tmp_path / "a.parquet", role=role)


class TestPicking:
    def test_texts_are_found_again_by_their_rows(self, tmp_path: Path) -> None:
        file = written(tmp_path, "".join(f"{n % 2} text number {n}\n" for n in range(100)), "a.txt")
        assert file.pick([70, 3, 3]) == {3: "text number 3", 70: "text number 70"}
        assert file.line == 71 and file.pick([]) == {}

    def test_reading_can_be_stopped(self, tmp_path: Path) -> None:
        def stop(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
            assert stage == "Reading the texts"
            raise Cancelled

        file = written(tmp_path, json.dumps({"text": "a", "label": 1}) + "\n", "a.jsonl")
        with pytest.raises(Cancelled):
            list(file.rows(stop))
        assert list(file.rows(ignore)) == [(0, "a", "1")]
