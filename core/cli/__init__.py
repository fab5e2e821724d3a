"""The command line: a thin shell over recipe and pipeline, one file per group of verbs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `lexiloom` and return its exit code: 0 done, 1 failed, 2 wrong use, 130 interrupted, 143 terminated."""
    from .console import entrance

    return entrance(arguments)


def script() -> None:
    """`lexiloom` as a process of its own."""
    code = main()
    # At its end Python looks for garbage among all objects, twice. The system frees them anyway.
    gc.freeze()
    sys.exit(code)
