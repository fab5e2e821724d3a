"""Finished matrices in the form that a program reads: one file per target, each checked by reading it back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from ..errors import ExportError, one_of
from ..matrix import EmbeddingMatrix
from ..messages import N_, _
from ..vocabulary.vocabulary import Vocabulary
from ..workspace.atomic import atomic_files
from . import npy, projector, torch_state, word2vec_binary, word2vec_text
from .build_folder import SavedBuild, read_build, write_build
from .writers import Part, compare, joined_by_underscores


@dataclass(frozen=True)
class Target:
    """One kind of export.

    extension  of the main file
    title      for people
    writer     (matrix, path) -> the files that were written, the main one first
    reader     path -> parts to compare with the matrix
    snippet    code that loads these very files; {path!r} and {words!r} stand for them
    ends       the characters that end a word in it, which words may not hold
    stem       what its main file is called, if nobody says otherwise
    """

    extension: str
    title: str
    writer: Callable[[EmbeddingMatrix, Path], list[Path]]
    reader: Callable[[Path], Iterator[Part]]
    snippet: str
    ends: str
    stem: str

    @property
    def file(self) -> str:
        """The usual name of its main file."""
        return self.stem + self.extension

    @classmethod
    def of(cls, module: ModuleType, extension: str, title: str) -> Target:
        ends, stem = getattr(module, "ENDS", ""), getattr(module, "STEM", "embedding")
        return cls(extension, title, module.write, module.read, module.SNIPPET, ends, stem)


EXPORTS: dict[str, Target] = {
    "npy": Target.of(npy, ".npy", N_("NumPy array")),
    "pt": Target.of(torch_state, ".pt", N_("PyTorch embedding")),
    "word2vec": Target.of(word2vec_text, ".vec", N_("word2vec text")),
    "word2vec-binary": Target.of(word2vec_binary, ".bin", N_("word2vec binary")),
    "projector": Target.of(projector, ".tsv", N_("TensorBoard Projector")),
}


@dataclass(frozen=True)
class ExportReport:
    """What was written: files with bytes and SHA-256, and the code that loads them."""

    kind: str
    paths: tuple[str, ...]
    bytes: int
    sha256: dict[str, str]
    snippet: str
    verified: bool = True

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def export(
    matrix: EmbeddingMatrix, kind: str, path: str | Path, *, spaces: Literal["refuse", "underscore"] = "refuse"
) -> ExportReport:
    """Write `matrix` to `path` in the format `kind`, read it back and compare.

    `spaces` says what becomes of words with white space where the format has no place for it. Raises
    ExportError and WorkspaceError: then nothing is left behind, and an older export is as it was.
    """
    target = EXPORTS.get(kind)
    if target is None:
        raise ExportError(
            _("unknown format {kind!r}").format(kind=kind), fix=_("Choose {kinds}.").format(kinds=one_of(EXPORTS))
        )
    path = Path(path)
    if path.is_dir():
        raise ExportError(_("this is a folder"), where=str(path), fix=_("Give the name of a file to write."))
    if target.ends and spaces == "underscore":
        words = joined_by_underscores(matrix.vocabulary.words, target.ends)
        specials = {words[matrix.vocabulary.ids[w]]: role for w, role in matrix.vocabulary.specials.items()}
        matrix = replace(matrix, vocabulary=Vocabulary(words, matrix.vocabulary.counts, specials))
    with atomic_files(path) as made:
        written = target.writer(matrix, made / path.name)
        compare(target.reader(written[0]), matrix.vocabulary.words, matrix.vectors, path)
        digests = {file.name: _sha256(file) for file in written}
    files = [path.parent / file.name for file in written]
    return ExportReport(
        kind=kind,
        paths=tuple(map(str, files)),
        bytes=sum(file.stat().st_size for file in files),
        sha256=digests,
        snippet=snippet(kind, str(files[0]), str(files[-1])),
    )


def snippet(kind: str, path: str, words: str = "") -> str:
    """The Python that loads an export of `kind` whose main file is `path` and whose words lie in `words`."""
    return EXPORTS[kind].snippet.format(path=path, words=words or path)


def estimate_bytes(matrix: EmbeddingMatrix, kind: str) -> int:
    """About how large the files of an export will be."""
    rows, dim = matrix.vectors.shape
    words = sum(len(w.encode("utf-8", "replace")) + 2 for w in matrix.vocabulary.words)
    per_number = 4 if EXPORTS[kind].extension in (".npy", ".pt", ".bin") else 12
    return rows * dim * per_number + words


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


__all__ = [
    "EXPORTS",
    "ExportReport",
    "SavedBuild",
    "Target",
    "estimate_bytes",
    "export",
    "read_build",
    "snippet",
    "write_build",
]
