"""Two or more subjects on one set, item by item: which is better, by how much, and whether that may be asked at all.

Two scores are compared on the items that count for both, and on nothing else. Where one of them would lose more than
a tenth of its items that way, no verdict is given: what a subject leaves out are its rare and hard words, so on the
rest it looks better than it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..messages import N_, _, number
from .outcome import Outcome, Policy
from .resampling import LEVEL, RESAMPLES, Interval, holm, interval_of, two_sided

# The least share of either subject's items that must be common to both.
SHARED = 0.9
# Of fewer common items an interval says nothing.
FEWEST_ITEMS = 10
ALPHA = 1 - LEVEL

UNITS = {
    "similarity": N_("pairs"),
    "analogy": N_("questions"),
    "categorization": N_("words"),
    "outliers": N_("odd words"),
    "probe": N_("texts"),
}


@dataclass(frozen=True)
class Cell:
    """One subject's score on one set.

    value     on the items that count; None where it is undefined
    interval  95 %, by bootstrap over the items; None for fewer than ten: they tell nothing
    counted   items that count under the policy
    covered   items all of whose words the subject has, before any fill
    total     items of the set
    common    score on the items that count for all subjects, and how many these are
    """

    value: float | None
    interval: Interval | None
    counted: int
    covered: int
    total: int
    common: float | None
    common_interval: Interval | None
    common_items: int


@dataclass(frozen=True)
class Verdict:
    """Two subjects on one set.

    a, b        their positions; a stands before b
    kind        "better": a is; "worse"; "even": no difference is shown; "not comparable"
    difference  score of a minus score of b on their common items
    interval    of the difference, 95 %, by paired bootstrap
    p           achieved significance level of the difference, before and after Holm's correction
    items       common items
    reason      why not comparable
    """

    a: int
    b: int
    kind: Literal["better", "worse", "even", "not comparable"]
    items: int
    difference: float | None = None
    interval: Interval | None = None
    p: float | None = None
    p_holm: float | None = None
    reason: str = ""

    @property
    def margin(self) -> float | None:
        """Half the width of the interval: what stands behind ±."""
        return None if self.interval is None else (self.interval.high - self.interval.low) / 2


@dataclass(frozen=True)
class Line:
    """One set, by one measure, with all subjects.

    id       of the set and measure ("men", "google 3cosadd"); unique in an evaluation
    title    proper name
    measure  "Spearman's rho", "accuracy", …
    """

    id: str
    title: str
    task: str
    measure: str
    language: str
    cells: tuple[Cell, ...]
    verdicts: tuple[Verdict, ...]
    details: tuple[Any, ...] = ()
    key: str = ""
    note: str = ""


def compare(
    outcomes: Sequence[Outcome], policy: Policy, *, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[tuple[Cell, ...], tuple[Verdict, ...]]:
    """The scores of several subjects on one set, and what can be said of each two of them.

    `outcomes` are of the same set in the same order; ValueError otherwise. p-values are not yet corrected for
    their number: `corrected` does that over all sets.
    """
    if len({len(one) for one in outcomes}) > 1:
        raise ValueError(f"outcomes of {[len(one) for one in outcomes]} items are not of one set")
    draws = _Draws(outcomes, resamples, seed)
    common = np.logical_and.reduce([one.counted for one in outcomes])
    cells = tuple(_cell(k, one, common, draws) for k, one in enumerate(outcomes))
    verdicts = tuple(
        _verdict(a, b, outcomes, policy, draws) for a in range(len(outcomes)) for b in range(a + 1, len(outcomes))
    )
    return cells, verdicts


class _Draws:
    """Bootstrap draws by subject and items, each made once."""

    def __init__(self, outcomes: Sequence[Outcome], resamples: int, seed: int) -> None:
        self.outcomes, self.resamples, self.seed = outcomes, resamples, seed
        self.made: dict[tuple[int, bytes], NDArray[np.float64]] = {}

    def of(self, k: int, items: NDArray[np.bool_]) -> NDArray[np.float64]:
        key = k, np.packbits(items).tobytes()
        if key not in self.made:
            self.made[key] = self.outcomes[k].among(items).draws(self.resamples, self.seed)
        return self.made[key]


def _interval(draws: NDArray[np.float64], items: int) -> Interval | None:
    return interval_of(draws) if items >= FEWEST_ITEMS else None


def _cell(k: int, one: Outcome, common: NDArray[np.bool_], draws: _Draws) -> Cell:
    value, shared = one.value(), one.among(common).value()
    return Cell(
        value,
        None if value is None else _interval(draws.of(k, one.counted), int(one.counted.sum())),
        int(one.counted.sum()),
        int(one.covered.sum()),
        len(one),
        shared,
        None if shared is None else _interval(draws.of(k, common), int(common.sum())),
        int(common.sum()),
    )


def _verdict(a: int, b: int, outcomes: Sequence[Outcome], policy: Policy, draws: _Draws) -> Verdict:
    first, second = outcomes[a], outcomes[b]
    both = first.counted & second.counted
    items = int(both.sum())
    scores = first.among(both).value(), second.among(both).value()
    difference = None if scores[0] is None or scores[1] is None else scores[0] - scores[1]
    if reason := _hindrance(first, second, items, policy):
        return Verdict(a, b, "not comparable", items, difference, reason=reason)
    if difference is None:
        return Verdict(a, b, "not comparable", items, reason=_("the score is not defined: all values are equal"))
    drawn = draws.of(a, both) - draws.of(b, both)
    interval = interval_of(drawn)
    if interval is None:
        return Verdict(a, b, "not comparable", items, difference, reason=_("too many samples have no score"))
    return Verdict(a, b, "even", items, difference, interval, two_sided(difference, drawn))


def _hindrance(first: Outcome, second: Outcome, items: int, policy: Policy) -> str:
    """Why two scores can't be compared, "" where they can."""
    unit = _(UNITS[first.task])
    most = max(int(first.counted.sum()), int(second.counted.sum()))
    if items < FEWEST_ITEMS:
        return _("{items} {unit} in common are too few").format(items=number(items), unit=unit)
    if items < SHARED * most:
        mine, theirs = int(first.counted.sum()), int(second.counted.sum())
        reason = _("their coverage differs too much: {mine} and {theirs} of {total} {unit}, {items} in common").format(
            mine=number(mine), theirs=number(theirs), total=number(len(first)), unit=unit, items=number(items)
        )
        if policy == "covered":
            return _("{sentence}; {next}").format(
                sentence=reason, next=_("take the policy “mean” or “fills”, under which all count")
            )
        return reason
    return ""


def corrected(lines: Sequence[Line]) -> tuple[Line, ...]:
    """`lines` with Holm's correction over all their comparisons, and the verdicts that follow from it."""
    compared = [verdict for line in lines for verdict in line.verdicts if verdict.p is not None]
    adjusted = iter(holm([verdict.p for verdict in compared if verdict.p is not None]))
    return tuple(
        replace(line, verdicts=tuple(_settled(v, next(adjusted)) if v.p is not None else v for v in line.verdicts))
        for line in lines
    )


def _settled(verdict: Verdict, p: float) -> Verdict:
    kind: Any = "even"
    # The interval speaks too: with few samples, p alone is coarse.
    if p < ALPHA and verdict.difference and verdict.interval and not verdict.interval.low <= 0 <= verdict.interval.high:
        kind = "better" if verdict.difference > 0 else "worse"
    return replace(verdict, kind=kind, p_holm=p)


def tell(line: Line, verdict: Verdict, names: Sequence[str]) -> str:
    """The verdict as a sentence: "A is better than B on MEN by .03 ± .01 (same 2,811 pairs)"."""
    a, b, unit = names[verdict.a], names[verdict.b], _(UNITS[line.task])
    if verdict.kind == "not comparable":
        return _("{a} and {b} are not comparable on {title}: {reason}.").format(
            a=a, b=b, title=line.title, reason=verdict.reason
        )
    better, worse = (a, b) if (verdict.difference or 0) >= 0 else (b, a)
    same = _("same {items} {unit}").format(items=number(verdict.items), unit=unit)
    size, margin = figure(abs(verdict.difference or 0)), figure(verdict.margin or 0)
    if verdict.kind == "even":
        return _("No difference is shown between {a} and {b} on {title}: {size} ± {margin} ({same}).").format(
            a=a, b=b, title=line.title, size=size, margin=margin, same=same
        )
    return _("{a} is better than {b} on {title} by {size} ± {margin} ({same}).").format(
        a=better, b=worse, title=line.title, size=size, margin=margin, same=same
    )


def figure(value: float | None, digits: int = 3) -> str:
    """A score as the field prints it: ".754", "-.056", "–" for none."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 and not text.lstrip("-").startswith("1") else text
