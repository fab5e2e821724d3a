"""Fixes applied: the words that are decided get the rows of the words that they are to use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..combining.chain import distinct_names
from ..combining.joint import JointSource
from ..errors import InputError
from ..ladder import Ladder
from ..lookup import look_up
from ..matrix import Elsewhere, Located
from ..messages import _
from ..rows import RUNGS, Origin, Rows
from ..vocabulary.vocabulary import Vocabulary
from .causes import CODES
from .source import FixesSource, Place
from .spec import Fixes
from .worklist import Worklist, list_missing

Uses = Mapping[int, tuple[str, ...]]


@dataclass(frozen=True)
class Fixed:
    """A located vocabulary with its fixes.

    located   the words as they were found, and those that are fixed
    left_out  rows of the vocabulary, ascending, that are to get no row
    notes     what of the fixes was of no use, or not as it may have been meant
    """

    located: Located
    left_out: tuple[int, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class FixedLocated(Located):
    """A located vocabulary whose last source is a `FixesSource`.

    base   the vocabulary as it was located before
    fixed  bool[n]: the rows that are fixed
    """

    base: Located = field(kw_only=True)
    fixed: NDArray[np.bool_] = field(kw_only=True)

    def elsewhere(self, rows: NDArray[np.int64]) -> Iterator[Elsewhere]:
        """See `Located.elsewhere`: a fixed word whose row is faulty is nowhere else."""
        return self.base.elsewhere(rows[~self.fixed[rows]])


def apply_fixes(located: Located, fixes: Fixes, ladder: Ladder, worklist: Worklist | None = None) -> Fixed:
    """`located` with the rows that `fixes` decide; the same whatever the order of the fixes. Reads no vectors.

    A word to be used is the word of the vocabulary as it was found; else it is looked up as any word, by `ladder`.
    `worklist` is `list_missing(located, ladder)`, if it is there already. Raises InputError where no source holds
    a word that is to be used.
    """
    vocabulary = located.vocabulary
    uses, left_out, apart, notes = _decided(located, fixes)
    if fixes.accept:
        worklist = worklist or list_missing(located, ladder)
        accepted = np.isin(worklist.causes, [CODES[cause] for cause in fixes.accept]) & worklist.proposed
        for row, proposal in zip(worklist.rows[accepted].tolist(), worklist.proposals[accepted], strict=True):
            if row not in apart:
                uses[row] = proposal
    if not uses:
        return Fixed(located, left_out, notes)
    places = _find(located, ladder, uses)
    ordered = {row: [places[word] for word in uses[row]] for row in sorted(uses)}
    return Fixed(_joined(located, vocabulary, uses, ordered), left_out, notes)


def _decided(
    located: Located, fixes: Fixes
) -> tuple[dict[int, tuple[str, ...]], tuple[int, ...], set[int], tuple[str, ...]]:
    """What each word decided by itself uses, the rows left out, all rows decided, and notes."""
    vocabulary = located.vocabulary
    uses: dict[int, tuple[str, ...]] = {}
    left_out: list[int] = []
    apart: set[int] = set()
    notes: list[str] = []
    for fix in sorted(fixes.words, key=lambda one: one.word):
        row = vocabulary.ids.get(fix.word)
        if row is None:
            notes.append(_("{word!r} is not in the vocabulary: its fix is of no use").format(word=fix.word))
            continue
        if fix.word in vocabulary.specials:
            notes.append(_("{word!r} is a special row: its fix is of no use").format(word=fix.word))
            continue
        apart.add(row)
        if fix.leave_out:
            left_out.append(row)
        elif fix.use:
            uses[row] = fix.use
        if (fix.use or fix.leave_out) and located.source_of[row] >= 0:
            notes.append(_("{word!r} was found: its fix takes the place of the row").format(word=fix.word))
    return uses, tuple(sorted(left_out)), apart, tuple(notes)


@dataclass(frozen=True)
class _Found:
    """Where a word to be used stands: its row, and the name of the source that holds it."""

    place: Place
    name: str


def _find(located: Located, ladder: Ladder, uses: Uses) -> dict[str, _Found]:
    """Where each word to be used stands. Raises InputError for one that stands nowhere."""
    ids, names = located.vocabulary.ids, located.rows.sources
    found: dict[str, _Found] = {}
    asked: list[str] = []
    for word in dict.fromkeys(word for row in sorted(uses) for word in uses[row]):
        row = ids.get(word)
        if row is None or located.source_of[row] < 0:
            asked.append(word)
        else:
            place = Place(int(located.source_of[row]), int(located.row_ids[row]))
            found[word] = _Found(place, names[located.rows.source[row]])
    found |= _look_up(located, ladder, asked)
    for row in sorted(uses):
        for word in uses[row]:
            if word not in found:
                raise InputError(
                    _("{word!r} is to use {used!r}, which no source holds").format(
                        word=located.vocabulary.words[row], used=word
                    ),
                    where=_("fixes"),
                    fix=_("Name a word that a source holds, or leave the fix out."),
                )
    return found


def _look_up(located: Located, ladder: Ladder, words: Sequence[str]) -> dict[str, _Found]:
    """Where `words` stand in the sources; as in a chain, a suspect hit gives way to a sound one further on."""
    found: dict[str, _Found] = {}
    suspect: dict[str, _Found] = {}
    for k, source in enumerate(located.sources):
        left = [word for word in words if word not in found]
        if not left:
            break
        lookup = look_up(Vocabulary(left), source, ladder=ladder)
        for i in np.flatnonzero(lookup.row_ids >= 0).tolist():
            one = _Found(Place(k, int(lookup.row_ids[i])), _name(located, k, int(lookup.row_ids[i])))
            (suspect if lookup.rows.suspect[i] else found).setdefault(left[i], one)
    return suspect | found


def _name(located: Located, source: int, row: int) -> str:
    """The name of the source that holds a row: of a joint one, of those of its parts that do."""
    joint = located.sources[source]
    if not isinstance(joint, JointSource):
        return located.rows.sources[source]
    there = joint.places(np.array([row]))[0] >= 0
    return " + ".join(name for name, held in zip(distinct_names(joint.lookups), there.tolist(), strict=True) if held)


def _joined(
    located: Located, vocabulary: Vocabulary, uses: Uses, found: Mapping[int, Sequence[_Found]]
) -> FixedLocated:
    at = np.array(list(found), np.int64)
    source = FixesSource(located.sources, [[one.place for one in words] for words in found.values()])
    source_of, row_ids = located.source_of.copy(), located.row_ids.copy()
    source_of[at], row_ids[at] = len(located.sources), np.arange(len(at))
    names = list(dict.fromkeys([*located.rows.sources, *(words[0].name for words in found.values())]))
    columns: dict[str, Any] = located.rows.writable()
    for name, column in Rows.missing(len(at)).writable().items():
        columns[name][at] = column
    columns["rung"][at] = RUNGS.index("fix")
    for row, words in found.items():
        alone = len(words) == 1
        columns["origin"][row] = Origin.NORMALIZED if alone else Origin.COMPOSED
        columns["source"][row] = names.index(words[0].name)
        columns["form"][row] = uses[row][0] if alone else None
        columns["pieces"][row] = None if alone else uses[row]
    fixed = np.zeros(len(vocabulary), bool)
    fixed[at] = True
    return FixedLocated(
        vocabulary,
        (*located.sources, source),
        source_of,
        row_ids,
        Rows(**columns, sources=tuple(names)),
        located.lookups,
        base=located,
        fixed=fixed,
    )
