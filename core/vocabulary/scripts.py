"""Which script a word is written in."""

from __future__ import annotations

from functools import cache
from typing import Any

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
_PROPERTIES = {
    "latin": r"\p{Latin}",
    "han": r"[\p{Han}〇]",
    "cyrillic": r"\p{Cyrillic}",
    "greek": r"\p{Greek}",
    "kana": r"[\p{Hiragana}\p{Katakana}]",
    "hangul": r"\p{Hangul}",
    "arabic": r"\p{Arabic}",
    "hebrew": r"\p{Hebrew}",
    "devanagari": r"\p{Devanagari}",
    "thai": r"\p{Thai}",
}


def script_of(word: str) -> str:
    """A key of `SCRIPTS`. Digits and marks beside letters do not count: "3D" is Latin."""
    if word.isascii():
        if word.isalpha():
            return "latin"
        found = {"latin"} if any(c.isalpha() for c in word) else set()
    else:
        found = {_letter(c) for c in word if c.isalpha() or c == "〇"}
    if len(found) == 1:
        return found.pop()
    if found:
        # Japanese is written with both.
        return "kana" if found == {"kana", "han"} else "mixed"
    return "number" if any(c.isnumeric() for c in word) else "mark"


@cache
def _letter(character: str) -> str:
    return next((name for name, one in _patterns().items() if one.match(character)), "other")


@cache
def _patterns() -> dict[str, Any]:
    import regex  # most vocabularies are ASCII and never need it

    return {name: regex.compile(pattern) for name, pattern in _PROPERTIES.items()}
