"""A chain: the first source that has the word gives its row. For sources of one space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ..errors import SourceError
from ..matrix import Located, Lookup
from ..messages import _
from ..rows import Rows
from ..spec import Spec


class Chain(Spec):
    """The first source that has the word gives its row; a suspect hit gives way to a sound one further on."""

    kind: Literal["chain"] = "chain"


def locate_chain(lookups: Sequence[Lookup], spec: Chain) -> Located:
    """The lookups as a chain. Raises SourceError when the sources differ in width."""
    if len({lookup.source.info.dim for lookup in lookups}) > 1:
        listed = ", ".join(f"{lookup.source.info.name}: {lookup.source.info.dim}" for lookup in lookups)
        raise SourceError(
            _("sources of different width can't be chained: {listed}").format(listed=listed),
            fix=_("Take sources with equally many dimensions, or combine them by align, concatenate or average."),
        )
    return chained(lookups)


def chained(lookups: Sequence[Lookup]) -> Located:
    """Each word from the first of `lookups` (all of one width) that has it."""
    first, *others = lookups
    source_of = np.where(first.row_ids >= 0, 0, -1).astype(np.int16)
    row_ids = first.row_ids.copy()
    columns = first.rows.writable()
    for k, lookup in enumerate(others, 1):
        better = lookup.rows.known & ((source_of < 0) | (columns["suspect"] & ~lookup.rows.suspect))
        source_of[better] = k
        row_ids[better] = lookup.row_ids[better]
        for name, column in columns.items():
            column[better] = getattr(lookup.rows, name)[better]
    columns["source"] = source_of.copy()
    rows = Rows(**columns, sources=distinct_names(lookups))
    sources = tuple(lookup.source for lookup in lookups)
    return Located(first.vocabulary, sources, source_of, row_ids, rows, tuple(lookups))


def distinct_names(lookups: Sequence[Lookup]) -> tuple[str, ...]:
    """Names that tell the sources apart: a second of one name gets its number."""
    names = [lookup.source.info.name for lookup in lookups]
    return tuple(name if name not in names[:k] else f"{name} ({k + 1})" for k, name in enumerate(names))
