"""A look at the texts of a training before it: how they are cut into words, without reading them all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..messages import _
from .spec import TextsSpec
from .texts import Texts

# So many files are opened, and so much of one is read to tell its encoding.
OPENED, SEARCHED = 3, 1 << 20


@dataclass(frozen=True)
class Preview:
    """The first sentences of some texts as they would be trained on.

    sentences  each a tuple of words; windows do not reach from one into another
    files      (name, bytes) of every file; only the first ones were opened
    encoding   of those, "" for Parquet
    language   "en", "zh", "en+zh" or ""
    unit       where windows end: "sentence", "line" or "paragraph"
    notes      messages for people
    """

    sentences: tuple[tuple[str, ...], ...]
    files: tuple[tuple[str, int], ...]
    encoding: str
    language: str
    unit: str
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "sentences": [list(sentence) for sentence in self.sentences],
            "files": [{"name": name, "bytes": size} for name, size in self.files],
            "encoding": self.encoding,
            "language": self.language,
            "unit": self.unit,
            "notes": list(self.notes),
        }


def preview(texts: TextsSpec, *, base: Path | None = None, most: int = 12) -> Preview:
    """The first sentences of the texts, at most `most`. Raises VocabularyError, TrainingError as a training would."""
    opened = Texts(texts, base, most=OPENED, searched=SEARCHED)
    notes = list(opened.notes)
    if texts.phrases:
        notes.append(_("phrases are found in the whole text only: none is joined here"))
    return Preview(
        sentences=tuple(map(tuple, opened.head_sentences(most))),
        files=opened.files,
        encoding=opened.encoding,
        language=opened.language,
        unit=opened.unit,
        notes=tuple(notes),
    )
