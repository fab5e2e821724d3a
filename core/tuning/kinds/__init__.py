"""The kinds of tuning: a file each, and a line here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ...messages import N_
from .anchored import Anchored
from .full import Full
from .gradual import Gradual
from .pairs import PairsTuning
from .probe import Probe
from .project import Project
from .skipgram import Skipgram

TuningSpec = Annotated[
    Probe | Project | Full | Anchored | Gradual | PairsTuning | Skipgram,
    Field(discriminator="kind"),
]
KINDS = {
    "full": Full,
    "anchored": Anchored,
    "gradual": Gradual,
    "project": Project,
    "probe": Probe,
    "pairs": PairsTuning,
    "skipgram": Skipgram,
}
TITLES = {
    "full": N_("Full"),
    "anchored": N_("Anchored"),
    "gradual": N_("Gradual"),
    "project": N_("Projection"),
    "probe": N_("Linear probe"),
    "pairs": N_("Pairs"),
    "skipgram": N_("Skip-gram goes on"),
}
# What is to be read from a file, and is scored: classes, pairs, or running text.
TASKS = {kind: "pairs" if kind == "pairs" else "texts" if kind == "skipgram" else "labelled" for kind in KINDS}

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
]
