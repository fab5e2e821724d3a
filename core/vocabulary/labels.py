"""Columns beside words: a table whose other columns say something about each word, such as a class or a year."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import VocabularyError
from ..messages import _
from ..progress import ignore
from .lines import TextFile
from .report import Problems
from .table import TableSpec, _parquet, is_parquet, parse, word_column


@dataclass(frozen=True)
class Labels:
    """names: of the columns besides the words'. columns: for each, word -> its value; of equal words the first."""

    names: tuple[str, ...]
    columns: tuple[dict[str, Any], ...]


def read_labels(path: Path, name: str) -> Labels:
    """The columns of a table (.csv, .tsv, .jsonl, .parquet) by its words.

    Raises VocabularyError for what is no table, or has no column besides the words.
    """
    spec = TableSpec(path=name)
    if is_parquet(path, name):
        table = _parquet(spec, path)
    else:
        file = TextFile(path, spec.encoding, name=name)
        table = parse(file.text(ignore), spec, file, Problems())
    at = word_column(spec, table)
    others = [i for i in range(len(table.names)) if i != at]
    if not others:
        raise VocabularyError(
            _("there is no column besides the words"),
            where=name,
            fix=_("Give a table with a column of words and others beside it."),
        )
    words = [str(word).strip() for word in table.columns[at]]
    columns = tuple(dict(reversed(list(zip(words, table.columns[i], strict=True)))) for i in others)
    return Labels(tuple(table.names[i] for i in others), columns)
