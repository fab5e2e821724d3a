"""Associations in the vectors, by the word embedding association test (WEAT).

Caliskan, Bryson and Narayanan 2017, Semantics derived automatically from language corpora contain human-like biases,
Science 356(6334).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import combinations, islice
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..messages import N_, _
from .subjects import Subject, WordVectors
from .word_lists import Row, column_of, missing_word, place, read_rows

# Of fewer words a list's mean says nothing.
FEWEST_WORDS = 3
# Up to so many partitions (nine words a target) all are gone through; of more, DRAWS are drawn.
PARTITIONS = 50_000
DRAWS = 10_000
# Partitions that are summed at a time.
AT_ONCE = 5_000
# Differences of associations that are smaller are rounding.
ROUNDING = 1e-9
LISTS = ("X", "Y", "A", "B")
CAUTION = N_(
    "WEAT tells whether two groups of words stand nearer to one set of attributes than to another, in these vectors "
    "and for these lists; other lists may tell otherwise. The p-value is on the choice of words, not on speakers or "
    "texts. No association found does not mean that the vectors are free of bias, and one found does not show that "
    "an application built on them treats people unequally: measure that where they are used."
)
LAYOUT = N_(
    "The first line names the columns test, list, name and words, separated by tabs (language and citation may "
    "follow). Each test has four lines: the targets X and Y, the attributes A and B, each with its words separated "
    "by spaces."
)


@dataclass(frozen=True)
class WeatTest:
    """Two lists of target words, X and Y, and two of attribute words, A and B, each with its name.

    language  code, "" when unknown
    citation  whose work it is, "" when unknown
    """

    name: str
    x_name: str
    x: tuple[str, ...]
    y_name: str
    y: tuple[str, ...]
    a_name: str
    a: tuple[str, ...]
    b_name: str
    b: tuple[str, ...]
    language: str = ""
    citation: str = ""

    @property
    def lists(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """ "X", "Y", "A", "B" -> (name, words)."""
        names = (self.x_name, self.y_name, self.a_name, self.b_name)
        return dict(zip(LISTS, zip(names, (self.x, self.y, self.a, self.b), strict=True), strict=True))


@dataclass(frozen=True)
class Weat:
    """What one subject associates, by one test.

    effect       d: how much nearer than Y the words of X stand to A rather than to B, in standard deviations;
                 about -2 to 2, None where it is not defined (`reason` says why)
    p            one-sided: the share of partitions of X and Y that associate at least as much
    p_kind       "exact" (all partitions), "sampled", "" without p
    partitions   how many were looked at
    difference   of the mean associations of X and Y, in cosines
    words        for each list: {"list", "name", "have", "of", "made", "missing"}; `made` by fills, of those it has
    """

    test: str
    language: str = ""
    citation: str = ""
    effect: float | None = None
    p: float | None = None
    p_kind: str = ""
    partitions: int = 0
    difference: float | None = None
    words: tuple[dict[str, Any], ...] = field(default_factory=tuple)
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def read_weat(path: str | Path) -> tuple[WeatTest, ...]:
    """The tests in a UTF-8 table with a header: columns test, list, name, words; language, citation where known.

    Columns are separated by tabs (or by commas or semicolons), in any order. A line is one list of a test: "X" and
    "Y" are the targets, "A" and "B" the attributes; its words are separated by spaces. Blank lines and lines that
    begin with "#" are skipped.

    Raises InputError that names the file and line: a list is missing or there twice, has fewer than three words, or
    a word is twice in it or in both targets or both attributes.
    """
    path, layout = Path(path), _(LAYOUT)
    rows = read_rows(path, 4, layout)
    head, rows = [name.lower() for name in rows[0].fields], rows[1:]
    columns = {name: column_of(head, name, path) for name in ("test", "list", "name", "words")}
    columns |= {name: head.index(name) for name in ("language", "citation") if name in head}
    tests: dict[str, dict[str, tuple[Row, dict[str, str]]]] = {}
    for row in rows:
        # Empty columns at the end of a line are easily lost.
        cells = {name: row.fields[i] if i < len(row.fields) else "" for name, i in columns.items()}
        if not (cells["test"] and cells["words"]):
            raise missing_word(path, row, layout)
        which = cells["list"].upper()
        lists = tests.setdefault(cells["test"], {})
        if which not in LISTS or which in lists:
            what = _("the list {name!r} is there twice") if which in lists else _("{name!r} is none of X, Y, A and B")
            raise InputError(what.format(name=cells["list"]), where=place(path, row.line), fix=layout)
        lists[which] = row, cells
    if not tests:
        raise InputError(_("there are no words in it"), where=path.name, fix=layout)
    return tuple(_test(path, name, lists, layout) for name, lists in tests.items())


def _test(path: Path, name: str, lists: dict[str, tuple[Row, dict[str, str]]], layout: str) -> WeatTest:
    first = next(iter(lists.values()))
    if missing := [which for which in LISTS if which not in lists]:
        what = _("the test {test!r} has no list {names}").format(test=name, names=", ".join(missing))
        raise InputError(what, where=place(path, first[0].line), fix=layout)
    words = {which: tuple(lists[which][1]["words"].split()) for which in LISTS}
    for which, others in (("X", ()), ("Y", words["X"]), ("A", ()), ("B", words["A"])):
        where, seen = place(path, lists[which][0].line), set(others)
        if len(words[which]) < FEWEST_WORDS:
            what = _("the list {name!r} has {count:,} words; {least} are needed")
            told = what.format(name=which, count=len(words[which]), least=FEWEST_WORDS)
            raise InputError(told, where=where, fix=layout)
        for word in words[which]:
            if word in seen:
                raise InputError(
                    _("{word!r} is twice in the targets or in the attributes of {test!r}").format(word=word, test=name),
                    where=where,
                    fix=_("Take one of them out."),
                )
            seen.add(word)
    of = {which: (lists[which][1]["name"] or which, words[which]) for which in LISTS}
    language, citation = (first[1].get(column, "") for column in ("language", "citation"))
    return WeatTest(name, *of["X"], *of["Y"], *of["A"], *of["B"], language, citation)


def score_weat(subject: Subject, test: WeatTest, seed: int = 0) -> Weat:
    """The effect size and permutation p of `test` in the vectors of `subject`.

    A word's association is its mean cosine with A less that with B. d is the mean association of X less that of Y,
    divided by the standard deviation of the associations of all target words (with n - 1, as in May et al. 2019, On
    measuring social biases in sentence encoders). p is the share of the partitions of the target words into lists
    of these sizes whose difference is at least as great, the given one among them: all partitions, up to 50,000
    (nine words a list), else 10,000 drawn under `seed`, to which the given one is added: (b + 1) / (m + 1).

    Words without a vector are left out. The paper's lists are equally long, and its authors took names out at
    random to keep them so. Here nothing is taken out: d and the difference are of means, and the partitions keep
    the sizes that are left, which for equal lists is the paper's test. `Weat.words` tells what is left of each
    list; below three words in one of them nothing is measured. Vectors made by fills count where `subject` has
    them. Raises `SourceError` if it can't be read.
    """
    lists = {which: subject.unit(words) for which, (_name, words) in test.lists.items()}
    told = tuple(_coverage(which, *test.lists[which], lists[which]) for which in LISTS)
    plain = {"test": test.name, "language": test.language, "citation": test.citation, "words": told}
    short = [one for one in told if one["have"] < FEWEST_WORDS]
    if short:
        reason = _("{have} of the {of} words of {name} have a vector; {least} are needed")
        return Weat(
            **plain,
            reason=reason.format(have=short[0]["have"], of=short[0]["of"], name=short[0]["name"], least=FEWEST_WORDS),
        )
    x, y, a, b = (one.unit[one.at[one.at >= 0]] for one in lists.values())
    toward = a.mean(axis=0) - b.mean(axis=0)
    associations = np.concatenate([x, y]) @ toward
    difference = float(associations[: len(x)].mean() - associations[len(x) :].mean())
    spread = float(associations.std(ddof=1))
    if spread < ROUNDING:
        return Weat(**plain, difference=difference, reason=_("all target words are associated alike"))
    p, kind, looked_at = permutation_p(associations, len(x), seed)
    return Weat(**plain, effect=difference / spread, p=p, p_kind=kind, partitions=looked_at, difference=difference)


def _coverage(which: str, name: str, words: tuple[str, ...], found: WordVectors) -> dict[str, Any]:
    held = found.at >= 0
    return {
        "list": which,
        "name": name,
        "have": int(held.sum()),
        "of": len(words),
        "made": int(found.made.sum()),
        "missing": [word for word, has in zip(words, held.tolist(), strict=True) if not has],
    }


def permutation_p(associations: NDArray[np.float64], first: int, seed: int) -> tuple[float, str, int]:
    """p, "exact" or "sampled", and the partitions looked at, for the `first` of float64[n] against the others.

    The sizes being fixed, the difference of the means rises with the sum of the first list alone.
    """
    n = len(associations)
    observed = float(associations[:first].sum()) - ROUNDING
    total = comb(n, first)
    if total <= PARTITIONS:
        chosen, reached = combinations(range(n), first), 0
        while some := list(islice(chosen, AT_ONCE)):
            reached += int((associations[np.array(some)].sum(axis=1) >= observed).sum())
        return reached / total, "exact", total
    rng = np.random.default_rng(seed)
    reached = 0
    for _round in range(0, DRAWS, AT_ONCE):
        shuffled = rng.permuted(np.tile(associations, (AT_ONCE, 1)), axis=1)
        reached += int((shuffled[:, :first].sum(axis=1) >= observed).sum())
    return (reached + 1) / (DRAWS + 1), "sampled", DRAWS
