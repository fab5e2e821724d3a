"""A model's table of pieces, read row by row from its safetensors: neither the model nor torch is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SourceError
from ..formats.arrays import SAFETENSORS_TYPES, tensors_of
from ..formats.binary import read_fixed
from ..formats.streams import open_bytes
from ..messages import _

# What architectures call the table that turns piece ids into vectors, the surest first.
INPUT_TABLES = (
    "word_embeddings.weight",
    "wte.weight",
    "embed_tokens.weight",
    "tok_embeddings.weight",
    "word_embedding.weight",
    "shared.weight",
    "word_embed.weight",
    "embed_in.weight",
    "tokens_embed.weight",
    "embeddings.weight",
)
STATIC_TABLES = ("embeddings", "embedding.weight", "vectors")


class PieceTable:
    """One matrix of a model's weights.

    rows, dim  its shape
    dtype      as safetensors calls it: "F32", "F16", "BF16", "F64", "I8"
    """

    def __init__(self, files: Sequence[Path], names: Sequence[str], where: str) -> None:
        found = _find(files, names)
        if found is None:
            raise SourceError(
                _("no table of input embeddings is in its weights"),
                where=where,
                fix=_("Take the whole model instead: {example}.").format(example=f"hf:{where}"),
            )
        self._file, name, tensor, start = found
        self.name = name
        self.rows, self.dim = tensor["shape"]
        self.dtype = tensor["dtype"]
        self._start = start + tensor["data_offsets"][0]
        self._where = where
        self._scales = _scales(self._file.path, self.dtype)
        if self._scales is not None and len(self._scales) < self.rows:
            raise no_such_row(self.rows - 1, len(self._scales), where)

    @property
    def is_scaled(self) -> bool:
        """Whether an int8 table has the scales of its rows."""
        return self._scales is not None

    def read(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """float32[k, dim]: the rows `ids`, in that order; rows that are not finite are zero.

        Raises SourceError for a row that the table has not.
        """
        rows, inverse = np.unique(ids, return_inverse=True)
        if len(rows) and (rows[0] < 0 or rows[-1] >= self.rows):
            raise no_such_row(int(rows[0] if rows[0] < 0 else rows[-1]), self.rows, self._where)
        dtype = np.dtype(SAFETENSORS_TYPES[self.dtype])
        out = np.empty((len(rows), self.dim), np.float32)
        scales = None if self._scales is None else self._scales[rows]
        starts = self._start + rows * (self.dim * dtype.itemsize)
        for block in read_fixed(self._file, starts, self.dim, dtype, scales=scales):
            end = block.first + len(block.sound)
            out[block.first : end] = np.where(block.sound[:, None], block.vectors, 0)
        return out[inverse]


def no_such_row(asked: int, rows: int, where: str) -> SourceError:
    """The error of a tokenizer that names pieces which the model's table has not."""
    return SourceError(
        _("the table has {rows:,} rows, and row {asked:,} is asked of it").format(rows=rows, asked=asked),
        where=where,
        fix=_("Fetch the model again: tokenizer.json and model.safetensors belong together."),
    )


def _find(files: Sequence[Path], names: Sequence[str]) -> tuple[Any, str, dict[str, Any], int] | None:
    tables: dict[str, tuple[Any, str, dict[str, Any], int]] = {}
    for path in files:
        file = open_bytes(path)
        tensors, start = tensors_of(file)
        for name, tensor in tensors.items():
            if len(tensor["shape"]) == 2 and tensor["dtype"] in SAFETENSORS_TYPES:
                tables.setdefault(name, (file, name, tensor, start))
    for wanted in names:
        ends = [name for name in tables if name == wanted or name.endswith(f".{wanted}")]
        # An encoder's own before a decoder's; else the one with the shortest way to it.
        if ends:
            return tables[min(ends, key=lambda name: ("decoder" in name, name.count("."), name))]
    return None


def _scales(path: Path, dtype: str) -> NDArray[np.float32] | None:
    if dtype != "I8":
        return None
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as opened:
        if "scales" not in opened.keys():  # noqa: SIM118  # no mapping
            return None
        return np.asarray(opened.get_tensor("scales"), np.float32).reshape(-1)


def read_column(files: Sequence[Path], name: str) -> NDArray[Any] | None:
    """A one-dimensional tensor of the weights, None where there is none."""
    from safetensors import safe_open

    for path in files:
        with safe_open(path, framework="numpy") as opened:
            if name in opened.keys():  # noqa: SIM118
                return opened.get_tensor(name)
    return None
