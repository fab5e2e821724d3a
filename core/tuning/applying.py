"""From trained rows back to a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..matrix import EmbeddingMatrix
from ..messages import _
from .compacting import weight_scale
from .files import BLOCK, private_copy
from .loop import TuningError
from .plan import Plan
from .table import RowTable

if TYPE_CHECKING:
    from torch import Tensor


def exported(values: Tensor, module: Any, plan: Plan, scale: float) -> NDArray[np.float32]:
    """float32[m, d or width]: rows of a table as the matrix is to have them."""
    import torch

    with torch.no_grad():
        if plan.width is not None:
            # A (E / s) + b, times s.
            return (module.transform(values) * scale).cpu().numpy()
        return (values * scale).cpu().numpy()


def tuned_matrix(
    matrix: EmbeddingMatrix, table: RowTable, module: Any, plan: Plan, *, weights: str, told: str
) -> EmbeddingMatrix:
    """The matrix with the trained rows in it, or projected. Raises `TuningError` where nothing has changed.

    `weights` says how words were weighed ("learned", "sif", "equal"); what they weighed goes into the matrix's weights,
    where those of other words stay as they are, 1 if there are none.
    """
    if plan.width is not None:
        vectors = _projected(matrix, table, module, plan)
    else:
        vectors = private_copy(matrix.vectors)
        # A row that did not move stays to the bit: dividing by the scale and multiplying rounds.
        changed, movable = 0, table.moved()
        step = max(1, BLOCK // max(1, matrix.dim))
        for first in range(0, len(table), step):
            rows = exported(table.values[first : first + step], module, plan, table.scale)
            at = table.used[first : first + step]
            moved = movable[first : first + step] & np.asarray((vectors[at] != rows).any(axis=1))
            vectors[at[moved]] = rows[moved]
            changed += int(moved.sum())
        if not changed:
            raise TuningError(
                _("no row has moved: the matrix is as it was"),
                fix=_("Let rows move (--set rows=all), or use more epochs or a higher rate."),
            )
    changes: dict[str, Any] = {"vectors": vectors, "history": (*matrix.history, told)}
    if weights != "equal":
        own = matrix.weights
        found = np.ones(len(matrix.vocabulary), np.float32) if own is None else own.copy()
        scale = 1.0 if weights == "sif" and own is None else weight_scale(matrix)
        found[table.used] = scale / (1 + np.exp(-table.logits.cpu().numpy().astype(np.float64)))
        changes["weights"] = found
    return matrix.replace(**changes)


def _projected(matrix: EmbeddingMatrix, table: RowTable, module: Any, plan: Plan) -> NDArray[np.float32]:
    import torch

    assert plan.width is not None
    found = np.empty((len(matrix.vocabulary), plan.width), np.float32)
    step = max(1, BLOCK // max(1, matrix.dim))
    for first in range(0, len(found), step):
        block = torch.from_numpy(matrix.vectors[first : first + step] / np.float32(table.scale))
        found[first : first + step] = exported(block.to(table.device), module, plan, table.scale)
    vocabulary = matrix.vocabulary
    found[[vocabulary.ids[word] for word, role in vocabulary.specials.items() if role == "pad"]] = 0
    return found
