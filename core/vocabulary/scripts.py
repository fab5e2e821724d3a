"""Which script a word is written in."""

from __future__ import annotations

import regex

from ..messages import N_

# name -> how a reader is told. "mixed" is letters of several scripts, "mark" a word without letter or digit.
SCRIPTS = {
    "latin": N_("Latin"),
    "han": N_("Chinese"),
    "number": N_("numbers"),
    "mixed": N_("several scripts"),
    "cyrillic": N_("Cyrillic"),
    "greek": N_("Greek"),
    "kana": N_("Japanese kana"),
    "hangul": N_("Korean"),
    "arabic": N_("Arabic"),
    "hebrew": N_("Hebrew"),
    "devanagari": N_("Devanagari"),
    "thai": N_("Thai"),
    "other": N_("other scripts"),
    "mark": N_("marks and symbols"),
}
_LETTERS = {
    "latin": regex.compile(r"\p{Latin}"),
    "han": regex.compile(r"[\p{Han}〇]"),
    "cyrillic": regex.compile(r"\p{Cyrillic}"),
    "greek": regex.compile(r"\p{Greek}"),
    "kana": regex.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "hangul": regex.compile(r"\p{Hangul}"),
    "arabic": regex.compile(r"\p{Arabic}"),
    "hebrew": regex.compile(r"\p{Hebrew}"),
    "devanagari": regex.compile(r"\p{Devanagari}"),
    "thai": regex.compile(r"\p{Thai}"),
}
_known: dict[str, str] = {}


def script_of(word: str) -> str:
    """A key of `SCRIPTS`. Digits and marks beside letters do not count: "3D" is Latin."""
    if word.isascii():
        if word.isalpha():
            return "latin"
        found = {"latin"} if any(c.isalpha() for c in word) else set()
    else:
        found = {_letter(c) for c in word if c.isalpha()}
    if len(found) == 1:
        return found.pop()
    if found:
        # Japanese is written with both.
        return "kana" if found == {"kana", "han"} else "mixed"
    return "number" if any(c.isnumeric() for c in word) else "mark"


def _letter(character: str) -> str:
    known = _known.get(character)
    if known is None:
        known = next((name for name, one in _LETTERS.items() if one.match(character)), "other")
        _known[character] = known
    return known
