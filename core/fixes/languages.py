"""Words of another script or language than the sources'."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from ..ladder.lemmas import is_word
from ..messages import N_, _
from ..vocabulary.scripts import SCRIPTS, script_of
from .sheet import Sheet

COMPARING = N_("Comparing with other languages")
# What English texts borrow from most. Their dictionaries hold names too.
OTHERS = ("de", "fr", "es", "it")
# A script of fewer of the listed words is not the source's.
LEAST_SHARE = 0.005
LOOKED_AT = 20_000
SHORTEST = 4
LONGEST = 40
SOUNDED = frozenset({"latin", "cyrillic", "greek", "kana", "hangul", "arabic", "hebrew", "devanagari", "thai", "other"})
AT_ONCE = 4096


def judge_language(sheet: Sheet) -> None:
    """Settle the words of a script that the sources hardly hold, and those of another language than English."""
    lacking = _scripts_lacking(sheet)
    codes = sheet.vocabulary.scripts
    names = tuple(SCRIPTS)
    for at in sheet.open():
        if names[codes[sheet.rows[at]]] in lacking:
            sheet.settle(at, "language")
    if sheet.is_english:
        left = sheet.open()
        for done, at in enumerate(left):
            if is_foreign(sheet.words[at]):
                sheet.settle(at, "language")
            if done % AT_ONCE == 0:
                sheet.progress(_(COMPARING), done, len(left), "words")


def _scripts_lacking(sheet: Sheet) -> frozenset[str]:
    """The scripts that the sources hardly hold, by the words that they list, or by those found."""
    words: Sequence[str] = list(sheet.listed)
    if not words:
        found = np.flatnonzero(sheet.located.source_of >= 0)
        words = [sheet.vocabulary.words[i] for i in found[:LOOKED_AT].tolist()]
    if not words:
        return frozenset()
    if len(words) > LOOKED_AT:
        words = [words[i] for i in np.linspace(0, len(words) - 1, LOOKED_AT).astype(np.int64).tolist()]
    scripts = [script_of(word) for word in words]
    return frozenset(name for name in SOUNDED | {"han"} if scripts.count(name) < LEAST_SHARE * len(scripts))


@cache
def _dictionaries() -> Any:
    from simplemma.strategies import DictionaryLookupStrategy
    from simplemma.strategies.dictionaries import LOW_MEMORY_DICTIONARY_FACTORY

    # Some megabytes for each language, where the quick kind takes a hundred.
    return DictionaryLookupStrategy(LOW_MEMORY_DICTIONARY_FACTORY)


def is_foreign(word: str) -> bool:
    """Whether dictionaries hold the lower-case `word` in another language, and not in English."""
    if not SHORTEST <= len(word) <= LONGEST or not (word.isalpha() and word.islower()) or is_word(word):
        return False
    if script_of(word) != "latin":
        return False
    return any(_dictionaries().is_dictionary_member(word, code) for code in OTHERS)


def is_listed_abroad(word: str) -> bool:
    """Whether dictionaries of other languages hold `word`, in this case or another: a name, or a word of theirs."""
    if not word.isalpha() or len(word) > LONGEST or script_of(word) != "latin":
        return False
    return any(_dictionaries().get_lemma(word, code) is not None for code in OTHERS)
