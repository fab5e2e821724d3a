"""Chinese words: made of known words, or the sounds of a foreign name. Both by jieba's dictionary.

Which characters stand for sounds is told by that dictionary: it marks the names that are transliterations (nrt).
Their characters are compared with those of words that are no names.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from ..ladder.scripts import converter
from ..messages import N_, _
from .sheet import AT_ONCE, Proposal, Sheet

SEEKING = N_("Taking Chinese words apart")
HAN = re.compile(r"[\u4e00-\u9fff]{2,12}")
LONGEST_PART = 6
MOST_PARTS = 4
# Tags of jieba's: transliterated names, words that count; all that may hold the characters of names.
FOREIGN, NUMERAL = "nrt", "m"
NAMES = frozenset({"nrt", "nr", "nz", "ns", "nrfg", "nt", "x"})
# Log odds, base e: the mean of a name's characters, and the least that one of them has.
SOUNDED, SOUNDED_SHORT, LEAST = 2.0, 2.3, -2.0
# A character that stands alone in a word taken apart is a common word itself, and not one of those for sounds.
COMMON, SOUND = 5000, 0.5


def judge_chinese(sheet: Sheet) -> None:
    """Settle the Chinese words that are made of others; the proposal is these. Names stay open."""
    left = [at for at in sheet.open() if HAN.fullmatch(sheet.words[at])]
    for first in range(0, len(left), AT_ONCE):
        block = left[first : first + AT_ONCE]
        simple = dict(zip(block, _simplified([sheet.words[at] for at in block]), strict=True))
        forms = list(dict.fromkeys(part for at in block for part in _parts(sheet.words[at])))
        held = {form for form, there in zip(forms, sheet.held(forms).tolist(), strict=True) if there}
        for at in block:
            if proposal := _taken_apart(sheet.words[at], simple[at], held):
                sheet.settle(at, "compound", proposal)
        sheet.progress(_(SEEKING), first + len(block), len(left), "words")


def judge_transliterations(sheet: Sheet) -> None:
    """Settle the words whose characters are those that foreign names are written with."""
    left = [at for at in sheet.open() if HAN.fullmatch(sheet.words[at])]
    for at, simple in zip(left, _simplified([sheet.words[at] for at in left]), strict=True):
        if is_transliteration(simple):
            sheet.settle(at, "transliteration")


def is_transliteration(word: str) -> bool:
    """Whether a word of simplified characters is likely a foreign name by its sounds: 斯大林, 布里格斯."""
    odds = [_dictionary().odds.get(c, 0.0) for c in word]
    mean = sum(odds) / len(odds)
    return mean > (SOUNDED if len(word) > 2 else SOUNDED_SHORT) and min(odds) > LEAST


def _simplified(words: Sequence[str]) -> list[str]:
    return converter("t2s").convert("\n".join(words)).split("\n") if words else []


def _parts(word: str) -> list[str]:
    n = len(word)
    return [word[i:j] for i in range(n) for j in range(i + 1, min(n, i + LONGEST_PART) + 1) if j - i < n]


def _taken_apart(word: str, simple: str, held: set[str]) -> Proposal:
    """The fewest held words that make up `word`, the most frequent of these; () where it is hardly made of any."""
    if is_transliteration(simple):
        return _with_kind(word, simple, held)
    best: list[tuple[int, float, Proposal] | None] = [(0, 0.0, ()), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - LONGEST_PART), end):
            part, before = word[start:end], best[start]
            if before is None or part not in held or (start == 0 and end == len(word)):
                continue
            count, cost, parts = before
            found = (count + 1, cost + _rarity(simple[start:end]), (*parts, part))
            now = best[end]
            if now is None or found < now:
                best[end] = found
    whole = best[-1]
    return whole[2] if whole and len(whole[2]) <= MOST_PARTS and _is_made_of(simple, whole[2]) else ()


def _with_kind(word: str, simple: str, held: set[str]) -> Proposal:
    """A foreign name and what it is one of: 堪萨斯州, 加拿大人."""
    for end in range(len(word) - 1, 1, -1):
        kind = simple[end:]
        if word[:end] in held and word[end:] in held and max(_dictionary().odds.get(c, 0.0) for c in kind) < 0:
            return word[:end], word[end:]
    return ()


def _is_made_of(simple: str, parts: Proposal) -> bool:
    """Whether the parts are likely what the word means: single characters are so only as common words."""
    places = [0]
    for part in parts:
        places.append(places[-1] + len(part))
    alone = [simple[i:j] for i, j in pairwise(places) if j - i == 1]
    if len(alone) < len(parts):
        return all(_is_common(c) for c in alone)
    # Of characters alone: no word of its own, no name, nothing repeated.
    is_word = simple in _dictionary().counts and simple not in _dictionary().numerals
    return not is_word and len(set(alone)) > 1 and all(_is_common(c) for c in alone)


def _is_common(character: str) -> bool:
    told = _dictionary()
    common = told.counts.get(character, 0) >= COMMON and character not in told.names
    return common and told.odds.get(character, 0.0) < SOUND


def _rarity(part: str) -> float:
    return -math.log(_dictionary().counts.get(part, 0) + 1)


@dataclass(frozen=True)
class _Dictionary:
    """What is used of jieba's dictionary.

    counts    word -> how often it was seen
    numerals  words that count: 三十, 两次
    names     single characters that are names
    odds      character -> log odds, base e, that a word with it is a transliterated name
    """

    counts: dict[str, int]
    numerals: frozenset[str]
    names: frozenset[str]
    odds: dict[str, float]


@cache
def _dictionary() -> _Dictionary:
    import jieba

    lines = (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines()
    words = [line.split(" ") for line in lines]
    return _Dictionary(
        counts={word: int(count) for word, count, _tag in words},
        numerals=frozenset(word for word, _count, tag in words if tag == NUMERAL),
        names=frozenset(word for word, _count, tag in words if len(word) == 1 and tag in NAMES),
        odds=_odds_of((word, tag) for word, _count, tag in words),
    )


def _odds_of(tagged: Iterable[tuple[str, str]]) -> dict[str, float]:
    """The log odds of characters; half a word is added to both kinds, so that none is certain."""
    foreign: Counter[str] = Counter()
    native: Counter[str] = Counter()
    for word, tag in tagged:
        if tag == FOREIGN and len(word) > 2:
            foreign.update(set(word))
        elif tag not in NAMES:
            native.update(set(word))
    all_foreign, all_native = foreign.total(), native.total()
    added = 0.5 * all_native / all_foreign
    return {
        c: math.log((foreign[c] + 0.5) / all_foreign) - math.log((native[c] + added) / all_native)
        for c in sorted(foreign.keys() | native.keys())
    }
