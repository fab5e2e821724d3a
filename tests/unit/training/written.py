"""Texts written to disk, for the tests of this folder."""

from __future__ import annotations

import bz2
import gzip
from pathlib import Path
from typing import Any

import zstandard

from core.training.spec import TextsSpec
from core.training.texts import Texts

PACKERS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".zst": zstandard.ZstdCompressor().compress}


def write(folder: Path, content: str | bytes, name: str = "text.txt") -> Path:
    """A file with `content`, text in UTF-8 as it stands; packed as its name says."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    packer = PACKERS.get(path.suffix, bytes)
    path.write_bytes(packer(content if isinstance(content, bytes) else content.encode("utf-8")))
    return path


def spec_of(*paths: Path | str, **options: Any) -> TextsSpec:
    """The spec of some paths."""
    return TextsSpec(paths=tuple(map(str, paths)), **options)


def sentences_of(*paths: Path | str, **options: Any) -> list[list[str]]:
    """The sentences of some files."""
    return list(Texts(spec_of(*paths, **options)).sentences())


class Stopped(Exception):
    """Raised by a test's progress."""
