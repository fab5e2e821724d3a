"""Locate a vocabulary in sources. Reads no vectors, so switching a rung is instant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .ladder import DEFAULT_LADDER, Ladder, Speller, Suspects, rungs_asked_by
from .ladder.characters import ONE_TO_MANY, ONLY_SIMPLIFIED, ONLY_TRADITIONAL
from .ladder.scripts import alternatives, has_han, idioms
from .matrix import Located, Lookup
from .messages import N_, _
from .progress import Progress, ignore
from .rows import RUNGS, Origin, Rows
from .sources.protocol import FromPieces, Source
from .vocabulary.vocabulary import Vocabulary

AT_ONCE = 1 << 15
STAGE = N_("Looking up")


def look_up(
    vocabulary: Vocabulary, source: Source, *, ladder: Ladder = DEFAULT_LADDER, progress: Progress = ignore
) -> Lookup:
    """Where each word stands in `source`: exactly, or by the first rung of `ladder` that finds it.

    Padding, unknown and reserved rows are not looked up; other special tokens only as they are written.
    """
    return _Search(vocabulary, source, ladder, progress).run()


class _Search:
    """One vocabulary in one source: columns that fill up rung by rung."""

    def __init__(self, vocabulary: Vocabulary, source: Source, ladder: Ladder, progress: Progress) -> None:
        self.vocabulary, self.source, self.ladder, self.progress = vocabulary, source, ladder, progress
        n = len(vocabulary)
        self.ids = np.full(n, -1, np.int64)
        self.columns = Rows.missing(n).writable()
        self.words = vocabulary.words

    def run(self) -> Lookup:
        special = {self.vocabulary.ids[word]: role for word, role in self.vocabulary.specials.items()}
        never = {row for row, role in special.items() if role != "token"}
        asked = np.array([row for row in range(len(self.words)) if row not in never], np.int64)
        self._exact(asked)
        words = np.setdiff1d(asked, np.fromiter(special, np.int64, len(special)))
        speller = Speller(self.ladder, self.words, self.source.locate)
        suspects = Suspects(self.words)
        missing = words[self.ids[words] < 0]
        for first in range(0, len(missing), AT_ONCE):
            self._climb(missing[first : first + AT_ONCE], speller, suspects)
            done = len(self.words) - max(0, len(missing) - first - AT_ONCE)
            self.progress(_(STAGE), done, len(self.words), "words", self.source.info.name)
        self._mark_ambiguous(words)
        self._note_pieces()
        lost = [row for row in special if self.ids[row] < 0]
        self.columns["origin"][lost] = Origin.SPECIAL
        self.columns["source"] = np.where(self.ids >= 0, 0, -1).astype(np.int16)
        rows = Rows(**self.columns, sources=(self.source.info.name,))
        return Lookup(self.vocabulary, self.source, self.ids, rows)

    def _exact(self, asked: NDArray[np.int64]) -> None:
        for first in range(0, len(asked), AT_ONCE):
            part = asked[first : first + AT_ONCE]
            self.ids[part] = self.source.locate([self.words[row] for row in part.tolist()])
            self.progress(_(STAGE), first + len(part), len(self.words), "words", self.source.info.name)
        found = np.flatnonzero(self.ids >= 0)
        self.columns["origin"][found] = Origin.EXACT
        self.columns["rung"][found] = 0
        self.columns["form"][found] = [self.words[row] for row in found.tolist()]

    def _climb(self, missing: NDArray[np.int64], speller: Speller, suspects: Suspects) -> None:
        """Ask for all spellings of all rungs at once: a source is searched once, not once for each rung."""
        rows = missing.tolist()
        words = [self.words[row] for row in rows]
        forms: list[str] = []
        owners: list[NDArray[np.int64]] = []
        rungs: list[NDArray[np.int8]] = []
        for rung in self.ladder.on():
            spelled = speller.spellings(rung, words)
            counts = [len(found) for found in spelled]
            forms += [form for found in spelled for form in found]
            owners.append(np.repeat(missing, counts))
            rungs.append(np.full(sum(counts), RUNGS.index(rung), np.int8))
        if not forms:
            return
        hits = np.flatnonzero((ids := self.source.locate(forms)) >= 0)
        # The first rung and its best spelling come first.
        found, first = np.unique(np.concatenate(owners)[hits], return_index=True)
        best = hits[first]
        self.ids[found] = ids[best]
        self.columns["origin"][found] = Origin.NORMALIZED
        self.columns["rung"][found] = np.concatenate(rungs)[best]
        for row, k in zip(found.tolist(), best.tolist(), strict=True):
            self.columns["form"][row] = forms[k]
            self.columns["suspect"][row] = suspects.judge(self.words[row], forms[k])

    def _note_pieces(self) -> None:
        """A word that its source makes of several pieces is composed, and its row says of which.

        Where one of them is unknown, words that differ in it have one vector: such a hit is suspect.
        """
        if not isinstance(self.source, FromPieces):
            return
        unknown = self.source.unknown_piece
        found = np.flatnonzero(self.ids >= 0)
        for first in range(0, len(found), AT_ONCE):
            part = found[first : first + AT_ONCE]
            for row, pieces in zip(part.tolist(), self.source.pieces_of(self.ids[part]), strict=True):
                if len(pieces) > 1:
                    self.columns["pieces"][row] = pieces
                    self.columns["origin"][row] = Origin.COMPOSED
                    self.columns["suspect"][row] |= bool(unknown) and unknown in pieces

    def _mark_ambiguous(self, asked: NDArray[np.int64]) -> None:
        """Mark hits where a character or word has several counterparts and the source allows more than one.

        A single character is ambiguous in itself (发 is 發 or 髮). A longer word is where the source has
        several of its spellings (軟體 is 软件 as Taiwan means it, 软体 letter by letter). An exact hit is
        where simplified 后 was found in a traditional source.
        """
        script = RUNGS.index("script")
        by_script = asked[self.columns["rung"][asked] == script]
        # The rung trim converts too: ▁发 → 發.
        trimmed = asked[self.columns["rung"][asked] == RUNGS.index("trim")]
        exact = asked[self.columns["rung"][asked] == 0] if self.ladder.script and self._is_crossed(asked) else asked[:0]
        rows, forms, owners = [*by_script.tolist(), *trimmed.tolist(), *exact.tolist()], [], []
        words = [self.words[row].strip("▁#Ġ") if k >= len(by_script) else self.words[row] for k, row in enumerate(rows)]
        for row, worded in zip(rows, idioms(words[: len(by_script) + len(trimmed)]), strict=False):
            worded = [form for form in worded if form != self.columns["form"][row]]
            forms += worded
            owners += [row] * len(worded)
        for k, (row, word) in enumerate(zip(rows, words, strict=True)):
            if not any(c in ONE_TO_MANY for c in word):
                continue
            if len(word) == 1 and k < len(by_script) + len(trimmed):
                self.columns["ambiguous"][row] = self.columns["form"][row] != word
                continue
            spellings = [form for form in alternatives(word) if form != self.columns["form"][row]]
            forms += spellings
            owners += [row] * len(spellings)
        if forms:
            there = self.source.locate(forms) >= 0
            self.columns["ambiguous"][np.array(owners, np.int64)[there]] = True

    def _is_crossed(self, asked: NDArray[np.int64]) -> bool:
        """Whether the vocabulary is simplified and the source traditional, told by common characters."""
        if not any(has_han(self.words[row]) for row in asked[:2000].tolist()):
            return False
        there = self.source.locate([*ONLY_SIMPLIFIED, *ONLY_TRADITIONAL]) >= 0
        half = len(ONLY_SIMPLIFIED)
        ids = self.vocabulary.ids
        simplified = sum(c in ids for c in ONLY_SIMPLIFIED) or self.columns["rung"].tolist().count(
            RUNGS.index("script")
        )
        return bool(simplified and not there[:half].any() and there[half:].any())


def spellings_of(word: str, ladder: Ladder, words: Sequence[str], sources: Sequence[Source]) -> list[str]:
    """The other spellings under which `word` of the vocabulary `words` is looked up, in their order."""
    found: dict[str, None] = {}
    for source in sources:
        speller = Speller(ladder, words, source.locate)
        for rung in ladder.on():
            found |= dict.fromkeys(speller.spellings(rung, [word])[0])
    return [form for form in found if form != word]


def found_with(located: Located, ladder: Ladder, rung: str) -> NDArray[np.int64]:
    """The missing rows of `located`, looked up by `ladder`, that a source holds once `rung` is switched on too."""
    wider = ladder.model_copy(update={rung: True})
    rungs = [one for one in wider.on() if one in rungs_asked_by(rung)]
    words = located.vocabulary.words
    there = np.zeros(len(words), bool)
    missing = np.flatnonzero(located.rows.origin == Origin.MISSING)
    for source in located.sources:
        speller = Speller(wider, words, source.locate)
        left = missing[~there[missing]]
        for first in range(0, len(left), AT_ONCE):
            rows = left[first : first + AT_ONCE]
            asked = [words[row] for row in rows.tolist()]
            for one in rungs:
                spelled = speller.spellings(one, asked)
                forms = [form for found in spelled for form in found]
                if forms:
                    owners = np.repeat(rows, [len(found) for found in spelled])
                    there[owners[source.locate(forms) >= 0]] = True
    return np.flatnonzero(there)
