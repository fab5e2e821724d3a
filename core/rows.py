"""Where every row of a matrix came from: `Origin`, the rungs, and the column table `Rows`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import arrow

if TYPE_CHECKING:
    import pyarrow as pa


class Origin(IntEnum):
    """How a row came about. The codes are stored in artifacts: never renumber."""

    MISSING = 0  # no source holds it; only in a `Lookup`, never in a finished matrix
    EXACT = 1  # found as written
    NORMALIZED = 2  # found under another spelling: see the rung
    COMPOSED = 3  # made from pieces, characters or n-grams the source holds
    MAPPED = 4  # carried over from another space
    INVENTED = 5  # mean, random: no information about this word
    SPECIAL = 6  # <pad>, <unk>, reserved rows


# How a row of a source was found: the rungs of the normalization ladder, in the order in which they are tried,
# and last what was chosen by hand or accepted. The position is stored in memory only; artifacts hold the name.
RUNGS = ("exact", "nfkc", "lower", "title", "upper", "script", "joiner", "digits", "trim", "lemma", "fix")
LADDER_RUNGS = RUNGS[:-1]


@dataclass(frozen=True)
class Rows:
    """A column table, n rows in vocabulary order.

    origin     uint8[n]   codes of `Origin`
    rung       int8[n]    position in RUNGS, -1 where no source row was found
    source     int16[n]   position in `sources`, -1 for none
    method     int16[n]   position in `methods` (kinds of fill), -1 for none
    form       object[n]  the spelling found in the source, or None
    pieces     object[n]  tuple of the pieces a composed row is made of, or None
    suspect    bool[n]    found, but perhaps another word (US -> us): counted apart
    ambiguous  bool[n]    one of several possible conversions (发 -> 發 or 髮)
    confidence float32[n] in 0..1, NaN where there is none
    """

    origin: NDArray[np.uint8]
    rung: NDArray[np.int8]
    source: NDArray[np.int16]
    method: NDArray[np.int16]
    form: NDArray[np.object_]
    pieces: NDArray[np.object_]
    suspect: NDArray[np.bool_]
    ambiguous: NDArray[np.bool_]
    confidence: NDArray[np.float32]
    sources: tuple[str, ...] = ()
    methods: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        n = len(self.origin)
        for name in COLUMNS:
            column = getattr(self, name)
            if column.shape != (n,):
                raise ValueError(f"column {name} has shape {column.shape}, expected ({n},)")
            column.flags.writeable = False

    @classmethod
    def missing(cls, n: int) -> Rows:
        """n rows, all MISSING."""
        return cls(
            origin=np.zeros(n, np.uint8),
            rung=np.full(n, -1, np.int8),
            source=np.full(n, -1, np.int16),
            method=np.full(n, -1, np.int16),
            form=np.full(n, None, object),
            pieces=np.full(n, None, object),
            suspect=np.zeros(n, bool),
            ambiguous=np.zeros(n, bool),
            confidence=np.full(n, np.nan, np.float32),
        )

    def __len__(self) -> int:
        return len(self.origin)

    def writable(self) -> dict[str, Any]:
        """Copies of all columns, to be changed and passed to `replace_columns`."""
        return {name: getattr(self, name).copy() for name in COLUMNS}

    def replace_columns(self, **columns: Any) -> Rows:
        """The same table with some columns (or `sources`, `methods`) replaced."""
        return replace(self, **columns)

    def take(self, ids: Sequence[int] | NDArray[np.integer]) -> Rows:
        """The rows at positions `ids`, in that order."""
        at = np.asarray(ids, dtype=np.int64)
        return replace(self, **{name: getattr(self, name)[at] for name in COLUMNS})

    def is_(self, *origins: Origin) -> NDArray[np.bool_]:
        """bool[n]: rows whose origin is one of `origins`."""
        return np.isin(self.origin, [int(o) for o in origins])

    @property
    def known(self) -> NDArray[np.bool_]:
        """bool[n]: rows that a source gave: held there (exact, normalized), or made there, which a rung tells.

        A transformer composes a row of its pieces, an aligned source maps it: both have the rung under
        which the word was found. What a fill composes has none.
        """
        return self.is_(Origin.EXACT, Origin.NORMALIZED) | (self.rung >= 0)

    def to_arrow(self, words: Sequence[str]) -> pa.Table:
        """The table that `rows.parquet` holds: word, then the columns with names instead of codes."""
        import pyarrow as pa

        origins = [o.name.lower() for o in Origin]
        return pa.table(
            {
                "word": arrow.strings(words),
                "origin": arrow.names(self.origin, origins),
                "rung": arrow.names(self.rung, RUNGS),
                "source": arrow.names(self.source, self.sources),
                "method": arrow.names(self.method, self.methods),
                "form": arrow.strings(self.form.tolist()),
                "pieces": arrow.string_lists(self.pieces.tolist()),
                "suspect": arrow.numbers(self.suspect),
                "ambiguous": arrow.numbers(self.ambiguous),
                "confidence": arrow.numbers(self.confidence, np.isnan(self.confidence)),
            }
        )

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Rows:
        """The inverse of `to_arrow` (without the words)."""
        import pyarrow as pa

        n = table.num_rows

        def objects(name: str, convert: Callable[[Any], Any]) -> NDArray[np.object_]:
            out = np.full(n, None, object)
            column = table[name].combine_chunks()
            at = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
            for i, value in zip(at.tolist(), column.take(pa.array(at)).to_pylist(), strict=True):
                out[i] = convert(value)
            return out

        def coded(name: str, names: Sequence[str] | None, dtype: Any) -> tuple[NDArray[Any], tuple[str, ...]]:
            column = table[name].combine_chunks()
            if not pa.types.is_dictionary(column.type):
                column = column.dictionary_encode()
            known = column.dictionary.to_pylist()
            names = known if names is None else names
            codes = np.array([*map(list(names).index, known), -1], dtype=np.int64)
            at = column.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
            return codes[at].astype(dtype), tuple(names)

        source, sources = coded("source", None, np.int16)
        method, methods = coded("method", None, np.int16)
        return cls(
            origin=coded("origin", [o.name.lower() for o in Origin], np.uint8)[0],
            rung=coded("rung", RUNGS, np.int8)[0],
            source=source,
            method=method,
            form=objects("form", str),
            pieces=objects("pieces", tuple),
            suspect=table["suspect"].to_numpy(),
            ambiguous=table["ambiguous"].to_numpy(),
            confidence=table["confidence"].combine_chunks().fill_null(np.nan).to_numpy(zero_copy_only=False).copy(),
            sources=sources,
            methods=methods,
        )


COLUMNS = ("origin", "rung", "source", "method", "form", "pieces", "suspect", "ambiguous", "confidence")
