"""The seam in a matrix whose rows come from different spaces: how well it holds, measured and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .combining import AlignedSource
from .evaluation.resampling import RESAMPLES, accuracy_draws, interval_of
from .matrix import EmbeddingMatrix, Located
from .messages import _
from .neighbors import nearest
from .rows import Origin

NEIGHBORS = 10
SAMPLED = 500  # mapped words whose neighbors are counted
EXAMPLES, SHOWN = 5, 3
DIGITS = 4


@dataclass(frozen=True)
class Seam:
    """What is known of the map from the space of `source` into that of `onto`.

    map       how it was fitted
    overlap   words it was fitted on; `listed` of them are no words of the vocabulary
    cosine    of held-out words: mapped row to true row, on average; `low` to `high` is its 95 % interval
    others    the same to the true rows of other words: what a map that knows nothing of the word would reach
    first     share of held-out words whose true row is the nearest among `among` held-out ones
    mapped    words of the matrix that were mapped
    across    of their 10 nearest known words the share that comes from `onto`
    expected  that share if neighbors were drawn at random
    examples  mapped words, each with its nearest words of `onto`
    """

    source: str
    onto: str
    map: str
    overlap: int
    listed: int
    cosine: float
    low: float | None
    high: float | None
    others: float
    first: float
    among: int
    mapped: int
    across: float | None
    expected: float | None
    examples: tuple[tuple[str, tuple[str, ...]], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the lock."""
        plain = asdict(self)
        plain["examples"] = [[word, list(found)] for word, found in self.examples]
        return plain


def measure_seams(located: Located, matrix: EmbeddingMatrix) -> list[Seam]:
    """The seams of `matrix`, made of `located`: one for each source that was mapped and gave rows."""
    found = []
    for k, source in enumerate(located.sources):
        if isinstance(source, AlignedSource) and (matrix.rows.source == k).any():
            found.append(_measure(k, source, located.rows.sources, matrix))
    return found


def _measure(k: int, source: AlignedSource, names: tuple[str, ...], matrix: EmbeddingMatrix) -> Seam:
    fit = source.fit
    held = fit.held_out
    interval = interval_of(accuracy_draws(held.cosines, None, resamples=RESAMPLES, seed=0))
    mapped = np.flatnonzero((matrix.rows.source == k) & matrix.rows.is_(Origin.MAPPED))
    across, expected = _neighbors(mapped, matrix)
    return Seam(
        source=names[k],
        onto=names[0],
        map=source.spec.map,
        overlap=len(fit.overlap),
        listed=int(fit.overlap.listed.sum()),
        cosine=_rounded(held.cosines.mean()),
        low=None if interval is None else _rounded(interval.low),
        high=None if interval is None else _rounded(interval.high),
        others=_rounded(held.others.mean()),
        first=_rounded(held.first.mean()),
        among=int(held.among.min()),
        mapped=len(mapped),
        across=across,
        expected=expected,
        examples=_examples(mapped, matrix),
    )


def _from_first(matrix: EmbeddingMatrix) -> NDArray[np.bool_]:
    return matrix.rows.known & (matrix.rows.source == 0)


def _neighbors(mapped: NDArray[np.int64], matrix: EmbeddingMatrix) -> tuple[float | None, float | None]:
    """Of the nearest known words of mapped ones the share that comes from the first source, and that of chance."""
    known, first = matrix.rows.known, _from_first(matrix)
    if not len(mapped) or known.sum() < 2:
        return None, None
    sample = mapped[np.unique(np.linspace(0, len(mapped) - 1, min(SAMPLED, len(mapped))).astype(np.int64))]
    ids = nearest(matrix, [matrix.vocabulary.words[i] for i in sample.tolist()], NEIGHBORS, among=known).ids
    ids = ids[ids >= 0]
    return (_rounded(first[ids].mean()) if len(ids) else None), _rounded(first.sum() / (known.sum() - 1))


def _examples(mapped: NDArray[np.int64], matrix: EmbeddingMatrix) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The most frequent mapped words, where counts are known, else the first ones, with their nearest words."""
    counts = matrix.vocabulary.counts
    if counts is not None:
        mapped = mapped[np.argsort(-counts[mapped], kind="stable")]
    words = [matrix.vocabulary.words[i] for i in mapped[:EXAMPLES].tolist()]
    first = _from_first(matrix)
    if not words or not first.any():
        return ()
    found = nearest(matrix, words, SHOWN, among=first).ids
    named = [tuple(matrix.vocabulary.words[i] for i in row if i >= 0) for row in found.tolist()]
    return tuple(zip(words, named, strict=True))


def _rounded(value: Any) -> float:
    return round(float(value), DIGITS)


def describe_seam(seam: Mapping[str, Any]) -> list[str]:
    """Sentences for people about a seam as `Seam.as_dict` tells it."""
    lines: list[str] = [
        _("{source} is mapped into the space of {onto} by {map}, fitted on {n:,} words that both hold").format(
            source=seam["source"], onto=seam["onto"], map=seam["map"], n=seam["overlap"]
        )
    ]
    spread = "" if seam["low"] is None else f" ({seam['low']:.3f}–{seam['high']:.3f})"
    lines.append(
        _(
            "words held out of the fit: cosine to their true row {cosine}, to other words' rows {others:.3f}; "
            "the true row is the nearest of {among:,} for {first:.1f} %"
        ).format(
            cosine=f"{seam['cosine']:.3f}{spread}",
            others=seam["others"],
            among=seam["among"],
            first=100 * seam["first"],
        )
    )
    if seam["across"] is not None:
        text = _(
            "{mapped:,} mapped words: {across:.1f} % of their 10 nearest words are from {onto}, "
            "by chance {expected:.1f} %"
        )
        shares = {"across": 100 * seam["across"], "expected": 100 * seam["expected"]}
        lines.append(text.format(mapped=seam["mapped"], onto=seam["onto"], **shares))
    for word, found in seam["examples"]:
        lines.append(
            _("{word}: nearest in {onto}: {listed}").format(word=word, onto=seam["onto"], listed=", ".join(found))
        )
    return lines
