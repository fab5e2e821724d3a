"""Vocabularies written and read again, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.vocabulary import Reading, read_vocabulary, sniff_vocabulary


def write(folder: Path, content: str | bytes, name: str = "words.txt") -> Path:
    """A file with `content`; text is written in UTF-8 as it stands, its line ends too."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read(folder: Path, content: str | bytes, name: str = "words.txt", spec: Any = None, **options: Any) -> Reading:
    """What is read of `content`, as the kind that `spec` names or else as it is sniffed; no special tokens in front."""
    path = write(folder, content, name)
    made = spec(path=str(path)) if spec else sniff_vocabulary(path)
    if "specials" in type(made).model_fields:
        options = {"specials": (), **options}
    return read_vocabulary(made.model_copy(update=options))


def words_of(reading: Reading) -> list[str]:
    """The words in row order."""
    return list(reading.vocabulary.words)


def counts_of(reading: Reading) -> list[int] | None:
    """The counts, or None without."""
    return None if reading.vocabulary.counts is None else reading.vocabulary.counts.tolist()


def found(reading: Reading) -> set[tuple[str, int | None]]:
    """(kind, line) of every problem reported."""
    return {(problem.kind, problem.line) for problem in reading.report.problems}
