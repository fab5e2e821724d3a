"""`lexiloom sources`: what comes with Lexiloom, and the indexes that are kept of files; `rank` compares some."""

from __future__ import annotations

from typing import Annotated

import typer

from ..messages import N_, _
from .build import Json
from .console import guard, print_json
from .rank import rank

VERBS = {"rank": (rank, N_("Rank sources for a vocabulary: coverage, size, licence, similarity on shared pairs."))}


def sources(
    context: typer.Context,
    *,
    language: Annotated[
        list[str], typer.Option("--language", metavar="CODE", help=_("Only the catalog's sources of this language."))
    ] = [],  # noqa: B006 - Typer makes a new one for each call
    search: Annotated[
        str, typer.Option("--search", metavar="TEXT", help=_("Only the catalog's sources that tell of this."))
    ] = "",
    json: Json = False,
) -> None:
    """List the built-in sources, the catalog, and the indexes kept of files."""
    if context.invoked_subcommand is not None:
        return
    from ..sources.builtin import list_builtin
    from ..sources.catalog import is_fetched, list_catalog
    from ..sources.protocol import Context
    from ..workspace.indexes import list_indexes
    from ..workspace.workspace import Workspace
    from .sources_report import sources_document, sources_report

    with guard(as_json=json):
        workspace = Workspace()
        builtin, indexes = list_builtin(), list_indexes(workspace.indexes, workspace.known)
        listed = list_catalog(language, search)
        catalog = [(entry, is_fetched(entry, Context(workspace=workspace))) for entry in listed]
        if json:
            print_json(sources_document(builtin, indexes, catalog))
        else:
            print(sources_report(builtin, indexes, workspace.indexes, catalog))
