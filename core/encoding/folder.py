"""The files of a model's folder: its JSON, its weights, and what a sentence-transformers folder adds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from ..errors import SourceError, UnsafeFileError
from ..messages import _

INDEX = "model.safetensors.index.json"
# What sentence-transformers' pooling modes are here. Of one word the mean by the root of the length is the mean.
POOLINGS = {"cls": "cls", "lasttoken": "end", "mean": "all", "mean_sqrt_len": "all", "mean_sqrt_len_tokens": "all"}


def read_json(path: Path) -> Any:
    """What a JSON file holds, None where it is not there or is none."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def weights_in(folder: Path) -> list[Path]:
    """The safetensors files of a model's folder: one, or the parts that its index names.

    Raises SourceError for an index that can't be read, UnsafeFileError for one that leads out of the folder.
    """
    if not (folder / INDEX).is_file():
        whole = folder / "model.safetensors"
        return [whole] if whole.is_file() else sorted(folder.glob("*.safetensors"))[:1]
    index = read_json(folder / INDEX)
    named = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(named, dict) or not named or not all(isinstance(name, str) for name in named.values()):
        raise SourceError(
            _("{name} does not name the parts of the weights").format(name=INDEX),
            where=str(folder),
            fix=_("Fetch the folder again, whole."),
        )
    parts = sorted(set(named.values()))
    if any(Path(name).name != name or "\\" in name for name in parts):
        _leads_out(INDEX, folder)
    return [folder / name for name in parts]


def transformer_in(root: Path) -> tuple[Path, str, bool]:
    """The folder with the weights; the pooling a sentence-transformers folder asks for; whether it is but a table."""
    listed = read_json(root / "modules.json")
    if not isinstance(listed, list):
        return root, "", _is_static(root)
    modules = [module for module in listed if isinstance(module, dict)]
    first = modules[0] if modules else {}
    folder = _inside(root, first)
    if str(first.get("type", "")).endswith("StaticEmbedding"):
        return folder, "", True
    pooling = "all"
    for module in modules:
        if str(module.get("type", "")).endswith("Pooling"):
            about = read_json(_inside(root, module) / "config.json")
            pooling = _pooling(about if isinstance(about, dict) else {})
    return folder, pooling, False


def _inside(root: Path, module: dict[str, Any]) -> Path:
    folder = root / str(module.get("path", ""))
    if not folder.resolve().is_relative_to(root.resolve()):
        _leads_out("modules.json", root)
    return folder


def _leads_out(name: str, folder: Path) -> NoReturn:
    raise UnsafeFileError(
        _("{name} leads out of the folder").format(name=name), where=str(folder), fix=_("Fetch the model again.")
    )


def _pooling(about: dict[str, Any]) -> str:
    """How a pooling module pools; by its own name where Lexiloom has no such pooling."""
    asked = about.get("pooling_mode")  # of newer folders; the older have a switch each
    if not asked:
        switched = [name for name, on in about.items() if on is True and name.startswith("pooling_mode_")]
        asked = [name.removeprefix("pooling_mode_").removesuffix("_token").removesuffix("_tokens") for name in switched]
    modes = [str(mode) for mode in asked] if isinstance(asked, list) and asked else [str(asked or "mean")]
    return POOLINGS.get(modes[0], modes[0]) if len(modes) == 1 else "+".join(modes)


def _is_static(root: Path) -> bool:
    config = read_json(root / "config.json")
    return isinstance(config, dict) and config.get("model_type") == "model2vec"
