"""Outlier detection: does the word that does not belong stand farthest from the group?

Camacho-Collados and Navigli 2016, Find the word that does not belong: a framework for an intrinsic evaluation of
word vector representations, RepEval.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..messages import N_, _
from .categories import with_mean
from .outcome import Outcome, Policy
from .subjects import Subject
from .word_lists import Row, missing_word, place, read_rows, text_of

LAYOUT = N_(
    "A file holds the members of a group, one a line, then a blank line, then the outliers; or it is a table whose "
    "lines are a group, a word, and “member” or “outlier”, separated by tabs."
)
ROLES = ("member", "outlier")
HEADER = ("group", "word", "role")
FEWEST_MEMBERS = 2
# Sums of cosines that differ by less are equal.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Group:
    """Words that belong together, and words that do not belong to them."""

    name: str
    members: tuple[str, ...]
    outliers: tuple[str, ...]


@dataclass(frozen=True)
class OutlierSet:
    """Groups of words with their outliers. An item is one outlier among the members of its group.

    name      for reports
    language  code ("en", "zh"), "" when unknown
    citation  whose work it is, "" when unknown
    """

    name: str
    groups: tuple[Group, ...]
    language: str = ""
    citation: str = ""

    def __len__(self) -> int:
        return sum(len(group.outliers) for group in self.groups)


def read_outliers(path: str | Path, name: str | None = None) -> OutlierSet:
    """The groups in a folder or a UTF-8 file; `name` defaults to its name.

    A folder holds one group in each of its *.txt files, as the 8-8-8 dataset does: the members, one a line, a
    blank line, the outliers. A file holds one such group, or all of them in a table: group, word, "member" or
    "outlier", separated by tabs, commas or semicolons, with or without a header of these names.

    Raises InputError that names the file and line: a group needs two members and an outlier, and no word twice.
    """
    path, layout = Path(path), _(LAYOUT)
    if not path.is_dir():
        groups = _read_table(path, layout) if _is_table(path) else (_read_group(path, layout),)
        return OutlierSet(name or path.stem, groups)
    files = sorted(file for file in path.glob("*.txt") if file.is_file())
    if not files:
        raise InputError(_("there is no *.txt file in it"), where=path.name, fix=layout)
    return OutlierSet(name or path.name, tuple(_read_group(file, layout) for file in files))


def _is_table(path: Path) -> bool:
    """Whether the first line that holds something has columns."""
    lines = (line for line in text_of(path).split("\n") if line.strip() and not line.startswith("#"))
    return any(mark in next(lines, "").strip() for mark in "\t;,")


def _read_group(path: Path, layout: str) -> Group:
    """A group of the 8-8-8 dataset: further blank lines mean nothing."""
    parts: tuple[list[Row], list[Row]] = ([], [])
    for number, line in enumerate(text_of(path).split("\n"), 1):
        if line.strip().startswith("#"):
            continue
        if line.strip():
            parts[1 if parts[1] else 0].append(Row(number, [line.strip()]))
        elif parts[0] and not parts[1]:
            # The next word opens the outliers.
            parts[1].append(Row(number, [""]))
    words = [(row, role) for rows, role in zip((parts[0], parts[1][1:]), ROLES, strict=True) for row in rows]
    return _group(path, path.stem, [(row, row.fields[0], role) for row, role in words], layout)


def _read_table(path: Path, layout: str) -> tuple[Group, ...]:
    rows = read_rows(path, 3, layout)
    if tuple(field.lower() for field in rows[0].fields[:3]) == HEADER:
        rows = rows[1:]
    groups: dict[str, list[tuple[Row, str, str]]] = {}
    for row in rows:
        group, word, role = (*row.fields[:2], row.fields[2].lower())
        if not group or not word:
            raise missing_word(path, row, layout)
        if role not in ROLES:
            raise InputError(
                _("{role!r} is neither “member” nor “outlier”").format(role=row.fields[2]),
                where=place(path, row.line),
                fix=layout,
            )
        groups.setdefault(group, []).append((row, word, role))
    if not groups:
        raise InputError(_("there are no words in it"), where=path.name, fix=layout)
    return tuple(_group(path, group, words, layout) for group, words in groups.items())


def _group(path: Path, name: str, words: list[tuple[Row, str, str]], layout: str) -> Group:
    seen: set[str] = set()
    for row, word, _role in words:
        if word in seen:
            raise InputError(
                _("{word!r} is in the group {group!r} twice").format(word=word, group=name),
                where=place(path, row.line),
                fix=_("Take one of them out."),
            )
        seen.add(word)
    members, outliers = (tuple(word for _row, word, of in words if of == role) for role in ROLES)
    if len(members) < FEWEST_MEMBERS or not outliers:
        raise InputError(
            _("the group {group!r} has {members:,} members and {outliers:,} outliers").format(
                group=name, members=len(members), outliers=len(outliers)
            ),
            where=place(path, words[0][0].line) if words else path.name,
            fix=layout,
        )
    return Group(name, members, outliers)


def score_outliers(subject: Subject, outliers: OutlierSet, *, policy: Policy = "covered") -> Outcome:
    """Put each outlier among the members of its group and see whether it is the odd one out.

    The paper gives a word the compactness of the others, the mean cosine of their pairs; the outlier is detected
    where that is the highest. As all pairs sum to the same, that is where the cosines of the word with the others
    sum to the lowest, and so it is computed. A value is 1.0 where the outlier alone is lowest, else 0.0. Items of
    one group are one cluster: they share its members.

    Policies: an item is covered where all its words have a vector that no fill made, and under "covered" those
    count; under "fills" those all of whose words have one; under "mean" all do, and a word without a vector gets
    the mean of the unit vectors of the set's other words.

    details: "opp", the outlier position percentage: the mean share (0 to 1) of members that are closer to the
    others than the outlier is, half of those equally close; None where nothing counts. "groups": [{"group",
    "accuracy", "opp", "counted"}]. "reason", where nothing counts. Raises `SourceError` if the subject can't be
    read.
    """
    words = list(dict.fromkeys(word for group in outliers.groups for word in (*group.members, *group.outliers)))
    found = subject.unit(words)
    held = found.at >= 0
    own = held & ~found.made
    counts = held if policy == "fills" else own
    rows, at = found.unit, np.where(counts, found.at, -1)
    if policy == "mean" and own.any():
        rows, at, counts = with_mean(rows, at), np.arange(len(words)), np.ones(len(words), bool)
    items, clusters = _items(outliers, words)
    counted = np.array([counts[item].all() for item in items], bool)
    shares = np.full(len(items), np.nan)
    for i in np.flatnonzero(counted).tolist():
        shares[i] = outlier_position(rows[at[items[i]]]) / (len(items[i]) - 1)
    details: dict[str, Any] = {"opp": _mean(shares[counted]), "groups": _by_group(outliers, shares, clusters)}
    if not counted.any():
        details["reason"] = _("no group has vectors for all its members and an outlier")
    return Outcome(
        "outliers",
        outliers.name,
        "accuracy",
        np.where(counted, (shares == 1).astype(np.float64), np.nan),
        counted,
        np.array([own[item].all() for item in items], bool),
        clusters=clusters,
        details=details,
    )


def _items(outliers: OutlierSet, words: list[str]) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
    """Each item as positions in `words`, the outlier last; and int64[n], which group it is of."""
    number = {word: i for i, word in enumerate(words)}
    items, clusters = [], []
    for k, group in enumerate(outliers.groups):
        for outlier in group.outliers:
            items.append(np.array([number[word] for word in (*group.members, outlier)], np.int64))
            clusters.append(k)
    return items, np.array(clusters, np.int64)


def outlier_position(rows: NDArray[np.float64]) -> float:
    """How many of the first n rows of float64[n + 1, d] (length 1) are closer to the others than the last one is.

    n where the last one is the outlier. A row that is equally close counts one half.
    """
    sums = rows @ rows.sum(axis=0) - np.einsum("ij,ij->i", rows, rows)
    ahead = sums[:-1] - sums[-1]
    return float((ahead > ROUNDING).sum() + (np.abs(ahead) <= ROUNDING).sum() / 2)


def _mean(values: NDArray[Any]) -> float | None:
    return float(values.mean()) if len(values) else None


def _by_group(outliers: OutlierSet, shares: NDArray[np.float64], clusters: NDArray[np.int64]) -> list[dict[str, Any]]:
    told = []
    for k, group in enumerate(outliers.groups):
        own = shares[(clusters == k) & np.isfinite(shares)]
        told.append({"group": group.name, "accuracy": _mean(own == 1), "opp": _mean(own), "counted": len(own)})
    return told
