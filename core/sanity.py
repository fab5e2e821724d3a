"""Whether a finished matrix is sound: zero rows, equal rows, lengths, and what a few words are near to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .listing import Listing
from .matrix import EmbeddingMatrix, RowDigests
from .neighbors import informed, nearest
from .rows import Origin

BLOCK = 1 << 16  # rows
SHOWN = 20
BINS = 40
FAR = 5.0  # robust deviations: beyond them a length is an outlier
EXAMPLES = 5


@dataclass(frozen=True)
class EqualRows:
    """Words whose rows are the same to the bit: how many, and the first of them."""

    size: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """A word, how its row came about (a state of `Listing`), and its nearest words with their cosines."""

    word: str
    origin: str
    neighbors: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Sanity:
    """What a look at a matrix shows. Padding rows are left out throughout.

    zero_rows   words whose row is zero
    duplicates  groups of words with equal rows, largest first
    edges       float64[b + 1], counts int64[b]: histogram of the rows' L2 norms
    outliers    words whose norm is far from the others'
    examples    some words with their nearest ones
    """

    zero_rows: tuple[str, ...]
    duplicates: tuple[EqualRows, ...]
    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    outliers: tuple[str, ...]
    examples: tuple[Example, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "edges": self.edges.tolist(), "counts": self.counts.tolist()}


def examine(matrix: EmbeddingMatrix) -> Sanity:
    """Look a finished matrix over; a block of rows is in memory at a time."""
    kept = rows_kept(matrix)
    norms, digests = look_over(matrix)
    lengths = norms[kept]
    counts, edges = np.histogram(lengths, bins=BINS) if len(kept) else (np.zeros(0, np.int64), np.zeros(1))
    middle = float(np.median(lengths)) if len(kept) else 0.0
    spread = 1.4826 * float(np.median(np.abs(lengths - middle))) if len(kept) else 0.0
    far = kept[np.abs(lengths - middle) > FAR * spread] if spread > 0 else kept[:0]
    words = matrix.vocabulary.words
    return Sanity(
        zero_rows=tuple(words[i] for i in kept[lengths == 0].tolist()),
        duplicates=tuple(
            EqualRows(len(group), tuple(words[i] for i in group[:SHOWN].tolist()))
            for group in equal_rows(matrix, kept, digests)
        ),
        edges=edges,
        counts=counts,
        outliers=tuple(words[i] for i in far.tolist()),
        examples=_examples(matrix),
    )


def rows_kept(matrix: EmbeddingMatrix) -> NDArray[np.int64]:
    """int64[k]: all rows but the padding, which is zero by design."""
    vocabulary = matrix.vocabulary
    pads = [vocabulary.ids[word] for word, role in vocabulary.specials.items() if role == "pad"]
    return np.delete(np.arange(len(vocabulary)), pads)


def look_over(matrix: EmbeddingMatrix) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
    """float64[n]: the L2 norm of every row; and uint64[n]: a digest of it that is equal for equal rows.

    One pass; a block of rows is in memory at a time.
    """
    n = len(matrix.vocabulary)
    norms, digests = np.empty(n, np.float64), np.empty(n, np.uint64)
    digest = RowDigests(matrix.dim)
    for first in range(0, n, BLOCK):
        block = np.ascontiguousarray(matrix.vectors[first : first + BLOCK], np.float32)
        norms[first : first + len(block)] = np.linalg.norm(block.astype(np.float64), axis=1)
        digests[first : first + len(block)] = digest.of(block)
    return norms, digests


def equal_rows(
    matrix: EmbeddingMatrix, among: NDArray[np.int64], digests: NDArray[np.uint64]
) -> list[NDArray[np.int64]]:
    """Groups of two or more of the rows `among` (int64[k]) that are equal to the bit, largest first.

    digests  uint64[n]: those of `look_over`; what they find equal is compared. Each group's rows are in order.
    """
    order = among[np.argsort(digests[among], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(digests[order])) + 1) if len(order) else []
    found = []
    for group in groups:
        left = group
        while len(left) > 1:
            same = _like_the_first(matrix, left)
            if same.sum() > 1:
                found.append(np.sort(left[same]))
            left = left[~same]
    return sorted(found, key=lambda one: (-len(one), one[0]))


def _like_the_first(matrix: EmbeddingMatrix, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """bool[k]: which of `rows` equal the first of them."""
    first = matrix.vectors[rows[0]]
    parts = [rows[i : i + BLOCK] for i in range(0, len(rows), BLOCK)]
    return np.concatenate([(matrix.vectors[part] == first).all(axis=1) for part in parts])


def telling_rows(matrix: EmbeddingMatrix, listing: Listing | None = None) -> list[int]:
    """Rows of frequent words, but not of those that every text has, which say little."""
    vocabulary = matrix.vocabulary
    special = {vocabulary.ids[word] for word in vocabulary.specials}
    known = informed(matrix)
    ordered = (listing or Listing.of(matrix.rows, vocabulary)).pick().tolist()
    asked = [i for i in ordered[: 50 * BINS] if known[i] and i not in special]
    long_enough = [i for i in asked if vocabulary.words[i].isalnum()]
    return long_enough[min(len(long_enough) // 4, 200) :] or long_enough


def _examples(matrix: EmbeddingMatrix) -> tuple[Example, ...]:
    """The most frequent words (the first, without counts), of as many origins as there are."""
    vocabulary, listing = matrix.vocabulary, Listing.of(matrix.rows, matrix.vocabulary)
    telling = telling_rows(matrix, listing)
    chosen: list[int] = []
    for origin in (Origin.EXACT, Origin.NORMALIZED, Origin.COMPOSED):
        chosen += [i for i in telling if matrix.rows.origin[i] == origin][:1]
    chosen += [i for i in telling if i not in chosen][: EXAMPLES - len(chosen)]
    if not chosen:
        return ()
    near = nearest(matrix, [vocabulary.words[i] for i in chosen], 5, among=informed(matrix))
    return tuple(
        Example(
            vocabulary.words[i],
            listing.row(i)["state"],
            tuple(
                (vocabulary.words[row], round(cosine, 4))
                for row, cosine in zip(ids.tolist(), cosines.tolist(), strict=True)
                if row >= 0
            ),
        )
        for i, ids, cosines in zip(chosen, near.ids, near.cosines, strict=True)
    )
