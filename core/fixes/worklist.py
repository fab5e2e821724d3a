"""The worklist: every missing word with why it is missing and what would serve it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .. import arrow
from ..ladder import Ladder
from ..matrix import Located
from ..progress import Progress, ignore
from ..rows import Origin
from ..vocabulary.vocabulary import Vocabulary
from .causes import CODES, NAMES, Cause
from .chinese import judge_chinese, judge_transliterations
from .compounds import judge_compounds
from .languages import judge_language
from .respelling import judge_spelling
from .sheet import Sheet
from .slips import judge_slips

if TYPE_CHECKING:
    import pyarrow as pa

JOINED = " + "


@dataclass(frozen=True)
class Group:
    """The missing words of one cause.

    words, tokens            how many there are, and how often they occur (None without counts)
    gain_words, gain_tokens  those of them that accepting the proposals gains
    types, all_tokens        what coverage is measured on: all words of the vocabulary, special rows left out
    """

    cause: Cause
    words: int
    tokens: int | None
    gain_words: int
    gain_tokens: int | None
    types: int
    all_tokens: int | None

    @property
    def gain_types_share(self) -> float:
        """What accepting adds to coverage by type, 0 to 1."""
        return self.gain_words / self.types if self.types else 0.0

    @property
    def gain_tokens_share(self) -> float | None:
        """What accepting adds to coverage by token, 0 to 1; None without counts."""
        if self.gain_tokens is None or self.all_tokens is None:
            return None
        return self.gain_tokens / self.all_tokens if self.all_tokens else 0.0


@dataclass(frozen=True)
class Worklist:
    """The missing words of a vocabulary, most gained first: by falling count, then in row order.

    rows       int64[k]: rows of the vocabulary that no source holds
    causes     int8[k]: position in CAUSES
    proposals  object[k]: tuple of spellings whose rows would serve (one: that row; several: their mean), () for none
    """

    vocabulary: Vocabulary
    rows: NDArray[np.int64]
    causes: NDArray[np.int8]
    proposals: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def proposed(self) -> NDArray[np.bool_]:
        """bool[k]: which words have a proposal."""
        return np.fromiter(map(bool, self.proposals), bool, len(self.rows))

    @cached_property
    def _counts(self) -> NDArray[np.int64] | None:
        counts = self.vocabulary.counts
        return None if counts is None else counts[self.rows]

    @cached_property
    def _totals(self) -> tuple[int, int | None]:
        """Words of the vocabulary and their occurrences, special rows left out."""
        special = [self.vocabulary.ids[word] for word in self.vocabulary.specials]
        counts = self.vocabulary.counts
        tokens = None if counts is None else int(counts.sum() - counts[special].sum())
        return len(self.vocabulary) - len(special), tokens

    def groups(self) -> list[Group]:
        """The causes that occur, in their order, and what each would gain."""
        types, tokens = self._totals
        counts, n = self._counts, len(NAMES)

        def sums(at: NDArray[np.bool_] | slice, weighed: bool) -> list[int]:
            weights = None if not weighed or counts is None else counts[at].astype(np.float64)
            return np.bincount(self.causes[at], weights, minlength=n).astype(np.int64).tolist()

        words, gained = sums(slice(None), False), sums(self.proposed, False)
        many = None if counts is None else (sums(slice(None), True), sums(self.proposed, True))
        return [
            Group(
                name,
                words[code],
                None if many is None else many[0][code],
                gained[code],
                None if many is None else many[1][code],
                types,
                tokens,
            )
            for code, name in enumerate(NAMES)
            if words[code]
        ]

    def pick(self, cause: Cause | Literal[""] = "", search: str = "") -> NDArray[np.int64]:
        """Positions, most gained first: of one cause ("": all), whose word or proposal contains `search`.

        The search minds neither case nor width. Raises KeyError for a cause that there is not.
        """
        at = np.flatnonzero(self.causes == CODES[cause]) if cause else np.arange(len(self.rows))
        if not search:
            return at
        wanted, words = search.casefold(), self.vocabulary.words
        rows = self.rows[at].tolist()
        found = [
            wanted in words[row].casefold() or wanted in JOINED.join(proposal).casefold()
            for row, proposal in zip(rows, self.proposals[at], strict=True)
        ]
        return at[np.array(found, bool)]

    def table(self, at: NDArray[np.int64], titles: Mapping[str, Mapping[str, str]] | None = None) -> pa.Table:
        """Positions `at` as columns id, word, count (where known), cause, proposal, gain_types, gain_tokens.

        The gains are what serving the word adds to coverage, 0 to 1, whatever serves it; gain_tokens where counts are
        known. `titles` may give the causes the names that a reader is told ("cause").
        """
        import pyarrow as pa

        rows = self.rows[at]
        types, tokens = self._totals
        told = (titles or {}).get("cause", {})
        columns: dict[str, Any] = {
            "id": arrow.numbers(rows),
            "word": arrow.strings([self.vocabulary.words[row] for row in rows.tolist()]),
        }
        if self._counts is not None:
            columns["count"] = arrow.numbers(self._counts[at])
        columns["cause"] = arrow.names(self.causes[at], [told.get(name, name) for name in NAMES])
        columns["proposal"] = arrow.strings([JOINED.join(one) or None for one in self.proposals[at]])
        columns["gain_types"] = arrow.numbers(np.full(len(at), 1 / max(1, types)))
        if self._counts is not None:
            columns["gain_tokens"] = arrow.numbers(self._counts[at] / max(1, tokens or 0))
        return pa.table(columns)

    def csv(self, at: NDArray[np.int64]) -> bytes:
        """Positions `at` as a file for spreadsheets."""
        from ..csv_text import csv_of

        table = self.table(at)
        return csv_of(table.column_names, zip(*(column.to_pylist() for column in table.columns), strict=True))

    def row(self, i: int) -> dict[str, Any]:
        """What is known of position `i`: id, word, count, cause, proposal (a tuple), gain_types, gain_tokens."""
        types, tokens = self._totals
        count = None if self._counts is None else int(self._counts[i])
        return {
            "id": int(self.rows[i]),
            "word": self.vocabulary.words[self.rows[i]],
            "count": count,
            "cause": NAMES[self.causes[i]],
            "proposal": self.proposals[i],
            "gain_types": 1 / max(1, types),
            "gain_tokens": None if count is None else count / max(1, tokens or 0),
        }


def list_missing(located: Located, ladder: Ladder, *, progress: Progress = ignore) -> Worklist:
    """Why each word that `ladder` did not find is missing, and what would serve it. Reads no vectors.

    The same inputs give the same list. What no cause is found for is "new", and nothing is proposed for it.
    """
    vocabulary = located.vocabulary
    rows = np.flatnonzero(located.rows.origin == Origin.MISSING)
    special = [vocabulary.ids[word] for word in vocabulary.specials]
    rows = np.setdiff1d(rows, np.array(special, np.int64))
    if vocabulary.counts is not None:
        rows = rows[np.argsort(-vocabulary.counts[rows], kind="stable")]
    sheet = Sheet(located, rows, progress)
    judge_spelling(sheet, ladder)
    judge_compounds(sheet)
    judge_chinese(sheet)
    # A word of another language is no slip of the hand.
    judge_language(sheet)
    judge_slips(sheet)
    judge_transliterations(sheet)
    sheet.causes[sheet.causes < 0] = CODES["new"]
    return Worklist(vocabulary, rows, sheet.causes, sheet.proposals)
