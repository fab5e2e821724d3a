"""The words of a vocabulary that are spelled most like one that is not there."""

from __future__ import annotations

import re
import unicodedata

from ..matrix import EmbeddingMatrix
from ..vocabulary.vocabulary import Vocabulary

# What nobody mistyped: comparing it with every word would take long and find nothing.
LONGEST = 100
# Shares of the letters that must agree: half of a Chinese word of two characters is much, of a Latin one nothing.
LEAST, LEAST_HAN = 60, 50
LOOKED_AT = 50  # the closest by shared letters, which are then put in order
WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")  # Chinese characters and Japanese kana


def suggestions(asked: EmbeddingMatrix | Vocabulary, word: str, most: int = 5) -> list[str]:
    """Up to `most` words of a matrix or a vocabulary that are spelled most like `word`, the likeliest first.

    Those that differ in nothing but case or width (NFKC) come first. Of the others the closest by shared letters
    in order (Indel similarity) are put in order by the mean of that and the share of letters that need no edit
    (optimal string alignment, where a swap of neighbors is one edit); equal ones by count, then by row. Special
    rows and `word` itself are never among them. A million words take about a quarter of a second.
    """
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    vocabulary = asked if isinstance(asked, Vocabulary) else asked.vocabulary
    wanted = folded(word)
    if not wanted.strip() or len(wanted) > LONGEST:
        return []
    apart = {*vocabulary.specials, word}
    forms = [None if one in apart else folded(one) for one in vocabulary.words]
    counts = vocabulary.counts

    def order(one: tuple[str, float, int]) -> tuple[float, int, int]:
        form, ratio, row = one
        alike = ratio / 100 + OSA.normalized_similarity(wanted, form)
        return -round(alike, 6), 0 if counts is None else -int(counts[row]), row

    least = LEAST_HAN if WIDE.search(wanted) else LEAST
    limit = max(most, LOOKED_AT)
    close = process.extract(wanted, forms, scorer=fuzz.ratio, processor=None, limit=limit, score_cutoff=least)
    return [vocabulary.words[row] for _form, _ratio, row in sorted(close, key=order)[: max(0, most)]]


def folded(word: str) -> str:
    """`word` without the differences of case and width."""
    return word.casefold() if word.isascii() else unicodedata.normalize("NFKC", word).casefold()
