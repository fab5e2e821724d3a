"""Batches of bags: packed, shuffled by a seed, each word's row named once, made ahead of the steps."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .bags import Bags

if TYPE_CHECKING:
    from torch import Tensor

AHEAD = 4


@dataclass(frozen=True)
class Packed:
    """Some bags for torch's embedding_bag.

    local   int64[tokens]: positions in the batch's words
    starts  int64[n]: where each bag begins
    """

    local: Tensor
    starts: Tensor


@dataclass(frozen=True)
class Batch:
    """words   int64[u]: rows of the table, each once
    sides   the texts; of pairs both sides
    labels  int64[n]
    at      int64[n]: which texts these are
    """

    words: Tensor
    sides: tuple[Packed, ...]
    labels: Tensor
    at: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.at)


BatchT = TypeVar("BatchT")


def batch_of(sides: tuple[Bags, ...], at: NDArray[np.int64], device: str = "cpu") -> Batch:
    """The texts at `at` of one bags, or of those of both sides of pairs."""
    import torch

    parts = [side.gathered(at) for side in sides]
    ids = np.concatenate([part[0] for part in parts])
    labels = torch.from_numpy(sides[0].labels[at].astype(np.int64))
    words, local = _named_once(torch.from_numpy(ids.astype(np.int64)), device)
    packed, first = [], 0
    for tokens, starts in parts:
        packed.append(Packed(local[first : first + len(tokens)], torch.from_numpy(starts[:-1].copy())))
        first += len(tokens)
    return Batch(words, tuple(packed), labels, at)


def _named_once(ids: Tensor, device: str) -> tuple[Tensor, Tensor]:
    """The different ids, and each id's position among them. NumPy is faster on the processor, CUDA faster still."""
    import torch

    if device.startswith("cuda"):
        words, local = torch.unique(ids.to(device, non_blocking=True), return_inverse=True)
        return words, local
    words, local = np.unique(ids.numpy(), return_inverse=True)
    return torch.from_numpy(words), torch.from_numpy(local.reshape(-1))


def shuffled(
    sides: tuple[Bags, ...], size: int, *, seed: int, epoch: int, device: str, whole: bool = False
) -> Iterator[Batch]:
    """All texts in batches of `size`, in an order that (seed, epoch) fixes; `whole` leaves a last single text out."""
    order = np.random.default_rng([seed, epoch]).permutation(len(sides[0]))
    for first in range(0, len(order), size):
        at = order[first : first + size]
        if not whole or len(at) > 1:
            yield batch_of(sides, at, device)


def in_order(sides: tuple[Bags, ...], size: int, *, device: str) -> Iterator[Batch]:
    """All texts in their order, in batches of about `size` texts of usual length."""
    for first in range(0, len(sides[0]), size):
        yield batch_of(sides, np.arange(first, min(first + size, len(sides[0]))), device)


def moved(value: Any, device: str) -> Any:
    """A batch with its tensors on `device`, copied from pinned memory where that is CUDA."""
    import torch

    if isinstance(value, torch.Tensor):
        if value.device.type == device.partition(":")[0]:
            return value
        return (value.pin_memory() if device.startswith("cuda") else value).to(device, non_blocking=True)
    if isinstance(value, tuple):
        return tuple(moved(one, device) for one in value)
    if hasattr(value, "__dataclass_fields__"):
        return replace(value, **{f.name: moved(getattr(value, f.name), device) for f in fields(value)})
    return value


def ahead(made: Iterable[BatchT], count: int = AHEAD) -> Iterator[BatchT]:
    """The same, made by another thread while the last one is worked on. What goes wrong there is raised here."""
    ready: queue.Queue[Any] = queue.Queue(count)
    over = threading.Event()

    def put(item: Any) -> bool:
        while not over.is_set():
            try:
                ready.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for one in made:
                if not put((one, None)):
                    return
            put((None, None))
        except BaseException as error:  # told in the thread that waits
            put((None, error))

    thread = threading.Thread(target=work, name="lexiloom-batches", daemon=True)
    thread.start()
    try:
        while True:
            one, error = ready.get()
            if error is not None:
                raise error
            if one is None:
                return
            yield one
    finally:
        over.set()
        thread.join()
