"""What is done to a finished matrix: one file per kind, one closed union of specs.

Every kind is fitted on the known rows and applied to all rows. A fit returns a map of row blocks and
the text for the matrix's history; fitting and applying compute in float64, a block at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from ..errors import RecipeError, one_of
from ..matrix import EmbeddingMatrix
from ..messages import _
from ..progress import Progress, ignore
from ..rows import Origin
from .abtt import AbttSpec, fit_abtt
from .center import NUMBERS_AT_ONCE, STAGE, CenterSpec, RowMap, fit_center
from .pca import PcaSpec, fit_pca
from .unit import UnitSpec, fit_unit

TransformSpec = Annotated[CenterSpec | UnitSpec | AbttSpec | PcaSpec, Field(discriminator="kind")]

SPECS: dict[str, Any] = {"center": CenterSpec, "unit": UnitSpec, "abtt": AbttSpec, "pca": PcaSpec}
FITS: dict[str, Any] = {"center": fit_center, "unit": fit_unit, "abtt": fit_abtt, "pca": fit_pca}


def transform(
    matrix: EmbeddingMatrix,
    specs: Sequence[TransformSpec | str] | TransformSpec | str,
    *,
    progress: Progress = ignore,
) -> EmbeddingMatrix:
    """`matrix` (n words, d dimensions) with `specs` applied in order; a text is a kind with its defaults.

    Fitted on the known rows, or on all rows that are not special where fewer than two are known;
    applied to all. Rows of the role "pad" are zero. Words, provenance and weights stay; the history
    gets a text for each spec. Returns float32 vectors, the same bytes for the same input on one
    machine; holds at most one matrix beside the given one.

    Raises RecipeError for an unknown kind, where a fit has too few rows or dimensions, and where a value
    leaves the range of float32.
    """
    listed = [specs] if isinstance(specs, (str, CenterSpec, UnitSpec, AbttSpec, PcaSpec)) else specs
    chosen = [_spec(one) for one in listed]
    if not chosen:
        return matrix
    fitted = _fitted_rows(matrix)
    vectors, history = matrix.vectors, list(matrix.history)
    for spec in chosen:
        row_map, text = FITS[spec.kind](spec, vectors, fitted, progress)
        vectors = _applied(row_map, text, vectors, matrix, progress)
        history.append(text)
    return matrix.replace(vectors=vectors, history=tuple(history))


def _spec(spec: TransformSpec | str) -> TransformSpec:
    if not isinstance(spec, str):
        return spec
    if spec not in SPECS:
        raise RecipeError(
            _("unknown transform {name!r}").format(name=spec), fix=_("Choose {names}.").format(names=one_of(SPECS))
        )
    try:
        return SPECS[spec]()
    except ValidationError:
        required = [name for name, field in SPECS[spec].model_fields.items() if field.is_required()]
        raise RecipeError(
            _("{kind} has no default for {names}").format(kind=spec, names=one_of(required)),
            fix=_("Give its spec, for example {example}.").format(
                example=f"{SPECS[spec].__name__}({', '.join(f'{name}=100' for name in required)})"
            ),
        ) from None


def _fitted_rows(matrix: EmbeddingMatrix) -> NDArray[np.int64]:
    """int64[m]: the rows that transforms are fitted on."""
    known = np.flatnonzero(matrix.rows.known)
    return known if len(known) >= 2 else np.flatnonzero(~matrix.rows.is_(Origin.SPECIAL))


def _pad_rows(matrix: EmbeddingMatrix) -> NDArray[np.bool_]:
    """bool[n]: rows that must be zero whatever is done to the others."""
    pad = np.zeros(len(matrix.vocabulary), bool)
    for word, role in matrix.vocabulary.specials.items():
        if role == "pad":
            pad[matrix.vocabulary.words.index(word)] = True
    return pad


def _applied(
    row_map: RowMap, text: str, vectors: NDArray[np.float32], matrix: EmbeddingMatrix, progress: Progress
) -> NDArray[np.float32]:
    """float32[n, k]: all rows mapped; in the place of `vectors` where they are not the matrix's own."""
    n, dim = vectors.shape
    width = row_map(np.empty((0, dim))).shape[1]
    in_place = vectors is not matrix.vectors
    # Block by block, narrower rows never overtake the wider ones that are still to be read.
    out = vectors.reshape(-1)[: n * width].reshape(n, width) if in_place else np.empty((n, width), np.float32)
    pad = _pad_rows(matrix)
    step = max(1, NUMBERS_AT_ONCE // max(1, dim))
    for start in range(0, n, step):
        progress(_(STAGE), start, n, "rows", _("applying"))
        rows = slice(start, min(start + step, n))
        with np.errstate(over="ignore"):
            block = row_map(vectors[rows].astype(np.float64)).astype(np.float32)
        block[pad[rows]] = 0
        unsound = ~np.isfinite(block).all(axis=1)
        if unsound.any():
            raise RecipeError(
                _("{transform}: the row of {word!r} leaves the range of float32").format(
                    transform=text, word=matrix.vocabulary.words[start + int(unsound.argmax())]
                ),
                fix=_("Its values are damaged or far too large: check the source with lexiloom inspect."),
            )
        out[rows] = block
    progress(_(STAGE), n, n, "rows", _("applying"))
    if in_place:
        del out
        vectors.resize((n, width), refcheck=False)  # gives the rest of the memory back
        return vectors
    return out


__all__ = ["AbttSpec", "CenterSpec", "PcaSpec", "TransformSpec", "UnitSpec", "transform"]
