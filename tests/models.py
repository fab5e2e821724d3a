"""Tiny pretrained models: real architectures and tokenizer classes, random weights. A few hundred kB each."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

TEXT = """the house of the cat stands by the bank of the river and a house cat sat on the mat
of water and of wine she said the words house and mouse and louse unaffable words are rare
银行 的 水 很 深 我们 在 银行 喝 水 the bank of water 123 4567 naïve café"""
WIDTH, LAYERS, HEADS = 16, 3, 2
WORDPIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "the",
    "of",
    "house",
    "cat",
    "bank",
    "un",
    "##aff",
    "##able",
]
WORDPIECES += ["a", "b", "c", "##s", "##a", "##t", "h", "##o", "##u", "##e", "银", "行", "的", "水", "and", "mouse"]


def _sizes(n: int, **more: Any) -> dict[str, Any]:
    return {
        "vocab_size": n,
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": 32,
        "max_position_embeddings": 80,
        **more,
    }


def _wordpiece(folder: Path, kind: str, vocabulary: Path | None = None) -> Any:
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    pieces = "\n".join(WORDPIECES) + "\n" if vocabulary is None else vocabulary.read_text("utf-8")
    (folder / "vocab.txt").write_text(pieces, "utf-8")
    return getattr(transformers, kind)(vocab=str(folder / "vocab.txt"))


def _bpe(kind: str, **special: Any) -> Any:
    import transformers
    from tokenizers import ByteLevelBPETokenizer

    made = ByteLevelBPETokenizer()
    tokens = [*{str(token): None for token in special.values() if isinstance(token, str)}]
    made.train_from_iterator(TEXT.split("\n"), vocab_size=400, min_frequency=2, special_tokens=tokens)
    told = json.loads(made.to_str())["model"]
    merges = [tuple(pair) if isinstance(pair, list) else tuple(pair.split(" ")) for pair in told["merges"]]
    return getattr(transformers, kind)(vocab=told["vocab"], merges=merges, **special)


def _unigram(kind: str, first: list[str], **special: Any) -> Any:
    import transformers
    from tokenizers import SentencePieceUnigramTokenizer

    made = SentencePieceUnigramTokenizer()
    # No Chinese: what this tokenizer does not know is the test's to ask.
    latin = [line for line in TEXT.split("\n") if line.isascii()]
    made.train_from_iterator(latin, vocab_size=90, special_tokens=first, unk_token="<unk>", show_progress=False)
    pieces = [tuple(pair) for pair in json.loads(made.to_str())["model"]["vocab"]]
    return getattr(transformers, kind)(vocab=pieces, **special)


def _save(folder: Path, tokenizer: Any, model: str, config: Any) -> Path:
    import torch
    import transformers

    torch.manual_seed(7)
    made = getattr(transformers, model)(config)
    made.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _masked(folder: Path, name: str, tokenizer: Any, **more: Any) -> Path:
    import transformers

    config = getattr(transformers, f"{name}Config")(**_sizes(len(tokenizer), **more))
    return _save(folder, tokenizer, f"{name}Model", config)


def bert(folder: Path, vocabulary: Path | None = None) -> Path:
    return _masked(folder, "Bert", _wordpiece(folder, "BertTokenizer", vocabulary))


def electra(folder: Path) -> Path:
    return _masked(folder, "Electra", _wordpiece(folder, "ElectraTokenizer"), embedding_size=8)


def distilbert(folder: Path) -> Path:
    import transformers

    tokenizer = _wordpiece(folder, "BertTokenizer")
    config = transformers.DistilBertConfig(
        vocab_size=len(tokenizer), dim=WIDTH, n_layers=LAYERS, n_heads=HEADS, hidden_dim=32, max_position_embeddings=80
    )
    return _save(folder, tokenizer, "DistilBertModel", config)


def roberta(folder: Path) -> Path:
    special = {
        "bos_token": "<s>",
        "pad_token": "<pad>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
    }
    return _masked(folder, "Roberta", _bpe("RobertaTokenizer", **special), pad_token_id=1)


def xlm_roberta(folder: Path) -> Path:
    tokenizer = _unigram("XLMRobertaTokenizer", ["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return _masked(folder, "XLMRoberta", tokenizer, pad_token_id=1)


def albert(folder: Path) -> Path:
    tokenizer = _unigram("AlbertTokenizer", ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"])
    return _masked(folder, "Albert", tokenizer, embedding_size=8)


def xlnet(folder: Path) -> Path:
    import transformers

    tokenizer = _unigram("XLNetTokenizer", ["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>"])
    config = transformers.XLNetConfig(
        vocab_size=len(tokenizer), d_model=WIDTH, n_layer=LAYERS, n_head=HEADS, d_inner=32
    )
    return _save(folder, tokenizer, "XLNetModel", config)


def gpt2(folder: Path) -> Path:
    import transformers

    tokenizer = _bpe("GPT2Tokenizer", unk_token="<|endoftext|>", bos_token="<|endoftext|>", eos_token="<|endoftext|>")
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_embd=WIDTH, n_layer=LAYERS, n_head=HEADS, n_positions=80
    )
    return _save(folder, tokenizer, "GPT2Model", config)


def t5(folder: Path) -> Path:
    import transformers

    tokenizer = _unigram("T5Tokenizer", ["<pad>", "</s>", "<unk>"], extra_ids=0)
    config = transformers.T5Config(
        vocab_size=len(tokenizer), d_model=WIDTH, d_kv=8, d_ff=32, num_layers=LAYERS, num_heads=HEADS
    )
    return _save(folder, tokenizer, "T5EncoderModel", config)


def _decoder(folder: Path, name: str, tokenizer: Any) -> Path:
    import transformers

    config = getattr(transformers, f"{name}Config")(**_sizes(len(tokenizer), num_key_value_heads=1, head_dim=8))
    return _save(folder, tokenizer, f"{name}Model", config)


def llama(folder: Path) -> Path:
    return _decoder(folder, "Llama", _bpe("GPT2Tokenizer", bos_token="<s>", eos_token="</s>", unk_token="</s>"))


def qwen(folder: Path) -> Path:
    return _decoder(folder, "Qwen2", _bpe("Qwen2Tokenizer", unk_token="<|endoftext|>", eos_token="<|endoftext|>"))


def sentence_transformer(folder: Path, pooling: str = "mean") -> Path:
    bert(folder)
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    about = {"word_embedding_dimension": WIDTH, f"pooling_mode_{pooling}_tokens": True}
    if pooling == "cls":
        about = {"word_embedding_dimension": WIDTH, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(about))
    return folder


def model2vec(folder: Path, dtype: str = "float32") -> Path:
    import numpy as np
    from safetensors.numpy import save_file

    tokenizer = _wordpiece(folder, "BertTokenizer")
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    table = np.random.default_rng(3).normal(size=(len(WORDPIECES), WIDTH)).astype(np.float32)
    save_file(
        {"embeddings": table if dtype == "float32" else np.rint(table * 40).astype(np.int8)},
        folder / "model.safetensors",
    )
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": True}))
    return folder


def static_embedding(folder: Path) -> Path:
    import numpy as np
    from safetensors.numpy import save_file

    inner = folder / "0_StaticEmbedding"
    tokenizer = _wordpiece(inner, "BertTokenizer")
    tokenizer.backend_tokenizer.save(str(inner / "tokenizer.json"))
    table = np.random.default_rng(3).normal(size=(len(WORDPIECES), WIDTH)).astype(np.float32)
    save_file({"embedding.weight": table}, inner / "model.safetensors")
    modules = [
        {"idx": 0, "name": "0", "path": "0_StaticEmbedding", "type": "sentence_transformers.models.StaticEmbedding"}
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    return folder


TRANSFORMERS: dict[str, Callable[[Path], Path]] = {
    "bert": bert,
    "roberta": roberta,
    "xlm-roberta": xlm_roberta,
    "distilbert": distilbert,
    "albert": albert,
    "electra": electra,
    "xlnet": xlnet,
    "gpt2": gpt2,
    "t5": t5,
    "llama": llama,
    "qwen": qwen,
    "sentence-transformer": sentence_transformer,
    "sentence-transformer-cls": partial(sentence_transformer, pooling="cls"),
}
STATIC: dict[str, Callable[[Path], Path]] = {
    "model2vec": model2vec,
    "model2vec-int8": partial(model2vec, dtype="int8"),
    "static-embedding": static_embedding,
}
MODELS = {**TRANSFORMERS, **STATIC}
