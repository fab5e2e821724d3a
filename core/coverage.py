"""How much of a vocabulary is found, and how: by type and by token, by origin, rung, source, script, frequency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .matrix import Located, Lookup
from .rows import RUNGS, Origin, Rows
from .vocabulary.scripts import SCRIPTS
from .vocabulary.vocabulary import Vocabulary

# Words by falling count: the first hundred, the next up to a thousand, …
BAND_ENDS = (100, 1_000, 10_000, 100_000)
ORIGINS = tuple(origin.name.lower() for origin in Origin)


@dataclass(frozen=True)
class Tally:
    """What became of some rows. The parts of `by_origin` add up to `total`.

    total      number of rows (types) or sum of their counts (tokens), special rows left out
    by_origin  origin -> number, every origin named
    suspect    among the normalized: perhaps another word
    ambiguous  among the found: one of several possible conversions
    given      rows that a source gave, held there or made there (a transformer's, an aligned one's)
    """

    total: int
    by_origin: dict[str, int]
    suspect: int
    ambiguous: int
    given: int

    @property
    def found(self) -> int:
        """What the sources gave, suspect hits left out."""
        return self.given - self.suspect

    @property
    def share(self) -> float:
        """`found` of `total`, 0 to 1; 0 for none."""
        return self.found / self.total if self.total else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain values: total, every origin, suspect, ambiguous, found, share."""
        figures = {name: n for name, n in self.by_origin.items() if name != "special"}
        return {
            "total": self.total,
            **figures,
            "suspect": self.suspect,
            "ambiguous": self.ambiguous,
            "given": self.given,
            "found": self.found,
            "share": round(self.share, 6),
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Tally:
        """The inverse of `as_dict`; special rows are in no tally's total."""
        by_origin = {name: int(told.get(name, 0)) for name in ORIGINS}
        return cls(int(told["total"]), by_origin, int(told["suspect"]), int(told["ambiguous"]), int(told["given"]))


@dataclass(frozen=True)
class Part:
    """One script, band, rung or source: its name and what became of its rows."""

    name: str
    types: Tally
    tokens: Tally | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.name,
            "types": self.types.as_dict(),
            "tokens": None if self.tokens is None else self.tokens.as_dict(),
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Part:
        """The inverse of `as_dict`."""
        tokens = told["tokens"]
        return cls(told["name"], Tally.from_dict(told["types"]), None if tokens is None else Tally.from_dict(tokens))


@dataclass(frozen=True)
class Coverage:
    """Counts by origin of one located vocabulary or finished matrix.

    types    over distinct words, special rows apart
    tokens   over their counts; None where no count is known (absent, not 0)
    special  number of special rows that no source gave
    scripts, bands, rungs, sources  the same, part by part; bands only with counts
    oov      (word, count or None) of the missing words, most frequent first
    """

    types: Tally
    tokens: Tally | None
    special: int
    scripts: tuple[Part, ...]
    bands: tuple[Part, ...]
    rungs: tuple[Part, ...]
    sources: tuple[Part, ...]
    oov: list[tuple[str, int | None]]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the list of missing words."""
        return {
            "types": self.types.as_dict(),
            "tokens": None if self.tokens is None else self.tokens.as_dict(),
            "special": self.special,
            "scripts": [part.as_dict() for part in self.scripts],
            "bands": [part.as_dict() for part in self.bands],
            "rungs": [part.as_dict() for part in self.rungs],
            "sources": [part.as_dict() for part in self.sources],
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Coverage:
        """The inverse of `as_dict`: a build's lock holds it. The list of missing words is empty."""
        tokens = told["tokens"]
        parts = {name: tuple(map(Part.from_dict, told[name])) for name in ("scripts", "bands", "rungs", "sources")}
        return cls(
            types=Tally.from_dict(told["types"]),
            tokens=None if tokens is None else Tally.from_dict(tokens),
            special=told["special"],
            oov=[],
            **parts,
        )


def measure_coverage(found: Lookup | Located | Rows, vocabulary: Vocabulary | None = None) -> Coverage:
    """Count what became of every row. `vocabulary` is needed for bare `Rows` only."""
    rows = found if isinstance(found, Rows) else found.rows
    if vocabulary is None:
        if isinstance(found, Rows):
            raise TypeError("rows alone do not know their words: give the vocabulary")
        vocabulary = found.vocabulary
    words = rows.origin != Origin.SPECIAL
    counts = vocabulary.counts

    def part(name: str, mask: NDArray[np.bool_]) -> Part:
        mask = mask & words
        return Part(name, _tally(rows, mask, None), None if counts is None else _tally(rows, mask, counts))

    whole = part("", words)
    there = np.bincount(vocabulary.scripts[words], minlength=len(SCRIPTS))
    scripts = [(code, name) for code, name in enumerate(SCRIPTS) if there[code]]
    return Coverage(
        types=whole.types,
        tokens=whole.tokens,
        special=int((~words).sum()),
        scripts=tuple(part(name, vocabulary.scripts == code) for code, name in scripts),
        bands=tuple(part(name, mask) for name, mask in _bands(counts, words)),
        rungs=tuple(part(name, rows.rung == k) for k, name in enumerate(RUNGS) if bool((rows.rung == k).any())),
        sources=tuple(part(name, rows.source == k) for k, name in enumerate(rows.sources)),
        oov=_missing(rows, vocabulary),
    )


def _tally(rows: Rows, mask: NDArray[np.bool_], counts: NDArray[np.int64] | None) -> Tally:
    def total(chosen: NDArray[np.bool_]) -> int:
        return int(chosen.sum() if counts is None else counts[chosen].sum())

    by_origin = {name: total(mask & (rows.origin == code)) for code, name in enumerate(ORIGINS)}
    return Tally(
        total(mask), by_origin, total(mask & rows.suspect), total(mask & rows.ambiguous), total(mask & rows.known)
    )


def _bands(counts: NDArray[np.int64] | None, words: NDArray[np.bool_]) -> list[tuple[str, NDArray[np.bool_]]]:
    if counts is None:
        return []
    at = np.flatnonzero(words)
    order = at[np.argsort(-counts[at], kind="stable")]
    found, first = [], 0
    for end in (*BAND_ENDS, len(order)):
        end = min(end, len(order))
        if end > first:
            mask = np.zeros(len(words), bool)
            mask[order[first:end]] = True
            found.append((f"{first + 1}-{end}", mask))
        first = max(first, end)
    return found


def _missing(rows: Rows, vocabulary: Vocabulary) -> list[tuple[str, int | None]]:
    at = np.flatnonzero(rows.origin == Origin.MISSING)
    counts = vocabulary.counts
    if counts is None:
        return [(vocabulary.words[i], None) for i in at.tolist()]
    at = at[np.argsort(-counts[at], kind="stable")]
    return [(vocabulary.words[i], int(counts[i])) for i in at.tolist()]
