"""Results as Plotly figures, for the app and for notebooks. They show figures and compute none but shares."""

from __future__ import annotations

from .coverage import by_band, by_rung, by_script, by_source, compare, coverage_bar
from .evaluation import by_dimension, scores
from .matrix import norms
from .style import config
from .vocabulary import lengths, scripts, zipf

__all__ = [
    "by_band",
    "by_dimension",
    "by_rung",
    "by_script",
    "by_source",
    "compare",
    "config",
    "coverage_bar",
    "lengths",
    "norms",
    "scores",
    "scripts",
    "zipf",
]
