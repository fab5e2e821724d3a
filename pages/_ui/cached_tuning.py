"""The caches of the Fine-tune page: what its files hold, what their texts are like, what a tuning gave."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import LexiloomError
from core.evaluation.labelled_file import LabelledFile
from core.exports import SavedBuild
from core.messages import current_language
from core.progress import ignore
from core.recipe import Recipe
from core.tuning.checkpoints import LIVE
from core.tuning.cutting import Cutter, cutter_of
from core.tuning.data import language_in, read_data, read_pairs
from core.tuning.data_spec import DataSpec
from core.tuning.packing import Described, TokenRows
from core.tuning.reading import files_of, read_plain
from core.tuning.report import REPORT, Report, read_report
from core.workspace.builds import TUNING
from core.workspace.state_files import read_json

from . import server
from .cached import stamp, told

# Bytes of texts that are read while somebody waits; of larger files the finished job says what they are like.
AT_ONCE = 8_000_000


@dataclass(frozen=True)
class Columns:
    """What a file of texts is made of.

    names                of its columns
    text, label, second  those that are taken, "" for none
    lined                lines that begin with a label: there is nothing to choose
    notes                how it is read
    """

    names: tuple[str, ...]
    text: str
    label: str
    second: str
    lined: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """What the texts are like, and how many of them train, say when to stop, and are scored."""

    described: Described
    tested: Described | None
    parts: dict[str, int]
    notes: tuple[str, ...]


class Told:
    """`Described` as a report holds it."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.classes: dict[str, int] = data.get("classes", {})
        self.by_origin: dict[str, int] = data.get("by_origin", {})
        self.missing = tuple((one["token"], one["count"]) for one in data.get("missing", ()))


def stamps(spec: DataSpec, base: Path) -> list[Any]:
    """What tells changed files from those that were read."""
    return [stamp(base / os.path.expanduser(path)) for path in (spec.path, spec.test_path) if path]


def columns(spec: DataSpec, base: Path, role: Any, *, test: bool = False) -> Columns:
    """The columns of the file of texts, or of the test file. Raises LexiloomError."""
    key = told(spec.model_dump(mode="json"), stamps(spec, base), role, test, current_language())
    return _columns(key, spec, base, role, test)


@st.cache_resource(max_entries=64, show_spinner=False)
def _columns(key: str, _spec: DataSpec, _base: Path, _role: Any, _test: bool) -> Columns:
    file, tested = files_of(_spec, _base, _role)
    found: LabelledFile = tested if _test and tested is not None else file
    return Columns(
        tuple(found.names), found.text_name, found.label_name, found.second_name, bool(found.lined), found.notes
    )


def is_quick(spec: DataSpec, base: Path) -> bool:
    """Whether the files are small enough to be read while somebody waits."""
    found = stamps(spec, base)
    return bool(found) and sum(one[1] for one in found if one) <= AT_ONCE


def preview(key: str, saved: SavedBuild, spec: DataSpec, base: Path, role: str) -> Preview:
    """What the texts are like, seen through a finished build. Raises LexiloomError."""
    asked = told(key, spec.model_dump(mode="json"), stamps(spec, base), role, current_language())
    return _preview(asked, saved, spec, base, role)


@st.cache_resource(max_entries=24, show_spinner=False)
def _preview(key: str, _saved: SavedBuild, _spec: DataSpec, _base: Path, _role: Any) -> Preview:
    cutter, matrix = _cutter(_saved, _spec, _base, _role), _saved.matrix
    if _role == "texts":
        file, _none = files_of(_spec.model_copy(update={"test_path": ""}), _base, "texts")
        found = read_plain(file, TokenRows(matrix), cutter, matrix, ignore)
        return Preview(found.described, None, {}, ())
    read = read_data if _role == "labelled" else read_pairs
    data = read(_spec, matrix, cutter, base=_base)
    parts = {name: len(getattr(data, name)) for name in ("train", "valid", "test")}
    return Preview(data.described, data.described_test, parts, data.notes)


def _cutter(saved: SavedBuild, spec: DataSpec, base: Path, role: Any) -> Cutter:
    try:
        vocabulary = Recipe.from_toml(saved.recipe_toml).vocabulary
    except LexiloomError:  # of another version
        vocabulary = None
    return cutter_of(vocabulary, base, language_in(spec, base=base, role=role), saved.matrix.vocabulary)


def folder(key: str) -> Path:
    """Where a tuning's checkpoints and its report lie."""
    return server.home().builds / f"{key}{TUNING}"


def report(key: str) -> Report | None:
    """What a finished tuning gave, in the visitor's language; None where there is none."""
    path = folder(key) / REPORT
    return _report(str(path), str(stamp(path)), current_language()) if path.is_file() else None


@st.cache_resource(max_entries=24, show_spinner=False)
def _report(path: str, stamped: str, language: str) -> Report | None:
    return read_report(Path(path))


def live(key: str) -> dict[str, Any] | None:
    """How the running training of the first seed stands; None before it began. Not kept: it changes."""
    return read_json(folder(key) / "seed-0" / LIVE)


def has_best(key: str) -> bool:
    """Whether a training that was stopped has an epoch that can be taken."""
    found = read_json(folder(key) / "seed-0" / "state.json")
    return found is not None and found.get("best") is not None
