"""The caches of the page of training: how a text is cut, what was trained from it, the neighbors of a word."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import LexiloomError
from core.evaluation.labelled_file import LabelledFile
from core.messages import current_language
from core.training.artifact import LOCK, Artifact, read_artifact
from core.training.keeping import LIVE, STATE
from core.training.spec import TextsSpec
from core.training.watching import choose_watched, nearest_words
from core.workspace.atomic import atomic_file
from core.workspace.personal import TRAINED
from core.workspace.state_files import read_json

from .cached import stamp, told

if TYPE_CHECKING:
    from core.training.preview import Preview
    from core.training.window import Step

# So many stretches of a text are read for its preview; the page shows the first of them.
READ = 200


def folder(base: Path, name: str) -> Path:
    """Where the vectors of a training lie in a visitor's workspace."""
    return base / TRAINED / name


def checkpoints(base: Path, name: str) -> Path:
    """Where it is kept how far a training is."""
    return base / TRAINED / f"{name}.training"


def words_file(name: str) -> str:
    """Where in a visitor's workspace the words of a training are listed, for programs that take a vocabulary."""
    return f"{TRAINED}/{name}.words.txt"


def write_words(made: Artifact, path: Path) -> None:
    """List the words, one a line. Raises WorkspaceError."""
    with atomic_file(path) as file:
        file.writelines(f"{word}\n".encode("utf-8", "surrogatepass") for word in made.words)


def stamps(spec: TextsSpec, base: Path) -> list[Any]:
    """What tells changed texts from those that were read."""
    paths = [*spec.paths, *([spec.user_dictionary] if spec.user_dictionary else [])]
    return [stamp(base / os.path.expanduser(path)) for path in paths]


def preview(spec: TextsSpec, base: Path) -> Preview:
    """The first stretches of the texts, as they are cut. Raises LexiloomError."""
    return _preview(told(spec.model_dump(mode="json"), stamps(spec, base), current_language()), spec, base)


@st.cache_resource(max_entries=48, show_spinner=False)
def _preview(key: str, _spec: TextsSpec, _base: Path) -> Preview:
    from core.training.preview import preview as first_stretches

    return first_stretches(_spec, base=_base, most=READ)


def telling(found: Preview) -> tuple[str, ...]:
    """Frequent words of a text's first stretches that carry meaning."""
    counts = Counter(word for stretch in found.sentences for word in stretch)
    words = [word for word, _n in counts.most_common() if _n > 1]
    return choose_watched((), words, found.language, [])


def columns(path: str, base: Path) -> tuple[str, ...]:
    """The names of a table's columns, the one that looks like texts first; none where it can't be read as one."""
    return _columns(str(stamp(base / os.path.expanduser(path))), base / os.path.expanduser(path))


@st.cache_data(max_entries=64, show_spinner=False)
def _columns(stamped: str, _path: Path) -> tuple[str, ...]:
    try:
        found = LabelledFile(_path, role="texts")
    except LexiloomError:
        return ()
    first = found.text_name.partition("+")[0]
    return tuple(sorted(found.names, key=lambda name: name != first))


def artifact(path: Path) -> Artifact | None:
    """Vectors that were trained; None where there are none (any more)."""
    return _artifact(str(stamp(path / LOCK)), path) if (path / LOCK).is_file() else None


@st.cache_resource(max_entries=12, show_spinner=False)
def _artifact(stamped: str, _path: Path) -> Artifact | None:
    try:
        return read_artifact(_path)
    except LexiloomError:
        return None


def neighbors(made: Artifact, word: str, most: int = 10) -> list[tuple[str, float]] | None:
    """The nearest words of `word`, None where it has no vector."""
    return _neighbors(str(stamp(made.folder / LOCK)), word, most, made)


@st.cache_data(max_entries=2000, show_spinner=False)
def _neighbors(stamped: str, word: str, most: int, _made: Artifact) -> list[tuple[str, float]] | None:
    at = _made.index.get(word)
    return None if at is None else nearest_words(_made.rows, [at], _made.words, most)[0]


def live(base: Path, name: str) -> dict[str, Any] | None:
    """How a training stands; None before it began. Not kept: it changes."""
    return read_json(checkpoints(base, name) / LIVE)


def is_begun(base: Path, name: str) -> bool:
    """Whether a training was stopped, and may go on or end with what it has."""
    return (checkpoints(base, name) / STATE).is_file()


def stretches(made: Artifact) -> list[list[str]]:
    """Stretches of the text that were kept with its vectors."""
    from core.training.showing import sentences

    return sentences(made)


def window(made: Artifact, asked: dict[str, Any]) -> Step:
    """One step of training on one window. Raises TrainingError."""
    from core.training.showing import show_window

    return show_window(made, **asked)
