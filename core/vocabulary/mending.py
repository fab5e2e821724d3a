"""What keeps a vocabulary's words whole: which need it, and the files that do it."""

from __future__ import annotations

from typing import Any

from ..progress import Progress, ignore
from .corpus import CorpusSpec
from .report import Reading
from .unused import Unused, find_unused, tokenizer_snippet, user_dictionary

DICTIONARY, TOKENIZER = "user_dict.txt", "tokenizer.py"


def find_unused_of(
    reading: Reading, spec: Any, *, corpus: CorpusSpec | None = None, progress: Progress = ignore
) -> Unused:
    """The words of a read vocabulary that its tokenizer never emits.

    spec    what it was read by, its paths resolved: its tokenizer is the one that is asked
    corpus  running text to look in; a vocabulary that was counted is looked for in its own

    Raises VocabularyError for a language that has no tokenizer.
    """
    own = spec if isinstance(spec, CorpusSpec) else None
    return find_unused(
        reading.vocabulary,
        language=getattr(spec, "language", "") or reading.report.language,
        lower=bool(getattr(spec, "lower", False)),
        user_dictionary=getattr(spec, "user_dictionary", "") or None,
        corpus=corpus or own,
        tokenization=getattr(spec, "tokenization", None),
        new_words=getattr(spec, "new_words", True),
        phrases=own is None,
        progress=progress,
    )


def mends_of(reading: Reading, unused: Unused, *, progress: Progress = ignore) -> dict[str, str]:
    """name -> text of the files that keep the unused words whole; none where all come out."""
    if not len(unused):
        return {}
    dictionary = user_dictionary(reading.vocabulary, unused, progress=progress)
    found = {TOKENIZER: tokenizer_snippet(reading.vocabulary, unused, dictionary=dictionary)}
    return {DICTIONARY: dictionary, **found} if dictionary else found
