"""The options that several commands share. A row of a table each: its help comes from the recipe's specs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import RecipeError, one_of
from ..messages import N_, _
from ..presets import with_preset
from ..recipe import Recipe, assigned, spell_out
from ..settings import Assignment, plain
from ..validation import kinds_at, models_at

TELLING = {"--column": "table", "--count-column": "table", "--language": "corpus"}
# Kinds that need more than their name.
NOT_ALONE = ("blend", "cascade", "given", "several")


@dataclass(frozen=True)
class Flag:
    """One option: `path` is the place in the recipe that it sets, "" where it has a meaning of its own.

    `kinds` is the place whose kinds the help lists.
    """

    name: str
    path: str = ""
    type: Any = str
    help: str = ""
    kinds: str = ""
    many: bool = False
    required: bool = False
    metavar: str | None = None

    @property
    def parameter(self) -> str:
        return self.name.strip("-").replace("-", "_")

    def described(self) -> str:
        """The help: its own, or what the spec says of the field."""
        if self.kinds:
            place = [int(p) if p.isdigit() else p for p in self.kinds.split(".")]
            kinds = [kind for kind in kinds_at(Recipe, {}, place) if kind not in NOT_ALONE]
            return _(self.help).format(kinds=one_of(kinds))
        if self.help:
            return _(self.help)
        *table, field = self.path.split(".")
        for model in models_at(Recipe, {}, [int(p) if p.isdigit() else p for p in table]):
            if field in model.model_fields:
                described = model.model_fields[field]
                text = described.description or described.title or ""
                return _(text)
        raise LookupError(f"{self.name}: no spec has {self.path}")


VOCABULARY = (
    Flag(
        "--vocab",
        type=Path,
        many=True,
        required=True,
        metavar="FILE",
        help=N_(
            "The words: a word list, table, corpus (also a folder), tokenizer.json or vocab.txt; sniffed. "
            "Repeat it to join lists, tables and corpora."
        ),
    ),
    Flag(
        "--vocab-kind",
        "vocabulary.kind",
        metavar="KIND",
        kinds="vocabulary",
        help=N_("Read the vocabulary as this kind, unsniffed: {kinds}."),
    ),
    Flag("--column", "vocabulary.column", metavar="NAME"),
    Flag("--count-column", "vocabulary.count_column", metavar="NAME"),
    Flag("--encoding", "vocabulary.encoding", metavar="NAME"),
    Flag("--language", "vocabulary.language", metavar="CODE"),
    Flag("--min-count", "vocabulary.min_count", int, metavar="N"),
    Flag("--max-size", "vocabulary.max_size", int, metavar="N"),
    Flag("--lower", "vocabulary.lower", bool),
    Flag("--stop-words", "vocabulary.stop_words", bool),
    Flag("--special", "vocabulary.specials", many=True, metavar="TOKEN"),
)
SOURCES = (
    Flag(
        "--source",
        many=True,
        required=True,
        metavar="SPEC",
        help=N_(
            "A file of vectors, builtin:NAME, random:DIM, a build's folder, or a pretrained model: hf:NAME_OR_FOLDER, "
            "hf-input:…, hf-context:…, model2vec:…. Repeat it for a chain."
        ),
    ),
    Flag(
        "--corpus",
        metavar="FILE",
        help=N_("Running text: hf-context: reads its sentences, the fill alacarte its words [the vocabulary's own]."),
    ),
    Flag("--on-fault", metavar="refuse|skip", help=N_("What to do with a file that has faulty rows.")),
)
COMBINE = (
    Flag("--combine", kinds="combine", metavar="KIND", help=N_("How several sources are joined: {kinds}. [chain]")),
)
LADDER = (
    Flag(
        "--ladder",
        metavar="RUNGS",
        help=N_("Only these rungs, of exact, nfkc, lower, title, upper, script, joiner, digits, trim, lemma."),
    ),
    Flag("--rung", many=True, metavar="RUNG", help=N_("Switch a rung on.")),
    Flag("--no-rung", many=True, metavar="RUNG", help=N_("Switch a rung off.")),
)
FILL = (
    Flag(
        "--fill",
        kinds="oov",
        many=True,
        metavar="KIND",
        help=N_("How missing words are filled: {kinds}. Several are a cascade. [ngrams, pieces, mean]"),
    ),
    Flag("--donor", metavar="SPEC", help=N_("The source that the fills donor, nearest and omp take rows from.")),
    Flag(
        "--accept",
        "gate.accept",
        many=True,
        metavar="KIND",
        help=N_("Accept degenerate rows of this kind: zero, identical, norm, noise."),
    ),
    Flag("--keep-whole", "keep_whole", bool),
    Flag("--dim", type=int, metavar="N", help=N_("Reduce the matrix to N dimensions by PCA.")),
    Flag(
        "--transform",
        kinds="transforms.0",
        many=True,
        metavar="KIND",
        help=N_("A transform, before --dim: {kinds}. Repeat it for more."),
    ),
    Flag("--seed", "seed", int, metavar="N"),
    Flag("--preset", metavar="NAME", help=N_("Options that belong together; others that you give go before: distill.")),
)
SET = (
    Flag("--set", many=True, metavar="PATH=VALUE", help=N_("Set any value of the recipe, for example oov.kind=mean.")),
)


def with_flags(*tables: Sequence[Flag]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the flags of `tables` to a command, which gets their values as one dict `flags`."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        flags = [flag for table in tables for flag in table]

        def called(**values: Any) -> None:
            given = {flag.name: values.pop(flag.parameter) for flag in flags}
            command(flags={name: value for name, value in given.items() if value not in (None, [], ())}, **values)

        own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "flags"]
        parameters = [_parameter(flag) for flag in flags] + own
        called.__name__, called.__doc__ = command.__name__, command.__doc__
        called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        called.__annotations__ = {p.name: p.annotation for p in parameters}
        return called

    return add


def _parameter(flag: Flag) -> inspect.Parameter:
    names = [flag.name, f"--no-{flag.name[2:]}"] if flag.type is bool else [flag.name]
    declaration = "/".join(names) if flag.type is bool else flag.name
    info = typer.Option(declaration, help=flag.described(), metavar=flag.metavar)
    kind = list[flag.type] if flag.many else flag.type if flag.required else flag.type | None
    default = inspect.Parameter.empty if flag.required else [] if flag.many else None
    return inspect.Parameter(
        flag.parameter, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, info]
    )


def recipe_from(flags: Mapping[str, Any]) -> Recipe:
    """The recipe that the flags describe. What is wrong with them is wrong use: `typer.BadParameter`."""
    with wrong_use():
        given = {
            "vocabulary": _vocabulary(flags),
            "sources": flags["--source"],
            "ladder": flags.get("--ladder"),
            "combine": flags.get("--combine"),
            "oov": _fills(flags),
            "transforms": ",".join(flags.get("--transform", ())),
        }
        tables = plain(spell_out({name: value for name, value in given.items() if value is not None}))
        if "--preset" in flags:
            tables = with_preset(
                {name: table for name, table in tables.items() if table or name != "transforms"}, flags["--preset"]
            )
        return assigned(tables, [*_assignments(flags, tables), *map(Assignment.parse, flags.get("--set", ()))])


def _fills(flags: Mapping[str, Any]) -> Any:
    """The steps of `--fill`, each with the donor and the corpus that it takes; None where none is given."""
    from ..oov import FILLS

    if "--fill" not in flags:
        return None
    steps: list[dict[str, Any]] = []
    for kind in (part.strip() for given in flags["--fill"] for part in given.split(",") if part.strip()):
        fields = FILLS[kind].spec.model_fields if kind in FILLS else {}
        given = {"donor": flags.get("--donor"), "corpus": str(flags["--corpus"]) if "--corpus" in flags else None}
        steps.append({"kind": kind, **{name: value for name, value in given.items() if value and name in fields}})
        if "donor" in fields and not flags.get("--donor"):
            raise RecipeError(
                _("the fill {name!r} takes rows from a donor, and none is named").format(name=kind),
                fix=_("Give --donor SPEC, written as --source is."),
            )
    return steps


def _vocabulary(flags: Mapping[str, Any]) -> Any:
    """The table, or the path to be sniffed, of `--vocab` and of what says its kind."""
    given, kind = flags["--vocab"], flags.get("--vocab-kind")
    paths = [str(path) for path in ([given] if isinstance(given, Path) else given)]
    if len(paths) > 1:
        return {"kind": "several", "parts": [{"kind": kind, "path": path} if kind else path for path in paths]}
    # An option that one kind alone has says which kind is meant.
    kind = kind or next((kind for name, kind in TELLING.items() if name in flags), None)
    return {"kind": kind, "path": paths[0]} if kind else paths[0]


def _assignments(flags: Mapping[str, Any], tables: Mapping[str, Any]) -> list[Assignment]:
    values = {flag.path: flags[flag.name] for flag in (*VOCABULARY, *FILL) if flag.path and flag.name in flags}
    values.pop("vocabulary.kind", None)
    if tables["vocabulary"]["kind"] == "several":
        values = _spread(values, tables)
    if "--on-fault" in flags:
        files = [i for i, source in enumerate(tables["sources"]) if source["kind"] == "file"]
        values |= {f"sources.{i}.on_fault": flags["--on-fault"] for i in files}
    values |= {f"ladder.{rung}": True for rung in flags.get("--rung", ())}
    values |= {f"ladder.{rung}": False for rung in flags.get("--no-rung", ())}
    if "--corpus" in flags:
        users = [i for i, source in enumerate(tables["sources"]) if source["kind"] == "hf-context"]
        values |= {f"sources.{i}.corpus": flags["--corpus"] for i in users}
    if "--dim" in flags:
        listed = tables.get("transforms", ())
        if "--preset" in flags and listed and listed[-1]["kind"] == "pca":
            values[f"transforms.{len(listed) - 1}.dim"] = flags["--dim"]
        else:
            values[f"transforms.{len(listed)}"] = {"kind": "pca", "dim": flags["--dim"]}
    return [Assignment(tuple(path.split(".")), value, str(value)) for path, value in values.items()]


def _spread(values: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with those that only files have (`--encoding`) set for every file that has such an option."""
    whole = models_at(Recipe, tables, ["vocabulary"])[0].model_fields
    spread: dict[str, Any] = {}
    for path, value in values.items():
        table, _dot, name = path.rpartition(".")
        places = [f"{table}.{name}"]
        if table == "vocabulary" and name not in whole:
            parts = range(len(tables["vocabulary"]["parts"]))
            models = {i: models_at(Recipe, tables, ["vocabulary", "parts", i])[0] for i in parts}
            places = [f"vocabulary.parts.{i}.{name}" for i in parts if name in models[i].model_fields] or places
        spread |= dict.fromkeys(places, value)
    return spread


@contextmanager
def wrong_use() -> Iterator[None]:
    """What is wrong with an option is wrong use (exit code 2), not a failure."""
    try:
        yield
    except RecipeError as error:
        raise typer.BadParameter(str(error)) from None
