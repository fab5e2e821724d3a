"""Vectors that Lexiloom trained on the user's own text, as a source; those of fastText make words from n-grams."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..messages import N_
from ..spec import Spec, option
from ..training.artifact import VECTORS, Artifact, read_artifact
from .file import FileSource, FileSpec
from .protocol import Context


class TrainedSpec(Spec):
    """A folder that a training wrote."""

    kind: Literal["trained"] = "trained"
    path: str = option(..., N_("Folder of trained vectors"), N_("A folder that “lexiloom train” wrote."))


class TrainedSource(FileSource):
    """One training's vectors. Implements `Source`."""

    def __init__(self, artifact: Artifact, context: Context) -> None:
        path = artifact.folder / VECTORS
        super().__init__(FileSpec(path=str(path)), path, context)
        self.artifact = artifact
        language = artifact.lock["corpus"].get("language", "")
        self.info = replace(
            self.info,
            name=artifact.folder.name,
            kind="trained",
            format=artifact.method,
            composes=artifact.method == "fasttext",
            languages=tuple(language.split("+")) if language else (),
        )

    @cached_property
    def _table(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        inner = self.artifact.inner
        return inner["buckets"], inner["ngrams"]

    def compose(self, words: Sequence[str], out: NDArray[np.float32]) -> NDArray[np.bool_]:
        """See `Source.compose`: the mean of the rows of a word's n-grams, as far as training met them.

        fastText itself takes those that it never met too, whose rows are as they were drawn: noise.
        """
        from ..formats.ngrams import buckets_of

        out[:] = 0
        made = np.zeros(len(words), bool)
        if not self.info.composes:
            return made
        known, rows = self._table
        settings = self.artifact.settings
        buckets, ends = buckets_of(words, settings["shortest"], settings["longest"], settings["buckets"])
        at = np.searchsorted(known, buckets)
        at[at == len(known)] = 0
        there = known[at] == buckets if len(known) else np.zeros(len(buckets), bool)
        word = np.repeat(np.arange(len(words)), np.diff(ends, prepend=0))
        np.add.at(out, word[there], rows[at[there]])
        counts = np.bincount(word[there], minlength=len(words))
        made[:] = counts > 0
        out[made] /= counts[made, None].astype(np.float32)
        return made


def open_trained(spec: TrainedSpec, context: Context) -> TrainedSource:
    """Open vectors that were trained here. Raises SourceError."""
    return TrainedSource(read_artifact(Path(os.path.expanduser(spec.path))), context)
