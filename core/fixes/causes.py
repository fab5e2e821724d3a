"""Why a word is missing: the closed table of causes, and what a word's own writing says of it."""

from __future__ import annotations

import re
from typing import Literal

from ..ladder.rungs import PIECE_ENDS, PIECE_MARKS, TRIMMED_AFTER, TRIMMED_BEFORE
from ..messages import N_
from ..vocabulary.scripts import script_of

Cause = Literal[
    "piece",
    "markup",
    "number",
    "case",
    "width",
    "script",
    "inflection",
    "compound",
    "slip",
    "language",
    "transliteration",
    "new",
]
# cause -> how a reader is told, in the order in which they are judged: a word has the first that fits.
CAUSES: dict[Cause, str] = {
    "piece": N_("Piece of a word"),
    "markup": N_("Punctuation or markup"),
    "number": N_("Number or date"),
    "case": N_("Capital letters"),
    "width": N_("Width or Unicode form"),
    "script": N_("Simplified or traditional"),
    "inflection": N_("Inflected form"),
    "compound": N_("Compound or segmentation"),
    "slip": N_("Spelling slip"),
    "language": N_("Other script or language"),
    "transliteration": N_("Transliterated name"),
    "new": N_("Not known"),
}
NAMES: tuple[Cause, ...] = tuple(CAUSES)
CODES: dict[Cause, int] = {name: code for code, name in enumerate(NAMES)}

ADDRESS = re.compile(
    r"(?:https?|ftp)://|^www\.|^[\w.+-]+@[\w-]+\.\w|^[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|html?)\b", re.I
)
TAG = re.compile(r"</?[A-Za-z][^<>]*>?|&#?\w+;|\{\\?\w+|\\[A-Za-z]+")
# 82nd, 1990s, 7pm, 50kg; 1990年代, 3月5日, 100元.
UNITS = r"st|nd|rd|th|'?s|[ap]m|[kcm]?m|[km]?g|km|hz|[kmgt]b|bn|[kmx]"
COUNTED = re.compile(rf"(?:[\d.,:/+-]*\d[\d.,:/+%-]*(?:{UNITS})?|(?:\d+[\u4e00-\u9fff]{{1,2}})+)", re.I)


def cause_by_writing(word: str) -> Cause | None:
    """What the writing of `word` alone tells: a piece, markup or a number; None where it tells nothing."""
    if word.isascii() and word.isalpha():
        return None
    if is_piece(word):
        return "piece"
    if ADDRESS.search(word) or TAG.search(word):
        return "markup"
    script = script_of(word)
    if script == "number" or (any(c.isdigit() for c in word) and COUNTED.fullmatch(word)):
        return "number"
    has_margin = word[0] in TRIMMED_BEFORE or word[-1] in TRIMMED_AFTER - frozenset("sS")
    return "markup" if script == "mark" or has_margin or word != word.strip() else None


def is_piece(word: str) -> bool:
    """Whether `word` is marked as a piece: ##ing, ▁the, Ġthe, th@@."""
    starts = any(word.startswith(mark) and len(word) > len(mark) for mark in PIECE_MARKS)
    return (starts and not word.startswith("###")) or any(word.endswith(end) and word != end for end in PIECE_ENDS)
