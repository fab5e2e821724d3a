"""Words that the recipe itself holds."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from ..errors import VocabularyError
from ..messages import N_, _
from ..progress import Progress
from ..spec import option
from .report import Problems, Reading, told
from .selection import Choice, choose, collect


class GivenSpec(Choice):
    """Words written down in the recipe."""

    kind: Literal["given"] = "given"
    words: tuple[str, ...] = option(..., N_("Words"), N_("The words, in order."))
    counts: tuple[int, ...] | None = option(None, N_("Counts"), N_("How often each word occurs, in the same order."))


def read_given(spec: GivenSpec, path: Path, progress: Progress) -> Reading:
    """The vocabulary of the recipe's own words."""
    where = _("the recipe's words")
    if spec.counts is not None and (len(spec.counts) != len(spec.words) or min(spec.counts, default=0) < 0):
        raise VocabularyError(
            _("{counts} counts for {words} words").format(counts=len(spec.counts), words=len(spec.words)),
            where=where,
            fix=_("Give one count per word, 0 or more, or none at all."),
        )
    problems, notes = Problems(), []
    values = spec.counts or (0,) * len(spec.words)
    counts = collect(zip(range(1, len(spec.words) + 1), spec.words, values, strict=True), problems)
    vocabulary = choose(counts, spec, counted=spec.counts is not None, problems=problems, notes=notes, where=where)
    digest = hashlib.sha256(json.dumps([spec.words, spec.counts]).encode()).hexdigest()
    return told(spec.kind, vocabulary, None, problems=problems, notes=notes, digest=digest, preview=spec.words)
