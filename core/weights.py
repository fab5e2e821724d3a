"""How much each word counts in a text: weights beside the vectors, never multiplied into them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .messages import N_
from .spec import Spec, option
from .vocabulary.vocabulary import Vocabulary


class SifSpec(Spec):
    """Smooth inverse frequency (Arora, Liang and Ma 2017): a / (a + p), p the word's share of the text."""

    kind: Literal["sif"] = "sif"
    a: float = option(1e-4, N_("a"), N_("The share at which a word weighs half."), gt=0.0, le=1.0)


WeightSpec = SifSpec


def weigh(vocabulary: Vocabulary, spec: WeightSpec) -> tuple[NDArray[np.float32], str]:
    """float32[n] in 0..1, and the text for the matrix's history.

    p is a word's count by all counts; without counts it is guessed from the order: 1 / (rank + 2), made to sum to
    1 (Zipf). Special rows weigh nothing.
    """
    if vocabulary.counts is not None and vocabulary.counts.sum():
        share, how = vocabulary.counts / vocabulary.counts.sum(), "counts"
    else:
        share, how = 1.0 / np.arange(2, len(vocabulary) + 2), "ranks"
        share /= share.sum()
    weights = (spec.a / (spec.a + share)).astype(np.float32)
    weights[[vocabulary.ids[word] for word in vocabulary.specials]] = 0
    return weights, f"weights sif {spec.a:g} from {how}"
