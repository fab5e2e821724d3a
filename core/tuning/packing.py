"""Texts on their way into bags: each token's row is looked up while a file is read, and only numbers are kept."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..matrix import EmbeddingMatrix
from ..messages import _
from ..progress import Progress
from ..rows import Origin
from .bags import Bags

NAMED = 20
# Different tokens without a row, most of them seen once, are counted up to so many; then the rarer are forgotten.
COUNTED, REMEMBERED = 1 << 17, 1 << 14
TAKEN_AT_ONCE = 1 << 16
# Texts between two reports of progress: cutting a megabyte of Chinese takes seconds.
WATCHED = 1000


@dataclass(frozen=True)
class Described:
    """What the texts of a file are like, seen through a matrix.

    name       of the file
    texts      texts that have a token (pairs, of which both have one)
    classes    label -> its texts, the most first; empty where texts have no labels
    lengths    tokens of a text: "min", "median", "p95", "max"
    tokens     all tokens, of which the matrix holds `covered`
    by_origin  how the rows of tokens came about (a name of `Origin`) -> tokens; "missing": the matrix has no row
    empty      texts without a token: left out
    uncovered  texts of whose tokens the matrix holds none: no text to train on, but one to test on
    missing    the commonest tokens without a row, with their counts
    notes      how the file was read
    """

    name: str
    texts: int
    classes: dict[str, int]
    lengths: dict[str, float]
    tokens: int
    covered: int
    by_origin: dict[str, int]
    empty: int
    uncovered: int
    missing: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        listed = [{"token": token, "count": count} for token, count in self.missing]
        return asdict(self) | {"missing": listed, "notes": list(self.notes)}


class TokenRows:
    """Which row of a matrix a token has: that of the same word, else of the word in lower case, else none.

    Rows of special tokens are no words': "<pad>" in a text finds none.
    """

    def __init__(self, matrix: EmbeddingMatrix) -> None:
        self._rows = dict(matrix.vocabulary.ids)
        for special in matrix.vocabulary.specials:
            del self._rows[special]

    def of(self, tokens: Sequence[str], missing: Counter[str]) -> list[int]:
        """The rows of those tokens that have one, in their order; the others are counted in `missing`."""
        found = list(map(self._rows.get, tokens))
        if None not in found:
            return found  # type: ignore[return-value]
        rows = []
        for token, row in zip(tokens, found, strict=True):
            if row is None and (row := self._rows.get(token.lower())) is None:
                missing[token] += 1
            else:
                rows.append(row)
        if len(missing) > COUNTED:
            kept = dict(missing.most_common(REMEMBERED))
            missing.clear()
            missing.update(kept)
        return rows


class Packer:
    """Collects texts as bags; a token takes four bytes, a text about forty."""

    def __init__(self) -> None:
        self._ids, self._held, self._tokens, self._labels = array("i"), array("i"), array("i"), array("i")
        self._places, self._groups = array("q"), array("q")

    def add(self, tokens: Sequence[str], rows: Sequence[int], place: int, label: int = -1) -> None:
        """One more text: its tokens, and the rows of those that have one."""
        self._ids.extend(rows)
        self._held.append(len(rows))
        self._tokens.append(len(tokens))
        self._labels.append(label)
        self._places.append(place)
        spelled = "\x1f".join(tokens).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(spelled, digest_size=8).digest()
        self._groups.append(int.from_bytes(digest, "little", signed=True))

    def __len__(self) -> int:
        return len(self._labels)

    @property
    def groups(self) -> NDArray[np.int64]:
        """int64[texts]: a number that texts of the same tokens share."""
        return _values(self._groups, np.int64)

    @property
    def lengths(self) -> NDArray[np.int32]:
        """int32[texts]: all tokens of each text, with those that have no row."""
        return _values(self._tokens, np.int32)

    @property
    def held(self) -> NDArray[np.int32]:
        """int32[texts]: tokens of each text that have a row."""
        return _values(self._held, np.int32)

    @property
    def ids(self) -> NDArray[np.int32]:
        """int32[tokens]: the rows, text after text."""
        return _values(self._ids, np.int32)

    def bags(self) -> Bags:
        """The texts, in their order; the numbers are shared, not copied, and nothing more can be added."""
        starts = np.zeros(len(self) + 1, np.int64)
        np.cumsum(self.held, out=starts[1:])
        return Bags(self.ids, starts, _values(self._labels, np.int32), _values(self._places, np.int64))


def _values(held: array[int], dtype: Any) -> NDArray[Any]:
    return np.frombuffer(held, dtype) if held else np.empty(0, dtype)


def taken(bags: Bags, at: NDArray[np.int64]) -> Bags:
    """`bags.take(at)`, some texts at a time: an index of all their tokens would outweigh the tokens."""
    starts = np.zeros(len(at) + 1, np.int64)
    np.cumsum(bags.lengths[at], out=starts[1:])
    ids = np.empty(starts[-1], np.int32)
    for first in range(0, len(at), TAKEN_AT_ONCE):
        last = min(first + TAKEN_AT_ONCE, len(at))
        ids[starts[first] : starts[last]] = bags.gathered(at[first:last])[0]
    return Bags(ids, starts, bags.labels[at], bags.places[at])


def described(
    name: str,
    packers: Sequence[Packer],
    missing: Counter[str],
    matrix: EmbeddingMatrix,
    *,
    classes: Mapping[str, int],
    empty: int,
    notes: Iterable[str],
) -> Described:
    """What was packed: into one packer, or into two, the sides of pairs."""
    lengths = np.concatenate([one.lengths for one in packers])
    held = np.stack([one.held for one in packers])
    tokens, covered = int(lengths.sum(dtype=np.int64)), int(held.sum(dtype=np.int64))
    low, middle, high, most = np.percentile(lengths, [0, 50, 95, 100]).tolist() if len(lengths) else [0.0] * 4
    return Described(
        name=name,
        texts=held.shape[1],
        classes=dict(sorted(classes.items(), key=lambda item: -item[1])),
        lengths={"min": low, "median": middle, "p95": high, "max": most},
        tokens=tokens,
        covered=covered,
        by_origin=_by_origin(packers, matrix, tokens - covered),
        empty=empty,
        uncovered=int((held.min(axis=0) == 0).sum()),
        missing=tuple(missing.most_common(NAMED)),
        notes=tuple(notes),
    )


def _by_origin(packers: Sequence[Packer], matrix: EmbeddingMatrix, missing: int) -> dict[str, int]:
    counts = np.zeros(len(Origin), np.int64)
    for packer in packers:
        ids = packer.ids
        for first in range(0, len(ids), 1 << 20):
            counts += np.bincount(matrix.rows.origin[ids[first : first + (1 << 20)]], minlength=len(Origin))
    counts[Origin.MISSING] = missing
    return {origin.name.lower(): int(counts[origin]) for origin in Origin if counts[origin]}


class Watched:
    """Progress that is told again between the pieces of a file, so that it can be stopped there."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._last: tuple[Any, ...] = ()

    def __call__(self, stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        self._last = (stage, done, total, unit, message)
        self._progress(*self._last)

    def again(self, row: int) -> None:
        """Tell what was told last, after each thousand rows."""
        if row % WATCHED == 0 and self._last:
            self._progress(*self._last)


def refusal(missing: Counter[str], matrix: EmbeddingMatrix) -> str:
    """What to do where no token of any text has a row: how the tokens and the matrix's words look."""
    specials = matrix.vocabulary.specials
    words = [word for word in matrix.vocabulary.words[:1000] if word not in specials][:5]
    return _(
        "The texts' commonest tokens are {tokens}; words of the matrix are {words}. Take a vocabulary of the texts' "
        "language that is cut the same way."
    ).format(tokens=_shown([token for token, _n in missing.most_common(5)]), words=_shown(words))


def _shown(words: Sequence[str]) -> str:
    return ", ".join(repr(word[:40]) for word in words)
