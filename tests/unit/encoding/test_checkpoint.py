"""Folders that are no model, and models that only their own code could read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import Recipe, open_source, run
from core.errors import LexiloomError, RecipeError, SourceError, UnsafeFileError
from core.sources.protocol import Context
from core.workspace.workspace import Workspace
from tests import models


def change_config(**values: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return change


def only_pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def cut_off(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:2000])


def parts_missing(folder: Path) -> None:
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def no_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json"):
        (folder / name).unlink(missing_ok=True)


def leads_out(folder: Path) -> None:
    (folder / "modules.json").write_text(json.dumps([{"path": "../../elsewhere", "type": "x.Transformer"}]))


def index_of(content: object) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / "model.safetensors.index.json").write_text(text)

    return write


def no_unknown_piece(folder: Path) -> None:
    path = folder / "tokenizer.json"
    told = json.loads(path.read_text())
    del told["model"]["vocab"]["[UNK]"]
    told["added_tokens"] = [one for one in told["added_tokens"] if one["content"] != "[UNK]"]
    path.write_text(json.dumps(told))


def piece_beyond_the_table(folder: Path) -> None:
    path = folder / "tokenizer.json"
    told = json.loads(path.read_text())
    told["model"]["vocab"]["house"] = 35
    path.write_text(json.dumps(told))


WRONG: dict[str, tuple[Callable[[Path], None], type[Exception], str]] = {
    "its own code": (
        change_config(auto_map={"AutoModel": "modeling_evil.Evil"}, architectures=["EvilModel"]),
        UnsafeFileError,
        "trust_remote_code",
    ),
    "an unknown type": (change_config(model_type="tomorrow"), SourceError, "tomorrow"),
    "pickled weights": (only_pickled, UnsafeFileError, "pytorch_model.bin"),
    "cut-off weights": (cut_off, LexiloomError, ""),
    "a missing part": (parts_missing, SourceError, "a part of the weights is missing"),
    "no config": (lambda folder: (folder / "config.json").unlink(), SourceError, "config.json"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), SourceError, "no weights"),
    "no tokenizer": (no_tokenizer, SourceError, "tokenizer"),
    "another shape": (change_config(intermediate_size=48), SourceError, "do not fit"),
    "more layers": (change_config(num_hidden_layers=5), SourceError, "do not fit"),
    "a way out": (leads_out, UnsafeFileError, "leads out"),
    "weights outside": (index_of({"weight_map": {"a": "../other.safetensors"}}), UnsafeFileError, "leads out"),
    "an index that is none": (index_of("{"), SourceError, "does not name the parts"),
    "an index without parts": (index_of({"weight_map": ["a"]}), SourceError, "does not name the parts"),
    "a deep config": (
        lambda folder: (folder / "config.json").write_text("[" * 100_000) and None,
        SourceError,
        "config",
    ),
    "no layers": (change_config(num_hidden_layers=-1), SourceError, "no number of layers"),
    "too many layers": (change_config(num_hidden_layers=10**30), SourceError, "no number of layers"),
    "no heads": (change_config(num_attention_heads=0), SourceError, "can't be loaded"),
    "no unknown piece": (no_unknown_piece, SourceError, "can't cut words"),
    "a piece beyond the table": (piece_beyond_the_table, SourceError, "row 35 is asked of it"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_and_nothing_is_run(what: str, tmp_path: Path) -> None:
    spoil, kind, told = WRONG[what]
    folder = models.bert(tmp_path / "model")
    (folder / "modeling_evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    spoil(folder)
    with pytest.raises(kind) as error:
        run(Recipe(vocabulary=["house", "xyz"], sources=[f"hf:{folder}"]), workspace=Workspace(tmp_path / "home"))
    assert told in str(error.value)
    assert isinstance(error.value, LexiloomError) and error.value.fix
    assert not (tmp_path / "ran").exists()


def test_a_wrong_way_of_reading_names_the_right_ones(tmp_path: Path) -> None:
    folder = models.bert(tmp_path / "bert")
    for layers in ("7", "2-1", "first", "0-9", ""):
        spec = Recipe(vocabulary=["a"], sources=[{"kind": "hf", "path": str(folder), "layers": layers}]).sources[0]
        with pytest.raises(RecipeError, match="layers 0 to 3"):
            open_source(spec, Context(workspace=Workspace(tmp_path)))
    spec = Recipe(vocabulary=["a"], sources=[{"kind": "hf", "path": str(folder), "template": "no place"}]).sources[0]
    with pytest.raises(SourceError, match="place for the word"):
        open_source(spec, Context(workspace=Workspace(tmp_path)))
    for neither in ({}, {"model": "a/b", "path": "c"}):
        with pytest.raises(RecipeError, match="either model"):
            Recipe(vocabulary=["a"], sources=[{"kind": "hf", **neither}])


def test_one_layer_may_be_a_number(tmp_path: Path) -> None:
    spec = {"kind": "hf", "path": str(models.bert(tmp_path / "bert")), "layers": 2}
    recipe = Recipe(vocabulary=["a"], sources=[spec])
    assert recipe.sources[0].layers == "2"  # type: ignore[union-attr]
    assert Recipe.from_toml(recipe.to_toml()) == recipe
    assert recipe.with_set("sources.0.layers=0").sources[0].layers == "0"  # type: ignore[union-attr]


def test_a_table_and_a_model_are_told_apart(tmp_path: Path) -> None:
    context = Context(workspace=Workspace(tmp_path / "home"))
    with pytest.raises(SourceError, match="model2vec:"):
        open_source(f"hf:{models.model2vec(tmp_path / 'table')}", context)
    with pytest.raises(SourceError, match="hf:"):
        open_source(f"model2vec:{models.bert(tmp_path / 'bert')}", context)


def test_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    folder = models.bert(tmp_path / "bert")
    recipe = Recipe(vocabulary=["house"], sources=[f"hf:{folder}"])
    with pytest.raises(RecipeError, match="no device 'tpu'"):
        run(recipe, workspace=Workspace(tmp_path), device="tpu")
    assert run(recipe, workspace=Workspace(tmp_path), device="cpu").lock["environment"]["device"] == "cpu, float32"


def test_a_template_changes_the_vectors_and_bfloat16_hardly_does(tmp_path: Path) -> None:
    folder = models.bert(tmp_path / "bert")

    def vectors(**options: object) -> np.ndarray:
        recipe = Recipe(vocabulary=["house", "bank"], sources=[{"kind": "hf", "path": str(folder), **options}])
        return run(recipe, workspace=Workspace(tmp_path / "home")).matrix.vectors[2:]

    plain, coarse = vectors(), vectors(precision="bfloat16")
    assert not np.allclose(plain, vectors(template="the {word} of"), atol=1e-3)
    assert 0 < np.abs(plain - coarse).max() < 0.05 * np.abs(plain).max()


def test_two_runs_at_once_keep_every_row_once(tmp_path: Path) -> None:
    from core.encoding.store import VectorStore, key_of

    first, second = (VectorStore(Workspace(tmp_path), ["about"], 3) for _ in range(2))
    keys = [key_of(bytes([i])) for i in range(4)]
    first.add(keys[:3], np.arange(9, dtype=np.float32).reshape(3, 3))
    second.add(keys[1:], np.arange(9, dtype=np.float32).reshape(3, 3) + 100)
    assert first.find(keys).tolist() == second.find(keys).tolist() == [0, 1, 2, 3]
    out = np.empty((4, 3), np.float32)
    first.read(first.find(keys), out, np.arange(4))
    np.testing.assert_array_equal(out, [[0, 1, 2], [3, 4, 5], [6, 7, 8], [106, 107, 108]])
    with open(first.folder / "rows.f32", "ab") as file:
        file.write(b"half a row")  # a process that was killed
    third = VectorStore(Workspace(tmp_path), ["about"], 3)
    third.add([key_of(b"new")], np.ones((1, 3), np.float32))
    third.read(third.find([key_of(b"new")]), out, np.array([0]))
    np.testing.assert_array_equal(out[0], [1, 1, 1])


@pytest.mark.parametrize(
    "about, pooling",
    [
        ({"pooling_mode_mean_tokens": True}, "all"),
        ({"pooling_mode": "mean"}, "all"),
        ({"pooling_mode": "mean_sqrt_len_tokens", "include_prompt": True}, "all"),
        ({"pooling_mode_lasttoken": True, "pooling_mode_mean_tokens": False}, "end"),
        ({"pooling_mode": "cls"}, "cls"),
        ({}, "all"),
        ({"pooling_mode_max_tokens": True, "pooling_mode_mean_tokens": False}, "max"),
        ({"pooling_mode": ["cls", "mean"]}, "cls+mean"),
    ],
)
def test_a_sentence_transformers_own_pooling_is_taken_or_named(
    about: dict[str, object], pooling: str, tmp_path: Path
) -> None:
    folder = models.sentence_transformer(tmp_path / "model")
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 16, **about}))
    context = Context(workspace=Workspace(tmp_path / "home"))
    if pooling in ("max", "cls+mean"):
        with pytest.raises(RecipeError, match=f"way of its own \\({re.escape(pooling)}\\)"):
            open_source(f"hf:{folder}", context)
        spec = Recipe(vocabulary=["a"], sources=[{"kind": "hf", "path": str(folder), "pooling": "all"}]).sources[0]
        assert "pooled by all" in open_source(spec, context).info.format
    else:
        assert f"pooled by {pooling}" in open_source(f"hf:{folder}", context).info.format


def test_a_batch_too_large_for_the_device_is_halved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from core.encoding.model import Encoder

    words = [f"w{a}{b}" for a in "abcdefgh" for b in "abcdefgh"]
    recipe = Recipe(vocabulary=words, sources=[f"hf:{models.gpt2(tmp_path / 'gpt2')}"])
    whole = run(recipe, workspace=Workspace(tmp_path / "whole")).matrix.vectors
    run_whole, most = Encoder._run_whole, [16]

    def small(self: Encoder, ids: np.ndarray, counted: np.ndarray | None) -> np.ndarray:
        if len(ids) > most[0]:
            raise torch.OutOfMemoryError
        return run_whole(self, ids, counted)

    monkeypatch.setattr(Encoder, "_run_whole", small)
    np.testing.assert_allclose(run(recipe, workspace=Workspace(tmp_path / "halved")).matrix.vectors, whole, atol=2e-6)
    most[0] = 0
    with pytest.raises(SourceError, match="too small for this model"):
        run(recipe, workspace=Workspace(tmp_path / "none"))


def test_no_row_is_read_from_beyond_a_table(tmp_path: Path) -> None:
    folder = models.bert(tmp_path / "bert")
    piece_beyond_the_table(folder)
    for compose in ("mean", "sif"):
        source = {"kind": "hf-input", "path": str(folder), "compose": compose}
        with pytest.raises(SourceError, match="row 35 is asked of it"):
            run(Recipe(vocabulary=["house"], sources=[source]), workspace=Workspace(tmp_path / "home"))


def test_odd_modules_are_passed_over(tmp_path: Path) -> None:
    folder = models.sentence_transformer(tmp_path / "model")
    (folder / "1_Pooling" / "config.json").write_text("[]")
    context = Context(workspace=Workspace(tmp_path / "home"))
    assert "pooled by all" in open_source(f"hf:{folder}", context).info.format
    (folder / "modules.json").write_text('["a"]')
    (folder / "extra.json").symlink_to(folder / "nowhere.json")
    assert open_source(f"hf:{folder}", context).info.dim == 16


def test_special_tokens_inside_a_word_are_letters(tmp_path: Path) -> None:
    source = open_source(f"hf:{models.bert(tmp_path / 'bert')}", Context(workspace=Workspace(tmp_path / "home")))
    assert source.locate(["foo[SEP]bar"]).tolist() == [-1]  # brackets that this tokenizer does not know
    assert source.locate(["[SEP]"]).tolist() == [0]  # by itself it is that piece


def test_a_template_may_hold_special_pieces(tmp_path: Path) -> None:
    from core.encoding.cutter import Cutter

    cutter = Cutter(models.bert(tmp_path / "bert") / "tokenizer.json")
    assert cutter.tokens(cutter.template("the [MASK] of")) == ("the", "[MASK]", "of")
    assert cutter.spans(["the [MASK] of"])[0][0] != cutter.template("the [MASK] of")  # a text of the user's is letters


def test_the_unknown_piece_takes_no_part_in_any_pooling(tmp_path: Path) -> None:
    folder = models.bert(tmp_path / "bert")
    context = Context(workspace=Workspace(tmp_path / "home"))
    for pooling in ("first", "last"):
        spec = Recipe(vocabulary=["a"], sources=[{"kind": "hf", "path": str(folder), "pooling": pooling}]).sources[0]
        source = open_source(spec, context)
        words = ["银☃", "☃银", "银行☃"]
        out = np.empty((3, 16), np.float32)
        ids = source.locate(words)
        assert (ids >= 0).all() and source.gather(ids, out).all()
        cut = [list(pieces) for pieces in source.pieces_of(ids)]  # type: ignore[attr-defined]
        assert cut == [["银", "[UNK]"], ["[UNK]", "银"], ["银", "行", "[UNK]"]]
        import torch
        from transformers import AutoModel, AutoTokenizer

        model, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
        with torch.inference_mode():
            told = model(**tokenizer(words[2], return_tensors="pt"), output_hidden_states=True).hidden_states
        at = 1 if pooling == "first" else 2  # of the known piece, not of the unknown one behind it
        np.testing.assert_allclose(out[2], sum(told[k][0, at] for k in (0, 1, 2)).numpy() / 3, atol=2e-6)


def test_a_pooling_or_a_template_that_can_not_be_is_refused(tmp_path: Path) -> None:
    context = Context(workspace=Workspace(tmp_path / "home"))

    def source(folder: Path, **options: object) -> object:
        spec = Recipe(vocabulary=["a"], sources=[{"kind": "hf", "path": str(folder), **options}]).sources[0]
        return open_source(spec, context)

    with pytest.raises(RecipeError, match="no special piece"):
        source(models.gpt2(tmp_path / "gpt2"), pooling="cls")
    with pytest.raises(SourceError, match="longer than the 78 pieces"):
        source(models.bert(tmp_path / "bert"), template="the house " * 60 + "{word}")


def test_the_last_position_is_what_sentence_transformers_takes(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    folder = models.sentence_transformer(tmp_path / "model")
    about = {"word_embedding_dimension": 16, "pooling_mode_lasttoken": True, "pooling_mode_mean_tokens": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(about))
    words = ["house", "unaffable", "the"]
    source = open_source(f"hf:{folder}", Context(workspace=Workspace(tmp_path / "home")))
    out = np.empty((3, 16), np.float32)
    assert source.gather(source.locate(words), out).all()
    np.testing.assert_allclose(out, SentenceTransformer(str(folder), device="cpu").encode(words), atol=2e-6)
