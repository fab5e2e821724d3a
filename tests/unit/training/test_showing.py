"""A training's own window: its vectors before and after, another method's from random ones, and what is told beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.training.artifact import Artifact, read_artifact, write_artifact
from core.training.contract import TrainingError
from core.training.showing import own_method, sentences, show_window
from core.training.spec import FastTextSpec, GloveSpec, Word2VecSpec

WORDS = ("the", "cat", "sat", "mat")


def made(folder: Path, spec: Any, **inner: np.ndarray) -> Artifact:
    random = np.random.default_rng(0)
    rows = random.normal(size=(4, 6)).astype(np.float32)
    write_artifact(
        folder,
        words=WORDS,
        counts=np.array([9, 5, 3, 2]),
        rows=rows,
        inner=inner or {"contexts": rows[::-1].copy()},
        sample=[["the"], ["the", "cat", "sat", "unseen", "mat"], []],
        lock={"method": spec.kind, "settings": spec.model_dump(mode="json"), "corpus": {"language": "en"}},
    )
    return read_artifact(folder)


TEXTS: dict[str, Any] = {"paths": ("text.txt",)}
SPECS = {
    "skipgram": Word2VecSpec(texts=TEXTS, dim=6),
    "cbow": FastTextSpec(texts=TEXTS, dim=6, model="cbow"),
    "glove": GloveSpec(texts=TEXTS, dim=6),
}


def inner_of(method: str) -> dict[str, np.ndarray]:
    if method != "glove":
        return {}
    random = np.random.default_rng(1)
    sides = {name: random.normal(size=(4, 6)).astype(np.float32) for name in ("words", "contexts")}
    return {**sides, "word_biases": np.ones(4, np.float32), "context_biases": np.zeros(4, np.float32)}


@pytest.mark.parametrize("method", SPECS)
def test_at_the_end_the_vectors_are_those_that_were_trained(method: Any, tmp_path: Path) -> None:
    artifact = made(tmp_path / "made", SPECS[method], **inner_of(method))
    assert own_method(artifact) == method and sentences(artifact) == [["the", "cat", "sat", "unseen", "mat"]]
    step = show_window(artifact, method=method, sentence=0, at=1, moment="end")
    held = artifact.inner["words"] if method == "glove" else artifact.rows
    word = next(one for one in step.vectors if one.table == "rows")
    np.testing.assert_allclose(word.before, held[WORDS.index(word.word)], rtol=1e-6)
    assert step.loss[1] < step.loss[0] and step.notes


@pytest.mark.parametrize("method", SPECS)
@pytest.mark.parametrize("own", SPECS)
def test_at_the_start_and_for_other_methods_they_are_drawn(own: str, method: Any, tmp_path: Path) -> None:
    artifact = made(tmp_path / "made", SPECS[own], **inner_of(own))
    step = show_window(artifact, method=method, sentence=0, at=1, moment="start", negatives_seed=3)
    again = show_window(artifact, method=method, sentence=0, at=1, moment="start", negatives_seed=3)
    assert step == again
    assert all(abs(value) <= 0.5 / 6 for one in step.vectors for value in one.before)
    assert any("another method" in note for note in step.notes) == (own != method)
    if method != "glove":
        assert step.loss[0] == pytest.approx((1 + len(step.negatives)) * np.log(2))


def test_a_training_by_a_tree_has_no_contexts_and_says_so(tmp_path: Path) -> None:
    spec = Word2VecSpec(texts=TEXTS, dim=6, loss="hierarchical")
    artifact = made(tmp_path / "made", spec, nodes=np.zeros((3, 6), np.float32))
    step = show_window(artifact, method="skipgram", sentence=0, at=1)
    assert any("hierarchical" in note for note in step.notes)


def test_a_sentence_that_is_none_is_told(tmp_path: Path) -> None:
    artifact = made(tmp_path / "made", SPECS["skipgram"])
    with pytest.raises(TrainingError, match="stretches"):
        show_window(artifact, method="skipgram", sentence=7, at=0)
    with pytest.raises(TrainingError, match="no vector"):
        show_window(artifact, method="skipgram", sentence=0, at=3)
