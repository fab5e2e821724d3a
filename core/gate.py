"""The gate: a matrix's degenerate rows, shown with their words, and blocked or knowingly accepted.

Degenerate are rows of zeros, rows that are equal without a reason, rows far longer or shorter than the others, and
rows that are near to nothing. What the user's own choices bring about is no fault: it is told as expected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .errors import LexiloomError
from .matrix import EmbeddingMatrix
from .messages import N_, _, joined, ngettext, number, percent
from .neighbors.exact import best_of, unit32
from .progress import Progress, ignore
from .rows import RUNGS, Origin
from .sanity import equal_rows, look_over, rows_kept
from .spec import Spec, option

Kind = Literal["zero", "identical", "norm", "noise"]
Ints = NDArray[np.int64]

FINDINGS: dict[Kind, str] = {
    "zero": N_("Zero rows"),
    "identical": N_("Identical rows"),
    "norm": N_("Lengths far from the others'"),
    "noise": N_("Rows near to nothing"),
}
BLOCKING: tuple[Kind, ...] = ("zero", "identical")
ADVICE: dict[Kind, str] = {
    "zero": N_("Take another source for these words, or leave them out of the vocabulary."),
    "identical": N_("Look at these words in their source: the file may be broken, or the model may not know them."),
}

SHOWN = 20  # words, and groups of words
TOLD = 5  # words in an error
LONGEST = 40  # characters of a word in an error
# Files give synonyms one row (ConceptNet Numberbatch: a sixth of its Chinese words, fifteen at most that mean much the
# same); a default row is shared by many that do not. Of a matrix of n words, so many with one row block: a tenth in a
# small one, ten from a hundred on, a thousandth from 10,000 on, never more than a hundred.
ALIKE = ((0.1, 10), (0.001, 100))
FEWEST_ALIKE, FEWEST_UNKNOWN = 3, 2
# Robust deviations and a factor: a length is an outlier beyond both.
FAR, FACTOR = 5.0, 3.0
FEWEST_LENGTHS = 30
TENTH = 1.2815515655446004  # standard deviations from the middle to the tenth that lies farthest
# Of how many rows the neighbors are looked at (in every build fewer, as nobody asked for it), among how many numbers,
# beside how many random rows.
TESTED, QUICKLY, NUMBERS, DRAWN = 8192, 1024, 1 << 22, 1000
NEIGHBORS = 10
# With fewer rows or dimensions, random directions have neighbors as near as those of words.
FEWEST_ROWS, FEWEST_DIMENSIONS = 200, 10
LEVELS = np.arange(40, 100, 5) / 100
SURE = 0.5  # share of rows called noise that are noise, at least
BLURRED = 0.02  # share of rows that are none and yet no nearer to others than random rows, at most
FEWEST_NOISE, NOISE_SHARE = 5, 0.001
HUB = 0.1  # share of rows that have one row among their nearest ten

UNKNOWN = re.compile(r"[^\w\s]+(unk|unknown)(_?token)?[^\w\s]+|⁇", re.IGNORECASE)


class GateSpec(Spec):
    """Which degenerate rows are accepted, by one who knows of them."""

    accept: tuple[Kind, ...] = option(
        (), N_("Accepted"), N_("Kinds of degenerate rows that the matrix may have: zero, identical, norm, noise.")
    )


NOTHING_ACCEPTED = GateSpec()


class GateError(LexiloomError):
    """A matrix has degenerate rows that nobody accepted."""


@dataclass(frozen=True)
class Finding:
    """Rows of one kind that share a reason, or lack one.

    count     how many rows
    share     of the rows looked at, 0 to 1: `tested` of them, of all that are no padding
    words     the first 20 of them, most frequent first
    rows      int64[count]: their rows, ascending
    groups    of identical rows: (size, first words) each, largest first, 20 at most
    text      what is wrong, in words
    blocks    whether the matrix is not finished with them, unless they are accepted
    accepted  whether the user accepted rows of this kind
    expected  why they are no surprise, "" where they are one; what is expected never blocks
    """

    kind: Kind
    count: int
    share: float
    words: tuple[str, ...]
    rows: Ints = field(repr=False, compare=False)
    text: str
    groups: tuple[tuple[int, tuple[str, ...]], ...] = ()
    blocks: bool = False
    accepted: bool = False
    expected: str = ""
    tested: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values, the row numbers left out."""
        names = ("kind", "count", "share", "text", "blocks", "accepted", "expected", "tested")
        groups = [{"size": size, "words": list(words)} for size, words in self.groups]
        return {**{name: getattr(self, name) for name in names}, "words": list(self.words), "groups": groups}


@dataclass(frozen=True)
class Gate:
    """What was found, in the order of FINDINGS: first what blocks, last what was to be expected."""

    findings: tuple[Finding, ...]
    spec: GateSpec

    @property
    def passed(self) -> bool:
        """Whether no finding blocks that nobody accepted."""
        return not self._barring()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the lock."""
        findings = [one.as_dict() for one in self.findings]
        return {"passed": self.passed, "accept": list(self.spec.accept), "findings": findings}

    def error(self) -> GateError | None:
        """What stands in the way, and how to go on; None where nothing does."""
        if not (barring := self._barring()):
            return None
        told: list[str] = [_("{what}: {words}").format(what=one.text, words=_listed(one)) for one in barring]
        kinds: list[Kind] = list(dict.fromkeys(one.kind for one in barring))
        accept = _("If you mean it, accept them: [gate] accept = [{names}] in the recipe, or {flags}.").format(
            names=", ".join(f'"{kind}"' for kind in (*self.spec.accept, *kinds)),
            flags=" ".join(f"--accept {kind}" for kind in kinds),
        )
        return GateError(joined("; ", told), fix=joined(" ", [*(_(ADVICE[kind]) for kind in kinds), accept]))

    def _barring(self) -> list[Finding]:
        return [one for one in self.findings if one.blocks and not one.accepted]


def examine_gate(
    matrix: EmbeddingMatrix,
    spec: GateSpec = NOTHING_ACCEPTED,
    *,
    seed: int = 0,
    tested: int = TESTED,
    progress: Progress = ignore,
) -> Gate:
    """Look a finished matrix over for degenerate rows. Depends on the matrix and `seed` alone.

    Zero and identical rows and lengths are those of all rows. The neighbors of `tested` words are looked at, among some
    more, so that a million rows take seconds (`Finding.tested`). `progress` may raise `Cancelled`.
    """
    look = _Look(matrix, spec)
    found = [*_zero(look), *_identical(look), *_norm(look), *_noise(look, seed, tested, progress)]
    order = {kind: i for i, kind in enumerate(FINDINGS)}
    return Gate(tuple(sorted(found, key=lambda one: (order[one.kind], bool(one.expected), not one.blocks))), spec)


class _Look:
    """A matrix and what one pass over it tells: its rows but the padding, their norms, equal ones."""

    def __init__(self, matrix: EmbeddingMatrix, spec: GateSpec) -> None:
        self.matrix, self.spec = matrix, spec
        self.kept = rows_kept(matrix)
        self.norms, digests = look_over(matrix)
        rows = matrix.rows
        # Rows that no source gave: they are as the fill that the user chose makes them.
        self.filled = rows.is_(Origin.INVENTED, Origin.SPECIAL)
        self.equal = equal_rows(matrix, self.kept[self.norms[self.kept] > 0], digests)
        drawn = [i for i, name in enumerate(rows.sources) if re.fullmatch(r"random:\d+", name)]
        self.drawn = np.isin(rows.source, drawn) & ~self.filled

    def by(self, *methods: str) -> NDArray[np.bool_]:
        """bool[n]: rows that one of these fills made."""
        rows = self.matrix.rows
        return np.isin(rows.method, [i for i, name in enumerate(rows.methods) if name in methods])

    def words(self, rows: Ints) -> tuple[str, ...]:
        """The first words of `rows`, most frequent first."""
        counts = self.matrix.vocabulary.counts
        order = rows if counts is None else rows[np.argsort(-counts[rows], kind="stable")]
        return tuple(self.matrix.vocabulary.words[row] for row in order[:SHOWN].tolist())

    def finding(self, kind: Kind, rows: Sequence[int] | Ints, text: str, **more: Any) -> Finding:
        """A finding of `rows`."""
        at = np.sort(np.asarray(rows, np.int64))
        more["groups"] = tuple((len(group), self.words(group)) for group in more.get("groups", ())[:SHOWN])
        tested = more.setdefault("tested", len(self.kept))
        accepted = kind in self.spec.accept and not more.get("expected")
        return Finding(kind, len(at), len(at) / tested, self.words(at), at, text, accepted=accepted, **more)


def _zero(look: _Look) -> list[Finding]:
    rows = look.kept[look.norms[look.kept] == 0]
    rows = rows[~look.by("zeros")[rows]]
    steps = [step.split()[0] for step in look.matrix.history if step]
    centered = look.by("mean") if {"center", "abtt", "pca"} & set(steps) else np.zeros(len(look.norms), bool)
    found = []
    for at, expected in ((rows[~centered[rows]], ""), (rows[centered[rows]], _("the mean, subtracted from itself"))):
        if len(at):
            text = ngettext("{n} row is zero", "{n} rows are zero", len(at)).format(n=number(len(at)))
            found.append(look.finding("zero", at, text, blocks=not expected, expected=expected))
    return found


def _identical(look: _Look) -> list[Finding]:
    """Equal rows, told apart by why they are equal: a fill, one spelling, the same pieces, or no reason at all."""
    blocking: list[Ints] = []
    few: list[Ints] = []
    expected: dict[str, list[Ints]] = {"fill": [], "form": [], "pieces": []}
    most = max(FEWEST_ALIKE, *(min(limit, share * len(look.kept)) for share, limit in ALIKE))
    for group in look.equal:
        own = group[~look.filled[group]]
        if len(group) - len(own) > 1:
            expected["fill"].append(group[look.filled[group]])
        reasons = {_reason(look.matrix, row) for row in own.tolist()}
        if len(reasons) > 1:
            unknown = sum(name == "unknown" for name, *_rest in reasons)
            (blocking if len(reasons) >= most or unknown >= FEWEST_UNKNOWN else few).append(own)
        elif len(own) > 1:
            expected["pieces" if reasons.pop()[0] == "pieces" else "form"].append(own)
    told = {
        "fill": _("rows that no source gave are filled alike"),
        "form": _("spellings of one word, found as one row"),
        "pieces": _("words made of the same pieces"),
    }
    found = [_alike(look, groups, blocks=groups is blocking) for groups in (blocking, few) if groups]
    return found + [_alike(look, groups, expected=told[name]) for name, groups in expected.items() if groups]


def _alike(look: _Look, groups: list[Ints], **more: Any) -> Finding:
    rows = np.concatenate(groups)
    groups = sorted(groups, key=lambda group: (-len(group), group[0]))
    text = ngettext("{n} words share {groups} row", "{n} words share {groups} rows", len(groups)).format(
        n=number(len(rows)), groups=number(len(groups))
    )
    return look.finding("identical", rows, text, groups=groups, **more)


def _reason(matrix: EmbeddingMatrix, row: int) -> tuple[str, Hashable, Hashable]:
    """What the vector of `row` was made of: rows of one reason may well be equal.

    Pieces are a set (ha and haha), spellings are folded: a model may tell neither case nor accents.
    """
    rows = matrix.rows
    source, pieces, form = int(rows.source[row]), rows.pieces[row], rows.form[row]
    form = matrix.vocabulary.words[row] if form is None else form
    # Found as written and yet suspect: the look-up marks so what holds the unknown piece.
    marked = rows.origin[row] == Origin.COMPOSED and rows.suspect[row] and rows.rung[row] == 0
    fixed = rows.rung[row] >= 0 and RUNGS[rows.rung[row]] == "fix"
    if not fixed and (marked or any(UNKNOWN.fullmatch(piece) for piece in pieces or ())):
        return "unknown", source, _folded(matrix.vocabulary.words[row])
    parts = frozenset(map(_folded, pieces or (form,)))
    return "pieces" if len(parts) > 1 else "form", source, parts


def _folded(text: str) -> str:
    """`text` without what spellings of one word differ in: case, width, accents, marks that can't be seen."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if unicodedata.category(c)[0] not in "CMZ") or text


def _norm(look: _Look) -> list[Finding]:
    """Rows whose length is far from those of their kind: found rows, and composed ones, which are shorter."""
    given = look.kept[(look.norms[look.kept] > 0) & ~look.filled[look.kept]]
    composed = look.matrix.rows.origin[given] == Origin.COMPOSED
    far = np.concatenate([_far(part, look.norms[part]) for part in (given[composed], given[~composed])])
    if not len(far):
        return []
    text = ngettext(
        "{n} row is far longer or shorter than the others",
        "{n} rows are far longer or shorter than the others",
        len(far),
    ).format(n=number(len(far)))
    return [look.finding("norm", far, text)]


def _far(rows: Ints, norms: NDArray[np.float64]) -> Ints:
    """Those of `rows` whose logarithm of the norm lies beyond FAR deviations and the factor FACTOR.

    Each side's deviation is told by the tenth of the rows farthest out on it: vectors of words have long smooth tails,
    of which a median absolute deviation knows nothing.
    """
    if len(rows) < FEWEST_LENGTHS:
        return rows[:0]
    logs = np.log(norms)
    low, middle, high = np.quantile(logs, [0.1, 0.5, 0.9])
    least = np.log(FACTOR)
    below = middle - max(FAR * (middle - low) / TENTH, least)
    above = middle + max(FAR * (high - middle) / TENTH, least)
    return rows[(logs < below) | (logs > above)]


def _noise(look: _Look, seed: int, most: int, progress: Progress) -> list[Finding]:
    found = []
    random = look.drawn | (look.matrix.rows.is_(Origin.INVENTED) & look.by("normal", "diagonal"))
    if len(at := look.kept[random[look.kept]]):
        text = ngettext("{n} row is random", "{n} rows are random", len(at)).format(n=number(len(at)))
        found.append(look.finding("noise", at, text, expected=_("random rows were asked for: near to nothing")))
    given = (look.norms > 0) & ~look.filled & ~look.drawn
    for group in look.equal:
        given[group[1:]] = False
    rows = look.kept[given[look.kept]]
    if len(rows) < FEWEST_ROWS or look.matrix.dim < FEWEST_DIMENSIONS:
        return found
    noise, hubs, tested = _near_to_nothing(look.matrix, rows, seed, most, progress)
    if len(noise) >= max(FEWEST_NOISE, NOISE_SHARE * tested):
        text = ngettext(
            "of {tested} rows looked at, {n} is no nearer to other words than random rows are",
            "of {tested} rows looked at, {n} are no nearer to other words than random rows are",
            len(noise),
        ).format(n=number(len(noise)), tested=number(tested))
        found.append(look.finding("noise", noise, text, tested=tested))
    if len(hubs):
        text = ngettext(
            "{n} row is among the nearest ten of more than {share} of the words",
            "{n} rows are among the nearest ten of more than {share} of the words",
            len(hubs),
        ).format(n=number(len(hubs)), share=percent(HUB, 0))
        found.append(look.finding("noise", hubs, text, tested=tested))
    return found


def _near_to_nothing(
    matrix: EmbeddingMatrix, rows: Ints, seed: int, tested: int, progress: Progress
) -> tuple[Ints, Ints, int]:
    """Those of `rows` whose nearest words are no nearer than a random row's, those near to absurdly many, and of
    how many the neighbors were looked at.

    What is compared is the mean cosine of the ten nearest, among all rows or as many as fit, with that of random rows.
    Twice: as the rows are, with directions that are evenly random (rows never trained, or overwritten); and centered,
    as in a narrow cone all is near to all, with rows that draw each number from its column (random fills).
    """
    draw = np.random.default_rng(seed)
    most = max(FEWEST_ROWS, NUMBERS // matrix.dim)
    among = rows if len(rows) <= most else np.sort(draw.choice(rows, most, replace=False))
    unit = unit32(np.asarray(matrix.vectors[among], np.float32))
    n, dim = unit.shape
    asked = np.arange(n) if n <= tested else np.sort(draw.choice(n, tested, replace=False))
    drawn = min(DRAWN, max(tested // 2, FEWEST_ROWS))
    even = draw.standard_normal((drawn, dim), np.float32)
    noise, _ids = _noise_among(unit, asked, unit32(even), progress)
    unit = unit32(unit - unit.mean(axis=0, dtype=np.float64).astype(np.float32))
    by_column = unit[draw.integers(n, size=(drawn, dim)), np.arange(dim)]
    more, ids = _noise_among(unit, asked, unit32(by_column), progress)
    shares = np.bincount(ids.reshape(-1), minlength=n) / len(asked)
    return among[asked[noise | more]], among[shares > HUB], len(asked)


def _noise_among(
    unit: NDArray[np.float32], asked: Ints, random: NDArray[np.float32], progress: Progress
) -> tuple[NDArray[np.bool_], Ints]:
    """bool[k]: which of the rows `asked` of `unit` (float32[n, d]) are no nearer to others than the rows `random`
    (float32[r, d]) are; and int64[k, 10], their nearest.
    """
    queries, own = np.concatenate([unit[asked], random]), np.concatenate([asked, np.full(len(random), -1)])
    bar = np.zeros(len(unit), np.float32)
    ids, cosines = best_of(lambda i, j: unit[i:j], len(unit), queries, NEIGHBORS, own=own, bar=bar, progress=progress)
    near = cosines.mean(axis=1, dtype=np.float64)
    return near[: len(asked)] < _noise_level(near[: len(asked)], near[len(asked) :]), ids[: len(asked)]


def _noise_level(near: NDArray[np.float64], random: NDArray[np.float64]) -> float:
    """Below which nearness rows are noise: the highest where SURE of those below are, by all that is known.

    Words may be far from all others too. If a share p of the rows were noise, a share p·q of them would lie below the
    q-quantile of random rows; so p is at most the least ratio of the two, over all q. The level is the highest
    quantile of which p explains at least the share SURE (the local false discovery rate of Efron and others 2001).
    Where p leaves more than BLURRED of the rows below the last quantile, words and noise can't be told apart: none is.
    """
    levels = np.quantile(random, LEVELS)
    below = np.array([(near < level).mean() for level in levels])
    noise = float((below / LEVELS).min())
    explained = (below > 0) & (noise * LEVELS >= SURE * below)
    if not explained.any() or below[-1] - noise * LEVELS[-1] > BLURRED:
        return -np.inf
    return float(levels[explained].max())


def _listed(finding: Finding) -> str:
    """The first words of a finding, of its groups in turn, fit for one line."""
    some = finding.words[:TOLD]
    return ", ".join(map(_visible, some)) + (", …" if finding.count > len(some) else "")


def _visible(word: str) -> str:
    cut = word if len(word) <= LONGEST else word[:LONGEST] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
