"""The built-in sources are what their cards say."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from core import Recipe, run
from core.errors import SourceError
from core.evaluation.pairs import load_pairs, read_pairs
from core.evaluation.similarity import score_similarity
from core.evaluation.subjects import as_subject
from core.sources import builtin, open_source
from core.sources.builtin import FOLDER, NAMES, list_builtin

FILES = {"LICENSE", "NOTICE", "card.md", "source.json", "vectors.safetensors", "words.txt"}


def test_each_folder_is_complete_and_both_fit_in_thirty_megabytes() -> None:
    for name in NAMES:
        assert {path.name for path in (FOLDER / name).iterdir()} >= FILES
    assert sum(path.stat().st_size for name in NAMES for path in (FOLDER / name).iterdir()) < 30_000_000


def test_they_share_one_space_and_say_whose_data_they_are() -> None:
    listed = list_builtin()
    assert [one["spec"] for one in listed] == [f"builtin:{name}" for name in NAMES]
    assert len({one["space"] for one in listed}) == 1 and {one["dim"] for one in listed} == {256}
    assert all("CC-BY-SA-4.0" in one["licence"] for one in listed)
    assert "CC-CEDICT" in (FOLDER / "chinese/NOTICE").read_text("utf-8")
    assert "wordfreq" in (FOLDER / "english/NOTICE").read_text("utf-8")


@pytest.mark.parametrize("pairs", ["wordsim353", "simlex999"])
def test_the_english_card_tells_the_measured_scores(pairs: str) -> None:
    score = score_similarity(as_subject(open_source("builtin:english")), load_pairs(pairs))
    card = (FOLDER / "english/card.md").read_text("utf-8")
    rho, covered, total = re.search(rf"\| {score.name} \| ([\d.]+) \| (\d+) of (\d+) \|", card).groups()  # type: ignore[union-attr]
    assert (int(covered), int(total)) == (score.counted.sum(), len(score))
    assert float(rho) == pytest.approx(score.value(), abs=1e-4)


@pytest.mark.realdata
@pytest.mark.parametrize(("pairs", "least"), [("cwe_240", 0.53), ("cwe_297", 0.59), ("COS960_all", 0.71)])
def test_the_chinese_card_tells_the_measured_scores(pairs: str, least: float, data_folder: Path) -> None:
    score = score_similarity(
        as_subject(open_source("builtin:chinese")), read_pairs(data_folder / f"eval_zh/{pairs}.txt")
    )
    card = (FOLDER / "chinese/card.md").read_text("utf-8")
    assert f"| {score.name} | {score.value():.4f} | {score.counted.sum()} of {len(score)} |" in card
    assert (score.value() or 0) >= least


def test_meanings_meet_across_the_languages() -> None:
    words = ["cat", "bank", "rain", "猫", "银行", "雨"]
    matrix = run(Recipe(vocabulary=words, sources=["builtin:english", "builtin:chinese"])).matrix
    unit = matrix.vectors[2:] / np.linalg.norm(matrix.vectors[2:], axis=1, keepdims=True)
    assert (unit[:3] @ unit[3:].T).argmax(1).tolist() == [0, 1, 2]


def test_any_latin_word_is_composed_of_pieces() -> None:
    words = ["snorkelicious", "unputdownable", "Wobblegate", "quinoa-flavored", "blockchainification"]
    rows = run(Recipe(vocabulary=words, sources=["builtin:english"])).matrix.rows
    assert all(pieces and len(pieces) > 1 for pieces in rows.pieces[2:])
    assert all(len(piece.removeprefix("##")) > 1 for pieces in rows.pieces[2:] for piece in pieces)


def test_a_source_that_is_gone_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(builtin, "FOLDER", tmp_path)
    with pytest.raises(SourceError, match="Fetch Lexiloom again"):
        open_source("builtin:english")
