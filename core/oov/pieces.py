"""Pieces: a word as the mean of the longest known parts that it is written with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..ladder.rungs import PIECE_ENDS, PIECE_MARKS
from ..messages import N_, _
from ..rows import Origin
from ..sources.protocol import Source
from ..spec import Spec, option
from .contract import Explanation, Ingredient, Made
from .ground import Ground

AT_ONCE = 2048
LONGEST_PIECE = 24
LONGEST_WORD = 200
KEPT = 200_000  # pieces whose places are remembered: about 40 MB
JOINED = re.compile(r"[\s_\-/·&+]+")


class Pieces(Spec):
    """The mean of the longest parts that the source holds, then characters; a phrase is the mean of its words."""

    kind: Literal["pieces"] = "pieces"
    shortest: int = option(
        2,
        N_("Shortest piece"),
        N_("Letters that a piece has at least. Chinese characters and digits may stand alone; a letter never does."),
        ge=2,
        le=10,
    )


class FromPieces:
    """Means of pieces that a source holds. Implements `Fitted`."""

    origin = Origin.COMPOSED
    signals: tuple[str, ...] = ("pieces", "mean length of a piece")

    def __init__(self, spec: Pieces, ground: Ground) -> None:
        self._dim = ground.dim
        # In a random source every piece would be there, and mean nothing.
        sources = [(k, source) for k, source in enumerate(ground.sources) if source.info.size is not None]
        self._cutters = [(k, source, _Cutter(source, spec.shortest)) for k, source in sources]

    def can_fill(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """See `Fitted`: whose letters are all covered by pieces of one source. Reads no vectors."""
        done = np.zeros(len(words), bool)
        for _k, _source, cutter in self._cutters:
            left = np.flatnonzero(~done)
            asked = [str(words[i]) for i in left.tolist()]
            done[left] = [bool(parts) for parts in cutter.cut(asked)]
        return done

    def fill(self, words: Sequence[str]) -> Made:
        """See `Fitted`: of the first source whose pieces cover all letters."""
        n = len(words)
        done, vectors = np.zeros(n, bool), np.zeros((n, self._dim), np.float32)
        signals, of = np.zeros((n, 2)), np.full(n, -1, np.int16)
        pieces: list[tuple[str, ...] | None] = [None] * n
        for k, source, cutter in self._cutters:
            left = np.flatnonzero(~done)
            for first in range(0, len(left), AT_ONCE):
                part = left[first : first + AT_ONCE]
                asked = [str(words[i]) for i in part.tolist()]
                found = cutter.cut(asked)
                at, means, made_of = _means(found, part, source, self._dim)
                vectors[at], done[at], of[at] = means, True, k
                for i, parts in zip(at.tolist(), made_of, strict=True):
                    pieces[i] = parts
                    signals[i] = len(parts), sum(map(len, parts)) / len(parts)
        return Made(done, vectors, signals, pieces, of)

    def explain(self, word: str) -> Explanation:
        """See `Fitted`."""
        for _k, source, cutter in self._cutters:
            if parts := cutter.cut([word])[0]:
                told = _("the mean of the fewest pieces of it that {source} holds").format(source=source.info.name)
                return Explanation(tuple(Ingredient(form, weight) for form, _row, weight in parts), (told,))
        return Explanation()


def fit_pieces(spec: Pieces, ground: Ground) -> FromPieces:
    """Nothing is fitted: pieces are looked up in the sources."""
    return FromPieces(spec, ground)


def _means(
    found: Sequence[list[Piece] | None], rows: NDArray[np.int64], source: Source, dim: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], list[tuple[str, ...]]]:
    """Those of `rows` whose pieces are all sound, their weighted means, and their pieces."""
    made_of = [parts for parts in found if parts]
    rows = rows[[bool(parts) for parts in found]]
    if not made_of:
        return rows, np.empty((0, dim), np.float32), []
    ids, inverse = np.unique([row for parts in made_of for _form, row, _weight in parts], return_inverse=True)
    vectors = np.empty((len(ids), dim), np.float32)
    sound = source.gather(ids, vectors)[inverse]
    weights = np.array([weight for parts in made_of for _form, _row, weight in parts], np.float32)
    lengths = np.array([len(parts) for parts in made_of])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    whole = np.logical_and.reduceat(sound, starts)
    means = np.add.reduceat(vectors[inverse] * weights[:, None], starts, axis=0)
    pieces = [tuple(form for form, _row, _weight in parts) for parts in made_of]
    return rows[whole], means[whole], [p for p, ok in zip(pieces, whole.tolist(), strict=True) if ok]


Piece = tuple[str, int, float]
Hit = tuple[str, int] | None


class _Cutter:
    """Cuts words into the fewest pieces that a source holds.

    A source of word pieces is known by how it writes them: ##ing inside a word, ▁the or Ġthe at its beginning.
    What was asked of the source is kept: words share their pieces.
    """

    def __init__(self, source: Source, shortest: int) -> None:
        self._locate = source.locate
        self._shortest = shortest
        inside, low, word = (source.locate(probe) >= 0 for probe in (["##s", "##ing"], ["▁the", "▁a"], ["Ġthe", "Ġa"]))
        self._inside = "##" if inside.any() else ""
        self._first = "▁" if low.any() else "Ġ" if word.any() else ""
        # Piece -> its form and row in the source, None for none: at the beginning of a word, and inside one.
        self._at_start: dict[str, Hit] = {}
        self._within: dict[str, Hit] = {} if self._inside or self._first else self._at_start

    def cut(self, words: Sequence[str]) -> list[list[Piece] | None]:
        """Per word its pieces (form, row, weight; weights add up to 1), or None where letters stay uncovered."""
        parts_of = [[part for part in JOINED.split(_bare(word)) if part] for word in words]
        parts = list(dict.fromkeys(part for parts in parts_of for part in parts if len(part) <= LONGEST_WORD))
        self._learn(parts)
        cut = {part: self._best(part) for part in parts}
        return [_joined([cut.get(part) for part in parts]) for parts in parts_of]

    def _learn(self, parts: Sequence[str]) -> None:
        """Ask the source for all pieces of `parts` that were not asked for yet."""
        if len(self._at_start) + len(self._within) > KEPT:
            self._at_start.clear()
            self._within.clear()
        starts: set[str] = set()
        withins: set[str] = set()
        for part in parts:
            starts.update([part[:end] for end in self._ends(part, 0)])
            for start in range(1, len(part)):
                withins.update([part[start:end] for end in self._ends(part, start)])
        for known, pieces, at_start in ((self._at_start, starts, True), (self._within, withins, False)):
            fresh = [piece for piece in pieces if piece not in known]
            spelled = [self._spelled(piece, at_start=at_start) for piece in fresh]
            rows = self._locate([form for forms in spelled for form in forms]).tolist()
            place = 0
            for piece, forms in zip(fresh, spelled, strict=True):
                found = zip(forms, rows[place : place + len(forms)], strict=True)
                known[piece] = next(((form, row) for form, row in found if row >= 0), None)
                place += len(forms)

    def _ends(self, part: str, start: int) -> range | list[int]:
        """Where a piece of `part` that begins at `start` may end."""
        last = min(len(part), start + LONGEST_PIECE)
        if part.isascii() and part.isalpha():
            return range(start + self._shortest, last + 1)
        ends = range(start + 1, last + 1)
        alone = next((i for i in range(start, last) if _is_letter(part[i])), last)
        return [end for end in ends if end <= alone or end - start >= self._shortest]

    def _spelled(self, piece: str, *, at_start: bool) -> list[str]:
        prefix = self._first if at_start else self._inside
        found = [prefix + piece] if prefix else [piece]
        if prefix:
            found.append(piece)
        elif self._first:
            # A piece at the beginning of words is no piece inside one, but better than none.
            found.append(self._first + piece)
        if not piece.islower() and (low := piece.lower()) != piece:
            found += [form.replace(piece, low) for form in found]
        return found

    def _best(self, part: str) -> list[tuple[str, int]] | None:
        """The fewest pieces that cover all letters; among these the longest first. Marks may stay uncovered."""
        n = len(part)
        # Of the rest from each place on: how many pieces, the first of them, where it ends.
        count: list[int | None] = [None] * n + [0]
        first: list[Hit] = [None] * n
        after = [0] * n
        for start in reversed(range(n)):
            known = self._within if start else self._at_start
            if not part[start].isalnum() and (rest := count[start + 1]) is not None:
                count[start], after[start] = rest, start + 1
            for end in reversed(self._ends(part, start)):
                if (rest := count[end]) is None or (hit := known.get(part[start:end])) is None:
                    continue
                if (least := count[start]) is None or rest + 1 < least:
                    count[start], first[start], after[start] = rest + 1, hit, end
        if not count[0]:
            return None
        pieces: list[tuple[str, int]] = []
        place = 0
        while place < n:
            if (hit := first[place]) is not None:
                pieces.append(hit)
            place = after[place]
        return pieces


def _bare(word: str) -> str:
    for mark in PIECE_MARKS:
        word = word.removeprefix(mark)
    for end in PIECE_ENDS:
        word = word.removesuffix(end)
    return word


def _is_letter(character: str) -> bool:
    """Whether it is a letter of a script that writes sounds: alone it says nothing."""
    return character.isalpha() and not ("\u2e80" <= character <= "\u9fff" or character >= "\U00020000")


def _joined(parts: Sequence[list[tuple[str, int]] | None]) -> list[Piece] | None:
    """The pieces of all parts; every part weighs the same, and in it every piece."""
    found: list[Piece] = []
    for pieces in parts:
        if not pieces:
            return None
        found += [(form, row, 1 / len(parts) / len(pieces)) for form, row in pieces]
    return found or None
