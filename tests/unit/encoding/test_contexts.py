"""Words in context: a row depends on the word and the text alone, and stopped work counts nothing twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import open_source
from core.errors import Cancelled
from core.sources.hf_context import HfContextSpec
from core.sources.protocol import Context
from core.workspace.workspace import Workspace
from tests import models

TEXT = """The house of the cat. House and house stand by the bank. A house of the mouse.
The cat of the house. The mouse of the bank. Bank of the house of the cat. the the the house
A mouse and a house. House of cat. cat☃ snow☃. A house, a house, a house, a house.
"""
WORDS = ["House", "house", "cat", "mouse", "the", "of", "bank"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("context")
    (made / "text.txt").write_text(TEXT * 3)
    models.roberta(made / "model")
    models.bert(made / "bert")
    return made


def rows(folder: Path, home: Path, words: list[str], model: str = "model", **options: object) -> np.ndarray:
    spec = HfContextSpec(path=str(folder / model), corpus=str(folder / "text.txt"), sentences=4)
    source = open_source(spec, Context(workspace=Workspace(home)))
    out = np.empty((len(words), source.info.dim), np.float32)
    assert source.gather(source.locate(words), out, **options).all()  # type: ignore[arg-type]
    return out


def test_a_row_is_the_same_among_whatever_others(folder: Path, tmp_path: Path) -> None:
    whole = rows(folder, tmp_path / "a", WORDS)
    order = [4, 1, 6, 0, 5, 3, 2]
    np.testing.assert_allclose(rows(folder, tmp_path / "b", [WORDS[i] for i in order]), whole[order], atol=2e-6)
    np.testing.assert_allclose(rows(folder, tmp_path / "c", ["house"])[0], whole[1], atol=2e-6)
    rows(folder, tmp_path / "d", ["house", "mouse"])  # some are kept already, others are new
    np.testing.assert_allclose(rows(folder, tmp_path / "d", WORDS), whole, atol=2e-6)
    assert not np.allclose(whole[0], whole[1], atol=1e-3)  # House stands in fewer sentences than house


def test_work_that_was_stopped_within_a_batch_counts_nothing_twice(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.encoding.model import Encoder

    whole = rows(folder, tmp_path / "whole", WORDS)
    monkeypatch.setattr("core.sources.hf_context.TEXTS", 6)
    run_batch, batches = Encoder._run, [0]

    def stopped(self: Encoder, ids: np.ndarray, counted: np.ndarray | None) -> np.ndarray:
        batches[0] += 1
        if batches[0] in (2, 5, 9, 14, 20):
            raise Cancelled
        return run_batch(self, ids, counted)

    monkeypatch.setattr(Encoder, "_run", stopped)
    for _time in range(50):
        try:
            found = rows(folder, tmp_path / "home", WORDS)
            break
        except Cancelled:
            continue
    np.testing.assert_allclose(found, whole, atol=2e-6)


def test_a_word_that_its_sentences_hide_is_told_by_itself(folder: Path, tmp_path: Path) -> None:
    (folder / "text.txt").write_text("so much cat☃ here\n")
    try:
        spec = HfContextSpec(path=str(folder / "bert"), corpus=str(folder / "text.txt"))
        source = open_source(spec, Context(workspace=Workspace(tmp_path)))
        out = np.empty((1, 16), np.float32)
        assert source.gather(source.locate(["cat"]), out).all() and out.any()
    finally:
        (folder / "text.txt").write_text(TEXT * 3)
