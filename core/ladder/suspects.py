"""Hits that may be another word: an acronym found as an ordinary word (US → us), or the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path

ORDINARY = Path(__file__).resolve().parents[2] / "assets" / "words" / "ordinary_english.txt"
LONGEST_ACRONYM = 5
# A vocabulary with so large a share of capitals is written in capitals: there they mean nothing.
ALL_CAPITALS = 0.9


@cache
def ordinary_words() -> frozenset[str]:
    """Short English words that are written in lower case in running text. The file says where they are from."""
    lines = ORDINARY.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def letters(word: str) -> str:
    """The letters of `word`, marks and digits left out."""
    return "".join(c for c in word if c.isalpha())


class Suspects:
    """Judges hits of one vocabulary: `judge(word, form)`."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    @cached_property
    def _shouted(self) -> bool:
        """Whether the vocabulary is written in capitals. Counted when a hit depends on it."""
        capital = cased = 0
        for word in self._words:
            if len(word) > 1 and word.isascii() and word.isalpha():
                cased += 1
                capital += word.isupper()
        return cased > 1 and capital >= ALL_CAPITALS * cased

    def judge(self, word: str, form: str) -> bool:
        """Whether `form`, found for `word`, may be another word because capitals were changed."""
        if word == form or not word.isascii() or any(c.isdigit() for c in word):
            return False
        asked, found = letters(word), letters(form)
        if not 2 <= len(asked) <= LONGEST_ACRONYM or asked == found or asked.lower() != found.lower():
            return False
        if asked.isupper() and not found.isupper():
            return not self._shouted and asked.lower() in ordinary_words()
        return found.isupper() and not asked.isupper() and asked.lower() in ordinary_words()
