"""docs/exports.md tells the truth: its code runs, and its tables name what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from core.exports import EXPORTS, export, write_build
from core.matrix import EmbeddingMatrix
from core.rows import Origin, Rows
from core.vocabulary.vocabulary import Vocabulary

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "exports.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
WORDS = ("<pad>", "cat", "dog", "東京", '"')


@pytest.fixture(scope="module")
def matrix() -> EmbeddingMatrix:
    vectors = np.random.default_rng(0).standard_normal((len(WORDS), 6)).astype(np.float32)
    rows = Rows.missing(len(WORDS)).replace_columns(origin=np.full(len(WORDS), Origin.EXACT, np.uint8))
    return EmbeddingMatrix(Vocabulary(WORDS, range(len(WORDS)), {"<pad>": "pad"}), vectors, rows)


def test_every_target_has_its_two_lines() -> None:
    assert len(BLOCKS) == len(EXPORTS) + 1
    assert all(len(block.splitlines()) == 2 for block in BLOCKS)
    assert all(f"| `{kind}` |" in PAGE and f"**`{kind}`**" in PAGE for kind in EXPORTS)


def test_every_file_of_a_build_is_described(matrix: EmbeddingMatrix, tmp_path: Path) -> None:
    write_build(tmp_path / "b", matrix=matrix, recipe_toml="", lock={}, card="", dropped=[("gone", 1)])
    described = set(re.findall(r"^\| `([\w.]+\.\w+)` \|", PAGE, re.MULTILINE))
    assert described == {path.name for path in (tmp_path / "b").iterdir()}


@pytest.mark.parametrize("block", BLOCKS)
def test_the_lines_load_the_matrix(
    block: str, matrix: EmbeddingMatrix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import safetensors.numpy
    import torch
    from gensim.models import KeyedVectors

    for kind, target in EXPORTS.items():
        export(matrix, kind, tmp_path / f"vectors{target.extension}")
    write_build(tmp_path / "my-build", matrix=matrix, recipe_toml="", lock={}, card="")
    monkeypatch.chdir(tmp_path)
    names = {"json": json, "np": np, "torch": torch, "safetensors": safetensors}
    names |= {"Path": Path, "KeyedVectors": KeyedVectors}
    exec(block, names)

    loaded = names["embedding"].weight.detach().numpy() if "embedding" in names else names["vectors"]
    words = names.get("words") or [row[0] for row in names.get("rows", [])[1:]]
    if isinstance(loaded, KeyedVectors):
        loaded, words = loaded.vectors, loaded.index_to_key
    assert tuple(words) == WORDS
    np.testing.assert_array_equal(np.asarray(loaded).view(np.uint32), matrix.vectors.view(np.uint32))
