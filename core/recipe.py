"""The recipe: the specs of all stages joined in one declarative description of a build."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import tomli_w
from pydantic import BaseModel, Field, ValidationError

from .combining import Chain, CombineSpec
from .errors import RecipeError, one_of
from .evaluation.sets import parse_set
from .evaluation.spec import EvaluateSpec
from .fixes.spec import Fixes
from .gate import GateSpec
from .ladder import DEFAULT_LADDER, Ladder
from .messages import N_, _
from .oov import DEFAULT_FILL, FillSpec
from .rows import LADDER_RUNGS
from .settings import Assignment, assign_all, plain
from .sources import SourceSpec, parse_source
from .spec import Spec, option
from .transforms import TransformSpec
from .tuning.kinds import TuningSpec
from .validation import explain
from .vocabulary import VocabularySpec, sniff_part, sniff_vocabulary
from .weights import WeightSpec

VERSION = 1
SpecT = TypeVar("SpecT", bound=BaseModel)


class Recipe(Spec):
    """What was asked of a build: everything that its matrix depends on, and how it is then to be scored.

    Short forms are accepted and spelled out: `vocabulary` as a path (its kind is sniffed) or a list of
    words, the `parts` of several files as paths; a source as "builtin:english", "random:300" or a path;
    `ladder` as a list of rungs; `oov` as a kind or a list of kinds (a cascade); `transforms` as a list of kinds.

    Raises `RecipeError` that lists the valid names; `VocabularyError` or `SourceError` where a short
    form can't be spelled out. Relative paths stay as given: `run(recipe, base=…)` says what they are
    relative to.
    """

    version: Literal[1] = option(VERSION, N_("Version"), N_("Version of the recipe's format."))
    seed: int = option(
        0,
        N_("Seed"),
        N_("A random row depends on this number, its word, and what the found rows are like."),
        ge=0,
        lt=2**63,
    )
    vocabulary: VocabularySpec = Field(title=N_("Vocabulary"), description=N_("Where the words come from."))
    sources: tuple[SourceSpec, ...] = Field(
        title=N_("Sources"), description=N_("Where the vectors come from, in the order of the chain."), min_length=1
    )
    ladder: Ladder = option(DEFAULT_LADDER, N_("Ladder"), N_("The other spellings under which a word is looked up."))
    combine: CombineSpec = option(Chain(), N_("Combine"), N_("How several sources are joined."))
    fixes: Fixes = option(
        Fixes(), N_("Fixes"), N_("What was decided of missing words one by one, and which causes were accepted.")
    )
    oov: FillSpec = option(DEFAULT_FILL, N_("Missing words"), N_("How words that no source holds get a vector."))
    transforms: tuple[TransformSpec, ...] = option((), N_("Transforms"), N_("What is done to the matrix, in order."))
    gate: GateSpec = option(GateSpec(), N_("Gate"), N_("Which degenerate rows the matrix may have."))
    keep_whole: bool = option(
        False,
        N_("Keep words whole"),
        N_("Write a user dictionary and a tokenizer that keep whole the words which would never come out of a text."),
    )
    weights: WeightSpec | None = option(
        None, N_("Weights"), N_("How much each word weighs in a text: kept beside the vectors.")
    )
    tuning: TuningSpec | None = option(None, N_("Tuning"), N_("A short fine-tune of the finished matrix on texts."))
    evaluate: EvaluateSpec | None = option(
        None, N_("Evaluate"), N_("What the matrix is scored on; it changes nothing of the matrix.")
    )

    def __init__(self, **tables: Any) -> None:
        spelled = spell_out(tables)
        try:
            super().__init__(**spelled)
        except ValidationError as error:
            raise explain(error, spelled, Recipe, where=_("recipe")) from None

    @classmethod
    def from_toml(cls, recipe: str | Path) -> Recipe:
        """The recipe in a TOML text, or in the file at a `Path`. Raises `RecipeError`."""
        text, where, base = _read(recipe) if isinstance(recipe, Path) else (recipe, None, None)
        try:
            tables = tomllib.loads(text.removeprefix("\ufeff"))
        except tomllib.TOMLDecodeError as error:
            raise RecipeError(
                _("this is not valid TOML: {reason}").format(reason=error),
                where=where,
                fix=_("Texts stand in double quotes, tables begin with [name]."),
            ) from None
        return cls.from_tables(tables, base=base, where=where)

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any], *, base: Path | None = None, where: str | None = None) -> Recipe:
        """The recipe in plain tables, as `tomllib` or `json` reads them; sniffed paths are relative to `base`."""
        version = tables.get("version", VERSION)
        if isinstance(version, int) and version > VERSION:
            raise RecipeError(
                _("this recipe is of version {version}; this Lexiloom reads version {known}").format(
                    version=version, known=VERSION
                ),
                where=where,
                fix=_("Update Lexiloom."),
            )
        try:
            return cls(**spell_out(tables, base=base))
        except RecipeError as error:
            raise RecipeError(error.what, where=where or error.where, fix=error.fix) from error.__context__

    def to_tables(self) -> dict[str, Any]:
        """Plain tables: what differs from the defaults, and every kind. Inverse of `from_tables`."""
        tables = plain(self)
        for name in ("version", "seed", "combine", "oov"):
            tables.setdefault(name, plain(getattr(self, name)))
        return {name: tables[name] for name in type(self).model_fields if name in tables}

    def to_toml(self) -> str:
        """The recipe as TOML text, always in the same order. Inverse of `from_toml`."""
        text = tomli_w.dumps(self.to_tables())
        try:
            text.encode()
        except UnicodeEncodeError:
            raise RecipeError(
                _("the recipe holds half a character (a lone surrogate), which TOML can't hold"),
                fix=_("Give the words in a file, or correct them."),
            ) from None
        return text

    def moved(self, base: Path | None, folder: Path) -> Recipe:
        """The recipe with paths relative to `base` made relative to `folder`; absolute ones stay."""
        tables = {
            "vocabulary": _moved(self.vocabulary, base, folder),
            "sources": tuple(_moved(source, base, folder) for source in self.sources),
            "oov": _moved(self.oov, base, folder),
            "tuning": self.tuning and _moved(self.tuning, base, folder),
            "evaluate": self.evaluate and _moved(self.evaluate, base, folder),
        }
        return self.model_copy(update=tables)

    def with_set(self, *assignments: str, base: Path | None = None) -> Recipe:
        """The recipe with some values replaced, each given as "dotted.path=value".

        A value is read as TOML where it is TOML ("3", "true", '["a", "b"]'), else as a bare text. Lists
        are addressed by index ("sources.0.path"), one past the end appends. Setting a `kind` resets the
        other options of that table. Raises `RecipeError`.
        """
        return assigned(self.to_tables(), [Assignment.parse(text) for text in assignments], base=base)


def assigned(tables: Mapping[str, Any], assignments: Sequence[Assignment], *, base: Path | None = None) -> Recipe:
    """The recipe of plain `tables` with `assignments` made. Raises `RecipeError`."""
    defaults = {name: plain(field.default) for name, field in Recipe.model_fields.items() if not field.is_required()}
    # What is set inside a table that is not given is set inside its default.
    tables = {**{a.path[0]: defaults[a.path[0]] for a in assignments if a.path[0] in defaults}, **tables}
    try:
        return Recipe.from_tables(assign_all(tables, assignments), base=base)
    except RecipeError as error:
        # "2024" may have been meant as a text: a column's name, a word.
        if not (texts := _meant_as_texts(error, assignments)):
            raise
        return Recipe.from_tables(assign_all(tables, texts), base=base)


def _meant_as_texts(error: RecipeError, wanted: Sequence[Assignment]) -> list[Assignment]:
    cause = error.__context__ or error.__cause__
    if not isinstance(cause, ValidationError):
        return []
    refused = {str(one["loc"][-1]) for one in cause.errors(include_url=False) if one["type"] == "string_type"}
    if not any(a.path[-1] in refused for a in wanted):
        return []
    return [a.as_text() if a.path[-1] in refused else a for a in wanted]


def _read(path: Path) -> tuple[str, str, Path]:
    try:
        return path.read_text(encoding="utf-8-sig"), str(path), path.resolve().parent
    except FileNotFoundError:
        raise RecipeError(_("there is no such file"), where=str(path), fix=_("Check the path.")) from None
    except UnicodeDecodeError:
        raise RecipeError(
            _("this is not UTF-8 text"), where=str(path), fix=_("A recipe is a TOML file, saved as UTF-8.")
        ) from None
    except OSError as error:
        raise RecipeError(
            _("can't be read: {reason}").format(reason=error.strerror or error),
            where=str(path),
            fix=_("Give the path of a TOML file that you may read."),
        ) from None


def spell_out(tables: Mapping[str, Any], *, base: Path | None = None) -> dict[str, Any]:
    """`tables` with every short form replaced by the table it stands for."""
    spelled = dict(tables)
    if "vocabulary" in spelled:
        spelled["vocabulary"] = _vocabulary(spelled["vocabulary"], base)
    if "sources" in spelled:
        given = spelled["sources"]
        listed = [given] if isinstance(given, (str, Path, Mapping, Spec)) else given
        if isinstance(listed, Iterable):
            spelled["sources"] = tuple(parse_source(str(s)) if isinstance(s, (str, Path)) else s for s in listed)
    if isinstance(spelled.get("ladder"), (str, list, tuple)):
        spelled["ladder"] = _ladder(_names(spelled["ladder"]))
    if isinstance(spelled.get("combine"), str):
        spelled["combine"] = {"kind": spelled["combine"]}
    if isinstance(spelled.get("oov"), (str, list, tuple)):
        steps = [{"kind": s} if isinstance(s, str) else s for s in _names(spelled["oov"])]
        spelled["oov"] = steps[0] if len(steps) == 1 else {"kind": "cascade", "steps": steps}
    if isinstance(spelled.get("oov"), Mapping):
        spelled["oov"] = _fill(spelled["oov"])
    if isinstance(spelled.get("gate"), (str, list, tuple)):
        spelled["gate"] = {"accept": tuple(_names(spelled["gate"]))}
    if isinstance(spelled.get("fixes"), Mapping) and isinstance(spelled["fixes"].get("accept"), (str, list)):
        spelled["fixes"] = {**spelled["fixes"], "accept": tuple(_names(spelled["fixes"]["accept"]))}
    if isinstance(spelled.get("transforms"), (str, list, tuple)):
        spelled["transforms"] = tuple({"kind": s} if isinstance(s, str) else s for s in _names(spelled["transforms"]))
    if isinstance(spelled.get("weights"), str):
        spelled["weights"] = {"kind": spelled["weights"]}
    if isinstance(spelled.get("tuning"), Mapping):
        spelled["tuning"] = _tuning(spelled["tuning"])
    if isinstance(spelled.get("evaluate"), Mapping):
        spelled["evaluate"] = _evaluate(spelled["evaluate"])
    return spelled


def _fill(given: Mapping[str, Any]) -> dict[str, Any]:
    """The table with donors that are given as texts spelled out, also those of the steps and parts in it."""
    spelled = dict(given)
    if isinstance(spelled.get("donor"), (str, Path)):
        spelled["donor"] = parse_source(str(spelled["donor"]))
    for name in ("steps", "parts"):
        if isinstance(spelled.get(name), (list, tuple)):
            spelled[name] = tuple(_fill(one) if isinstance(one, Mapping) else one for one in spelled[name])
    return spelled


def _evaluate(given: Mapping[str, Any]) -> dict[str, Any]:
    """The table with sets and sources that are given as texts spelled out."""
    spelled = dict(given)
    for name, parse in (("sets", parse_set), ("against", parse_source), ("methods", str)):
        if isinstance(listed := spelled.get(name), (str, list, tuple)):
            listed = _names(listed) if name != "sets" or not isinstance(listed, str) else [listed]
            spelled[name] = tuple(parse(one) if isinstance(one, str) else one for one in listed)
    return spelled


def _tuning(given: Mapping[str, Any]) -> dict[str, Any]:
    """The table with texts that are given as a path spelled out, and words and baselines as lists."""
    spelled = dict(given)
    if isinstance(spelled.get("data"), (str, Path)):
        spelled["data"] = {"path": str(spelled["data"])}
    for name in ("watch", "baselines"):
        if isinstance(listed := spelled.get(name), (str, list, tuple)):
            spelled[name] = tuple(_names(listed))
    return spelled


def _names(given: str | Sequence[Any]) -> list[Any]:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else list(given)


def _vocabulary(given: Any, base: Path | None) -> Any:
    if isinstance(given, (str, Path)):
        return sniff_vocabulary((base or Path()) / given).model_copy(update={"path": str(given)})
    if isinstance(given, (list, tuple)):
        return {"kind": "given", "words": given}
    if isinstance(given, Mapping) and given.get("kind") == "several" and isinstance(given.get("parts"), (list, tuple)):
        parts = [sniff_part(str(p), base=base) if isinstance(p, (str, Path)) else p for p in given["parts"]]
        return {**given, "parts": parts}
    return given


def _ladder(rungs: Sequence[Any]) -> dict[str, bool]:
    unknown = [str(rung) for rung in rungs if rung not in LADDER_RUNGS]
    if unknown:
        raise RecipeError(
            _("ladder: unknown rung {name!r}; valid rungs: {names}").format(name=unknown[0], names=one_of(LADDER_RUNGS))
        )
    return {rung: rung in rungs for rung in LADDER_RUNGS[1:]}


# Fields that name a file or folder. Those of one name mean the same in every spec.
PATHS = ("path", "corpus", "user_dictionary", "suite_dir", "test_path")

# A stage whose results change for the same spec gets the next number, so that nothing stale is reused.
STAGE_VERSIONS = {"vocabulary": 1, "look up": 1, "combine": 1, "fixes": 1, "oov": 2, "transforms": 1, "tuning": 1}


def paths_in(spec: BaseModel) -> list[str]:
    """Every file or folder that `spec` and the specs in it name."""
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            found.extend(value[name] for name in PATHS if isinstance(value.get(name), str) and value[name])
            for inner in value.values():
                look(inner)
        elif isinstance(value, (list, tuple)) and value and not isinstance(value[0], str):
            for inner in value:
                look(inner)

    look(spec.model_dump(mode="python"))
    return found


def resolved_path(spec: SpecT, base: Path | None) -> SpecT:
    """`spec`, and the specs in it, with their relative paths joined to `base`; "~" is the user's home."""
    return spec if base is None else _with_paths(spec, lambda path: str(base / os.path.expanduser(path)))


def _with_paths(spec: SpecT, change: Callable[[str], str]) -> SpecT:
    """`spec` with each path in it changed, those of the specs in it too."""
    changed: dict[str, Any] = {}
    for name in type(spec).model_fields:
        value = getattr(spec, name)
        if name in PATHS and isinstance(value, str) and value:
            changed[name] = change(value)
        elif isinstance(value, BaseModel):
            changed[name] = _with_paths(value, change)
        elif isinstance(value, tuple):
            changed[name] = tuple(_with_paths(one, change) if isinstance(one, BaseModel) else one for one in value)
    return spec.model_copy(update={name: value for name, value in changed.items() if value != getattr(spec, name)})


def _moved(spec: SpecT, base: Path | None, folder: Path) -> SpecT:
    def moved(given: str) -> str:
        path = Path(given)
        if path.is_absolute():
            return given
        try:
            return Path(os.path.relpath((base or Path()) / path, folder)).as_posix()
        except ValueError:  # another drive
            return str(((base or Path()) / path).resolve())

    return _with_paths(spec, moved)


def fingerprints(
    recipe: Recipe,
    vocabulary_digest: str,
    source_digests: Sequence[str],
    texts_digest: str = "",
    filled_from: Sequence[str] = (),
) -> dict[str, str]:
    """Stage -> key of its result: SHA-256 of the key before it, its resolved spec, the seed and its version.

    Resolved: files count by their digests, so a moved file keeps its key and a changed one loses it. The
    device has no part in it. `texts_digest` is of what the matrix was tuned on, `filled_from` of what fills read.
    """
    keys: dict[str, str] = {}
    keys["vocabulary"] = _key("vocabulary", "", [_resolved(recipe.vocabulary), vocabulary_digest])
    sources = [[_resolved(spec), digest] for spec, digest in zip(recipe.sources, source_digests, strict=True)]
    keys["look up"] = _key("look up", keys["vocabulary"], [sources, _resolved(recipe.ladder)])
    keys["combine"] = _key("combine", keys["look up"], _resolved(recipe.combine))
    keys["fixes"] = _key("fixes", keys["combine"], _resolved(recipe.fixes))
    keys["oov"] = _key("oov", keys["fixes"], [_resolved(recipe.oov), recipe.seed, list(filled_from)])
    keys["transforms"] = _key("transforms", keys["oov"], [_resolved(spec) for spec in recipe.transforms])
    if recipe.tuning is not None:
        weighed = None if recipe.weights is None else _resolved(recipe.weights)
        keys["tuning"] = _key("tuning", keys["transforms"], [_resolved(recipe.tuning), weighed, texts_digest])
    return keys


def _key(stage: str, parent: str, content: Any) -> str:
    told = json.dumps([stage, STAGE_VERSIONS[stage], parent, content], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _resolved(spec: BaseModel) -> Any:
    return _pathless(spec.model_dump(mode="json"))


def _pathless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pathless(inner) for name, inner in value.items() if name not in PATHS}
    return [_pathless(inner) for inner in value] if isinstance(value, list) else value
