"""`compare`: from two matrices to a `Comparison`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import RecipeError
from ..evaluation.resampling import spearman
from ..matrix import EmbeddingMatrix
from ..messages import _, ngettext, number, percent
from ..progress import Progress, ignore
from ..rows import Origin
from .aligning import align
from .comparison import Comparison
from .neighborhoods import Told, cosine_agreement, mean_interval, near, shared_counts
from .shared import Shared, shared_words

MOST = 60_000  # words up to which every one is measured


def compare(
    first: EmbeddingMatrix,
    second: EmbeddingMatrix,
    *,
    k: int = 10,
    names: tuple[str, str] = ("first", "second"),
    seed: int = 0,
    most: int | None = None,
    informed_only: bool = False,
    progress: Progress = ignore,
) -> Comparison:
    """Compare two matrices on the words that both have a direction for; the widths may differ.

    k              nearest words of each word, searched among the shared words only, in both matrices
    most           words whose overlap is measured, a seeded sample of them, each against all shared words; without
                   it all up to 60,000
    informed_only  leave out words whose row was invented in one of them (mean, random): it says nothing about them

    Overlap is exact for each measured word. It does not depend on any alignment; displacement does. Raises InputError
    where fewer than three words are shared, or rows are too wide to be aligned, RecipeError for k or `most` below 1.
    """
    for name, value in (("k", k), ("most", most)):
        if value is not None and value < 1:
            raise RecipeError(
                _("{name} is {value}").format(name=name, value=value),
                fix=_("Give {name} of 1 or more.").format(name=name),
            )
    shared = shared_words(first, second, informed_only=informed_only)
    n = len(shared.words)
    taken = min(k, n - 1)
    measured = _sample(n, min(n, most or MOST), seed)
    ids1, cosines1 = near(first, shared.rows1, measured, taken, _told(progress, _("Neighbors in the first")))
    ids2, cosines2 = near(second, shared.rows2, measured, taken, _told(progress, _("Neighbors in the second")))
    hits = shared_counts(ids1, ids2)
    overlap = np.full(n, np.nan, np.float32)
    overlap[measured] = hits / taken
    histogram = np.bincount(hits, minlength=taken + 1)
    told = _told(progress, _("Cosines of pairs"))
    agreement, pairs = cosine_agreement(first, second, shared.rows1, shared.rows2, seed=seed, told=told)
    aligned = align(first, second, shared, progress)
    counts = _counts(first, second, shared)
    return Comparison(
        first=first,
        second=second,
        names=names,
        words=shared.words,
        rows1=shared.rows1,
        rows2=shared.rows2,
        counts=counts,
        overlap=overlap,
        displacement=aligned.displacement,
        cosine=aligned.cosine,
        points1=aligned.points1,
        points2=aligned.points2,
        explained=aligned.explained,
        k=taken,
        measured=measured,
        ids1=ids1,
        ids2=ids2,
        cosines1=cosines1,
        cosines2=cosines2,
        histogram=histogram,
        interval=mean_interval(histogram, seed),
        frequency=None if counts is None else spearman(overlap[measured], counts[measured]),
        agreement=agreement,
        pairs=pairs,
        left_out=shared.left_out,
        notes=_notes(first, second, shared, asked=k, taken=taken, measured=len(measured)),
        seed=seed,
    )


def _sample(n: int, q: int, seed: int) -> NDArray[np.int64]:
    """int64[q], rising: q of n positions."""
    if q == n:
        return np.arange(n, dtype=np.int64)
    return np.sort(np.random.default_rng([seed, n, q]).choice(n, q, replace=False)).astype(np.int64)


def _told(progress: Progress, stage: str) -> Told:
    return lambda done, total: progress(stage, done, total, "rows")


def _counts(first: EmbeddingMatrix, second: EmbeddingMatrix, shared: Shared) -> NDArray[np.int64] | None:
    for matrix, rows in ((first, shared.rows1), (second, shared.rows2)):
        if matrix.vocabulary.counts is not None:
            return matrix.vocabulary.counts[rows]
    return None


def _notes(
    first: EmbeddingMatrix, second: EmbeddingMatrix, shared: Shared, *, asked: int, taken: int, measured: int
) -> tuple[str, ...]:
    n = len(shared.words)
    notes: list[str] = []
    if taken < asked:
        notes.append(
            _("{taken} neighbors instead of {asked}, as only {n} words are shared.").format(
                taken=number(taken), asked=number(asked), n=number(n)
            )
        )
    if 2 * taken > n - 1:
        notes.append(
            _("Overlap tells little here: by chance alone {share} of the neighbors would be shared.").format(
                share=percent(taken / (n - 1))
            )
        )
    if measured < n:
        notes.append(
            _("Overlap was measured for {q} of the {n} words, drawn at random, each against all of them.").format(
                q=number(measured), n=number(n)
            )
        )
    invented = first.rows.is_(Origin.INVENTED)[shared.rows1] | second.rows.is_(Origin.INVENTED)[shared.rows2]
    if count := int(invented.sum()):
        text = ngettext(
            "{n} word has an invented row in one of the two, which says nothing about it: its change is the fill's.",
            "{n} words have an invented row in one of the two, which says nothing about them: "
            "their change is the fill's.",
            count,
        )
        notes.append(text.format(n=number(count)))
    if first.dim != second.dim:
        notes.append(
            _("The widths differ ({first} and {second}): the narrower space was turned within the wider one.").format(
                first=number(first.dim), second=number(second.dim)
            )
        )
    return tuple(notes)
