"""Published sets are found under their names, the user's own are told by their lines, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError, RecipeError
from core.evaluation.catalog import KNOWN, find_sets, known_set, path_of, references
from core.evaluation.command import told_set
from core.evaluation.sets import parse_set, read_known, read_set, size_of, sniff_task, within, words_of
from core.evaluation.spec import ItemsFile, KnownItems, LabelledFile


def test_every_published_set_is_cited_and_its_names_are_its_own() -> None:
    names = [name for one in KNOWN.values() for name in one.files]
    assert len(set(names)) == len(names) and all(name == name.lower() for name in names)
    for one in KNOWN.values():
        assert one.citation.startswith("@") or one.licence == "CC0-1.0"
        assert one.home.startswith("https://") or one.at_hand == "lexiloom"
    assert all(entry.count("{") == entry.count("}") for entry in references().values())


@pytest.mark.parametrize("id", [one.id for one in KNOWN.values() if one.at_hand])
def test_sets_at_hand_are_read_whole(id: str) -> None:
    known = known_set(id)
    read = read_known(known, path_of(known))
    assert read.note == "" and read.language == known.language
    assert words_of(read.task, read.items)
    assert not known.items or size_of(read.task, read.items) == known.items


@pytest.mark.realdata
def test_every_set_of_the_catalog_is_read_from_its_file(data_folder: Path) -> None:
    found = find_sets([data_folder / "eval_en", data_folder / "eval_zh"])
    assert all(one.path is not None for one in found)
    parts = {}
    for one in found:
        assert one.path is not None
        read = read_known(one.known, one.path)
        if one.known.items and (size := size_of(read.task, read.items)) != one.known.items:
            parts[one.known.id] = size
    assert parts == {"ca-translated": 953}  # of 1,124; the file that goes round has no more


def test_a_set_that_is_not_at_hand_says_where_it_is_had() -> None:
    with pytest.raises(InputError, match="MEN is not at hand") as caught:
        path_of(known_set("men"))
    assert "https://" in (caught.value.fix or "") and "en-men-tr-3k.txt" in (caught.value.fix or "")
    with pytest.raises(RecipeError, match="unknown set 'mem'"):
        known_set("mem")
    with pytest.raises(InputError, match="no such folder"):
        find_sets([Path("nosuch")])


def test_gensim_missing_is_an_error_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.evaluation.catalog.find_spec", lambda name: None)
    with pytest.raises(InputError, match="it comes with gensim"):
        path_of(known_set("ws353"))


@pytest.mark.parametrize(
    ("content", "task"),
    [
        ("a\tb\t1\nc\td\t2\n", "similarity"),
        ("word1,word2,score\na,b,1\nc,d,2\n", "similarity"),
        ("a b 3.5 3 4\nc d 2.0 1 3\n", "similarity"),
        ("a\tb\t1\nc\td\tx\ne\tf\t2\n", "similarity"),
        (": s\na b c d\n", "analogy"),
        ("a b c d\ne f g h\n", "analogy"),
        ("cat\tanimal\ndog\tanimal\n", "categorization"),
        ("g\tcat\tmember\ng\tcar\toutlier\n", "outliers"),
        ("test\tlist\tname\twords\n", "bias"),
    ],
)
def test_the_task_of_a_file_is_told_by_its_lines(content: str, task: str, tmp_path: Path) -> None:
    path = tmp_path / "set.txt"
    path.write_text(content, encoding="utf-8")
    assert sniff_task(path) == task
    assert parse_set(str(path)) == ItemsFile(kind=task, path=str(path))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("ws353", KnownItems(id="ws353")),
        ("similarity:a/b.txt", ItemsFile(kind="similarity", path="a/b.txt")),
        ("probe:x.csv", LabelledFile(path="x.csv")),
        ("probe:svm:x.csv", LabelledFile(path="x.csv", classifier="svm")),
        (
            "probe:forest:x,y.csv,test=t.csv,text=title+text,label=class",
            LabelledFile(
                path="x,y.csv", classifier="forest", test_path="t.csv", text_column="title+text", label_column="class"
            ),
        ),
    ],
)
def test_a_set_is_told_as_a_text_and_read_from_it(text: str, spec: object) -> None:
    assert parse_set(text) == spec
    assert parse_set(told_set(spec)) == spec  # type: ignore[arg-type]


def test_what_is_no_set_is_told(tmp_path: Path) -> None:
    (tmp_path / "odd.txt").write_text("one\nand more than four words here\nlone\n")
    with pytest.raises(InputError, match="what kind of set") as caught:
        parse_set(str(tmp_path / "odd.txt"))
    assert "similarity:odd.txt" in (caught.value.fix or "")
    with pytest.raises(InputError, match="no such file"):
        parse_set("nosuch.txt")
    with pytest.raises(RecipeError, match="unknown set 'ws354'"):
        parse_set("ws354")
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(InputError, match="it is empty"):
        parse_set(str(tmp_path / "empty.txt"))


def test_markup_in_words_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "web.tsv"
    path.write_text("<b>cat</b>\tdog\t1\ncat\tcar\t2\nR&amp;D\tlab\t3\n")
    read = read_set(ItemsFile(kind="similarity", path=str(path)))
    assert read.note == "words with markup: 2 (<b>cat</b>); they will be found nowhere"


@pytest.mark.parametrize("id", ["ws353", "google", "categories-en", "outliers-en", "weat-en"])
def test_a_set_is_cut_down_to_a_vocabulary(id: str) -> None:
    known = known_set(id)
    read = read_known(known, path_of(known))
    words = words_of(read.task, read.items)
    assert within(read, {word.lower() for word in words}).items == read.items
    some = {word.lower() for word in words[: len(words) // 2]}
    part = within(read, some)
    if read.task != "bias":
        assert 0 < size_of(part.task, part.items) < size_of(read.task, read.items)
        assert {word.lower() for word in words_of(part.task, part.items)} <= some
        assert size_of(read.task, within(read, set()).items) == 0


def test_a_published_set_under_its_own_name_is_cited(tmp_path: Path) -> None:
    path = tmp_path / "wordsim353.tsv"
    path.write_bytes(path_of(known_set("ws353")).read_bytes())
    read = read_set(ItemsFile(kind="similarity", path=str(path)))
    assert (read.id, read.title, read.language, read.key) == ("ws353", "WordSim-353", "en", "finkelstein2002placing")
    path.write_text("cat\tdog\t1\ncat\tcar\t2\n")
    assert read_set(ItemsFile(kind="similarity", path=str(path))).id == "wordsim353.tsv"
