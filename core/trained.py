"""Vectors trained on the user's own text: from a spec to a folder that is then a source, `trained:DIR`."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from .errors import RecipeError
from .ladder import DEFAULT_LADDER
from .lock import describe_environment
from .lookup import look_up
from .messages import _, translated
from .neighbors.exact import workers as processors
from .progress import Progress, ignore
from .recipe import resolved_path
from .settings import Assignment, assign_all
from .sources import open_source, parse_source
from .sources.protocol import Context
from .sources.trained import TrainedSource
from .training.artifact import Artifact, read_artifact, write_artifact
from .training.contract import Ground, Start, TrainingError
from .training.keeping import CORPUS, Kept, clear, has_state
from .training.loop import run
from .training.method import device_of, epochs_of, make_trainer, notes_of_device, spec_class
from .training.spec import TrainingSpec
from .training.tokens import Corpus, key_of, read_corpus
from .training.watching import Course, choose_watched
from .validation import explain
from .vocabulary.vocabulary import Vocabulary
from .workspace.atomic import check_folder
from .workspace.locks import locked
from .workspace.workspace import Workspace

SENTENCES = 200
# With other ones a training may go on: what is watched changes nothing, and more epochs are added to those there are.
NO_PART = {"watch", "epochs"}
# What a method keeps beside its rows that has a row for each word.
A_ROW_A_WORD = {"contexts", "own", "words", "word_biases", "context_biases"}


def training_spec(method: str, table: Mapping[str, Any], settings: Sequence[Assignment] = ()) -> TrainingSpec:
    """The spec of `method` with the options in `table`, then `settings`. Raises RecipeError."""
    kind = spec_class(method)
    raw = assign_all({**table, "kind": method}, settings)
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        # "2024" may have been meant as a text: a column's name.
        texts = {one["loc"][-1] for one in error.errors() if one["type"] == "string_type"}
        meant = [one.as_text() if one.path[-1] in texts else one for one in settings]
        if meant != list(settings):
            return training_spec(method, table, meant)
        raise explain(error, raw, kind) from None


def train(
    spec: TrainingSpec | Mapping[str, Any],
    out: str | os.PathLike[str],
    *,
    base: Path | None = None,
    folder: Path | None = None,
    device: str = "auto",
    finish: bool = False,
    workspace: Workspace | None = None,
    progress: Progress = ignore,
) -> Artifact:
    """Train word vectors on text and write them to the folder `out`, which is then a source: `trained:DIR`.

    spec     Word2VecSpec, FastTextSpec or GloveSpec, or its table: {"kind": "glove", "texts": {"paths": [FILE]}, …}
    base     the folder that relative paths of the spec start from (default: the working directory)
    folder   where it is kept how far training is (default: OUT.training beside `out`); what was stopped goes on from
             there, and what is finished is removed from it
    finish   train no further: take what is kept

    Raises TrainingError for a text that nothing can be learned from, VocabularyError for one that can't be read,
    SourceError for a source to start from that can't be opened, RecipeError for options, WorkspaceError for the disk.
    """
    if isinstance(spec, Mapping):
        spec = training_spec(str(spec.get("kind", "")), {name: v for name, v in spec.items() if name != "kind"})
    out = Path(out)
    check_folder(out)
    folder = folder or out.with_name(f"{out.name}.training")
    where = device_of(spec, device)
    notes = notes_of_device(device, where)
    # Two that keep their state in one folder would go on from each other's.
    with locked(folder, patience=0):
        try:
            return _trained(
                spec,
                out,
                folder,
                base=base,
                device=where,
                notes=notes,
                finish=finish,
                workspace=workspace,
                progress=progress,
            )
        except BaseException:
            # Before anything is trained there is nothing to go on with, and nothing is to be left lying about.
            if not has_state(folder):
                clear(folder)
            raise


def _trained(
    spec: TrainingSpec,
    out: Path,
    folder: Path,
    *,
    base: Path | None,
    device: str,
    notes: list[str],
    finish: bool,
    workspace: Workspace | None,
    progress: Progress,
) -> Artifact:
    began = time.time()
    # A training that goes on has its text in numbers already.
    kept_words = {"min_count": spec.min_count, "max_size": spec.max_size, "base": base}
    corpus = Corpus.reopened(folder / CORPUS, key_of(spec.texts, **kept_words)) or read_corpus(
        spec.texts, folder / CORPUS, **kept_words, workers=spec.workers, progress=progress
    )
    notes = [*corpus.notes, *notes]
    watch = choose_watched(spec.watch, corpus.words, corpus.language, notes)
    start = _start(spec, corpus, base, workspace, progress)
    kept = Kept(folder, _key(spec, corpus, start, device))
    trainer = make_trainer(spec, corpus, Ground(kept.work(), start, device, progress))
    told = {"method": spec.kind, "words": len(corpus.words), "dim": spec.dim, "tokens": corpus.tokens, "notes": notes}
    epochs = epochs_of(spec, corpus)
    with kept.whatever_ends(trainer):
        course = run(
            trainer, kept, epochs=epochs, words=corpus.words, watch=watch, told=told, finish=finish, progress=progress
        )
        write_artifact(
            out,
            words=corpus.words,
            counts=corpus.counts,
            rows=trainer.rows(),
            inner=trainer.kept(),
            sample=corpus.sample(SENTENCES),
            lock=_lock(spec, corpus, start, trainer, course, epochs, [*notes, *trainer.notes], began),
            progress=progress,
        )
    trainer.close()
    clear(folder)
    return read_artifact(out)


def _start(
    spec: TrainingSpec, corpus: Corpus, base: Path | None, workspace: Workspace | None, progress: Progress
) -> Start | None:
    """The rows that training starts from, None where all are drawn."""
    if not spec.start:
        if getattr(spec, "anchor", 0):
            raise RecipeError(
                _("anchor holds rows near those that training starts from, and there are none"),
                fix=_("Name a source to start from: --start SOURCE."),
            )
        return None
    progress(_("Opening the source to start from"), 0)
    context = Context(workspace=workspace or Workspace(), progress=progress)
    source = open_source(resolved_path(parse_source(spec.start), base), context)
    if source.info.dim != spec.dim:
        raise TrainingError(
            _("its vectors have {found} dimensions, and {asked} are to be trained").format(
                found=source.info.dim, asked=spec.dim
            ),
            where=source.info.name,
            fix=_("Give --dim {found}, or another source.").format(found=source.info.dim),
        )
    ids = look_up(Vocabulary(corpus.words), source, ladder=DEFAULT_LADDER, progress=progress).row_ids
    known = ids >= 0
    if not known.any():
        raise TrainingError(
            _("it has none of the {n:,} words of the text").format(n=len(corpus.words)),
            where=source.info.name,
            fix=_("Check that both are of one language, or start at random."),
        )
    rows = np.zeros((len(ids), spec.dim), np.float32)
    there = np.flatnonzero(known)
    held = np.empty((len(there), spec.dim), np.float32)
    known[there] = source.gather(ids[there], held)
    rows[there] = held
    rows[~known] = 0
    return Start(rows, known, source.info.name, source.info.digest, _inner(spec, corpus, source, ids))


def _inner(spec: TrainingSpec, corpus: Corpus, source: Any, ids: Any) -> dict[str, Any]:
    """What training by the same method goes on with, in the corpus's order of words."""
    if not isinstance(source, TrainedSource) or source.artifact.method != spec.kind:
        return {}
    found: dict[str, Any] = {}
    for name, array in source.artifact.inner.items():
        if name not in A_ROW_A_WORD:
            found[name] = array
        else:
            moved = np.zeros((len(ids), *array.shape[1:]), array.dtype)
            moved[ids >= 0] = array[ids[ids >= 0]]
            found[name] = moved
    return found


def _key(spec: TrainingSpec, corpus: Corpus, start: Start | None, device: str) -> str:
    """Names a training: the same text and settings, whatever is watched."""
    settings = {name: value for name, value in spec.model_dump(mode="json").items() if name not in {*NO_PART, "texts"}}
    told = [settings, corpus.digest, corpus.tokens, start.digest if start else "", device.partition(":")[0]]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _lock(
    spec: TrainingSpec,
    corpus: Corpus,
    start: Start | None,
    trainer: Any,
    course: Course,
    epochs: int,
    notes: list[str],
    began: float,
) -> dict[str, Any]:
    """What it was made from, how, and how it went; texts by name and digest, not by where they lay."""
    settings = spec.model_dump(mode="json")
    settings["texts"]["paths"] = [Path(path).name for path in spec.texts.paths]
    settings["texts"]["user_dictionary"] = Path(spec.texts.user_dictionary).name
    settings["start"] = start.name if start else ""
    # What 0 stood for.
    settings["workers"] = spec.workers or processors()
    if "shortest" in settings:
        settings["shortest"] = trainer.shortest
    loss_name = trainer.loss_name
    corpus_told = {name: getattr(corpus, name) for name in ("digest", "language", "tokens", "raw_tokens", "sentences")}
    environment = describe_environment()
    told = {
        "method": spec.kind,
        "settings": settings,
        "corpus": corpus_told,
        "start": {"name": start.name, "digest": start.digest, "words": int(start.known.sum())} if start else None,
        "epochs": epochs,
        "complete": course.done >= epochs * trainer.total,
        "unit": trainer.unit,
        "total": trainer.total,
        "loss_name": _(loss_name),
        # GloVe's: the mean cost of the last epoch's cells, each before its step, as its authors' program prints it.
        **({"cost": trainer.cost} if hasattr(trainer, "cost") else {}),
        **course.as_dict(),
        "notes": notes,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
        "environment": {
            **environment,
            "device": trainer.device,
            "libraries": {**environment["libraries"], "gensim": version("gensim")},
        },
    }
    return translated(told, "en")
