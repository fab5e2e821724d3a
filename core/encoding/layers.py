"""Which of a model's layers are read, and how the states of a word's pieces become one vector."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

from ..errors import RecipeError, one_of
from ..messages import _
from .checkpoint import Family

Pooling = Literal["auto", "mean", "all", "first", "last", "cls", "end"]
PART = re.compile(r"(\d+)(?:-(\d+|last))?")


@dataclass(frozen=True)
class Reading:
    """groups   tuples of layers: the mean of each group is one part of the vector, parts side by side
    pooling  of the pieces' states: "mean" of the word's own, "all" positions, its "first" or "last" piece, "cls", the
             special piece, or "end", the last position, special or not
    """

    groups: tuple[tuple[int, ...], ...]
    pooling: str

    @property
    def layers(self) -> tuple[int, ...]:
        """All layers that are read, in order."""
        return tuple(sorted({layer for group in self.groups for layer in group}))


def lower(count: int) -> tuple[int, ...]:
    """The layers 0 to ⌈2L/3⌉ of a model of L: those that keep a word's meaning by itself."""
    return tuple(range(math.ceil(2 * count / 3) + 1))


def read_layers(text: str, pooling: str, *, count: int, family: Family, asked: str = "") -> Reading:
    """What `text` means for a model of `count` layers: "auto", or parts joined by "+", each a layer or a range.

    "0-4+last" is the mean of layers 0 to 4 beside the last one; "lower" is 0-⌈2L/3⌉; 0 is the layer of the
    embeddings. "auto": the last layer with the model's own pooling for a sentence-transformer, else
    `lower`; the mean of the word's own pieces, for a decoder the last piece, which alone has seen the others.
    Raises RecipeError for layers that the model does not have, and for a pooling of its own that is not ours.
    """
    if text == "auto":
        text = "last" if family == "sentence" else "lower"
    groups = tuple(_group(part.strip(), count) for part in text.split("+"))
    if pooling == "auto":
        pooling = {"sentence": asked or "all", "decoder": "last"}.get(family, "mean")
        if pooling not in get_args(Pooling):
            raise RecipeError(
                _("the model pools its pieces in a way of its own ({name}), which Lexiloom does not have").format(
                    name=pooling
                ),
                fix=_("Choose pooling: {names}.").format(names=one_of(["all", "mean", "first", "last", "cls", "end"])),
            )
    return Reading(groups, pooling)


def _group(part: str, count: int) -> tuple[int, ...]:
    if part == "lower":
        return lower(count)
    if part == "last":
        return (count,)
    if match := PART.fullmatch(part):
        first = int(match[1])
        last = first if match[2] is None else count if match[2] == "last" else int(match[2])
        if first <= last <= count:
            return tuple(range(first, last + 1))
    raise RecipeError(
        _("{part!r} names no layers of this model").format(part=part),
        fix=_("It has layers 0 to {count}; write 0-4, last, lower, or several joined by +.").format(count=count),
    )
