"""A recipe as the line of a shell and as Python: what is chosen by clicking can be run anywhere."""

from __future__ import annotations

import pprint
import shlex
from typing import Any

from .recipe import Recipe
from .settings import plain

OUT = "build"
# Kinds of vocabulary whose words or parts have no place on a command line.
WRITTEN_OUT = ("given", "several")
# What the spec string of a source says of it.
SAID = {
    "builtin": ("kind", "name"),
    "catalog": ("kind", "name"),
    "random": ("kind", "dim", "distribution"),
    "file": ("kind", "path", "member"),
    "build": ("kind", "path"),
    "trained": ("kind", "path"),
    **dict.fromkeys(("hf", "hf-input", "hf-context", "model2vec"), ("kind", "model", "revision", "path")),
}


def as_python(recipe: Recipe, out: str = OUT) -> str:
    """The program that builds `recipe` and saves it."""
    tables = {name: table for name, table in recipe.to_tables().items() if name != "version"}
    lines = [
        f"    {name}={_indented(pprint.pformat(table, width=88, sort_dicts=False))}," for name, table in tables.items()
    ]
    recipe_text = "\n".join(lines)
    return f"from core import Recipe, run\n\nrecipe = Recipe(\n{recipe_text}\n)\nrun(recipe).save({out!r})\n"


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")


def as_shell(recipe: Recipe, out: str = OUT) -> str:
    """The command that builds `recipe`; where options can't say it, the recipe file and the command that runs it."""
    flags = _flags(recipe)
    if flags is None:
        return _written_out(recipe, out)
    lines = [" ".join(shlex.quote(part) for part in flag) for flag in [*flags, ("--out", out)]]
    return "lexiloom build " + " \\\n  ".join(lines) + "\n"


def _written_out(recipe: Recipe, out: str) -> str:
    toml = recipe.to_toml()
    end = "EOF"
    while end in toml.splitlines():
        end += "_"
    return f"cat > recipe.toml <<'{end}'\n{toml.rstrip()}\n{end}\nlexiloom run recipe.toml --out {shlex.quote(out)}\n"


def _flags(recipe: Recipe) -> list[tuple[str, ...]] | None:
    """The options of `lexiloom build`, None where they can't say all of the recipe."""
    if recipe.vocabulary.kind in WRITTEN_OUT or recipe.evaluate is not None or recipe.weights is not None:
        return None
    if recipe.fixes.words:  # words decided one by one are a list, for a file
        return None
    table = plain(recipe.vocabulary)
    flags: list[tuple[str, ...]] = [("--vocab", table.pop("path")), ("--vocab-kind", table.pop("kind"))]
    sets: list[tuple[str, str]] = [*_leaves("vocabulary", table)]
    for place, source in enumerate(recipe.sources):
        text, rest = _source(source)
        if text is None:
            return None
        flags.append(("--source", text))
        sets += _leaves(f"sources.{place}", rest)
    combine = plain(recipe.combine)
    if (kind := combine.pop("kind")) != "chain":
        flags.append(("--combine", kind))
    sets += _leaves("combine", combine)
    for place in ("ladder", "fixes"):
        sets += _leaves(place, plain(getattr(recipe, place)))
    if (fill := _kinds(plain(recipe.oov), "steps")) is None or (transforms := _transforms(recipe)) is None:
        return None
    flags += [("--fill", kind) for kind in fill]
    flags += transforms
    flags += [("--accept", kind) for kind in recipe.gate.accept]
    if recipe.keep_whole:
        flags.append(("--keep-whole",))
    if recipe.seed:
        flags.append(("--seed", str(recipe.seed)))
    return flags + [("--set", f"{path}={value}") for path, value in sets]


def source_text(source: Any) -> str | None:
    """The spec string of a source, None where it can't say all of it."""
    text, rest = _source(source)
    return None if rest else text


def naming(source: Any) -> str:
    """The spec string that names a source, its options left out."""
    return _source(source)[0] or ""


def _source(source: Any) -> tuple[str | None, dict[str, Any]]:
    """The spec string of a source (None where there is none), and the options that it does not say."""
    rest = {name: value for name, value in plain(source).items() if name not in SAID.get(source.kind, ())}
    if source.kind in ("builtin", "catalog"):
        return f"{source.kind}:{source.name}", rest
    if source.kind == "random":
        return f"random:{source.dim},{source.distribution}", rest
    if getattr(source, "model", ""):
        return f"{source.kind}:{source.model}" + (f"@{source.revision}" if source.revision else ""), rest
    member = getattr(source, "member", "")
    if source.kind not in SAID or "::" in source.path:
        return None, rest
    return f"{source.kind}:{source.path}" + (f"::{member}" if member else ""), rest


def _kinds(fill: dict[str, Any], many: str) -> list[str] | None:
    """The kinds of a cascade or of one fill, None where a step has options of its own."""
    steps = fill.get(many, [fill])
    return [step["kind"] for step in steps] if all(step.keys() == {"kind"} for step in steps) else None


def _transforms(recipe: Recipe) -> list[tuple[str, ...]] | None:
    flags: list[tuple[str, ...]] = []
    for place, one in enumerate(plain(recipe.transforms)):
        last = place == len(recipe.transforms) - 1
        if one.keys() == {"kind"}:
            flags.append(("--transform", one["kind"]))
        elif one.keys() == {"kind", "dim"} and one["kind"] == "pca" and last:
            flags.append(("--dim", str(one["dim"])))
        else:
            return None
    return flags


def settings_of(place: str, table: dict[str, Any]) -> list[str]:
    """Every value in `table` as the text that `--set` takes."""
    return [f"{path}={value}" for path, value in _leaves(place, table)]


def _leaves(place: str, table: dict[str, Any]) -> list[tuple[str, str]]:
    """(dotted path, TOML value) of every value in `table`."""
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        path = f"{place}.{name}"
        found += _leaves(path, value) if isinstance(value, dict) else [(path, _toml(value))]
    return found


def _toml(value: Any) -> str:
    """`value` on one line: a long list of tables has several as TOML files are written."""
    import tomli_w

    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return tomli_w.dumps({"v": value}, multiline_strings=False).removeprefix("v = ").strip()
