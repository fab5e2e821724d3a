"""PyTorch's .pt: the state dict of an nn.Embedding. Tensors only, so weights_only=True loads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..matrix import EmbeddingMatrix
from ..workspace.atomic import atomic_file
from .writers import Part, in_parts, write_words


def write(matrix: EmbeddingMatrix, path: Path) -> list[Path]:
    """Write {"weight": float32[n, d]} and the words beside it; the files."""
    import warnings

    import torch

    words = path.with_suffix(".words.json")
    with warnings.catch_warnings():
        # The tensor shares the matrix's read-only memory: nothing here writes to it.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        weight = torch.from_numpy(matrix.vectors)
    with atomic_file(path) as file:
        torch.save({"weight": weight}, file)
    write_words(words, matrix.vocabulary.words)
    return [path, words]


def read(path: Path) -> Iterator[Part]:
    """The weight in parts."""
    import torch

    weight = torch.load(path, weights_only=True, mmap=True)["weight"].numpy()
    for _first, part in in_parts(weight):
        yield None, part


SNIPPET = """\
import json
from pathlib import Path

import torch

state = torch.load({path!r}, weights_only=True)
embedding = torch.nn.Embedding(*state["weight"].shape)
embedding.load_state_dict(state)
words = json.loads(Path({words!r}).read_text("utf-8"))
"""
