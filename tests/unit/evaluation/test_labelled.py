"""Labelled texts are read from every layout of the field; what is no labelled text is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from core.evaluation.labelled import read_labelled, words_of

BOTH = (("a good film", "a bad film", "good"), ("1", "0", "1"))


@pytest.mark.parametrize(
    ("name", "content", "columns"),
    [
        ("a.csv", "label,review\n1,a good film\n0,a bad film\n1,good\n", {}),
        ("a.csv", 'text,label\n"a good film",1\n"a bad film",0\ngood,1\n', {}),
        ("a.tsv", "1\ta good film\n0\ta bad film\n1\tgood\n", {}),
        ("a.csv", "x,y2,z\nq,a good film,1\nq,a bad film,0\nr,good,1\n", {"text_column": "y2", "label_column": "z"}),
        ("a.txt", "1 a good film\n0 a bad film\n1 good\n", {}),
        ("a.txt", "a good film\t1\na bad film\t0\ngood\t1\n", {}),
        ("a.txt", "1\ta good film\r\n0\ta bad film\r\n\r\n1\tgood\r\n", {}),
        ("a.txt", "\ufeff__label__1 a good film\n__label__0 a bad film\n__label__1 good\n", {}),
        (
            "a.jsonl",
            '{"text": "a good film", "label": 1}\n{"text": "a bad film", "label": 0}\n{"text": "good", "label": 1}\n',
            {},
        ),
    ],
)
def test_every_common_layout_is_read(name: str, content: str, columns: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8", newline="")
    read = read_labelled(path, **columns)  # type: ignore[arg-type]
    assert (read.texts, read.labels) == BOTH
    assert read.language == "en" and read.notes


def test_several_columns_make_one_text_and_blank_ones_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text("class,title,body\nsport,Goal,He scored\npolitics,Vote,They voted\nsport,,\n,Lost,No class\n")
    read = read_labelled(path, text_column="title+body")
    assert read.texts == ("Goal He scored", "Vote They voted") and read.labels == ("sport", "politics")
    assert "2 lines without a text or a label are left out" in read.notes


def test_chinese_is_told_and_cut_into_words(tmp_path: Path) -> None:
    path = tmp_path / "zh.csv"
    path.write_text("label,review\n1,酒店的服务很好\n0,房间太小\n", encoding="gb18030")
    read = read_labelled(path)
    assert read.language == "zh" and {"酒店", "服务", "房间"} <= set(words_of(read))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "just some words\nand other ones\n" * 3, r"no classes|no label"),
        ("a.txt", "1 one\n1 two\n1 three\n", "all texts have the same label"),
        ("a.csv", "label,text\n1,\n0,\n", "there is no labelled text"),
        ("a.csv", "words\na\nb\n", "one column only"),
        ("a.csv", "label,text\n" + "".join(f"{i},text {i}\n" for i in range(60)), "60 different labels for 60 texts"),
    ],
)
def test_what_is_no_labelled_text_is_told(name: str, content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content)
    if name == "a.txt" and content.startswith("just"):
        read = read_labelled(path)  # two first words that repeat are labels, for all one can tell
        assert set(read.labels) == {"just", "and"}
        return
    with pytest.raises(InputError, match=message) as caught:
        read_labelled(path)
    assert name in str(caught.value) and caught.value.fix


def test_a_column_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("label,text\n1,a\n0,b\n")
    with pytest.raises(InputError, match="no column 'txt'") as caught:
        read_labelled(path, text_column="txt")
    assert "label or text" in (caught.value.fix or "")


REAL = {
    "clf_en/TREC.train.all": (5452, 6),
    "clf_en/raw/TREC.train": (5452, 50),
    "clf_en/rt-polarity.all": (10662, 2),
    "clf_en/stsa.binary.train": (6920, 2),
    "clf_en/subj.all": (10000, 2),
    "clf_en/ag_news_test.csv": (7600, 4),
    "clf_zh/ChnSentiCorp_htl_all.csv": (7765, 2),
    "clf_zh/waimai_10k.csv": (11987, 2),
    "clf_zh/THUCNews/test.txt": (10000, 10),
}


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL)
def test_real_files_are_read_whole(name: str, data_folder: Path) -> None:
    read = read_labelled(data_folder / name)
    assert (len(read), len(set(read.labels))) == REAL[name]
    assert read.language == name[4:6]
