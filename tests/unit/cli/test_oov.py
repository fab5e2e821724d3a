"""`lexiloom oov`: lists, scores, explains; bad input is told."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from core.cli.console import entrance

TOPICS, EACH, DIM = 8, 40, 10
KNOWN = [f"{chr(97 + t)}{chr(97 + k // 26)}{chr(97 + k % 26)}ing" for t in range(TOPICS) for k in range(EACH)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of words, vectors for most of them, a donor with all."""
    place = tmp_path_factory.mktemp("oov")
    rng = np.random.default_rng(0)
    inner = np.repeat(rng.standard_normal((TOPICS, 6)), EACH, axis=0) + 0.5 * rng.standard_normal((len(KNOWN), 6))
    words = [*KNOWN, "missingone", "aaaing's"]
    inner = np.concatenate([inner, rng.standard_normal((1, 6))])
    _write(place / "source.txt", KNOWN, np.tanh(inner[:-1] @ rng.standard_normal((6, DIM))) + 0.2)
    _write(place / "donor.txt", [*KNOWN, "missingone"], np.tanh(inner @ rng.standard_normal((6, 14))))
    (place / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    return place


def _write(path: Path, words: list[str], rows: np.ndarray) -> None:
    lines = [f"{word} {' '.join(f'{x:.5f}' for x in row)}" for word, row in zip(words, rows, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def lexiloom(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = entrance(["oov", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def given(folder: Path) -> list[str]:
    return ["--vocab", str(folder / "words.txt"), "--source", str(folder / "source.txt")]


class TestList:
    def test_the_words_come_with_cause_and_counts(
        self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, out, _err = lexiloom(capsys, "list", *given(folder), "--json", "--out", str(tmp_path / "list.csv"))
        told = json.loads(out)
        assert code == 0 and told["missing"] == 1
        assert [one["word"] for one in told["words"]] == ["missingone"]
        assert told["causes"][0]["words"] == 1 and 0 <= told["causes"][0]["gain_types_share"] <= 1
        with (tmp_path / "list.csv").open(encoding="utf-8-sig") as file:
            assert [row["word"] for row in csv.DictReader(file)] == ["missingone"]

    def test_a_report_says_so_when_nothing_is_missing(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (folder / "known.txt").write_text("\n".join(KNOWN[:20]) + "\n", encoding="utf-8")
        code, out, _err = lexiloom(
            capsys, "list", "--vocab", str(folder / "known.txt"), "--source", str(folder / "source.txt")
        )
        assert code == 0 and "No word is missing." in out

    def test_a_cause_that_is_none_is_wrong_use(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, _out, err = lexiloom(capsys, "list", *given(folder), "--cause", "typo")
        assert code == 2 and "slip" in err

    def test_words_and_source_are_asked_for(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, _out, err = lexiloom(capsys, "list", "--vocab", str(folder / "words.txt"))
        assert code == 2 and "--source" in err


class TestScore:
    def test_the_donor_wins_where_it_knows_the_words(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        donor = ["--donor", str(folder / "donor.txt"), "--fill", "donor,pieces", "--set", "seed=3"]
        recipe = folder / "recipe.toml"
        recipe.write_text('vocabulary = "words.txt"\nsources = ["source.txt"]\n', encoding="utf-8")
        code, out, err = lexiloom(capsys, "score", *given(folder), *donor, "--json")
        told = json.loads(out)
        assert code == 0, err
        refused = {one["kind"]: one["refused"] for one in told["fills"]}
        # The overlap is smaller than what a regression wants: that is told, and nothing breaks.
        assert "500 or more" in refused["donor"] and not refused["mean"]
        assert told["hidden"] == 32 and told["recommended"]["steps"][-1]["kind"] == "mean"
        assert {"cosine", "mrr", "r1", "r10", "filled", "seconds", "intervals"} <= set(told["recommended"])

    def test_a_donors_neighbors_need_fewer_words(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = lexiloom(
            capsys, "score", *given(folder), "--donor", str(folder / "donor.txt"), "--fill", "nearest", "--json"
        )
        assert code == 0, err
        told = json.loads(out)
        scores = {one["kind"]: one["cosine"] for one in told["fills"]}
        assert scores["nearest"] > scores["mean"]
        assert [step["kind"] for step in told["recommended"]["steps"]] == ["nearest", "mean"]
        assert len(told["words"]) == 32 and set(told["words"][0]["fills"]) == {"mean", "normal", "nearest"}

    def test_a_recipe_gives_words_and_sources(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        recipe = folder / "recipe.toml"
        recipe.write_text('vocabulary = "words.txt"\nsources = ["source.txt"]\n', encoding="utf-8")
        code, out, err = lexiloom(capsys, "score", "--recipe", str(recipe), "--fill", "pieces")
        assert code == 0, err
        assert "Recommended:" in out and "cosine" in out

    def test_a_fill_that_needs_a_donor_says_so(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, _out, err = lexiloom(capsys, "score", *given(folder), "--fill", "donor")
        assert code == 2 and "--donor" in err

    def test_too_few_known_words_are_told(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (folder / "few.txt").write_text("nothing\nof\nthis\n", encoding="utf-8")
        code, _out, err = lexiloom(
            capsys, "score", "--vocab", str(folder / "few.txt"), "--source", str(folder / "source.txt")
        )
        assert code == 1 and "too few" in err


def test_one_word_is_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [*given(folder), "--donor", str(folder / "donor.txt"), "--fill", "nearest,pieces"]
    code, out, err = lexiloom(capsys, "explain", "missingone", *arguments)
    assert code == 0, err
    assert "nearest" in out and "made of:" in out and "lands among:" in out
    code, out, _err = lexiloom(capsys, "explain", KNOWN[0], *arguments, "--json")
    assert code == 0 and json.loads(out)["known"] is True
    code, _out, err = lexiloom(capsys, "explain", "unheard", *arguments)
    assert code == 1 and "unheard" in err


def test_words_that_no_tokenizer_emits_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "words.txt").write_text("sea\ne-mail\nNew York\ndog's\n", encoding="utf-8")
    code, out, err = lexiloom(capsys, "unused", "--vocab", str(tmp_path / "words.txt"), "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["checked"] == 4 and told["how"] == "carriers"
    assert all(one["word"] != "sea" for one in told["words"])


def test_without_a_verb_it_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = lexiloom(capsys)
    assert code == 0 and "score" in out and "explain" in out
