"""The words of a located vocabulary as a table: searched, filtered, read row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import arrow
from .matrix import Located
from .messages import N_
from .rows import RUNGS, Origin, Rows
from .vocabulary.scripts import SCRIPTS
from .vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pyarrow as pa

# What a word's row is told as, in this order.
STATES = {
    "missing": N_("missing"),
    "suspect": N_("found, suspect"),
    "ambiguous": N_("found, ambiguous"),
    "normalized": N_("found under another spelling"),
    "exact": N_("found as written"),
    "composed": N_("composed of pieces"),
    "mapped": N_("mapped from another space"),
    "invented": N_("invented"),
    "special": N_("special row"),
}
_NAMES = tuple(STATES)


@dataclass(frozen=True)
class Listing:
    """The rows of a vocabulary and what became of each.

    states  int8[n]: position in STATES
    """

    vocabulary: Vocabulary
    rows: Rows
    states: NDArray[np.int8]

    @classmethod
    def of(cls, found: Located | Rows, vocabulary: Vocabulary | None = None) -> Listing:
        """The listing of a located vocabulary, or of a matrix's rows."""
        rows = found if isinstance(found, Rows) else found.rows
        vocabulary = vocabulary or getattr(found, "vocabulary", None)
        if vocabulary is None:
            raise TypeError("rows alone do not know their words: give the vocabulary")
        names = {origin: _NAMES.index(origin.name.lower()) for origin in Origin}
        states = np.array([names[origin] for origin in Origin], np.int8)[rows.origin]
        states[rows.ambiguous & rows.known] = _NAMES.index("ambiguous")
        states[rows.suspect & rows.known] = _NAMES.index("suspect")
        return cls(vocabulary, rows, states)

    def count(self) -> dict[str, int]:
        """state -> how many rows, those that occur."""
        found = np.bincount(self.states, minlength=len(_NAMES)).tolist()
        return {name: n for name, n in zip(_NAMES, found, strict=True) if n}

    def pick(self, state: str = "", search: str = "") -> NDArray[np.int64]:
        """Row numbers, most frequent first: of one state ("": all), whose word or spelling contains `search`.

        The search minds neither case nor width.
        """
        at = np.arange(len(self.states)) if not state else np.flatnonzero(self.states == _NAMES.index(state))
        if search:
            wanted, words, forms = search.casefold(), self.vocabulary.words, self.rows.form
            at = np.array(
                [i for i in at.tolist() if wanted in words[i].casefold() or wanted in (forms[i] or "").casefold()],
                np.int64,
            )
        counts = self.vocabulary.counts
        return at if counts is None else at[np.argsort(-counts[at], kind="stable")]

    def table(self, at: NDArray[np.int64], titles: Mapping[str, Mapping[str, str]] | None = None) -> pa.Table:
        """Rows `at` as columns id, word, count (where known), state, form, rung, source, script.

        `titles` may give a column's codes the names that a reader is told ("state", "rung", "script").
        """
        import pyarrow as pa

        script_names = tuple(SCRIPTS)
        rows = self.rows.take(at)
        words = [self.vocabulary.words[i] for i in at.tolist()]
        columns: dict[str, Any] = {"id": arrow.numbers(at), "word": arrow.strings(words)}
        if self.vocabulary.counts is not None:
            columns["count"] = arrow.numbers(self.vocabulary.counts[at])
        titles = titles or {}
        columns["state"] = _coded(self.states[at], _NAMES, titles.get("state"))
        columns["form"] = arrow.strings(rows.form.tolist())
        columns["rung"] = _coded(rows.rung, RUNGS, titles.get("rung"))
        columns["source"] = _coded(rows.source, rows.sources)
        scripts = self.vocabulary.scripts[at]
        columns["script"] = _coded(scripts, script_names, titles.get("script"))
        return pa.table(columns)

    def csv(self, at: NDArray[np.int64]) -> bytes:
        """Rows `at` as a file for spreadsheets."""
        from .csv_text import csv_of

        table = self.table(at)
        return csv_of(table.column_names, zip(*(column.to_pylist() for column in table.columns), strict=True))

    def row(self, i: int) -> dict[str, Any]:
        """What is known of row `i`: word, count, role, state, form, rung, source, method, pieces."""
        rows, counts = self.rows, self.vocabulary.counts
        word = self.vocabulary.words[i]
        return {
            "word": word,
            "count": None if counts is None else int(counts[i]),
            "role": self.vocabulary.specials.get(word, ""),
            "state": _NAMES[self.states[i]],
            "form": rows.form[i],
            "rung": RUNGS[rows.rung[i]] if rows.rung[i] >= 0 else "",
            "source": rows.sources[rows.source[i]] if rows.source[i] >= 0 else "",
            "method": rows.methods[rows.method[i]] if rows.method[i] >= 0 else "",
            "pieces": rows.pieces[i],
        }


def _coded(codes: NDArray[Any], names: tuple[str, ...], titles: Mapping[str, str] | None = None) -> Any:
    return arrow.names(codes, [(titles or {}).get(name, name) for name in names])
