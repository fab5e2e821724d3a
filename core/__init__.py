"""Lexiloom's engine: the embedding matrix for your vocabulary, out of pretrained vectors.

    from core import Recipe, run

    build = run(Recipe(vocabulary="words.txt", sources=["builtin:english"]))
    build.save("out")

Every stage is a plain function as well: `read_vocabulary`, `open_source`, `look_up`, `combine`,
`measure_coverage`, `fill`, `transform`, `finetune`, `export`; and what is looked at in a matrix: `nearest`, `project`,
`compare`. Names are loaded when they are first used, so that `import core` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .combining import combine as combine
    from .comparing import compare as compare
    from .coverage import measure_coverage as measure_coverage
    from .errors import LexiloomError as LexiloomError
    from .exports import export as export
    from .lookup import look_up as look_up
    from .matrix import EmbeddingMatrix as EmbeddingMatrix
    from .matrix import Lookup as Lookup
    from .neighbors import nearest as nearest
    from .oov import fill as fill
    from .pipeline import Build as Build
    from .pipeline import cover as cover
    from .pipeline import run as run
    from .projection import project as project
    from .recipe import Recipe as Recipe
    from .rows import Origin as Origin
    from .sources import open_source as open_source
    from .trained import train as train
    from .transforms import transform as transform
    from .tuning import finetune as finetune
    from .vocabulary import read_vocabulary as read_vocabulary
    from .vocabulary.vocabulary import Vocabulary as Vocabulary

_HOMES = {
    "Build": "pipeline",
    "EmbeddingMatrix": "matrix",
    "LexiloomError": "errors",
    "Lookup": "matrix",
    "Origin": "rows",
    "Recipe": "recipe",
    "Vocabulary": "vocabulary.vocabulary",
    "combine": "combining",
    "compare": "comparing",
    "cover": "pipeline",
    "export": "exports",
    "fill": "oov",
    "finetune": "tuning",
    "look_up": "lookup",
    "measure_coverage": "coverage",
    "nearest": "neighbors",
    "open_source": "sources",
    "project": "projection",
    "read_vocabulary": "vocabulary",
    "run": "pipeline",
    "train": "trained",
    "transform": "transforms",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
