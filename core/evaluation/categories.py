"""Categorization: do the words of a category come together when the vectors are clustered?

Purity of k-means with as many clusters as categories, averaged over its random starts. The best of many clusterers
and starts, which is often reported, is higher: it was chosen by the answers.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..messages import N_, _
from ..progress import Progress, ignore
from .outcome import Outcome, Policy
from .subjects import Subject
from .word_lists import Row, column_of, missing_word, read_rows

SEEDS = 10
# Starts of one k-means, of which the tightest clusters are kept; the categories have no say in that.
STARTS = 10
PERMUTATIONS = 1000
STAGE = N_("Clustering words")
LAYOUT = N_("Each line is a word and its category, separated by a tab, a comma, a semicolon or spaces.")
WORD_NAMES = {"word", "words", "concept", "term", "词", "词语", "单词"}
CATEGORY_NAMES = {"category", "class", "cluster", "label", "group", "类别", "分类", "类"}
BLESS_RELATIONS = {"attri", "coord", "event", "hyper", "mero", "random-j", "random-n", "random-v"}


@dataclass(frozen=True)
class CategorySet:
    """Words, each in one category.

    name      for reports
    items     (word, category), each word once, in the order of the file
    language  code ("en", "zh"), "" when unknown
    citation  whose work it is, "" when unknown
    repeated  how many words the file names again; where it first stands, there a word belongs
    """

    name: str
    items: tuple[tuple[str, str], ...]
    language: str = ""
    citation: str = ""
    repeated: int = 0

    def __len__(self) -> int:
        return len(self.items)


def read_categories(
    path: str | Path, name: str | None = None, *, word_column: str = "", category_column: str = ""
) -> CategorySet:
    """The words and categories in a UTF-8 file, one a line; `name` defaults to the file's.

    Columns are separated by tabs, semicolons, commas or white space (the first line decides). A first line that
    calls them "word" and "category" (or "concept", "class", "词语", "类别", …) is the header; `word_column` and
    `category_column` name other columns of a header. Without one they are the first two. Blank lines and lines
    that begin with "#" are skipped. BLESS (Baroni and Lenci 2011: "alligator-n", class, relation, relatum) is
    recognized: each concept counts once.

    Raises InputError that names the file and line; also where all words are in one category.
    """
    path, layout = Path(path), _(LAYOUT)
    rows = read_rows(path, 2, layout)
    concepts = _is_bless(rows)
    rows, word_at, category_at = _columns(path, rows, word_column, category_column)
    found: dict[str, str] = {}
    repeated: set[str] = set()
    for row in rows:
        if len(row.fields) <= max(word_at, category_at):
            raise missing_word(path, row, layout)
        word, category = row.fields[word_at], row.fields[category_at]
        if not word or not category:
            raise missing_word(path, row, layout)
        if concepts:
            word = word.rpartition("-")[0]
        elif word in found:
            repeated.add(word)
        found.setdefault(word, category)
    if len(set(found.values())) < 2:
        raise InputError(
            _("all its words are in one category, or there are none") if found else _("there are no words in it"),
            where=path.name,
            fix=layout,
        )
    return CategorySet(name or path.stem, tuple(found.items()), repeated=len(repeated))


def _is_bless(rows: list[Row]) -> bool:
    return all(
        len(row.fields) == 4 and row.fields[2] in BLESS_RELATIONS and row.fields[0].endswith(("-n", "-v", "-j"))
        for row in rows
    )


def _columns(path: Path, rows: list[Row], word: str, category: str) -> tuple[list[Row], int, int]:
    """The rows below the header, and where the word and the category stand in them."""
    head = rows[0].fields
    lowered = [field.lower() for field in head]
    words = [i for i, field in enumerate(lowered) if field in WORD_NAMES]
    categories = [i for i, field in enumerate(lowered) if field in CATEGORY_NAMES]
    if not (word or category or (words and categories)):
        return rows, 0, 1
    word_at = column_of(head, word, path) if word else next(iter(words), 0)
    if category:
        return rows[1:], word_at, column_of(head, category, path)
    return rows[1:], word_at, next(iter(categories), 1 if word_at == 0 else 0)


def score_categories(
    subject: Subject,
    categories: CategorySet,
    *,
    policy: Policy = "covered",
    seeds: int = SEEDS,
    progress: Progress = ignore,
) -> Outcome:
    """Cluster the words' unit vectors by k-means, once for each of `seeds`; k is the number of their categories.

    An item's value is the share of seeds in which its category has the most words of its cluster (the category
    named first, among equals). So their mean is the mean purity over the seeds (Manning, Raghavan and Schütze
    2008, section 16.3). One k-means is scikit-learn's, the tightest of ten starts (k-means++).

    Policies: "covered" counts the words whose vector no fill made; "fills" those that have one; under "mean" a
    word without one gets the mean of the others' unit vectors. With fewer than two categories, or fewer distinct
    vectors than categories, nothing counts and details["reason"] says why.

    details: "purity" {"mean", "min", "max", "by_seed"}, "k", "seeds", "starts", "chance" (mean purity of the first
    clusters with the categories dealt out at random), "clusters" of the first seed, largest first: [{"category",
    "purity", "words": [[word, its category], …]}], "repeated". Raises `SourceError` if the subject can't be read.
    """
    words = [word for word, _category in categories.items]
    found = subject.unit(words)
    held = found.at >= 0
    covered = held & ~found.made
    counted = held if policy == "fills" else covered
    rows = found.unit[found.at[counted]]
    if policy == "mean" and covered.any():
        rows = with_mean(found.unit, np.where(covered, found.at, -1))
        counted = np.ones(len(words), bool)
    names, gold = _numbered([category for (_word, category), c in zip(categories.items, counted, strict=True) if c])
    values = np.full(len(words), np.nan)
    reason = _reason(rows, len(names))
    if reason:
        nothing = np.zeros(len(words), bool)
        details = {"reason": reason, "repeated": categories.repeated}
        return Outcome("categorization", categories.name, "accuracy", values, nothing, covered, details=details)
    runs = []
    for seed in range(seeds):
        runs.append(_clusters(rows, len(names), seed))
        progress(_(STAGE), seed + 1, seeds, _("seeds"), categories.name)
    right = np.array([_majority(run, gold, len(names))[run] == gold for run in runs], np.float64)
    values[counted] = right.mean(axis=0)
    purity = right.mean(axis=1)
    details = {
        "purity": {
            "mean": float(purity.mean()),
            "min": float(purity.min()),
            "max": float(purity.max()),
            "by_seed": purity.tolist(),
        },
        "k": len(names),
        "seeds": seeds,
        "starts": STARTS,
        "chance": _chance(runs[0], gold, len(names)),
        "clusters": _told(runs[0], gold, names, [word for word, c in zip(words, counted, strict=True) if c]),
        "repeated": categories.repeated,
    }
    return Outcome("categorization", categories.name, "accuracy", values, counted, covered, details=details)


def with_mean(unit: NDArray[np.float64], at: NDArray[np.int64]) -> NDArray[np.float64]:
    """float64[k, d]: the rows `at` (int64[k]) of `unit`; where `at` is -1, the direction of the mean of the others."""
    rows = unit[at]
    mean = rows[at >= 0].mean(axis=0)
    length = np.linalg.norm(mean)
    rows[at < 0] = mean / length if length > 0 else 0
    return rows


def _numbered(labels: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct labels in order of appearance, and int64[n], which of them each is."""
    number = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    return list(number), np.array([number[label] for label in labels], np.int64)


def _reason(rows: NDArray[np.float64], k: int) -> str:
    """Why there is nothing to cluster; "" where there is."""
    if not len(rows):
        return _("none of its words has a vector")
    if k < 2:
        return _("the words that have a vector are all in one category")
    if (distinct := len(np.unique(rows, axis=0))) < k:
        return _("{count:,} different vectors can't make {k:,} clusters").format(count=distinct, k=k)
    return ""


def _clusters(rows: NDArray[np.float64], k: int, seed: int) -> NDArray[np.int64]:
    """int64[n]: the cluster of each row."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # Vectors that differ by no more than rounding count as one: fewer clusters than asked for.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(k, n_init=STARTS, random_state=seed).fit_predict(rows).astype(np.int64)  # type: ignore[arg-type]


def _majority(clusters: NDArray[np.int64], gold: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """int64[k]: the category with the most words of each cluster."""
    return np.bincount(clusters * k + gold, minlength=k * k).reshape(k, k).argmax(axis=1)


def _chance(clusters: NDArray[np.int64], gold: NDArray[np.int64], k: int) -> float:
    """Mean purity of clusters of these sizes when the categories are dealt out at random."""
    draw = np.random.default_rng(0)
    most = 0
    for _round in range(PERMUTATIONS):
        table = np.bincount(clusters * k + draw.permutation(gold), minlength=k * k).reshape(k, k)
        most += int(table.max(axis=1).sum())
    return most / (PERMUTATIONS * len(gold))


def _told(
    clusters: NDArray[np.int64], gold: NDArray[np.int64], names: list[str], words: list[str]
) -> list[dict[str, Any]]:
    """The clusters with their words, those of the majority's category first; the largest cluster first."""
    majority = _majority(clusters, gold, len(names))
    told = []
    for cluster, category in enumerate(majority.tolist()):
        members = sorted(np.flatnonzero(clusters == cluster).tolist(), key=lambda i: (gold[i] != category, i))
        if members:
            own = sum(gold[i] == category for i in members)
            listed = [[words[i], names[gold[i]]] for i in members]
            told.append({"category": names[category], "purity": float(own / len(members)), "words": listed})
    return sorted(told, key=lambda one: -len(one["words"]))
