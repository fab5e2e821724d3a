"""What the points of a map are colored by: names (origin, cluster, script, …) or values (frequency, length, …).

Names have colors that keep apart for the common color blindnesses (Paul Tol's "muted", Okabe and Ito's for more),
values the scale "viridis", which falls evenly in lightness.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..listing import STATES, Listing
from ..messages import N_, _, number
from ..vocabulary.scripts import SCRIPTS
from .style import COLORS

if TYPE_CHECKING:
    from ..clustering import Clusters
    from ..matrix import EmbeddingMatrix
    from ..projection import Projection

# https://personal.sron.nl/~pault/ ("muted"), then Okabe and Ito 2008 (https://jfly.uni-koeln.de/color/).
PALETTE = (
    *("#332288", "#CC6677", "#117733", "#88CCEE", "#AA4499", "#DDCC77", "#44AA99", "#882255", "#999933"),
    *("#E69F00", "#0072B2", "#D55E00", "#009E73", "#56B4E9", "#CC79A7", "#F0E442"),
)
# matplotlib's viridis (CC0) at nine places.
VIRIDIS = (*("#440154", "#472D7B", "#3B528B", "#2C728E", "#21918C", "#28AE80", "#5EC962", "#ADDC30", "#FDE725"),)
NONE = "#9AA3AB"
MOST_NAMES = 30
FEW_NUMBERS = 12  # a column of so few different numbers is shown by name: they may be codes
STATE_COLORS = {**COLORS, "ambiguous": COLORS["suspect"], "special": COLORS["invented"]}


@dataclass(frozen=True)
class Names:
    """A name for each point. codes int16[n]: positions in `names`, -1 for none; `colors` one for each name."""

    title: str
    names: tuple[str, ...]
    colors: tuple[str, ...]
    codes: NDArray[np.int16]


@dataclass(frozen=True)
class Values:
    """A value for each point: float32[n], NaN where there is none. `log`: shown on a logarithmic scale."""

    title: str
    values: NDArray[np.float32]
    unit: str = ""
    log: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """From where to where the scale goes: given, or the least and greatest value."""
        known = self.values[np.isfinite(self.values)]
        low = self.low if self.low is not None else float(known.min()) if len(known) else 0.0
        high = self.high if self.high is not None else float(known.max()) if len(known) else 1.0
        return low, high if high > low else low + 1.0


Coloring = Names | Values


def _origin(matrix: EmbeddingMatrix, drawn: Projection) -> Coloring:
    listing = Listing.of(matrix.rows, matrix.vocabulary)
    states = tuple(STATES)
    codes = listing.states[drawn.rows].astype(np.int64)
    return of_codes(
        _("origin"), codes, [str(_(STATES[name])) for name in states], [STATE_COLORS[name] for name in states]
    )


def _frequency(matrix: EmbeddingMatrix, drawn: Projection) -> Coloring:
    counts = matrix.vocabulary.counts
    assert counts is not None
    values = counts[drawn.rows].astype(np.float32)
    return Values(_("count"), np.where(values > 0, values, np.nan).astype(np.float32), log=True)


def _place(matrix: EmbeddingMatrix, drawn: Projection) -> Coloring:
    return Values(_("place in the vocabulary"), (drawn.rows + 1).astype(np.float32), log=True)


def _script(matrix: EmbeddingMatrix, drawn: Projection) -> Coloring:
    return of_codes(_("script"), matrix.vocabulary.scripts[drawn.rows], [str(_(told)) for told in SCRIPTS.values()])


def _length(matrix: EmbeddingMatrix, drawn: Projection) -> Coloring:
    found = np.empty(len(drawn.rows), np.float32)
    for first in range(0, len(found), 1 << 15):
        at = drawn.rows[first : first + (1 << 15)]
        found[first : first + len(at)] = np.linalg.norm(matrix.vectors[at].astype(np.float64), axis=1)
    return Values(_("length of the row"), found, unit=_("L2 norm"))


def _preserved(matrix: EmbeddingMatrix, drawn: Projection) -> Coloring:
    return Values(_("true neighbors near here"), drawn.preserved, unit=_("share"), low=0.0, high=1.0)


def _confidence(matrix: EmbeddingMatrix, drawn: Projection) -> Coloring:
    values = matrix.rows.confidence[drawn.rows]
    return Values(_("confidence"), values, unit=_("share"), low=0.0, high=1.0)


def _source(matrix: EmbeddingMatrix, drawn: Projection) -> Coloring:
    return of_codes(_("source"), matrix.rows.source[drawn.rows], matrix.rows.sources)


@dataclass(frozen=True)
class Kind:
    """A way to color: its title, what makes it, and whether a matrix and its map have anything of the kind."""

    title: str
    make: Callable[[EmbeddingMatrix, Projection], Coloring]
    there: Callable[[EmbeddingMatrix, Projection], bool] = lambda _matrix, _drawn: True


COLORINGS = {
    "origin": Kind(N_("origin"), _origin),
    "frequency": Kind(N_("count"), _frequency, lambda matrix, _drawn: matrix.vocabulary.counts is not None),
    "preserved": Kind(
        N_("true neighbors near here"), _preserved, lambda _matrix, drawn: not np.isnan(drawn.preserved).all()
    ),
    "script": Kind(N_("script"), _script),
    "source": Kind(N_("source"), _source, lambda matrix, _drawn: len(matrix.rows.sources) > 1),
    "confidence": Kind(
        N_("confidence"), _confidence, lambda matrix, _drawn: not np.isnan(matrix.rows.confidence).all()
    ),
    "length": Kind(N_("length of the row"), _length),
    "place": Kind(N_("place in the vocabulary"), _place),
}


def colors_of(matrix: EmbeddingMatrix, drawn: Projection) -> list[str]:
    """The names of `COLORINGS` that say something of this matrix and map. Makes none of them."""
    return [name for name, kind in COLORINGS.items() if kind.there(matrix, drawn)]


def color_by(name: str, matrix: EmbeddingMatrix, drawn: Projection) -> Coloring:
    """The coloring of this name, one of `colors_of`. Raises KeyError for an unknown name."""
    return COLORINGS[name].make(matrix, drawn)


def by_cluster(clusters: Clusters) -> Coloring:
    """A color for each cluster, named by its naming words."""
    names = [f"{i + 1}: {', '.join(words)}" for i, words in enumerate(clusters.names)]
    return of_codes(_("cluster"), np.asarray(clusters.labels, np.int64), names, keep=len(names))


def by_column(title: str, values: Sequence[Any]) -> Coloring:
    """A visitor's own column: numbers on a scale, anything else by name; None where there is no value."""
    given = ["" if value is None else str(value).strip() for value in values]
    numbers = [_number(text) for text in given]
    filled = [text for text in given if text]
    numeric = all(value is not None for text, value in zip(given, numbers, strict=True) if text)
    if numeric and len(set(filled)) > FEW_NUMBERS:
        return Values(title, np.array([np.nan if value is None else value for value in numbers], np.float32))
    names = list(dict.fromkeys(filled))
    codes = {name: i for i, name in enumerate(names)}
    return of_codes(title, np.array([codes.get(text, -1) for text in given], np.int64), names)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def of_codes(
    title: str,
    codes: NDArray[Any],
    names: Sequence[str],
    colors: Sequence[str] = (),
    *,
    keep: int = MOST_NAMES,
) -> Names:
    """Names that occur, most frequent first; those beyond `keep` become one, "other"."""
    counts = np.bincount(codes[codes >= 0].astype(np.int64), minlength=len(names))
    order = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i]]
    kept = order[:keep]
    place = np.full(len(names) + 1, -1, np.int16)
    place[kept] = np.arange(len(kept), dtype=np.int16)
    shown = [names[i] for i in kept]
    tints = [colors[i] if colors else PALETTE[k % len(PALETTE)] for k, i in enumerate(kept)]
    if rest := order[keep:]:
        place[rest] = len(kept)
        shown.append(_("{n} others").format(n=number(len(rest))))
        tints.append(NONE)
    return Names(title, tuple(map(str, shown)), tuple(tints), place[codes.astype(np.int64)])
