"""English words: which are in a dictionary, and the form that they stand under there. By simplemma."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

# Longer ones are in no dictionary.
LONGEST = 40
# "US" and "ADS" are as likely acronyms as words.
LONGEST_ACRONYM = 5
# cal → calorie is an abbreviation written out, no other form of the word.
MOST_ADDED = 2
SHORTEST_OF_NAME = 4
# Of a list of English words with many names a dictionary holds three quarters.
ENGLISH = 0.3
LOOKED_AT = 2000


@cache
def _lemmas() -> Any:
    from simplemma.strategies import DefaultStrategy  # its dictionary takes a fifth of a second

    return DefaultStrategy()


def lemma_of(word: str) -> str:
    """The dictionary form of an English word, "" where there is none or it differs in nothing but case.

    Words of letters alone: the lemma of "don't" would be "do".
    """
    if not _is_plain(word) or (len(word) <= LONGEST_ACRONYM and word.isupper()):
        return ""
    lemma = _lemmas().get_lemma(word, "en") or word
    if lemma.lower() == word.lower() or not 1 < len(lemma) <= len(word) + MOST_ADDED:
        return ""
    # als → Al: a name of two letters is hardly meant.
    return "" if len(word) < SHORTEST_OF_NAME and lemma[0].isupper() and word.islower() else lemma


def is_word(word: str) -> bool:
    """Whether an English dictionary holds `word`, in this case or another."""
    if not _is_plain(word):
        return False
    return any(_lemmas().is_dictionary_member(form, "en") for form in (word, word.lower(), word.capitalize()))


def is_common(word: str) -> bool:
    """Whether an English dictionary holds `word` in lower case: names are there with a capital."""
    return _is_plain(word) and _lemmas().is_dictionary_member(word.lower(), "en")


def is_english(words: Sequence[str]) -> bool:
    """Whether most of `words` in plain Latin letters are English; of many, some thousand are looked at."""
    plain = [word for word in words if len(word) > 1 and word.isascii() and word.isalpha()]
    if len(plain) > LOOKED_AT:
        plain = [plain[i] for i in np.linspace(0, len(plain) - 1, LOOKED_AT).astype(np.int64).tolist()]
    return bool(plain) and sum(map(is_word, plain)) >= ENGLISH * len(plain)


def _is_plain(word: str) -> bool:
    """Whether the word is letters that an English word may have, no more than the longest has."""
    return 1 < len(word) <= LONGEST and word.isalpha() and (word.isascii() or all(c < "\u0250" for c in word))
