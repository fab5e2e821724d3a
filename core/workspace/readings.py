"""Vocabularies that took long to read, kept: a corpus is counted once, for the app, the shell and Python alike.

A reading is named by its spec and by the identity of the files (path, size, time, inode), so a changed
file is read anew. All together take at most `LIMIT` bytes; the longest unused go first.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import LexiloomError
from ..messages import pack, unpack
from ..progress import Progress, ignore
from ..vocabulary import (
    CorpusSpec,
    Problem,
    Reading,
    Vocabulary,
    VocabularyReport,
    VocabularySpec,
    choose_counted,
    count_vocabulary,
    read_vocabulary,
)
from ..vocabulary.selection import Choice
from .eviction import evict
from .workspace import Workspace

LIMIT = 2 << 30
FORMAT = 1
# Up to so many bytes a vocabulary is read in moments; text that has to be cut into words takes longer.
QUICK = {"corpus": 1 << 20}
QUICK_ELSE = 16 << 20
WHOLE = ("preview", "head", "tail")
PROBLEM = tuple(field.name for field in fields(Problem))


def read_once(
    spec: VocabularySpec, *, base: Path | None, home: Workspace, version: int = 0, progress: Progress = ignore
) -> Reading:
    """`read_vocabulary`, but what took long to read is kept in `home` and taken from there.

    `version` is that of the stage: a reading of another one is not used.
    """
    files = list(_files(spec, base or Path()))
    if _is_small(spec, files):
        return read_vocabulary(spec, base=base, progress=progress)
    folder = home.readings / _key(spec, files, version)
    kept = _load(folder)
    if kept is None:
        kept = count_vocabulary(spec, base=base, progress=progress)
        _keep(folder, kept)
    return choose_counted(kept, spec) if isinstance(spec, CorpusSpec) else kept


def is_quick(spec: VocabularySpec, *, base: Path | None, home: Workspace, version: int = 0) -> bool:
    """Whether reading it takes moments: it is small, or was read before."""
    files = list(_files(spec, base or Path()))
    return _is_small(spec, files) or (home.readings / _key(spec, files, version)).is_dir()


def _is_small(spec: Any, files: list[tuple[str, os.stat_result]]) -> bool:
    kinds = {spec.kind, *(part.kind for part in getattr(spec, "parts", ()))}
    most = min(QUICK.get(kind, QUICK_ELSE) for kind in kinds)
    return sum(found.st_size for _path, found in files) <= most


def _files(spec: Any, base: Path) -> Iterable[tuple[str, os.stat_result]]:
    for one in (spec, *getattr(spec, "parts", ())):
        for name in ("path", "user_dictionary"):
            if not (given := getattr(one, name, "")):
                continue
            path = base / os.path.expanduser(given)
            inside = sorted(path.rglob("*")) if os.path.isdir(path) else [path]
            for file in inside:
                try:
                    yield str(file.resolve()), file.stat()
                except OSError:
                    continue


def _key(spec: Any, files: list[tuple[str, os.stat_result]], version: int) -> str:
    identities = [(path, s.st_size, s.st_mtime_ns, s.st_ino) for path, s in files]
    # What is chosen of a corpus's words is chosen after the counting.
    chosen = set(Choice.model_fields) if isinstance(spec, CorpusSpec) else set()
    told = json.dumps([FORMAT, version, spec.model_dump(mode="json", exclude=chosen), identities])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _keep(folder: Path, reading: Reading) -> None:
    """Write a reading. That it can't be kept is no reason to fail: it has been read."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".making-{os.getpid()}-", dir=folder.parent))
        try:
            vocabulary = reading.vocabulary
            (made / "words.json").write_text(json.dumps(vocabulary.words), encoding="ascii")
            if vocabulary.counts is not None:
                np.save(made / "counts.npy", vocabulary.counts, allow_pickle=False)
            told = {"digest": vocabulary.digest, "specials": dict(vocabulary.specials), "report": _told(reading.report)}
            (made / "reading.json").write_text(json.dumps(told), encoding="ascii")
            os.rename(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        evict(folder.parent, LIMIT, keep=frozenset([folder.name]))
    except OSError:
        return


def _load(folder: Path) -> Reading | None:
    """A reading that was kept, None where there is none or it is damaged."""
    try:
        told = json.loads((folder / "reading.json").read_bytes())
        words = json.loads((folder / "words.json").read_bytes())
        counts = folder / "counts.npy"
        known = np.load(counts, allow_pickle=False) if counts.exists() else None
        vocabulary = Vocabulary(words, known, told["specials"])
        if vocabulary.digest != told["digest"]:
            return None
        os.utime(folder)
        return Reading(vocabulary, _report(told["report"]))
    except (OSError, ValueError, KeyError, TypeError, LexiloomError):
        return None


def _told(report: VocabularyReport) -> dict[str, Any]:
    """A report as JSON values; its sentences can be told in another language."""
    told = {field.name: getattr(report, field.name) for field in fields(report)}
    told["notes"] = [pack(note) for note in report.notes]
    told["problems"] = [[_packed(getattr(problem, name)) for name in PROBLEM] for problem in report.problems]
    return told


def _packed(value: Any) -> Any:
    return pack(value) if isinstance(value, str) else value


def _unpacked(value: Any) -> Any:
    return unpack(value) if isinstance(value, dict) else value


def _report(told: dict[str, Any]) -> VocabularyReport:
    notes = tuple(unpack(note) for note in told["notes"])
    problems = tuple(
        Problem(**{name: _unpacked(value) for name, value in zip(PROBLEM, values, strict=True)})
        for values in told["problems"]
    )
    rows = {name: tuple(tuple(row) if isinstance(row, list) else row for row in told[name]) for name in WHOLE}
    return VocabularyReport(**{**told, **rows, "notes": notes, "problems": problems})
