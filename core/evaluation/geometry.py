"""The shape of a space of vectors: how it is spread, which rows are near to everything, what the lengths say.

These figures describe; none of them is a score. What is good depends on the use.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from ..messages import N_, _
from ..progress import Progress, ignore
from .resampling import spearman
from .subjects import MatrixSource, Subject, unit_rows

SAMPLE = 20_000
NEIGHBORS = 10
COMPONENTS = 10
# Of fewer rows nothing is measured.
FEWEST_ROWS = 3
STAGE = N_("Measuring the vectors")
# Cosines that a block of rows may have at once: 64 MB of float32.
COSINES_AT_ONCE = 1 << 24


@dataclass(frozen=True)
class Geometry:
    """The shape of a subject's vectors. Figures are None where they are not defined; `reason` says why all are.

    rows                  that were measured: those with a direction
    of_rows               that the subject has
    sampled               whether the rows are a sample; `seed` is that of the draw
    dim                   width of the vectors
    isotropy              min Z(u) / max Z(u), 0 to 1: Mu and Viswanath 2018, on the rows as they are, so that longer
                          rows are less isotropic
    isotropy_unit         the same on rows of length 1, which compares between subjects
    mean_cosine           of all pairs of different rows: 0 where directions are evenly spread
    cosine_spread         standard deviation of these cosines
    first_component       share of the variance on the first principal component
    ten_components        share on the first ten
    effective_dimensions  participation ratio of the variances: 1 to dim
    neighbors             k of the hubness, ten where there are enough rows
    hubness_skewness      of N_k, how many rows have a row among their k nearest by cosine: Radovanović et al. 2010
    hubness_max           the greatest N_k
    hubness_robin_hood    share of neighbor slots that would have to be dealt out anew for all N_k to be equal
    norm_mean             mean length of the rows
    norm_spread           standard deviation of the lengths
    norm_frequency        Spearman's rho of length and frequency (the same as with its logarithm)
    frequency             where frequencies come from: "counts", "row order" (files are mostly sorted by frequency,
                          this one may not be), "" for unknown
    """

    rows: int
    of_rows: int | None
    sampled: bool
    seed: int
    dim: int
    isotropy: float | None = None
    isotropy_unit: float | None = None
    mean_cosine: float | None = None
    cosine_spread: float | None = None
    first_component: float | None = None
    ten_components: float | None = None
    effective_dimensions: float | None = None
    neighbors: int | None = None
    hubness_skewness: float | None = None
    hubness_max: int | None = None
    hubness_robin_hood: float | None = None
    norm_mean: float | None = None
    norm_spread: float | None = None
    norm_frequency: float | None = None
    frequency: str = ""
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def measure_geometry(
    subject: Subject,
    *,
    sample: int = SAMPLE,
    seed: int = 0,
    counts: ArrayLike | None = None,
    progress: Progress = ignore,
) -> Geometry:
    """Measure all rows of `subject` that have a direction, or `sample` of them, drawn without replacement.

    counts  int[size]: how often each row's word occurs, 0 for unknown. None: those of a matrix's vocabulary; for
            a source the row order stands for the rank. A row that a fill made tells nothing of frequency.

    Only the rows drawn are read, and no more than 64 MB of cosines exist at a time. Raises `SourceError` if the
    subject can't be read, InputError for counts of another number.
    """
    ids, rows = _drawn_rows(subject, sample, seed, progress)
    size = subject.size
    told = Geometry(len(ids), size, size is not None and len(ids) == sample < size, seed, subject.dim)
    if len(ids) < FEWEST_ROWS:
        reason = _("{count:,} rows have a direction; {least} are needed").format(count=len(ids), least=FEWEST_ROWS)
        return Geometry(**{**asdict(told), "reason": reason})
    unit = unit_rows(rows)
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    frequency, known = _frequencies(subject, ids, counts)
    figures = {
        "isotropy": isotropy(rows),
        "isotropy_unit": isotropy(unit),
        **cosine_figures(unit),
        **component_figures(rows),
        **hubness_figures(unit, progress=progress),
        "norm_mean": float(lengths.mean()),
        "norm_spread": float(lengths.std()),
        "norm_frequency": spearman(lengths[known], frequency[known]) if known.any() else None,
        "frequency": "" if not known.any() else "counts" if _counts_of(subject, counts) is not None else "row order",
    }
    return Geometry(**{**asdict(told), **figures})


def _drawn_rows(
    subject: Subject, sample: int, seed: int, progress: Progress
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """At most `sample` rows with a direction: their numbers int64[n], ascending, and float32[n, d]."""
    if subject.size is None:
        list(islice(subject.listed(), 1))  # raises: there is nothing to draw from
    size = subject.size or 0
    order = np.arange(size) if size <= sample else np.random.default_rng(seed).permutation(size)
    ids, blocks = [np.zeros(0, np.int64)], [np.zeros((0, subject.dim), np.float32)]
    have = at = 0

    def reached(done: int) -> None:
        progress(_(STAGE), have + done, min(sample, size), _("rows"), subject.name)

    while have < sample and at < size:
        # Rows without a direction are replaced by the next of the draw.
        some = np.sort(order[at : at + sample - have])
        rows, sound = subject.gather(some, reached=reached)
        ids.append(some[sound])
        blocks.append(rows[sound])
        have, at = have + int(sound.sum()), at + len(some)
    found, rows = np.concatenate(ids), np.concatenate(blocks)
    ascending = np.argsort(found)
    return found[ascending], rows[ascending]


def isotropy(rows: NDArray[Any]) -> float:
    """min Z(u) / max Z(u) of float[n, d], where Z(u) is the sum of exp(u · v) over the rows v.

    u goes over the eigenvectors of VᵀV, as in Mu and Viswanath 2018 (All-but-the-top, section 3.1). An eigenvector
    has no sign, so both u and -u are taken.
    """
    rows = rows.astype(np.float64)
    _values, vectors = np.linalg.eigh(rows.T @ rows)
    along = rows @ vectors
    z = np.concatenate([_log_sum(-along), _log_sum(along)])
    return float(np.exp(z.min() - z.max()))


def _log_sum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[d]: the logarithm of the sum of the exponentials of float64[n, d] over n, which are overwritten."""
    largest = values.max(axis=0)
    values -= largest
    return largest + np.log(np.exp(values, out=values).sum(axis=0))


def cosine_figures(unit: NDArray[np.float64]) -> dict[str, float]:
    """Mean and standard deviation of the cosines of all pairs of different rows of float64[n, d] (length 1).

    Exact without any pair being formed: the cosines sum to the squared length of the rows' sum, and their squares
    to that of UᵀU, both with the n of rows with themselves.
    """
    n = len(unit)
    pairs = n * (n - 1)
    mean = (float(np.square(unit.sum(axis=0)).sum()) - n) / pairs
    square = (float(np.square(unit.T @ unit).sum()) - n) / pairs
    return {"mean_cosine": mean, "cosine_spread": float(np.sqrt(max(0.0, square - mean * mean)))}


def component_figures(rows: NDArray[Any]) -> dict[str, float | None]:
    """Shares of variance of the principal components of float[n, d], and how many dimensions they amount to.

    The participation ratio is (sum of variances)² / (sum of squared variances).
    """
    centered = rows.astype(np.float64)
    centered -= centered.mean(axis=0)
    # Scaled: the square of a variance may overflow.
    centered /= np.abs(centered).max() or 1.0
    values = np.clip(np.linalg.eigvalsh(centered.T @ centered)[::-1], 0, None)
    total = float(values.sum())
    if not total:
        return {"first_component": None, "ten_components": None, "effective_dimensions": None}
    return {
        "first_component": float(values[0]) / total,
        "ten_components": min(1.0, float(values[:COMPONENTS].sum()) / total),
        "effective_dimensions": total**2 / float(np.square(values).sum()),
    }


def neighbor_counts(unit: NDArray[np.float64], k: int, *, progress: Progress = ignore) -> NDArray[np.int64]:
    """int64[n]: of how many rows of float64[n, d] (length 1) each is among the k nearest by cosine (N_k).

    A row is no neighbor of its own; rows exactly as near as the k-th count too. Cosines are float32.
    """
    rows = unit.astype(np.float32)
    n = len(rows)
    counts = np.zeros(n, np.int64)
    step = max(1, COSINES_AT_ONCE // n)
    for first in range(0, n, step):
        cosines = rows[first : first + step] @ rows.T
        own = np.arange(len(cosines))
        cosines[own, first + own] = -np.inf
        least = np.partition(cosines, n - k, axis=1)[:, n - k, None]
        counts += (cosines >= least).sum(axis=0)
        progress(_(STAGE), first + len(cosines), n, _("rows"))
    return counts


def hubness_figures(
    unit: NDArray[np.float64], k: int = NEIGHBORS, *, progress: Progress = ignore
) -> dict[str, float | int | None]:
    """Skewness and maximum of N_k (Radovanović, Nanopoulos and Ivanović 2010, JMLR 11), and its Robin Hood index.

    The skewness is None where all N_k are equal.
    """
    k = min(k, len(unit) - 1)
    counts = neighbor_counts(unit, k, progress=progress)
    away = counts - counts.mean()
    spread = float(np.sqrt(np.square(away).mean()))
    return {
        "neighbors": k,
        "hubness_skewness": float((away**3).mean()) / spread**3 if spread else None,
        "hubness_max": int(counts.max()),
        "hubness_robin_hood": float(np.abs(away).sum()) / (2 * float(counts.sum())),
    }


def _counts_of(subject: Subject, counts: ArrayLike | None) -> NDArray[np.int64] | None:
    """int64[size]: the counts given, or those of a matrix's vocabulary."""
    if counts is None and isinstance(subject.source, MatrixSource):
        return subject.source.matrix.vocabulary.counts
    return None if counts is None else np.asarray(counts, np.int64)


def _frequencies(
    subject: Subject, ids: NDArray[np.int64], given: ArrayLike | None
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """int64[n]: what rises with the frequency of each row's word; and bool[n], whether that is known."""
    own = ~subject.made(ids)
    counts = _counts_of(subject, given)
    if counts is None:
        return -ids, own & (subject.kind == "source")
    if len(counts) < (subject.size or 0):
        raise InputError(
            _("{count:,} counts for {rows:,} rows").format(count=len(counts), rows=subject.size),
            where=subject.name,
            fix=_("Give one count for each row."),
        )
    return counts[ids], own & (counts[ids] > 0)
