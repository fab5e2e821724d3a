"""What each rung makes of a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..rows import LADDER_RUNGS
from .lemmas import is_english, lemma_of
from .scripts import converted, has_han
from .spec import Ladder

DIGIT = re.compile(r"\d")
NUMBER = re.compile(r"[+-]?\d+(?:[.,:/-]\d+)*%?")
JOINERS = " _-"
JOINED = re.compile(r".[ _-].", re.DOTALL)
CASES = {"lower": str.lower, "title": str.title, "upper": str.upper}
# A rung that is switched on lets these ask for more.
WIDENED = {"script": ("trim",), "trim": ("lemma",), **dict.fromkeys(CASES, ("joiner", "digits", "trim", "lemma"))}
# Years: a source that writes digits as they are has some of them.
YEARS = ("1984", "1995", "2001", "2008", "2012", "2016")
NUMBER_WORDS = ("<number>", "<num>", "<NUM>", "NUM", "[NUM]", "<NUMBER>")
PIECE_MARKS = ("##", "▁", "Ġ", "Ċ")
PIECE_ENDS = ("@@", "</w>")
SHORTEST_BARE = 4
# The apostrophe of a plural's possessive (the dogs' bowls) is among the marks.
POSSESSIVES = ("'s", "’s", "'S", "’S")
# What may stand around a word. C++, C# and @user keep what makes them what they are at their end.
MARKS = "\"'`“”‘’«»„‚‹›()[]{}<>【】「」『』《》〈〉（），。！？；：、…—–·.,!?;:*_~|/\\=^-"
BEFORE = MARKS + "#@$€£¥&"
AFTER = MARKS + "%&"
# What the first and the last character of a word are where there is something to take off.
TRIMMED_BEFORE = frozenset(BEFORE) | {mark[0] for mark in PIECE_MARKS}
TRIMMED_AFTER = frozenset(AFTER) | {end[-1] for end in (*PIECE_ENDS, *POSSESSIVES)}


class Speller:
    """The spellings of words at each rung, for one ladder and one source.

    Case variants are tried on every later rung too, as far as they are switched on: "##Paris" is found
    as "paris" by the rung trim.
    """

    def __init__(
        self, ladder: Ladder, words: Sequence[str], locate: Callable[[Sequence[str]], NDArray[np.int64]]
    ) -> None:
        self._ladder = ladder
        self._bytes = _is_byte_level(words)
        self._writers = cache(lambda: _digit_writers(locate))
        self._english = cache(lambda: is_english(words))

    def spellings(self, rung: str, words: Sequence[str]) -> list[Sequence[str]]:
        """Per word what `rung` makes of it, best first, without the word itself; [] where it does not apply."""
        found: list[Sequence[str]] = [()] * len(words)
        # Most words are ASCII letters alone: only their case and form can be changed, the case of all at once.
        is_plain = np.array([word.isascii() and word.isalpha() for word in words], bool)
        plain, others = np.flatnonzero(is_plain).tolist(), np.flatnonzero(~is_plain).tolist()
        if plain and rung in CASES:
            cased = CASES[rung]("\n".join([words[i] for i in plain])).split("\n")
            for i, form in zip(plain, cased, strict=True):
                if form != words[i]:
                    found[i] = (form,)
        if rung == "lemma":
            others = range(len(words))
        if rung == "script":
            made = converted([self._base(words[i]) for i in others])
        else:
            make = getattr(self, f"_{rung}")
            made = [self._distinct(words[i], make(words[i])) for i in others]
        for i, forms in zip(others, made, strict=True):
            found[i] = forms
        return found

    @staticmethod
    def _distinct(word: str, found: Sequence[str]) -> list[str]:
        if len(found) == 1:
            return [found[0]] if found[0] and found[0] != word else []
        return [form for form in dict.fromkeys(found) if form and form != word] if found else []

    def _base(self, word: str) -> str:
        return unicodedata.normalize("NFKC", word) if self._ladder.nfkc and not word.isascii() else word

    def _bases(self, word: str) -> list[str]:
        """The base, and the same with straight apostrophes: sources have don't, texts often don’t."""
        if word.isascii():
            return [word]
        base = self._base(word)
        return [base, base.replace("’", "'")] if self._ladder.nfkc and "’" in base else [base]

    def _cases(self, form: str) -> list[str]:
        found = [form]
        if self._ladder.lower:
            found.append(form.lower())
        if self._ladder.title:
            found.append(_title(form))
        if self._ladder.upper:
            found.append(form.upper())
        return found

    def _nfkc(self, word: str) -> list[str]:
        return [] if word.isascii() else [*self._bases(word), unicodedata.normalize("NFKD", word)]

    def _lower(self, word: str) -> list[str]:
        return [base.lower() for base in self._bases(word)]

    def _title(self, word: str) -> list[str]:
        return [_title(base) for base in self._bases(word)]

    def _upper(self, word: str) -> list[str]:
        return [base.upper() for base in self._bases(word)]

    def _joiner(self, word: str) -> list[str]:
        base = self._base(word)
        # A joiner stands between two characters: "-" alone and "-5" have none.
        if not JOINED.search(base):
            return []
        forms = [re.sub(r"(?<=[^ _-])[ _-]+(?=[^ _-])", joiner, base) for joiner in JOINERS]
        return [case for form in forms if form != base for case in self._cases(form)]

    def _digits(self, word: str) -> list[str]:
        base = self._base(word)
        if not DIGIT.search(base):
            return []
        return [case for write in self._writers() if (form := write(base)) for case in self._cases(form)]

    def _trim(self, word: str) -> list[str]:
        # Byte-level pieces are read before Unicode is normalized: their letters stand for bytes.
        text = (_from_bytes(word) if self._bytes else None) or self._base(word)
        if text == word and not _has_margin(word):
            return []
        forms = [form for form in self._trimmed(text) if form != word]
        found = [case for form in forms for case in self._cases(form)]
        if self._ladder.script:
            for spelled in converted([form for form in forms if has_han(form)]):
                found += spelled
        return found

    def _lemma(self, word: str) -> list[str]:
        if not self._english():
            return []
        base = self._base(word)
        # 'tis and 'em without their apostrophes would be other words.
        bare = self._trimmed(base) if self._ladder.trim and _has_margin(base) else []
        bases = [base, *(form for form in bare if len(form) >= SHORTEST_BARE)]
        return [case for form in bases if (lemma := lemma_of(form)) for case in self._cases(lemma)]

    def _trimmed(self, word: str) -> list[str]:
        bare = word.strip()
        for mark in PIECE_MARKS:
            if bare.startswith(mark) and len(bare) > len(mark):
                bare = bare.removeprefix(mark)
        for end in PIECE_ENDS:
            if bare.endswith(end) and len(bare) > len(end):
                bare = bare.removesuffix(end)
        bare = bare.strip()
        trimmed = bare.lstrip(BEFORE).rstrip(AFTER)
        owner = next((trimmed.removesuffix(p) for p in POSSESSIVES if trimmed.endswith(p)), "")
        return [bare, trimmed, owner]


def _has_margin(word: str) -> bool:
    first, last = word[:1], word[-1:]
    return first in TRIMMED_BEFORE or last in TRIMMED_AFTER or first.isspace() or last.isspace()


def _title(word: str) -> str:
    """Every part with a capital: new york → New York; str.title() would write Don'T."""
    if word.isalnum():
        return word[:1].upper() + word[1:].lower()
    return re.sub(r"[^\s_-]+", lambda part: part[0][:1].upper() + part[0][1:].lower(), word)


def _digit_writers(locate: Callable[[Sequence[str]], NDArray[np.int64]]) -> list[Callable[[str], str]]:
    """How the source writes numbers, if not as they are: its rows are asked for the usual ways."""
    asked = [*YEARS, "####", "##", "0000", "00", *NUMBER_WORDS]
    there = dict(zip(asked, (locate(asked) >= 0).tolist(), strict=True))
    writers: list[Callable[[str], str]] = []
    if not any(there[year] for year in YEARS):
        if there["####"] or there["##"]:
            writers.append(lambda word: DIGIT.sub("#", word))
        if there["0000"] or there["00"]:
            writers.append(lambda word: DIGIT.sub("0", word))
    for name in NUMBER_WORDS:
        if there[name]:
            writers.append(lambda word, name=name: name if NUMBER.fullmatch(word) else "")
            break
    return writers


def rungs_asked_by(rung: str) -> tuple[str, ...]:
    """The rungs whose spellings may be others when `rung` is switched on."""
    return LADDER_RUNGS[1:] if rung == "nfkc" else (rung, *WIDENED.get(rung, ()))


def _is_byte_level(words: Sequence[str]) -> bool:
    """Whether the words are GPT-2's byte-level pieces, where Ġ stands for a space."""
    return sum(word.startswith("Ġ") for word in words) > len(words) / 100


@cache
def _bytes_by_letter() -> dict[str, int]:
    """GPT-2's letters for bytes (Radford et al. 2019): printable bytes are themselves, others from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [b for b in range(256) if b not in printable]
    return {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(rest)}


def _from_bytes(word: str) -> str | None:
    """The text that a byte-level piece stands for, None where it is a part of a character."""
    table = _bytes_by_letter()
    try:
        return bytes(table[c] for c in word).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None
