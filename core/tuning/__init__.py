"""A short fine-tune of a matrix on labels, pairs or text.

    tuned = finetune(matrix, Full(data={"path": "train.csv"}))
    tuned.matrix, tuned.report.verdict

The specs are light; `finetune` loads torch when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .kinds import KINDS, TASKS, TITLES, Anchored, Full, Gradual, PairsTuning, Probe, Project, Skipgram, TuningSpec

if TYPE_CHECKING:
    from .tune import finetune as finetune

__all__ = [
    "KINDS",
    "TASKS",
    "TITLES",
    "Anchored",
    "Full",
    "Gradual",
    "PairsTuning",
    "Probe",
    "Project",
    "Skipgram",
    "TuningSpec",
    "finetune",
]


def __getattr__(name: str) -> Any:
    if name != "finetune":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .tune import finetune

    return finetune
