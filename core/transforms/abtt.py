"""All-but-the-top: remove the mean and the few directions that all words share."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import RecipeError
from ..messages import N_, _
from ..progress import Progress
from ..spec import Spec, option
from .center import RowMap, centered, check_count, without_rounding
from .pca import principal_directions


class AbttSpec(Spec):
    """Subtract the mean of the known rows, and remove their top principal directions."""

    kind: Literal["abtt"] = "abtt"
    components: int | None = option(
        None,
        N_("Directions removed"),
        N_("How many principal directions are removed. Left out: one for every 100 dimensions, at least one."),
        ge=1,
        le=65_536,
    )


def fit_abtt(
    spec: AbttSpec, vectors: NDArray[np.float32], fitted: NDArray[np.int64], progress: Progress
) -> tuple[RowMap, str]:
    """The map of Mu and Viswanath (2018), fitted on the rows `fitted` of `vectors` (float32[n, d]).

    Raises RecipeError where nothing would be left: `spec.components` of d or more, or of the number
    of rows to fit on less one (m centered rows span m - 1 dimensions).
    """
    width = vectors.shape[1]
    components = spec.components or max(1, round(width / 100))
    if components >= width:
        raise RecipeError(
            _("abtt: {asked} directions are to be removed, and the matrix has {width} dimensions").format(
                asked=components, width=width
            ),
            fix=_("Remove fewer: the usual number is one for every 100 dimensions."),
        )
    text = f"abtt {components}"
    check_count(text, fitted, components + 2)
    mean, directions = principal_directions(vectors, fitted, components, progress)

    def remove(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = centered(rows, mean)
        lengths = np.linalg.norm(rows, axis=1)
        rows -= (rows @ directions.T) @ directions
        return without_rounding(rows, lengths)

    return remove, text
