"""How long work reports, and how it is asked to stop.

A `Progress` is called with what is being done and how far it is; it may raise `Cancelled`.
Engine code calls it at least every half second of work, between chunks, never inside one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .errors import Cancelled as Cancelled

# Told how much of one piece of work is done so far, in the unit of that work; may raise `Cancelled`.
Reached = Callable[[int], None]


class Progress(Protocol):
    """Receives progress; raises `Cancelled` to stop the work."""

    def __call__(self, stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        """`done` of `total` (None: unknown) `unit`s ("bytes", "words", "rows") of `stage` are done."""


def ignore(stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
    """The progress that nobody watches."""


def unwatched(done: int) -> None:
    """The `Reached` of work that nobody watches."""
