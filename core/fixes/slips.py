"""Spelling slips: words that no dictionary holds and that are one or two edits from a frequent one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..ladder.lemmas import is_common, is_word
from ..messages import N_, _
from ..rows import Origin
from .deletions import LONGEST, Deletions
from .languages import is_listed_abroad
from .likeness import likeness
from .sheet import LISTED, Sheet

SEEKING = N_("Looking for slips")
# Edits -> letters that a word has at least: of shorter ones too many are so near.
SHORTEST = {1: 4, 2: 8}
LONGEST_ACRONYM = 5
# The likely word is so many times as frequent. Where no dictionary tells words from slips, counts alone must.
USUAL = 5000
MORE_FREQUENT, MUCH_MORE_FREQUENT = 10, 100


def judge_slips(sheet: Sheet) -> None:
    """Settle the words that are likely a frequent word misspelled; the proposal is that word."""
    slips = _Slips(sheet)
    for edits, shortest in SHORTEST.items():
        asked = [at for at in sheet.open() if len(sheet.words[at]) >= shortest and slips.may_be_slip(sheet.words[at])]
        if not asked:
            continue
        among = [word for word in slips.likely if len(word) >= shortest - edits]
        best: dict[int, tuple[tuple[int, ...], str]] = {}
        for ats, found, apart in Deletions(among, edits).near([sheet.words[at] for at in asked]):
            for i, j, n in zip(ats.tolist(), found.tolist(), apart.tolist(), strict=True):
                if (order := slips.order(asked[i], among[j], n)) is not None:
                    best[i] = min(best.get(i, (order, among[j])), (order, among[j]))
            sheet.progress(_(SEEKING), int(ats.max(initial=0)), len(asked), "words")
        for i, (_order, word) in best.items():
            if not (sheet.is_english and is_listed_abroad(sheet.words[asked[i]])):
                sheet.settle(asked[i], "slip", (word,))


@dataclass(frozen=True)
class _Slips:
    sheet: Sheet

    @cached_property
    def likely(self) -> dict[str, int]:
        """Words that may be meant, each with its rank: those of the vocabulary that are found, then listed ones."""
        rows, words = self.sheet.located.rows, self.sheet.vocabulary.words
        found = np.flatnonzero((rows.origin == Origin.EXACT) | (rows.origin == Origin.NORMALIZED))
        forms = [*(words[i] for i in found.tolist()), *self.sheet.listed]
        kept = [form for form in dict.fromkeys(forms) if 3 <= len(form) <= LONGEST and self._is_likely(form)]
        # The most frequent ones: what stands behind is no likely word, and an index of all would be large.
        return {form: self.sheet.rank(form) for form in sorted(kept, key=self.sheet.rank)[:LISTED]}

    def _is_likely(self, form: str) -> bool:
        return form.isalpha() and (not self.sheet.is_english or is_common(form))

    def may_be_slip(self, word: str) -> bool:
        """Whether `word` may be a word misspelled: letters alone, no acronym, no word of a dictionary."""
        if not word.isalpha() or len(word) > LONGEST or (word.isupper() and len(word) <= LONGEST_ACRONYM):
            return False
        return not (self.sheet.is_english and is_word(word))

    def order(self, at: int, meant: str, edits: int) -> tuple[int, ...] | None:
        """How unlikely it is that `meant` was meant, in a tuple that sorts; None where it is not likely at all."""
        word = self.sheet.words[at]
        if self.sheet.is_name(word) and not meant[0].isupper():
            return None
        if not self._is_more_frequent(at, meant):
            return None
        if (likely := likeness(word, meant, self.likely[meant])) is None:
            return None
        return edits, likely, self.likely[meant]

    def _is_more_frequent(self, at: int, meant: str) -> bool:
        counts = self.sheet.vocabulary.counts
        there = self.sheet.vocabulary.ids.get(meant)
        if counts is None:
            return self.sheet.is_english
        if there is None:  # a text that has the slip has the word too, as a rule
            return self.sheet.is_english and self.likely[meant] < USUAL
        times = MORE_FREQUENT if self.sheet.is_english else MUCH_MORE_FREQUENT
        return bool(counts[there] >= times * max(1, counts[self.sheet.rows[at]]))
