"""What `lexiloom compare` tells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from ..comparing import REASONS, came_about
from ..messages import _, number, percent
from .text import aligned, visible, word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..comparing import Comparison, Near, SideBySide

LEAST_CHANGED = 5
MARK = "•"


def compare_report(found: Comparison, sides: Sequence[SideBySide], listed: int) -> str:
    """The comparison in numbers, the words that changed most and least, and the neighbors that were asked for."""
    names = tuple(word(name) for name in found.names)
    title = _("{first} and {second}: {n} shared words").format(
        first=names[0], second=names[1], n=number(len(found.words))
    )
    parts = ["\n".join([title, *(f"  {visible(note)}" for note in found.notes)])]
    if found.left_out:
        rows = [[_(REASONS[reason]), number(n)] for reason, n in found.left_out.items()]
        parts.append("\n".join([_("Words left out"), aligned(rows)]))
    parts.append("\n".join([_("Agreement"), aligned(_agreement(found), left=3)]))
    if listed:
        parts.append(_words(_("Changed most"), found, found.most_changed(listed)))
        parts.append(_words(_("Changed least"), found, found.least_changed(min(listed, LEAST_CHANGED))))
    parts += [_sides(one, names) for one in sides]
    return "\n\n".join(parts)


def _agreement(found: Comparison) -> list[list[str]]:
    interval = found.interval
    between = (
        ""
        if interval is None
        else _("95 % interval {low} to {high}; ").format(low=percent(interval[0]), high=percent(interval[1]))
    )
    over = _("of the {k} nearest shared words; at random {chance}; over {q} of {n} words").format(
        k=number(found.k), chance=percent(found.chance), q=number(len(found.measured)), n=number(len(found.words))
    )
    rows = [
        [_("mean overlap"), percent(found.mean), between + over],
        [_("median overlap"), percent(found.median), ""],
    ]
    if found.agreement is not None:
        over = _("Spearman's rho over {n} pairs of words").format(n=number(found.pairs))
        rows.append([_("agreement of all cosines"), number(found.agreement, 3), over])
    if found.frequency is not None:
        over = _("Spearman's rho; above 0: frequent words agree more")
        rows.append([_("overlap and count"), number(found.frequency, 3), over])
    moved = float(found.displacement.mean(dtype=float))
    told = _("mean after turning the first space onto the second (orthogonal Procrustes)")
    rows.append([_("1 − cosine of a word's two rows"), number(moved, 3), told])
    return [[str(cell) for cell in row] for row in rows]


def _words(title: str, found: Comparison, at: NDArray[np.int64]) -> str:
    counted = found.counts is not None
    rows: list[list[str]] = [[_("word"), _("rows"), *([_("count")] if counted else []), _("overlap"), _("1 − cosine")]]
    for i in at.tolist():
        row = found.row(i)
        count = [number(row["count"])] if counted else []
        # From the figure itself: rounded twice, it would not be that of the neighbors side by side.
        figures = [percent(row["overlap"], 0), number(float(found.displacement[i]), 3)]
        rows.append([word(row["word"]), came_about(found, i), *count, *figures])
    return "\n".join([title, aligned(rows, left=2)])


def _sides(one: SideBySide, names: Sequence[str]) -> str:
    title = _("{word}: overlap {share}, 1 − cosine {moved} ({mark} = in both)").format(
        word=word(one.word), share=percent(one.overlap, 0), moved=number(one.displacement, 3), mark=MARK
    )
    rows = [[names[0], "", names[1], ""]]
    rows += [[*_near(left), *_near(right)] for left, right in zip_longest(one.first, one.second)]
    return "\n".join([title, aligned(rows, left=4)])


def _near(near: Near | None) -> list[str]:
    if near is None:
        return ["", ""]
    return [f"{MARK if near.shared else ' '} {word(near.word)}", number(near.cosine, 3)]
