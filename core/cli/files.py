"""What the verbs that look at a build read, and which files they may be asked to write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import one_of
from ..messages import _
from ..progress import Progress

if TYPE_CHECKING:
    from ..matrix import EmbeddingMatrix


Folder = Annotated[Path, typer.Argument(metavar="DIR", help=_("A build's folder."))]


def read_matrix(folder: Path, progress: Progress) -> EmbeddingMatrix:
    """The matrix of a build's folder, as it lies there: its files are not compared with their digests."""
    from ..exports import read_build

    progress(_("Reading the build"), 0)
    return read_build(folder, check=False).matrix


def check_endings(out: Sequence[Path], endings: Sequence[str]) -> None:
    """Refuse files whose endings tell no format that can be written, before the work."""
    for path in out:
        if path.suffix[1:] not in endings:
            text = _("{file}: choose an ending of {names}")
            told = text.format(file=path.name, names=one_of(f".{end}" for end in endings))
            raise typer.BadParameter(told, param_hint="--out")
