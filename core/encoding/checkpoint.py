"""A folder of a pretrained model: what it is, and whether it can be read without running anything of its own."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import SourceError, UnsafeFileError, one_of
from ..messages import N_, _
from ..progress import Progress, ignore
from ..workspace.atomic import atomic_file
from ..workspace.workspace import Workspace
from .folder import read_json, transformer_in, weights_in
from .hub import fetch_model, find_fetched

Family = Literal["masked", "sentence", "encoder", "permuted", "decoder", "static"]
STAGE = N_("Reading the model")
MOST_LAYERS, WIDEST = 10_000, 1_000_000  # of no model: what is larger is a fault
NAMELESS = ("model", "models", "checkpoint", "final", "best", "snapshot")
PICKLED = ("pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack", "model.ckpt.index")
VERSION = 2


@dataclass(frozen=True)
class Checkpoint:
    """What is known of a model before its weights are read.

    name       as the user gave it (a hub's name, or the folder's)
    folder     where config.json and the weights lie
    commit     of the hub, "" for a local folder
    tokenizer  path of its tokenizer.json, the model's own or one made from its vocabulary
    digest     "blake3:…" of weights, configuration and tokenizer
    model_type, architecture  as transformers calls them
    family     "sentence" for sentence-transformers folders, "static" for tables of pieces without a model
    layers     number of blocks L; states 0 (the embeddings) to L can be read
    width      of a state
    positions  most pieces that the model reads at once, special ones too; 0 where it has no such limit
    pooling    what a sentence-transformers folder says of it: "all", "cls", "end", or a name of its own that is
               none of these ("max"); "" elsewhere
    """

    name: str
    folder: str
    commit: str
    tokenizer: str
    digest: str
    model_type: str
    architecture: str
    family: Family
    layers: int
    width: int
    positions: int
    pooling: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()

    @property
    def weights(self) -> list[Path]:
        """The safetensors files, in order."""
        return weights_in(Path(self.folder))


def find_checkpoint(
    model: str, path: str, revision: str, *, workspace: Workspace, progress: Progress = ignore
) -> Checkpoint:
    """The checkpoint of a hub's `model`, or of the folder at `path`; what it takes to know it is kept.

    Raises SourceError where it is not there or not complete, UnsafeFileError where reading it would run code.
    """
    if path:
        root, commit = Path(os.path.expanduser(path)), ""
        if not root.is_dir():
            raise SourceError(
                _("there is no such folder"), where=path, fix=_("Name a model's folder, or a hub's owner/model.")
            )
    else:
        fetched = find_fetched(model, revision)
        if fetched is not None and (known := _known(model, fetched, fetched.name, workspace)):
            return known  # it stays at the commit that was fetched: the same recipe gives the same vectors
        root, commit = fetch_model(model, revision, progress)
    name = model or folder_name(root)
    return _known(name, root, commit, workspace) or _examined(name, root, commit, workspace, progress)


def is_known(model: str, path: str, revision: str, *, workspace: Workspace) -> bool:
    """Whether `find_checkpoint` takes a moment: the files are there, and were examined before."""
    root = Path(os.path.expanduser(path)) if path else find_fetched(model, revision)
    return root is not None and root.is_dir() and _known(model, root, "", workspace) is not None


def folder_name(folder: Path) -> str:
    """A model's folder as reports show it: its name, with the one above where the name says nothing ("model")."""
    return f"{folder.parent.name}/{folder.name}" if folder.name.lower() in NAMELESS else folder.name


def _card(root: Path, workspace: Workspace) -> Path:
    """Where what is known of a folder is kept; another name for other files."""
    told = []
    for file in sorted(p for p in root.rglob("*") if p.suffix in (".json", ".safetensors", ".txt", ".model")):
        if not file.is_file():  # a link that leads nowhere
            continue
        found = file.stat()
        told.append([str(file), found.st_size, found.st_mtime_ns, found.st_ino])
    name = hashlib.sha256(json.dumps([VERSION, str(root), told]).encode()).hexdigest()[:32]
    return workspace.models / name / "checkpoint.json"


def _known(name: str, root: Path, commit: str, workspace: Workspace) -> Checkpoint | None:
    try:
        told = json.loads(_card(root, workspace).read_text("utf-8"))
        found = Checkpoint(**{**told, "languages": tuple(told["languages"]), "name": name})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return found if Path(found.tokenizer).is_file() else None


def _examined(name: str, root: Path, commit: str, workspace: Workspace, progress: Progress) -> Checkpoint:
    folder, pooling, static = transformer_in(root)
    config = _config(folder, static=static)
    weights = weights_in(folder)
    _check_safe(name, root, folder, config, weights, static)
    card = _card(root, workspace)
    tokenizer = _tokenizer(folder, root, card.parent, name)
    layers, width, positions = (0, 0, 0) if static else _size(config, name)
    licence, languages = _readme(root)
    found = Checkpoint(
        name=name,
        folder=str(folder),
        commit=commit,
        tokenizer=str(tokenizer),
        digest=_digest([*weights, tokenizer], config, progress, name),
        model_type=str(config.get("model_type", "")),
        architecture=_architecture(config),
        family="static" if static else _family(config, sentence=bool(pooling)),
        layers=layers,
        width=width,
        positions=positions,
        pooling=pooling,
        licence=licence,
        languages=languages,
    )
    with atomic_file(card) as file:
        file.write(json.dumps(asdict(found)).encode())
    return found


def _config(folder: Path, *, static: bool) -> dict[str, Any]:
    config = read_json(folder / "config.json")
    if isinstance(config, dict):
        return config
    if static:
        return {}
    raise SourceError(
        _("this is no model's folder: it has no config.json that can be read"),
        where=str(folder),
        fix=_("Name the folder that save_pretrained wrote, or a snapshot of the hub."),
    )


def _check_safe(name: str, root: Path, folder: Path, config: dict[str, Any], weights: list[Path], static: bool) -> None:
    """Refuse what can't be read without running code of the repository, and what is not there."""
    if absent := [file.name for file in weights if not file.is_file()]:
        raise SourceError(
            _("a part of the weights is missing: {name}").format(name=absent[0]),
            where=name,
            fix=_("Fetch the folder again, whole."),
        )
    if not weights:
        pickled = [one for one in PICKLED if (folder / one).is_file()]
        if pickled:
            raise UnsafeFileError(
                _("its weights are only there as {name}, which can run code when it is read").format(name=pickled[0]),
                where=name,
                fix=_("Take a revision with model.safetensors, or convert it where you trust it."),
            )
        raise SourceError(
            _("the folder holds no weights"), where=name, fix=_("It must hold model.safetensors, or parts of it.")
        )
    if static:
        return
    from transformers.models.auto import configuration_auto as known

    own = config.get("auto_map") or {}
    kind, architecture = str(config.get("model_type", "")), _architecture(config)
    listed = known.CONFIG_MAPPING_NAMES  # pyright: ignore[reportPrivateImportUsage]
    if kind not in listed or (own and not _is_native(architecture)):
        if own:
            raise UnsafeFileError(
                _("this model needs code of its own repository (trust_remote_code), which Lexiloom never runs"),
                where=name,
                fix=_("Take a model whose architecture transformers has: {examples}.").format(
                    examples=one_of(["BERT", "RoBERTa", "XLNet", "GPT-2", "T5", "Llama", "Qwen"])
                ),
            )
        raise SourceError(
            _("transformers knows no model of type {kind!r}").format(kind=kind),
            where=name,
            fix=_("Check config.json; a newer model may need a newer Lexiloom."),
        )


def _architecture(config: dict[str, Any]) -> str:
    listed = config.get("architectures")
    return str(listed[0]) if isinstance(listed, list) and listed else ""


def _is_native(architecture: str) -> bool:
    import transformers

    return bool(architecture) and hasattr(transformers, architecture)


def _size(config: dict[str, Any], name: str) -> tuple[int, int, int]:
    """Number of blocks, width of the states, positions, under whatever names the architecture has for them."""
    text = config.get("text_config") or config
    text = text if isinstance(text, dict) else config

    def first(*names: str) -> int:
        return next((int(text[one]) for one in names if isinstance(text.get(one), int)), 0)

    layers = first("num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers")
    width = first("hidden_size", "d_model", "n_embd", "dim", "emb_dim")
    if not (0 < layers <= MOST_LAYERS and 0 < width <= WIDEST):
        raise SourceError(
            _("config.json names no number of layers and no width"), where=name, fix=_("Fetch the model again.")
        )
    # RoBERTa counts its positions from 2.
    return layers, width, max(0, first("max_position_embeddings", "n_positions") - 2)


def _family(config: dict[str, Any], *, sentence: bool) -> Family:
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
        MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    )

    kind = config.get("model_type", "")
    if sentence:
        return "sentence"
    if config.get("is_encoder_decoder") or kind in ("t5", "mt5", "umt5"):
        return "encoder"
    if kind == "xlnet":
        return "permuted"
    if kind in MODEL_FOR_MASKED_LM_MAPPING_NAMES and not config.get("is_decoder"):
        return "masked"
    return "decoder" if kind in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES else "masked"


def _tokenizer(folder: Path, root: Path, kept: Path, name: str) -> Path:
    """The model's tokenizer.json; made of vocab.txt, merges.txt or a SentencePiece model where it has none."""
    for one in (folder / "tokenizer.json", root / "tokenizer.json"):
        if one.is_file():
            return one
    from transformers import AutoTokenizer

    where = folder if any((folder / n).is_file() for n in ("vocab.txt", "vocab.json", "spiece.model")) else root
    try:
        made = AutoTokenizer.from_pretrained(where, local_files_only=True, trust_remote_code=False, use_fast=True)
        if len(made) <= len(made.all_special_tokens):
            raise ValueError(str(_("there is no vocabulary")))
        told = made.backend_tokenizer.to_str()
    except Exception as error:  # whatever the library raises for what is missing
        raise SourceError(
            _("its tokenizer can't be read: {reason}").format(reason=str(error).strip().partition("\n")[0][:200]),
            where=name,
            fix=_("The folder must hold tokenizer.json, or the vocabulary it is made of."),
        ) from None
    target = kept / "tokenizer.json"
    with atomic_file(target) as file:
        file.write(told.encode())
    return target


def _digest(files: list[Path], config: dict[str, Any], progress: Progress, name: str) -> str:
    from blake3 import blake3

    total = sum(file.stat().st_size for file in files)
    digest, done = blake3(json.dumps(config, sort_keys=True).encode()), 0
    for file in files:
        with open(file, "rb", buffering=0) as stream:
            buffer = bytearray(1 << 22)
            while n := stream.readinto(buffer):
                digest.update(memoryview(buffer)[:n])
                done += n
                progress(_(STAGE), done, total, "bytes", name)
    return f"blake3:{digest.hexdigest()}"


def _readme(root: Path) -> tuple[str, tuple[str, ...]]:
    """Licence and languages of the model's card: the lines between two `---` at the top of README.md."""
    try:
        lines = (root / "README.md").read_text("utf-8").split("\n")[:200]
    except (OSError, UnicodeDecodeError):
        return "", ()
    if not lines or lines[0].strip() != "---":
        return "", ()
    licence, languages, listed = "", [], False
    for line in lines[1:]:
        if line.strip() == "---":
            break
        key, colon, value = line.partition(":")
        if colon and not line.startswith((" ", "-")):
            listed = key.strip() == "language"
            if key.strip() == "license":
                licence = value.strip()[:60]
            elif listed and value.strip():
                languages = [v.strip() for v in value.strip(" []").split(",")]
        elif listed and line.strip().startswith("- "):
            languages.append(line.strip()[2:])
    return licence, tuple(one for one in languages if one.isalpha() and len(one) <= 3)[:20]
