"""Simplified ↔ traditional Chinese, by OpenCC's phrase-level configurations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import Any

from .characters import ONE_TO_MANY

# Mainland, Taiwan (characters; characters and idiom), Hong Kong; and back.
CONFIGURATIONS = ("s2t", "s2tw", "s2twp", "s2hk", "t2s", "tw2s", "tw2sp", "hk2s")
MOST_ALTERNATIVES = 32
UNCONVERTED = re.compile("[\n\0\ud800-\udfff]")


@cache
def converter(configuration: str) -> Any:
    """OpenCC's converter of one of CONFIGURATIONS; it takes no half characters."""
    import opencc

    return opencc.OpenCC(configuration)


def has_han(word: str) -> bool:
    """Whether a character of `word` may be Chinese."""
    return not word.isascii() and any("\u3400" <= c <= "\u9fff" or c >= "\U00020000" for c in word)


def converted(words: Sequence[str]) -> list[list[str]]:
    """Per word its other spellings, best first, without itself."""
    found: list[list[str]] = [[] for _ in words]
    # One call for all: no phrase crosses a line. OpenCC takes no half characters.
    at = [i for i, word in enumerate(words) if has_han(word) and not UNCONVERTED.search(word)]
    text = "\n".join(words[i] for i in at)
    for configuration in CONFIGURATIONS if at else ():
        spellings = converter(configuration).convert(text).split("\n")
        for i, spelling in zip(at, spellings, strict=True):
            if spelling != words[i] and spelling not in found[i]:
                found[i].append(spelling)
    return found


def idioms(words: Sequence[str]) -> list[list[str]]:
    """Per word its spellings that only Taiwan's or the mainland's own wording gives: 軟體 -> 软件, not 软体."""
    found: list[list[str]] = [[] for _ in words]
    at = [i for i, word in enumerate(words) if len(word) > 1 and has_han(word) and not UNCONVERTED.search(word)]
    text = "\n".join(words[i] for i in at)
    for plain, worded in (("s2tw", "s2twp"), ("tw2s", "tw2sp")) if at else ():
        pairs = (converter(one).convert(text).split("\n") for one in (plain, worded))
        for i, character_wise, spelling in zip(at, *pairs, strict=True):
            if spelling not in (character_wise, words[i]):
                found[i].append(spelling)
    return found


def alternatives(word: str) -> list[str]:
    """Every spelling that one-to-many characters allow, the rest converted; [] without such a character.

    Only a word's own characters count: phrases are not looked at.
    """
    if not any(c in ONE_TO_MANY for c in word):
        return []
    choices = [ONE_TO_MANY.get(c) or _alone(c) for c in word]
    return ["".join(chosen) for _, chosen in zip(range(MOST_ALTERNATIVES), product(*choices), strict=False)]


@cache
def _alone(character: str) -> str:
    return converter("s2t").convert(character) if has_han(character) else character
