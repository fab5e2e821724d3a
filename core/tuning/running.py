"""How a training uses the processor and the accelerator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

# Numbers in the texts of a batch up to which one thread is the fastest.
SMALL = 1 << 17


@contextmanager
def threads(objective: Any) -> Iterator[None]:
    """One thread where a step is small: more would wait for each other longer than they work."""
    import torch

    usual = torch.get_num_threads()
    if objective.spec.batch * objective.table.dim < SMALL:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


def autocast(device: str) -> Any:
    """bfloat16 where CUDA computes; full precision elsewhere."""
    import torch

    kind = device.partition(":")[0]
    return torch.autocast(kind, torch.bfloat16) if kind == "cuda" else nullcontext()
