"""How fills make the row of one word, told for people: of what, in which steps, and where it comes to lie.

A word that is known is hidden first, as in a hold-out, so that what is made of it stands beside the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..combining.mapping import unit
from ..errors import InputError, LexiloomError
from ..matrix import Located, Lookup
from ..messages import N_, _
from ..neighbors.exact import cosines_with, highest, unit32
from ..neighbors.spelling import suggestions
from ..progress import Progress, ignore
from ..rows import Origin
from ..sources.protocol import Context
from ..vocabulary.vocabulary import Vocabulary
from .buffer import Buffer, buffer_of
from .cascade import Cascade
from .confidence import DIGITS, calibrate
from .contract import Fitted, Ingredient, Made
from .drop import DROPPED
from .filling import fit
from .ground import Ground
from .kinds import as_fill, names_of
from .mean import Mean
from .scoring import TIE, rounded

NEAREST = 5
FLAT = 1e-6  # of rows of length 1: a spread, or a difference, that is rounding
HEAVIEST = 8  # ingredients of a fill that get a place on the map
# What these are made of are fills: a word that is spelled like one is another thing.
OF_FILLS = ("blend",)
TELLING = N_("Telling how fills make a word")
# Why a fill that could be fitted makes no row.
UNABLE = {
    "pieces": N_("no source holds pieces that cover all its letters"),
    "ngrams": N_("no source makes a row out of its letters, as fastText's .bin files do"),
    "donor": N_("the donor doesn't have it"),
    "nearest": N_("the donor doesn't have it"),
    "omp": N_("the donor doesn't have it"),
    "alacarte": N_("it stands too seldom in the corpus, or not at all"),
    "spelling": N_("it shares no n-gram with the known words"),
    "split": N_("it does not come apart into words that are known"),
    "blend": N_("none of its parts can make it"),
}

Place = tuple[float, float]


@dataclass(frozen=True)
class Telling:
    """What one fill makes of the word.

    kind         kind of the fill
    made         whether it makes a row
    refused      why it doesn't: it can't be fitted, or it can't make this word; "" where it does
    steps        what is done, as sentences that can be told in another language
    ingredients  what the row is made of, the heaviest parts; empty where that is no short list
    neighbors    the 5 known words with the highest cosines to the row, and these; none for a row of zeros
    cosine       to the true row; None where the word has none, or the made one is zeros
    rank         place of the true row among the known words by cosine to the made one, from 1 on; ties count half
    confidence   the cosine that is to be expected, 0..1; None where it is not asked for, or too few words are known
    at           its place on the map; None where no row is made
    name         the kind, numbered from the second of a kind on
    origin       "composed", "mapped" or "invented"; "" where no row is made
    """

    kind: str
    made: bool
    refused: str = ""
    steps: tuple[str, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    neighbors: tuple[tuple[str, float], ...] = ()
    cosine: float | None = None
    rank: int | None = None
    confidence: float | None = None
    at: Place | None = None
    name: str = ""
    origin: str = ""


@dataclass(frozen=True)
class Point:
    """A known word, or a piece that a source holds, on the map.

    neighbor_of    names of the fills whose rows it is one of the 5 nearest of
    ingredient_of  names of the fills whose rows are made of it
    by_truth       whether it is one of the 5 nearest of the true row
    """

    word: str
    x: float
    y: float
    neighbor_of: tuple[str, ...] = ()
    ingredient_of: tuple[str, ...] = ()
    by_truth: bool = False


@dataclass(frozen=True)
class StoryMap:
    """The plane in which the neighbors of all made rows and the true row spread most (PCA of rows of length 1).

    points  the words around: ingredients and neighbors
    truth   where the true row lies; None where there is none
    shown   the share of these rows' variance that each of the two axes shows
    """

    points: tuple[Point, ...] = ()
    truth: Place | None = None
    shown: Place = (0.0, 0.0)


@dataclass(frozen=True)
class Story:
    """What fills make of one word.

    known      whether a source gives its row: it was hidden from the fills
    found_as   the spelling under which a source holds it, "" where none does
    tellings   one for each fill, in the order given
    among      number of known words that neighbors and ranks are among
    neighbors  the 5 known words that are nearest to the true row, and their cosines
    """

    word: str
    known: bool
    found_as: str
    tellings: tuple[Telling, ...]
    map: StoryMap
    among: int = 0
    neighbors: tuple[tuple[str, float], ...] = ()

    def telling(self, name: str) -> Telling:
        """What the fill of this name tells: its kind, or "donor 2" for a second donor. Raises KeyError for another."""
        return {one.name: one for one in self.tellings}[name]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON: tables by field, numbers of four digits."""
        return _plain(self)


def tell_story(
    located: Located | Lookup | Buffer,
    word: str,
    fills: Sequence[Any],
    *,
    seed: int = 0,
    context: Context | None = None,
    confidences: bool = True,
    progress: Progress = ignore,
) -> Story:
    """Let each of `fills` (specs, names, or lists of them: cascades) make the row of `word`, and tell how.

    Every fill is fitted for this word; with `confidences` a second time, to see what it makes of other words. One
    that can't be fitted, or can't make the word, is told as refused. Raises InputError for a word that the vocabulary
    doesn't have, with those that are spelled like it, and for special tokens; RecipeError for an unknown
    name of a fill.
    """
    specs = [as_fill(one) for one in fills]
    specs = [spec for k, spec in enumerate(specs) if spec not in specs[:k]]
    vocabulary = located.located.vocabulary if isinstance(located, Buffer) else located.vocabulary
    _refuse(word, vocabulary)
    teller = _Teller(buffer_of(located, seed, context, progress), word)
    told: list[_Told] = []
    for k, (name, spec) in enumerate(zip(names_of(specs), specs, strict=True)):
        teller.progress(_(TELLING), k, len(specs), _("fills"), name)
        told.append(teller.told(name, spec, sure=confidences))
    teller.progress(_(TELLING), len(specs), len(specs), _("fills"))
    return teller.story(told)


def _refuse(word: str, vocabulary: Vocabulary) -> None:
    """Raise InputError unless `word` is a word of the vocabulary."""
    if word in vocabulary.specials:
        raise InputError(
            _("{word} is a special token: its row is no fill's work").format(word=repr(word)),
            fix=_("Choose a word of the language."),
        )
    if word not in vocabulary.ids:
        near = ", ".join(map(repr, suggestions(vocabulary, word)))
        fix = _("Spelled like it: {words}.") if near else _("No word is spelled like it: look into the vocabulary.")
        raise InputError(
            _("{word} is not a word of the vocabulary").format(word=repr(word)), fix=fix.format(words=near)
        )


@dataclass(frozen=True)
class _Told:
    """A telling without its place, its row at length 1 (float64[d], zeros for zeros) and the words that it is of."""

    telling: Telling
    row: NDArray[np.float64] | None = None
    parts: tuple[str, ...] = ()


class _Known(Ground):
    """What is known without the word; what is known without some more words, to learn confidences, is made once."""

    _less: tuple[bytes, Ground] | None = None

    def without(self, rows: NDArray[np.int64]) -> Ground:
        """See `Ground`."""
        if self._less is None or self._less[0] != rows.tobytes():
            self._less = rows.tobytes(), super().without(rows)
        return self._less[1]


class _Teller:
    """One word, what is known without it, and what made rows are compared with."""

    def __init__(self, buffer: Buffer, word: str) -> None:
        self.progress = buffer.context.progress
        self.word, self.vectors, self.words = word, buffer.vectors, buffer.words
        self.row = buffer.located.vocabulary.ids[word]
        self.known = bool(buffer.columns["rung"][self.row] >= 0)
        self.ground = _Known(buffer, np.array([self.row]) if self.known else None)
        self.others = self._others(buffer)
        truth = unit32(self.vectors[[self.row]])[0]
        self.truth = truth if self.known and truth.any() else None

    def _others(self, buffer: Buffer) -> NDArray[np.bool_]:
        """bool[n]: known words to compare with: not the word, nor one that was found as the same row of a source."""
        others = np.zeros(len(self.words), bool)
        others[Ground(buffer).learnable] = True
        if self.known:
            source_of, row_ids = buffer.located.source_of, buffer.located.row_ids
            others[(source_of == source_of[self.row]) & (row_ids == row_ids[self.row])] = False
        others[self.row] = False
        return others

    def told(self, name: str, spec: Any, *, sure: bool) -> _Told:
        """What the fill `spec` makes of the word."""
        try:
            tried, fitted, made = self._made(spec)
        except LexiloomError as error:
            return _Told(Telling(kind=spec.kind, name=name, made=False, refused=str(error)))
        step = tried[-1]
        if not made.done[0]:
            why = UNABLE.get(step.kind, N_("it can't make a row of this word"))
            return _Told(Telling(kind=spec.kind, name=name, made=False, refused=_(why)))
        explained = fitted.explain(self.word)
        if step.kind == DROPPED:
            return _Told(Telling(kind=spec.kind, name=name, made=False, refused=explained.steps[0]))
        steps = explained.steps
        if isinstance(spec, Cascade):
            steps = (_("of the cascade, {kind} is the first that can make it").format(kind=step.kind), *steps)
        row = unit32(made.vectors)[0]
        neighbors, rank = self._neighbors(row)
        telling = Telling(
            kind=spec.kind,
            made=True,
            steps=steps,
            ingredients=explained.ingredients,
            neighbors=neighbors,
            cosine=None if self.truth is None or not row.any() else float(row @ self.truth),
            rank=rank,
            confidence=self._confidence(tried, made) if sure else None,
            name=name,
            origin=Origin(fitted.origin).name.lower(),
        )
        return _Told(telling, row.astype(np.float64), () if step.kind in OF_FILLS else _heaviest(explained.ingredients))

    def _made(self, spec: Any) -> tuple[Sequence[Any], Fitted, Made]:
        """The fill, fitted, and what it makes; of a cascade the steps up to the first that can. Raises as fits do."""
        steps = (*spec.steps, Mean()) if isinstance(spec, Cascade) else (spec,)
        for k, step in enumerate(steps):
            fitted = fit(step, self.ground)
            made = fitted.fill([self.word])
            if made.done[0] or k + 1 == len(steps):
                return steps[: k + 1], fitted, made
        raise AssertionError  # pragma: no cover

    def _neighbors(self, row: NDArray[np.float32]) -> tuple[tuple[tuple[str, float], ...], int | None]:
        """The nearest known words of a row of length 1, and the place of the true row among them; none for zeros."""
        if not row.any():
            return (), None
        scores = cosines_with(self.vectors, row)
        level, scores = float(scores[self.row]), np.where(self.others, scores, np.float32(-np.inf))
        at, cosines = highest(scores, NEAREST)
        nearest = tuple((self.words[i], float(one)) for i, one in zip(at.tolist(), cosines.tolist(), strict=True))
        if self.truth is None:
            return nearest, None
        above = int((scores > level + TIE).sum())
        ties = int((scores >= level - TIE).sum()) - above
        return nearest, 1 + above + (ties + 1) // 2

    def _confidence(self, steps: Sequence[Any], made: Made) -> float | None:
        """The cosine to expect of what the last of `steps` made, after the others couldn't; see `calibrate`."""
        sure = calibrate(self.ground, steps).get(len(steps) - 1)
        return None if sure is None else round(float(sure(made.signals)[0]), DIGITS)

    def story(self, told: Sequence[_Told]) -> Story:
        """All that was told, on one map."""
        nearest = () if self.truth is None else self._neighbors(self.truth)[0]
        around = dict.fromkeys(word for one in told for word in dict(one.telling.neighbors))
        rows = self._rows_of([*around, *(part for one in told for part in one.parts), *dict(nearest)])
        basis = [rows[name] for name in around]
        basis += [] if self.truth is None else [self.truth.astype(np.float64)]
        # Of two rows there is a line and no plane: what was made tells the rest.
        basis += [] if len(basis) > 2 else [one.row for one in told if one.row is not None]
        plane = _Plane(np.array(basis or [np.zeros(self.vectors.shape[1])]))
        points = []
        for word, row in rows.items():
            near = tuple(one.telling.name for one in told if word in dict(one.telling.neighbors))
            part = tuple(one.telling.name for one in told if word in one.parts)
            points.append(Point(word, *plane(row), near, part, word in dict(nearest)))
        truth = None if self.truth is None else plane(self.truth)
        return Story(
            word=self.word,
            known=self.known,
            found_as=(self.known and self.ground.buffer.columns["form"][self.row]) or "",
            tellings=tuple(one.telling if one.row is None else replace(one.telling, at=plane(one.row)) for one in told),
            map=StoryMap(tuple(points), truth, plane.shown),
            among=int(self.others.sum()) + (self.truth is not None),
            neighbors=nearest,
        )

    def _rows_of(self, words: Iterable[str]) -> dict[str, NDArray[np.float64]]:
        """word -> float64[d] at length 1, in the order given: the known ones, and those that a source holds."""
        listed = [word for word in dict.fromkeys(words) if word != self.word]
        found: dict[str, NDArray[np.float32]] = {}
        ids, rungs = self.ground.buffer.located.vocabulary.ids, self.ground.buffer.columns["rung"]
        for word in listed:
            if (row := ids.get(word, -1)) >= 0 and rungs[row] >= 0:
                found[word] = self.vectors[row]
        for source in self.ground.sources:
            left = [word for word in listed if word not in found]
            # A random source has a row for everything.
            if not left or source.info.size is None:
                continue
            places = source.locate(left)
            if not len(held := np.flatnonzero(places >= 0)):
                continue
            rows = np.empty((len(held), self.vectors.shape[1]), np.float32)
            sound = source.gather(places[held], rows)
            found |= {left[i]: row for i, row in zip(held[sound].tolist(), rows[sound], strict=True)}
        return {word: unit(found[word][None])[0] for word in listed if word in found and found[word].any()}


class _Plane:
    """The first two principal directions of `rows` (float64[k, d]); their signs are the same wherever it runs."""

    def __init__(self, rows: NDArray[np.float64]) -> None:
        self._center = rows.mean(axis=0)
        _left, values, directions = np.linalg.svd(rows - self._center, full_matrices=False)
        # A direction along which nothing spreads is arbitrary: it is left out.
        kept = directions[:2][values[:2] > FLAT]
        sizes = np.abs(kept)
        first = np.argmax(sizes > sizes.max(axis=1, keepdims=True) - FLAT, axis=1)
        self._directions = np.zeros((2, rows.shape[1]))
        self._directions[: len(kept)] = kept * np.sign(kept[np.arange(len(kept)), first])[:, None]
        shares = [float(value**2 / (values**2).sum()) for value in values[: len(kept)]]
        self.shown: Place = ((*shares, 0.0)[0], (*shares, 0.0, 0.0)[1])

    def __call__(self, row: NDArray[np.floating[Any]]) -> Place:
        """Where `row` (float[d]) lies."""
        x, y = (self._directions @ (row - self._center)).tolist()
        return x, y


def _heaviest(ingredients: Sequence[Ingredient]) -> tuple[str, ...]:
    return tuple(one.name for one in sorted(ingredients, key=lambda one: -abs(one.weight))[:HEAVIEST])


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return rounded(value) if isinstance(value, float) else value
