"""Every family of pretrained models keeps the same promises. One more family is one more line in tests/models.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Origin, Recipe, Vocabulary, look_up, open_source, run
from core.errors import Cancelled
from core.sources.protocol import Context
from core.workspace.workspace import Workspace
from tests import models

WORDS = ["house", "the", "unaffable", "cat", "mouse", "of", "bank", "houses"]
# Byte-level tokenizers know every letter; the others have no snowmen.
NO_UNKNOWN = ("roberta", "gpt2", "llama", "qwen")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {family: make(folder / family) for family, make in models.MODELS.items()}


def kinds(family: str) -> list[str]:
    return ["model2vec"] if family in models.STATIC else ["hf", "hf-input", "hf-context"]


EVERY = [(kind, family) for family in models.MODELS for kind in kinds(family)]
every = pytest.mark.parametrize("kind, family", EVERY)
forward = pytest.mark.parametrize("kind, family", [one for one in EVERY if one[0] in ("hf", "hf-context")])


def opened(kind: str, folder: Path, home: Path, **options: Any) -> Any:
    return open_source(f"{kind}:{folder}", Context(workspace=Workspace(home), **options))


def rows_of(source: Any, words: list[str]) -> np.ndarray:
    out = np.full((len(words), source.info.dim), np.nan, np.float32)
    assert source.gather(source.locate(words), out).all()
    return out


@every
def test_order_is_kept_and_duplicates_are_one_row(kind: str, family: str, made: Any, tmp_path: Path) -> None:
    source = opened(kind, made[family], tmp_path)
    vectors = rows_of(source, WORDS)
    assert np.isfinite(vectors).all()
    again = [3, 0, 0, 5, 2, 3]
    np.testing.assert_array_equal(rows_of(source, [WORDS[i] for i in again]), vectors[again])


@every
def test_what_the_tokenizer_knows_nothing_of_is_missing(kind: str, family: str, made: Any, tmp_path: Path) -> None:
    vocabulary = Vocabulary(["house", "☃☃", "銀", "   x   ", "\ud800", "unaffable"])
    found = look_up(vocabulary, opened(kind, made[family], tmp_path))
    missing = [word for word, row in zip(vocabulary.words, found.row_ids.tolist(), strict=True) if row < 0]
    assert "\ud800" in missing
    if family not in NO_UNKNOWN:
        assert "☃☃" in missing  # all unknown: no vector shared with other unknown words
    assert len(found.rows.pieces[5]) > 1 and found.rows.origin[5] == Origin.COMPOSED
    assert found.rows.known[5]


@every
def test_a_build_says_of_how_many_pieces_each_row_is(kind: str, family: str, made: Any, tmp_path: Path) -> None:
    recipe = Recipe(vocabulary=WORDS, sources=[f"{kind}:{made[family]}"], oov="mean")
    build = run(recipe, workspace=Workspace(tmp_path))
    pieces, ids = build.matrix.rows.pieces, build.matrix.vocabulary.ids
    composed = build.matrix.rows.origin == Origin.COMPOSED
    assert composed[ids["unaffable"]]
    assert all((one is not None) == told for one, told in zip(pieces, composed, strict=True))
    assert build.cover.coverage.types.found == len(WORDS)
    assert build.lock["inputs"]["sources"][0]["digest"].partition(":")[0] in ("model", "blake3")


@every
def test_the_same_bytes_alone_and_among_others(kind: str, family: str, made: Any, tmp_path: Path) -> None:
    together = rows_of(opened(kind, made[family], tmp_path / "a"), WORDS)
    backwards = rows_of(opened(kind, made[family], tmp_path / "b"), WORDS[::-1])
    assert together.tobytes() == backwards[::-1].tobytes()
    for word in WORDS[:3]:
        alone = rows_of(opened(kind, made[family], tmp_path / word), [word])
        np.testing.assert_allclose(alone[0], together[WORDS.index(word)], atol=2e-6)


@forward
def test_stopped_work_goes_on_where_it_ended(
    kind: str, family: str, made: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.encoding.model import Encoder

    whole = rows_of(opened(kind, made[family], tmp_path / "whole"), WORDS)
    batches: list[int] = []
    run_batch = Encoder._run

    def counted(self: Any, ids: Any, weights: Any) -> Any:
        batches.append(len(ids))
        return run_batch(self, ids, weights)

    monkeypatch.setattr(Encoder, "_run", counted)
    monkeypatch.setattr("core.sources.hf_context.TEXTS", 4)
    source = opened(kind, made[family], tmp_path / "home")
    out = np.empty((len(WORDS), source.info.dim), np.float32)

    def stop(done: int) -> None:
        if len(batches) >= 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        source.gather(source.locate(WORDS), out, reached=stop)
    first = len(batches)
    resumed = rows_of(opened(kind, made[family], tmp_path / "home"), WORDS)
    np.testing.assert_allclose(resumed, whole, atol=2e-6)
    later = len(batches) - first
    batches.clear()
    rows_of(opened(kind, made[family], tmp_path / "fresh"), WORDS)
    assert later < len(batches)  # what had been encoded was not encoded again
    batches.clear()
    rows_of(opened(kind, made[family], tmp_path / "home"), WORDS)
    assert batches == []  # and nothing is, once all is kept


@pytest.mark.parametrize("family", models.TRANSFORMERS)
@pytest.mark.parametrize("layers", ["auto", "0", "last", "1-2+last"])
def test_vectors_are_what_transformers_computes(family: str, layers: str, made: Any, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    source = open_source(
        Recipe(vocabulary=WORDS, sources=[{"kind": "hf", "path": str(made[family]), "layers": layers}]).sources[0],
        Context(workspace=Workspace(tmp_path)),
    )
    ours = rows_of(source, WORDS)
    tokenizer = AutoTokenizer.from_pretrained(made[family])
    model = AutoModel.from_pretrained(made[family]).eval()
    model = model.get_encoder() if family == "t5" else model
    spaced = family in NO_UNKNOWN
    groups = {"auto": [[0, 1, 2]], "0": [[0]], "last": [[3]], "1-2+last": [[1, 2], [3]]}[layers]
    if layers == "auto" and family.startswith("sentence"):
        groups = [[3]]
    how = {"gpt2": "last", "llama": "last", "qwen": "last", "sentence-transformer": "all"}.get(family, "mean")
    how = "cls" if family.endswith("cls") else how
    for word, mine in zip(WORDS, ours, strict=True):
        text = f" {word}" if spaced else word
        inputs = tokenizer(text, return_tensors="pt", return_special_tokens_mask=True)
        special = inputs.pop("special_tokens_mask")[0].bool()
        with torch.no_grad():
            states = model(**inputs, output_hidden_states=True).hidden_states
        parts = []
        for group in groups:
            mean = torch.stack([states[k][0] for k in group]).mean(0)
            own = mean[~special]
            parts.append({"mean": own.mean(0), "last": own[-1], "all": mean.mean(0), "cls": mean[0]}[how].numpy())
        if len(parts) > 1:
            parts = [part / np.linalg.norm(part) for part in parts]
        np.testing.assert_allclose(mine, np.concatenate(parts), atol=3e-5, err_msg=f"{family} {word}")


@pytest.mark.parametrize("family", models.TRANSFORMERS)
def test_the_input_table_is_composed_as_asked(family: str, made: Any, tmp_path: Path) -> None:
    from transformers import AutoModel

    model = AutoModel.from_pretrained(made[family])
    table = model.get_input_embeddings().weight.detach().numpy()
    for how in ("mean", "first", "last"):
        spec = {"kind": "hf-input", "path": str(made[family]), "compose": how}
        recipe = Recipe(vocabulary=WORDS, sources=[spec])
        source = open_source(recipe.sources[0], Context(workspace=Workspace(tmp_path)))
        for word, mine in zip(WORDS, rows_of(source, WORDS), strict=True):
            ids = source._pieces[int(source.locate([word])[0])]  # type: ignore[attr-defined]
            expected = {"mean": table[ids].mean(0), "first": table[ids[0]], "last": table[ids[-1]]}[how]
            np.testing.assert_allclose(mine, expected, atol=1e-6)


def test_sif_weighs_rare_pieces_more(made: Any, tmp_path: Path) -> None:
    spec = Recipe(
        vocabulary=WORDS, sources=[{"kind": "hf-input", "path": str(made["bert"]), "compose": "sif"}]
    ).sources[0]
    vocabulary = Vocabulary(["un", "unaffable", "house"], [10_000, 1, 5])
    source = open_source(spec, Context(workspace=Workspace(tmp_path), vocabulary=vocabulary))
    table = source._table.read(np.arange(len(models.WORDPIECES)))  # type: ignore[attr-defined]
    ids = [models.WORDPIECES.index(piece) for piece in ("un", "##aff", "##able")]
    share = np.array([10_001, 1, 1]) / (10_000 + 3 + 5)
    weights = 1e-4 / (1e-4 + share)
    expected = (table[ids] * weights[:, None]).sum(0) / weights.sum()
    np.testing.assert_allclose(rows_of(source, ["unaffable"])[0], expected, atol=1e-6)
