"""Placeholder while the real reader is written."""
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..progress import Progress, ignore
from ..vocabulary.corpus import CorpusSpec, Sentences
from .spec import TextsSpec


class Texts:
    def __init__(self, spec: TextsSpec, base: Path | None = None, *, progress: Progress = ignore) -> None:
        self.spec = spec
        self.name = ", ".join(spec.paths)
        self.notes: tuple[str, ...] = ()
        self._paths = [(base or Path()) / os.path.expanduser(p) for p in spec.paths]

    def sentences(self, progress: Progress = ignore) -> Iterator[list[str]]:
        for path in self._paths:
            s = Sentences(CorpusSpec(path=str(path), encoding=self.spec.encoding, language=self.spec.language), path)
            for one in s:
                yield [w.lower() if self.spec.lower else w for w in s.segmenter.tokens(one)]

    def digest(self) -> str:
        return "0" * 64


def files_key(spec: TextsSpec, base: Path | None) -> str:
    return str([(str(p), os.stat((base or Path()) / os.path.expanduser(p)).st_mtime_ns) for p in spec.paths])
