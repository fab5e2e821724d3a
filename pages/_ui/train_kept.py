"""What is asked for on the page of training, and what was trained before: kept beside the visitor's files.

A refresh finds the choices again, a training that runs or was stopped, and every earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.errors import LexiloomError
from core.recipe import paths_in
from core.settings import plain
from core.sources import TrainedSpec, parse_source
from core.training.artifact import Artifact
from core.training.spec import METHODS, TextsSpec, TrainingSpec
from core.validation import explain
from core.workspace.state_files import read_json, write_json

from . import cached, cached_training, server, state
from .state import Visit

KEPT = "train.json"
STAGE = "train"
EARLIER = 30  # trainings that are listed
SPECS: TypeAdapter[Any] = TypeAdapter(TrainingSpec)
# A text's paths come from uploads, one after the other: at first there are none.
NO_TEXT = TextsSpec(paths=("-",)).model_copy(update={"paths": ()})


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    name   of the training and of its folder: equal choices on equal files have the same; "" while there is no text
    why    what is wrong with the choices, None where they can be run
    """

    spec: Any
    name: str
    why: LexiloomError | None = None


def kept(visit: Visit) -> dict[str, Any]:
    """What was chosen last, and earlier trainings: {"spec", "earlier": [{"name", "spec"}]}."""
    found = (read_json(visit.base / KEPT) if visit.base else None) or {}
    return {**found, **(state.recall("train-looked-at") or {})} if visit.read_only else found


def keep(visit: Visit, asked: Asked, *, begun: bool = False) -> None:
    """Keep the choices, and with `begun` that there is a training of them. Raises WorkspaceError."""
    if visit.read_only or visit.base is None:
        return
    before, now = kept(visit), plain(asked.spec)
    earlier = before.get("earlier", [])
    if begun and all(one["name"] != asked.name for one in earlier):
        earlier = [{"name": asked.name, "spec": now}, *earlier][:EARLIER]
    if {"spec": now, "earlier": earlier} != before:
        write_json(visit.base / KEPT, {"spec": now, "earlier": earlier})


def last(visit: Visit) -> Asked:
    """What was asked for last; at first the visitor's own text, if the vocabulary is one."""
    before = kept(visit)
    if "spec" not in before:
        return asked_for(visit, start("word2vec", texts_of(visit.draft.vocabulary) or NO_TEXT))
    try:
        table = before["spec"]
        paths = tuple(table["texts"].get("paths", ()))
        spec = SPECS.validate_python({**table, "texts": {**table["texts"], "paths": paths or ("-",)}})
    except (KeyError, TypeError, AttributeError, ValidationError):  # of another version
        return asked_for(visit, start("word2vec", NO_TEXT))
    return asked_for(visit, spec.model_copy(update={"texts": spec.texts.model_copy(update={"paths": paths})}))


def start(kind: str, texts: TextsSpec, **more: Any) -> Any:
    """A method's own options, and the texts as they were chosen."""
    return METHODS[kind](texts=texts, **more)


def texts_of(vocabulary: Any) -> TextsSpec | None:
    """The running text that a vocabulary was counted from, read as it was there; None for one of another kind."""
    parts = [one for one in getattr(vocabulary, "parts", (vocabulary,)) if getattr(one, "kind", "") == "corpus"]
    if not parts:
        return None
    same = ("encoding", "language", "tokenization", "user_dictionary", "new_words", "lower", "stop_words")
    told = {name: value for name in same if (value := getattr(parts[0], name, None)) is not None}
    return TextsSpec(paths=tuple(one.path for one in parts)).model_copy(update=told)


def change_texts(**changed: Any) -> None:
    """Change the texts that are kept, as a callback does. Raises WorkspaceError."""
    here = state.own_workspace()
    visit = state.visit()
    spec = last(visit).spec
    texts = spec.texts.model_copy(update=changed)
    write_json(here.folder / KEPT, {**kept(visit), "spec": plain(spec.model_copy(update={"texts": texts}))})


def asked_for(visit: Visit, spec: Any) -> Asked:
    """These choices with their name, and what is wrong with them."""
    if visit.base is None or not spec.texts.paths:
        return Asked(spec, "")
    name = _name(spec, visit.base)
    try:
        spec = SPECS.validate_python(spec.model_dump())
        check(visit, spec)
    except ValidationError as error:
        return Asked(spec, name, explain(error, plain(spec), type(spec)))
    except LexiloomError as error:
        return Asked(spec, name, error)
    return Asked(spec, name)


def check(visit: Visit, spec: Any) -> None:
    """Raise LexiloomError for files that are not open to the visitor."""
    assert visit.base is not None
    paths = [*spec.texts.paths, spec.texts.user_dictionary]
    paths += paths_in(parse_source(spec.start)) if spec.start else []
    server.access(visit.base, visit.workspace.builds if visit.workspace else ()).check_all(paths)


def _name(spec: Any, base: Path) -> str:
    table = plain(spec.model_copy(update={"watch": (), "workers": 0}))
    key = cached.told(table, cached_training.stamps(spec.texts, base))[:6]
    stem = Path(spec.texts.paths[0]).name.partition(".")[0][:40]
    stem = "".join(c if c.isalnum() else "-" for c in stem).strip("-") or "text"
    method = "-".join(part for part in (spec.kind, getattr(spec, "model", "")) if part)
    return f"{stem}-{method}-{spec.dim}d-{key}"


def finished(visit: Visit, name: str) -> Artifact | None:
    """The vectors of a training, None where there are none (any more)."""
    return cached_training.artifact(cached_training.folder(visit.base, name)) if visit.base and name else None


def is_running(visit: Visit, name: str) -> bool:
    """Whether these choices are being trained, or wait for their turn."""
    job = visit.workspace.jobs.get(f"{STAGE}:{name}") if visit.workspace else None
    status = server.jobs().status(job) if job else None
    return status is not None and not status.state.finished


def source_of(name: str) -> TrainedSpec:
    """The source that a training's vectors are."""
    return TrainedSpec(path=f"{cached_training.TRAINED}/{name}")
