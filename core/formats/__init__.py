"""On-disk formats of word vectors: one file per format, each told from its bytes."""

from __future__ import annotations

from .protocol import Block, Faults, Header, Rows, VectorFile
from .sniff import open_vectors

__all__ = ["Block", "Faults", "Header", "Rows", "VectorFile", "open_vectors"]
