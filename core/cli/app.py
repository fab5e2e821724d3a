"""The app: every verb by name, its module loaded when it is used, so that `--help` is there at once."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer

from ..messages import N_, _
from .usage import Group, Verb

# verb -> (its module, what it does). The function has the verb's name.
VERBS = {
    "build": ("build", N_("Build a matrix for a vocabulary out of sources and write it to a folder.")),
    "run": ("build", N_("Build the matrix that a recipe file describes.")),
    "coverage": ("coverage", N_("Show how much of a vocabulary the sources hold and which words they miss.")),
    "oov": ("oov", N_("List missing words by cause, compare fills on hidden words, explain one.")),
    "inspect": ("inspect", N_("Show a vector file's format, size and first words, and every fault in it.")),
    "vocabulary": ("vocabulary", N_("Read a vocabulary and show how it was read; needs no source.")),
    "index": ("index", N_("Scan a file of vectors into the index that is kept of it.")),
    "export": ("export", N_("Write a build in another program's format, read it back, and compare.")),
    "evaluate": ("evaluate", N_("Score sources and builds on published sets or your own, and compare them.")),
    "neighbors": ("neighbors", N_("List the words that are nearest to words and phrases of a build.")),
    "analogy": ("analogy", N_("Answer “a is to b as c is to ?” in a build, and show the arithmetic.")),
    "odd": ("odd", N_("Find which of some words of a build is least like the others.")),
    "project": ("project", N_("Lay a build's words out as a map, say how far it can be trusted, and write it.")),
    "compare": ("compare", N_("Compare two builds: which neighbors they share, which words moved, and how far.")),
    "finetune": ("finetune", N_("Tune a build's matrix on texts, and say whether that helped.")),
    "train": ("train", N_("Train word vectors on your own text: word2vec, fastText, GloVe.")),
    "sources": ("sources", N_("List the built-in sources, the catalog, and the indexes kept; rank some.")),
    "download": ("download", N_("Fetch sources of the catalog ahead, so that they can be used without a network.")),
    "app": ("serve", N_("Start the web app, for yourself or for a class.")),
}
SETTINGS: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False}


class Verbs(Group):
    """A group whose commands are loaded one by one."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in VERBS:
            return None
        name, what = VERBS[cmd_name]
        module = import_module(f".{name}", __package__)
        function, inner = getattr(module, cmd_name), getattr(module, "VERBS", {})
        if not inner:
            alone = typer.Typer(**SETTINGS)
            alone.command(cmd_name, cls=Verb, help=_(what))(function)
            return typer.main.get_command(alone)
        # A verb that also does something by itself.
        group = typer.Typer(cls=Group, invoke_without_command=True, **SETTINGS)
        group.callback(help=_(what))(function)
        for one, (made, does) in inner.items():
            group.command(one, cls=Verb, help=_(does))(made)
        command = typer.main.get_command(group)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(what)) for name, (_module, what) in VERBS.items()])


app = typer.Typer(cls=Verbs, no_args_is_help=True, **SETTINGS)


@app.callback(help=_("Build the embedding matrix for your vocabulary out of pretrained vectors."))
def lexiloom() -> None:
    """The program itself does nothing: its verbs do."""
