"""The user's words: read from lists, tables, tokenizers and running text, with a report of everything odd."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ..errors import VocabularyError
from ..messages import _
from ..progress import Progress, ignore
from .corpus import CorpusSpec, choose_counted, count_corpus, read_corpus
from .given import GivenSpec, read_given
from .ids import IdsSpec, read_ids
from .report import Problem, Reading, VocabularyReport
from .several import SeveralSpec, located, read_several, sniff_part, sniff_several
from .sniff import sniff_vocabulary
from .table import TableSpec, read_table
from .tokenizer import TokenizerSpec, read_tokenizer
from .vocabulary import Vocabulary
from .words import CountsSpec, WordsSpec, read_counts, read_words

VocabularySpec = Annotated[
    WordsSpec | TableSpec | CorpusSpec | TokenizerSpec | IdsSpec | CountsSpec | SeveralSpec | GivenSpec,
    Field(discriminator="kind"),
]

READERS = {
    "words": read_words,
    "table": read_table,
    "corpus": read_corpus,
    "tokenizer": read_tokenizer,
    "ids": read_ids,
    "counts": read_counts,
    "several": read_several,
    "given": read_given,
}


def read_vocabulary(
    spec: VocabularySpec | str | Path, *, base: Path | None = None, progress: Progress = ignore
) -> Reading:
    """Read the vocabulary that a spec describes; a path is sniffed first.

    `base` is the folder that relative paths are relative to (default: the working directory). Raises
    VocabularyError that names the file and line, and says what to do.
    """
    base = base or Path()
    given: Any = sniff_vocabulary(base / os.path.expanduser(spec)) if isinstance(spec, (str, Path)) else spec
    return _read(READERS[given.kind], given, base, progress)


def count_vocabulary(spec: VocabularySpec, *, base: Path | None = None, progress: Progress = ignore) -> Reading:
    """The long part of `read_vocabulary`: of a corpus all words, of which `choose_counted` keeps what `spec` says."""
    reader = count_corpus if isinstance(spec, CorpusSpec) else READERS[spec.kind]
    return _read(reader, spec, base or Path(), progress)


def _read(reader: Any, spec: VocabularySpec, base: Path, progress: Progress) -> Reading:
    found, path = located(spec, base)
    try:
        return reader(found, path, progress)
    except MemoryError:
        raise VocabularyError(
            _("there is not enough memory for it"),
            where=getattr(found, "path", None),
            fix=_("Give a shorter list, or a max_size."),
        ) from None


__all__ = [
    "CorpusSpec",
    "CountsSpec",
    "GivenSpec",
    "IdsSpec",
    "Problem",
    "Reading",
    "SeveralSpec",
    "TableSpec",
    "TokenizerSpec",
    "Vocabulary",
    "VocabularyReport",
    "VocabularySpec",
    "WordsSpec",
    "choose_counted",
    "count_vocabulary",
    "read_vocabulary",
    "sniff_part",
    "sniff_several",
    "sniff_vocabulary",
]
