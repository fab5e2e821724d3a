"""Split: a compound as the mean of the whole words that it is written with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..combining.mapping import unit
from ..messages import _
from ..rows import Origin
from ..sources.protocol import Source
from ..spec import Spec
from .contract import Explanation, Ingredient, Made
from .ground import Ground

AT_ONCE = 2048
LONGEST_WORD = 200  # characters: what is longer is no word
FEWEST = 2  # parts, and letters of a part
JOINED = re.compile(r"[\s_\-‐‑/]+")

# The parts of a word: each its form in a source, and its row there.
Parts = list[tuple[str, int]]


class Split(Spec):
    """The mean of the words that a compound is written with: well-known, snake_case, camelCase, new york."""

    kind: Literal["split"] = "split"


class FromWords:
    """Means of whole words that a source holds. Implements `Fitted`.

    The plain mean of their rows, as `Pieces` takes it: with the lengths that the source gives them, frequent words
    of little meaning count less than they would at unit length.
    """

    origin = Origin.COMPOSED
    signals: tuple[str, ...] = ("parts", "mean cosine between the parts")

    def __init__(self, ground: Ground) -> None:
        self._dim = ground.dim
        # In a random source every part would be there, and mean nothing.
        self._sources = [(k, source) for k, source in enumerate(ground.sources) if source.info.size is not None]

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`: whose parts one source holds, all of them. Reads no vectors."""
        done = np.zeros(len(words), bool)
        split = [split_word(word) for word in words]
        for _k, source in self._sources:
            done |= np.array([parts is not None for parts in _located(split, source)], bool)
        return done

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`: of the first source that holds all parts."""
        n = len(words)
        done, vectors = np.zeros(n, bool), np.zeros((n, self._dim), np.float32)
        signals, of = np.zeros((n, 2)), np.full(n, -1, np.int16)
        pieces: list[tuple[str, ...] | None] = [None] * n
        split = [split_word(word) for word in words]
        for k, source in self._sources:
            left = np.array([i for i in np.flatnonzero(~done).tolist() if split[i]], np.int64)
            for first in range(0, len(left), AT_ONCE):
                part = left[first : first + AT_ONCE]
                found = _located([split[i] for i in part.tolist()], source)
                made_of = {i: parts for i, parts in zip(part.tolist(), found, strict=True) if parts}
                for i, rows in _gathered(made_of, source, self._dim).items():
                    vectors[i], done[i], of[i] = rows.mean(axis=0), True, k
                    signals[i] = len(rows), _agreement(rows)
                    pieces[i] = tuple(form for form, _row in made_of[i])
        return Made(done, vectors, signals, pieces, of)

    def explain(self, word: str) -> Explanation:
        """See `Fitted`."""
        for _k, source in self._sources:
            if parts := _located([split_word(word)], source)[0]:
                told = _("the mean of the words that it is written with, as {source} holds them")
                weighed = tuple(Ingredient(form, 1 / len(parts)) for form, _row in parts)
                return Explanation(weighed, (told.format(source=source.info.name),))
        return Explanation()


def fit_split(spec: Split, ground: Ground) -> FromWords:
    """Nothing is fitted: words are looked up in the sources."""
    return FromWords(ground)


def split_word(word: str) -> tuple[str, ...]:
    """The parts that `word` is written with, numbers left out; () where these are not two words or more.

    It is split at spaces, hyphens, underscores and slashes, in camelCase, and between letters and digits.
    """
    if len(word) > LONGEST_WORD:
        return ()
    parts = [part for piece in JOINED.split(word) for part in _bordered(piece) if not part[0].isdigit()]
    whole = all(sum(letter.isalpha() for letter in part) >= FEWEST for part in parts)
    return tuple(parts) if whole and len(parts) >= FEWEST else ()


def _bordered(piece: str) -> list[str]:
    """`piece` cut where digits begin or end, and in camelCase: HTMLParser2 is HTML, Parser and 2."""
    parts, start = [], 0
    for i in range(1, len(piece)):
        before, here, after = piece[i - 1], piece[i], piece[i + 1 : i + 2]
        camel = here.isupper() and (before.islower() or (before.isupper() and after.islower()))
        if camel or before.isdigit() != here.isdigit():
            parts.append(piece[start:i])
            start = i
    return [part for part in (*parts, piece[start:]) if part]


def _located(split: Sequence[tuple[str, ...]], source: Source) -> list[Parts | None]:
    """Per word its parts as `source` holds them, None where it does not hold all: as written, in lower case, Titled."""
    spelled = {part: _spellings(part) for parts in split for part in parts}
    forms = list(dict.fromkeys(form for found in spelled.values() for form in found))
    rows = dict(zip(forms, source.locate(forms).tolist(), strict=True)) if forms else {}
    held = {
        part: next(((form, rows[form]) for form in found if rows[form] >= 0), None) for part, found in spelled.items()
    }
    located: list[Parts | None] = []
    for parts in split:
        found = [hit for part in parts if (hit := held[part]) is not None]
        located.append(found if parts and len(found) == len(parts) else None)
    return located


def _spellings(part: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((part, part.lower(), part[:1].upper() + part[1:].lower())))


def _gathered(made_of: dict[int, Parts], source: Source, dim: int) -> dict[int, NDArray[np.float32]]:
    """Per word the rows of its parts (float32[parts, d]); words with a faulty part are left out."""
    ids = np.unique([row for parts in made_of.values() for _form, row in parts]).astype(np.int64)
    vectors = np.empty((len(ids), dim), np.float32)
    sound = source.gather(ids, vectors) if len(ids) else np.ones(0, bool)
    rows: dict[int, NDArray[np.float32]] = {}
    for i, parts in made_of.items():
        at = np.searchsorted(ids, [row for _form, row in parts])
        if sound[at].all():
            rows[i] = vectors[at]
    return rows


def _agreement(rows: NDArray[np.float32]) -> float:
    """The mean cosine of two of `rows`."""
    units, k = unit(rows), len(rows)
    total = units.sum(axis=0)
    return float((total @ total - (units * units).sum()) / (k * (k - 1)))
