"""The sources that come with Lexiloom: no network, one shared space. Made by assets/sources/make.py."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from ..errors import SourceError
from ..messages import N_, _
from ..spec import Spec, option
from .file import FileSource, FileSpec
from .protocol import Context

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "sources"
NAMES = ("english", "chinese")


class BuiltinSpec(Spec):
    """A source that comes with Lexiloom."""

    kind: Literal["builtin"] = "builtin"
    name: Literal["english", "chinese"] = option(
        "english", N_("Name"), N_("Both share one space of 256 dimensions: they can be chained.")
    )


def open_builtin(spec: BuiltinSpec, context: Context) -> FileSource:
    """Open a built-in source."""
    about = _about(spec.name)
    path = FOLDER / spec.name / "vectors.safetensors"
    source = FileSource(FileSpec(path=str(path)), path, context)
    source.info = replace(
        source.info,
        name=f"builtin:{spec.name}",
        kind="builtin",
        format="int8",
        space=about["space"],
        licence=about["licence"],
        languages=tuple(about["languages"]),
    )
    return source


def list_builtin() -> list[dict[str, Any]]:
    """What comes with Lexiloom: spec, rows, dim, languages, licence, space, folder of each source."""
    return [{"spec": f"builtin:{name}", **_about(name), "folder": str(FOLDER / name)} for name in NAMES]


def _about(name: str) -> dict[str, Any]:
    try:
        return json.loads((FOLDER / name / "source.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(
            _("the built-in source is not there: {reason}").format(reason=error),
            where=str(FOLDER / name),
            fix=_("Fetch Lexiloom again: the folder is a part of it."),
        ) from None
