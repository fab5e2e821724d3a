"""What tuning did to the rows: how many moved, how far, whose neighbors changed, what was forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..matrix import EmbeddingMatrix
from ..neighbors import informed, nearest
from ..progress import Progress, ignore
from ..rows import Origin
from .files import BLOCK
from .report import Drift

K = 10
SAMPLED = 1000
LISTED = 30
# Tasks whose sets tell what was forgotten.
TOLD_BY = ("similarity", "categorization", "outliers")


def measure_drift(
    before: EmbeddingMatrix,
    after: EmbeddingMatrix,
    used: NDArray[np.int64],
    *,
    seed: int = 0,
    progress: Progress = ignore,
) -> Drift:
    """How `after` differs from `before`; only the rows `used` can differ where the width is the same.

    Neighbors are those of up to 1,000 moved rows, drawn by `seed`, among all words whose rows say something.
    """
    same_width = before.dim == after.dim
    if same_width:
        turned, length = _distances(before, after, used)
        moved, turned, length = used[length > 0], turned[length > 0], length[length > 0]
    else:
        moved = np.flatnonzero(before.rows.origin != Origin.SPECIAL)
        turned = length = np.full(len(moved), np.nan)
    said = informed(before)[moved]
    order = np.argsort(-turned, kind="stable") if same_width else np.arange(len(moved))
    listed = [at for at in order.tolist() if said[at]][:LISTED]
    drawn = np.random.default_rng(seed).permutation(np.flatnonzero(said))[:SAMPLED]
    asked = np.concatenate([moved[listed], moved[drawn]]).astype(np.int64)
    old, new = (_neighbors(matrix, asked, progress) for matrix in (before, after))
    shared = np.array([len(set(a) & set(b)) / max(1, len(a)) for a, b in zip(old, new, strict=True)])
    return Drift(
        rows=len(before.vocabulary),
        moved=len(moved),
        displacement=float(turned.mean()) if same_width and len(moved) else None,
        length=_mean_finite(length) if same_width else None,
        by_origin=_by_origin(before, moved, turned if same_width else None),
        overlap=float(shared[len(listed) :].mean()) if len(drawn) else None,
        measured=len(drawn),
        most=tuple(
            _told(before, int(moved[at]), float(turned[at]) if same_width else None, old[i], new[i])
            for i, at in enumerate(listed)
        ),
    )


def _distances(
    before: EmbeddingMatrix, after: EmbeddingMatrix, used: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """float64[m] each: 1 - cosine of the rows `used`, and the length of their difference over that of the first;
    infinite for one that was zero.
    """
    turned, length = np.zeros(len(used)), np.zeros(len(used))
    step = max(1, BLOCK // max(1, before.dim))
    for first in range(0, len(used), step):
        at = used[first : first + step]
        a, b = before.vectors[at].astype(np.float64), after.vectors[at].astype(np.float64)
        sizes = np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1)
        cosine = np.einsum("ij,ij->i", a, b) / np.maximum(sizes[0] * sizes[1], 1e-30)
        turned[first : first + step] = np.clip(1 - cosine, 0, 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.linalg.norm(b - a, axis=1) / sizes[0]
        length[first : first + step] = np.where(np.isnan(ratio), 0.0, ratio)  # 0 / 0: it stayed zero
    return turned, length


def _mean_finite(values: NDArray[np.float64]) -> float | None:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else None


def _neighbors(matrix: EmbeddingMatrix, rows: NDArray[np.int64], progress: Progress) -> list[list[int]]:
    if not len(rows):
        return []
    words = [matrix.vocabulary.words[row] for row in rows.tolist()]
    found = nearest(matrix, words, K, among=informed(matrix), progress=progress)
    return [[row for row in ids if row >= 0] for ids in found.ids.tolist()]


def _by_origin(
    matrix: EmbeddingMatrix, moved: NDArray[np.int64], turned: NDArray[np.float64] | None
) -> dict[str, dict[str, Any]]:
    told = {}
    origins = matrix.rows.origin
    for origin in Origin:
        rows = int((origins == origin).sum())
        mine = origins[moved] == origin
        if rows:
            mean = float(turned[mine].mean()) if turned is not None and mine.any() else None
            told[origin.name.lower()] = {"rows": rows, "moved": int(mine.sum()), "displacement": mean}
    return told


def _told(
    matrix: EmbeddingMatrix, row: int, displacement: float | None, old: list[int], new: list[int]
) -> dict[str, Any]:
    words, counts = matrix.vocabulary.words, matrix.vocabulary.counts
    return {
        "word": words[row],
        "count": None if counts is None else int(counts[row]),
        "displacement": displacement,
        "before": [words[one] for one in old],
        "after": [words[one] for one in new],
    }


def measure_forgetting(
    before: EmbeddingMatrix, after: EmbeddingMatrix, suite_dir: str, *, base: Path | None, progress: Progress = ignore
) -> tuple[dict[str, Any], ...]:
    """What both matrices reach on the published sets at hand, on the items of words that both hold.

    Analogies are left out: rows that were equal are so no longer, so a tie before is a place lost after.
    "verdict" says what the first is against the second: "better", "worse", "even", "not comparable".
    """
    from ..evaluation.evaluating import choose_sets, evaluate
    from ..evaluation.spec import EvaluateSpec, KnownItems
    from ..evaluation.subjects import as_subject

    subjects = [as_subject(before, "before"), as_subject(after, "after")]
    spec = EvaluateSpec(suite_dir=suite_dir, resamples=200)
    try:
        chosen, _skipped = choose_sets(subjects, spec, base)
        sets = tuple(KnownItems(id=one.id) for one in chosen if one.task in TOLD_BY)
        spec = spec.model_copy(update={"suite": "none", "sets": sets})
        found = evaluate(subjects, spec, base=base, progress=progress)
    except InputError:  # no set is at hand
        return ()
    told = []
    for line in found.lines:
        old, new = line.cells
        if old.common is None or new.common is None:
            continue
        told.append(
            {
                "set": line.title,
                "measure": line.measure,
                "before": old.common,
                "after": new.common,
                "items": old.common_items,
                "verdict": line.verdicts[0].kind,
            }
        )
    return tuple(told)
