"""`lexiloom compare`: two builds, word by word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.cli.compare import names_of

WORDS = ["king", "queen", "man", "woman", "breakfast", "lunch", "dinner"]
WORDS += ["bank", "river", "money", "house", "dog", "cat", "zzxqv"]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("builds")
    made = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEXILOOM_HOME", str(folder / "home"))
        for name, words in (("one", WORDS), ("other", [*reversed(WORDS), "bird"])):
            listed = folder / f"{name}.txt"
            listed.write_text("".join(f"{word}\t{9 + i}\n" for i, word in enumerate(words)), encoding="utf-8")
            out = folder / name / "<b>m"
            build = ["build", "--vocab", str(listed), "--source", "builtin:english", "--fill", "mean", "--quiet"]
            assert main([*build, "--out", str(out)]) == 0
            made.append(out)
    return made[0], made[1]


def told(capsys: Any, *arguments: object, code: int = 0) -> str:
    assert main([str(one) for one in arguments]) == code
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return err if code else out


def test_the_report_tells_agreement_changes_and_neighbors_side_by_side(capsys: Any, builds: tuple[Path, Path]) -> None:
    text = told(capsys, "compare", *builds, "--k", 3, "--word", "bank", "--most-changed", 2)
    assert "13 shared words" in text.splitlines()[0] and "one/<b>m and other/<b>m" in text.splitlines()[0]
    assert "invented in one of them: the row says nothing about the word  1" in text
    assert "only in the second" in text and "100.0%" in text
    assert "bank: overlap 100%" in text and "• money" in text
    assert "Changed most" not in told(capsys, "compare", *builds, "--most-changed", 0)


def test_the_document_holds_the_figures_and_the_words_asked(capsys: Any, builds: tuple[Path, Path]) -> None:
    found = json.loads(told(capsys, "compare", *builds, "--k", 3, "--word", "bank", "--json"))
    assert found["words"] == 13 and found["overlap"]["mean"] == 1 and found["overlap"]["histogram"] == [0, 0, 0, 13]
    assert found["left_out"]["invented"] == 1 and found["words_asked"][0]["word"] == "bank"
    assert len(found["words_asked"][0]["first"]) == 3 == len(found["words_asked"][0]["whole"][1])
    assert found["jaccard"]["mean"] == 1 and found["cosine"]["median"] == 1, "both are of one space"
    assert found["most_changed"][0]["count"] > 0
    every = json.loads(told(capsys, "compare", *builds, "--all-rows", "--most", 5, "--json"))
    assert every["words"] == 14 and every["measured"] == 5 and any("drawn at random" in note for note in every["notes"])


def test_tables_and_pages_are_written_and_other_endings_refused(
    capsys: Any, builds: tuple[Path, Path], tmp_path: Path
) -> None:
    out = [tmp_path / f"c.{ending}" for ending in ("html", "csv", "parquet", "json")]
    asked = ["compare", *builds, *(part for path in out for part in ("--out", path)), "--word", "cat", "--json"]
    assert json.loads(told(capsys, *asked)) == json.loads(out[3].read_text("ascii"))
    page = out[0].read_text("utf-8")
    assert "one/&lt;b&gt;m and other/&lt;b&gt;m compared" in page and "<b>m" not in page.split("<main>")[1]
    assert len(out[1].read_text("utf-8-sig").splitlines()) == 14
    assert out[2].read_bytes()[:4] == b"PAR1"
    error = told(capsys, "compare", *builds, "--out", tmp_path / "c.pdf", code=2)
    assert ".html, .json, .csv, .parquet, .png or .svg" in error


@pytest.mark.browser
def test_pictures_are_written(capsys: Any, builds: tuple[Path, Path], tmp_path: Path) -> None:
    from tests.browser.conftest import find_browser

    find_browser()
    told(capsys, "compare", *builds, "--out", tmp_path / "c.png", "--out", tmp_path / "c.svg")
    assert (tmp_path / "c.png").read_bytes()[1:4] == b"PNG"
    assert (tmp_path / "c.svg").read_text("utf-8").startswith("<svg")


def test_what_cannot_be_compared_is_told(capsys: Any, builds: tuple[Path, Path], tmp_path: Path) -> None:
    assert "neither matrix" in told(capsys, "compare", *builds, "--word", "absent", code=1)
    assert "can't be read" in told(capsys, "compare", builds[0], tmp_path, code=1)
    told(capsys, "compare", *builds, "--k", 0, code=2)


def test_folders_are_called_by_what_tells_them_apart() -> None:
    assert names_of(Path("/a/x"), Path("/b/y")) == ("x", "y")
    assert names_of(Path("/a/x/m"), Path("/b/x/m")) == ("a/x/m", "b/x/m")
    assert names_of(Path("/a/m"), Path("/a/m")) == ("m (1)", "m (2)")
