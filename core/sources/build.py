"""A finished build as a source: its words and its matrix, found again by the next recipe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from ..errors import SourceError
from ..messages import N_, _
from ..spec import Spec, option
from .file import FileSource, FileSpec
from .protocol import Context

MATRIX = "matrix.safetensors"


class BuildSpec(Spec):
    """A folder that a Lexiloom build wrote."""

    kind: Literal["build"] = "build"
    path: str = option(..., N_("Build folder"), N_("A folder that “lexiloom build” or “lexiloom run” wrote."))


def is_build(path: Path) -> bool:
    """Whether a folder looks like a finished build."""
    # Unlike Path.is_file, False for a name that no system takes.
    return all(os.path.isfile(path / name) for name in (MATRIX, "words.json"))


def open_build(spec: BuildSpec, context: Context) -> FileSource:
    """Open a build's matrix. Rows that were invented there are rows like any other here."""
    from dataclasses import replace

    folder = Path(os.path.expanduser(spec.path))
    if not is_build(folder):
        raise SourceError(
            _("this is no finished build: {matrix} and words.json are not both there").format(matrix=MATRIX),
            where=str(folder),
            fix=_("Name the folder that “lexiloom build --out” wrote."),
        )
    source = FileSource(FileSpec(path=str(folder / MATRIX)), folder / MATRIX, context)
    source.info = replace(source.info, name=folder.name, kind="build", format="Lexiloom build")
    return source
