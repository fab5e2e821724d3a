"""Several files, one vocabulary: the words of all of them, in the order of their first appearance."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import VocabularyError
from ..messages import N_, _, ngettext
from ..progress import Progress
from ..spec import option
from .corpus import CorpusSpec, read_corpus
from .lines import STAGE
from .report import PREVIEW_LINES, Problems, Reading, told
from .selection import Choice, choose
from .sniff import sniff_vocabulary
from .table import TableSpec, read_table
from .words import CountsSpec, WordsSpec, read_counts, read_words

Part = Annotated[WordsSpec | TableSpec | CorpusSpec | CountsSpec, Field(discriminator="kind")]
READERS = {"words": read_words, "table": read_table, "corpus": read_corpus, "counts": read_counts}


class SeveralSpec(Choice):
    """The words of several files, joined; counts are added."""

    kind: Literal["several"] = "several"
    parts: tuple[Part, ...] = option(
        ..., N_("Files"), N_("The files in their order: words, table, corpus or counts, each a table."), min_length=1
    )


def sniff_several(paths: Sequence[str], *, base: Path | None = None) -> SeveralSpec:
    """The spec that joins the files at `paths`, each of the kind that its content tells. Raises VocabularyError."""
    return SeveralSpec(parts=tuple(sniff_part(path, base=base) for path in paths))


def sniff_part(path: str, *, base: Path | None = None) -> Any:
    """The spec of one of several files. Raises VocabularyError for a file whose ids must be kept."""
    spec = sniff_vocabulary((base or Path()) / path)
    if spec.kind not in READERS:
        raise VocabularyError(
            _("the ids of this file are kept, so that it can't be joined with others"),
            where=path,
            fix=_('Give it alone. If it is a plain list, name its kind: kind="words".'),
        )
    return spec.model_copy(update={"path": path})


def located(spec: Any, base: Path) -> tuple[Any, Path]:
    """`spec` with its user's dictionary joined to `base`, and its path, joined too."""
    path = base / os.path.expanduser(getattr(spec, "path", ""))
    if dictionary := getattr(spec, "user_dictionary", ""):
        spec = spec.model_copy(update={"user_dictionary": str(base / os.path.expanduser(dictionary))})
    return spec, path


def read_several(spec: SeveralSpec, base: Path, progress: Progress) -> Reading:
    """The vocabulary of all parts. `base` is the folder that relative paths are relative to.

    A part's own choices (`min_count` and so on) are made before the words are joined, those of `spec` after it. Words
    of a part without counts count 0 beside those of a part that has them. Raises VocabularyError.
    """
    readings = _read(spec.parts, base, progress)
    problems, notes = Problems(), []
    counted = any(one.vocabulary.counts is not None for one in readings)
    counts: dict[str, int] = {}
    for one in readings:
        before = len(counts)
        _join(counts, one)
        problems.take_over(one.report)
        notes += _notes(one, len(counts) - before, counted)
    name = ", ".join(part.path for part in spec.parts)
    spoken = _languages(readings)
    running = all(part.kind == "corpus" for part in spec.parts)
    vocabulary = choose(
        counts,
        spec,
        counted=counted,
        problems=problems,
        notes=notes,
        where=name,
        languages=spoken if running else ("en", "zh"),
    )
    reports = [one.report for one in readings]
    most = max(1, PREVIEW_LINES // len(reports))
    reading = told(
        spec.kind,
        vocabulary,
        None,
        problems=problems,
        notes=notes,
        path=name,
        digest=hashlib.sha256("".join(f"{one.digest}\n" for one in reports).encode()).hexdigest(),
        encoding=", ".join(sorted({label for one in reports for label in one.encoding.split(", ") if label})),
        language="+".join(spoken),
        lines=sum(one.lines for one in reports),
        preview=[f"{one.path}: {line}" for one in reports for line in one.preview[:most]],
    )
    return replace(reading, report=replace(reading.report, guessed=any(one.guessed for one in reports)))


def _read(parts: Sequence[Any], base: Path, progress: Progress) -> list[Reading]:
    """Every part without special tokens in front."""
    usual = Choice.model_fields["specials"].default
    for part in parts:
        if part.specials not in ((), usual):
            raise VocabularyError(
                _("special tokens stand in front of the words of all files, not of one"),
                where=part.path,
                fix=_("Name them beside the list of files: vocabulary.specials."),
            )
    sizes = [_size(base / os.path.expanduser(part.path)) for part in parts]
    readings = []
    for place, part in enumerate(parts):
        bare, path = located(part.model_copy(update={"specials": ()}), base)
        ahead = _Ahead(progress, sum(sizes[:place]), sizes[place], sum(sizes))
        readings.append(READERS[part.kind](bare, path, ahead))
    progress(_(STAGE), sum(sizes), sum(sizes), "bytes")
    return readings


class _Ahead:
    """The progress of one file among several: `before` bytes are read, `size` of `total` are its own."""

    def __init__(self, progress: Progress, before: int, size: int, total: int) -> None:
        self._progress, self._before, self._size, self._total = progress, before, size, total

    def __call__(self, stage: str, done: int, total: int | None = None, unit: str = "", message: str = "") -> None:
        if unit == "bytes":
            done, total = self._before + min(done, self._size), self._total
        self._progress(stage, done, total, unit, message)


def _size(path: Path) -> int:
    """In bytes, of a file or of all files in a folder; 0 for what isn't there, which its reader will say."""
    inside: Iterable[str] = [str(path)]
    if os.path.isdir(path):
        inside = (os.path.join(folder, name) for folder, _folders, names in os.walk(path) for name in names)
    return sum(os.path.getsize(one) for one in inside if os.path.isfile(one))


def _join(counts: dict[str, int], reading: Reading) -> None:
    vocabulary = reading.vocabulary
    values = repeat(0, len(vocabulary)) if vocabulary.counts is None else vocabulary.counts.tolist()
    for word, n in zip(vocabulary.words, values, strict=True):
        counts[word] = counts.get(word, 0) + n


def _notes(reading: Reading, new: int, counted: bool) -> list[str]:
    report, n = reading.report, len(reading.vocabulary)
    text = ngettext(
        "{name} (kind: {kind}): {n:,} word, {new:,} of them new",
        "{name} (kind: {kind}): {n:,} words, {new:,} of them new",
        n,
    )
    notes: list[str] = [text.format(name=report.path, kind=report.kind, n=n, new=new)]
    notes += [_("{where}: {what}").format(where=report.path, what=note) for note in report.notes]
    if counted and reading.vocabulary.counts is None:
        notes.append(_("{name}: its words have no counts and add 0").format(name=report.path))
    return notes


def _languages(readings: Sequence[Reading]) -> list[str]:
    """Those that the parts are in, as far as their readers told."""
    named = {name for one in readings for name in one.report.language.split("+")}
    return [name for name in ("en", "zh") if name in named]
