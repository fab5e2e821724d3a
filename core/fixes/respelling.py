"""Words that a source holds under another spelling: what all rungs of the ladder together would find."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..ladder import FULL_LADDER, Ladder, Speller, Suspects, rungs_asked_by
from ..ladder.lemmas import is_common
from ..ladder.rungs import POSSESSIVES
from ..messages import N_, _
from ..sources.protocol import Source
from .causes import Cause, cause_by_writing
from .sheet import AT_ONCE, NO_PROPOSAL, Sheet

SEEKING = N_("Looking for other spellings")
# What a word is missing for that this rung finds.
CAUSE_OF: dict[str, Cause] = {
    "nfkc": "width",
    "lower": "case",
    "title": "case",
    "upper": "case",
    "script": "script",
    "joiner": "compound",
    "digits": "number",
    "trim": "markup",
    "lemma": "inflection",
}


def judge_spelling(sheet: Sheet, ladder: Ladder) -> None:
    """Settle the words that a source holds under another spelling, then those whose writing tells the cause.

    What `ladder` has asked the sources for already is not asked for again.
    """
    widened = {rung for off in FULL_LADDER.on() if not getattr(ladder, off) for rung in rungs_asked_by(off)}
    rungs = [rung for rung in FULL_LADDER.on() if rung in widened]
    left = np.arange(len(sheet.words))
    for source in sheet.sources if rungs else ():
        respell = _Respelling(sheet, source, rungs)
        for first in range(0, len(left), AT_ONCE):
            respell.judge(left[first : first + AT_ONCE])
            sheet.progress(_(SEEKING), min(len(left), first + AT_ONCE), len(left), "words", source.info.name)
        left = np.array(sheet.open(), np.int64)
    for at in sheet.open():
        if cause := cause_by_writing(sheet.words[at]):
            sheet.settle(at, cause)


class _Respelling:
    """The words of a sheet under their other spellings in one source."""

    def __init__(self, sheet: Sheet, source: Source, rungs: Sequence[str]) -> None:
        self._sheet, self._source, self._rungs = sheet, source, rungs
        self._speller = Speller(FULL_LADDER, sheet.vocabulary.words, source.locate)
        self._suspects = Suspects(sheet.vocabulary.words)

    def judge(self, part: NDArray[np.int64]) -> None:
        """Settle those of the words at positions `part` that the source holds; the first rung that finds one counts."""
        for rung in self._rungs:
            part = part[self._sheet.causes[part] < 0]
            spelled = self._speller.spellings(rung, [self._sheet.words[at] for at in part.tolist()])
            forms = [form for found in spelled for form in found]
            if not forms:
                continue
            owners = np.repeat(part, [len(found) for found in spelled])
            hits = np.flatnonzero(self._source.locate(forms) >= 0)
            # The best spelling of a word comes first.
            found, first = np.unique(owners[hits], return_index=True)
            for at, i in zip(found.tolist(), hits[first].tolist(), strict=True):
                self._settle(at, rung, forms[i])

    def _settle(self, at: int, rung: str, form: str) -> None:
        word = self._sheet.words[at]
        # Brooks is no brook.
        if rung == "lemma" and (self._sheet.is_name(word) or _is_other_word(word, form)):
            return
        writing = cause_by_writing(word)
        cause = writing or CAUSE_OF[rung]
        if rung == "trim" and writing != "piece" and any(word == form + mark for mark in POSSESSIVES):
            cause = "inflection"
        self._sheet.settle(at, cause, NO_PROPOSAL if self._suspects.judge(word, form) else (form,))


def _is_other_word(word: str, form: str) -> bool:
    """Whether a lemma was found as a name only: heralded is of herald, not of the Herald."""
    return word.islower() and not form.islower() and is_common(form)
