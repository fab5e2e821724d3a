"""Compile ahead what maps and neighbors need: at installation, so that no visitor waits for it.

`python -m core.projection.ahead`. numba keeps the machine code beside the sources, or in the user's cache where the
installation can't be written to.
"""

from __future__ import annotations

import numpy as np

from ..neighbors.exact import cosines_with, unit32
from ..progress import ignore
from . import quality, space
from .spec import UmapMap
from .umap import lay_out_umap


def compile_ahead() -> None:
    """Run every compiled function once, with the types that it is called with.

    But for NN-descent: pynndescent compiles it anew in every process, for half a minute.
    """
    vectors = np.random.default_rng(0).standard_normal((600, 16)).astype(np.float32)
    vectors.flags.writeable = False  # as a matrix's are
    cosines_with(vectors, unit32(vectors[:1])[0])
    made = space.prepare(vectors, np.arange(len(vectors)), "cosine")
    for dim in (2, 3):
        points, known = lay_out_umap(made, UmapMap(dim=dim, epochs=2), 15, ignore)
        quality.measure(made, points, known=known)


if __name__ == "__main__":
    compile_ahead()
