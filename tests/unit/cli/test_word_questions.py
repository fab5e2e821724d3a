"""`lexiloom neighbors`, `analogy` and `odd`: a build is asked in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.cli.text import width

WORDS = ("king\t90\nqueen\t50\nQueen\t4\nman\t80\nwoman\t70\nbreakfast\t9\nlunch\t8\ndinner\t7\n北京\t6\n上海\t5\n"
         "catlike\t3\nzzxqv\t2\n<b>[red]\t1\n😀\t1\nnew york\t1\n")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    (folder / "words.txt").write_text(WORDS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEXILOOM_HOME", str(folder / "home"))
        sources = ["--source", "builtin:english", "--source", "builtin:chinese", "--combine", "chain"]
        fills = ["--fill", "pieces", "--fill", "mean"]
        vocabulary = ["--vocab", str(folder / "words.txt"), "--out", str(folder / "m"), "--quiet"]
        assert main(["build", *vocabulary, *sources, *fills]) == 0
    return folder / "m"


def told(capsys: Any, *arguments: object, code: int = 0) -> str:
    assert main([str(one) for one in arguments]) == code
    out, err = capsys.readouterr()
    return err if code else out


def document(capsys: Any, *arguments: object) -> Any:
    return json.loads(told(capsys, *arguments, "--json"))


def test_neighbors_are_listed_under_how_the_words_row_came_about(capsys: Any, made: Path) -> None:
    text = told(capsys, "neighbors", made, "Queen", "catlike", "--k", 2)
    assert "found under another spelling; as queen (rung lower); source builtin:english; count 4" in text
    assert "composed of pieces; source builtin:english; fill pieces; cat + ##like; count 3" in text
    assert ["queen", "1.000", "50", "found", "as", "written"] in [line.split() for line in text.splitlines()]


def test_a_phrase_tells_its_words_and_what_it_lacks(capsys: Any, made: Path) -> None:
    text = told(capsys, "neighbors", made, "king and qeen", "new york", "--k", 3)
    assert "the mean of its words, each of length 1:" in text
    assert "left out, as the build doesn't have it: qeen (spelled like it: queen, Queen)" in text
    assert "new + york" in text
    found = document(capsys, "neighbors", made, "king 😀 qeen", "--sif")
    query = found["queries"][0]
    assert query["words"] == ["king", "😀"] and query["missing"] == ["qeen"]
    assert query["weights"][0] < query["weights"][1]
    assert query["suggestions"]["qeen"][0] == "queen"
    assert [row["state"] for row in query["query_rows"]] == ["exact", "invented"]


def test_invented_rows_are_listed_only_when_asked_for(capsys: Any, made: Path) -> None:
    few = document(capsys, "neighbors", made, "king", "--k", 99)["queries"][0]["neighbors"]
    every = document(capsys, "neighbors", made, "king", "--k", 99, "--all-rows")["queries"][0]["neighbors"]
    assert {one["word"] for one in every} - {one["word"] for one in few} == {"zzxqv", "<b>[red]", "😀"}
    assert "Its row was invented" in told(capsys, "neighbors", made, "zzxqv")


def test_wide_words_stand_in_columns(capsys: Any, made: Path) -> None:
    lines = told(capsys, "neighbors", made, "北京", "--k", 99).splitlines()[2:]
    head = lines[0].index("state")
    assert all(width(line[: line.index("found")]) == head for line in lines[1:] if "found" in line)
    assert any("上海" in line for line in lines)


def test_unknown_words_are_told_beside_the_others_and_alone_are_an_error(capsys: Any, made: Path) -> None:
    text = told(capsys, "neighbors", made, "king", "qeen", "--k", 1)
    assert text.splitlines()[-1] == "'qeen' is not a word of the matrix. Spelled like it: 'queen', 'Queen'."
    found = document(capsys, "neighbors", made, "king", "qeen")
    assert found["unanswered"][0]["query"] == "qeen" and "queen" in found["unanswered"][0]["fix"]
    assert "Spelled like it: 'queen'" in told(capsys, "neighbors", made, "qeen", code=1)
    assert "Ask for 1 or more" in told(capsys, "neighbors", made, "king", "--k", 0, code=1)


def test_lists_are_written_for_spreadsheets_and_programs(capsys: Any, made: Path, tmp_path: Path) -> None:
    table, lists = tmp_path / "n.csv", tmp_path / "n.json"
    told(capsys, "neighbors", made, "king", "lunch", "--k", 2, "--out", table, "--out", lists)
    lines = table.read_text("utf-8-sig").splitlines()
    assert lines[0] == "query,place,word,cosine,count,state" and len(lines) == 5
    assert lines[1].startswith("king,1,queen,0.")
    assert [query["query"] for query in json.loads(lists.read_text())["queries"]] == ["king", "lunch"]
    error = told(capsys, "neighbors", made, "king", "--out", "n.txt", code=2)
    assert "choose an ending of .csv or .json" in " ".join(error.split())


def test_an_analogy_shows_its_arithmetic_and_what_was_left_out(capsys: Any, made: Path) -> None:
    text = told(capsys, "analogy", made, "man", "king", "woman", "--k", 3)
    assert text.startswith("man is to king as woman is to … (3cosadd)")
    assert text.splitlines()[2].split()[0] == "queen"
    assert "The target t = b − a + c" in text and "|t|" in text
    assert "a, b and c are left out of the answers" in text
    found = document(capsys, "analogy", made, "man", "king", "woman", "--method", "3cosmul")
    assert found["answers"][0]["word"] == "queen" and found["method"] == "3cosmul"
    assert {one["word"] for one in found["inputs"]} == {"man", "king", "woman"}


def test_an_analogy_asked_wrongly_is_told_so(capsys: Any, made: Path) -> None:
    assert "'kng' is not a word" in told(capsys, "analogy", made, "man", "kng", "woman", code=1)
    wrong = told(capsys, "analogy", made, "man", "king", "woman", "--method", "x", code=2)
    assert "choose 3cosadd or 3cosmul" in " ".join(wrong.split())
    told(capsys, "analogy", made, "man", "king", code=2)


def test_the_odd_one_out_is_told_with_its_margin(capsys: Any, made: Path) -> None:
    text = told(capsys, "odd", made, "breakfast", "lunch", "king", "dinner")
    assert text.startswith("The odd one out: king") and "below the next" in text
    assert document(capsys, "odd", made, "breakfast", "lunch", "北京", "dinner")["odd"] == "北京"
    assert "Give three words or more" in told(capsys, "odd", made, "king", "king", code=1)


@pytest.mark.parametrize("verb", [["neighbors", "king"], ["analogy", "a", "b", "c"], ["odd", "a", "b", "c"]])
def test_what_is_no_build_is_an_error_without_a_traceback(capsys: Any, tmp_path: Path, verb: list[str]) -> None:
    text = told(capsys, verb[0], tmp_path / "nothing", *verb[1:], code=1)
    assert "build.json can't be read" in text and "Traceback" not in text


def test_hostile_words_cannot_steer_the_terminal(capsys: Any, made: Path) -> None:
    text = told(capsys, "neighbors", made, "king", "\x1b[31mred", code=0)
    assert "\x1b" not in text
    assert "<b>[red]" in told(capsys, "neighbors", made, "<b>[red]", "--k", 1)


def test_every_color_of_a_map_can_be_asked_for() -> None:
    from core.cli.project import COLORS
    from core.figures.coloring import COLORINGS

    assert set(COLORS) == {*COLORINGS, "kmeans", "hdbscan"}
