"""Writes the tables of recipe.md and the option lists of command-line.md out of the specs and the commands.

    python docs/make_reference.py

A test compares: after a change of a spec or an option, run it again.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from core.evaluation.spec import ItemsFile, KnownItems, LabelledFile  # noqa: E402
from core.recipe import Recipe  # noqa: E402
from core.tuning.data_spec import DataSpec  # noqa: E402
from core.tuning.kinds import KINDS  # noqa: E402
from core.validation import kind_of, models_at  # noqa: E402

PLACES = {
    "vocabulary": ["vocabulary"],
    "sources": ["sources", 0],
    "ladder": ["ladder"],
    "combine": ["combine"],
    "fixes": ["fixes"],
    "fix": ["fixes", "words", 0],
    "oov": ["oov"],
    "gate": ["gate"],
    "transforms": ["transforms", 0],
    "weights": ["weights"],
    "evaluate": ["evaluate"],
    "items": ["evaluate"],
}


def tables(place: str) -> str:
    """Markdown: every kind that may stand at `place`, with its fields."""
    if place == "tuning":
        return differing(list(KINDS.values()))
    parts = []
    for model in models_of(place):
        kind = kind_of(model) if model is not ItemsFile else "`, `".join(model.model_fields["kind"].annotation.__args__)
        doc = (model.__doc__ or "").strip().splitlines()[0]
        parts.append(f"**`{kind}`**: {doc}" if kind else doc)
        rows = [field_row(name, field) for name, field in model.model_fields.items() if name != "kind"]
        if rows:
            parts.append("\n".join(["| field | default | meaning |", "|---|---|---|", *rows]))
    return "\n\n".join(parts)


def models_of(place: str) -> list[Any]:
    """Every kind that may stand at `place`."""
    if place == "items":
        return [KnownItems, ItemsFile, LabelledFile]
    return [DataSpec] if place == "texts" else models_at(Recipe, {}, PLACES[place])


def differing(models: list[Any]) -> str:
    """Markdown: kinds that share most fields. The first has all of its own, the others what is not the same there."""
    parts, before = [], {}
    for model in models:
        rows = {name: field_row(name, field) for name, field in model.model_fields.items() if name != "kind"}
        before = before or rows
        own = [row for name, row in rows.items() if rows is before or row != before.get(name)]
        lacking = [f"`{name}`" for name in before if name not in rows]
        told = f"**`{kind_of(model)}`**: {(model.__doc__ or '').strip().splitlines()[0]}"
        if rows is not before:
            told += f" As `{kind_of(models[0])}`" + (f", without {', '.join(lacking)}" if lacking else "")
            told += ", and:" if own else "."
        parts += [told, "\n".join(["| field | default | meaning |", "|---|---|---|", *own])] if own else [told]
    return "\n\n".join(parts)


def field_row(name: str, field: Any) -> str:
    """One row of a table of fields."""
    default = "required" if field.is_required() else f"`{shown(field.get_default(call_default_factory=True))}`"
    text = (field.description or field.title or "").replace("|", "\\|").replace("<", "&lt;")
    return f"| `{name}` | {default} | {text} |"


def shown(value: Any) -> str:
    """A default as TOML would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "none"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(map(shown, value)) + "]"
    if hasattr(value, "model_dump"):
        return "{" + ", ".join(f"{k} = {shown(v)}" for k, v in value.model_dump().items() if k != "kind") + "}"
    return str(value)


def options(verb: str) -> str:
    """Markdown: the options and arguments of one command."""
    import typer

    from core.cli.app import app

    command = typer.main.get_command(app)
    for name in verb.split():
        command = command.get_command(None, name)  # type: ignore[union-attr, arg-type]
    rows = ["| option | meaning |", "|---|---|"]
    for one in command.params:
        is_option = one.param_type_name == "option"
        names = " / ".join([*one.opts, *one.secondary_opts]) if is_option else str(one.metavar)
        if names == "--help":
            continue
        value = f" {one.metavar}" if is_option and one.metavar else ""
        told = f"`{names}{value}`{' (required)' if one.required else ''}".replace("|", "\\|")
        text = " ".join((one.help or "").split()).replace("|", "\\|").replace("<", "&lt;")
        rows.append(f"| {told} | {text} |")
    return "\n".join(rows)


MAKERS = {"fields": tables, "options": options}


def current(page: str) -> str:
    """`page` with the part between each pair of markers made again."""

    def made(match: re.Match[str]) -> str:
        what, place = match[1], match[2]
        return f"<!-- {what} {place} -->\n\n{MAKERS[what](place)}\n\n<!-- end -->"

    return re.sub(r"<!-- (fields|options) ([\w ]+) -->.*?<!-- end -->", made, page, flags=re.DOTALL)


if __name__ == "__main__":
    for path in (HERE / "recipe.md", HERE / "command-line.md"):
        path.write_text(current(path.read_text(encoding="utf-8")), encoding="utf-8")
