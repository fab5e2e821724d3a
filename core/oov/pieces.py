"""Pieces: a word as the mean of the longest known parts that it is written with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..ladder.rungs import PIECE_ENDS, PIECE_MARKS
from ..messages import N_, _
from ..rows import Origin
from ..sources.protocol import Source
from ..spec import Spec, option
from .buffer import Buffer
from .diagonal import FILLING

AT_ONCE = 2048
LONGEST_PIECE = 24
LONGEST_WORD = 200
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


def fill_pieces(spec: Pieces, buffer: Buffer, rows: NDArray[np.int64]) -> None:
    """Fill those of `rows` whose letters are all covered by pieces of one source."""
    for k, source in enumerate(buffer.sources):
        if source.info.size is None:  # random: every piece would be there, and mean nothing
            continue
        cutter = _Cutter(source, spec.shortest)
        for first in range(0, len(rows), AT_ONCE):
            part = rows[first : first + AT_ONCE]
            _fill_from(k, source, cutter, buffer, part)
            buffer.context.progress(_(FILLING), first + len(part), len(rows), "words")
        rows = np.intersect1d(rows, buffer.missing())


def _fill_from(k: int, source: Source, cutter: _Cutter, buffer: Buffer, rows: NDArray[np.int64]) -> None:
    found = cutter.cut([buffer.words[row] for row in rows.tolist()])
    made_of = [parts for parts in found if parts]
    if not made_of:
        return
    rows = rows[[bool(parts) for parts in found]]
    ids, inverse = np.unique([row for parts in made_of for _form, row, _weight in parts], return_inverse=True)
    vectors = np.empty((len(ids), buffer.dim), np.float32)
    sound = source.gather(ids, vectors)[inverse]
    weights = np.array([weight for parts in made_of for _form, _row, weight in parts], np.float32)
    lengths = np.array([len(parts) for parts in made_of])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    whole = np.logical_and.reduceat(sound, starts)
    means = np.add.reduceat(vectors[inverse] * weights[:, None], starts, axis=0)
    pieces = [tuple(form for form, _row, _weight in parts) for parts in made_of]
    buffer.write(
        rows[whole],
        means[whole],
        method="pieces",
        origin=Origin.COMPOSED,
        source=k,
        pieces=[p for p, ok in zip(pieces, whole.tolist(), strict=True) if ok],
    )


Piece = tuple[str, int, float]


class _Cutter:
    """Cuts words into the fewest pieces that a source holds.

    A source of word pieces is known by how it writes them: ##ing inside a word, ▁the or Ġthe at its beginning.
    """

    def __init__(self, source: Source, shortest: int) -> None:
        self._locate = source.locate
        self._shortest = shortest
        inside, low, word = (source.locate(probe) >= 0 for probe in (["##s", "##ing"], ["▁the", "▁a"], ["Ġthe", "Ġa"]))
        self._inside = "##" if inside.any() else ""
        self._first = "▁" if low.any() else "Ġ" if word.any() else ""

    def cut(self, words: Sequence[str]) -> list[list[Piece] | None]:
        """Per word its pieces (form, row, weight; weights add up to 1), or None where letters stay uncovered."""
        parts_of = [[part for part in JOINED.split(_bare(word)) if part] for word in words]
        parts = list(dict.fromkeys(part for parts in parts_of for part in parts if len(part) <= LONGEST_WORD))
        asked: dict[str, int] = {}
        for part in parts:
            for form in self._forms_of(part):
                asked.setdefault(form, -1)
        forms = list(asked)
        rows = dict(zip(forms, self._locate(forms).tolist(), strict=True)) if forms else {}
        cut = {part: self._best(part, rows) for part in parts}
        return [_joined([cut.get(part) for part in parts]) for parts in parts_of]

    def _spans(self, part: str) -> Iterator[tuple[int, int]]:
        n = len(part)
        for start in range(n):
            for end in range(start + 1, min(n, start + LONGEST_PIECE) + 1):
                if end - start >= self._shortest or not any(map(_is_letter, part[start:end])):
                    yield start, end

    def _spelled(self, part: str, start: int, end: int) -> list[str]:
        piece = part[start:end]
        prefix = self._first if start == 0 else self._inside
        found = [prefix + piece]
        if prefix == self._inside == "##" or (self._first and start == 0):
            found.append(piece)
        elif start and self._first:
            # A piece at the beginning of words is no piece inside one, but better than none.
            found.append(self._first + piece)
        lowered = [form.lower() for form in found if form != form.lower()]
        return found + lowered

    def _forms_of(self, part: str) -> Iterator[str]:
        for start, end in self._spans(part):
            yield from self._spelled(part, start, end)

    def _best(self, part: str, rows: dict[str, int]) -> list[tuple[str, int]] | None:
        """The fewest pieces that cover all letters; among these the longest first. Marks may stay uncovered."""
        n = len(part)
        best: list[tuple[int, int, list[tuple[str, int]]] | None] = [None] * n + [(0, 0, [])]
        spans: dict[int, list[int]] = {}
        for start, end in self._spans(part):
            spans.setdefault(start, []).append(end)
        for start in reversed(range(n)):
            options: list[tuple[int, int, list[tuple[str, int]]]] = []
            for end in spans.get(start, ()):
                after = best[end]
                form = next((f for f in self._spelled(part, start, end) if rows.get(f, -1) >= 0), None)
                if after is not None and form is not None:
                    options.append((after[0] + 1, -(end - start), [(form, rows[form]), *after[2]]))
            if not part[start].isalnum() and (after := best[start + 1]) is not None:
                options.append((after[0], 0, after[2]))
            best[start] = min(options, key=lambda option: option[:2], default=None)
        return best[0][2] if best[0] and best[0][2] else None


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
